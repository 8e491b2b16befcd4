"""What every feature with personal data can rely on, shown on one made for tests."""

import copy
import io
import json
import logging
import pickle
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
import structlog
from psycopg.errors import LockNotAvailable

from domain.commands import HANDLERS, digest
from domain.cooperation import Cooperation
from domain.errors import NotPermitted
from domain.people import ForgetPerson, PersonRecord
from domain.personal import Forgotten, Personal, PersonForgotten, Sealed, shown
from domain.roles import ANONYMOUS, OPERATOR
from infra.bootstrap import connect, open_pool
from infra.event_store import PostgresEventStore
from infra.mapper import to_state
from infra.personal.master import WrappingKey, WrongMasterKey
from infra.personal.vault import PersonalDataDamaged, scrub
from infra.seal.store import known_keys, stored_batches
from infra.seal.verify import verify_batches
from projections.rebuild import rebuild
from projections.schema import ensure
from projections.worker import Outcome
from tests.domain.texts import PlainTexts
from tests.infra.log_samples import START
from tests.infra.visits import (
    ANNA,
    JAN,
    MASTER,
    NAME,
    PHONE,
    AnnounceVisit,
    Guest,
    House,
    Visit,
    opened,
)

_FORGET = """
INSERT INTO events (stream_id, version, type, schema_version, state, effective_on, recorded_at,
    actor, command_id, command_step, command_digest, causation_id, correlation_id)
SELECT person, 1, 'PersonRecord.Forgotten', 1, '{}', now(), now(), 'x', command, 0, '', cause, cause
FROM (VALUES (%s::uuid, %s::uuid, %s::uuid)) AS given (command, person, cause)
"""


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    with opened(database_url, MASTER) as house:
        yield house


def sealed_fields(house: House, stream_id: UUID) -> dict[str, Any]:
    query = "SELECT state FROM events WHERE stream_id = %s AND version = 1"
    row = house.connection.execute(query, (stream_id,)).fetchone()
    assert row is not None
    fields: dict[str, Any] = json.loads(row[0])
    return fields


def test_personal_data_is_sealed_in_the_log_and_clear_to_who_loads_it(house: House) -> None:
    visit = house.announce()
    fields = sealed_fields(house, visit)
    assert fields["guest"].keys() == {"person", "field", "sealed"}
    assert (fields["guest"]["person"], fields["guest"]["field"]) == (str(JAN), "guest")
    assert fields["others"][0]["name"]["field"] == "others.name"
    assert NAME not in house.everything_stored()
    assert house.visit(visit).guest == Personal(JAN, NAME)
    assert house.visit(visit).others == (Guest(Personal(JAN, NAME), 1),)
    assert house.visit(visit).phone == Personal(JAN, PHONE)


def test_the_same_text_is_sealed_differently_each_time(house: House) -> None:
    fields = sealed_fields(house, house.announce())
    assert fields["guest"]["sealed"] != fields["others"][0]["name"]["sealed"]


def test_read_models_show_the_person_until_forgotten_and_nobody_else_is_touched(
    house: House,
) -> None:
    house.announce(last_byte=0)
    house.announce(ANNA, "Anna", last_byte=1)
    house.project()
    assert house.visits() == [(NAME, PHONE, ""), ("Anna", PHONE, "")]
    house.forget()
    house.project()
    assert house.visits() == [(None, None, ""), ("Anna", PHONE, "")]


def test_what_a_worker_kept_in_memory_does_not_come_back(house: House) -> None:
    visits = [house.announce(last_byte=0), house.announce(last_byte=1)]
    house.project()
    house.forget()
    house.project()
    for visit in visits:
        house.move(visit, "sala 2")
    house.project()
    assert house.visits() == [(None, None, "sala 2"), (None, None, "sala 2")]


