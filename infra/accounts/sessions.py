"""Sessions of browsers, and access tokens of programs: asked for at every request, so revoked at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import class_row

from domain.roles import Role
from infra.accounts.attempts import FORGOTTEN_AFTER
from infra.accounts.secrets import hashed, new_access_token, new_secret
from infra.accounts.standing import VERSIONS, Standing, Standings

LONGEST = timedelta(days=7)
IDLE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=1)
"""So often is it written down at most that a session or a token was used."""


class Method(StrEnum):
    PASSWORD = "PASSWORD"  # noqa: S105  how somebody logged in
    OIDC = "OIDC"


@dataclass(frozen=True)
class Session:
    id: UUID
    method: Method
    browser: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class AccessToken:
    id: UUID
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None


_OF_SESSION = f"""
SELECT id, account_id, seen_at, {VERSIONS.format(account="account_id", municipality="municipality_id")}
FROM sessions WHERE hash = %s AND expires_at > %s AND seen_at > %s
"""
_OF_TOKEN = f"""
SELECT id, account_id, scopes, used_at,
    {VERSIONS.format(account="account_id", municipality="municipality_id")}
FROM access_tokens WHERE hash = %s AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > %s)
"""


def open_session(
    connection: Connection[Any],
    account_id: UUID,
    municipality_id: UUID | None,
    method: Method,
    browser: str,
    at: datetime,
) -> str:
    """The secret for the browser's cookie."""
    secret = new_secret()
    connection.execute(
        "INSERT INTO sessions VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (
            uuid4(),
            hashed(secret),
            account_id,
            municipality_id,
            method,
            browser,
            at,
            at + LONGEST,
            at,
        ),
    )
    return secret


def of_session(
    connection: Connection[Any], standings: Standings, secret: str, at: datetime
) -> tuple[UUID, Standing] | None:
    """The session's id, and who it is; None where it has ended, or its account isn't active."""
    row = connection.execute(_OF_SESSION, (hashed(secret), at, at - IDLE), prepare=True).fetchone()
    if row is None:
        return None
    session_id, account_id, seen_at, version, municipality_version = row
    if at - seen_at > SEEN_EVERY:
        connection.execute("UPDATE sessions SET seen_at = %s WHERE id = %s", (at, session_id))
    standing = standings.at(account_id, version, municipality_version)
    return (session_id, standing) if standing.active else None


def sessions_of(connection: Connection[Any], account_id: UUID, at: datetime) -> list[Session]:
    with connection.cursor(row_factory=class_row(Session)) as cursor:
        return cursor.execute(
            "SELECT id, method, browser, created_at, seen_at, expires_at FROM sessions "
            "WHERE account_id = %s AND expires_at > %s AND seen_at > %s ORDER BY created_at DESC",
            (account_id, at, at - IDLE),
        ).fetchall()


def end_session(connection: Connection[Any], account_id: UUID, session_id: UUID) -> bool:
    """Whether there was one."""
    ended = connection.execute(
        "DELETE FROM sessions WHERE id = %s AND account_id = %s", (session_id, account_id)
    )
    return ended.rowcount == 1


def end_all_sessions(
    connection: Connection[Any], account_id: UUID, but: UUID | None = None
) -> None:
    connection.execute(
        "DELETE FROM sessions WHERE account_id = %s AND id IS DISTINCT FROM %s", (account_id, but)
    )


def clean(connection: Connection[Any], at: datetime) -> None:
    """What has ended by itself."""
    connection.execute(
        "DELETE FROM sessions WHERE expires_at < %s OR seen_at < %s", (at, at - IDLE)
    )
    connection.execute(
        "DELETE FROM account_links WHERE expires_at < %s", (at - timedelta(days=30),)
    )
    connection.execute("DELETE FROM email_changes WHERE expires_at < %s", (at,))
    connection.execute("DELETE FROM oidc_logins WHERE expires_at < %s", (at,))
    connection.execute("DELETE FROM attempts WHERE last_at < %s", (at - FORGOTTEN_AFTER,))


def add_token(
    connection: Connection[Any],
    token_id: UUID,
    account_id: UUID,
    municipality_id: UUID | None,
    name: str,
    scopes: frozenset[Role],
    at: datetime,
    expires_at: datetime | None,
) -> str:
    """The token, which nobody can show again."""
    secret = new_access_token()
    connection.execute(
        "INSERT INTO access_tokens VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (
            token_id,
            hashed(secret),
            account_id,
            municipality_id,
            name,
            sorted(scopes),
            at,
            expires_at,
        ),
    )
    return secret


def of_token(
    connection: Connection[Any], standings: Standings, secret: str, at: datetime
) -> Standing | None:
    """With the roles that both the token and its account have now."""
    row = connection.execute(_OF_TOKEN, (hashed(secret), at), prepare=True).fetchone()
    if row is None:
        return None
    token_id, account_id, scopes, used_at, version, municipality_version = row
    if used_at is None or at - used_at > SEEN_EVERY:
        connection.execute("UPDATE access_tokens SET used_at = %s WHERE id = %s", (at, token_id))
    standing = standings.at(account_id, version, municipality_version)
    return standing.limited_to(frozenset(map(Role, scopes))) if standing.active else None


def tokens_of(connection: Connection[Any], account_id: UUID) -> list[AccessToken]:
    with connection.cursor(row_factory=class_row(AccessToken)) as cursor:
        return cursor.execute(
            "SELECT id, name, scopes, created_at, expires_at, used_at FROM access_tokens "
            "WHERE account_id = %s AND revoked_at IS NULL ORDER BY created_at",
            (account_id,),
        ).fetchall()


def revoke_token(
    connection: Connection[Any], account_id: UUID, token_id: UUID, at: datetime
) -> bool:
    revoked = connection.execute(
        "UPDATE access_tokens SET revoked_at = %s "
        "WHERE id = %s AND account_id = %s AND revoked_at IS NULL",
        (at, token_id, account_id),
    )
    return revoked.rowcount == 1
