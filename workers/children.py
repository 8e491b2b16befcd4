"""The processes that the supervisor keeps alive, and what an earlier, killed one left of them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.embedded.processes import Identity, end, spawn

_LARGEST_LOG = 10_000_000  # bytes; then it is put aside at the next start
_HEALTHY_SECONDS = 30
_LONGEST_PAUSE = 30.0


@dataclass(frozen=True)
class Role:
    name: str
    command: Sequence[str]
    stop_seconds: float


class Child:
    """One process of a role, begun again when it dies: at once, then with growing pauses."""

    def __init__(self, role: Role, log: Path) -> None:
        self.role = role
        self.log = log
        self.failures = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._not_before = 0.0

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def identity(self) -> Identity | None:
        return Identity.of(self._process.pid) if self._process and self.running else None

    def start(self) -> None:
        with self.log.open("ab") as log:
            self._process = spawn(self.role.command, log=log)
        self._started = time.monotonic()

    def died(self) -> int | None:
        """Once for each death: its exit code, negative for a signal. It may start again after `pause`."""
        if self._process is None or (code := self._process.poll()) is None:
            return None
        self._process = None
        lived = time.monotonic() - self._started
        self.failures = 1 if lived > _HEALTHY_SECONDS else self.failures + 1
        self._not_before = time.monotonic() + self.pause
        return code

    @property
    def pause(self) -> float:
        """Seconds; none after the first failure."""
        return 0.0 if self.failures < 2 else min(_LONGEST_PAUSE, 0.5 * 2 ** (self.failures - 2))

    @property
    def due(self) -> bool:
        return self._process is None and time.monotonic() >= self._not_before

    def ask_to_stop(self) -> None:
        if self._process is not None and self.running:
            self._process.send_signal(signal.SIGTERM)

    def wait_or_kill(self) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(self.role.stop_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def last_words(self) -> str:
        lines = self.log.read_bytes()[-4000:].decode(errors="replace").strip().splitlines()
        return lines[-1].strip() if lines else ""


def put_aside_if_large(log: Path) -> Path:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LARGEST_LOG:
        log.replace(log.with_name(log.name + ".1"))
    return log


class Register:
    """Which processes run over this data, written down so that the next start finds what a kill left."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, identities: Iterable[Identity | None]) -> None:
        lines = [{"pid": i.pid, "started_at": i.started_at} for i in identities if i is not None]
        draft = self._path.with_name(self._path.name + ".new")
        draft.write_text(json.dumps(lines))
        draft.replace(self._path)

    def end_left_behind(self) -> int:
        """How many it had to end. Call it with the data directory locked."""
        ended = 0
        for identity in self._read():
            if identity.pid != os.getpid() and identity.running():
                end(identity, [(signal.SIGTERM, 3), (signal.SIGKILL, 3)])
                ended += 1
        return ended

    def clear(self) -> None:
        self._path.unlink(missing_ok=True)

    def _read(self) -> list[Identity]:
        try:
            return [
                Identity(line["pid"], line["started_at"])
                for line in json.loads(self._path.read_text())
            ]
        except (FileNotFoundError, ValueError, TypeError, KeyError):
            return []