def test_after_forgetting_nothing_stored_logged_or_exported_shows_the_person(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as lines:
        visit = house.announce()
        house.project()
        assert NAME in house.everything_stored()
        structlog.get_logger().info("visit.loaded", visit=house.visit(visit).guest)
        house.forget()
        house.seal()
        house.project()
    assert NAME not in house.everything_stored()
    assert PHONE not in house.everything_stored()
    assert NAME not in repr(lines)
    assert NAME not in caplog.text
    assert house.visit(visit).guest == Personal(JAN, Forgotten())
    assert house.visit(visit).guest.shown("pl") == "[dane usunięte]"
    assert house.visit(visit).guest.shown("en") == "[forgotten]"


def test_a_rebuild_after_forgetting_gives_the_same_rows(house: House) -> None:
    house.announce(last_byte=0)
    visit = house.announce(ANNA, "Anna", last_byte=1)
    house.project()
    house.forget()
    house.move(visit, "sala 1")
    house.project()
    before = house.visits()
    rebuild(house.connection, house.projection, house.log)
    assert house.visits() == before == [(None, None, ""), ("Anna", PHONE, "sala 1")]


def test_the_chain_still_verifies_after_forgetting(house: House) -> None:
    house.announce()
    house.seal()
    house.forget()
    house.seal()
    with house.connection.transaction():
        keys = known_keys(house.connection)
        result = verify_batches(stored_batches(house.connection), keys)
    assert result.findings == []
    assert (result.events, result.seals, result.unsealed) == (2, 2, 0)


def test_a_forgotten_person_gets_no_new_data(house: House) -> None:
    house.forget()
    with pytest.raises(PersonForgotten):
        house.announce()
    assert house.connection.execute("SELECT count(*) FROM events").fetchone() == (1,)


def test_what_was_read_as_forgotten_is_not_written_again(house: House) -> None:
    visit = house.announce()
    house.forget()
    again = AnnounceVisit(command_id=uuid4(), guest=house.visit(visit).guest)
    with pytest.raises(PersonForgotten):
        house.cooperation.execute(again, OPERATOR)


def test_forgetting_twice_is_one_event(house: House) -> None:
    house.forget()
    house.forget()
    stored = house.connection.execute("SELECT type, state FROM events").fetchall()
    assert stored == [(PersonRecord.Forgotten.TYPE, b"{}")]


def test_only_the_coordinator_forgets(house: House) -> None:
    house.announce()
    command = ForgetPerson(command_id=uuid4(), person_id=JAN)
    with pytest.raises(NotPermitted):
        house.cooperation.execute(command, ANONYMOUS)
    assert house.connection.execute("SELECT destroyed_at FROM person_keys").fetchone() == (None,)


def test_the_key_is_gone_and_its_row_remembers_when(house: House) -> None:
    house.announce()
    house.forget()
    scrub(house.connection)
    row = house.connection.execute(
        "SELECT person_id, wrapped_key, destroyed_at > created_at FROM person_keys"
    ).fetchone()
    assert row == (JAN, None, True)


def test_forgetting_waits_for_a_batch_that_has_read_the_key(
    house: House, database_url: str
) -> None:
    visit = house.announce()
    with connect(database_url) as reader, reader.transaction():
        (recorded,) = house.log.read(reader, 0, 10).events
        assert recorded.event.guest == Personal(JAN, NAME)
        # What forgets waits for the lock that the batch holds until it ends.
        with connect(database_url) as other:
            other.execute("SET lock_timeout = '100ms'")
            with pytest.raises(LockNotAvailable):
                other.execute(_FORGET, (uuid4(), JAN, uuid4()))
    house.forget()
    assert house.visit(visit).guest == Personal(JAN, Forgotten())


def test_another_process_opens_nothing_once_forgetting_is_acknowledged(
    house: House, database_url: str
) -> None:
    visit = house.announce()
    with opened(database_url, MASTER) as other:
        assert other.visit(visit).guest == Personal(JAN, NAME)
        house.forget()
        assert other.visit(visit).guest == Personal(JAN, Forgotten())


def test_another_master_key_is_named_and_stops_the_projection(
    house: House, database_url: str
) -> None:
    visit = house.announce(last_byte=0)
    with opened(database_url, WrappingKey(bytes(32))) as stranger:
        with pytest.raises(WrongMasterKey):
            stranger.visit(visit)
        (recorded,) = stranger.log.read(stranger.connection, 0, 10).events
        assert isinstance(recorded.event.error, WrongMasterKey)
        ensure(stranger.connection, stranger.projection)
        assert stranger.workers[0].catch_up(stranger.connection) is not Outcome.MOVED
        assert stranger.visits() == []
    house.project()
    assert house.visits() == [(NAME, PHONE, "")]


def test_a_ciphertext_moved_to_another_stream_does_not_open(house: House) -> None:
    visit, other = house.announce(), house.announce(JAN, "Inne")
    house.connection.execute(
        "UPDATE events SET state = (SELECT state FROM events WHERE stream_id = %s) "
        "WHERE stream_id = %s",
        (visit, other),
    )
    with pytest.raises(PersonalDataDamaged):
        house.visit(other)


def test_without_a_vault_personal_data_is_refused(database_url: str) -> None:
    with open_pool(database_url) as pool:
        store = PostgresEventStore(pool, lambda _: None)
        cooperation = Cooperation(store, PlainTexts(), lambda: datetime.now(UTC))
        command = AnnounceVisit(command_id=uuid4(), guest=Personal(JAN, NAME))
        with pytest.raises(TypeError, match="Personal can't be written"):
            cooperation.execute(command, OPERATOR)


# --- nothing prints or serializes it ---


def test_no_text_form_shows_the_value() -> None:
    personal = Personal(JAN, NAME)
    guest = Guest(personal, 1)
    command = AnnounceVisit(command_id=JAN, guest=personal)
    texts = [f"{personal}", f"{personal!r}", "%s" % personal, repr(guest), repr(command)]  # noqa: UP031
    assert not [text for text in texts if NAME in text]
    assert str(personal) == f"Personal({JAN}, …)"
    assert "600" not in repr(replace(guest, name=Personal(JAN, PHONE)))


def test_no_serializer_writes_the_value() -> None:
    personal = Personal(JAN, NAME)
    with pytest.raises(TypeError):
        pickle.dumps(personal)
    with pytest.raises(TypeError):
        json.dumps(personal)
    with pytest.raises(TypeError):
        msgspec.json.encode(personal)
    facts = {"guest": personal, "phone": None, "others": ()}
    begun = Visit.begin(Visit.Announced, JAN, datetime.now(UTC), START.date(), **facts)
    (fact,) = begun.pending_events
    with pytest.raises(TypeError, match="Personal can't be written to the log"):
        to_state(fact)  # type: ignore[arg-type]
    assert copy.deepcopy(personal) is personal


def test_a_value_is_read_only_and_compared_by_what_it_holds() -> None:
    personal = Personal(JAN, NAME)
    with pytest.raises(AttributeError):
        personal.value = "inne"
    assert personal == Personal(JAN, NAME) != Personal(ANNA, NAME)
    assert len({personal, Personal(JAN, NAME)}) == 1
    with pytest.raises(TypeError):
        _ = Personal(JAN, Sealed("guest", b"")).clear
    assert (shown(NAME), shown(None), shown(None, "en")) == (NAME, "[dane usunięte]", "[forgotten]")


def test_a_command_digest_does_not_depend_on_personal_values() -> None:
    """It is stored: whoever guesses names could otherwise try them against it."""
    commands = [AnnounceVisit(command_id=JAN, guest=Personal(JAN, name)) for name in (NAME, "Anna")]
    assert digest(commands[0], OPERATOR) == digest(commands[1], OPERATOR)
    assert AnnounceVisit in HANDLERS


def test_a_log_line_in_json_shows_no_value() -> None:
    out = io.StringIO()
    logger = structlog.wrap_logger(
        structlog.PrintLogger(out), processors=[structlog.processors.JSONRenderer()]
    )
    logger.info("visit.announced", guest=Personal(JAN, NAME))
    assert json.loads(out.getvalue()) == {
        "event": "visit.announced",
        "guest": f"Personal({JAN}, …)",
    }
