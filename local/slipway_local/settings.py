"""Where the stack lives and how it is reached, read once from environment variables."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from .console import StackError

REGION = "eu-central-1"
"""Region of every resource of the local stack."""

ACCOUNT = "000000000000"
"""Account of the local stack. MiniStack takes the access key id as the account, so it is also the access key."""

STACK_NAME = "slipway"
"""Name of the CloudFormation stack inside the emulator."""

BINARY = "slipway-functions"
"""Name of the program that serves every function of the local stack."""

HOST = "127.0.0.1"
"""Everything listens on the loopback address only."""


@dataclass(frozen=True)
class Settings:
    """One instance of the stack. Two instances with other ports and another state directory run side by side."""

    root: Path
    """The repository."""
    state_dir: Path
    """Everything this instance remembers: data, logs, credentials."""
    port: int
    """Port of the plain base URL."""
    aws_port: int
    """Port of the emulated AWS services."""
    archive_port: int
    """Port of the archives of repositories."""
    project: str
    """Project that `up` bootstraps."""
    template: Path
    """The SAM template to deploy."""
    binary: Path
    """The compiled functions, all of them in one program."""
    build: bool = True
    """Whether `up` compiles first."""
    enforce_roles: bool = True
    """Whether a function may do only what its role in the template allows."""
    saves: bool = True
    """Whether the state is saved while the stack runs, and not only when it is stopped."""
    patience: int = 1
    """How many times longer than its `Timeout` a function may take. A machine that is busy is no fault of a function."""
    parameters: dict[str, str] = field(default_factory=dict)
    """Template parameters that override the defaults."""

    @property
    def url(self) -> str:
        """Base URL of the API."""
        return f"http://{HOST}:{self.port}"

    @property
    def endpoint(self) -> str:
        """Endpoint of every emulated AWS service."""
        return f"http://{HOST}:{self.aws_port}"

    @property
    def archives(self) -> str:
        """Where the archives of repositories are fetched: `{archives}/{path}/{tag}.tar.gz`."""
        return f"http://{HOST}:{self.archive_port}"

    @property
    def repositories(self) -> Path:
        """Directory of the archives of repositories: `{path}/{tag}.tar.gz`."""
        return self.state_dir / "repositories"

    @property
    def venv(self) -> Path:
        """The virtual environment, shared by all instances of this checkout."""
        return self.root / ".local" / "venv"

    @property
    def venv_python(self) -> Path:
        """Interpreter of the virtual environment."""
        return self.venv / "bin" / "python"

    @property
    def env_file(self) -> Path:
        """Shell file with the address and the credentials of the bootstrapped project."""
        return self.state_dir / "env"

    @property
    def outputs_file(self) -> Path:
        """JSON file with stack outputs, function names and addresses; the gateway reads the API id from it."""
        return self.state_dir / "outputs.json"

    @property
    def process_file(self) -> Path:
        """JSON file describing the running emulator."""
        return self.state_dir / "emulator.json"

    @property
    def logs(self) -> Path:
        """Directory of the log files."""
        return self.state_dir / "logs"

    @property
    def data(self) -> Path:
        """Directory in which the emulator saves its services."""
        return self.state_dir / "state"


def load() -> Settings:
    """Reads the settings from the environment; a malformed value is a `StackError` that names the variable."""
    root = Path(__file__).resolve().parents[2]
    target = root / os.environ.get("CARGO_TARGET_DIR", "target")
    port = _port("SLIPWAY_PORT", 3000)
    aws_port = _port("SLIPWAY_AWS_PORT", 4566)
    archive_port = _port("SLIPWAY_ARCHIVE_PORT", port + 1)
    if len({port, aws_port, archive_port}) < 3:
        given = f"SLIPWAY_PORT={port}, SLIPWAY_AWS_PORT={aws_port} and SLIPWAY_ARCHIVE_PORT={archive_port}"
        raise StackError(f"{given} must differ.")
    return Settings(
        root=root,
        state_dir=root / (os.environ.get("SLIPWAY_STATE_DIR") or ".local"),
        port=port,
        aws_port=aws_port,
        archive_port=archive_port,
        project=os.environ.get("SLIPWAY_PROJECT") or "demo",
        template=root / (os.environ.get("SLIPWAY_TEMPLATE") or "template.yaml"),
        binary=Path(os.environ.get("SLIPWAY_BINARY") or target / "debug" / BINARY),
        build=os.environ.get("SLIPWAY_BUILD", "1") != "0",
        enforce_roles=os.environ.get("SLIPWAY_ENFORCE_ROLES", "1") != "0",
        saves=os.environ.get("SLIPWAY_SAVES", "1") != "0",
        patience=_whole("SLIPWAY_PATIENCE", 1, 100),
        parameters=_parameters(os.environ.get("SLIPWAY_PARAMETERS", "")),
    )


def _port(variable: str, default: int) -> int:
    return _whole(variable, default, 65535, "a port number")


def _whole(variable: str, default: int, most: int, what: str = "a number") -> int:
    text = os.environ.get(variable) or str(default)
    if not text.isdigit() or not 0 < int(text) <= most:
        raise StackError(f"{variable}={text} is not {what} from 1 to {most}.")
    return int(text)


def _parameters(text: str) -> dict[str, str]:
    pairs = {}
    for word in text.split():
        name, separator, value = word.partition("=")
        if not separator or not name:
            raise StackError(f"SLIPWAY_PARAMETERS: '{word}' is not of the form Key=Value.")
        pairs[name] = value
    return pairs
