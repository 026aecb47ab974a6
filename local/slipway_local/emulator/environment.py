"""How a function's process is run: MiniStack's own execution environment with what makes it slow taken out."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import IO, Any

from ministack.core import lambda_runtime

EXECUTABLE_NOTE = "executable"
"""File in a local code package that names the binary which its `bootstrap` starts."""


class FunctionEnvironment(lambda_runtime.ProvidedWorker):
    """One running copy of a function.

    Differs from its parent in four places, each measured: the runtime API answers in one packet, logs are not
    waited for, an idle copy wakes up every two seconds instead of ten times a second, and a process whose binary has
    been rebuilt is replaced before the next call.
    """

    log_file: Path
    """Where the output of all functions goes."""

    patience: int
    """How many times longer than its `Timeout` a function may take."""

    _log_lock = threading.Lock()

    def __init__(self, func_name: str, config: dict[str, Any], code_zip: bytes) -> None:
        patient = {**config, "Timeout": int(config.get("Timeout", 3)) * self.patience}
        super().__init__(func_name, patient, code_zip)
        self._binary: Path | None = None
        self._built: tuple[int, int] | None = None

    def _build_handler_class(self, generation: int, pending: queue.Queue) -> type:
        """The runtime API's request handler, with its answers buffered and sent at once.

        The parent writes head and body separately on a socket with Nagle's algorithm, so the body waits for the
        peer's delayed acknowledgement: 40 ms for every event that is handed to a function.
        """
        handler = super()._build_handler_class(generation, _Unhurried(pending))
        handler.disable_nagle_algorithm = True
        handler.wbufsize = -1
        return handler

    def _drain_stderr_bounded(self, *_args: float, **_options: float) -> str:
        """The log lines at hand. The parent waits up to 50 ms after every call for lines that may never come."""
        return self._drain_stderr()

    def _pump_output(self, stream: IO[bytes], log_queue: queue.Queue) -> None:
        """Copies the function's output to the log file on its way to the emulated CloudWatch Logs."""
        super()._pump_output(_Tee(stream, self._write_log), log_queue)

    def _write_log(self, line: bytes) -> None:
        moment = datetime.now(timezone.utc).strftime("%H:%M:%S.%f")[:-3]
        prefix = f"{moment} {self.config.get('Handler', self.func_name)} | ".encode()
        with self._log_lock, self.log_file.open("ab") as log:
            log.write(prefix + line.rstrip(b"\r\n") + b"\n")

    def _spawn(self, init_timeout: float | None = None) -> None:
        started = time.monotonic()
        self._built = None
        super()._spawn(init_timeout)
        self._remember_binary()
        self._write_log(f"[started in {(time.monotonic() - started) * 1000:.0f} ms]".encode())

    def invoke(self, event: Any, request_id: str, **options: Any) -> dict[str, Any]:
        """Runs one invocation, in a new process if the binary has been rebuilt since the running one was started."""
        current = _identity(self._binary)
        # A binary that is missing is being built: the old process serves until the new one is there.
        if current is not None and self._built is not None and current != self._built:
            self._write_log(b"[rebuilt: starting the new binary]")
            with self._lock:
                self._teardown()
        return super().invoke(event, request_id, **options)

    def _remember_binary(self) -> None:
        from ministack.services import lambda_svc

        note = Path(lambda_svc._provided_runtime_code_dir(self.code_zip)) / EXECUTABLE_NOTE
        self._binary = Path(note.read_text()) if note.exists() else None
        self._built = _identity(self._binary)


class _Unhurried:
    """A queue of events whose reader wakes up seldom while there are none. Each wake-up takes the interpreter's lock
    from the thread that serves requests, and a stack has a hundred readers."""

    def __init__(self, events: queue.Queue) -> None:
        self._events = events

    def get(self, timeout: float) -> Any:
        """The next event, or `queue.Empty` after twenty times `timeout`, which is in seconds."""
        return self._events.get(timeout=20 * timeout)


class _Tee:
    """A readable stream that shows every line to somebody else as well."""

    def __init__(self, stream: IO[bytes], show: Callable[[bytes], None]) -> None:
        self._stream = stream
        self._show = show

    def readline(self) -> bytes:
        line = self._stream.readline()
        if line:
            self._show(line)
        return line

    def close(self) -> None:
        self._stream.close()


def _identity(binary: Path | None) -> tuple[int, int] | None:
    """What changes when a binary is rebuilt; `None` while it is missing."""
    try:
        status = binary.stat() if binary else None
    except OSError:
        return None
    return (status.st_mtime_ns, status.st_size) if status else None
