"""Links that letters bring: good once, for some days, for one account."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.errors import DomainError
from infra.accounts.secrets import hashed, new_secret


class Purpose(StrEnum):
    INVITATION = "INVITATION"
    PASSWORD = "PASSWORD"  # noqa: S105  the purpose, not one


GOOD_FOR = {Purpose.INVITATION: timedelta(days=14), Purpose.PASSWORD: timedelta(hours=2)}


class LinkExpired(DomainError):
    code = "link_expired"
    pl = "Ten odnośnik jest nieważny: wygasł albo został już użyty. Poproś o następny."
    en = "This link is not valid: it has expired, or was used already. Ask for another one."


def new_link(connection: Connection[Any], account_id: UUID, purpose: Purpose, at: datetime) -> str:
    """The secret that stands in the link."""
    secret = new_secret()
    connection.execute(
        "INSERT INTO account_links (hash, account_id, purpose, expires_at) VALUES (%s, %s, %s, %s)",
        (hashed(secret), account_id, purpose, at + GOOD_FOR[purpose]),
    )
    return secret


def holder(connection: Connection[Any], secret: str, purpose: Purpose, at: datetime) -> UUID:
    """Whose link it is; held, in the caller's transaction, against a second use. Raises LinkExpired."""
    row = connection.execute(
        "SELECT account_id FROM account_links WHERE hash = %s AND purpose = %s "
        "AND used_at IS NULL AND expires_at > %s FOR UPDATE",
        (hashed(secret), purpose, at),
    ).fetchone()
    if row is None:
        raise LinkExpired
    account_id: UUID = row[0]
    return account_id


def use(connection: Connection[Any], secret: str, at: datetime) -> None:
    """With it, every other link of the same account and purpose is used up."""
    connection.execute(
        "UPDATE account_links SET used_at = %s WHERE used_at IS NULL AND (account_id, purpose) = "
        "(SELECT account_id, purpose FROM account_links WHERE hash = %s)",
        (at, hashed(secret)),
    )


def use_all(connection: Connection[Any], account_id: UUID, purpose: Purpose, at: datetime) -> None:
    connection.execute(
        "UPDATE account_links SET used_at = %s "
        "WHERE used_at IS NULL AND account_id = %s AND purpose = %s",
        (at, account_id, purpose),
    )
