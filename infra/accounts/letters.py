"""The letters about accounts, and the reactor that has them sent: Polish first, English beneath.

The link is made when the letter is: neither the log nor the outbox ever holds it.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from typing import Any
from uuid import UUID

from domain.accounts import Account, AccountState
from domain.people import PersonRecord
from infra.accounts import credentials
from infra.accounts.address import GOOD_FOR as ADDRESS_GOOD_FOR
from infra.accounts.address import AddressChange
from infra.accounts.desk import Desk
from infra.accounts.links import GOOD_FOR, Purpose, new_link
from infra.mail import Post
from infra.reactors import Delivery
from projections.log import Recorded

_INVITATION = """\
Dzień dobry,

zapraszamy do Wspólnej Przestrzeni, platformy współpracy gmin. Konto czeka na ustawienie hasła:

{link}

Odnośnik jest ważny {days} dni. Jeśli to pomyłka, prosimy zignorować ten list.

--
Good day,

you are invited to Wspólna Przestrzeń, where municipalities work together. Your account waits for a
password to be set under the link above, which is good for {days} days. If this is a mistake, please
ignore this letter.
"""
_RESET = """\
Dzień dobry,

ktoś, zapewne Pani lub Pan, poprosił o nowe hasło do konta we Wspólnej Przestrzeni. Można je ustawić tu:

{link}

Odnośnik jest ważny {hours} godziny i działa raz. Jeśli to nie była Państwa prośba, wystarczy zignorować
ten list: dotychczasowe hasło pozostaje bez zmian.

--
Good day,

somebody, probably you, asked for another password for your account in Wspólna Przestrzeń. It can be set
under the link above, which is good for {hours} hours and works once. If it wasn't you, just ignore this
letter: your password stays as it is.
"""
_ADDRESS = """\
Dzień dobry,

ktoś, zapewne Pani lub Pan, chce, by konto we Wspólnej Przestrzeni miało ten adres e-mail. Potwierdza się
to tu:

{link}

Odnośnik jest ważny {hours} godziny i działa raz. Jeśli to nie była Państwa prośba, wystarczy zignorować
ten list.

--
Good day,

somebody, probably you, wants an account in Wspólna Przestrzeń to have this e-mail address. It is confirmed
under the link above, which is good for {hours} hours and works once. If it wasn't you, just ignore this
letter.
"""
_MOVED = """\
Dzień dobry,

konto we Wspólnej Przestrzeni, które miało ten adres e-mail, ma od teraz inny: listy będą przychodzić tam.
Jeśli to nie była Państwa decyzja, prosimy od razu powiadomić administratora gminy albo koordynatora sieci.

--
Good day,

