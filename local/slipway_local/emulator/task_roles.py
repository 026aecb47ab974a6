"""What state machines call, held to the role that they run as: a permission that is missing on AWS fails a task here, too.

Looked at are the calls whose resource the arguments name: functions, tables, queues, topics and other state machines. A
task with `Credentials` runs as another role and is let through.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from ministack.services import stepfunctions

from . import policies
from .actions import Need

log = logging.getLogger("slipway.permissions")

# By service: the argument that names what is called, and what the resource of its ARN begins with.
_SUBJECTS = {
    "lambda": ("FunctionName", "function:"),
    "dynamodb": ("TableName", "table/"),
    "sqs": ("QueueUrl", ""),
    "sns": ("TopicArn", ""),
    "states": ("StateMachineArn", "stateMachine:"),
}
_ERRORS = {
    "lambda": "Lambda.AWSLambdaException",
    "dynamodb": "DynamoDB.AccessDeniedException",
    "sqs": "SQS.AccessDeniedException",
    "sns": "SNS.AuthorizationErrorException",
    "states": "StepFunctions.AccessDeniedException",
}


@dataclass(frozen=True)
class Machine:
    """The execution that a task belongs to."""

    role: str
    """ARN of the role of its state machine."""
    execution: str
    region: str
    account: str


_machine: ContextVar[Machine | None] = ContextVar("machine", default=None)


def install() -> None:
    """Holds every task to its role. The names are looked up by MiniStack when it calls them."""
    stepfunctions._execute_task = _within_machine(stepfunctions._execute_task)
    for name in ("_invoke_resource", "_invoke_with_callback"):
        setattr(stepfunctions, name, _held_to_role(getattr(stepfunctions, name)))


def need(resource: str, arguments: Any, machine: Machine) -> Need | None:
    """What calling `resource` needs; nothing where the arguments do not say on what it is called."""
    if ":lambda:" in resource and ":function:" in resource:
        return Need("lambda:InvokeFunction", resource)
    _, found, called = resource.partition(":states:::")
    service, _, action = called.removeprefix("aws-sdk:").partition(".")[0].partition(":")
    service = "states" if service == "sfn" else service
    if not found or service not in _SUBJECTS or not action or not isinstance(arguments, dict):
        return None
    member, kind = _SUBJECTS[service]
    subject = arguments.get(member)
    if not isinstance(subject, str) or not subject:
        return None
    if not subject.startswith("arn:"):
        name = subject.rpartition("/")[2] if service == "sqs" else subject.rpartition("function:")[2]
        subject = f"arn:aws:{service}:{machine.region}:{machine.account}:{kind}{name}"
    verb = "InvokeFunction" if (service, action) == ("lambda", "invoke") else action[0].upper() + action[1:]
    return Need(f"{service}:{verb}", subject)


def _within_machine(original: Callable[..., Any]) -> Callable[..., Any]:
    def execute(state_def: Any, raw_input: Any, execution: Any, *rest: Any) -> Any:
        token = _machine.set(None if "Credentials" in state_def else _machine_of(execution))
        try:
            return original(state_def, raw_input, execution, *rest)
        finally:
            _machine.reset(token)

    return execute


def _machine_of(execution: Any) -> Machine | None:
    arn = (execution or {}).get("stateMachineArn", "")
    made = stepfunctions._state_machines.get(arn)
    if not made:
        return None
    _, _, _, region, account, *_ = arn.split(":")
    return Machine(made["roleArn"], execution.get("name", ""), region, account)


def _held_to_role(original: Callable[..., Any]) -> Callable[..., Any]:
    def invoke(resource: str, arguments: Any, *rest: Any) -> Any:
        machine = _machine.get()
        needed = machine and need(resource, arguments, machine)
        if machine and needed:
            decision = policies.decide(machine.role, needed, machine.region)
            if not decision.allowed:
                session = f"arn:aws:sts::{machine.account}:assumed-role/{machine.role.rpartition('/')[2]}/{machine.execution}"
                cause = (
                    f"User: {session} is not authorized to perform: {needed.action} on resource: {needed.resource} "
                    f"{decision.reason}"
                )
                log.warning("a task was denied: %s", cause)
                raise stepfunctions._ExecutionError(_ERRORS[needed.action.partition(":")[0]], cause)
        return original(resource, arguments, *rest)

    return invoke
