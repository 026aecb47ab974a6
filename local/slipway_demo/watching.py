"""Waiting for what takes a while: builds, whose report is shown as it grows, and runs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from . import screen
from .client import Client, DemoError, Json, expect

PATIENCE_SECONDS = 180
_PAUSE_SECONDS = 0.05
_RESTING = ("Deployed", "Failed", "UndeployFailed")


def build(client: Client, deployments: dict[str, str], expected: str = "Deployed") -> dict[str, Json]:
    """Waits for the operations of several deployments, by the place each goes to, and shows what they report."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    seen: dict[str, int] = {}
    while True:
        current = {place: client.get(f"/flow-deployments/{deployment}") for place, deployment in deployments.items()}
        _show_news(current, seen)
        if all(deployment["status"] in _RESTING for deployment in current.values()):
            break
        if time.monotonic() > deadline:
            raise DemoError(f"{', '.join(deployments)}: not done after {PATIENCE_SECONDS} s")
        time.sleep(_PAUSE_SECONDS)
    for place, deployment in current.items():
        expect(deployment["status"] == expected, f"{place} is {expected} (it is {deployment['status']})")
    return current


def _show_news(current: dict[str, Json], seen: dict[str, int]) -> None:
    """Shows the entries that were added to the reports since the last look, in the order of time."""
    news = []
    for place, deployment in current.items():
        entries = deployment["details"]["build"]["report"]["entries"]
        news += [(entry["createdAt"], place, entry) for entry in entries[seen.get(place, 0):]]
        seen[place] = len(entries)
    width = max(len(place) for place in current)
    for created_at, place, entry in sorted(news, key=lambda new: new[0]):
        screen.entry(place.ljust(width), created_at[11:23], entry["type"], entry["title"], entry.get("message", ""))


def run(client: Client, started: Json) -> Json:
    """Waits for a run and returns it; it has to succeed."""
    current = until(
        lambda: client.get(f"/runs/{started['id']}"), lambda seen: seen["status"] != "Running", "the run is over"
    )
    expect(current["status"] == "Succeeded", f"the run succeeds (it is {current})")
    return current


def until(look: Callable[[], Json], is_over: Callable[[Json], bool], what: str) -> Json:
    """Looks again and again until it is over, and returns what was seen last."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        current = look()
        if is_over(current):
            return current
        if time.monotonic() > deadline:
            raise DemoError(f"{what}: not so after {PATIENCE_SECONDS} s; seen last: {json.dumps(current)[:2000]}")
        time.sleep(_PAUSE_SECONDS)