the account in Wspólna Przestrzeń that had this e-mail address has another one from now on: letters will
go there. If it wasn't you, please tell your municipality's administrator or the network's coordinator
at once.
"""


class AccountLetters:
    """A reactor: an invitation is followed by its letter, the end of an account by that of its secrets."""

    name = "account-letters"
    types = frozenset(
        event.TYPE
        for event in (
            Account.Invited,
            Account.InvitationRenewed,
            Account.Closed,
            PersonRecord.Forgotten,
        )
    )

    def react(self, recorded: Recorded) -> Iterable[Delivery]:
        event, account = recorded.event, {"account": str(recorded.stream_id)}
        match event:
            case Account.Invited() if not event.by_mail:
                return
            case Account.Invited() | Account.InvitationRenewed():
                yield Delivery("mail.invitation", f"mail.invitation:{recorded.id}", account)
            case Account.Closed():
                yield Delivery("accounts.erase", f"accounts.erase:{recorded.id}", account)
            case _:
                person = {"person": str(recorded.stream_id)}
                yield Delivery("accounts.erase", f"accounts.erase:{recorded.id}", person)


class Deliveries:
    """What the outbox calls. `address`: of this installation, `sender`: whom the letters come from."""

    def __init__(self, desk: Desk, post: Post, address: str, sender: str) -> None:
        self.desk, self._post = desk, post
        self.address, self._sender = address.rstrip("/"), sender

    def by_task(self) -> dict[str, Any]:
        return {
            "mail.invitation": self.invitation,
            "mail.password": self.password,
            "mail.address": self.another_address,
            "mail.moved": self.moved,
            "accounts.erase": self.erase,
        }

    def invitation(self, key: str, payload: Mapping[str, Any]) -> None:
        account = self.desk.account(UUID(payload["account"]))
        if account.state is AccountState.INVITED:
            days = GOOD_FOR[Purpose.INVITATION].days
            subject = "Zaproszenie do Wspólnej Przestrzeni / Invitation to Wspólna Przestrzeń"
            link = self.link(account, Purpose.INVITATION)
            self.send(key, account, subject, _INVITATION.format(link=link, days=days))

    def password(self, key: str, payload: Mapping[str, Any]) -> None:
        account = self.desk.account(UUID(payload["account"]))
        if account.state is AccountState.ACTIVE:
            hours = GOOD_FOR[Purpose.PASSWORD].seconds // 3600
            subject = "Nowe hasło do Wspólnej Przestrzeni / Another password for Wspólna Przestrzeń"
            link = self.link(account, Purpose.PASSWORD)
            self.send(key, account, subject, _RESET.format(link=link, hours=hours))

    def another_address(self, key: str, payload: Mapping[str, Any]) -> None:
        account = self.desk.account(UUID(payload["account"]))
        begun = AddressChange(self.desk).begin(account.id)
        if account.state is AccountState.ACTIVE and begun is not None:
            wanted, secret = begun
            hours = ADDRESS_GOOD_FOR // timedelta(hours=1)
            link = f"{self.address}/konto/adres#{secret}"
            subject = (
                "Nowy adres e-mail we Wspólnej Przestrzeni / Another address in Wspólna Przestrzeń"
            )
            self.send(key, account, subject, _ADDRESS.format(link=link, hours=hours), to=wanted)

    def moved(self, key: str, payload: Mapping[str, Any]) -> None:
        account = self.desk.account(UUID(payload["account"]))
        former = AddressChange(self.desk).former(account.id, payload["former"])
        subject = "Zmieniono adres e-mail konta / The account's e-mail address was changed"
        self.send(key, account, subject, _MOVED, to=former)

    def erase(self, _key: str, payload: Mapping[str, Any]) -> None:
        account_id = UUID(payload["account"]) if "account" in payload else None
        person_id = UUID(payload["person"]) if "person" in payload else None
        with self.desk.connection() as connection:
            credentials.erase(connection, account_id=account_id, person_id=person_id)

    def link(self, account: Account, purpose: Purpose) -> str:
        with self.desk.connection() as connection:
            secret = new_link(connection, account.id, purpose, self.desk.now())
        return link_of(self.address, purpose, secret)

    def send(
        self, key: str, account: Account, subject: str, text: str, to: str | None = None
    ) -> None:
        """`to`: another address than the account's."""
        if account.email.clear is None or account.name.clear is None:
            return  # forgotten meanwhile
        self.send_to(key, account.name.clear, to or account.email.clear, subject, text)

    def send_to(self, key: str, name: str, email: str, subject: str, text: str) -> None:
        letter = EmailMessage()
        letter["From"] = formataddr(("Wspólna Przestrzeń", self._sender))
        letter["To"] = formataddr((name, email))
        letter["Subject"] = subject
        letter["Date"] = format_datetime(self.desk.now())
        # The same for every attempt, so that a mailbox that got it twice shows it once.
        letter["Message-ID"] = f"<{key.replace(':', '.')}@{self._sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(text)
        self._post(letter)


def link_of(address: str, purpose: Purpose, secret: str) -> str:
    """The secret stands behind #, which no server and no referrer ever gets to see."""
    return f"{address}/konto/{_PAGES[purpose]}#{secret}"


_PAGES = {Purpose.INVITATION: "zaproszenie", Purpose.PASSWORD: "haslo"}
