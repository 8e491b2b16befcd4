"""What somebody who is logged in does about the own account: password, second factor, tokens, sessions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection

from domain.accounts import (
    Account,
    IssueAccessToken,
    RecordPassword,
    RecordSecondFactor,
    RevokeAccessToken,
)
from domain.errors import DomainError, NotFound
from domain.roles import Role
from domain.values import refuse_if, text_problems
from infra.accounts import credentials, recovery, sessions, totp
from infra.accounts.attempts import GUESSES
from infra.accounts.desk import Desk
from infra.accounts.login import LoginRefused, WrongCode, check_code
from infra.accounts.passwords import check_strength, hash_of, matches
from infra.accounts.sessions import AccessToken, Session
from infra.accounts.standing import stream_of_municipality


class SecondFactorInUse(DomainError):
    code = "second_factor_in_use"
    pl = "Konto ma już aplikację uwierzytelniającą. Najpierw ją odłącz."
    en = "The account has an authenticator app already. Remove it first."


class NoSuchSession(NotFound):
    code = "session_not_found"
    pl = "Nie ma takiej sesji."
    en = "There is no such session."


class NoSuchToken(NotFound):
    code = "access_token_not_found"
    pl = "Nie ma takiego tokenu dostępu."
    en = "There is no such access token."


@dataclass(frozen=True)
class Enrolment:
    """`address` is what the QR code says, `key` what is typed where there is no camera."""

    key: str
    address: str


@dataclass(frozen=True)
class IssuedToken:
    id: UUID
    secret: str


class OwnAccount:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def change_password(
        self, account_id: UUID, current: str, wanted: str, session_id: UUID | None
    ) -> None:
        """Ends every other session. Raises LoginRefused, InvalidInput, TooManyAttempts."""
        desk, at = self._desk, self._desk.now()
        account = desk.account(account_id)
        check_strength(wanted, (account.email.clear or "", account.name.clear or ""))
        with desk.connection() as connection:
            check_password(desk, connection, account_id, current)
            credentials.set_password(connection, account_id, hash_of(wanted), at)
            sessions.end_all_sessions(connection, account_id, but=session_id)
        desk.say(account, RecordPassword)

    def begin_second_factor(self, account_id: UUID) -> Enrolment:
        """Raises SecondFactorInUse."""
        desk = self._desk
        account = desk.account(account_id)
        with desk.connection() as connection:
            key = credentials.begin_second_factor(connection, desk.master, account_id)
        if key is None:
            raise SecondFactorInUse
        return Enrolment(totp.shown(key), totp.address(key, account.email.shown()))

    def confirm_second_factor(self, account_id: UUID, code: str) -> list[str]:
        """From here on, logging in asks for a code. The recovery codes; raises WrongCode, TooManyAttempts."""
        desk = self._desk
        with desk.connection() as connection:
            if credentials.read(connection, account_id).second_factor:
                raise SecondFactorInUse
            check_code(desk, connection, account_id, code)
            with connection.transaction():
                credentials.confirm_second_factor(connection, account_id, desk.now())
                codes = recovery.new_codes(connection, desk.master, account_id)
        desk.say(desk.account(account_id), RecordSecondFactor, wanted=True)
        return codes

    def renew_recovery_codes(self, account_id: UUID, code: str) -> list[str]:
        """Raises WrongCode, TooManyAttempts."""
        desk = self._desk
        with desk.connection() as connection:
            if not credentials.read(connection, account_id).second_factor:
                raise WrongCode
            check_code(desk, connection, account_id, code)
            with connection.transaction():
                return recovery.new_codes(connection, desk.master, account_id)

    def recovery_codes_left(self, account_id: UUID) -> int:
        with self._desk.connection() as connection:
            return recovery.left(connection, account_id)

    def remove_second_factor(self, account_id: UUID, code: str) -> None:
        """Raises WrongCode, TooManyAttempts."""
        desk = self._desk
        with desk.connection() as connection:
            if not credentials.read(connection, account_id).second_factor:
                raise WrongCode
            check_code(desk, connection, account_id, code)
            with connection.transaction():
                credentials.remove_second_factor(connection, account_id)
                recovery.forget(connection, account_id)
        desk.say(desk.account(account_id), RecordSecondFactor, wanted=False)

    def issue_token(
        self, account_id: UUID, name: str, scopes: frozenset[Role], expires_at: datetime | None
    ) -> IssuedToken:
        """Raises NotPermitted, InvalidInput, NotActive."""
        refuse_if(text_problems("name", name, 100))
        desk, token_id = self._desk, uuid4()
        account = desk.account(account_id)
        with desk.connection() as connection, connection.transaction():
            secret = sessions.add_token(
                connection,
                token_id,
                account_id,
                stream_of_municipality(account),
                name.strip(),
                scopes,
                desk.now(),
                expires_at,
            )
            desk.say(
                account, IssueAccessToken, token_id=token_id, scopes=scopes, expires_at=expires_at
            )
        return IssuedToken(token_id, secret)

    def revoke_token(self, account_id: UUID, token_id: UUID) -> None:
        """Raises NoSuchToken."""
        desk = self._desk
        with desk.connection() as connection:
            if not sessions.revoke_token(connection, account_id, token_id, desk.now()):
                raise NoSuchToken
        desk.say(desk.account(account_id), RevokeAccessToken, token_id=token_id)

    def tokens(self, account_id: UUID) -> list[AccessToken]:
        with self._desk.connection() as connection:
            return sessions.tokens_of(connection, account_id)

    def sessions(self, account_id: UUID) -> list[Session]:
        with self._desk.connection() as connection:
            return sessions.sessions_of(connection, account_id, self._desk.now())

    def end_session(self, account_id: UUID, session_id: UUID) -> None:
        """Raises NoSuchSession."""
        with self._desk.connection() as connection:
            if not sessions.end_session(connection, account_id, session_id):
                raise NoSuchSession

    def end_other_sessions(self, account_id: UUID, session_id: UUID | None) -> None:
        """`session_id`: the one that goes on; None: they all end."""
        with self._desk.connection() as connection:
            sessions.end_all_sessions(connection, account_id, but=session_id)

    def account(self, account_id: UUID) -> Account:
        return self._desk.account(account_id)


def check_password(desk: Desk, connection: Connection[Any], account_id: UUID, said: str) -> None:
    """Whoever finds a browser open knows no password. Raises LoginRefused, TooManyAttempts."""
    key = desk.attempts.key("own password", str(account_id))
    desk.attempts.count(connection, key, GUESSES, desk.now())
    known = credentials.read(connection, account_id)
    # Without one (so far logged in through a provider), there is none to show.
    if known.password_hash is not None and not matches(known.password_hash, said):
        raise LoginRefused
    desk.attempts.forget(connection, [key])
