#!/usr/bin/env python3
"""Entry point of the local stack: `python3 local/stack.py up|down|status`. The Makefile calls it."""

from __future__ import annotations

import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from slipway_local import commands, settings  # noqa: E402
from slipway_local.console import StackError  # noqa: E402


def main() -> int:
    """Runs one command and returns the exit code."""
    command = sys.argv[1] if len(sys.argv) == 2 else ""
    try:
        if command == "up":
            commands.up(settings.load(), sys.argv)
        elif command == "down":
            commands.down(settings.load())
        elif command == "status":
            commands.status(settings.load())
        else:
            print(f"usage: {sys.argv[0]} up|down|status", file=sys.stderr)
            return 2
    except StackError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
