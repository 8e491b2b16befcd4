"""The table of passwords and second factors."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import class_row

from domain.accounts.account import person_of
from infra.accounts import totp
from infra.personal.master import WrappingKey

_TOTP = "totp"


@dataclass(frozen=True)
class Credentials:
    """`totp_since` None: there may be a key, but no code of it was confirmed yet."""

    password_hash: str | None = None
    totp_secret: bytes | None = None
    totp_since: datetime | None = None
    totp_last_step: int | None = None

    @property
    def second_factor(self) -> bool:
        return self.totp_secret is not None and self.totp_since is not None


def read(connection: Connection[Any], account_id: UUID) -> Credentials:
    with connection.cursor(row_factory=class_row(Credentials)) as cursor:
        found = cursor.execute(
            "SELECT password_hash, totp_secret, totp_since, totp_last_step FROM credentials "
            "WHERE account_id = %s",
            (account_id,),
        ).fetchone()
    return found or Credentials()


def set_password(connection: Connection[Any], account_id: UUID, hash_: str, at: datetime) -> None:
    connection.execute(
        "INSERT INTO credentials (account_id, person_id, password_hash, password_set_at) "
        "VALUES (%s, %s, %s, %s) ON CONFLICT (account_id) DO UPDATE SET "
        "password_hash = EXCLUDED.password_hash, password_set_at = EXCLUDED.password_set_at",
        (account_id, person_of(account_id), hash_, at),
    )


def begin_second_factor(
    connection: Connection[Any], master: WrappingKey, account_id: UUID
) -> bytes | None:
    """Another key, good once a code of it is confirmed; None where there is one in use."""
    key = totp.new_key()
    begun = connection.execute(
        "INSERT INTO credentials AS known (account_id, person_id, totp_secret) VALUES (%s, %s, %s) "
        "ON CONFLICT (account_id) DO UPDATE SET totp_secret = EXCLUDED.totp_secret, "
        "totp_last_step = NULL WHERE known.totp_since IS NULL",
        (account_id, person_of(account_id), master.lock(_TOTP, account_id, key)),
    )
    return key if begun.rowcount == 1 else None


def confirm_second_factor(connection: Connection[Any], account_id: UUID, at: datetime) -> None:
    connection.execute(
        "UPDATE credentials SET totp_since = coalesce(totp_since, %s) WHERE account_id = %s",
        (at, account_id),
    )


def remove_second_factor(connection: Connection[Any], account_id: UUID) -> None:
    connection.execute(
        "UPDATE credentials SET totp_secret = NULL, totp_since = NULL, totp_last_step = NULL "
        "WHERE account_id = %s",
        (account_id,),
    )


def accept_code(
    connection: Connection[Any], master: WrappingKey, account_id: UUID, code: str, at: datetime
) -> bool:
    """Whether it is right. The same code is right once, however many processes are asked at a time."""
    known = read(connection, account_id)
    if known.totp_secret is None:
        return False
    key = master.unlock(_TOTP, account_id, known.totp_secret)
    step = totp.matching_step(key, code, at, known.totp_last_step)
    if step is None:
        return False
    used = connection.execute(
        "UPDATE credentials SET totp_last_step = %s WHERE account_id = %s AND totp_secret = %s "
        "AND (totp_last_step IS NULL OR totp_last_step < %s)",
        (step, account_id, known.totp_secret, step),
    )
    return used.rowcount == 1


def erase(
    connection: Connection[Any], *, account_id: UUID | None = None, person_id: UUID | None = None
) -> None:
    """Everything beside the log that belongs to an account, or to the account of a person."""
    with connection.transaction():
        rows = connection.execute(
            "DELETE FROM credentials WHERE account_id = %s OR person_id = %s RETURNING account_id",
            (account_id, person_id),
        ).fetchall()
        accounts = [row[0] for row in rows] + ([account_id] if account_id else [])
        for table in (
            "recovery_codes",
            "email_changes",
            "account_links",
            "sessions",
            "access_tokens",
            "identities",
            "oidc_logins",
            "digests",
        ):
            connection.execute(
                f"DELETE FROM {table} WHERE account_id = ANY(%s)".encode(), (accounts,)
            )
        # The letter to a former address holds it, sealed with a key that stays.
        connection.execute(
            "DELETE FROM outbox WHERE task = 'mail.moved' AND payload->>'account' = ANY(%s)",
            ([str(each) for each in accounts],),
        )
