"""DynamoDB as a measured function sees it: the emulator's answers, or the same answers again without the emulator."""

from __future__ import annotations

import http.client
import json
import ssl
import threading
from dataclasses import dataclass
from typing import Any

from .wire import HOST, Request, Send, Server

_CONNECTION_HEADERS = {"connection", "content-length", "host", "transfer-encoding", "date", "server"}


@dataclass(frozen=True)
class Exchange:
    """One call of a service and its answer."""

    operation: str
    request: dict[str, Any]
    status: int
    response: dict[str, Any]


class Table:
    """Stands between a function and the emulator."""

    def __init__(self, emulator_port: int, tls: ssl.SSLContext | None) -> None:
        self._exchanges: list[Exchange] = []
        self.repeating = False
        """Whether it answers by itself."""
        self._emulator_port = emulator_port
        self._upstream = threading.local()
        self._known: dict[tuple[str, bytes], tuple[int, dict[str, str], bytes]] = {}
        self._server = Server(self._answer, tls)
        self.url = f"{'https' if tls else 'http'}://{HOST}:{self._server.port}"

    def taken(self) -> list[Exchange]:
        """What was called since this was last asked, as far as the emulator answered."""
        taken, self._exchanges = self._exchanges, []
        return taken

    def close(self) -> None:
        """Stops listening."""
        self._server.close()

    def _answer(self, request: Request, send: Send) -> None:
        operation = request.headers.get("x-amz-target", "").rpartition(".")[2]
        if self.repeating:
            # A write carries ids made up for it; any earlier answer to the same operation is what it gets.
            known = self._known.get((operation, request.body)) or self._known.get((operation, b""))
            send(*(known or (400, {}, b'{"__type":"ValidationException","message":"never asked before"}')))
            return
        status, headers, body = self._pass_on(request)
        self._known[operation, request.body] = self._known[operation, b""] = (status, headers, body)
        if operation:
            response = json.loads(body or b"{}")
            self._exchanges.append(Exchange(operation, json.loads(request.body), status, response))
        send(status, headers, body)

    def _pass_on(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        upstream = getattr(self._upstream, "connection", None)
        if upstream is None:
            upstream = http.client.HTTPConnection(HOST, self._emulator_port, timeout=20)
            self._upstream.connection = upstream
        headers = {name: value for name, value in request.headers.items() if name not in _CONNECTION_HEADERS}
        upstream.request(request.method, request.path, request.body, headers)
        answer = upstream.getresponse()
        kept = {k.lower(): v for k, v in answer.getheaders() if k.lower() not in _CONNECTION_HEADERS}
        return answer.status, kept, answer.read()
