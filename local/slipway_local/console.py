"""What the person at the terminal sees."""

from __future__ import annotations

import sys


class StackError(Exception):
    """A problem the user can act on. The message is all that is shown; the exit code is 1."""


def step(text: str) -> None:
    """Announces the start of something that may take a while."""
    print(f"==> {text}", flush=True)


def note(text: str) -> None:
    """A detail below the current step."""
    print(f"    {text}", flush=True)


def warn(text: str) -> None:
    """Something that did not stop the work but should be known."""
    print(f"    warning: {text}", file=sys.stderr, flush=True)
