"""Exports the whole log of a database, in one snapshot and in memory that doesn't grow with it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, BinaryIO, LiteralString

from psycopg import Connection, sql

from infra.personal.master import WrappingKey
from infra.seal.keys import SealKey
from infra.seal.store import known_keys, snapshot, stored_batches
from infra.seal.verify import Batch
from infra.transfer.lines import Line, PersonLine, RowLine, Secret
from infra.transfer.passphrase import new_secret, wrapping_key
from infra.transfer.tables import BESIDE
from infra.transfer.writer import ExportWriter

Progress = Callable[[int, int], None]
"""Called with what is done and what there is: positions of the log, or bytes of the file."""


@dataclass(frozen=True, slots=True)
class Exported:
    events: int
    seals: int


@dataclass(frozen=True, slots=True)
class PersonKeys:
    """Exported too, so that personal data stays readable where the file is imported."""

    master: WrappingKey
    passphrase: str


def export_log(
    connection: Connection[Any],
    file: BinaryIO,
    key: SealKey,
    at: datetime,
    person_keys: PersonKeys | None = None,
    progress: Progress = lambda _done, _all: None,
) -> Exported:
    """`connection`: in autocommit, and of this call alone. Raises WrongMasterKey."""
    secret = new_secret() if person_keys else None
    with snapshot(connection), ExportWriter(file, key, at) as writer:
        writer.header(known_keys(connection), secret)
        writer.log(_reported(connection, stored_batches(connection), progress))
        for line in _beside(connection, person_keys, secret):
            writer.line(line)
    return Exported(writer.events, writer.seals)


def _reported(
    connection: Connection[Any], batches: Iterable[Batch], progress: Progress
) -> Iterator[Batch]:
    query = "SELECT coalesce(max(position), 0) FROM events"
    (last,) = connection.execute(query).fetchone() or (0,)
    for batch in batches:
        yield batch
        if batch.events:
            progress(batch.events[-1].position, last)


def _beside(
    connection: Connection[Any], keys: PersonKeys | None, secret: Secret | None
) -> Iterator[Line]:
    """What is durable and no event, in the order of the sections."""
    for table in BESIDE:
        for (row,) in _rows(connection, table.select()):
            yield RowLine(table.name, row)
    yield from _persons(connection, keys, secret)


def _persons(
    connection: Connection[Any], keys: PersonKeys | None, secret: Secret | None
) -> Iterator[PersonLine]:
    """Every person there was; with keys, those that live on."""
    under = wrapping_key(keys.passphrase, secret) if keys and secret else None
    query = (
        "SELECT person_id, created_at, destroyed_at, wrapped_key FROM person_keys "
        "ORDER BY person_id"
    )
    for person_id, created_at, destroyed_at, wrapped in _rows(connection, query):
        moved = None
        if wrapped is not None and keys is not None and under is not None:
            moved = under.wrap(person_id, keys.master.unwrap(person_id, wrapped))
        yield PersonLine(person_id, created_at, destroyed_at, moved)


def _rows(connection: Connection[Any], query: LiteralString | sql.Composed) -> Iterator[Any]:
    with connection.cursor("export_rows", binary=True) as cursor:
        cursor.itersize = 5_000
        yield from cursor.execute(query)
