"""A feature made for tests: visits of guests, whose names and phones are personal data."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from eventsourcing.domain import event
from psycopg import Connection
from psycopg_pool import ConnectionPool

from domain.aggregate import Aggregate
from domain.commands import Command, Whose, handles
from domain.cooperation import Cooperation
from domain.people import ForgetPerson
from domain.personal import Personal
from domain.roles import OPERATOR, Role
from domain.visibility import Level
from domain.work import Work
from infra.bootstrap import connect, open_pool
from infra.event_store import PostgresEventStore
from infra.log import EventLog
from infra.personal.master import WrappingKey
from infra.personal.vault import PersonalVault
from infra.seal.sealer import Sealer
from projections.log import Recorded
from projections.personal import PersonalColumns
from projections.projection import Projection, on
from projections.rows import Row, Rows
from projections.schema import ensure
from projections.worker import ProjectionWorker
from tests.domain.texts import PlainTexts
from tests.infra.log_samples import KEY

JAN, ANNA = UUID(int=1), UUID(int=2)
NAME, PHONE = "Jan Niezapominajka-Próbny", "+48 600 000 000"
MASTER = WrappingKey(b"a master key of thirty-two bytes")


@dataclass(frozen=True)
class Guest:
    name: Personal
    seat: int


class Visit(Aggregate):
    """Of a guest to a town hall."""

    class Announced(Aggregate.Created):
        guest: Personal
        phone: Personal | None
        others: tuple[Guest, ...] = ()

    class Moved(Aggregate.Event):
        room: str

    @event(Announced)
    def __init__(
        self, guest: Personal, phone: Personal | None, others: tuple[Guest, ...] = ()
    ) -> None:
        self.guest, self.phone, self.others = guest, phone, others
        self.room = ""

    @event(Moved)
    def _moved(self, room: str) -> None:
        self.room = room

    @property
    def owner(self) -> str | None:
        return None

    @property
    def level(self) -> Level:
        return Level.PUBLIC


@dataclass(frozen=True, kw_only=True)
class AnnounceVisit(Command):
    guest: Personal
    phone: Personal | None = None
    others: tuple[Guest, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MoveVisit(Command):
    visit: UUID
    room: str


@handles(AnnounceVisit, by={Role.COORDINATOR}, on=Whose.NETWORK)
def announce_visit(command: AnnounceVisit, work: Work) -> Visit:
    facts = {"guest": command.guest, "phone": command.phone, "others": command.others}
    begun = Visit.begin(Visit.Announced, command.command_id, work.at, work.today, **facts)
    return work.add(begun)


@handles(MoveVisit, by={Role.COORDINATOR}, on=Whose.NETWORK)
def move_visit(command: MoveVisit, work: Work) -> Visit:
    visit = work.load(Visit, command.visit)
    assert visit is not None
    visit.record(Visit.Moved, work.at, work.today, room=command.room)
    return visit


class VisitRow(Row):
    table: ClassVar[str] = "visits"

    id: UUID
    guest_id: UUID
    guest: str | None
    phone: str | None
    room: str


class VisitsProjection(Projection):
    name = "visits"
    version = 1
    rows = (VisitRow,)
    keyed_by_stream = VisitRow
    partitions = 2
    personal = (PersonalColumns(VisitRow, "guest_id", ("guest", "phone")),)

    @on(Visit.Announced)
    def _announced(self, recorded: Recorded, fact: Visit.Announced, rows: Rows) -> None:
        phone = fact.phone.clear if fact.phone else None
        rows.add(
            VisitRow(
                id=recorded.stream_id,
                guest_id=fact.guest.person_id,
                guest=fact.guest.clear,
                phone=phone,
                room="",
            )
        )

    @on(Visit.Moved)
    def _moved(self, recorded: Recorded, fact: Visit.Moved, rows: Rows) -> None:
        rows.change(VisitRow, recorded.stream_id).room = fact.room

    def ddl(self) -> str:
        return (
            "CREATE TABLE visits (id uuid PRIMARY KEY, guest_id uuid NOT NULL, guest text, "
            "phone text, room text NOT NULL);"
        )


@dataclass
class House:
    url: str
    pool: ConnectionPool[Connection[Any]]
    connection: Connection[Any]
    vault: PersonalVault

    def __post_init__(self) -> None:
        self.store = PostgresEventStore(self.pool, lambda _: None, self.vault)
        self.cooperation = Cooperation(self.store, PlainTexts(), lambda: datetime.now(UTC))
        self.log = EventLog(self.vault)
        self.projection = VisitsProjection()
        self.workers = [ProjectionWorker(self.projection, self.log, number) for number in (0, 1)]

    def announce(self, person: UUID = JAN, name: str = NAME, last_byte: int = 0) -> UUID:
        command_id = UUID(bytes=uuid4().bytes[:15] + bytes([last_byte]))
        guest, phone = Personal(person, name), Personal(person, PHONE)
        others = (Guest(Personal(person, name), 1),)
        command = AnnounceVisit(command_id=command_id, guest=guest, phone=phone, others=others)
        return self.cooperation.execute(command, OPERATOR).stream_id

    def move(self, visit: UUID, room: str) -> None:
        self.cooperation.execute(MoveVisit(command_id=uuid4(), visit=visit, room=room), OPERATOR)

    def forget(self, person: UUID = JAN) -> None:
        self.cooperation.execute(ForgetPerson(command_id=uuid4(), person_id=person), OPERATOR)

    def project(self) -> None:
        ensure(self.connection, self.projection)
        for worker in self.workers:
            worker.catch_up(self.connection)

    def visits(self) -> list[Any]:
        query = "SELECT guest, phone, room FROM read_visits.visits ORDER BY guest_id, id"
        return self.connection.execute(query).fetchall()

    def visit(self, stream_id: UUID) -> Visit:
        visit = self.store.load(Visit, stream_id)
        assert visit is not None
        return visit

    def seal(self) -> None:
        Sealer(self.pool.connection, self.log, KEY, lambda: datetime.now(UTC)).catch_up()

    def everything_stored(self) -> str:
        """Every table of the database, as text."""
        query = (
            "SELECT format('%I.%I', nspname, relname) FROM pg_class "
            "JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'r' "
            "AND (nspname = 'public' OR nspname LIKE 'read_%')"
        )
        texts = []
        for (table,) in self.connection.execute(query).fetchall():
            with self.connection.cursor().copy(f"COPY {table} TO STDOUT".encode()) as rows:
                texts += [bytes(row).decode() for row in rows]
        # bytea columns come as hexadecimal
        return "".join(texts) + "".join(texts).replace(NAME.encode().hex(), NAME)


@contextmanager
def opened(database_url: str, master: WrappingKey) -> Iterator[House]:
    with open_pool(database_url) as pool, connect(database_url) as connection:
        yield House(database_url, pool, connection, PersonalVault(master))
