"""The three things that can be done with the stack: bring it up, take it down, look at it."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from . import process, toolchain
from .console import StackError, note, say, step
from .credentials import Credentials
from .settings import ACCOUNT, REGION, Settings

INSIDE = "SLIPWAY_INSIDE_VENV"
"""Set once the command runs in the virtual environment, where boto3 and the SAM translator are."""


def up(settings: Settings, arguments: list[str]) -> None:
    """Builds, starts, deploys and bootstraps; whatever is already as it should be is left alone."""
    if os.environ.get(INSIDE) != "1":
        toolchain.check_python()
        if settings.build:
            toolchain.check_cargo()
        toolchain.prepare_environment(settings)
        python = str(settings.venv_python)
        os.execve(python, [python, *arguments], {**os.environ, INSIDE: "1"})
    with toolchain.locked(settings.state_dir / "lock", "another run of `up` or `down`"):
        _up(settings)


def _up(settings: Settings) -> None:
    from . import credentials, deploy, routes, template

    started = time.monotonic()
    if not settings.template.exists():
        raise StackError(f"There is no template at {settings.template}.")
    if settings.build:
        toolchain.build_functions(settings)
    prepared = template.prepare(settings, deploy.BUCKET)
    process.start(settings)
    cloud = deploy.Cloud(settings)
    changed = deploy.deploy(cloud, prepared, settings)
    stacks = cloud.client("cloudformation")
    physical = deploy.physical_ids(stacks)
    document: dict[str, Any] = {
        "outputs": deploy.outputs(deploy.describe(stacks) or {}),
        "functions": {handler: physical[name] for handler, name in sorted(template.functions(prepared).items())},
        "endpoint": settings.endpoint,
        "url": settings.url,
        "archives": settings.archives,
    }
    api = template.api(prepared)
    if api:
        document["apiId"] = physical[api[0]]
        names = routes.Names(physical, REGION, ACCOUNT)
        count = routes.reconcile(cloud.client("apigatewayv2"), physical[api[0]], api[1], names)
        note(f"{count} routes, {len(document['functions'])} functions")
    _write_outputs(settings, document)
    if "projects.bootstrap" not in document["functions"]:
        raise StackError("The template has no function with the handler projects.bootstrap.")
    bootstrap, bucket = document["functions"]["projects.bootstrap"], document["outputs"]["BucketName"]
    made = credentials.ensure(settings, cloud.client("lambda"), bootstrap, bucket)
    if changed:
        process.save(settings)
    _welcome(settings, made, time.monotonic() - started)


def _write_outputs(settings: Settings, document: dict[str, Any]) -> None:
    text = json.dumps(document, indent=2) + "\n"
    if not settings.outputs_file.exists() or settings.outputs_file.read_text() != text:
        draft = settings.outputs_file.with_suffix(".new")
        draft.write_text(text)
        draft.replace(settings.outputs_file)


def _welcome(settings: Settings, made: Credentials, seconds: float) -> None:
    where = os.path.relpath(settings.env_file)
    say(f"""
Slipway is up at {made.url} ({seconds:.1f} s).

    project         {made.project}
    client id       {made.client_id}
    client secret   {made.client_secret}
    API key         {made.api_key}

The same values are in {where}. To try it:

    source {where}
    curl -s -u "$SLIPWAY_CLIENT_ID:$SLIPWAY_CLIENT_SECRET" -d grant_type=client_credentials "$SLIPWAY_URL/oauth/token"
    curl -s -H "Authorization: $SLIPWAY_API_KEY" "$SLIPWAY_URL/$SLIPWAY_PROJECT/integrations"
    curl -s -H "Authorization: $SLIPWAY_API_KEY" -d '{{"key":"staging","name":"Staging"}}' \\
         -H 'Content-Type: application/json' "$SLIPWAY_URL/$SLIPWAY_PROJECT/environments"
""")


def down(settings: Settings) -> None:
    """Stops everything `up` started. The data stays."""
    with toolchain.locked(settings.state_dir / "lock", "another run of `up` or `down`"):
        if process.stop(settings):
            step(f"Stopped. The data stays in {os.path.relpath(settings.state_dir)}; `make up` brings it back.")
        else:
            step("Nothing was running.")


def status(settings: Settings) -> None:
    """Says whether the stack runs; the exit code is 0 only if it does."""
    running = process.find(settings)
    if running is None:
        raise StackError("The local stack is not running. Start it with: make up")
    say(f"running as process {running.pid}: {settings.url} (AWS services at {settings.endpoint})")
