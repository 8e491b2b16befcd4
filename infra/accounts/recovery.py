"""Recovery codes: what opens the account of somebody who has lost the authenticator app. Good once each."""

import secrets
from typing import Any
from uuid import UUID

from psycopg import Connection

from infra.personal.master import WrappingKey

CODES = 10
_GROUPS, _GROUP = 3, 4
_SIGNS = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without those that are mistaken for one another on paper: 59 bits in twelve of them."""


def new_codes(connection: Connection[Any], master: WrappingKey, account_id: UUID) -> list[str]:
    """In the caller's transaction. The earlier ones are good no more; nobody can show these again."""
    # Of two who ask at a time, the second waits, and then finds what the first has left.
    connection.execute("SELECT FROM credentials WHERE account_id = %s FOR UPDATE", (account_id,))
    codes = [_new() for _ in range(CODES)]
    forget(connection, account_id)
    for code in codes:
        connection.execute(
            "INSERT INTO recovery_codes VALUES (%s, %s)",
            (account_id, _hashed(master, account_id, code)),
        )
    return codes


def accept(connection: Connection[Any], master: WrappingKey, account_id: UUID, code: str) -> bool:
    """Whether it is one of them; whichever process asks first uses it up."""
    used = connection.execute(
        "DELETE FROM recovery_codes WHERE account_id = %s AND hash = %s",
        (account_id, _hashed(master, account_id, code)),
    )
    return used.rowcount == 1


def left(connection: Connection[Any], account_id: UUID) -> int:
    row = connection.execute(
        "SELECT count(*) FROM recovery_codes WHERE account_id = %s", (account_id,)
    ).fetchone()
    return int(row[0]) if row else 0


def forget(connection: Connection[Any], account_id: UUID) -> None:
    connection.execute("DELETE FROM recovery_codes WHERE account_id = %s", (account_id,))


def _new() -> str:
    groups = ("".join(secrets.choice(_SIGNS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def _hashed(master: WrappingKey, account_id: UUID, code: str) -> bytes:
    """However it is typed: with spaces or dashes, in capitals."""
    plain = "".join(sign for sign in code.casefold() if sign.isalnum())
    return master.mac("recovery", f"{account_id}\0{plain}")
