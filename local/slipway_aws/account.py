"""A stack of its own in an AWS account: brought up, and taken away with everything that CloudFormation leaves."""

from __future__ import annotations

import contextlib
import json
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError
from slipway_local.console import StackError, note, step
from slipway_local.credentials import Credentials

from .stack import Stack

PROJECT = "proofs"
KEY_DELETION_DAYS = 7
"""The shortest time that KMS allows."""


def price() -> str:
    """What a run costs."""
    return (
        "It deploys a stack of its own, named slipway-check-…, uses it for about half an hour and deletes it. In an "
        "account without a free tier that is less than one US dollar: functions, requests, state transitions and logs "
        f"are cents, and the KMS key is billed by the hour until it is gone, {KEY_DELETION_DAYS} days later."
    )


@contextmanager
def deployed(root: Path, sam: Path, keep: bool) -> Iterator[Stack]:
    """Deploys what `make package` built, and takes it away again at the end unless it is kept."""
    session = boto3.Session()
    name = f"slipway-check-{secrets.token_hex(3)}"
    step(f"Deploying the stack {name} in {session.region_name} (some minutes)")
    try:
        _sam(root, sam, name)
        yield _stack(session, name)
    finally:
        if keep:
            note(f"{name} stays, as you asked; `sam delete --stack-name {name}` and docs/OPERATIONS.md take it away")
        else:
            step(f"Taking {name} away")
            _remove(session, name)


def _sam(root: Path, sam: Path, name: str) -> None:
    command = [
        str(sam), "deploy", "--template-file", "template.yaml", "--stack-name", name, "--resolve-s3",
        "--capabilities", "CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND", "--no-confirm-changeset",
        "--no-fail-on-empty-changeset", "--parameter-overrides", "Stage=check",
    ]
    if subprocess.run(command, cwd=root, check=False).returncode != 0:
        raise StackError("`sam deploy` failed; the messages above say why.")


def _stack(session: Any, name: str) -> Stack:
    stacks = session.client("cloudformation")
    [described] = stacks.describe_stacks(StackName=name)["Stacks"]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in described["Outputs"]}
    names = _functions(session, stacks, name)
    event = json.dumps({"projectKey": PROJECT, "name": "Proofs"}).encode()
    answer = session.client("lambda").invoke(FunctionName=names["projects.bootstrap"], Payload=event)
    text = answer["Payload"].read().decode()
    if "FunctionError" in answer:
        raise StackError(f"The function projects.bootstrap failed: {text}")
    made = json.loads(text)
    credentials = Credentials(outputs["ApiUrl"], PROJECT, made["clientId"], made["clientSecret"], made["apiKey"])
    return Stack(name, outputs, names, credentials, session.client, on_aws=True)


def _functions(session: Any, stacks: Any, name: str) -> dict[str, str]:
    """Physical name of each function by its handler, which is the operation's id."""
    pages = stacks.get_paginator("list_stack_resources").paginate(StackName=name)
    functions = session.client("lambda")
    found = {}
    for resource in (one for page in pages for one in page["StackResourceSummaries"]):
        if resource["ResourceType"] == "AWS::Lambda::Function":
            physical = resource["PhysicalResourceId"]
            found[functions.get_function_configuration(FunctionName=physical)["Handler"]] = physical
    return found


def _remove(session: Any, name: str) -> None:
    stacks = session.client("cloudformation")
    try:
        resources = stacks.describe_stack_resources(StackName=name)["StackResources"]
    except ClientError:
        return
    physical = {one["LogicalResourceId"]: one.get("PhysicalResourceId", "") for one in resources}
    _remove_what_it_made(session, name, physical)
    stacks.delete_stack(StackName=name)
    stacks.get_waiter("stack_delete_complete").wait(StackName=name)
    # These are retained by the template on purpose; in a stack that was made for a check nobody misses them.
    with contextlib.suppress(ClientError):
        table = session.client("dynamodb")
        table.update_table(TableName=physical["Table"], DeletionProtectionEnabled=False)
        table.delete_table(TableName=physical["Table"])
    with contextlib.suppress(ClientError):
        bucket = session.resource("s3").Bucket(physical["Bucket"])
        bucket.object_versions.delete()
        bucket.delete()
    with contextlib.suppress(ClientError):
        session.client("kms").schedule_key_deletion(KeyId=physical["Key"], PendingWindowInDays=KEY_DELETION_DAYS)


def _remove_what_it_made(session: Any, name: str, physical: dict[str, str]) -> None:
    """State machines, topics and schedules come with deployments; CloudFormation does not know them."""
    states, topics, schedules = (session.client(one) for one in ("stepfunctions", "sns", "scheduler"))
    for page in states.get_paginator("list_state_machines").paginate():
        for machine in page["stateMachines"]:
            if machine["name"].startswith(name):
                states.delete_state_machine(stateMachineArn=machine["stateMachineArn"])
                time.sleep(1)  # AWS gives about one deletion a second.
    for page in topics.get_paginator("list_topics").paginate():
        for topic in page["Topics"]:
            if topic["TopicArn"].rpartition(":")[2].startswith(name):
                topics.delete_topic(TopicArn=topic["TopicArn"])
    group = physical.get("ScheduleGroup")
    if group:
        for page in schedules.get_paginator("list_schedules").paginate(GroupName=group):
            for schedule in page["Schedules"]:
                schedules.delete_schedule(GroupName=group, Name=schedule["Name"])
