"""Who may write which stream: its own municipality, those that share it, or the network."""

from typing import Any
from uuid import uuid4

import pytest

from domain.aggregate import Aggregate
from domain.commands import Permission, Whose
from domain.errors import NotPermitted
from domain.roles import OPERATOR, Actor, Role
from domain.values import Terc

LEAD, PARTNER, STRANGER = Terc("100704"), Terc("100101"), Terc("101601")
STREAM: Any = type("Stream", (), {"owner": LEAD, "participants": frozenset({LEAD, PARTNER})})()


def official(of: Terc | None) -> Actor:
    return Actor(str(uuid4()), frozenset({Role.FUNDS_OFFICER}), of)


def may(actor: Actor, whose: Whose) -> bool:
    try:
        Permission(frozenset({Role.FUNDS_OFFICER}), whose).check_stream(actor, STREAM)
    except NotPermitted:
        return False
    return True


@pytest.mark.parametrize(
    ("whose", "lead", "partner", "stranger"),
    [
        (Whose.OWN, True, False, False),
        (Whose.SHARED, True, True, False),
        (Whose.NETWORK, True, True, True),
    ],
)
def test_stream_is_written_by_those_it_belongs_to(
    whose: Whose, lead: bool, partner: bool, stranger: bool
) -> None:
    assert [may(official(of), whose) for of in (LEAD, PARTNER, STRANGER)] == [
        lead,
        partner,
        stranger,
    ]


def test_official_of_no_municipality_shares_no_stream() -> None:
    assert not may(official(None), Whose.OWN)
    assert not may(official(None), Whose.SHARED)


def test_coordinator_helps_everyone() -> None:
    assert may(OPERATOR, Whose.OWN)
    assert may(OPERATOR, Whose.SHARED)


def test_stream_is_shared_with_nobody_unless_its_aggregate_says_so() -> None:
    alone: Any = type("Alone", (), {"owner": LEAD})()
    nobody: Any = type("Nobody", (), {"owner": None})()
    assert Aggregate.participants.fget(alone) == {LEAD}  # type: ignore[attr-defined]
    assert Aggregate.participants.fget(nobody) == set()  # type: ignore[attr-defined]
