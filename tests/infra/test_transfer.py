"""A network moves from one database to another."""

import gzip
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from domain.personal import Forgotten, Personal
from infra.bootstrap import connect
from infra.embedded.postgres import Postgres
from infra.personal.master import WrappingKey
from infra.seal.findings import Fault
from infra.seal.keys import SealKey
from infra.seal.sealer import Sealer
from infra.seal.store import last_checkpoint, verify_stored
from infra.transfer import passphrase
from infra.transfer.dump import Exported, PersonKeys, export_log
from infra.transfer.load import ImportRefused, import_log
from infra.transfer.reader import verify_export
from infra.transfer.tables import BESIDE, NOT_MOVED
from tests.infra.log_samples import KEY, KEYS, START
from tests.infra.visits import ANNA, JAN, MASTER, NAME, PHONE, House, opened

PASSPHRASE = "cztery słowa, których nikt nie zgadnie"
OTHER_MASTER = WrappingKey(b"the master key of another place!")

Move = Callable[[House, bytes], Any]


@pytest.fixture(autouse=True)
def _light_passphrase(monkeypatch: pytest.MonkeyPatch) -> None:
    """The command line's tests have the real one, which takes its time on purpose."""
    monkeypatch.setattr(passphrase, "_N", 2**10)


@pytest.fixture
def old(database_url: str) -> Iterator[House]:
    with opened(database_url, MASTER) as house:
        yield house


@pytest.fixture
def new(postgres: Postgres, _migrated_template: str) -> Iterator[House]:
    name = f"new_{uuid4().hex[:12]}"
    create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
    drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
    with psycopg.connect(postgres.url(), autocommit=True) as server:
        server.execute(create.format(sql.Identifier(name), sql.Identifier(_migrated_template)))
        with opened(postgres.url(name), OTHER_MASTER) as house:
            yield house
        server.execute(drop.format(sql.Identifier(name)))


def export(house: House, keys: PersonKeys | None = None) -> bytes:
    file = io.BytesIO()
    with connect(house.url) as connection:
        export_log(connection, file, KEY, START, keys)
    return file.getvalue()


def load(house: House, file: bytes, **options: Any) -> Any:
    return import_log(house.connection, io.BytesIO(file), OTHER_MASTER, **options)


def rows(house: House, table: str, order: str) -> list[Any]:
    query = f"SELECT * FROM {table} ORDER BY {order}"
    return house.connection.execute(query.encode()).fetchall()


def lived_in(house: House) -> None:
    """Events, a hole, claims, views, a seal behind the start and an end that isn't sealed."""
    house.announce(JAN, NAME, last_byte=0)
    with house.pool.connection() as connection, connection.transaction(force_rollback=True):
        connection.execute("SELECT nextval(pg_get_serial_sequence('events', 'position'))")
    visit = house.announce(ANNA, "Anna", last_byte=1)
    house.seal()
    house.move(visit, "sala 3")
    house.connection.execute("INSERT INTO claims VALUES ('visit:1', %s)", (visit,))
    house.connection.execute("INSERT INTO news_views VALUES (%s, 41)", (uuid4(),))
    house.connection.execute("INSERT INTO reactors (name, position) VALUES ('webhooks', 2)")
    house.connection.execute(
        "INSERT INTO outbox (key, task, payload, delivered_at) VALUES "
        """('1', 'webhook', '{"n": 1}', now()), ('3', 'webhook', '{"n": 3}', NULL)"""
    )


WITH_KEYS = PersonKeys(MASTER, PASSPHRASE)


def test_everything_arrives_as_it_was(old: House, new: House) -> None:
    lived_in(old)
    load(new, export(old, WITH_KEYS), passphrase=PASSPHRASE)
    for table, order in (
        ("events", "position"),
        ("seals", "number"),
        ("claims", "key"),
        ("news_views", "news_id"),
    ):
        assert rows(new, table, order) == rows(old, table, order)
        assert rows(new, table, order)
    old.project()
    new.project()
    assert new.visits() == old.visits() == [(NAME, PHONE, ""), ("Anna", PHONE, "sala 3")]


def test_what_was_delivered_is_not_and_what_was_due_still_is(old: House, new: House) -> None:
    lived_in(old)
    new.connection.execute("INSERT INTO reactors (name, position) VALUES ('webhooks', 0), ('x', 0)")
    load(new, export(old, WITH_KEYS), passphrase=PASSPHRASE)
    due = new.connection.execute("SELECT key, task, payload FROM outbox").fetchall()
    assert due == [("3", "webhook", {"n": 3})]
    reactors = new.connection.execute("SELECT name, position FROM reactors ORDER BY 1").fetchall()
    last = rows(new, "events", "position")[-1][0]
    assert reactors == [("webhooks", 2), ("x", last)]


def test_the_log_goes_on_behind_what_was_imported(old: House, new: House) -> None:
    lived_in(old)
    (last,) = old.connection.execute("SELECT max(position) FROM events").fetchone() or (0,)
    load(new, export(old, WITH_KEYS), passphrase=PASSPHRASE)
    new.announce(JAN, NAME)
    row = new.connection.execute("SELECT max(position) FROM events").fetchone()
    assert row == (last + 1,)
    new_key = SealKey(bytes(32))
    Sealer(new.pool.connection, new.log, new_key, lambda: datetime.now(UTC)).catch_up()
    verification = verify_stored(new.connection)
    assert (verification.findings, verification.seals, verification.unsealed) == ([], 2, 0)


