"""What the person at the terminal sees."""

from __future__ import annotations

import os
import sys


class StackError(Exception):
    """A problem the user can act on. The message is all that is shown; the exit code is 1."""


def step(text: str) -> None:
    """Announces the start of something that may take a while."""
    say(f"==> {text}")


def note(text: str) -> None:
    """A detail below the current step."""
    say(f"    {text}")


def say(text: str) -> None:
    """Prints at once. A reader that has gone away (`make up | head`) does not stop the work half-way."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
