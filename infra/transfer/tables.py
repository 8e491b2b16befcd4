"""Tables beside the log that hold what no event says, and so move with it."""

from typing import NamedTuple

import msgspec
from psycopg import sql


class Beside(NamedTuple):
    """Rows in the order of their unique `key`; what `where` leaves out, and columns `without`, stay."""

    name: str
    key: str
    where: str = "true"
    without: tuple[str, ...] = ()

    def select(self) -> sql.Composed:
        return sql.SQL(
            "SELECT to_jsonb(of_table) - {without}::text[] FROM {table} AS of_table "
            f"WHERE {self.where} ORDER BY {{key}}"
        ).format(
            table=sql.Identifier(self.name),
            key=sql.Identifier(self.key),
            without=sql.Literal(list(self.without)),
        )

    def insert(self, columns: tuple[str, ...]) -> sql.Composed:
        """Of one row, as JSON; one with the same key gives way."""
        names = sql.SQL(", ").join(map(sql.Identifier, columns))
        return sql.SQL(
            "INSERT INTO {table} ({names}) "
            "SELECT {names} FROM jsonb_populate_record(NULL::{table}, %s::jsonb) "
            "ON CONFLICT ({unique}) DO UPDATE SET ({names}) = ROW ({excluded})"
        ).format(
            table=sql.Identifier(self.name),
            names=names,
            unique=sql.Identifier(self.key),
            excluded=sql.SQL(", ").join(
                sql.SQL("EXCLUDED.{}").format(sql.Identifier(c)) for c in columns
            ),
        )


BESIDE = (
    Beside("claims", "key"),
    Beside("news_views", "news_id"),
    Beside("digests", "account_id"),
    # What a reactor reacted to was done in the world, and isn't done again in the new place.
    Beside("reactors", "name"),
    Beside("portal_usage", "id"),
    Beside("webhook_cursors", "webhook_id"),
    Beside("outbox", "key", where="delivered_at IS NULL", without=("id",)),
)
"""A new table that neither a projection nor the seals can make again belongs here."""

NOT_MOVED = {
    "events": "moves as the log",
    "seals": "moves with the log",
    "seal_keys": "moves in the header",
    "person_keys": "moves under a passphrase",
    "parked_events": "projections park anew what they can't fold",
    # A file that travels should open no door: people set another password through a letter.
    "credentials": "secrets stay where they are",
    "recovery_codes": "secrets stay where they are",
    "email_changes": "links lead to the installation that sent them",
    "account_links": "secrets stay where they are",
    "sessions": "secrets stay where they are",
    "access_tokens": "secrets stay where they are",
    "identities": "who somebody is elsewhere is linked anew",
    "oidc_logins": "on their way to here, not to there",
    "attempts": "counted anew",
    "portal_applications": "asked for anew",
    "portal_keys": "secrets stay where they are: portals issue other keys",
    "portal_quotas": "counted anew",
    "webhook_secrets": "secrets stay where they are: portals rotate theirs",
    "schema_migrations": "says what the new place is already",
}


def json_of(row: dict[str, object]) -> str:
    return msgspec.json.encode(row).decode()
