"""What is measured, built and ready to start."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from slipway_local.console import note, step
from slipway_local.settings import Settings

from .runtime_api import BenchError

_HERE = Path(__file__).resolve().parent
_CRATES = ("projects", "oauth", "environments", "authorizer")


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
