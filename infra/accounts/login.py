"""From an e-mail address and a password, or a link from a letter, to a session."""

from dataclasses import dataclass
from typing import Any, TypeGuard
from uuid import UUID, uuid4

from psycopg import Connection

from domain.accounts import Account, AccountState, ActivateAccount, NotActive, RecordPassword
from domain.errors import DomainError
from infra.accounts import credentials, links, recovery, sessions
from infra.accounts.attempts import CODES, FROM_ONE_SOURCE, GUESSES, Limit, TooManyAttempts
from infra.accounts.credentials import Credentials
from infra.accounts.desk import Desk
from infra.accounts.links import Purpose
from infra.accounts.passwords import check_strength, hash_of, matches, outdated
from infra.accounts.sessions import Method
from infra.accounts.standing import Standing, stream_of_municipality
from infra.reactors import Delivery, put

LETTERS = Limit(free=4)
"""To one account: who asks for another one too early has one already."""


class LoginRefused(DomainError):
    """Says no more than that, whether there is no such account, it is suspended, or the password is wrong."""

    code = "login_refused"
    pl = "Adres e-mail lub hasło są niepoprawne."
    en = "The e-mail address or the password is wrong."


class CodeRequired(DomainError):
    code = "code_required"
    pl = "Podaj kod z aplikacji uwierzytelniającej."
    en = "Give the code that your authenticator app shows."


class WrongCode(DomainError):
    code = "wrong_code"
    pl = "Kod jest niepoprawny albo został już użyty."
    en = "The code is wrong, or was used already."


@dataclass(frozen=True)
class Visitor:
    """Who stands at the door. `source`: a network address, `browser`: as its owner recognises it."""

    source: str
    browser: str = ""


@dataclass(frozen=True)
class LoggedIn:
    secret: str
    """For the cookie."""
    standing: Standing


class Login:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def with_password(
        self, email: str, password: str, code: str | None, visitor: Visitor
    ) -> LoggedIn:
        """Raises LoginRefused, CodeRequired, WrongCode, TooManyAttempts."""
        desk, at = self._desk, self._desk.now()
        here = desk.attempts.key("login", email.strip().lower(), visitor.source)
        source = desk.attempts.key("source", visitor.source)
        with desk.connection() as connection:
            desk.attempts.count(connection, source, FROM_ONE_SOURCE, at)
            desk.attempts.count(connection, here, GUESSES, at)
            account = desk.account_with(email)
            known = credentials.read(connection, account.id) if account else Credentials()
            if not matches(known.password_hash, password) or not _active(account):
                raise LoginRefused
            self._check_code(connection, account, known, code)
            desk.attempts.forget(connection, [here])
            desk.attempts.uncount(connection, source)
            if known.password_hash is not None and outdated(known.password_hash):
                credentials.set_password(connection, account.id, hash_of(password), at)
            return self.let_in(connection, account, Method.PASSWORD, visitor)

    def accept_invitation(self, link: str, password: str, visitor: Visitor) -> LoggedIn:
        """Raises LinkExpired, InvalidInput. Repeated after a failure half-way, it makes up for it."""
        desk, at = self._desk, self._desk.now()
        with desk.connection() as connection, connection.transaction():
            account = desk.account(links.holder(connection, link, Purpose.INVITATION, at))
            self._check_strength(account, password)
            credentials.set_password(connection, account.id, hash_of(password), at)
            desk.say(account, ActivateAccount)
            account = desk.account(account.id)
            desk.say(account, RecordPassword)
            links.use(connection, link, at)
            return self.let_in(connection, account, Method.PASSWORD, visitor)

    def ask_for_password(self, email: str, visitor: Visitor) -> None:
        """A letter, if there is such an account; who asks learns nothing of that."""
        desk, at = self._desk, self._desk.now()
        with desk.connection() as connection:
            source = desk.attempts.key("source", visitor.source)
            desk.attempts.count(connection, source, FROM_ONE_SOURCE, at)
            account = desk.account_with(email)
            if not _active(account):
                return
            try:
                letters = desk.attempts.key("letters", str(account.id))
                desk.attempts.count(connection, letters, LETTERS, at)
            except TooManyAttempts:
                return
            payload = {"account": str(account.id)}
            put(connection, Delivery("mail.password", f"mail.password:{uuid4()}", payload))

    def reset_password(self, link: str, password: str) -> None:
        """Ends every session of the account. Raises LinkExpired, InvalidInput, NotActive."""
        desk, at = self._desk, self._desk.now()
        with desk.connection() as connection, connection.transaction():
            account = desk.account(links.holder(connection, link, Purpose.PASSWORD, at))
            if not _active(account):
                raise NotActive(state=account.state.value)
            self._check_strength(account, password)
            credentials.set_password(connection, account.id, hash_of(password), at)
            sessions.end_all_sessions(connection, account.id)
            desk.say(account, RecordPassword)
            links.use(connection, link, at)

    def let_in(
        self, connection: Connection[Any], account: Account, method: Method, visitor: Visitor
    ) -> LoggedIn:
        secret = sessions.open_session(
            connection,
            account.id,
            stream_of_municipality(account),
            method,
            visitor.browser[:100],
            self._desk.now(),
        )
        return LoggedIn(secret, self._desk.standings.now(connection, account))

    def _check_code(
        self, connection: Connection[Any], account: Account, known: Credentials, code: str | None
    ) -> None:
        """Whoever comes here knows the password, so counting per account locks out nobody else."""
        if not known.second_factor:
            return
        if not code:
            raise CodeRequired
        check_code(self._desk, connection, account.id, code)

    @staticmethod
    def _check_strength(account: Account, password: str) -> None:
        check_strength(password, (account.email.clear or "", account.name.clear or ""))


def check_code(desk: Desk, connection: Connection[Any], account_id: UUID, code: str) -> None:
    """Of the app, or one of the recovery codes. Raises WrongCode, TooManyAttempts."""
    at = desk.now()
    key = desk.attempts.key("code", str(account_id))
    desk.attempts.count(connection, key, CODES, at)
    right = credentials.accept_code(connection, desk.master, account_id, code, at)
    if not right and not recovery.accept(connection, desk.master, account_id, code):
        raise WrongCode
    desk.attempts.forget(connection, [key])


def _active(account: Account | None) -> TypeGuard[Account]:
    return account is not None and account.state is AccountState.ACTIVE
