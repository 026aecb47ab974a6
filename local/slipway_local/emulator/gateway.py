"""The plain base URL: an HTTP API as API Gateway serves it, without stage or API id in the address."""

from __future__ import annotations

import base64
import json
import logging
import os
from pathlib import Path
from urllib.parse import parse_qs

from ministack.core.responses import set_request_client_ip
from ministack.core.sigv4 import decode_header_value
from ministack.services import apigateway

from .asgi import Receive, Scope, Send

log = logging.getLogger("slipway.gateway")

BODY_BYTES = 10 * 1024 * 1024
"""Largest body that API Gateway takes."""

PAYLOAD_BYTES = 6 * 1024 * 1024
"""Largest event, and largest answer, of a synchronous Lambda invocation."""

DRAIN_BYTES = 64 * 1024 * 1024
"""How much of a refused body is read so that the client gets to see the refusal instead of a broken connection."""

JSON = {"content-type": "application/json"}

TOO_LARGE = 413, JSON, b'{"message":"Request Entity Too Large"}'
"""The gateway's own answer to a body that exceeds its limit, or that of a function's event."""

_HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"}


class Gateway:
    """Hands requests to the emulated HTTP API that `up` has deployed."""

    def __init__(self, outputs: Path) -> None:
        self._outputs = outputs
        self._api: str | None = None
        self._read_at = 0

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request."""
        body, size = await _read(receive)
        if size > BODY_BYTES:
            status, headers, answer = TOO_LARGE
        else:
            try:
                status, headers, answer = await self._dispatch(scope, body)
            except Exception:
                log.exception("%s %s", scope["method"], scope["path"])
                status, headers, answer = 500, dict(JSON), b'{"message":"Internal Server Error"}'
        await _send(send, scope["method"], status, headers, answer)

    async def _dispatch(self, scope: Scope, body: bytes) -> tuple[int, dict, bytes]:
        api = self._api_id()
        if api is None:
            message = "The stack is not deployed yet: `make up` has not finished."
            return 503, {**JSON, "retry-after": "2"}, json.dumps({"message": message}).encode()
        headers = _headers(scope)
        query = scope["query_string"].decode("latin-1")
        if _event_size(body, headers) > PAYLOAD_BYTES:
            return TOO_LARGE
        path = apigateway.decode_http_api_path(scope["raw_path"].decode("latin-1"))
        set_request_client_ip((scope.get("client") or ("127.0.0.1",))[0])
        status, answer_headers, answer = await apigateway.handle_execute(
            api, "$default", path, _method(scope["method"]), headers, body,
            parse_qs(query, keep_blank_values=True), raw_query_string=query,
        )
        if len(answer) > PAYLOAD_BYTES:
            log.error("%s %s: the answer of %d bytes exceeds a function's limit", scope["method"], path, len(answer))
            status, answer_headers, answer = 500, dict(JSON), b'{"message":"Internal Server Error"}'
        answer_headers.setdefault("apigw-requestid", base64.b64encode(os.urandom(11)).decode())
        return status, answer_headers, answer

    def _api_id(self) -> str | None:
        """Id of the deployed API, read again whenever `up` has written the file anew."""
        try:
            changed = self._outputs.stat().st_mtime_ns
            if changed != self._read_at:
                self._api = json.loads(self._outputs.read_text())["apiId"]
                self._read_at = changed
        except (OSError, ValueError, KeyError):
            return self._api
        return self._api


async def _read(receive: Receive) -> tuple[bytes, int]:
    """The body and its size; of a body over the limit only the size, which stops counting at the drain limit."""
    chunks, size = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"", size
        chunk = message.get("body", b"")
        size += len(chunk)
        if size <= BODY_BYTES:
            chunks.append(chunk)
        elif chunks:
            chunks.clear()
        if not message.get("more_body", False) or size > DRAIN_BYTES:
            return b"".join(chunks), size


def _headers(scope: Scope) -> dict[str, str]:
    """Request headers as an event carries them: lower case, repeated ones joined."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), decode_header_value(raw_value)
        if name in _HOP_BY_HOP:
            continue
        joint = "; " if name == "cookie" else ","
        headers[name] = f"{headers[name]}{joint}{value}" if name in headers else value
    client = (scope.get("client") or ("127.0.0.1",))[0]
    headers.setdefault("x-forwarded-for", client)
    headers.setdefault("x-forwarded-proto", "http")
    return headers


def _method(method: str) -> str:
    """The method as the emulator is told it.

    It answers OPTIONS itself, also for an API without CORS; API Gateway looks for a route then, as for every method. In
    lower case the emulator does not know it, and `patches` has it in upper case again for routes and functions.
    """
    return method.lower() if method == "OPTIONS" else method


def _event_size(body: bytes, headers: dict[str, str]) -> int:
    """Bytes of the event that carries this body; exact where it can matter, an upper bound elsewhere."""
    envelope = 2048 + sum(2 * (len(name) + len(value)) for name, value in headers.items())
    if 6 * len(body) + envelope <= PAYLOAD_BYTES:
        return 0
    if apigateway._v2_request_body_is_text(headers.get("content-type")):
        text = body.decode("utf-8", errors="replace")
        return len(json.dumps(text, ensure_ascii=False).encode("utf-8", errors="replace")) + envelope
    return (len(body) + 2) // 3 * 4 + envelope


async def _send(send: Send, method: str, status: int, headers: dict, body: bytes) -> None:
    lines: list[tuple[bytes, bytes]] = []
    for name, value in headers.items():
        if name.lower() in _HOP_BY_HOP or name.lower() == "content-length":
            continue
        for item in value if isinstance(value, (list, tuple)) else (value,):
            lines.append((name.lower().encode("latin-1"), str(item).encode("utf-8")))
    if status >= 200 and status not in (204, 304):
        # Of a body that HEAD leaves out, only the function knows the length.
        stated = headers.get("content-length") if method == "HEAD" else None
        lines.append((b"content-length", str(stated or len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})
