"""One function process and the Lambda Runtime API that it talks to."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .wire import HOST, Request, Send, Server

PATIENCE_SECONDS = 30
"""A function that has not answered after so long never will."""

_NEXT = "/2018-06-01/runtime/invocation/next"
_ARN = "arn:aws:lambda:eu-central-1:000000000000:function:bench"


class BenchError(Exception):
    """Something does not run. The message is all that is shown; the exit code is 1."""


@dataclass(frozen=True)
class Answered:
    """An invocation that came back."""

    milliseconds: float
    """From the first byte of the event to the last of the answer."""
    payload: Any


@dataclass(frozen=True)
class Spent:
    """What a process had used up when it was ended."""

    cpu_ms: float
    """User and system time of all its threads."""
    peak_rss_mb: float


class Function:
    """A running function. It is started by the constructor and must be ended."""

    def __init__(self, command: Sequence[str], environment: dict[str, str], log: Path) -> None:
        self._events: queue.Queue[bytes | None] = queue.Queue()
        self._answers: queue.Queue[tuple[int, Request]] = queue.Queue()
        self._ready: queue.Queue[int] = queue.Queue()
        self._sent_at = 0
        self._asked = False
        self._last = False
        self._log = log
        self._spent: Spent | None = None
        self._server = Server(self._answer)
        variables = {**environment, "AWS_LAMBDA_RUNTIME_API": f"{HOST}:{self._server.port}"}
        with log.open("ab") as output:
            self._started_at = time.perf_counter_ns()
            self._process = subprocess.Popen(
                command, env=variables, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )

    def init_ms(self) -> float:
        """Milliseconds from the start of the process until it asks for its first event."""
        return (self._wait(self._ready) - self._started_at) / 1e6

    def invoke(self, event: bytes, last: bool = False) -> Answered:
        """Hands one event over. After the `last` one the process is left waiting, to be ended just there."""
        self._last = last
        self._events.put(event)
        sent_at, request = self._wait(self._answers)
        payload = json.loads(request.body or b"null")
        if request.path.endswith("/error"):
            raise BenchError(f"{self._log.stem} answered with an error: {payload}")
        return Answered((request.received_at - sent_at) / 1e6, payload)

    def cpu_ms(self) -> float | None:
        """CPU time of its threads so far, to the nanosecond; only Linux tells."""
        try:
            tasks = Path(f"/proc/{self._process.pid}/task").iterdir()
            return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e6
        except OSError:
            return None

    def end(self) -> Spent:
        """Kills it, as Lambda ends an environment, and says what it has used. Asking again changes nothing."""
        if self._spent:
            return self._spent
        self._spent = self._reap()
        self._events.put(None)
        self._server.close()
        return self._spent

    def _reap(self) -> Spent:
        if self._process.returncode is not None:
            # It ended by itself and whoever waited for its answer has noticed: there is nothing to ask for any more.
            return Spent(0, 0)
        peak = _high_water_mark(self._process.pid)
        self._process.send_signal(signal.SIGKILL)
        _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        unit = 1 if sys.platform == "darwin" else 1024
        return Spent((usage.ru_utime + usage.ru_stime) * 1e3, (peak or usage.ru_maxrss * unit) / 2**20)

    def _answer(self, request: Request, send: Send) -> None:
        if request.path == _NEXT:
            self._hand_over(request, send)
        elif request.path.endswith("/init/error"):
            # It ends by itself now, which whoever waits for it will notice.
            self._log.write_bytes(request.body)
            send(202, {}, b"")
        else:
            if not self._last:
                send(202, {}, b"")
            self._answers.put((self._sent_at, request))

    def _hand_over(self, request: Request, send: Send) -> None:
        if not self._asked:
            self._asked = True
            self._ready.put(request.received_at)
        event = self._events.get()
        if event is None:
            return
        headers = {
            "content-type": "application/json",
            "lambda-runtime-aws-request-id": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
            "lambda-runtime-deadline-ms": str(int((time.time() + 29) * 1000)),
            "lambda-runtime-invoked-function-arn": _ARN,
            "lambda-runtime-trace-id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Sampled=0",
        }
        self._sent_at = time.perf_counter_ns()
        send(200, headers, event)

    def _wait(self, source: queue.Queue[Any]) -> Any:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return source.get(timeout=1)
            except queue.Empty:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    tail = "\n".join(self._log.read_text(errors="replace").splitlines()[-10:])
                    raise BenchError(f"{self._log.stem} does not answer. The end of {self._log}:\n{tail}") from None


def _high_water_mark(pid: int) -> int | None:
    """Peak of the resident set in bytes. `wait4` has it too, but on Linux counts what the parent had at the fork."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    marks = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(marks[0]) * 1024 if marks else None
