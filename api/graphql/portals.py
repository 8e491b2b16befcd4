"""Portals (portale partnerskie) with their keys and webhooks, and what was asked with each key."""

from datetime import date, datetime
from typing import Annotated, Any

import strawberry

from api.graphql import visibility
from api.graphql.arguments import short_text
from api.graphql.connections import Connection, Node
from api.graphql.context import Context
from api.graphql.fields import column, connection, item, reads, relay_id, to_many
from api.graphql.ordinary import one
from api.graphql.records import record_of
from api.graphql.relay import global_id, id_of
from api.graphql.scalars import Position, plausible_date
from api.graphql.vocabulary import Argument, Filter, OrderKey, Table, Way
from domain.portals import ChangeKind, PauseCause, PortalState, Scope

PORTALS = Table("read_portals.portals", "portals", visibility.PORTALS)
KEYS = Table("read_portals.keys", "portals", visibility.OF_PORTAL)
WEBHOOKS = Table("read_portals.webhooks", "portals", visibility.OF_PORTAL)

ScopeEnum = strawberry.enum(
    Scope,
    name="PortalScope",
    description="What a key is good for. READ_PUBLIC: what anyone may read, within larger limits. "
    "CHANGES: that it means to follow the feed of public changes, which opens nothing: the feed is answered "
    "to anybody. WEBHOOKS: the portal's own webhooks.",
)
StateEnum = strawberry.enum(
    PortalState,
    name="PortalState",
    description="REGISTERED: waits for the coordinator. ACTIVE. SUSPENDED: its keys open nothing and "
    "its webhooks rest. REJECTED and CLOSED: for good.",
)
KindEnum = strawberry.enum(
    ChangeKind, name="ChangeKind", description="What a public change is about."
)
CauseEnum = strawberry.enum(
    PauseCause,
    name="WebhookPauseCause",
    description="Why nothing is sent. ASKED: by the portal or the coordinator. FAILING: nothing arrived "
    "for days. GONE: the receiver answered 410.",
)

_USED = "SELECT max(last_used_at) AS at FROM public.portal_usage WHERE key_id = $1::uuid"
_DELIVERY = (
    "SELECT position, failures, due_at, error, delivered, delivered_at "
    "FROM public.webhook_cursors WHERE webhook_id = $1::uuid"
)
_USAGE = """
SELECT u.day, u.key_id, k.name, u.requests, u.cost, u.refused, u.errors
FROM public.portal_usage u JOIN read_portals.keys k ON k.id = u.key_id
WHERE u.portal_id = $1::uuid AND u.day >= $2::date AND u.day <= $3::date
ORDER BY u.day DESC, k.issued_at DESC, u.key_id
LIMIT 4000
"""
Told = strawberry.Info[Context, None]


@reads(KEYS)
@strawberry.type(
    description="A key of a portal. What it opens with is shown once, when it is issued."
)
class PortalKey(Node):
    id: strawberry.ID = relay_id()
    name: str = column("name", "What its portal calls it.")
    scopes: list[ScopeEnum] = column("scopes", "What it is good for.")  # type: ignore[valid-type]
    issued_at: datetime = column("issued_at", "When it was issued.")
    ends_at: datetime | None = column(
        "ends_at", "Until when it is good, as after a rotation; null: until it is revoked."
    )
    revoked_at: datetime | None = column("revoked_at", "When it was revoked.")

    @strawberry.field(description="When it was last used, to within some seconds.")
    async def last_used_at(self, info: Told) -> datetime | None:
        found = await info.context.snapshot.rows(_USED, [record_of(self).row["id"]])
        at: datetime | None = found[0]["at"]
        return at


@strawberry.type(description="How the deliveries to a webhook go.")
class WebhookDelivery:
    position: Position = strawberry.field(
        description="Up to here everything in the log that it hears of has arrived."
    )
    delivered: int = strawberry.field(description="How many changes have arrived.")
    delivered_at: datetime | None = strawberry.field(description="When the last one did.")
    failures: int = strawberry.field(description="Failed attempts since then.")
    error: str | None = strawberry.field(description="What went wrong at the last one.")
    due_at: datetime = strawberry.field(
        description="When the next attempt is made at the earliest."
    )


@reads(WEBHOOKS)
@strawberry.type(description="Where public changes are sent to, signed after Standard Webhooks.")
class Webhook(Node):
    id: strawberry.ID = relay_id()
    url: str = column("url", "Where to.")
    kinds: list[KindEnum] = column("kinds", "What it hears of.")  # type: ignore[valid-type]
    paused: CauseEnum | None = column("paused", "Why nothing is sent; null: it is.")  # type: ignore[valid-type]
    added_at: datetime = column("added_at", "When it was added: it hears of what happened since.")

    @strawberry.field(
        description="How deliveries go; null until something happened for the first time."
    )
    async def delivery(self, info: Told) -> WebhookDelivery | None:
        found = await info.context.snapshot.rows(_DELIVERY, [record_of(self).row["id"]])
        return WebhookDelivery(**found[0]) if found else None


