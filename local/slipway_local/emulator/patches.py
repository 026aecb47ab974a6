"""The few places where MiniStack is made to behave more like AWS. Each replaces one name; none changes its files."""

from __future__ import annotations

import functools
import json
import logging
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from ministack.core import iam_evaluator, lambda_runtime
from ministack.services import apigateway, dynamodb, eventbridge, lambda_svc, scheduler, stepfunctions

from . import limits, task_roles
from .environment import FunctionEnvironment

log = logging.getLogger("slipway.functions")

EXPRESSIONS = 4096
"""Number of expressions that are remembered."""

_START_DELAY_SECONDS = 0.15

_Answer = tuple["dict[str, Any] | None", "str | None"]


def install(functions_log: Path, patience: int) -> None:
    """Applies all of them, before the first request."""
    FunctionEnvironment.log_file = functions_log
    FunctionEnvironment.patience = patience
    # MiniStack looks this name up whenever it needs an execution environment for a custom runtime.
    lambda_runtime.ProvidedWorker = FunctionEnvironment
    # A schedule fires within a second of its time instead of within ten.
    scheduler._SCHEDULE_TICK_INTERVAL = 1
    eventbridge._cron_field = _with_wrapping_ranges(eventbridge._cron_field)
    eventbridge._invoke_target = _with_context_attributes(eventbridge._invoke_target)
    # The expressions of requests are few, and reading one takes longer than what it asks for.
    dynamodb._condition_syntax_error = functools.lru_cache(EXPRESSIONS)(dynamodb._condition_syntax_error)
    dynamodb._tokenize = _remembering(dynamodb._tokenize)
    stepfunctions.time = _ClockWithoutStartDelay()
    stepfunctions.json = _JsonWithoutSpaces()
    stepfunctions._list_executions = _without_express(stepfunctions._list_executions)
    limits.install()
    task_roles.install()
    iam_evaluator._gather_role_policies = _by_name(iam_evaluator._gather_role_policies)
    lambda_svc._sqs_esm_concurrency = _with_number(lambda_svc._sqs_esm_concurrency)
    apigateway._match_route = _with_method_in_upper_case(apigateway._match_route, place=1)
    apigateway._invoke_lambda_proxy = _with_method_in_upper_case(apigateway._invoke_lambda_proxy, place=4)
    lambda_svc.lambda_execute_result_to_api_proxy_response = _proxy_response(
        lambda_svc.lambda_execute_result_to_api_proxy_response
    )


def _with_method_in_upper_case(original: Callable[..., Any], place: int) -> Callable[..., Any]:
    """Gives the argument at `place` in upper case: OPTIONS comes in lower case from the gateway."""

    def call(*arguments: Any, **named: Any) -> Any:
        return original(*arguments[:place], arguments[place].upper(), *arguments[place + 1:], **named)

    return call


def _with_wrapping_ranges(original: Callable[..., frozenset[int]]) -> Callable[..., frozenset[int]]:
    """Ranges of a schedule that go over the end of their field, such as NOV-FEB, as EventBridge Scheduler takes them.

    The emulator makes nothing of them, and a field without any value stops all its schedules.
    """

    def of_part(part: str, low: int, high: int, names: dict[str, int] | None) -> frozenset[int]:
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        if dash:
            [begin], [end] = original(first, low, high, names), original(last, low, high, names)
            if begin > end:
                around = [*range(begin, high + 1), *range(low, end + 1)]
                return frozenset(around[::int(step or 1)])
        return original(part, low, high, names)

    def expand(field: str, low: int, high: int, names: dict[str, int] | None = None) -> frozenset[int]:
        return frozenset().union(*(of_part(part, low, high, names) for part in field.split(",")))

    return expand


def _remembering(original: Callable[[str], list[tuple[str, str]]]) -> Callable[[str], list[tuple[str, str]]]:
    """The tokens of an expression, each time in a new list."""
    known = functools.lru_cache(EXPRESSIONS)(lambda expression: tuple(original(expression)))
    return lambda expression: list(known(expression))


class _ClockWithoutStartDelay:
    """The `time` module for Step Functions, without the fixed pause before an execution's first state.

    The pause serves nobody here and is most of the duration of a synchronous flow.
    """

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)

    @staticmethod
    def sleep(seconds: float) -> None:
        """Sleeps, except for the start delay."""
        if seconds != _START_DELAY_SECONDS:
            time.sleep(seconds)


class _JsonWithoutSpaces:
    """The `json` module for Step Functions, which writes inputs and outputs without spaces between values."""

    def __getattr__(self, name: str) -> Any:
        return getattr(json, name)

    @staticmethod
    def dumps(value: Any, **options: Any) -> str:
        """As `json.dumps`, without spaces unless the caller says otherwise."""
        return json.dumps(value, **{"separators": (",", ":"), **options})


def _without_express(original: Callable[..., Any]) -> Callable[..., Any]:
    """Runs of EXPRESS state machines are not listed: asking for them is refused, instead of answered with none."""

    def list_executions(data: dict[str, Any]) -> Any:
        arn = data.get("stateMachineArn")
        machine = stepfunctions._state_machines.get(arn) or {}
        if machine.get("type") != "EXPRESS":
            return original(data)
        message = f"The state machine is EXPRESS, whose executions are not listed: '{arn}'"
        return stepfunctions.error_response_json("StateMachineTypeNotSupported", message, 400)

    return list_executions


def _with_context_attributes(original: Callable[..., Any]) -> Callable[..., Any]:
    """Fills in the `<aws.scheduler.…>` words of a schedule's input, which the emulator hands on as they stand."""

    def invoke(target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], view: Any = None) -> Any:
        text = target.get("Input") or ""
        if event.get("Source") == "aws.scheduler" and "<aws.scheduler." in text:
            # A cron schedule is due on the minute; the emulator notices it up to a second later.
            due = int(event["Time"])
            due -= due % 60 if str(rule.get("ScheduleExpression")).startswith("cron") else 0
            words = {
                "schedule-arn": rule.get("Arn", ""),
                "scheduled-time": datetime.fromtimestamp(due, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "execution-id": event["EventId"],
                "attempt-number": "1",
            }
            for word, value in words.items():
                text = text.replace(f"<aws.scheduler.{word}>", value)
            target = {**target, "Input": text}
        return original(target, event, rule, view)

    return invoke


def _by_name(original: Callable[..., Any]) -> Callable[..., Any]:
    """A role that is simulated is found by its name, also when its ARN has a path."""
    return lambda role, account: original(role.rpartition("/")[2], account)


def _with_number(original: Callable[..., int]) -> Callable[..., int]:
    """The maximum concurrency of a queue's event source is a number, also when it is a parameter of the template."""

    def concurrency(mapping: dict[str, Any], *rest: Any, **named: Any) -> int:
        scaling = mapping.get("ScalingConfig") or {}
        if isinstance(scaling.get("MaximumConcurrency"), str):
            mapping["ScalingConfig"] = {**scaling, "MaximumConcurrency": int(scaling["MaximumConcurrency"])}
        return original(mapping, *rest, **named)

    return concurrency


def _proxy_response(original: Callable[..., _Answer]) -> Callable[..., _Answer]:
    """A failed function is answered as by an HTTP API: 500 without details, which are in the log instead."""

    def respond(result: dict[str, Any]) -> _Answer:
        if result.get("error") and not result.get("throttle"):
            log.error("a function failed: %s", json.dumps(result.get("body"), default=str)[:2000])
            message = json.dumps({"message": "Internal Server Error"})
            return {"statusCode": 500, "headers": {"Content-Type": "application/json"}, "body": message}, None
        return original(result)

    return respond
