"""The measurements: what is called, cold starts, warm calls. Variants take turns, so that all see the same machine."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from . import capacity
from .runtime_api import Answered, BenchError, Function, Spent
from .variants import Variant

ROUND = 50
"""So many warm calls of a variant before it is another's turn."""


@dataclass
class Figures:
    """What was measured of one variant. Times in milliseconds, sizes in MB."""

    init: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    cold: list[Spent] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    warm_cpu: float | None = None
    """CPU time of the process per warm call."""
    emulated: list[float] = field(default_factory=list)
    """Warm calls whose DynamoDB calls the emulator served."""
    prepared: capacity.Units | None = None
    """What init asks of AWS."""
    first_called: capacity.Units | None = None
    """What the first call asks."""
    called: capacity.Units | None = None
    """What every further call asks."""

    def total(self) -> float:
        """Median of start to first answer."""
        return statistics.median(init + first for init, first in zip(self.init, self.first))

    def cold_cpu(self) -> float:
        """Median of the CPU time up to the first answer."""
        return statistics.median(spent.cpu_ms for spent in self.cold)

    def peak(self) -> float:
        """Median of the peak memory at the first answer."""
        return statistics.median(spent.peak_rss_mb for spent in self.cold)


@contextmanager
def running(variant: Variant, logs: Path) -> Iterator[Function]:
    """A process of the variant, ended whatever happens."""
    function = Function(variant.command, variant.environment, variant.log(logs))
    try:
        yield function
    finally:
        function.end()


def observe(variant: Variant, figures: Figures, logs: Path, calls: int) -> None:
    """Against the emulator: which calls are made, and how long they take. The answers are kept to be repeated."""
    table = variant.table
    with running(variant, logs) as function:
        function.init_ms()
        figures.prepared = capacity.of(table.taken())
        _check(variant, function.invoke(variant.event))
        figures.first_called = capacity.of(table.taken())
        _check(variant, function.invoke(variant.event))
        figures.called = capacity.of(table.taken())
        figures.emulated = [_check(variant, function.invoke(variant.event)) for _ in range(calls)]
    table.repeating = True


def start(variant: Variant, figures: Figures, logs: Path) -> None:
    """One cold start, ended with its first answer."""
    with running(variant, logs) as function:
        figures.init.append(function.init_ms())
        figures.first.append(_check(variant, function.invoke(variant.event, last=True)))
        figures.cold.append(function.end())


def warm(variants: list[Variant], figures: dict[str, Figures], logs: Path, calls: int) -> None:
    """Warm calls of processes that all live at once and take turns."""
    functions = {v.name: Function(v.command, v.environment, v.log(logs)) for v in variants}
    try:
        for variant in variants:
            functions[variant.name].init_ms()
            for _ in range(ROUND):
                _check(variant, functions[variant.name].invoke(variant.event))
        before = {name: function.cpu_ms() for name, function in functions.items()}
        for _ in range(max(1, calls // ROUND)):
            for variant in variants:
                invoke = functions[variant.name].invoke
                figures[variant.name].warm += [_check(variant, invoke(variant.event)) for _ in range(ROUND)]
        for name, function in functions.items():
            start_cpu, end_cpu = before[name], function.cpu_ms()
            if start_cpu is not None and end_cpu is not None:
                figures[name].warm_cpu = (end_cpu - start_cpu) / len(figures[name].warm)
    finally:
        for function in functions.values():
            function.end()


def _check(variant: Variant, answered: Answered) -> float:
    """The time of an answer, if it is the one of success."""
    payload = answered.payload
    fine = payload.get("statusCode") in (200, 201) or payload.get("isAuthorized") is True
    if not fine or payload.get("context", {}).get("reason"):
        raise BenchError(f"{variant.name} answered: {payload}")
    return answered.milliseconds
