"""Step Functions' limits and verdicts, which MiniStack lacks: 256 KiB of data, and which definitions it takes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ministack.services import stepfunctions

from . import definitions

MAX_DATA_BYTES = 262_144
_DATA_LIMIT = "States.DataLimitExceeded"


def install() -> None:
    """Applies them. Every name is looked up by MiniStack when it is called."""
    # Definitions are judged as a whole, by whoever takes one.
    stepfunctions._validate_definition_jsonata = lambda _definition: None
    stepfunctions._validate_state_machine_definition = _validate
    stepfunctions._create_state_machine = _judged(stepfunctions._create_state_machine)
    stepfunctions._update_state_machine = _judged(stepfunctions._update_state_machine)
    for name in ("_start_execution", "_start_sync_execution"):
        setattr(stepfunctions, name, _with_fit_input(getattr(stepfunctions, name)))
    stepfunctions._send_task_success = _with_fit_output(stepfunctions._send_task_success)
    for name in ("_execute_pass", "_execute_task", "_execute_choice", "_execute_wait"):
        setattr(stepfunctions, name, _with_bounded_output(getattr(stepfunctions, name)))
    for name in ("_invoke_resource", "_invoke_resource_with_timeout", "_invoke_with_callback"):
        setattr(stepfunctions, name, _with_bounded_result(getattr(stepfunctions, name)))
    for name in ("_apply_parameters", "_apply_jsonata_arguments"):
        setattr(stepfunctions, name, _with_bounded_result(getattr(stepfunctions, name)))
    stepfunctions._with_retry_and_catch = _with_bounded_attempts(stepfunctions._with_retry_and_catch)
    stepfunctions._error_matches = _without_data_limit(stepfunctions._error_matches)


def _validate(data: dict[str, Any]) -> Any:
    found = definitions.diagnose(str(data.get("definition", "")), data.get("type") == "EXPRESS")
    shown = found[: data.get("maxResults") or 100]
    answer = {"result": "FAIL" if found else "OK", "diagnostics": shown, "truncated": len(shown) < len(found)}
    return stepfunctions.json_response(answer)


def _judged(original: Callable[..., Any]) -> Callable[..., Any]:
    """Refuses a definition that cannot run."""

    def write(data: dict[str, Any]) -> Any:
        machine = stepfunctions._state_machines.get(data.get("stateMachineArn")) or data
        if "definition" in data:
            found = definitions.diagnose(str(data["definition"]), machine.get("type") == "EXPRESS")
            if found:
                return stepfunctions.error_response_json("InvalidDefinition", definitions.summary(found), 400)
        return original(data)

    return write


def _too_long(name: str) -> Any:
    message = f"1 validation error detected: Value at '{name}' failed to satisfy constraint: Member must have length " \
              f"less than or equal to {MAX_DATA_BYTES}"
    return stepfunctions.error_response_json("ValidationException", message, 400)


def _with_fit_input(original: Callable[..., Any]) -> Callable[..., Any]:
    def start(data: dict[str, Any]) -> Any:
        text = data.get("input", "{}")
        if len(text.encode()) > MAX_DATA_BYTES:
            return _too_long("input")
        try:
            json.loads(text)
        except ValueError as error:
            message = f"Invalid State Machine Execution Input: '{error}'"
            return stepfunctions.error_response_json("InvalidExecutionInput", message, 400)
        return original(data)

    return start


def _with_fit_output(original: Callable[..., Any]) -> Callable[..., Any]:
    def send(data: dict[str, Any]) -> Any:
        return _too_long("output") if len(data.get("output", "").encode()) > MAX_DATA_BYTES else original(data)

    return send


def size(value: Any) -> int:
    """The bytes of a value as compact JSON."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass"))


def _bounded(value: Any, subject: str) -> Any:
    if size(value) > MAX_DATA_BYTES:
        cause = f"{subject} returned a result with a size exceeding the maximum number of bytes service limit."
        raise stepfunctions._ExecutionError(_DATA_LIMIT, cause)
    return value


def _named(ctx: Any) -> str:
    state = ctx.get("State") if isinstance(ctx, dict) else None
    return f"The state/task '{(state or {}).get('Name', '')}'"


def _with_bounded_output(original: Callable[..., Any]) -> Callable[..., Any]:
    def execute(state_def: Any, raw_input: Any, *rest: Any, **named: Any) -> Any:
        output, following = original(state_def, raw_input, *rest, **named)
        ctx = named.get("ctx", rest[-1] if rest else None)
        return _bounded(output, _named(ctx)), following

    return execute


def _with_bounded_result(original: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any, **named: Any) -> Any:
        ctx = next((one for one in arguments if isinstance(one, dict) and "Execution" in one), None)
        return _bounded(original(*arguments, **named), _named(ctx))

    return call


def _with_bounded_attempts(original: Callable[..., Any]) -> Callable[..., Any]:
    """What Parallel and Map states put out, where their `Catch` sees it."""

    def run(state_def: Any, raw_input: Any, ctx: Any, attempt: Callable[[], Any]) -> Any:
        def bounded() -> Any:
            output, following = attempt()
            return _bounded(output, _named(ctx)), following

        return original(state_def, raw_input, ctx, bounded)

    return run


def _without_data_limit(original: Callable[..., bool]) -> Callable[..., bool]:
    """`States.ALL` does not stand for too much data; its own name does."""

    def matches(error_equals: list[str], error: str) -> bool:
        if error == _DATA_LIMIT:
            return _DATA_LIMIT in error_equals
        return original(error_equals, error)

    return matches
