"""A small HTTP server: the shop whose orders the demo's flow asks for."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from slipway_local.settings import HOST

ORDERS = [
    {"id": "A-1", "amount": 40, "placed": "2026-01-10"},
    {"id": "A-2", "amount": 180, "placed": "2026-01-12"},
    {"id": "A-3", "amount": 320, "placed": "2026-01-15"},
    {"id": "A-4", "amount": 950, "placed": "2026-01-20"},
]


_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Visit:
    """A request that was let in."""

    key: str
    """What the key that came with it is called."""
    region: str
    """The region that was asked about."""
    since: str
    """The day from which on orders were asked for."""


@dataclass
class Shop:
    """Where the shop is, which keys it takes, and who was there."""

    url: str
    keys: dict[str, str] = field(default_factory=dict)
    """What each key is called. The shop never repeats a key itself."""
    visits: list[Visit] = field(default_factory=list)
    refused: int = 0
    """Requests without a valid key."""

    def status_without_key(self) -> int:
        """The status that a request without a key gets."""
        try:
            with _DIRECT.open(f"{self.url}/orders", timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def answer(self, path: str, key: str) -> tuple[int, dict[str, object]]:
        """Status and body for `GET {path}` with that `x-api-key`."""
        if key not in self.keys:
            self.refused += 1
            return 401, {"message": "the header x-api-key is missing or wrong"}
        parts = urlsplit(path)
        if parts.path != "/orders":
            return 404, {"message": "there are only /orders"}
        query = parse_qs(parts.query)
        since, region = query.get("since", [""])[0], query.get("region", [""])[0]
        self.visits.append(Visit(self.keys[key], region, since))
        return 200, {"orders": [order for order in ORDERS if str(order["placed"]) >= since]}


@contextmanager
def open_shop() -> Iterator[Shop]:
    """Serves on a free port of the loopback address until the block ends."""
    server = ThreadingHTTPServer((HOST, 0), _Handler)
    shop = Shop(f"http://{HOST}:{server.server_address[1]}")
    server.shop = shop  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield shop
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        shop: Shop = self.server.shop  # type: ignore[attr-defined]
        status, document = shop.answer(self.path, self.headers.get("x-api-key", ""))
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """The demo says itself what was asked for."""
