"""Everything that must be on the machine before the emulator can start: compiler, interpreter, libraries, functions."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .console import StackError, note, step
from .settings import BINARY, Settings

OLDEST_PYTHON = (3, 10)


def check_python() -> None:
    """Refuses an interpreter that the emulator does not support."""
    if sys.version_info < OLDEST_PYTHON:
        found = ".".join(str(part) for part in sys.version_info[:3])
        raise StackError(
            f"Python {found} is too old: the local stack needs 3.10 or newer.\n"
            "Install one and name it: make up PYTHON=python3.12"
        )


def check_cargo() -> None:
    """Refuses to go on without a Rust toolchain."""
    if shutil.which("cargo") is None:
        raise StackError("`cargo` is not on the PATH. Install Rust with rustup (https://rustup.rs) and try again.")


def prepare_environment(settings: Settings) -> None:
    """Creates or updates the virtual environment, only when the pinned requirements have changed."""
    requirements = settings.root / "local" / "requirements.txt"
    wanted = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()
    stamp = settings.venv / ".requirements"
    with locked(settings.venv.parent / "venv.lock", "another run that prepares the Python environment"):
        if settings.venv_python.exists() and stamp.exists() and stamp.read_text() == wanted:
            return
        step("Preparing the Python environment (half a minute, the first time only)")
        # `ensurepip` is a package of its own on Debian; without it `venv` fails with its own, clear message.
        _run([sys.executable, "-m", "venv", "--clear", str(settings.venv)])
        pip = [str(settings.venv_python), "-m", "pip", "--disable-pip-version-check"]
        _run([*pip, "install", "--quiet", "--no-deps", "--requirement", str(requirements)])
        _run([*pip, "check"], quiet=True)
        stamp.write_text(wanted)


def build_functions(settings: Settings) -> None:
    """Compiles the functions into one program, with cargo's own progress on the terminal.

    `--workspace` gives dependencies the features that `cargo test --workspace` gives them: nothing is compiled twice.
    """
    command = ["cargo", "build", "--workspace", "--bin", BINARY]
    step(f"Building the functions ({' '.join(command)})")
    started = time.monotonic()
    result = subprocess.run(command, cwd=settings.root, check=False)
    if result.returncode != 0:
        raise StackError("The build failed; the messages above say why. Nothing was deployed.")
    note(f"built in {time.monotonic() - started:.1f} s")


@contextmanager
def locked(path: Path, holder: str) -> Iterator[None]:
    """Holds an exclusive lock on `path`, waiting for `holder` (a phrase for the message) to let go of it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            note(f"waiting for {holder}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _run(command: list[str], quiet: bool = False) -> None:
    # A pip configuration or virtual environment of the user must not leak into ours, except for the index to use.
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH")}
    result = subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL if quiet else None)
    if result.returncode != 0:
        raise StackError(f"`{' '.join(command)}` failed; the message above says why.")
