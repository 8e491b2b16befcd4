"""Recovery codes, and another e-mail address: what helps somebody who lost a phone or moved offices."""

import base64
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from domain.accounts import EmailTaken
from domain.accounts.account import person_of
from domain.errors import InvalidInput
from domain.people import ForgetPerson
from infra.accounts import recovery, totp
from infra.accounts.address import AddressChange
from infra.accounts.attempts import TooManyAttempts
from infra.accounts.links import LinkExpired, Purpose
from infra.accounts.login import LoginRefused, WrongCode
from infra.mail import Smtp
from tests.infra.desks import EMAIL, HERE, PASSWORD, Office, office
from tests.infra.smtp import Server, smtp_server
from tests.infra.test_letters import deliver, react, text_of
from tests.locks import soon, waiting

WANTED = "ewa.kowalska@opoczno.example"


@pytest.fixture
def at(database_url: str) -> Iterator[Office]:
    with office(database_url) as found:
        react(found)
        yield found


@pytest.fixture
def mailbox() -> Iterator[Server]:
    with smtp_server() as server:
        yield server


def enrolled(at: Office) -> tuple[bytes, list[str]]:
    account = at.active()
    key = base64.b32decode(at.own.begin_second_factor(account).key)
    codes = at.own.confirm_second_factor(account, totp.code_at(key, totp.step_of(at.now())))
    at.later(seconds=60)
    return key, codes


def test_recovery_code_opens_once_however_it_is_typed(at: Office) -> None:
    _, codes = enrolled(at)
    assert len(set(codes)) == recovery.CODES
    assert at.enter(code=codes[0]).standing.active
    with pytest.raises(WrongCode):
        at.enter(code=codes[0])
    typed = codes[1].replace("-", " ").upper()
    standing = at.enter(code=typed).standing
    assert at.own.recovery_codes_left(standing.account_id) == recovery.CODES - 2


def test_recovery_code_at_several_doors_opens_one(at: Office) -> None:
    _, codes = enrolled(at)
    account = at.enter(code=codes[0]).standing.account_id

    def try_it(_: int) -> bool:
        with at.desk.connection() as connection:
            return recovery.accept(connection, at.desk.master, account, codes[1])

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(try_it, range(4))) == [False, False, False, True]


def test_another_set_of_recovery_codes_ends_the_first(at: Office) -> None:
    key, codes = enrolled(at)
    account = at.enter(code=codes[0]).standing.account_id
    with pytest.raises(WrongCode):
        at.own.renew_recovery_codes(account, "000000")
    renewed = at.own.renew_recovery_codes(account, totp.code_at(key, totp.step_of(at.now())))
    with pytest.raises(WrongCode):
        at.enter(code=codes[1])
    assert at.enter(code=renewed[0]).standing.active
    at.own.remove_second_factor(account, renewed[1])
    assert at.own.recovery_codes_left(account) == 0
    with pytest.raises(WrongCode):
        at.own.renew_recovery_codes(account, renewed[2])


def test_of_two_sets_made_at_a_time_one_is_good(at: Office) -> None:
    _, codes = enrolled(at)
    account = at.enter(code=codes[0]).standing.account_id

    def renew() -> list[str]:
        with at.desk.connection() as other, other.transaction():
            return recovery.new_codes(other, at.desk.master, account)

    with ThreadPoolExecutor(1) as pool:
        with at.desk.connection() as connection, connection.transaction():
            first = recovery.new_codes(connection, at.desk.master, account)
            second = pool.submit(renew)
            soon(lambda: second.done() or waiting(at.net) > 0)
        assert not set(first) & set(second.result(20))
    assert at.own.recovery_codes_left(account) == recovery.CODES


def test_guessing_recovery_codes_is_slowed_down(at: Office) -> None:
    enrolled(at)
    with pytest.raises(TooManyAttempts):  # noqa: PT012  one of the first dozen
        for number in range(12):
            with pytest.raises(WrongCode):
                at.enter(code=f"aaaa-bbbb-{number:04}")


def test_no_recovery_code_stands_in_the_database(at: Office) -> None:
    _, codes = enrolled(at)
    told = str(at.net.rows("SELECT hash FROM recovery_codes"))
    assert not any(code in told for code in codes)
    assert len(at.net.rows("SELECT DISTINCT hash FROM recovery_codes")) == recovery.CODES


def asked(at: Office, mailbox: Server, email: str = WANTED) -> str:
    """The secret of the letter that went to the new address."""
    account = at.desk.account_with(EMAIL)
    assert account is not None
    AddressChange(at.desk).ask(account.id, email, PASSWORD)
    deliver(at, Smtp(mailbox.url))
    letter = mailbox.letters[-1]
    assert letter["To"].endswith(f"<{email}>")
    found = re.search(r"/konto/adres#(\S+)", text_of(letter))
    assert found is not None
    return found[1]


