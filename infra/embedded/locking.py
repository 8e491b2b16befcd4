"""Who has the data directory: one process at a time, told by a lock that dies with it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Holder:
    purpose: str  # the command: `run`, `import`, …
    pid: int


class Taken(Exception):
    def __init__(self, holder: Holder) -> None:
        super().__init__(f"{holder.purpose} ({holder.pid})")
        self.holder = holder


@contextmanager
def locked(data: Path, purpose: str) -> Iterator[None]:
    """Raises Taken at once. The kernel frees the lock of a killed process, so it is never stale."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise Taken(_holder(file.read())) from None
        file.seek(0)
        file.truncate()
        file.write(f"{purpose} {os.getpid()}\n")
        file.flush()
        yield


def _holder(text: str) -> Holder:
    purpose, _, pid = text.strip().rpartition(" ")
    return Holder(purpose or "?", int(pid) if pid.isdigit() else 0)
