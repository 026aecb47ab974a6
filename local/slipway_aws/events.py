"""What is assumed of queues, schedules, topics and asynchronous calls."""

from __future__ import annotations

import json
import time

from slipway_demo.client import Json

from .assumption import Assumption
from .stack import PATIENCE_SECONDS, Disproved, Stack, expect
from .states import machine

LAMBDA = "Lambda developer guide"


def schedules_fire(stack: Stack) -> str:
    definition = machine(Type="Pass", Output="{% $states.input.trigger %}")
    _, deployment = stack.deploy("clock", definition, trigger={"type": "job", "schedule": "rate(1 minute)"})
    states, arn = stack.service("stepfunctions"), stack.machine_of(deployment)

    def ended() -> list[Json]:
        return list(states.list_executions(stateMachineArn=arn, statusFilter="SUCCEEDED")["executions"])

    [execution, *_] = stack.wait(ended, bool, "the schedule has started a run")
    trigger = json.loads(states.describe_execution(executionArn=execution["executionArn"])["output"])
    expect(trigger.get("type") == "job" and "<aws.scheduler" not in json.dumps(trigger), trigger)
    return f"a schedule of one minute started a run, with {', '.join(sorted(trigger))} in `trigger`"


def sweeps(stack: Stack) -> str:
    stack.needs_aws("the emulator keeps logs in files")
    logs, name = stack.service("logs"), stack.functions["flow-lifecycle.sweep"]

    def calls() -> list[Json]:
        group = f"/aws/lambda/{stack.name}-flow-lifecycle"
        since = int((time.time() - PATIENCE_SECONDS) * 1000)
        found = logs.filter_log_events(logGroupName=group, startTime=since, filterPattern='"flow-lifecycle.sweep"')
        return list(found["events"])

    stack.wait(calls, bool, f"{name} has been called")
    return "the sweeper's log shows a call in the last minutes"


def fails_over(stack: Stack) -> str:
    stack.needs_aws("the emulator never calls a failed asynchronous function again")
    stack.service("lambda").invoke(
        FunctionName=stack.functions["triggers.fire"], InvocationType="Event", Payload=b'{"nobody": "knows this"}'
    )
    queue, sqs = stack.outputs["UndeliveredQueueUrl"], stack.service("sqs")
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        for message in sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20).get("Messages", []):
            if "nobody" in message["Body"]:
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
                return "a call that failed three times lies in the undelivered queue, with `requestPayload`"
    raise Disproved("nothing arrived in the undelivered queue within 10 minutes")


def nothing_was_denied(stack: Stack) -> str:
    stack.needs_aws("the emulator keeps logs in files")
    logs = stack.service("logs")
    pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=f"/aws/lambda/{stack.name}-")
    denied = []
    for group in [group["logGroupName"] for page in pages for group in page["logGroups"]]:
        found = logs.filter_log_events(logGroupName=group, filterPattern='"a permission is missing"')["events"]
        denied += [event["message"][:300] for event in found]
    expect(not denied, f"{len(denied)} denials, such as {denied[:1]}")
    return "no function was denied anything during all the proofs and the demo"


ASSUMPTIONS = [
    Assumption(
        "sqs-work", "Lambda polls the work queue, and `batchItemFailures` brings back only the messages it names",
        f"{LAMBDA}, *Using Lambda with Amazon SQS*", "Deployments stay `Queued`, or are done twice as often as needed", None,
        "`states-deploy` shows the polling; for the rest send a message that fails beside one that does not, and wait for "
        "six minutes",
    ),
    Assumption(
        "scheduler-fires", "EventBridge Scheduler replaces `<aws.scheduler.scheduled-time>` in a target's input and may "
        "assume the role for schedules", "EventBridge Scheduler user guide, *Context attributes*",
        "Flows with a schedule never start", schedules_fire,
    ),
    Assumption(
        "rule-sweeps", "The rule that SAM makes of a `Schedule` event invokes the sweeper each minute",
        "SAM developer guide, *Schedule*", "What got lost is never found again", sweeps,
    ),
    Assumption(
        "async-destination", "An asynchronous call that fails three times is put into the queue of `OnFailure`",
        f"{LAMBDA}, *Asynchronous invocation*", "A slot or a message that failed is lost without a trace", fails_over,
    ),
    Assumption(
        "sns-permission", "One permission with a wildcard in `SourceArn` lets all topics of the stack invoke "
        "`applications.deliver`", f"{LAMBDA}, *Resource-based policies*", "Event applications get no messages", None,
        "The demo, part 10, which `make aws-check` runs, publishes a message and waits for its run",
    ),
    Assumption(
        "states-events", "Step Functions tells EventBridge how STANDARD executions end, with the state machine's ARN",
        "Step Functions developer guide, *Automating with EventBridge*", "Logs of applications lack the ends of runs", None,
        "The demo, part 10, waits for the end of a run in the log of its application",
    ),
    Assumption(
        "roles-suffice", "Each role allows all that its function does; conditions on keys of the table and on encryption "
        "contexts mean on AWS what they mean in the emulator", "IAM and DynamoDB references, *Condition keys*",
        "An operation answers 500 and logs `a permission is missing`", nothing_was_denied,
    ),
]
