"""Imports an export into an empty installation: all of it, as it was, or nothing."""

from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from typing import Any, BinaryIO, cast

from psycopg import Connection, DataError, IntegrityError, sql

from infra.personal.master import WrappingKey, WrongMasterKey
from infra.seal.chain import Checkpoint
from infra.seal.entries import COLUMNS
from infra.seal.findings import Finding
from infra.seal.keys import PublicKeys
from infra.seal.sealer import LOCK
from infra.seal.store import add_keys, insert_seal
from infra.seal.verify import Batch, Verification, Verifier
from infra.transfer.dump import Progress
from infra.transfer.lines import PersonLine, RowLine, section_of
from infra.transfer.passphrase import wrapping_key
from infra.transfer.reader import ExportReader, Other, strangers, trusted_keys, verify_export
from infra.transfer.tables import BESIDE, Beside, json_of

_EMPTY = (
    "events",
    "seals",
    "seal_keys",
    "person_keys",
    # What reacts to events may have begun already, at the beginning of an empty log.
    *(table.name for table in BESIDE if table.name != "reactors"),
)
_TYPES = (
    "int8", "uuid", "int4", "text", "int2", "bytea", "date", "timestamptz", "text", "text", "uuid",
    "int2", "bytea", "uuid", "uuid",
)  # fmt: skip
_COPY = f"COPY events ({', '.join(COLUMNS)}) FROM STDIN (FORMAT binary)"
_CHUNK = 5_000


class ImportRefused(Exception):
    """Nothing was imported. `findings` say what is wrong with the file, where that is the reason."""

    def __init__(self, pl: str, en: str, findings: Sequence[Finding] = ()) -> None:
        super().__init__(en)
        self.pl, self.en, self.findings = pl, en, findings


def import_log(
    connection: Connection[Any],
    file: BinaryIO,
    master: WrappingKey,
    *,
    passphrase: str | None = None,
    forget_persons: bool = False,
    trusted: PublicKeys | None = None,
    kept: Sequence[Checkpoint] = (),
    progress: Progress = lambda _done, _all: None,
) -> Verification:
    """`connection`: in autocommit. Raises NotAnExport, ImportRefused.

    Refused where a living person's key doesn't come along, unless `forget_persons` is wanted.
    """
    reader = ExportReader(file)
    persons = _Persons(master, _passphrase_key(reader, passphrase))
    verifier = Verifier(trusted_keys(reader, trusted), kept)
    try:
        with connection.transaction():
            _refuse_unless_empty(connection)
            _store_log(connection, file, reader, verifier, progress)
            _store_beside(connection, reader.beside(), persons)
            result = verifier.finished()
            _refuse_if([*result.findings, *reader.findings, *strangers(reader, trusted)])
            persons.refuse(forget_persons)
            add_keys(connection, reader.header.keys)
            _finish(connection)
    except (DataError, IntegrityError) as error:
        # The transaction is gone, and with it the reading of the file: what is wrong with it?
        file.seek(0)
        _refuse_if(verify_export(file, trusted, kept).findings)
        raise ImportRefused(
            "Baza danych nie przyjmuje tego, co zawiera plik.",
            "The database doesn't accept what the file holds.",
        ) from error
    return result


def _store_log(
    connection: Connection[Any],
    file: BinaryIO,
    reader: ExportReader,
    verifier: Verifier,
    progress: Progress,
) -> None:
    size = _size(file)
    for batch in reader.batches():
        if verifier.check(batch) and verifier.result.passed:
            _store(connection, batch)
        progress(file.tell(), size)
    # A reactor that the old place didn't have begins behind what is imported.
    connection.execute(
        "UPDATE reactors SET position = last FROM (SELECT max(position) AS last FROM events) "
        "AS log WHERE last IS NOT NULL"
    )


def _refuse_if(findings: Sequence[Finding]) -> None:
    if findings:
        raise ImportRefused(
            "Plik nie zgadza się ze swoimi pieczęciami.",
            "The file doesn't match its seals.",
            findings,
        )


def _passphrase_key(reader: ExportReader, passphrase: str | None) -> WrappingKey | None:
    secret = reader.header.secret
    if passphrase is None:
        return None
    if secret is None:
        raise ImportRefused(
            "Plik nie zawiera kluczy osób, więc hasło nie jest potrzebne.",
            "The file holds no keys of persons, so there is nothing for the passphrase to open.",
        )
    try:
        return wrapping_key(passphrase, secret)
    except ValueError as error:
        raise ImportRefused(
            "Nieznane parametry hasła.", "Unknown passphrase parameters."
        ) from error


