"""A running stack as the proofs see it: the API, and the services behind it."""

from __future__ import annotations

import json
import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from slipway_demo.client import Client, Json
from slipway_local.credentials import Credentials

PATIENCE_SECONDS = 300
"""How long a proof waits for what the stack does by itself."""

PAUSE_SECONDS = 1.0

REQUEST_SECONDS = 60

_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Disproved(Exception):
    """The stack does otherwise than was assumed; the text says what it did."""


class Unprovable(Exception):
    """The proof needs something that this stack does not have."""


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    headers: dict[str, str]
    body: str

    @property
    def document(self) -> Json:
        """The body as JSON; an empty object when it is not."""
        try:
            read = json.loads(self.body)
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}

    def codes(self) -> list[str]:
        """The error codes of an envelope."""
        return [str(error.get("code")) for error in self.document.get("errors", [])]


@dataclass
class Stack:
    """One stack and an administrator of one of its projects."""

    name: str
    """Name of the CloudFormation stack."""
    outputs: dict[str, str]
    functions: dict[str, str]
    """Physical name of each function, by operation id."""
    credentials: Credentials
    service: Callable[[str], Any]
    """Makes a client of an AWS service."""
    on_aws: bool
    suffix: str = field(default_factory=lambda: secrets.token_hex(3))
    """Makes every key of this run its own."""

    def __post_init__(self) -> None:
        self.client = Client(self.credentials)
        self._environment: Json = {}

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Sends exactly this, without credentials unless `headers` has them."""
        request = urllib.request.Request(f"{self.credentials.url}{path}", data=body, method=method)
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with _DIRECT.open(request, timeout=REQUEST_SECONDS) as answer:
                return _answer(answer.status, answer)
        except urllib.error.HTTPError as error:
            return _answer(error.code, error)

    def call(self, method: str, path: str, body: Json | None = None) -> Answer:
        """The same with the administrator's key; `path` begins after the project."""
        headers = {"Authorization": self.credentials.api_key, "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        return self.request(method, f"/{self.credentials.project}{path}", content, headers)

    def environment(self) -> Json:
        """An environment for the proofs, made at the first use."""
        if not self._environment:
            self._environment = self.client.create("/environments", {
                "key": f"proofs-{self.suffix}", "name": "Proofs",
                "variables": [{"name": "KEY", "value": secrets.token_urlsafe(16), "secured": True}],
            })
        return self._environment

    def deploy(self, name: str, definition: Json, **members: Any) -> tuple[Json, Json]:
        """Saves, releases and deploys a flow; answers the flow and its deployment at rest."""
        flow = self.client.create("/flows", {
            "key": f"{name}-{self.suffix}", "name": name, "definition": definition, **members,
        })
        path = f"/flows/{flow['id']}"
        self.client.update(path, flow["version"], {"action": "save"})
        self.client.create(f"{path}/releases", {"description": "Proof"})
        asked = self.client.create("/flow-deployments", {
            "flow": flow["id"], "release": 1, "environment": self.environment()["id"], "description": "Proof",
        })
        deployment = self.wait(
            lambda: self.client.get(f"/flow-deployments/{asked['id']}"),
            lambda seen: seen["status"] not in ("Queued", "Deploying"), f"the flow '{name}' is deployed",
        )
        if deployment["status"] != "Deployed":
            entries = deployment["details"]["build"]["report"]["entries"]
            errors = [f"{one['title']}: {one.get('message', '')}" for one in entries if one["type"] == "Error"]
            raise Disproved(f"the flow '{name}' is {deployment['status']}: {'; '.join(errors)}")
        return flow, deployment

    def machine_of(self, deployment: Json) -> str:
        """ARN of the state machine of a deployment's build."""
        end = str(deployment["details"]["build"]["id"]).replace("-", "")
        pages = self.service("stepfunctions").get_paginator("list_state_machines").paginate()
        arns = (str(machine["stateMachineArn"]) for page in pages for machine in page["stateMachines"])
        found = next((arn for arn in arns if arn.endswith(end)), None)
        if found is None:
            raise Disproved(f"no state machine of {self.name} ends in {end}")
        return found

    def run(self, flow: Json, payload: Json) -> Json:
        """Runs what is deployed of a flow and answers the run at its end."""
        started = self.client.create("/runs", {
            "flow": flow["id"], "environment": self.environment()["id"], "input": payload,
        })
        return self.wait(
            lambda: self.client.get(f"/runs/{started['id']}"),
            lambda seen: seen["status"] in ("Succeeded", "Failed", "TimedOut", "Aborted"), "the run is over",
        )

    def wait(self, look: Callable[[], Any], is_over: Callable[[Any], bool], what: str) -> Any:
        """Looks until it is over; `what` should be the case then."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            seen = look()
            if is_over(seen):
                return seen
            if time.monotonic() > deadline:
                raise Disproved(f"{what}: not after {PATIENCE_SECONDS} s")
            time.sleep(PAUSE_SECONDS)

    def needs_aws(self, why: str) -> None:
        """For proofs of what the emulator does not have."""
        if not self.on_aws:
            raise Unprovable(why)


def expect(holds: bool, otherwise: object) -> None:
    """Ends the proof unless it holds; `otherwise` says what was seen."""
    if not holds:
        raise Disproved(str(otherwise))


def _answer(status: int, answer: Any) -> Answer:
    headers = {name.lower(): value for name, value in answer.headers.items()}
    return Answer(status, headers, answer.read().decode(errors="replace"))
