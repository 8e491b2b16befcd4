"""A small network for tests: the real store, log and projections over a database of the test's own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg_pool import ConnectionPool

from domain.commands import Command
from domain.cooperation import Cooperation
from domain.municipalities import (
    AdmitMunicipality,
    InviteMunicipality,
    MunicipalityFacts,
    MunicipalityKind,
    RegisterMunicipality,
)
from domain.news import CorrectNews, DraftNews, NewsText, PublishNews, RetractNews
from domain.roles import OPERATOR, Actor, Role
from domain.values import Terc
from domain.work import Receipt
from infra.bootstrap import connect, open_pool
from infra.event_store import PostgresEventStore
from infra.log import EventLog
from infra.personal.master import WrappingKey
from infra.personal.vault import PersonalVault
from projections.registry import PROJECTIONS
from projections.schema import ensure
from projections.worker import Outcome, ProjectionWorker
from tests.domain.texts import PlainTexts
from tests.locks import soon

OPOCZNO = "100704"
BELCHATOW = "100101"
TOMASZOW = "101601"
NAMES = {OPOCZNO: "Opoczno", BELCHATOW: "Bełchatów", TOMASZOW: "Tomaszów Mazowiecki"}

VAULT = PersonalVault(WrappingKey(bytes(32)))


def official(terc: str, *roles: Role) -> Actor:
    """Of a municipality; an editor unless said otherwise."""
    return Actor(f"official-{terc}", frozenset(roles or {Role.EDITOR}), Terc(terc))


@dataclass
class Network:
    database_url: str
    pool: ConnectionPool[Connection[Any]]
    connection: Connection[Any]
    cooperation: Cooperation

    def give(self, command: Command, by: Actor = OPERATOR) -> Receipt:
        return self.cooperation.execute(command, by)

    def register(self, terc: str = OPOCZNO) -> Receipt:
        facts = MunicipalityFacts(
            name=NAMES.get(terc, f"Gmina {terc}"),
            kind=MunicipalityKind.URBAN,
            voivodeship="łódzkie",
            county="opoczyński",
        )
        return self.give(RegisterMunicipality(command_id=uuid4(), terc=terc, facts=facts))

    def member(self, terc: str = OPOCZNO) -> Receipt:
        self.register(terc)
        self.give(InviteMunicipality(command_id=uuid4(), terc=terc))
        return self.give(AdmitMunicipality(command_id=uuid4(), terc=terc))

    def draft(self, title: str = "Nowy most", terc: str = OPOCZNO, **text: Any) -> Receipt:
        said = NewsText(title=title, body=text.pop("body", "Treść."), **text)
        return self.give(DraftNews(command_id=uuid4(), municipality=terc, text=said))

    def publish(self, news_id: UUID, on: date = date(2025, 8, 13)) -> Receipt:
        return self.give(PublishNews(command_id=uuid4(), news_id=news_id, published_on=on))

    def published(self, title: str = "Nowy most", terc: str = OPOCZNO, **text: Any) -> Receipt:
        return self.publish(self.draft(title, terc, **text).stream_id)

    def correct(self, news_id: UUID, title: str, body: str = "Inna treść.") -> Receipt:
        text = NewsText(title=title, body=body)
        return self.give(CorrectNews(command_id=uuid4(), news_id=news_id, text=text))

    def retract(self, news_id: UUID, reason: str = "Pomyłka.") -> Receipt:
        return self.give(RetractNews(command_id=uuid4(), news_id=news_id, reason=reason))

    def project(self) -> None:
        """Brings every read model up to date, as the worker process does."""
        for projection in PROJECTIONS:
            ensure(self.connection, projection)
            worker = ProjectionWorker(projection, EventLog(VAULT))
            self._caught_up(worker)

    def _caught_up(self, worker: ProjectionWorker) -> None:
        """Where a worker beside us has the claim, once it is free."""
        soon(lambda: worker.catch_up(self.connection) is not Outcome.TAKEN)

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self.connection.execute(query.encode(), parameters).fetchall()

    def events(self) -> list[str]:
        """Types of all events, in the order of the log."""
        return [row[0] for row in self.rows("SELECT type FROM events ORDER BY position")]

    def value(self, query: str, *parameters: Any) -> Any:
        return self.rows(query, *parameters)[0][0]


@contextmanager
def network(database_url: str) -> Iterator[Network]:
    with open_pool(database_url) as pool, connect(database_url) as connection:
        store = PostgresEventStore(pool, announce=lambda _position: None, vault=VAULT)
        cooperation = Cooperation(store, PlainTexts(), now=lambda: datetime.now(UTC))
        yield Network(database_url, pool, connection, cooperation)
