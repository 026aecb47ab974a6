"""What the demo shows. Colours only where a person looks: on a terminal, and not with NO_COLOR set."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence

from slipway_local.console import say

_COLOURED = sys.stdout.isatty() and "NO_COLOR" not in os.environ
_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_UNKNOWN_WIDTH = 120


def styled(style: str, text: str) -> str:
    """The text in a style, or as it is where there are no colours."""
    return f"\033[{_STYLES[style]}m{text}\033[0m" if _COLOURED else text


def chapter(number: int, title: str) -> None:
    """Begins a part of the story."""
    say("\n" + styled("bold", f"{number}. {title}"))


def tell(text: str) -> None:
    """A sentence of the story."""
    say(f"   {text}")


def call(method: str, path: str, note: str = "") -> None:
    """A request that is made."""
    say(f"   {styled('cyan', method.ljust(4))} {path}" + (styled("dim", f"  ({note})") if note else ""))


def proven(claim: str) -> None:
    """Something that was checked and holds."""
    say(f"   {styled('green', '✓')} {claim}")


def entry(place: str, time: str, kind: str, title: str, message: str) -> None:
    """An entry of a build report, cut to the width of the terminal."""
    style = {"Error": "red", "Warning": "yellow"}.get(kind, "green")
    text = f"{title}: {message}" if message else title
    room = shutil.get_terminal_size((_UNKNOWN_WIDTH, 24)).columns - len(place) - 32
    # Why something failed is shown whole, however wide that is.
    shown = text if len(text) <= max(room, 40) or kind == "Error" else text[: max(room, 40) - 1] + "…"
    say(f"   {styled('dim', time)}  {place}  {styled(style, kind.ljust(11))}  {shown}")


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table with columns as wide as their widest cell."""
    widths = [max(len(line[place]) for line in [head, *rows]) for place in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()

    say(f"     {styled('bold', line(head))}")
    for row in rows:
        say(f"     {line(row)}")
