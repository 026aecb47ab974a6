#!/usr/bin/env python3
"""Entry point of the check on AWS: `make aws-check` calls it. docs/ON-AWS.md says what it proves and what it costs."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from slipway_local import settings, toolchain  # noqa: E402
from slipway_local.commands import INSIDE  # noqa: E402
from slipway_local.console import StackError, say, step  # noqa: E402
from slipway_local.settings import Settings  # noqa: E402

if TYPE_CHECKING:
    from slipway_aws.table import Result


def main() -> int:
    """Proves what can be proven, and returns 0 only if nothing was disproved."""
    options = _options()
    try:
        loaded = settings.load()
        if os.environ.get(INSIDE) != "1":
            toolchain.prepare_environment(loaded)
            python = str(loaded.venv_python)
            os.execve(python, [python, *sys.argv], {**os.environ, INSIDE: "1"})
        if options.table:
            return _write_table(loaded)
        if options.local:
            return _local(loaded, options.only)
        return _aws(loaded, options)
    except StackError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Proves assumptions about AWS on a running stack.")
    parser.add_argument("--only", action="append", default=[], metavar="ID", help="prove only this; may be repeated")
    parser.add_argument("--yes", action="store_true", help="do not ask before anything is deployed")
    parser.add_argument("--keep", action="store_true", help="leave the stack on AWS, and say how the stories reach it")
    parser.add_argument("--local", action="store_true", help="try the proofs on the local stack, which must be up")
    parser.add_argument("--table", action="store_true", help="write the tables of docs/ON-AWS.md from what is known")
    return parser.parse_args()


def _local(loaded: Settings, only: list[str]) -> int:
    """The proofs on the emulator: evidence that they work, none about AWS."""
    from slipway_aws import proving

    return _verdict(proving.prove(proving.local_stack(loaded), only))


def _aws(loaded: Settings, options: argparse.Namespace) -> int:
    from slipway_aws import account, proving, table

    say(account.price())
    if not options.yes and input("Go on? [y/N] ").strip().lower() != "y":
        return 2
    sam = loaded.root / ".local" / "tools" / "sam" / "bin" / "sam"
    with account.deployed(loaded.root, sam, options.keep) as stack:
        found = proving.prove(stack, options.only)
        if not options.only:
            proving.tell_the_demo(stack)
            found = {**found, **proving.after_the_demo(stack)}
        if options.keep:
            proving.write_outputs(stack, loaded.root / ".local" / "aws")
    table.keep(found)
    return max(_write_table(loaded), _verdict(found))


def _write_table(loaded: Settings) -> int:
    from slipway_aws import table

    document = loaded.root / "docs" / "ON-AWS.md"
    document.write_text(table.replaced(document.read_text(), table.results()))
    step(f"{document.relative_to(loaded.root)} is written anew")
    return 0


def _verdict(found: dict[str, Result]) -> int:
    return 1 if any(result.verdict == "disproved" for result in found.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
