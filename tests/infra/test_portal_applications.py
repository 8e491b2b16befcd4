"""Applications of portals: confirmed by a link in a letter, or forgotten; then an account for the contact."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from domain.accounts import EmailTaken
from domain.errors import DomainError, InvalidInput
from domain.people import ForgetPerson
from domain.portals import (
    ApprovePortal,
    IssuePortalKey,
    PortalNameTaken,
    PortalNotFound,
    PortalTerms,
    RejectPortal,
    Scope,
    contact_of,
)
from domain.roles import Role
from infra.accounts.attempts import TooManyAttempts
from infra.accounts.letters import AccountLetters, Deliveries
from infra.accounts.links import LinkExpired
from infra.log import EventLog
from infra.portals.applications import Application, Applications, clean, link_secret
from infra.portals.letters import PortalDeliveries, PortalLetters
from infra.reactors import ReactorWorker, deliver_due
from projections.worker import Outcome
from tests.infra.desks import ELSEWHERE, EMAIL, HERE, NAME, PASSWORD, Office
from tests.network import OPOCZNO, VAULT, network
from tests.portals import application

ASKED = Application(
    name="Gminy w sieci",
    operator="Fundacja Most",
    website="https://gminy.example",
    purpose="Mapa dobrych praktyk.",
    contact_name="Ewa Lis",
    contact_email="ewa@gminy.example",
)


class Door:
    def __init__(self, office: Office) -> None:
        self.office, self.net = office, office.net
        self.applications = Applications(office.desk)
        self.letters: list[EmailMessage] = []
        self.work()

    def apply(self, **facts: object) -> str:
        """The secret of the link in the letter."""
        self.applications.apply(msgspec.structs.replace(ASKED, **facts), HERE)
        newest = self.net.value(
            "SELECT id FROM portal_applications ORDER BY expires_at DESC LIMIT 1"
        )
        return link_secret(self.office.desk.master, newest)

    def work(self) -> int:
        """The letters that are due, and what is ordered by them."""
        arrived = 0
        for _ in range(2):
            for reactor in (PortalLetters(), AccountLetters()):
                worker = ReactorWorker(reactor, EventLog(VAULT))
                while worker.step(self.net.connection) is Outcome.MOVED:
                    pass
            told = Deliveries(
                self.office.desk, self.letters.append, "https://w.example", "w@w.example"
            )
            tasks = {**told.by_task(), **PortalDeliveries(told).by_task()}
            arrived += deliver_due(self.net.connection, tasks)
        return arrived

    def subjects(self) -> list[str]:
        return [str(letter["Subject"]) for letter in self.letters]


@pytest.fixture
def door(database_url: str) -> Iterator[Door]:
    with network(database_url) as net:
        net.member(OPOCZNO)
        yield Door(Office(net))


def test_nothing_is_in_the_log_before_the_link_was_followed(door: Door) -> None:
    before = door.net.events()
    link = door.apply()
    assert door.net.events() == before
    door.work()
    (letter,) = door.letters
    assert letter["To"] == "Ewa Lis <ewa@gminy.example>"
    assert f"#{link}" in letter.get_content()
    stored = str(door.net.rows("SELECT told, link_hash FROM portal_applications"))
    outbox = str(door.net.rows("SELECT payload FROM outbox"))
    assert not any(secret in stored + outbox for secret in (link, "ewa@", "Ewa Lis"))
    portal = door.applications.confirm(link)
    assert door.net.events() == [*before, "Portal.Registered"]
    assert door.applications.confirm(link) == portal
    assert door.net.value("SELECT told FROM portal_applications") is None
    assert door.net.events() == [*before, "Portal.Registered"]


def test_what_is_wrong_is_told_at_once_and_no_letter_sent(door: Door) -> None:
    for facts in ({"name": ""}, {"website": "x"}, {"contact_email": "x"}, {"scopes": ()}):
        with pytest.raises(InvalidInput):
            door.apply(**facts)
    door.net.give(application("Gminy w sieci"))
    with pytest.raises(PortalNameTaken):
        door.apply(name="GMINY w sieci")
    assert door.net.value("SELECT count(*) FROM portal_applications") == 0


def test_link_expires_and_the_application_with_it(door: Door) -> None:
    link = door.apply()
    door.office.later(days=4)
    for secret in (link, "zmyślony", ""):
        with pytest.raises(LinkExpired):
            door.applications.confirm(secret)
    clean(door.net.connection, door.office.now())
    assert door.net.value("SELECT count(*) FROM portal_applications") == 0
    assert door.work() > 0
    assert door.letters == []


def test_one_address_gets_a_few_letters_only_whoever_asks(door: Door) -> None:
    for number in range(3):
        door.apply(name=f"Portal {number}")
    with pytest.raises(TooManyAttempts):
        door.applications.apply(msgspec.structs.replace(ASKED, name="Portal 4"), ELSEWHERE)
    door.apply(name="Inny", contact_email="jan@gminy.example")


def test_two_who_apply_for_one_name_at_once_are_one_portal(door: Door) -> None:
    links = [door.apply(contact_email=f"{name}@gminy.example") for name in ("ewa", "jan")]

    def confirm(link: str) -> UUID | str:
        try:
            return door.applications.confirm(link)
        except DomainError as refusal:
            return refusal.code

    with ThreadPoolExecutor(2) as threads:
        told = list(threads.map(confirm, links))
    assert "portal_name_taken" in told
    assert door.net.events().count("Portal.Registered") == 1


def test_address_that_has_an_account_is_refused_to_whoever_owns_it(door: Door) -> None:
    door.office.active()
    link = door.apply(contact_email=EMAIL)
    with pytest.raises(EmailTaken):
        door.applications.confirm(link)
    assert "Portal.Registered" not in door.net.events()


def test_approval_invites_the_contact_once_and_rejection_says_why(door: Door) -> None:
    approved = door.applications.confirm(door.apply())
    rejected = door.applications.confirm(door.apply(name="Inny", contact_email="jan@gminy.example"))
    door.work()
    door.letters.clear()
    terms = PortalTerms((Scope.READ_PUBLIC,))
    door.net.give(ApprovePortal(command_id=approved, portal_id=approved, terms=terms))
    door.net.give(RejectPortal(command_id=rejected, portal_id=rejected, reason="Bez {adresu}."))
    door.work()
    assert door.work() == 0
    invitation, letter = sorted(door.letters, key=lambda each: str(each["To"]))
    assert invitation["To"] == "Ewa Lis <ewa@gminy.example>"
    assert "Zaproszenie" in str(invitation["Subject"])
    assert "Bez {adresu}." in letter.get_content()
    assert door.net.events().count("Account.Invited") == 1


def test_forgotten_contact_gets_no_letter_and_no_account(door: Door) -> None:
    portal = door.applications.confirm(door.apply())
    door.work()
    door.letters.clear()
    door.net.give(ForgetPerson(command_id=portal, person_id=contact_of(portal)))
    terms = PortalTerms((Scope.READ_PUBLIC,))
    door.net.give(ApprovePortal(command_id=contact_of(portal), portal_id=portal, terms=terms))
    door.work()
    assert door.letters == []
    assert "Account.Invited" not in door.net.events()
    door.net.project()
    shown = door.net.rows("SELECT contact_name, contact_email FROM read_portals.portals")
    assert shown == [(None, None)]


def test_coordinators_are_told_of_what_waits_once(door: Door) -> None:
    door.office.active(Role.COORDINATOR, email="koordynator@wspolna.example", terc=None)
    door.office.active(Role.AUDITOR, email="audytor@wspolna.example", terc=None)
    door.office.invited(Role.COORDINATOR, email="nowy@wspolna.example", terc=None)
    door.net.project()
    door.work()
    door.letters.clear()
    link = door.apply()
    door.work()
    assert [letter["To"] for letter in door.letters] == ["Ewa Lis <ewa@gminy.example>"]
    door.letters.clear()
    door.applications.confirm(link)
    door.work()
    (letter,) = door.letters
    assert letter["To"] == f"{NAME} <koordynator@wspolna.example>"
    assert str(letter["Subject"]).startswith("Zgłoszenie portalu czeka na decyzję / ")
    polish, english = letter.get_content().split("--\n")
    assert "„Gminy w sieci”" in polish
    assert "Cel: Mapa dobrych praktyk." in polish
    assert "“Gminy w sieci”" in english
    assert "Ewa" not in letter.get_content()
    assert door.work() == 0


def test_coordinator_is_not_told_of_what_was_decided_meanwhile(door: Door) -> None:
    door.office.active(Role.COORDINATOR, email="koordynator@wspolna.example", terc=None)
    door.net.project()
    door.work()
    portal = door.applications.confirm(door.apply())
    door.net.give(RejectPortal(command_id=portal, portal_id=portal, reason="Bez celu."))
    door.letters.clear()
    door.work()
    assert [letter["To"] for letter in door.letters] == ["Ewa Lis <ewa@gminy.example>"]


def test_contact_of_two_portals_has_an_account_for_one_and_is_told_what_to_do(door: Door) -> None:
    """Each portal is acted for by an account of its own, which issues keys of that portal alone."""
    door.net.project()
    links = [door.apply(), door.apply(name="Inny")]
    one, other = (door.applications.confirm(link) for link in links)
    door.work()
    door.letters.clear()
    terms = PortalTerms((Scope.READ_PUBLIC,))
    door.net.give(ApprovePortal(command_id=one, portal_id=one, terms=terms))
    door.work()
    (invitation,) = door.letters
    assert "Zaproszenie" in str(invitation["Subject"])
    door.letters.clear()
    door.net.give(ApprovePortal(command_id=other, portal_id=other, terms=terms))
    door.work()
    (letter,) = door.letters
    assert letter["To"] == "Ewa Lis <ewa@gminy.example>"
    assert "„Inny”: zgłoszenie przyjęto, ale ten adres" in letter.get_content()
    assert door.net.value("SELECT count(*) FROM outbox WHERE delivered_at IS NULL") == 0

    first = door.office.desk.account_with("ewa@gminy.example")
    assert first is not None
    door.office.login.accept_invitation(door.office.link(first.id), PASSWORD, HERE)
    second = door.office.active(Role.PORTAL, email="inny@gminy.example", terc=None, portal=other)
    people = [door.office.desk.account(account).actor() for account in (first.id, second)]
    assert [each.portal for each in people] == [one, other]
    for portal, (theirs, others) in zip((one, other), (people, people[::-1]), strict=True):
        facts: Any = {"portal_id": portal, "name": "strona", "scopes": (Scope.READ_PUBLIC,)}
        with pytest.raises(PortalNotFound):
            door.net.give(IssuePortalKey(command_id=uuid4(), **facts), others)
        door.net.give(IssuePortalKey(command_id=uuid4(), **facts), theirs)
