"""A record of the permissions that functions have used: what a role grants and nobody needs shows up as unused."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path

INTERVAL_SECONDS = 5.0

Grant = tuple[str, str]
"""An action, and the resource it is granted on as the role writes it."""

_USED_BY_LAMBDA = ("logs:", "xray:", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage")
"""Beginnings of actions that Lambda uses on the function's behalf. No request to the emulator shows them."""


class Usage:
    """What every function has used since the emulator was started, in a JSON file by operation."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._granted: dict[str, frozenset[Grant]] = {}
        self._used: dict[str, set[Grant]] = {}
        self._changed = False

    def grants(self, operation: str, granted: Iterable[Grant]) -> None:
        """Notes what a function may do; the last word counts."""
        self._granted[operation] = frozenset(
            grant for grant in granted if not grant[0].startswith(_USED_BY_LAMBDA)
        )
        self._changed = True

    def use(self, operation: str, grant: Grant) -> None:
        """Notes that a function has done something it may do."""
        used = self._used.setdefault(operation, set())
        if grant not in used:
            used.add(grant)
            self._changed = True

    async def run(self) -> None:
        """Writes the file every few seconds, when there is something new."""
        while True:
            await asyncio.sleep(INTERVAL_SECONDS)
            self.write()

    def write(self) -> None:
        """Writes the file now, unless it is up to date."""
        if not self._changed:
            return
        self._changed = False
        document = {
            operation: {
                "used": _lines(granted & self._used.get(operation, set())),
                "unused": _lines(granted - self._used.get(operation, set())),
            }
            for operation, granted in sorted(self._granted.items())
        }
        draft = self._file.with_suffix(".new")
        draft.write_text(json.dumps(document, indent=2) + "\n")
        draft.replace(self._file)


def _lines(grants: Iterable[Grant]) -> list[str]:
    return sorted(f"{action} on {resource}" for action, resource in grants)
