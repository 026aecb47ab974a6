"""The figures as tables of text."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

from slipway_local.console import say

from .capacity import Units
from .measuring import Figures
from .programs import zipped_mb
from .seeding import HELD, OTHERS
from .variants import HELLO, NODE, OURS, PYTHON, Variant


def show(variants: list[Variant], figures: dict[str, Figures]) -> None:
    """Prints everything."""
    _cold([variant for variant in variants if variant.starts], figures)
    _warm([variant for variant in variants if variant.starts], figures)
    _ratios(figures)
    _database([variant for variant in variants if variant.starts and variant.name != HELLO], figures)
    _lists(figures)


def _cold(variants: list[Variant], figures: dict[str, Figures]) -> None:
    floor = figures[HELLO]
    rows = []
    for variant in variants:
        own = figures[variant.name]
        rows.append([
            variant.name, f"{statistics.median(own.init):.1f}", f"{statistics.median(own.first):.1f}",
            f"{own.total():.1f}", f"{own.cold_cpu():.1f}", f"{own.cold_cpu() / floor.cold_cpu():.1f}",
            f"{own.peak():.1f}", f"{own.peak() / floor.peak():.1f}", f"{variant.program.stat().st_size / 1e6:.2f}",
            f"{zipped_mb(variant.program):.2f}",
        ])
    count = len(floor.init)
    heads = ["function", "init ms", "first ms", "total ms", "CPU ms", "÷ hello", "peak MB", "÷ hello"]
    heads += ["file MB", "zip MB"]
    _table(f"Cold start, DynamoDB answering at once over TLS: medians of {count} starts", heads, rows)


def _warm(variants: list[Variant], figures: dict[str, Figures]) -> None:
    floor = figures[HELLO]
    rows = []
    for variant in variants:
        own = figures[variant.name]
        cpu, ratio = "–", "–"
        if own.warm_cpu and floor.warm_cpu:
            cpu, ratio = f"{own.warm_cpu:.3f}", f"{own.warm_cpu / floor.warm_cpu:.1f}"
        rows.append([
            variant.name, f"{statistics.median(own.warm):.2f}", f"{percentile(own.warm, 99):.2f}",
            f"{statistics.median(own.warm) / statistics.median(floor.warm):.1f}", cpu, ratio,
            f"{statistics.median(own.emulated):.1f}" if own.called and own.called.calls else "–",
        ])
    heads = ["function", "p50 ms", "p99 ms", "÷ hello", "CPU ms", "÷ hello", "p50 with emulator"]
    _table(f"Warm calls, DynamoDB answering at once over TLS: {len(floor.warm)} calls each", heads, rows)


def _ratios(figures: dict[str, Figures]) -> None:
    ours, rows = figures[OURS], []
    for name in (PYTHON, NODE):
        theirs = figures.get(name)
        if theirs is None:
            rows.append([name, *["not measured"] * 5])
            continue
        warm_cpu = "–"
        if theirs.warm_cpu and ours.warm_cpu:
            warm_cpu = f"{theirs.warm_cpu / ours.warm_cpu:.1f}"
        rows.append([
            name, f"{theirs.total() / ours.total():.0f}", f"{theirs.cold_cpu() / ours.cold_cpu():.0f}",
            f"{statistics.median(theirs.warm) / statistics.median(ours.warm):.1f}", warm_cpu,
            f"{theirs.peak() / ours.peak():.1f}",
        ])
    _table(f"÷ {OURS}", ["function", "cold wall", "cold CPU", "warm p50", "warm CPU", "peak memory"], rows)


def _database(variants: list[Variant], figures: dict[str, Figures]) -> None:
    rows = []
    for variant in variants:
        own = figures[variant.name]
        if own.called and own.first_called and own.prepared:
            first, every = _calls(own.first_called), _calls(own.called)
            first = "the same" if first == every else first
            rows.append([variant.name, _calls(own.prepared), first, *_units(own.called)])
    heads = ["function", "in init", "first call", "every other call", "items read", "read units", "write units"]
    _table("Calls of AWS, and DynamoDB's capacity units by the sizes of the items", heads, rows)


def _lists(figures: dict[str, Figures]) -> None:
    held = {f"environments.query of {count:,}": count for count in OTHERS.values()}
    sizes = sorted([("environments.query", HELD), *held.items()], key=lambda entry: entry[1])
    rows = []
    for name, count in sizes:
        own = figures[name]
        if own.called:
            cpu = "–" if own.warm_cpu is None else f"{own.warm_cpu:.3f}"
            p50 = f"{statistics.median(own.warm):.2f}"
            rows.append([f"{count:,}", *_units(own.called), p50, cpu, f"{statistics.median(own.emulated):.1f}"])
    heads = ["held", "calls", "items read", "read units", "write units", "p50 ms", "CPU ms", "p50 with emulator"]
    _table("First page of 20, by how many environments the project holds", heads, rows)
    say("The emulator searches a partition from its beginning to its end; the growth of its last column is its own.")


def _units(units: Units) -> list[str]:
    return [_calls(units), str(units.items), f"{units.reads:g}", f"{units.writes:g}"]


def _calls(units: Units) -> str:
    counted = ((name, units.calls.count(name)) for name in sorted(set(units.calls)))
    return " + ".join(name if count == 1 else f"{count} × {name}" for name, count in counted) or "none"


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def _table(title: str, heads: list[str], rows: list[list[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(heads, *rows)]
    say(f"\n{title}\n")
    for row in (heads, ["-" * width for width in widths], *rows):
        first, *rest = zip(row, widths)
        say("  ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]).rstrip())