@reads(PORTALS)
@strawberry.type(
    description="An outside consumer of the API. Visible to itself, to the coordinator and to the auditor."
)
class Portal(Node):
    id: strawberry.ID = relay_id()
    name: str = column("name", "Its name; no two have the same.")
    operator: str = column("operator", "The institution that runs it.")
    website: str = column("website", "Where it is.")
    purpose: str = column("purpose", "What it wants the data for.")
    contact_name: str | None = column("contact_name", "Its contact; null once forgotten.")
    contact_email: str | None = column(
        "contact_email", "Address of its contact; null once forgotten."
    )
    state: StateEnum = column("state", "What has become of it.")  # type: ignore[valid-type]
    reason: str | None = column("reason", "Why it was rejected, suspended or closed.")
    wanted: list[ScopeEnum] = column("wanted", "Scopes that it asked for.")  # type: ignore[valid-type]
    scopes: list[ScopeEnum] = column("scopes", "Scopes that it was granted.")  # type: ignore[valid-type]
    requests_per_minute: int | None = column(
        "requests_per_minute", "Quota of each of its keys; null until it is approved."
    )
    registered_at: datetime = column("registered_at", "When it was registered.")
    approved_at: datetime | None = column("approved_at", "When the coordinator approved it.")
    keys: list[PortalKey] = to_many(
        {"portal_id": "id"}, "{row}.issued_at DESC, {row}.id", 200, "Its keys, newest first."
    )
    webhooks: list[Webhook] = to_many(
        {"portal_id": "id"}, "{row}.added_at, {row}.id", 20, "Its webhooks."
    )
    version: int = column("version", "Version of its record, for `expectedVersion`.")
    updated_at: datetime = column("updated_at", "When its record last changed.")


@strawberry.type(description="What was asked with one key on one day (UTC).")
class PortalUsage:
    day: date = strawberry.field(description="The day.")
    key: strawberry.ID = strawberry.field(description="Id of the key.")
    key_name: str = strawberry.field(description="What its portal calls the key.")
    requests: int = strawberry.field(
        description="Answers to what the quota admitted; refusals of what couldn't be read, or went beyond "
        "another limit, among them. Of a stream each answer counts."
    )
    cost: int = strawberry.field(description="Sum of their costs.")
    refused: int = strawberry.field(
        description="Requests that the quota refused, which `requests` leaves out."
    )
    errors: int = strawberry.field(description="Of `requests`, those answered with errors.")


_PORTAL = strawberry.argument(description="The portal.")
_SINCE = strawberry.argument(description="From this day on.")
_UNTIL = strawberry.argument(description="Up to this day.")


@strawberry.type
class PortalQueries:
    portals: Connection[Portal] = connection(
        "portals",
        'Portals, the latest first. For the coordinator: those with `state: "REGISTERED"` wait.',
        order=(OrderKey("registered_at", "timestamptz"), OrderKey("id", "uuid")),
        descending=True,
        filters=(
            Filter(
                Argument(
                    "state",
                    str | None,
                    "Only in this state, such as REGISTERED.",
                    short_text("state"),
                ),
                "{row}.state = {state}",
            ),
        ),
    )
    portal: Portal | None = item(
        "One portal; null where there is none, or none that the viewer may see.",
        Way(
            (Argument("id", strawberry.ID, "Its id.", id_of("Portal"), "uuid"),), "{row}.id = {id}"
        ),
    )

    @strawberry.field(description="The portal that the viewer acts for; null: none.")
    async def my_portal(self, info: Told) -> Portal | None:
        portal_id = info.context.viewer.actor.portal
        if portal_id is None:
            return None
        return await _portal(info.context, portal_id)

    @strawberry.field(
        description="What was asked with the keys of a portal, by day and key, the latest day and the newest "
        "key first, 4000 entries at most; empty where there is no such portal, or none that the viewer may see."
    )
    async def portal_usage(
        self,
        info: Told,
        portal: Annotated[strawberry.ID, _PORTAL],
        since: Annotated[date, _SINCE],
        until: Annotated[date, _UNTIL],
    ) -> list[PortalUsage]:
        portal_id = id_of("Portal")(portal)
        if await _portal(info.context, portal_id) is None:
            return []
        days = [plausible_date("since")(since), plausible_date("until")(until)]
        found = await info.context.snapshot.rows(_USAGE, [portal_id, *days])
        return [
            PortalUsage(
                key=strawberry.ID(global_id("PortalKey", row.pop("key_id"))),
                key_name=row.pop("name"),
                **row,
            )
            for row in found
        ]


async def _portal(context: Context, portal_id: Any) -> Portal | None:
    values: Any = {"value": (portal_id, "uuid")}
    found: Portal | None = await one(context, Portal, "{row}.id = {value}", values)
    return found
