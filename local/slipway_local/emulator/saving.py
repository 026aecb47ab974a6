"""Saving the emulator's state while it runs. By itself it saves only when it is stopped in an orderly way."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any

from ministack.core import persistence

from .asgi import Send

log = logging.getLogger("slipway.saving")

INTERVAL_SECONDS = 5.0
"""How much work a crash may cost, as long as the state is small."""

LONGEST_SHARE = 0.05
"""Largest share of the time that may be spent saving; a large state is saved less often."""


class Saver:
    """Writes every service's state to disk a few seconds after the last change."""

    def __init__(self, services: Callable[[], dict[str, Callable[[], Any]]]) -> None:
        self._services = services
        self._changed = False
        self._pause = INTERVAL_SECONDS
        self._stopped = False
        self._lock = asyncio.Lock()

    def touch(self, method: str) -> None:
        """Notes that a request may change something."""
        if method not in ("GET", "HEAD", "OPTIONS"):
            self._changed = True

    async def run(self) -> None:
        """Saves for ever, when there is something to save."""
        while True:
            await asyncio.sleep(self._pause)
            if self._changed:
                await self.save()

    async def stop(self) -> None:
        """Ends saving, after the save in progress. The emulator's own save at its end must not meet ours."""
        async with self._lock:
            self._stopped = True

    async def save(self) -> None:
        """Saves now. The copy is taken on the event loop, where no request can change it; writing is not."""
        async with self._lock:
            if self._stopped:
                return
            started = time.monotonic()
            self._changed = False
            copies = {}
            for name, read in self._services().items():
                try:
                    copies[name] = read()
                except Exception as error:  # a background thread changed the service meanwhile: try again later
                    log.warning("%s is not saved this time: %s", name, error)
                    self._changed = True
            await asyncio.to_thread(_write, copies)
            self._pause = max(INTERVAL_SECONDS, (time.monotonic() - started) / LONGEST_SHARE)

    async def answer(self, send: Send) -> None:
        """Saves on request and says so."""
        await self.save()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def _write(copies: dict[str, Any]) -> None:
    for name, state in copies.items():
        if state is not None:
            persistence.save_state(name, state)
