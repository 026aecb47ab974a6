#!/usr/bin/env python3
"""Entry point of the measurements: `make bench` calls it. docs/PERFORMANCE.md says how to read the figures."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from slipway_local import process, settings, toolchain  # noqa: E402
from slipway_local.commands import INSIDE  # noqa: E402
from slipway_local.console import StackError, note, step  # noqa: E402
from slipway_local.settings import Settings  # noqa: E402

# An emulator of its own, beside whatever `make up` has running.
DEFAULTS = {"SLIPWAY_STATE_DIR": ".local/bench", "SLIPWAY_PORT": "3050", "SLIPWAY_AWS_PORT": "4616"}


def main() -> int:
    """Measures, and returns the exit code: 0 unless something does not run. There is no bar to clear."""
    for name, value in DEFAULTS.items():
        os.environ.setdefault(name, value)
    try:
        loaded = settings.load()
        if os.environ.get(INSIDE) != "1":
            toolchain.check_python()
            if loaded.build:
                toolchain.check_cargo()
            toolchain.prepare_environment(loaded)
            python = str(loaded.venv_python)
            os.execve(python, [python, *sys.argv], {**os.environ, INSIDE: "1"})
        from slipway_bench.runtime_api import BenchError

        try:
            with toolchain.locked(loaded.state_dir / "lock", "another run"):
                bench(loaded)
        except BenchError as error:
            raise StackError(str(error)) from error
    except StackError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return 0


def bench(loaded: Settings) -> None:
    """Builds, fills an emulator, measures and prints."""
    from slipway_bench import measuring, programs, report, seeding, variants

    starts = int(os.environ.get("SLIPWAY_BENCH_STARTS", "15"))
    calls = int(os.environ.get("SLIPWAY_BENCH_CALLS", "400"))
    built = programs.build(loaded)
    try:
        seeded = seeding.seed(loaded, lambda crate: variants.binary(crate, built))
        chosen = variants.all_of(loaded.root, built, seeded)
        figures = {variant.name: measuring.Figures() for variant in chosen}
        step(f"Measuring on {os.cpu_count()} cores")
        _say_load()
        for variant in chosen:
            measuring.observe(variant, figures[variant.name], loaded.logs, calls // 2)
        # The emulator saves its data now and then; from here on it would only be in the way.
        process.stop(loaded)
        for number in range(starts + 1):
            for variant in (variant for variant in chosen if variant.starts):
                # The first round warms the caches of the file system and does not count.
                kept = figures[variant.name] if number else measuring.Figures()
                measuring.start(variant, kept, loaded.logs)
        measuring.warm(chosen, figures, loaded.logs, calls)
        _say_load()
        report.show(chosen, figures)
    finally:
        process.stop(loaded)


def _say_load() -> None:
    load = os.getloadavg()[0]
    busy = ": other work is running, trust CPU time more than wall time" if load > 1 else ""
    note(f"load average {load:.1f}{busy}")


if __name__ == "__main__":
    sys.exit(main())
