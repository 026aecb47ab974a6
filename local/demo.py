#!/usr/bin/env python3
"""Entry point of the demo: `make demo` calls it. It brings the local stack up and tells a story over HTTP."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

from slipway_demo import ending, story  # noqa: E402
from slipway_demo.client import DemoError  # noqa: E402
from slipway_demo.place import Place  # noqa: E402
from slipway_local import commands, credentials, settings  # noqa: E402
from slipway_local.console import StackError  # noqa: E402
from slipway_local.settings import HOST, Settings  # noqa: E402


def main() -> int:
    """Runs the demo and returns the exit code: 0 only if every step did what it said."""
    try:
        instance = _with_reachable_host(settings.load())
        commands.up(instance, sys.argv)
        known = credentials.read(instance)
        if known is None:
            raise StackError(f"{instance.env_file} does not hold the credentials that `up` should have written.")
        _tell(known, instance)
    except StackError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except DemoError as error:
        print(f"\nThe demo stopped: {error}\nThe logs may say more: make logs", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130
    return 0


def _tell(known: credentials.Credentials, instance: Settings) -> None:
    from slipway_local.deploy import Cloud

    began = time.monotonic()
    bucket = json.loads(instance.outputs_file.read_text())["outputs"]["BucketName"]
    scene = story.tell(Place(known, bucket, Cloud(instance).client))
    ending.goodbye(scene, known, instance, time.monotonic() - began)


def _with_reachable_host(loaded: Settings) -> Settings:
    """The demo's own HTTP server is on the loopback address, which HTTP tasks may call only if the stack allows it."""
    allowed = loaded.parameters.get("AllowedHosts", "")
    if HOST in allowed.split(","):
        return loaded
    hosts = f"{allowed},{HOST}" if allowed else HOST
    return replace(loaded, parameters={**loaded.parameters, "AllowedHosts": hosts})


if __name__ == "__main__":
    sys.exit(main())
