"""Commands and read models agree, of every stream of the log, on who may know of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from api.graphql.initiative_parts import DOCUMENTS, NOTES, RISKS
from api.graphql.initiative_progress import INDICATORS, REPORTS
from api.graphql.ordinary import node_types
from api.graphql.records import must_table
from api.graphql.schema import make_schema
from api.graphql.visibility import guarded
from api.graphql.vocabulary import Table
from domain.aggregate import EVENT_TYPES, Aggregate
from domain.commands import Permission, Whose
from domain.municipalities import is_active_member
from domain.roles import ANONYMOUS, OPERATOR, Actor, Role
from domain.values import Terc
from domain.visibility import audience_of
from domain.work import Work
from infra.event_store import PostgresEventStore
from projections.activity import KINDS
from tests.domain.texts import PlainTexts
from tests.everything import INVITED, LEFT, SUSPENDED, everything
from tests.infra.desks import Office
from tests.network import BELCHATOW, OPOCZNO, VAULT, Network, network
from tests.portals import AdmittedPortal

TABLES: dict[str, Table] = {
    **{name: must_table(cls) for name, cls in node_types(make_schema()).items()},
    "InitiativeNote": NOTES,
    "InitiativeDocument": DOCUMENTS,
    "Risk": RISKS,
    "Indicator": INDICATORS,
    "PartnerReport": REPORTS,
}
UNREAD = {"Following", "PersonRecord"}
"""Of no read model."""

VIEWERS = (
    ANONYMOUS,
    OPERATOR,
    Actor("nobody's", frozenset({Role.EDITOR})),
    *(
        Actor(f"{role} of {terc}", frozenset({role}), Terc(terc))
        for terc, role in product(
            (OPOCZNO, BELCHATOW, SUSPENDED, LEFT, INVITED), (Role.EDITOR, Role.MUNICIPALITY_ADMIN)
        )
    ),
)


@pytest.fixture
def told(database_url: str) -> Iterator[Network]:
    with network(database_url) as net:
        for name in ("Gminy w sieci", "Inny portal"):
            AdmittedPortal(net, name=name)
        everything(net)
        office = Office(net)
        for number, terc in enumerate((OPOCZNO, BELCHATOW, None)):
            role = Role.EDITOR if terc else Role.AUDITOR
            office.invited(role, email=f"osoba{number}@x.example", terc=terc)
        net.project()
        yield net


def streams(net: Network) -> dict[str, list[UUID]]:
    """Ids by aggregate."""
    found: dict[str, list[UUID]] = {}
    for kind, stream_id in net.rows("SELECT type, stream_id FROM events WHERE version = 1"):
        found.setdefault(kind.split(".")[0], []).append(stream_id)
    return found


def known_to(net: Network, aggregate: str, actor: Actor) -> set[UUID]:
    """As commands have it."""
    store = PostgresEventStore(net.pool, announce=lambda _position: None, vault=VAULT)
    kind: Any = next(each for each in _aggregates(Aggregate) if each.__name__ == aggregate)
    member = partial(is_active_member, store.load)
    anyone = Permission(frozenset(), Whose.NETWORK)
    work = Work(store, PlainTexts(), actor, anyone, datetime.now(UTC), member)
    return {each for each in streams(net)[aggregate] if work.see(kind, each) is not None}


def _aggregates(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from _aggregates(each)


def shown_to(net: Network, table: Table, actor: Actor) -> set[UUID]:
    """As read models have it."""
    member = actor.municipality in {OPOCZNO, BELCHATOW, INVITED}
    audience = audience_of(actor, member=member)
    condition = table.visible.where(audience, "t", listing=False)
    return {key for (key,) in net.rows(f"SELECT t.id FROM {table.name} AS t WHERE {condition}")}


def test_every_aggregate_is_told_of() -> None:
    ours = {name for name, event in EVENT_TYPES.items() if event.__module__.startswith("domain.")}
    assert {name.split(".")[0] for name in ours} <= {*TABLES, *UNREAD}


def test_commands_and_readers_know_of_the_same(told: Network) -> None:
    compared = set(streams(told)) - UNREAD
    assert len(compared) >= 19
    portal = streams(told)["Portal"][0]
    people = Actor("people of a portal", frozenset({Role.PORTAL}), portal=portal)
    for actor, aggregate in product((*VIEWERS, people), compared):
        known = known_to(told, aggregate, actor)
        assert shown_to(told, TABLES[aggregate], actor) == known, (actor.id, aggregate)


def test_timeline_tells_of_nothing_that_one_may_not_know_of(told: Network) -> None:
    subjects = Table("read_activity.subjects", "activity", guarded())
    rows = "(SELECT subject_id AS id, owner_terc, participants, visibility FROM read_activity.activity)"
    for actor in VIEWERS:
        known = set[UUID]()
        for aggregate in set(streams(told)) & set(KINDS):
            known |= known_to(told, aggregate, actor)
        assert shown_to(told, subjects, actor) <= known, actor.id
        assert shown_to(told, Table(rows, "activity", guarded()), actor) <= known, actor.id