def _refuse_unless_empty(connection: Connection[Any]) -> None:
    """Writers wait until the import has ended, and then go on behind it."""
    connection.execute("SET LOCAL statement_timeout = 0")
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
    connection.execute(f"LOCK TABLE {', '.join(_EMPTY)}, reactors IN EXCLUSIVE MODE".encode())
    for table in _EMPTY:
        if connection.execute(f"SELECT 1 FROM {table} LIMIT 1".encode()).fetchone():
            raise ImportRefused(
                f"Importować można tylko do pustej instalacji, a tabela „{table}” nie jest pusta.",
                f"Only an empty installation can import, and the table “{table}” isn't empty.",
            )


def _store(connection: Connection[Any], batch: Batch) -> None:
    with connection.cursor() as cursor, cursor.copy(_COPY.encode()) as copy:
        copy.set_types(_TYPES)
        for event in batch.events:
            copy.write_row([getattr(event, column) for column in COLUMNS])
    if batch.seal is not None and not batch.closing:
        insert_seal(connection, batch.seal)


def _store_beside(
    connection: Connection[Any],
    lines: Iterator[Other],
    persons: "_Persons",
) -> None:
    """Read to its end in any case; what a damaged file holds is rolled back with everything else."""
    for section, of_section in groupby(lines, section_of):
        if section == "persons":
            rows = map(persons.row, cast("Iterator[PersonLine]", of_section))
            _insert(connection, sql.SQL(_PERSONS), rows)
        else:
            _store_rows(connection, _TABLES[section], cast("Iterator[RowLine]", of_section))


def _store_rows(connection: Connection[Any], table: Beside, lines: Iterator[RowLine]) -> None:
    known = _columns(connection, table)
    for columns, alike in groupby(lines, lambda line: tuple(line.row)):
        if not known.issuperset(columns):
            raise ImportRefused(
                f"Plik ma w tabeli „{table.name}” kolumny, których ta wersja programu nie zna.",
                f"The file has columns in “{table.name}” that this version doesn't know.",
            )
        _insert(connection, table.insert(columns), ((json_of(line.row),) for line in alike))


def _columns(connection: Connection[Any], table: Beside) -> set[str]:
    query = (
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 "
        "AND NOT attisdropped"
    )
    return {row[0] for row in connection.execute(query, (table.name,))}


def _insert(
    connection: Connection[Any], query: sql.SQL | sql.Composed, rows: Iterator[tuple[Any, ...]]
) -> None:
    with connection.cursor() as cursor:
        while chunk := list(islice(rows, _CHUNK)):
            cursor.executemany(query, chunk)


_TABLES = {table.name: table for table in BESIDE}
# The event of forgetting has left a row already.
_PERSONS = (
    "INSERT INTO person_keys AS key (person_id, created_at, destroyed_at, wrapped_key) "
    "VALUES (%s, %s, CASE WHEN %s::bytea IS NULL THEN coalesce(%s, now()) END, %s) "
    "ON CONFLICT (person_id) DO UPDATE SET created_at = EXCLUDED.created_at, "
    "destroyed_at = coalesce(EXCLUDED.destroyed_at, key.destroyed_at)"
)


class _Persons:
    """Rewraps keys; what is wrong with them is said once the file is known to be whole."""

    def __init__(self, master: WrappingKey, under: WrappingKey | None) -> None:
        self._master, self._under = master, under
        self.unopened = self.without_key = 0

    def row(self, line: PersonLine) -> tuple[Any, ...]:
        wrapped = self._rewrapped(line) if line.destroyed_at is None else None
        return line.person_id, line.created_at, wrapped, line.destroyed_at, wrapped

    def refuse(self, forget_persons: bool) -> None:
        if self.unopened:
            raise ImportRefused(
                "Hasło nie otwiera kluczy osób z tego pliku.",
                "The passphrase doesn't open the keys of persons in this file.",
            )
        if self.without_key and not forget_persons:
            raise ImportRefused(
                f"Plik lub hasło nie daje kluczy {self.without_key} osób: ich dane byłyby tu "
                "stracone na zawsze (--forget-persons, jeśli tak ma być).",
                f"The keys of {self.without_key} persons don't come along: their data would be "
                "lost here for good (--forget-persons, if that is what you want).",
            )

    def _rewrapped(self, line: PersonLine) -> bytes | None:
        if line.wrapped_key is None or self._under is None:
            self.without_key += 1
            return None
        try:
            key = self._under.unwrap(line.person_id, line.wrapped_key)
        except WrongMasterKey:
            self.unopened += 1
            return None
        return self._master.wrap(line.person_id, key)


def _finish(connection: Connection[Any]) -> None:
    """The next event comes behind the imported ones; nobody else is handed a position meanwhile."""
    connection.execute(
        "SELECT setval(pg_get_serial_sequence('events', 'position'), max(position)) "
        "FROM events HAVING max(position) IS NOT NULL"
    )
    connection.execute("SELECT pg_notify('wspolna_log', max(position)::text) FROM events")


def _size(file: BinaryIO) -> int:
    at = file.tell()
    end = file.seek(0, 2)
    file.seek(at)
    return end
