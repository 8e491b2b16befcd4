"""Secrets of webhooks (Standard Webhooks, `whsec_…`): shown once, kept under the master key."""

import secrets
from base64 import b64encode
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from infra.personal.master import WrappingKey

PURPOSE = "webhook"
_PREFIX = "whsec_"


def issue(
    connection: Connection[Any],
    master: WrappingKey,
    secret_id: UUID,
    webhook_id: UUID,
    at: datetime,
    others_end_at: datetime,
) -> str | None:
    """The secret, which nobody can show again; None where it was shown already.

    `secret_id` follows from the command. Earlier secrets go on signing until `others_end_at`.
    """
    secret = _PREFIX + b64encode(secrets.token_bytes(32)).decode()
    locked = master.lock(PURPOSE, webhook_id, secret.encode())
    with connection.transaction():
        made = connection.execute(
            "INSERT INTO webhook_secrets (id, webhook_id, locked, made_at) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT (id) DO NOTHING",
            (secret_id, webhook_id, locked, at),
        )
        if made.rowcount == 0:
            return None
        connection.execute(
            "UPDATE webhook_secrets SET ends_at = least(ends_at, %s) "
            "WHERE webhook_id = %s AND id <> %s",
            (others_end_at, webhook_id, secret_id),
        )
    return secret


def current(
    connection: Connection[Any], master: WrappingKey, webhook_id: UUID, at: datetime
) -> list[str]:
    """The newest first; none where the webhook came from another installation."""
    rows = connection.execute(
        "SELECT locked FROM webhook_secrets WHERE webhook_id = %s "
        "AND (ends_at IS NULL OR ends_at > %s) ORDER BY made_at DESC",
        (webhook_id, at),
    ).fetchall()
    return [master.unlock(PURPOSE, webhook_id, bytes(locked)).decode() for (locked,) in rows]


def clean(connection: Connection[Any], at: datetime) -> None:
    """What signs no more."""
    connection.execute("DELETE FROM webhook_secrets WHERE ends_at < %s", (at,))
