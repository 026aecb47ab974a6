"""Entry point of the background process: `python -m slipway_local.emulator STATE_DIR`."""

from __future__ import annotations

import asyncio
import logging
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app as ministack
from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from . import patches
from .archives import Archives
from .asgi import Receive, Scope, Send
from .gateway import Gateway
from .permissions import Permissions
from .saving import Saver

HOST = "127.0.0.1"


async def run(state_dir: Path) -> None:
    """Serves all ports until SIGTERM or SIGINT, then saves."""
    names = ("SLIPWAY_PORT", "SLIPWAY_ARCHIVE_PORT", "SLIPWAY_AWS_PORT")
    port, archive_port, aws_port = (int(os.environ[name]) for name in names)
    patches.install(state_dir / "logs" / "functions.log", int(os.environ["SLIPWAY_PATIENCE"]))
    gateway = Gateway(state_dir / "outputs.json")
    archives = Archives(state_dir / "repositories")
    saver = Saver(ministack._build_persistence_save_dict)
    permissions = Permissions(ministack.app, state_dir / "used-actions.json")
    if os.environ["SLIPWAY_ENFORCE_ROLES"] == "1":
        # Functions that sign with the account's own key, as MiniStack has them, may do everything.
        lambda_svc.execution_credentials = permissions.credentials

    async def serve_request(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if scope["server"][1] == archive_port:
                await archives.handle(scope, send)
                return
            saver.touch(scope["method"])
            if scope["server"][1] == port:
                await gateway.handle(scope, receive, ministack._with_date_header(send))
                return
            if scope["path"] == "/_slipway/save":
                await saver.answer(send)
                return
        await permissions(scope, receive, send)

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    background = [asyncio.create_task(permissions.usage.run())]
    if os.environ["SLIPWAY_SAVES"] == "1":
        background.append(asyncio.create_task(saver.run()))

    async def stop() -> None:
        await stopping.wait()
        await saver.stop()

    application: Any = serve_request
    await serve(application, _config(port, archive_port, aws_port), shutdown_trigger=stop)
    for task in background:
        task.cancel()
    permissions.usage.write()
    _leave()


def _leave() -> None:
    """Ends at once. Threads of the emulator may sit in a call or a `Wait` for minutes; everything is saved by now."""
    lambda_runtime.reset()
    logging.shutdown()
    os._exit(0)


def main() -> None:
    """Runs the process. However it ends, the functions that it started end with it."""
    os.umask(0o077)
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    _allow_many_connections()
    try:
        asyncio.run(run(Path(sys.argv[1])))
    finally:
        lambda_runtime.reset()


def _config(*ports: int) -> Config:
    config = Config()
    config.bind = [f"{HOST}:{port}" for port in ports]
    config.keep_alive_timeout = 75
    config.graceful_timeout = 2
    config.loglevel = "WARNING"
    return config


def _allow_many_connections() -> None:
    """Every function holds a few sockets; the usual limit of 1,024 files is soon reached."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 65536 if hard == resource.RLIM_INFINITY else min(hard, 65536)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


main()
