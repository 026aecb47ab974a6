"""The gateway's limits. Needs the virtual environment."""

from __future__ import annotations

import asyncio
import json
import tempfile
import unittest
from collections.abc import Iterator
from pathlib import Path

from slipway_local.emulator import gateway

TEXT = {"content-type": "application/json"}
CHUNK = b"x" * 65536


def ask(instance: gateway.Gateway, chunks: Iterator[bytes], method: str = "POST") -> tuple[int, dict, bytes]:
    """Sends one request through the ASGI interface."""
    scope = {
        "method": method, "path": "/p/things", "raw_path": b"/p/things", "query_string": b"",
        "headers": [(b"Content-Type", b"application/json")], "client": ("127.0.0.1", 1),
    }
    sent: list[dict] = []

    async def receive() -> dict:
        chunk = next(chunks, None)
        return {"type": "http.request", "body": chunk or b"", "more_body": chunk is not None}

    async def send(message: dict) -> None:
        sent.append(message)

    asyncio.run(instance.handle(scope, receive, send))
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(message.get("body", b"") for message in sent[1:])


class GatewayTest(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.outputs = Path(directory.name) / "outputs.json"
        self.gateway = gateway.Gateway(self.outputs)

    def test_before_the_first_deployment(self) -> None:
        status, _, body = ask(self.gateway, iter([b"{}"]))
        self.assertEqual(status, 503)
        self.assertIn("not deployed", json.loads(body)["message"])

    def test_a_body_over_the_gateways_limit(self) -> None:
        status, headers, body = ask(self.gateway, iter([CHUNK] * 176))
        self.assertEqual(status, 413)
        self.assertEqual(json.loads(body), {"message": "Request Entity Too Large"})
        self.assertEqual(headers["content-length"], str(len(body)))

    def test_a_body_over_the_functions_limit(self) -> None:
        self.outputs.write_text('{"apiId": "abc"}')
        status, _, body = ask(self.gateway, iter([CHUNK] * 112))
        self.assertEqual((status, body), gateway.TOO_LARGE[::2])

    def test_an_unknown_api_is_not_found(self) -> None:
        self.outputs.write_text('{"apiId": "abc"}')
        status, headers, body = ask(self.gateway, iter([b"{}"]))
        self.assertEqual((status, body), (404, b'{"message":"Not Found"}'))
        self.assertIn("apigw-requestid", headers)

    def test_head_has_the_length_that_the_function_states(self) -> None:
        for method, stated, length in (("HEAD", {"content-length": "7"}, b"7"), ("HEAD", {}, b"0"), ("GET", {"content-length": "7"}, b"0")):
            sent: list[dict] = []

            async def send(message: dict, sent: list[dict] = sent) -> None:
                sent.append(message)

            asyncio.run(gateway._send(send, method, 200, stated, b""))
            self.assertEqual(dict(sent[0]["headers"])[b"content-length"], length, method)

    def test_the_size_of_an_event(self) -> None:
        limit = gateway.PAYLOAD_BYTES
        self.assertEqual(gateway._event_size(b"{}", TEXT), 0)
        self.assertLess(gateway._event_size(b"a" * (limit - 4096), TEXT), limit)
        self.assertGreater(gateway._event_size(b'"' * (limit // 2), TEXT), limit, "quotes are escaped")
        self.assertGreater(gateway._event_size(b"a" * 4800000, {}), limit, "other types travel as base64")


if __name__ == "__main__":
    unittest.main()
