"""The roles of the template, enforced on what functions call: a grant that is missing on AWS is missing here too.

Every function signs with an access key of its own (`Permissions.credentials`), so a request says who sends it.
Callers that are no function, such as CloudFormation, Step Functions and Scheduler inside the emulator, or a test that
looks behind the API, are not checked. Policies are read where the emulator keeps them, resolved by CloudFormation,
and evaluated by its own evaluator of policies; only what a request needs is worked out here (`actions.py`).
"""

from __future__ import annotations

import base64
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ministack.services import kms

from . import policies
from .actions import Body, Call, Need, Unmapped, needs
from .asgi import Message, Receive, Scope, Send
from .refusals import refuse
from .usage import Usage

log = logging.getLogger("slipway.permissions")

KEY_PREFIX = "SLIPWAY"

_CREDENTIAL = re.compile(r"Credential=(SLIPWAY[A-Z0-9]+)/\d+/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")

Application = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Caller:
    """A function, as it appears to other services."""

    operation: str
    """Its handler."""
    role: str
    """ARN of its role."""
    session: str
    """ARN that the role's temporary credentials have on AWS; messages name it."""

    @property
    def account(self) -> str:
        """The account that the function is in."""
        return self.role.split(":")[4]


class Permissions:
    """An ASGI application in front of another that lets through what the caller's role allows."""

    def __init__(self, application: Application, usage_file: Path) -> None:
        self.usage = Usage(usage_file)
        self._application = application
        self._callers: dict[str, Caller] = {}

    def credentials(self, config: dict[str, Any]) -> dict[str, str]:
        """Credentials for a process of the function with that configuration; the key is the function's own."""
        name, role = config["FunctionName"], config["Role"]
        session = f"arn:aws:sts::{role.split(':')[4]}:assumed-role/{role.rpartition('/')[2]}/{name}"
        key = KEY_PREFIX + re.sub(r"[^A-Z0-9]", "", name.upper())
        caller = Caller(config.get("Handler") or name, role, session)
        self._callers[key] = caller
        self.usage.grants(caller.operation, policies.granted(role))
        return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "local", "AWS_SESSION_TOKEN": ""}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one request."""
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope.get("headers", ())}
        signed = _CREDENTIAL.search(headers.get("authorization", ""))
        if signed is None:
            await self._application(scope, receive, send)
            return
        key, region, service = signed.groups()
        caller = self._callers.get(key)
        if caller is None:
            await refuse(scope, send, service, f"The access key {key} belongs to no running function.")
            return
        body = b""
        if service != "s3":
            body, receive = await _read(receive)
        query = scope["query_string"].decode("latin-1")
        path = scope["raw_path"].decode("latin-1").partition("?")[0]
        call = Call(service, region, caller.account, scope["method"], path, query, headers, body)
        refusal = self._refusal(caller, call)
        if refusal is not None:
            log.error("%s: %s", caller.operation, refusal)
            await refuse(scope, send, service, refusal)
            return
        await self._application(scope, receive, _unable_to_look(caller, call, scope, send))

    def _refusal(self, caller: Caller, call: Call) -> str | None:
        """Why the caller may not do this; nothing if it may."""
        try:
            needed = needs(call, _key_arn)
        except Unmapped as unmapped:
            return f"The local stack does not know which permissions this request needs: {unmapped}"
        for need in needed:
            decision = policies.decide(caller.role, need, call.region)
            if not decision.allowed:
                return _words(caller, need, decision)
            if decision.grant:
                self.usage.use(caller.operation, decision.grant)
        return None


def _unable_to_look(caller: Caller, call: Call, scope: Scope, send: Send) -> Send:
    """S3 tells only those who may list a bucket that an object is missing; to others it says AccessDenied."""
    if call.service != "s3" or call.method not in ("GET", "HEAD"):
        return send
    listing = Need("s3:ListBucket", f"arn:aws:s3:::{call.path.lstrip('/').partition('/')[0]}")
    hidden = False

    async def answer(message: Message) -> None:
        nonlocal hidden
        if message["type"] == "http.response.start" and message["status"] == 404:
            decision = policies.decide(caller.role, listing, call.region)
            hidden = not decision.allowed
            if hidden:
                log.error("%s: an object is missing, which the role may not know: %s", caller.operation, call)
                await refuse(scope, send, "s3", _words(caller, listing, decision))
        if not hidden:
            await send(message)

    return answer


def _words(caller: Caller, need: Need, decision: policies.Decision) -> str:
    return (
        f"User: {caller.session} is not authorized to perform: {need.action} on resource: {need.resource} "
        f"{decision.reason}"
    )


def _key_arn(body: Body) -> str:
    """ARN of the key that a request names, or else of the key that made the ciphertext, whose id stands in front."""
    named = str(body.get("KeyId") or "")
    if not named:
        named = base64.b64decode(str(body.get("CiphertextBlob") or ""))[:36].decode("latin-1")
    key = kms._resolve_key(named)
    return str(key["Arn"]) if key else f"arn:aws:kms:::key/{named}"


async def _read(receive: Receive) -> tuple[bytes, Receive]:
    """The whole body, and a way to receive it once more."""
    chunks: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"", receive
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            break
    body = b"".join(chunks)
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return body, again
