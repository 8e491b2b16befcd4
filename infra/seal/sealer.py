"""Seals what the log has gained: a worker calls `catch_up` every few seconds."""

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import msgspec
import structlog
from psycopg import Connection

from infra.seal.chain import Checkpoint, seal_events
from infra.seal.entries import StoredEvent
from infra.seal.keys import SealKey
from infra.seal.store import add_keys, insert_seal, last_checkpoint

BATCH = 4_096
"""Events under one seal at most: bounds memory, and the time of one transaction."""

# An arbitrary number that everyone who seals this database agrees on.
LOCK = 8_046_772

log = structlog.get_logger()


class StoredLog(Protocol):
    def read_stored(
        self, connection: Connection[Any], after: int, limit: int
    ) -> Sequence[StoredEvent]:
        """The gap-safe read with every column."""
        ...


class Sealer:
    """Each seal is one transaction under an advisory lock: killed anywhere, the next one goes on.

    It only reads the log, and takes no lock that a writer could wait for. `keep` is a file outside
    of the database that holds the last checkpoint, so that a log cut at its end is noticed.
    """

    def __init__(
        self,
        connect: Callable[[], AbstractContextManager[Connection[Any]]],
        stored_log: StoredLog,
        key: SealKey,
        now: Callable[[], datetime],
        keep: Path | None = None,
        batch: int = BATCH,
    ) -> None:
        self._connect, self._log, self._key, self._now = connect, stored_log, key, now
        self._keep, self._batch = keep, batch

    def catch_up(self, progress: Callable[[int], None] | None = None) -> int:
        """Seals until nothing settled is left; returns how many seals it made."""
        made = 0
        while (mark := self.seal_next()) is not None:
            made += 1
            if progress is not None:
                progress(mark.last_position)
        return made

    def seal_next(self) -> Checkpoint | None:
        """None where there is nothing to seal, or another process is sealing."""
        with self._connect() as connection, connection.transaction():
            if not _alone(connection):
                return None
            previous = last_checkpoint(connection)
            after = previous.last_position if previous else 0
            events = self._log.read_stored(connection, after, self._batch)
            if not events:
                return None
            seal = seal_events(previous, events, self._now(), self._key)
            add_keys(connection, {self._key.id: self._key.public})
            insert_seal(connection, seal)
        mark = seal.checkpoint()
        log.info("log.sealed", seal=mark.number, position=mark.last_position, hash=mark.hash.hex())
        self._keep_outside(mark)
        return mark

    def _keep_outside(self, mark: Checkpoint) -> None:
        if self._keep is not None:
            write_checkpoint(self._keep, mark)


def write_checkpoint(path: Path, mark: Checkpoint) -> None:
    """Replaces the file whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_bytes(msgspec.json.format(msgspec.json.encode(mark), indent=2) + b"\n")
    draft.replace(path)


def read_checkpoint(path: Path) -> Checkpoint:
    """Raises OSError, msgspec.MsgspecError."""
    return msgspec.json.decode(path.read_bytes(), type=Checkpoint)


def _alone(connection: Connection[Any]) -> bool:
    row = connection.execute("SELECT pg_try_advisory_xact_lock(%s)", (LOCK,)).fetchone()
    return row is not None and bool(row[0])
