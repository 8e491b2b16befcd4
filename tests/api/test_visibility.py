"""The rule as Python and the rule as SQL, on random viewers and rows; and the rule itself, level by level."""

import random
from collections.abc import Iterator
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from psycopg import Connection

from api.graphql import visibility
from api.graphql.visibility import Visibility, guarded
from domain.roles import ANONYMOUS, OPERATOR, Actor, Role
from domain.values import Terc
from domain.visibility import EVERYTHING, PUBLIC, Audience, Level, audience_of, may_see
from infra.bootstrap import connect
from tests.network import BELCHATOW, OPOCZNO, official

TOMASZOW = "101601"
CODES = (OPOCZNO, BELCHATOW, TOMASZOW)

MEMBER = Audience(Terc(OPOCZNO), member=True)
SUSPENDED = Audience(Terc(OPOCZNO))
ADMINISTRATOR = Audience(Terc(OPOCZNO), member=True, administrator=True)
VIEWERS = [PUBLIC, EVERYTHING] + [
    Audience(Terc(code), member, administrator)
    for code, member, administrator in product(CODES, (False, True), (False, True))
]


# What is personal no audience sees at all: it stands in tables of its own.
LEVELS = [each for each in Level if each is not Level.PERSONAL]


@pytest.fixture
def rows(database_url: str) -> Iterator[Connection[Any]]:
    chance = random.Random(12)
    with connect(database_url) as connection:
        connection.execute(
            "CREATE TABLE things (id int PRIMARY KEY, visibility text NOT NULL, owner_terc text, "
            "participants text[] NOT NULL)"
        )
        for number in range(400):
            level = chance.choice(LEVELS)
            owner = chance.choice([*CODES, None])
            participants = chance.sample(CODES, chance.randrange(4))
            connection.execute(
                "INSERT INTO things VALUES (%s, %s, %s, %s)", (number, level, owner, participants)
            )
        yield connection


@pytest.mark.parametrize("listing", [False, True])
def test_sql_shows_exactly_the_rows_that_the_rule_allows(
    rows: Connection[Any], listing: bool
) -> None:
    stored = rows.execute("SELECT id, visibility, owner_terc, participants FROM things").fetchall()
    numbers = set()
    for viewer in VIEWERS:
        condition = guarded().where(viewer, "row", listing=listing)
        query = f"SELECT id FROM things AS row WHERE {condition}"
        shown = {number for (number,) in rows.execute(query.encode())}
        allowed = {
            number
            for number, level, owner, participants in stored
            if may_see(viewer, Level(level), owner, participants)
        }
        assert shown == allowed, viewer
        numbers.add(len(shown))
    assert len(numbers) > 4, "the viewers differ in what they see"


@pytest.mark.parametrize(
    ("viewer", "levels"),
    [
        (PUBLIC, {Level.PUBLIC}),
        (Audience(Terc(TOMASZOW)), {Level.PUBLIC}),
        (Audience(Terc(TOMASZOW), member=True), {Level.PUBLIC, Level.NETWORK}),
        (Audience(Terc(BELCHATOW)), {Level.PUBLIC, Level.NETWORK, Level.CONSORTIUM}),
        (SUSPENDED, set(LEVELS) - {Level.ADMINISTRATION, Level.PORTAL}),
        (MEMBER, set(LEVELS) - {Level.ADMINISTRATION, Level.PORTAL}),
        (ADMINISTRATOR, set(LEVELS) - {Level.PORTAL}),
        (Audience(portal=uuid4()), {Level.PUBLIC}),
        (EVERYTHING, set(LEVELS)),
    ],
)
def test_levels_that_a_viewer_sees_of_what_is_opocznos_with_belchatow(
    viewer: Audience, levels: set[Level]
) -> None:
    participants = {OPOCZNO, BELCHATOW}
    assert {level for level in Level if may_see(viewer, level, OPOCZNO, participants)} == levels


def test_coordinator_and_auditor_see_everything_a_portal_what_is_public() -> None:
    def seen(*roles: Role) -> Audience:
        return audience_of(Actor("somebody", frozenset(roles)), member=False)

    assert audience_of(OPERATOR, member=False) == EVERYTHING
    assert seen(Role.AUDITOR) == EVERYTHING
    assert seen(Role.PORTAL) == audience_of(ANONYMOUS, member=False) == PUBLIC


def test_portal_sees_itself_and_what_is_public() -> None:
    own, other = uuid4(), uuid4()
    people = audience_of(Actor("somebody", frozenset({Role.PORTAL}), portal=own), member=False)
    assert people == Audience(portal=own)
    assert may_see(people, Level.PORTAL, str(own))
    assert not may_see(people, Level.PORTAL, str(other))
    assert not may_see(people, Level.PORTAL, None)
    assert not may_see(PUBLIC, Level.PORTAL, None)


def test_audience_of_an_official_never_says_who_it_is() -> None:
    assert audience_of(official(OPOCZNO), member=True) == MEMBER
    assert audience_of(official(OPOCZNO, Role.MUNICIPALITY_ADMIN), member=True) == ADMINISTRATOR


DECLARED = [each for each in vars(visibility).values() if isinstance(each, Visibility)]


def test_what_is_in_lists_only_is_public(database_url: str) -> None:
    """`listed` replaces the rule, so it may show nothing that the rule keeps from the public."""
    with connect(database_url) as connection:
        connection.execute("CREATE TABLE row (state text, public bool, municipality_terc text)")
        connection.execute(
            "INSERT INTO row SELECT state, true, '100704' "
            "FROM unnest('{DRAFT,PUBLISHED,RETRACTED}'::text[]) AS state"
        )
        for declared in DECLARED:
            if declared.listed is None:
                continue
            hidden = declared.where(PUBLIC, "row", listing=False)
            query = f"SELECT count(*) FROM row WHERE {declared.listed.format(row='row')} AND NOT ({hidden})"
            assert connection.execute(query.encode()).fetchone() == (0,)


def test_viewer_without_a_valid_code_is_treated_as_nobody() -> None:
    """A code stands in the text of the statement, so nothing but digits may."""
    hostile = Audience(Terc("' OR true --"), member=False)
    condition = guarded().condition(hostile, "row", listing=False)
    assert condition == guarded().condition(PUBLIC, "row", listing=False)
