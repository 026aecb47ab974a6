# Every target says what it does after its name; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help demo test stories aws-check up down logs lint lint-code lint-template generate bench package deny clean

PYTHON ?= python3
STATE ?= $(or $(SLIPWAY_STATE_DIR),.local)
TOOLS := .local/tools
ARCH ?= arm64
# More than there are cores: a story waits for most of its time.
THREADS ?= 4
# `--workspace` gives dependencies the features that the tests give them: nothing is compiled twice.
REGISTRY := cargo build -q --workspace --bin slipway-registry \
	&& $(or $(CARGO_TARGET_DIR),target)/debug/slipway-registry

# The stack that the tests run against: its own ports, its own data, beside whatever `make up` has running.
TEST_STACK := SLIPWAY_STATE_DIR=.local/test SLIPWAY_PORT=3010 SLIPWAY_AWS_PORT=4576 \
	SLIPWAY_SAVES=0 SLIPWAY_PATIENCE=10 SLIPWAY_PARAMETERS="LeaseSeconds=5 AllowedHosts=127.0.0.1"

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Take a flow to two environments and a connector to its URL, and show it
	@$(PYTHON) local/demo.py

test: lint ## Everything that CI runs: lints, unit tests, and stories against a stack of their own
	@$(TEST_STACK) $(PYTHON) local/stack.py down >/dev/null 2>&1 || true
	@rm -rf .local/test
	@trap '$(TEST_STACK) $(PYTHON) local/stack.py down' EXIT; \
		$(TEST_STACK) $(PYTHON) local/stack.py up \
		&& $(TEST_STACK) .local/venv/bin/python -m unittest discover -q -s local/tests -t local \
		&& $(TEST_STACK) RUST_TEST_THREADS=$(THREADS) cargo test --workspace

stories: ## Run stories against any running stack: STATE=.local (its outputs.json), STORIES=a filter
	SLIPWAY_STATE_DIR=$(STATE) cargo test --workspace --test stories -- $(STORIES)

aws-check: package $(TOOLS)/sam/.installed ## Prove on AWS what only AWS can tell: needs an account, says what it costs
	@$(PYTHON) local/aws_check.py $(foreach id,$(ONLY),--only $(id)) $(if $(KEEP),--keep) $(if $(YES),--yes)

up: ## Build and start the local stack, deploy the template, print address and credentials
	@$(PYTHON) local/stack.py up

down: ## Stop the local stack; its data stays
	@$(PYTHON) local/stack.py down

logs: ## Follow the logs of the functions and of the emulator
	@echo "$(STATE)/logs/functions.log and $(STATE)/logs/emulator.log (ctrl-C to leave)"
	@tail -n 40 -F $(STATE)/logs/functions.log $(STATE)/logs/emulator.log

lint: $(TOOLS)/sam/.installed ## Formatting, clippy, generated files, circles of files, template
	@$(MAKE) --no-print-directory -j 2 lint-code lint-template

lint-code:
	cargo fmt --all -- --check
	cargo clippy --workspace --all-targets -- -D warnings
	$(REGISTRY) check

lint-template:
	$(TOOLS)/sam/bin/cfn-lint template.yaml
	SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=eu-central-1 $(TOOLS)/sam/bin/sam validate --lint --template template.yaml

generate: ## Write what is generated from the operations: template.yaml, openapi.json, README tables, events
	$(REGISTRY) generate

bench: ## Measure the running code: cold start and warm latency of functions, against a hello-world
	@$(PYTHON) local/bench.py

package: $(TOOLS)/lambda/.installed ## Build what `sam deploy` uploads, for ARCH=arm64 or x86-64
	PATH="$(CURDIR)/$(TOOLS)/lambda/bin:$$PATH" cargo lambda build --release --$(ARCH) \
		$(foreach crate,$(notdir $(wildcard functions/*)),--package $(crate))

# The database of advisories comes from the network; without it, ask for `bans licenses sources` alone.
deny: $(TOOLS)/bin/cargo-deny ## Licences, bans, sources and advisories of every dependency
	$(TOOLS)/bin/cargo-deny check $(DENY)

clean: down ## Stop the stack and forget its data
	rm -rf .local

$(TOOLS)/sam/.installed:
	$(PYTHON) -m venv $(TOOLS)/sam
	$(TOOLS)/sam/bin/pip install -q aws-sam-cli==1.170.0 cfn-lint==1.58.0
	@touch $@

$(TOOLS)/lambda/.installed:
	$(PYTHON) -m venv $(TOOLS)/lambda
	$(TOOLS)/lambda/bin/pip install -q cargo-lambda==1.9.2 ziglang==0.17.0
	@touch $@

$(TOOLS)/bin/cargo-deny:
	cargo install --quiet --locked --root $(TOOLS) cargo-deny@0.20.2
