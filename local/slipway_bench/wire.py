"""A plain HTTP/1.1 server, one thread per connection. `http.server` costs more than what is measured here."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Request:
    """A request that has arrived whole."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    received_at: int
    """When the last byte was there, by `time.perf_counter_ns`."""


Send = Callable[[int, dict[str, str], bytes], None]
Answer = Callable[[Request, Send], None]
"""Answers a request by calling `Send` once. Not calling it leaves the client waiting, which is of use before a kill."""


class Server:
    """Listens on a free port of the loopback address until it is closed."""

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None = None) -> None:
        self._answer = answer
        self._tls = tls
        self._listener = socket.create_server((HOST, 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Stops listening. Connections end with their clients."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        # Without this the second of two small packets waits 40 ms for the peer's delayed acknowledgement.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError, EOFError):
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            reader = _Reader(connection)
            while True:
                self._answer(reader.request(), lambda *parts: connection.sendall(_render(*parts)))
        connection.close()


class _Reader:
    """Requests off a connection, one after the other."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._buffer = b""

    def request(self) -> Request:
        head, _, self._buffer = self._until(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        pairs = (line.partition(":") for line in lines)
        headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = self._chunks()
        else:
            body = self._take(int(headers.get("content-length", 0)))
        return Request(method, path, headers, body, time.perf_counter_ns())

    def _until(self, mark: bytes) -> tuple[bytes, bytes, bytes]:
        while mark not in self._buffer:
            self._fill()
        return self._buffer.partition(mark)

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._fill()
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken

    def _chunks(self) -> bytes:
        parts = []
        while True:
            size, _, self._buffer = self._until(b"\r\n")
            part = self._take(int(size.split(b";")[0], 16))
            self._take(2)
            if not part:
                return b"".join(parts)
            parts.append(part)

    def _fill(self) -> None:
        data = self._connection.recv(65536)
        if not data:
            raise EOFError
        self._buffer += data


def _render(status: int, headers: dict[str, str], body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status} Answer", *(f"{name}: {value}" for name, value in headers.items())]
    lines += [f"content-length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + body
