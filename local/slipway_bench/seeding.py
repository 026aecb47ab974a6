"""The emulator with a table, a project and environments in it, all made by the functions themselves."""

from __future__ import annotations

import base64
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slipway_local import deploy, process
from slipway_local.console import note, step
from slipway_local.settings import ACCOUNT, REGION, Settings

from . import certificates
from .runtime_api import BenchError, Function
from .table import Table

_ROOTS = "shared/runtime/src/aws/amazon-roots.pem"
TABLE = "slipway-bench"
PROJECT = "bench"
HELD = 1_000
"""Environments in the project that everything but the comparison of lists is measured in."""
OTHERS = {"small": 100, "large": 2_000}
"""Projects with fewer and more."""


@dataclass
class Seeded:
    """What measured functions can refer to."""

    settings: Settings
    tls: certificates.Tls
    key: str
    project: str = PROJECT
    others: dict[str, int] = field(default_factory=lambda: dict(OTHERS))
    environment: str = ""
    """Id of an environment of the project."""
    api_key: str = ""
    token: str = ""
    """An access token, good for an hour."""

    def table(self) -> Table:
        """A stand-in for DynamoDB in front of the emulator."""
        return Table(self.settings.aws_port, self.tls.server)

    def environment_of(self, handler: str, url: str) -> dict[str, str]:
        """Variables of a function, as Lambda and `template.yaml` set them."""
        return {
            "_HANDLER": handler, "AWS_LAMBDA_FUNCTION_NAME": "bench", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST", "AWS_LAMBDA_LOG_GROUP_NAME": "bench",
            "AWS_LAMBDA_LOG_STREAM_NAME": "bench", "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": ACCOUNT, "AWS_SECRET_ACCESS_KEY": "local", "AWS_SESSION_TOKEN": "local",
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull, "AWS_ENDPOINT_URL": url,
            # Read by our functions in place of the roots that they bring along, and by Python.
            "SSL_CERT_FILE": str(self.tls.amazon_roots), "AWS_CA_BUNDLE": str(self.tls.roots),
            # Node.js brings its own roots and takes further ones.
            "NODE_EXTRA_CA_CERTS": str(self.tls.own_root),
            "TABLE_NAME": TABLE, "BUCKET_NAME": "slipway-bench", "KEY_ID": self.key, "PREFIX": "slipway",
            "FLOW_QUEUE_URL": f"{self.settings.endpoint}/{ACCOUNT}/slipway-bench",
            "CONNECTOR_QUEUE_URL": f"{self.settings.endpoint}/{ACCOUNT}/slipway-bench", "LOG_LEVEL": "info",
            "PATH": os.environ.get("PATH", ""),
        }


def seed(settings: Settings, binary: Callable[[str], Path]) -> Seeded:
    """Starts the emulator with nothing in it and fills it."""
    process.stop(settings)
    shutil.rmtree(settings.data, ignore_errors=True)
    process.start(settings)
    cloud = deploy.Cloud(settings)
    _create_table(cloud.client("dynamodb"), settings)
    key = cloud.client("kms").create_key()["KeyMetadata"]["KeyId"]
    seeded = Seeded(settings, certificates.make(settings.state_dir / "tls", settings.root / _ROOTS), key)
    step("Making environments")
    [made] = _run(seeded, binary("projects"), "projects.bootstrap", [{"projectKey": PROJECT}])
    seeded.api_key = made["apiKey"]
    seeded.token = _token(seeded, binary("oauth"), f"{made['clientId']}:{made['clientSecret']}")
    for project, count in {PROJECT: HELD, **OTHERS}.items():
        note(f"{count:,} in project '{project}'")
        sample = json.loads((settings.root / "events" / "environments.create.json").read_text())
        events = [_creation(sample, project, number) for number in range(count)]
        answers = _run(seeded, binary("environments"), "environments.create", events)
        refused = [answer["body"] for answer in answers if answer["statusCode"] != 201]
        if refused:
            raise BenchError(f"environments.create refused: {refused[0]}")
        if project == PROJECT:
            seeded.environment = json.loads(answers[0]["body"])["id"]
    return seeded


def _token(seeded: Seeded, binary: Path, client: str) -> str:
    event = json.loads((seeded.settings.root / "events" / "oauth.token.json").read_text())
    event["headers"]["authorization"] = f"Basic {base64.b64encode(client.encode()).decode()}"
    [answer] = _run(seeded, binary, "oauth.token", [event])
    if answer["statusCode"] != 200:
        raise BenchError(f"oauth.token refused: {answer['body']}")
    return json.loads(answer["body"])["access_token"]


def _creation(sample: dict[str, Any], project: str, number: int) -> dict[str, Any]:
    """An environment with a key and a few variables, about 700 bytes of item."""
    variables = [{"name": f"NAME_{index}", "value": f"https://{index}.example.com/v1"} for index in range(4)]
    body = {"key": f"stage-{number}", "name": f"Stage {number}", "position": number, "variables": variables}
    context = json.loads(json.dumps(sample["requestContext"]))
    context["authorizer"]["lambda"]["project"] = project
    path = {"projectKey": project}
    return {**sample, "pathParameters": path, "requestContext": context, "body": json.dumps(body)}


def _run(seeded: Seeded, binary: Path, handler: str, events: list[dict[str, Any]]) -> list[Any]:
    """Calls a function with one event after the other, straight against the emulator."""
    environment = seeded.environment_of(handler, seeded.settings.endpoint)
    function = Function([str(binary)], environment, seeded.settings.logs / f"{handler}.log")
    try:
        function.init_ms()
        return [function.invoke(json.dumps(event).encode()).payload for event in events]
    finally:
        function.end()


def _create_table(dynamodb: Any, settings: Settings) -> None:
    from samtranslator.yaml_helper import yaml_parse

    properties = yaml_parse(settings.template.read_text())["Resources"]["Table"]["Properties"]
    names = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
    dynamodb.create_table(TableName=TABLE, **{name: properties[name] for name in names})
