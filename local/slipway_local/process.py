"""Starting, finding and stopping the background process that is the emulator and the gateway."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from .console import StackError, note, step
from .settings import ACCOUNT, HOST, REGION, Settings

SERVICES = (
    "apigateway,cloudformation,dynamodb,dynamodbstreams,events,iam,kms,lambda,logs,monitoring,"
    "s3,scheduler,sns,sqs,ssm,states,sts,tagging"
)
"""What the emulator offers. Anything else answers with an error instead of pretending."""

START_SECONDS = 30
STOP_SECONDS = 20
_OLD_LOG_BYTES = 10 * 1024 * 1024
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Running:
    """What is known about a started emulator."""

    pid: int
    """Process id, and the id of the process group that the functions belong to."""
    port: int
    aws_port: int
    fingerprint: str
    """Digest of the code and environment it was started with; a difference means it must be restarted."""


def start(settings: Settings) -> bool:
    """Makes sure the emulator runs with today's settings and answers. Returns whether it had to be started."""
    environment = _environment(settings)
    fingerprint = _fingerprint(settings, environment)
    running = find(settings)
    if running and running.fingerprint == fingerprint and _healthy(settings):
        return False
    if running:
        note("settings or emulator code changed: restarting it, data is kept")
    stop(settings)
    _require_free(settings.port, "SLIPWAY_PORT")
    _require_free(settings.aws_port, "SLIPWAY_AWS_PORT")
    _require_free(settings.archive_port, "SLIPWAY_ARCHIVE_PORT")
    step(f"Starting the AWS emulator on {settings.endpoint}")
    log = _open_log(settings)
    with log.open("ab") as output:
        child = subprocess.Popen(
            [str(settings.venv_python), "-m", "slipway_local.emulator", str(settings.state_dir)],
            cwd=settings.state_dir, env=environment, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT,
            # A session of its own: ctrl-C at the terminal must not stop it, and `down` can address the whole group.
            start_new_session=True,
        )
    running = Running(child.pid, settings.port, settings.aws_port, fingerprint)
    settings.process_file.write_text(json.dumps(asdict(running)))
    _await_health(settings, child, log)
    return True


def stop(settings: Settings) -> bool:
    """Stops the emulator and its functions. SIGTERM first, because that makes it save. Returns whether any ran."""
    recorded = _recorded(settings)
    if recorded is None:
        return False
    members = _members(settings, recorded.pid)
    if recorded.pid in members:
        os.kill(recorded.pid, signal.SIGTERM)
        _await_end(settings, recorded.pid, lambda left: recorded.pid not in left)
    left = _members(settings, recorded.pid)
    for pid in left:
        _kill(pid)
    _await_end(settings, recorded.pid, lambda remaining: not remaining)
    settings.process_file.unlink(missing_ok=True)
    return bool(members)


def find(settings: Settings) -> Running | None:
    """The running emulator of this state directory, if there is one. A stale process file counts as none."""
    recorded = _recorded(settings)
    if recorded and recorded.pid in _members(settings, recorded.pid):
        return recorded
    return None


