"""What is measured, built and ready to start."""

from __future__ import annotations

import os
import shutil
import subprocess
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from slipway_local.console import note, step
from slipway_local.settings import Settings

from .runtime_api import BenchError

_HERE = Path(__file__).resolve().parent
_CRATES = ("projects", "oauth", "environments", "authorizer", "fallback")
_LARGEST_MB = 6.0
"""Maximum size of a program of ours, compressed as in a zip."""
_NOT_LINKED = {
    "environments": ("CreateStateMachine", "SendMessage", "PutObject", "CreateSchedule"),
    "authorizer": ("CreateStateMachine", "SendMessage", "PutObject", "CreateSchedule"),
    "fallback": ("CreateStateMachine", "SendMessage", "PutObject", "CreateSchedule", "GenerateDataKey"),
}
"""Operations of AWS that a crate has no grant for: its program must not contain the client that would call them."""


@dataclass(frozen=True)
class Programs:
    """Commands and files of everything that is measured."""

    binaries: Path
    """Directory of the release builds."""
    hello: Path
    python: tuple[str, ...]
    node: tuple[str, ...] | None
    """Absent where there is no Node.js."""
    python_source: Path
    node_source: Path


def build(settings: Settings) -> Programs:
    """Builds what is not up to date, the functions as natively as `make package` builds them for Lambda."""
    target = settings.root / os.environ.get("CARGO_TARGET_DIR", "target")
    if settings.build:
        step("Building the functions for release")
        packages = [word for crate in _CRATES for word in ("--package", crate)]
        manifest = str(_HERE / "hello" / "Cargo.toml")
        cargo = ["cargo", "build", "--release", "--locked", "--target-dir", str(target)]
        _run([*cargo, *packages], settings.root)
        _run([*cargo, "--manifest-path", manifest], settings.root)
    _check(target / "release")
    source = _HERE / "baselines" / "get.py"
    bundle = settings.root / ".local" / "tools" / "bench-node" / "get.mjs"
    return Programs(
        binaries=target / "release",
        hello=target / "release" / "hello",
        python=(str(settings.venv_python), str(source)),
        node=_bundle(bundle),
        python_source=source,
        node_source=bundle,
    )


def zipped_mb(program: Path) -> float:
    """The size of a program in a zip."""
    return len(zlib.compress(program.read_bytes(), 9)) / 1e6


def _check(binaries: Path) -> None:
    """That programs are small, and contain what their operations use and nothing else."""
    for crate, operations in _NOT_LINKED.items():
        program = (binaries / crate).read_bytes()
        for operation in operations:
            if operation.encode() in program:
                raise BenchError(
                    f"`{crate}` contains the client that calls {operation}, which none of its grants is for: what init "
                    "prepares is chosen in shared/runtime/src/reach.rs."
                )
    for crate in _CRATES:
        size = zipped_mb(binaries / crate)
        if size > _LARGEST_MB:
            raise BenchError(f"`{crate}` takes {size:.1f} MB in a zip; more than {_LARGEST_MB} MB is too large.")


def _bundle(bundle: Path) -> tuple[str, ...] | None:
    """The Node.js function in one file with everything it imports, which loads fastest."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        note("no `node` and `npm` on the PATH: the figures of Node.js are left out")
        return None
    sources = _HERE / "baselines"
    bundle.parent.mkdir(parents=True, exist_ok=True)
    lock, installed = sources / "package-lock.json", bundle.parent / "package-lock.json"
    if not bundle.exists() or not installed.exists() or installed.read_bytes() != lock.read_bytes():
        for name in ("package.json", "package-lock.json"):
            shutil.copy(sources / name, bundle.parent / name)
        _run([npm, "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"], bundle.parent)
    source = shutil.copy(sources / "get.mjs", bundle.parent / "source.mjs")
    # Some of what is bundled asks for `require`, which an ES module has to make for itself.
    banner = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);"
    options = ["--bundle", "--minify", "--platform=node", "--target=node20", "--format=esm", "--log-level=error"]
    esbuild = str(bundle.parent / "node_modules" / ".bin" / "esbuild")
    _run([esbuild, str(source), *options, f"--banner:js={banner}", f"--outfile={bundle}"], bundle.parent)
    return (node, str(bundle))


def _run(command: Sequence[str], directory: Path) -> None:
    if subprocess.run(command, cwd=directory, check=False).returncode != 0:
        raise BenchError(f"`{' '.join(command)}` failed; the message above says why.")
