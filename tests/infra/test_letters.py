"""Letters about accounts: from the event through the outbox into a mailbox."""

import re
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from domain.accounts import CloseAccount, InviteAccount, RenewInvitation
from domain.accounts.account import person_of
from domain.people import ForgetPerson
from domain.roles import OPERATOR, Role
from infra.accounts.letters import AccountLetters, Deliveries
from infra.log import EventLog
from infra.mail import Folder, Post, Smtp
from infra.reactors import ReactorWorker, deliver_due
from infra.settings import SettingsError
from projections.worker import Outcome
from tests.infra.desks import EMAIL, HERE, NAME, PASSWORD, Office, office
from tests.infra.smtp import Server, smtp_server
from tests.network import OPOCZNO, VAULT


@pytest.fixture
def at(database_url: str) -> Iterator[Office]:
    with office(database_url) as found:
        react(found)
        yield found


@pytest.fixture
def mailbox() -> Iterator[Server]:
    with smtp_server() as server:
        yield server


def react(at: Office) -> None:
    worker = ReactorWorker(AccountLetters(), EventLog(VAULT))
    while worker.step(at.net.connection) is Outcome.MOVED:
        pass


def deliver(at: Office, post: Post) -> int:
    react(at)
    letters = Deliveries(at.desk, post, "https://wspolna.example/", "wspolna@wspolna.example")
    at.net.connection.execute("UPDATE outbox SET due_at = now()")
    return deliver_due(at.net.connection, letters.by_task())


def text_of(letter: EmailMessage) -> str:
    body = letter.get_body()
    assert body is not None
    return str(body.get_content())


def link_in(letter: EmailMessage) -> str:
    found = re.search(r"https://wspolna\.example/konto/\w+#(\S+)", text_of(letter))
    assert found is not None
    return found[1]


def test_invited_person_gets_a_letter_whose_link_opens_the_account(
    at: Office, mailbox: Server
) -> None:
    account = at.invited()
    assert deliver(at, Smtp(mailbox.url)) == 1
    (letter,) = mailbox.letters
    assert letter["To"] == f"{NAME} <{EMAIL}>"
    assert letter["From"] == "Wspólna Przestrzeń <wspolna@wspolna.example>"
    assert letter["Subject"].startswith("Zaproszenie do Wspólnej Przestrzeni")
    text = text_of(letter)
    assert text.index("zapraszamy") < text.index("you are invited")
    entered = at.login.accept_invitation(link_in(letter), PASSWORD, HERE)
    assert entered.standing.account_id == account


def test_letter_and_link_stand_neither_in_the_outbox_nor_in_the_log(
    at: Office, mailbox: Server
) -> None:
    at.invited()
    deliver(at, Smtp(mailbox.url))
    secret = link_in(mailbox.letters[0])
    stored = "".join(str(at.net.rows(f"SELECT * FROM {table}")) for table in ("outbox", "events"))
    assert secret not in stored
    assert EMAIL not in stored
    assert NAME not in stored


def test_refused_letter_is_sent_later(at: Office, mailbox: Server) -> None:
    at.invited()
    mailbox.refusing = True
    assert deliver(at, Smtp(mailbox.url)) == 0
    assert at.net.rows("SELECT error, attempts FROM outbox") == [("SMTPRecipientsRefused", 1)]
    mailbox.refusing = False
    assert deliver(at, Smtp(mailbox.url)) == 1
    assert len(mailbox.letters) == 1


def test_renewed_invitation_is_another_letter_and_an_accepted_one_none(
    at: Office, mailbox: Server
) -> None:
    account = at.invited()
    deliver(at, Smtp(mailbox.url))
    at.net.give(RenewInvitation(command_id=uuid4(), account_id=account))
    at.login.accept_invitation(link_in(mailbox.letters[0]), PASSWORD, HERE)
    assert deliver(at, Smtp(mailbox.url)) == 1
    assert len(mailbox.letters) == 1


def test_invitation_that_somebody_hands_over_is_not_mailed(at: Office) -> None:
    command = InviteAccount(
        command_id=uuid4(),
        municipality=OPOCZNO,
        email=EMAIL,
        name=NAME,
        roles=frozenset({Role.EDITOR}),
        by_mail=False,
    )
    at.net.give(command, OPERATOR)
    react(at)
    assert at.net.rows("SELECT * FROM outbox") == []


def test_forgotten_password_is_set_through_the_letters_link(at: Office, mailbox: Server) -> None:
    account = at.active()
    deliver(at, Smtp(mailbox.url))
    at.login.ask_for_password(EMAIL, HERE)
    deliver(at, Smtp(mailbox.url))
    (letter,) = mailbox.letters
    assert "nowe hasło" in text_of(letter)
    at.login.reset_password(link_in(letter), "drugi most nad Drzewiczką")
    assert at.enter("drugi most nad Drzewiczką").standing.account_id == account


@pytest.mark.parametrize("forgotten", [False, True])
def test_secrets_follow_a_closed_account_and_a_forgotten_person(
    at: Office, forgotten: bool, mailbox: Server
) -> None:
    account: UUID = at.active()
    if forgotten:
        at.net.give(ForgetPerson(command_id=uuid4(), person_id=person_of(account)))
    else:
        at.net.give(CloseAccount(command_id=uuid4(), account_id=account, reason="Odejście"))
    deliver(at, Smtp(mailbox.url))
    for table in ("credentials", "account_links", "sessions"):
        assert at.net.value(f"SELECT count(*) FROM {table}") == 0
    assert mailbox.letters == []


def test_without_a_server_letters_are_files_for_the_owner_alone(at: Office, tmp_path: Path) -> None:
    at.invited()
    deliver(at, Folder(tmp_path / "mail"))
    (file,) = (tmp_path / "mail").iterdir()
    assert file.suffix == ".eml"
    assert file.stat().st_mode & 0o077 == 0
    letter = message_from_bytes(file.read_bytes(), policy=default)
    assert link_in(letter)


@pytest.mark.parametrize("url", ["http://a", "smtp://", "smtp://u:p@mail.example?starttls=no"])
def test_server_that_would_see_a_password_unencrypted_is_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        Smtp(url)