def test_address_changes_when_its_letter_is_answered_and_the_former_is_told(
    at: Office, mailbox: Server
) -> None:
    account = at.active()
    link = asked(at, mailbox)
    assert at.enter().standing.active, "nothing has changed yet"
    old_letter = at.link(account, Purpose.PASSWORD)
    AddressChange(at.desk).confirm(link)
    deliver(at, Smtp(mailbox.url))
    assert mailbox.letters[-1]["To"].endswith(f"<{EMAIL}>")
    assert WANTED not in text_of(mailbox.letters[-1])
    with pytest.raises(LoginRefused):
        at.enter()
    assert at.login.with_password(WANTED, PASSWORD, None, HERE).standing.active
    with pytest.raises(LinkExpired):
        AddressChange(at.desk).confirm(link)
    with pytest.raises(LinkExpired):
        at.login.reset_password(old_letter, "inny zielony most nad rzeką")
    at.net.project()
    assert at.net.value("SELECT email FROM read_accounts.accounts") == WANTED


def test_former_address_is_free_for_somebody_else_and_for_oneself(
    at: Office, mailbox: Server
) -> None:
    first = at.active()
    AddressChange(at.desk).confirm(asked(at, mailbox))
    at.invited(email=EMAIL)
    other = at.desk.account_with(EMAIL)
    assert other is not None
    assert other.id != first
    with pytest.raises(EmailTaken):
        at.invited(email=WANTED)


def test_forgotten_person_shuts_nobody_out_of_the_address_they_once_had(
    at: Office, mailbox: Server
) -> None:
    first = at.active()
    AddressChange(at.desk).confirm(asked(at, mailbox))
    second = at.active(name="Jan Lis")
    at.net.give(ForgetPerson(command_id=uuid4(), person_id=person_of(first)))
    assert at.enter().standing.account_id == second
    at.login.ask_for_password(EMAIL, HERE)
    deliver(at, Smtp(mailbox.url))
    assert mailbox.letters[-1]["Subject"].startswith("Nowe hasło")
    assert mailbox.letters[-1]["To"].endswith(f"<{EMAIL}>")
    assert at.desk.account_with(WANTED) is None
    with pytest.raises(EmailTaken):
        at.invited(email=WANTED)


@pytest.mark.parametrize("delivered", [True, False])
def test_nothing_that_holds_the_former_address_outlives_its_person(
    at: Office, mailbox: Server, *, delivered: bool
) -> None:
    account = at.active()
    AddressChange(at.desk).confirm(asked(at, mailbox))
    moved = "SELECT count(*) FROM outbox WHERE task = 'mail.moved'"
    if delivered:
        deliver(at, Smtp(mailbox.url))
    assert at.net.value(moved) == 1
    at.net.give(ForgetPerson(command_id=uuid4(), person_id=person_of(account)))
    deliver(at, Smtp(mailbox.url))
    assert at.net.value(moved) == 0


def test_one_account_sends_a_few_letters_to_other_addresses(at: Office) -> None:
    account = at.active()
    with pytest.raises(TooManyAttempts):  # noqa: PT012  one of the first ten
        for number in range(10):
            AddressChange(at.desk).ask(account, f"ofiara{number}@inny.example", PASSWORD)
    assert at.net.value("SELECT count(*) FROM outbox WHERE task = 'mail.address'") == 4


def test_address_of_another_account_is_refused_to_who_reads_its_letters(
    at: Office, mailbox: Server
) -> None:
    """Whoever only asks learns nothing of who has an account."""
    at.active()
    at.active(email=WANTED, name="Jan Lis")
    link = asked(at, mailbox)
    with pytest.raises(EmailTaken):
        AddressChange(at.desk).confirm(link)


def test_address_is_asked_for_with_the_password_and_a_letter_is_good_for_a_day(
    at: Office, mailbox: Server
) -> None:
    account = at.active()
    change = AddressChange(at.desk)
    with pytest.raises(LoginRefused):
        change.ask(account, WANTED, "nie to hasło, które trzeba")
    with pytest.raises(InvalidInput):
        change.ask(account, "nie adres", PASSWORD)
    assert at.net.value("SELECT count(*) FROM email_changes") == 0
    first = asked(at, mailbox)
    second = asked(at, mailbox, "ewa@inny.example")
    with pytest.raises(LinkExpired):
        change.confirm(first)
    at.later(hours=25)
    with pytest.raises(LinkExpired):
        change.confirm(second)


def test_address_that_is_wanted_stands_nowhere_in_the_clear(at: Office, mailbox: Server) -> None:
    at.active()
    AddressChange(at.desk).confirm(asked(at, mailbox))
    for query in (
        "SELECT payload::text FROM outbox",
        "SELECT convert_from(state, 'UTF8') FROM events",
        "SELECT encode(wanted, 'escape') FROM email_changes",
    ):
        assert WANTED not in str(at.net.rows(query)), query
        assert EMAIL not in str(at.net.rows(query)), query


def test_all_sessions_end_but_the_one_at_hand(at: Office) -> None:
    account = at.active()
    kept, other = at.enter(), at.enter()
    session = next(each.id for each in at.own.sessions(account))
    assert kept.secret != other.secret
    at.own.end_other_sessions(account, session)
    assert [each.id for each in at.own.sessions(account)] == [session]
    at.own.end_other_sessions(account, None)
    assert at.own.sessions(account) == []
