"""An assumption about AWS, as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .stack import Stack

Proof = Callable[[Stack], str]
"""Proves an assumption on a running stack and answers, in half a sentence, what it saw; raises `Disproved` otherwise."""


@dataclass(frozen=True)
class Assumption:
    """Something that Slipway relies on and that no test without AWS can show."""

    id: str
    """Stands in the table and selects the proof: `make aws-check ONLY=id`."""
    claim: str
    source: str
    """Where AWS says so, or how else it is known."""
    breaks: str
    """What goes wrong when it is not so."""
    proof: Proof | None
    """Absent where a proof would cost more than it tells; `by_hand` says how to see it."""
    by_hand: str = ""

