"""What lists and pages show of practices, their adoptions and model solutions, and to whom."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.commands import Command
from domain.money import Grosze
from domain.people import ForgetPerson
from domain.practices import (
    AcceptAuthorship,
    Adopted,
    CorrectPractice,
    DraftPractice,
    ExpressInterest,
    InviteAuthors,
    PracticeText,
    ProposeSolution,
    RecordImplementation,
    ReleaseSolution,
    ReturnPractice,
    SolutionSection,
    StartAdapting,
    SubmitPractice,
    ValidatePractice,
    WriteSolution,
)
from domain.roles import OPERATOR, Actor
from tests.network import BELCHATOW, OPOCZNO, TOMASZOW, Network, network, official

TEXT = PracticeText(
    title="Rower miejski",
    summary="Jak uruchomiliśmy wypożyczalnię.",
    problem="Brak dojazdu.",
    solution="Wypożyczalnia.",
    success="Trzy tysiące wypożyczeń.",
    transfer="Wzór przetargu.",
    cost=Grosze(12_000_000),
    tags=("transport",),
)


@pytest.fixture
def net(database_url: str) -> Iterator[Network]:
    with network(database_url) as net:
        for terc in (OPOCZNO, BELCHATOW, TOMASZOW):
            net.member(terc)
        yield net


def give(net: Network, command: type[Command], by: Actor = OPERATOR, **facts: Any) -> UUID:
    given: Any = command
    return net.give(given(command_id=uuid4(), **facts), by).stream_id


def submitted(net: Network) -> UUID:
    practice = give(net, DraftPractice, municipality=OPOCZNO, text=TEXT, contact="Anna Nowak")
    return give(net, SubmitPractice, practice_id=practice)


def published(net: Network) -> UUID:
    return give(net, ValidatePractice, official(BELCHATOW), practice_id=submitted(net))


def seen(net: Network, table: str) -> list[str]:
    query = f"SELECT visibility FROM read_practices.{table} ORDER BY 1"
    return [row[0] for row in net.rows(query)]


def test_practice_is_its_authors_then_the_networks_then_everyones(net: Network) -> None:
    practice = give(net, DraftPractice, municipality=OPOCZNO, text=TEXT, contact="Anna Nowak")
    net.project()
    assert (seen(net, "practices"), seen(net, "contacts")) == (["OWN"], ["OWN"])
    give(net, SubmitPractice, practice_id=practice)
    net.project()
    assert (seen(net, "practices"), seen(net, "contacts")) == (["NETWORK"], ["NETWORK"])
    give(net, ReturnPractice, practice_id=practice, remarks="Ile?")
    net.project()
    assert (seen(net, "practices"), seen(net, "contacts")) == (["OWN"], ["OWN"])
    give(net, SubmitPractice, practice_id=practice)
    give(net, ValidatePractice, official(BELCHATOW), practice_id=practice)
    net.project()
    assert (seen(net, "practices"), seen(net, "contacts")) == (["PUBLIC"], ["NETWORK"])
    assert net.rows(
        "SELECT validated_by->>'name', cost, problem_html, municipality->>'name' FROM read_practices.practices"
    ) == [("Bełchatów", 12_000_000, "<p>Brak dojazdu.</p>", "Opoczno")]


def test_history_keeps_what_was_said_before_and_drafts_to_their_author(net: Network) -> None:
    practice = published(net)
    better = PracticeText(**{**vars(TEXT), "title": "Rower w Opocznie"})
    give(net, CorrectPractice, practice_id=practice, text=better, reason="Nazwa.")
    net.project()
    assert net.rows(
        "SELECT version, kind, title, reason, visibility FROM read_practices.versions ORDER BY version"
    ) == [
        (1, "DRAFTED", "Rower miejski", None, "OWN"),
        (2, "SUBMITTED", "Rower miejski", None, "OWN"),
        (3, "PUBLISHED", "Rower miejski", None, "PUBLIC"),
        (4, "CORRECTED", "Rower w Opocznie", "Nazwa.", "PUBLIC"),
    ]
    assert net.rows("SELECT title FROM read_practices.experience") == [("Rower w Opocznie",)]


def test_forgotten_contact_person_is_gone(net: Network) -> None:
    published(net)
    net.project()
    person = net.value("SELECT person_id FROM read_practices.contacts")
    give(net, ForgetPerson, person_id=person)
    net.project()
    assert net.rows("SELECT contact FROM read_practices.contacts") == [(None,)]


def test_who_has_done_this_and_who_could_help(net: Network) -> None:
    practice = published(net)
    facts: dict[str, Any] = {
        "municipality": TOMASZOW,
        "of": Adopted.PRACTICE,
        "subject_id": practice,
    }
    give(net, ExpressInterest, **facts)
    net.project()
    assert seen(net, "adoptions") == ["NETWORK"]
    give(net, StartAdapting, **facts)
    give(net, RecordImplementation, outcome="Działa.", learned="Zacząć od przetargu.", **facts)
    net.project()
    assert seen(net, "adoptions") == ["PUBLIC"]
    assert net.rows(
        "SELECT municipality->>'name', kind, tags FROM read_practices.experience "
        "WHERE tags @> ARRAY['transport'] ORDER BY kind"
    ) == [
        ("Opoczno", "AUTHOR", ["transport"]),
        ("Tomaszów Mazowiecki", "IMPLEMENTED", ["transport"]),
    ]


def test_released_version_is_fixed_while_its_authors_go_on_writing(net: Network) -> None:
    solution = give(net, ProposeSolution, municipality=OPOCZNO, title="Wzór", summary="Wspólny.")
    give(net, InviteAuthors, solution_id=solution, municipalities=(BELCHATOW,))
    give(net, AcceptAuthorship, municipality=BELCHATOW, solution_id=solution)
    for text in ("Jeden.", "Dwa."):
        section = SolutionSection("Zakres", text)
        give(net, WriteSolution, municipality=OPOCZNO, solution_id=solution, section=section)
        if text == "Jeden.":
            net.project()
            assert seen(net, "solutions") == ["CONSORTIUM"]
            give(net, ReleaseSolution, solution_id=solution)
    net.project()
    assert net.rows(
        "SELECT number, sections->0->>'body', jsonb_array_length(sections) FROM read_practices.releases"
    ) == [(1, "Jeden.", 1)]
    assert (seen(net, "solutions"), seen(net, "sections")) == (["PUBLIC"], ["CONSORTIUM"] * 2)
    assert net.rows("SELECT DISTINCT participants FROM read_practices.sections") == [
        ([OPOCZNO, BELCHATOW],)
    ]
