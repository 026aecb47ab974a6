"""`docs/ON-AWS.md`: every assumption with its source, what breaks, and what the last check saw."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from . import events, gateway, states, storage
from .assumption import Assumption

AREAS = (
    ("API Gateway and the authorizer", gateway.ASSUMPTIONS),
    ("Step Functions and the HTTP task", states.ASSUMPTIONS),
    ("Queues, schedules, topics, roles", events.ASSUMPTIONS),
    ("DynamoDB, S3, KMS", storage.ASSUMPTIONS),
)
"""Every assumption, by area, in the order of the tables."""

BEGIN, END = "<!-- begin: written by `make aws-check` -->", "<!-- end -->"

RESULTS = Path(__file__).with_name("results.json")
"""What the last check on AWS saw, by the assumption's id. Absent until there was one."""


@dataclass(frozen=True)
class Result:
    """What became of a proof."""

    day: str
    verdict: str
    """`proven`, `disproved` or `not proven`."""
    seen: str


def everything() -> list[Assumption]:
    """Every assumption, in the order of the tables."""
    return [assumption for _, assumptions in AREAS for assumption in assumptions]


def results() -> dict[str, Result]:
    """What the last check saw."""
    if not RESULTS.exists():
        return {}
    return {name: Result(**found) for name, found in json.loads(RESULTS.read_text()).items()}


def keep(found: dict[str, Result]) -> None:
    """Remembers what a check saw; what it did not look at stays as it was."""
    merged = {**results(), **found}
    RESULTS.write_text(json.dumps({name: vars(merged[name]) for name in sorted(merged)}, indent=2) + "\n")


def render(found: dict[str, Result]) -> str:
    """The tables."""
    parts = []
    for title, assumptions in AREAS:
        rows = [_row(assumption, found.get(assumption.id)) for assumption in assumptions]
        head = "| id | assumption | source | if it is wrong | last check on AWS |\n|---|---|---|---|---|"
        parts.append("\n".join([f"### {title}", "", head, *rows]))
    return "\n\n".join(parts)


def _row(assumption: Assumption, result: Result | None) -> str:
    if result is not None:
        last = f"{result.verdict}, {result.day}: {result.seen}"
    elif assumption.proof is None:
        last = f"by hand: {assumption.by_hand}"
    else:
        last = "never"
    cells = (f"`{assumption.id}`", assumption.claim, assumption.source, assumption.breaks, last)
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def replaced(document: str, found: dict[str, Result]) -> str:
    """The document with its tables written anew."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{render(found)}\n\n{END}{after}"