def _recorded(settings: Settings) -> Running | None:
    try:
        return Running(**json.loads(settings.process_file.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _members(settings: Settings, group: int) -> list[int]:
    """Live processes of the group that are ours: the launcher itself, and functions started from this checkout.

    The command line is checked because a recorded id may, after a reboot, belong to somebody else's process.
    """
    ours = (str(settings.state_dir), str(settings.binary))
    return [pid for pid, pgid, command in _processes() if pgid == group and any(word in command for word in ours)]


def _processes() -> Iterator[tuple[int, int, str]]:
    """Process id, group and command line of every process, zombies left out."""
    if Path("/proc/self/stat").exists():
        # Small Linux images have no `ps`.
        for directory in Path("/proc").iterdir():
            if directory.name.isdigit():
                with suppress(OSError, ValueError):
                    state, _, pgid = (directory / "stat").read_text().rpartition(")")[2].split()[:3]
                    command = (directory / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    if state != "Z":
                        yield int(directory.name), int(pgid), command
        return
    listing = ["ps", "-A", "-ww", "-o", "pid=,pgid=,stat=,command="]
    for line in subprocess.run(listing, capture_output=True, text=True, check=False).stdout.splitlines():
        pid, pgid, state, text = (line.split(None, 3) + [""])[:4]
        if not state.startswith("Z"):
            yield int(pid), int(pgid), text


def _await_end(settings: Settings, group: int, done: Callable[[list[int]], bool]) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while not done(_members(settings, group)):
        if time.monotonic() > deadline:
            note(f"process group {group} did not end within {STOP_SECONDS} s; killing it")
            for pid in _members(settings, group):
                _kill(pid)
            return
        time.sleep(0.1)


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _require_free(port: int, variable: str) -> None:
    with socket.socket() as probe:
        probe.settimeout(1)
        taken = probe.connect_ex((HOST, port)) == 0
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError as error:
            raise StackError(f"Port {port} may not be used by this account; choose another: {variable}=…") from error
        except OSError:
            taken = True
    if taken:
        raise StackError(
            f"Port {port} is in use by another program. Stop it, or choose another port: {variable}={port + 1} make up"
        )


def _environment(settings: Settings) -> dict[str, str]:
    """Environment of the emulator, and through it of every function: nothing of the user's own AWS setup enters."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "RUST_LOG", "RUST_BACKTRACE", "SSL_CERT_FILE", "SSL_CERT_DIR")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    # Test suites steer functions through variables with this prefix.
    environment.update({k: v for k, v in os.environ.items() if k.startswith("SLIPWAY_TEST_")})
    environment.update(
        PYTHONPATH=str(settings.root / "local"), PYTHONUNBUFFERED="1", PYTHONDONTWRITEBYTECODE="1",
        TMPDIR=str(settings.state_dir / "tmp"),
        BIND_HOST=HOST, MINISTACK_HOST="localhost", GATEWAY_PORT=str(settings.aws_port),
        MINISTACK_REGION=REGION, MINISTACK_ACCOUNT_ID=ACCOUNT, SERVICES=SERVICES, LAMBDA_EXECUTOR="local",
        IOT_MTLS_ENABLED="0", SFTP_ENABLED="0", LOG_LEVEL="WARNING", DOCKER_HOST="unix:///nonexistent",
        # Each running function takes one, and what it asks the emulator may take another: with too few, all wait for
        # one another until they time out.
        MINISTACK_WORKER_THREADS="512",
        PERSIST_STATE="1", STATE_DIR=str(settings.data), S3_PERSIST="1", S3_DATA_DIR=str(settings.data / "s3"),
        AWS_ENDPOINT_URL=settings.endpoint, AWS_REGION=REGION, AWS_DEFAULT_REGION=REGION,
        AWS_ACCESS_KEY_ID=ACCOUNT, AWS_SECRET_ACCESS_KEY="local", AWS_EC2_METADATA_DISABLED="true",
        AWS_CONFIG_FILE=os.devnull, AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        SLIPWAY_PORT=str(settings.port), SLIPWAY_AWS_PORT=str(settings.aws_port),
        SLIPWAY_ARCHIVE_PORT=str(settings.archive_port),
        SLIPWAY_ENFORCE_ROLES="1" if settings.enforce_roles else "0",
        SLIPWAY_SAVES="1" if settings.saves else "0", SLIPWAY_PATIENCE=str(settings.patience),
    )
    return environment


def _fingerprint(settings: Settings, environment: dict[str, str]) -> str:
    digest = hashlib.sha256(json.dumps(environment, sort_keys=True).encode())
    digest.update((settings.root / "local" / "requirements.txt").read_bytes())
    for source in sorted((settings.root / "local" / "slipway_local" / "emulator").glob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()


def _open_log(settings: Settings) -> Path:
    for directory in (settings.logs, settings.data, settings.repositories, settings.state_dir / "tmp"):
        directory.mkdir(parents=True, exist_ok=True)
    for name in ("emulator.log", "functions.log"):
        log = settings.logs / name
        if log.exists() and log.stat().st_size > _OLD_LOG_BYTES:
            shutil.move(log, log.with_suffix(".log.1"))
    return settings.logs / "emulator.log"


def save(settings: Settings) -> None:
    """Has the emulator write its state now instead of within the next seconds."""
    with _DIRECT.open(urllib.request.Request(f"{settings.endpoint}/_slipway/save", method="POST"), timeout=60):
        pass


def _healthy(settings: Settings) -> bool:
    try:
        # The other ports are served by the same process, so one answer speaks for all.
        with _DIRECT.open(f"{settings.endpoint}/_ministack/health", timeout=5) as answer:
            return answer.status == 200
    except (OSError, urllib.error.URLError):
        return False


def _await_health(settings: Settings, child: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _healthy(settings):
        if child.poll() is not None or time.monotonic() > deadline:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
            stop(settings)
            raise StackError(f"The emulator did not start. The end of {log}:\n{tail}")
        time.sleep(0.1)
