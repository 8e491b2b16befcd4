"""Child processes: started so that they die with us, found again and ended when they did not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil

_LAUNCH = Path(__file__).with_name("launch.py")


@dataclass(frozen=True)
class Identity:
    """A process beyond doubt: process ids are used again, but not with the same start."""

    pid: int
    started_at: float  # seconds since the epoch

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        try:
            return cls(pid, psutil.Process(pid).create_time())
        except psutil.NoSuchProcess:
            return None

    def running(self) -> bool:
        current = Identity.of(self.pid)
        # The epoch of the start is worked out from the uptime, and moves a little with the clock.
        return (
            current is not None
            and abs(current.started_at - self.started_at) < 2
            and not _zombie(self.pid)
        )


def spawn(
    program: Sequence[str],
    *,
    log: IO[bytes] | int,
    death_signal: signal.Signals = signal.SIGKILL,
    uid: int | None = None,
    keep_search: bool = False,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Starts `program` in a session of its own, so that Ctrl-C reaches it only through us.

    `death_signal` is what it gets when the thread that started it ends without stopping it.
    """
    options = [f"parent={os.getpid()}", f"signal={int(death_signal)}"]
    if uid is not None:
        options += [f"uid={uid}"] + (["search=yes"] if keep_search else [])
    if cwd is not None:
        options.append(f"cwd={cwd}")
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(_LAUNCH), *options, "--", *program],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=environment,
        start_new_session=True,
    )


def end(identity: Identity, signals: Sequence[tuple[signal.Signals, float]]) -> bool:
    """Sends each signal in turn and waits its seconds; whether the process is gone."""
    for number, seconds in signals:
        if not identity.running():
            return True
        try:
            os.kill(identity.pid, number)
        except ProcessLookupError:
            return True
        if gone_within(identity, seconds):
            return True
    return not identity.running()


def gone_within(identity: Identity, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while identity.running():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _zombie(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
