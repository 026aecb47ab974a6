"""Bringing the template to the emulator through CloudFormation."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from .console import StackError, note, step
from .settings import ACCOUNT, REGION, STACK_NAME, Settings
from .template import Prepared

BUCKET = "slipway-local-deployment"
"""Bucket for code packages and the template; CloudFormation takes large templates only from S3."""

DEPLOY_SECONDS = 180
_FAILED_FOR_GOOD = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED")


class Cloud:
    """Clients for the emulated services."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._session = boto3.Session(
            aws_access_key_id=ACCOUNT, aws_secret_access_key="local", region_name=REGION
        )
        # The services are on this machine: no proxy of the user's is in between.
        self._config = Config(
            proxies={}, retries={"max_attempts": 2}, read_timeout=90, s3={"addressing_style": "path"}
        )

    def client(self, service: str) -> Any:
        """A client for one service."""
        return self._session.client(service, endpoint_url=self._settings.endpoint, config=self._config)


def deploy(cloud: Cloud, prepared: Prepared, settings: Settings) -> bool:
    """Creates or updates the stack if anything differs from what is deployed. Returns whether it did."""
    stacks = cloud.client("cloudformation")
    existing = describe(stacks)
    marker = settings.data / "deployed"
    status = existing["StackStatus"] if existing else ""
    deployed = marker.read_text() if marker.exists() else ""
    if status.endswith("_COMPLETE") and status not in _FAILED_FOR_GOOD and deployed == prepared.digest:
        return False
    marker.unlink(missing_ok=True)
    _upload(cloud, prepared)
    if status in _FAILED_FOR_GOOD:
        note(f"the stack is in {status}: starting over")
        _delete(stacks)
        existing = None
    started = time.monotonic()
    step("Updating the stack" if existing else "Deploying the stack")
    _apply(stacks, prepared, update=existing is not None)
    marker.write_text(prepared.digest)
    note(f"deployed in {time.monotonic() - started:.1f} s")
    return True


def describe(stacks: Any) -> dict[str, Any] | None:
    """The stack as CloudFormation sees it, or nothing if it does not exist."""
    try:
        return stacks.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise


def outputs(stack: dict[str, Any]) -> dict[str, str]:
    """The stack's outputs."""
    return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}


def physical_ids(stacks: Any) -> dict[str, str]:
    """Physical id of every resource by its logical id."""
    pages = stacks.get_paginator("list_stack_resources").paginate(StackName=STACK_NAME)
    return {
        resource["LogicalResourceId"]: resource.get("PhysicalResourceId", "")
        for page in pages
        for resource in page["StackResourceSummaries"]
        if not resource["ResourceStatus"].startswith("DELETE")
    }


def _upload(cloud: Cloud, prepared: Prepared) -> None:
    s3 = cloud.client("s3")
    try:
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("BucketAlreadyOwnedByYou", "BucketAlreadyExists"):
            raise
    for key, body in prepared.packages.items():
        s3.put_object(Bucket=BUCKET, Key=key, Body=body)
    s3.put_object(Bucket=BUCKET, Key="template.json", Body=json.dumps(prepared.template).encode())


def _apply(stacks: Any, prepared: Prepared, update: bool) -> None:
    call = stacks.update_stack if update else stacks.create_stack
    began = datetime.now(timezone.utc) - timedelta(seconds=1)
    try:
        call(
            StackName=STACK_NAME,
            TemplateURL=f"{stacks.meta.endpoint_url}/{BUCKET}/template.json",
            Parameters=[{"ParameterKey": k, "ParameterValue": v} for k, v in prepared.parameters.items()],
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
    except ClientError as error:
        if "No updates are to be performed" in str(error):
            return
        raise StackError(f"CloudFormation refuses the template: {error.response['Error']['Message']}") from error
    _await(stacks, began)


def _await(stacks: Any, began: datetime) -> None:
    deadline = time.monotonic() + DEPLOY_SECONDS
    while True:
        stack = describe(stacks)
        status = stack["StackStatus"] if stack else "DELETE_COMPLETE"
        if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return
        if not status.endswith("IN_PROGRESS"):
            raise StackError(f"The stack ended in {status}.\n{_reasons(stacks, began)}")
        if time.monotonic() > deadline:
            raise StackError(f"The stack is still in {status} after {DEPLOY_SECONDS} s.")
        time.sleep(0.1)


def _reasons(stacks: Any, began: datetime) -> str:
    try:
        events = stacks.describe_stack_events(StackName=STACK_NAME)["StackEvents"]
    except ClientError:
        return "  The emulator's log may say why: make logs"
    failed = [event for event in events if event["ResourceStatus"].endswith("_FAILED") and event["Timestamp"] >= began]
    lines = [f"  {event['LogicalResourceId']}: {event.get('ResourceStatusReason', 'no reason')}" for event in failed]
    return "\n".join(reversed(lines[:12]))


def _delete(stacks: Any) -> None:
    stacks.delete_stack(StackName=STACK_NAME)
    deadline = time.monotonic() + DEPLOY_SECONDS
    while describe(stacks) is not None:
        if time.monotonic() > deadline:
            raise StackError("The failed stack cannot be deleted; `make down`, remove the state directory, `make up`.")
        time.sleep(0.1)
