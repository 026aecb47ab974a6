"""Where the story is told: on the local stack, or on one that was deployed to AWS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from slipway_local.credentials import Credentials


@dataclass(frozen=True)
class Place:
    """A running stack."""

    credentials: Credentials
    bucket: str
    """The stack's bucket, in which the demo keeps the repository of its connector."""
    service: Callable[[str], Any]
    """Makes a client of an AWS service."""
