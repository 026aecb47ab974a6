"""Running proofs one by one, on a stack on AWS or, to try the proofs themselves, on the local one."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from pathlib import Path

import boto3
from botocore.exceptions import ClientError
from slipway_demo import story
from slipway_demo.client import DemoError
from slipway_demo.place import Place
from slipway_local import credentials
from slipway_local.console import StackError, say
from slipway_local.deploy import Cloud
from slipway_local.settings import STACK_NAME, Settings

from . import table
from .assumption import Assumption
from .remote_shop import open_remote_shop
from .stack import Disproved, Stack, Unprovable

AT_THE_END = ("roles-suffice",)
"""What is only known when everything else has been tried."""


def local_stack(loaded: Settings) -> Stack:
    """The local stack of these settings, which must be up."""
    known = credentials.read(loaded)
    if known is None or not loaded.outputs_file.exists():
        raise StackError("The local stack is not up. Start it with: make up")
    written = json.loads(loaded.outputs_file.read_text())
    return Stack(
        STACK_NAME, written["outputs"], written["functions"], known, Cloud(loaded).client, on_aws=False
    )


def prove(stack: Stack, only: list[str]) -> dict[str, table.Result]:
    """Proves what was asked for, or everything but what comes at the end."""
    known = {assumption.id: assumption for assumption in table.everything()}
    unknown = [name for name in only if name not in known]
    if unknown:
        raise StackError(f"There is no assumption '{unknown[0]}'. There are: {', '.join(known)}.")
    chosen = only or [name for name in known if name not in AT_THE_END]
    return _prove(stack, [known[name] for name in chosen])


def after_the_demo(stack: Stack) -> dict[str, table.Result]:
    """Proves what comes at the end."""
    return _prove(stack, [one for one in table.everything() if one.id in AT_THE_END])


def _prove(stack: Stack, assumptions: list[Assumption]) -> dict[str, table.Result]:
    found = {}
    for assumption in assumptions:
        if assumption.proof is not None:
            found[assumption.id] = _result(stack, assumption)
            say(f"  {assumption.id:22} {found[assumption.id].verdict}: {found[assumption.id].seen}")
    return found


def _result(stack: Stack, assumption: Assumption) -> table.Result:
    day = datetime.now(timezone.utc).date().isoformat()
    assert assumption.proof is not None
    try:
        return table.Result(day, "proven", assumption.proof(stack))
    except Unprovable as reason:
        return table.Result(day, "not proven", str(reason))
    except (Disproved, DemoError, ClientError) as seen:
        return table.Result(day, "disproved", str(seen)[:500])


def tell_the_demo(stack: Stack) -> None:
    """The demo, with its shop on AWS as well."""
    place = Place(stack.credentials, stack.outputs["BucketName"], stack.service)
    tables = boto3.resource("dynamodb")
    story.tell(place, lambda: open_remote_shop(stack.service, tables.Table, f"{stack.name}-shop", place.bucket))


def write_outputs(stack: Stack, directory: Path) -> None:
    """What the stories need to reach the stack, and how to run them."""
    directory.mkdir(parents=True, exist_ok=True)
    document = {"outputs": stack.outputs, "functions": stack.functions, "url": stack.credentials.url,
                "region": boto3.Session().region_name}
    directory.joinpath("outputs.json").write_text(json.dumps(document, indent=2) + "\n")
    say(f"To run stories against it: make stories STATE={directory} STORIES=flows::")
