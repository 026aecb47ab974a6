# Every target says what it does after its name; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help up down logs

PYTHON ?= python3
STATE := $(or $(SLIPWAY_STATE_DIR),.local)

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

up: ## Build and start the local stack, deploy the template, print address and credentials
	@$(PYTHON) local/stack.py up

down: ## Stop the local stack; its data stays
	@$(PYTHON) local/stack.py down

logs: ## Follow the logs of the functions and of the emulator
	@echo "$(STATE)/logs/functions.log and $(STATE)/logs/emulator.log (ctrl-C to leave)"
	@tail -n 40 -F $(STATE)/logs/functions.log $(STATE)/logs/emulator.log