def test_a_command_given_before_the_move_is_still_given_once(old: House, new: House) -> None:
    lived_in(old)
    load(new, export(old, WITH_KEYS), passphrase=PASSPHRASE)
    query = "SELECT command_id, command_digest FROM events WHERE position = 1"
    row = new.connection.execute(query).fetchone()
    assert row is not None
    receipt = new.store.receipt(*row)
    assert receipt is not None
    assert receipt.position == 1


def test_an_export_shows_no_personal_data(old: House) -> None:
    lived_in(old)
    for keys in (None, WITH_KEYS):
        text = gzip.decompress(export(old, keys)).decode()
        assert NAME not in text
        assert PHONE not in text


def test_a_person_forgotten_before_the_export_stays_forgotten(old: House, new: House) -> None:
    lived_in(old)
    old.forget(JAN)
    visit = next(row[1] for row in rows(old, "events", "position"))
    load(new, export(old, WITH_KEYS), passphrase=PASSPHRASE)
    assert new.visit(visit).guest == Personal(JAN, Forgotten())
    assert rows(new, "person_keys", "person_id")[0][1:2] == (None,)
    new.project()
    assert new.visits() == [(None, None, ""), ("Anna", PHONE, "sala 3")]


def test_without_keys_persons_are_forgotten_only_when_that_is_wanted(
    old: House, new: House
) -> None:
    lived_in(old)
    file = export(old)
    with pytest.raises(ImportRefused, match="The keys of 2 persons don't come along"):
        load(new, file)
    assert rows(new, "events", "position") == []
    load(new, file, forget_persons=True)
    new.project()
    assert new.visits() == [(None, None, ""), (None, None, "sala 3")]


def test_another_passphrase_is_refused(old: House, new: House) -> None:
    lived_in(old)
    with pytest.raises(ImportRefused, match="passphrase doesn't open"):
        load(new, export(old, WITH_KEYS), passphrase="inne")
    assert rows(new, "events", "position") == []


def test_a_changed_file_is_refused_and_leaves_nothing(old: House, new: House) -> None:
    lived_in(old)
    text = gzip.decompress(export(old, WITH_KEYS))
    changed = gzip.compress(text.replace(b'"actor":"operator"', b'"actor":"burmistrz"', 1))
    with pytest.raises(ImportRefused) as refused:
        load(new, changed, passphrase=PASSPHRASE)
    first = refused.value.findings[0]
    assert (first.fault, first.position, first.type) == (Fault.CHANGED, 1, "Visit.Announced")
    for table in ("events", "seals", "claims", "seal_keys", "person_keys", "news_views"):
        assert rows(new, table, "1") == []


def test_a_value_that_the_database_refuses_is_named_by_its_section(old: House, new: House) -> None:
    lived_in(old)
    text = gzip.decompress(export(old, WITH_KEYS))
    with pytest.raises(ImportRefused) as refused:
        load(new, gzip.compress(text.replace(b'"count":41', b'"count":-1')), passphrase=PASSPHRASE)
    assert [(f.fault, f.detail) for f in refused.value.findings] == [
        (Fault.SECTION_DIFFERS, "(news_views)")
    ]
    assert rows(new, "events", "position") == []


def test_an_installation_that_holds_something_is_refused(old: House, new: House) -> None:
    lived_in(old)
    file = export(old, WITH_KEYS)
    new.announce(ANNA, "Anna")
    with pytest.raises(ImportRefused, match="“events” isn't empty"):
        load(new, file, passphrase=PASSPHRASE)
    assert len(rows(new, "events", "position")) == 1


def test_an_export_taken_after_the_move_has_the_same_log(old: House, new: House) -> None:
    lived_in(old)
    old.seal()
    load(new, export(old, WITH_KEYS), passphrase=PASSPHRASE)
    first = verify_export(io.BytesIO(export(old)), KEYS)
    with connect(old.url) as connection:
        kept = last_checkpoint(connection)
    assert kept is not None
    again = verify_export(io.BytesIO(export(new)), KEYS, [kept])
    assert (first.findings, again.findings) == ([], [])
    assert first.end == again.end == kept


def test_the_end_that_is_not_sealed_travels_under_closing_seals(old: House) -> None:
    lived_in(old)
    result = verify_export(io.BytesIO(export(old)), KEYS)
    assert (result.findings, result.events, result.seals, result.unsealed) == ([], 3, 1, 1)


def test_exporting_goes_on_while_events_are_written(old: House) -> None:
    lived_in(old)
    file = io.BytesIO()

    def write(_done: int, _all: int) -> None:
        old.announce(ANNA, "Anna")

    with connect(old.url) as connection:
        exported = export_log(connection, file, KEY, START, progress=write)
    assert exported == Exported(events=3, seals=1)
    assert verify_export(io.BytesIO(file.getvalue()), KEYS).passed


def test_every_table_moves_or_has_a_reason_not_to(new: House) -> None:
    query = (
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
    )
    tables = {row[0] for row in new.connection.execute(query)}
    moved = {table.name for table in BESIDE}
    assert tables == moved | NOT_MOVED.keys()
    assert not moved & NOT_MOVED.keys()
