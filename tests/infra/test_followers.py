"""Letters to those who follow: each told once, in its language, of what it may see."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.accounts import SuspendAccount
from domain.calls.call import MoveCallDates
from domain.commands import Command
from domain.following import ChooseLetters, Follow, LetterLanguage, MarkSeen, Sort
from domain.initiatives.commands.proposal import MakeInitiativeConfidential, MakeInitiativePublic
from domain.roles import Role
from infra.accounts.letters import Deliveries
from infra.bootstrap import connect
from infra.followers import CallMoves, Followers, order_digests
from infra.log import EventLog
from infra.reactors import ReactorWorker, deliver_due
from projections.worker import Outcome
from tests.funds import Funds, funds
from tests.infra.desks import Office
from tests.network import BELCHATOW, OPOCZNO, TOMASZOW, VAULT

MORNING = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


@dataclass
class Room:
    given: Funds
    office: Office
    sent: list[EmailMessage] = field(default_factory=list)

    def somebody(self, name: str, terc: str = TOMASZOW, role: Role = Role.EDITOR) -> UUID:
        return self.office.active(role, email=f"{name}@x.example", terc=terc)

    def say(self, account: UUID, command: type[Command], **facts: Any) -> None:
        made: Any = command
        actor = self.office.desk.account(account).actor()
        self.given.net.give(made(command_id=uuid4(), **facts), actor)

    def follow(self, account: UUID, *things: UUID) -> None:
        for thing in things:
            self.say(account, Follow, sort=Sort.THING, key=str(thing))

    def move(self, call: UUID, days: int = 7) -> None:
        terms = self.given.call(call).terms
        moved: Any = {"opens_at": terms.opens_at, "closes_at": terms.closes_at + timedelta(days)}
        command = MoveCallDates(command_id=uuid4(), call_id=call, reason="Dużo pytań", **moved)
        self.given.give(command)

    def react(self) -> None:
        worker = ReactorWorker(CallMoves(), EventLog(VAULT))
        while worker.step(self.given.net.connection) is Outcome.MOVED:
            pass

    def deliver(self) -> list[str]:
        """Everything that is due, letters that follow from it too; to whom, in the order of names."""
        letters = Deliveries(
            self.office.desk, self.sent.append, "https://w.example/", "w@w.example"
        )
        self.sent.clear()
        for _ in range(2):
            self.given.net.connection.execute("UPDATE outbox SET due_at = now()")
            deliver_due(self.given.net.connection, Followers(letters).by_task())
        return sorted(str(letter["To"]).split("<")[1].split("@")[0] for letter in self.sent)

    def digests(self, now: datetime = MORNING) -> list[str]:
        self.given.net.project()
        order_digests(self.given.net.connection, now)
        return self.deliver()

    def text(self) -> str:
        (letter,) = self.sent
        return str(letter.get_content())


@pytest.fixture
def room(database_url: str) -> Iterator[Room]:
    with funds(database_url) as given:
        found = Room(given, Office(given.net))
        found.react()
        yield found


def test_moved_call_is_told_once_to_everyone_who_follows_and_to_the_partners(room: Room) -> None:
    found = room.given.partnership()
    room.given.order(MakeInitiativePublic, found)
    call = room.given.initiative(found).call_id
    assert call is not None
    follows = {"call": [call], "programme": [room.given.programme], "initiative": [found]}
    for name, things in {**follows, "all": [call, room.given.programme, found]}.items():
        room.follow(room.somebody(name), *things)
    room.somebody("partner", BELCHATOW, Role.FUNDS_OFFICER)
    room.somebody("editor", BELCHATOW)
    room.somebody("stranger", role=Role.FUNDS_OFFICER)
    gone = room.somebody("gone")
    room.follow(gone, call)
    room.given.net.give(SuspendAccount(command_id=uuid4(), account_id=gone, reason="Urlop"))
    room.move(call)
    late = room.somebody("late")
    room.follow(late, call)
    room.react()
    room.given.net.project()
    assert room.deliver() == ["all", "call", "initiative", "partner", "programme"]
    assert room.deliver() == []
    room.given.net.connection.execute(
        "UPDATE outbox SET delivered_at = NULL WHERE task LIKE 'follow%'"
    )
    assert room.deliver() == []  # spread once more, it is told to nobody again
    room.move(call)
    room.react()
    room.given.net.project()
    assert room.deliver() == ["all", "call", "initiative", "late", "partner", "programme"]


def test_letter_says_both_dates_in_the_language_that_was_chosen(room: Room) -> None:
    call = room.given.announce()
    ewa = room.somebody("ewa")
    room.follow(ewa, call)
    texts = []
    for language in (None, LetterLanguage.EN, LetterLanguage.PL):
        if language is not None:
            room.say(ewa, ChooseLetters, digest=False, language=language)
        room.move(call)
        room.react()
        room.given.net.project()
        assert room.deliver() == ["ewa"]
        texts.append(room.text())
    both, english, polish = texts
    assert "01.01.2026 01:00 – 08.01.2027 01:00" in both
    assert "01.01.2026 01:00 – 01.01.2027 01:00" in both
    assert "Powód: Dużo pytań" in both
    assert "Reason: Dużo pytań" in both
    assert "Good day" in english
    assert "Dzień dobry" not in english
    assert "Dzień dobry" in polish
    assert "Good day" not in polish


def test_nobody_is_left_out_because_a_read_model_is_late(room: Room) -> None:
    call = room.given.announce()
    room.given.net.project()
    room.follow(room.somebody("ewa"), call)
    room.move(call)
    room.react()
    assert room.deliver() == []
    assert ("ReadModelsBehind",) in room.given.net.rows("SELECT error FROM outbox")
    room.given.net.project()
    assert room.deliver() == ["ewa"]


def test_who_follows_an_initiative_that_is_hidden_now_is_not_told_of_its_call(room: Room) -> None:
    found = room.given.partnership()
    room.given.order(MakeInitiativePublic, found)
    room.follow(room.somebody("stranger"), found)
    room.follow(room.somebody("partner", BELCHATOW), found)
    room.given.order(MakeInitiativeConfidential, found)
    call = room.given.initiative(found).call_id
    assert call is not None
    room.move(call)
    room.react()
    room.given.net.project()
    assert room.deliver() == ["partner"]


def reader(room: Room, name: str = "ewa", terc: str = TOMASZOW) -> UUID:
    account = room.somebody(name, terc)
    room.say(account, Follow, sort=Sort.MUNICIPALITY, key=OPOCZNO)
    room.say(account, ChooseLetters, digest=True, language=LetterLanguage.PL)
    return account


def test_digest_comes_once_a_day_and_tells_nothing_twice(room: Room) -> None:
    ewa = reader(room)
    assert room.digests() == []
    room.given.net.published("Nowy most")
    assert room.digests(MORNING.replace(hour=4, minute=30)) == []  # half past five in Poland
    assert room.digests() == ["ewa"]
    assert "- Aktualność „Nowy most” (Opoczno): " in room.text()
    room.given.net.published("Basen")
    assert room.digests() == room.digests(MORNING + timedelta(hours=9)) == []
    assert room.digests(MORNING + timedelta(days=3)) == ["ewa"]
    assert "Basen" in room.text()
    assert "most" not in room.text()
    assert room.digests(MORNING + timedelta(days=4)) == []
    room.given.net.published("Szkoła")
    room.say(ewa, MarkSeen, position=room.given.net.value("SELECT max(position) FROM events"))
    assert room.digests(MORNING + timedelta(days=5)) == []


def test_digest_tells_what_may_be_seen_when_it_is_written(room: Room) -> None:
    reader(room)
    reader(room, "jan", OPOCZNO)
    room.given.net.draft("Szkic o moście")
    item = room.given.net.published("Pomyłka").stream_id
    room.given.net.project()
    assert order_digests(room.given.net.connection, MORNING) == 2
    room.given.net.retract(item)
    room.given.net.project()
    assert room.deliver() == ["ewa", "jan"]
    texts = {str(each["To"]).split("<")[1][:3]: str(each.get_content()) for each in room.sent}
    assert "Szkic o moście" in texts["jan"]
    assert "Szkic" not in texts["ewa"]
    assert "Pomyłka" not in texts["ewa"] + texts["jan"]


def test_digest_is_not_sent_about_what_is_hidden(room: Room) -> None:
    reader(room)
    room.given.net.draft("Szkic o moście")
    assert room.digests() == []


def test_digest_that_many_order_at_once_is_one(room: Room) -> None:
    reader(room)
    room.given.net.published("Nowy most")
    room.given.net.project()

    def order(_: int) -> int:
        with connect(room.given.net.database_url) as connection:
            return order_digests(connection, MORNING)

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(order, range(12))) == [0] * 11 + [1]
    assert room.deliver() == ["ewa"]


def test_who_does_not_want_it_or_is_suspended_gets_none(room: Room) -> None:
    ewa, jan = reader(room), reader(room, "jan")
    room.say(ewa, ChooseLetters, digest=False, language=LetterLanguage.PL)
    room.given.net.give(SuspendAccount(command_id=uuid4(), account_id=jan, reason="Urlop"))
    room.given.net.published("Nowy most")
    assert room.digests() == []
