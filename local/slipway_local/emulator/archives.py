"""Archives of repositories over HTTP, in place of a host like GitHub: `GET /{path}/{tag}.tar.gz`, nothing else."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import IO
from urllib.parse import unquote

from .asgi import Scope, Send

ENDING = ".tar.gz"

CHUNK_BYTES = 256 * 1024


class Archives:
    """Serves the archives below a directory. What lies elsewhere, also behind a link, is not there."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def handle(self, scope: Scope, send: Send) -> None:
        """Answers one request."""
        file = self._open(scope["method"], scope["raw_path"].decode("latin-1").partition("?")[0])
        if file is None:
            await _start(send, 404, b"text/plain; charset=utf-8")
            await send({"type": "http.response.body", "body": b"not found\n"})
            return
        with file:
            await _start(send, 200, b"application/gzip")
            while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    def _open(self, method: str, raw_path: str) -> IO[bytes] | None:
        path = unquote(raw_path).lstrip("/")
        if method != "GET" or not path.endswith(ENDING) or "/" not in path:
            return None
        try:
            root = self._root.resolve()
            target = (root / path).resolve()
            if target.is_relative_to(root) and target.is_file():
                return target.open("rb")
        except (OSError, ValueError):  # a name that cannot be one, such as one with a zero byte
            pass
        return None


async def _start(send: Send, status: int, media_type: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", media_type)]})
