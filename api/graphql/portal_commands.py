"""Writing portals: what the coordinator decides, and what a portal's people and keys do themselves."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import strawberry

from api.graphql.commanded import Answering, Inputs, Vocabulary, mutations
from api.graphql.commanding import written
from api.graphql.context import Context
from api.graphql.ordinary import one
from api.graphql.portals import CauseEnum, KindEnum, Portal, PortalKey, ScopeEnum, Webhook
from api.graphql.scalars import Position
from domain import portals as domain
from domain.portals import ChangeKind, PauseCause, Scope
from domain.work import Receipt

_WORDS = Vocabulary(
    fields={
        "command_id": "Made by the client: the same command sent twice happens once and answers the same.",
        "expected_version": "Version that the client saw; refused where it isn't the current one.",
        "portal_id": "The portal.",
        "terms": "What it is granted.",
        "scopes": "The scopes.",
        "requests_per_minute": "Quota of each key.",
        "reason": "Why; its contact is told.",
        "name": "What it is called.",
        "ends_at": "Until when it is good; until it is revoked if not given.",
        "key_id": "The key.",
        "overlap_hours": "How many hours the old one stays good, up to 720.",
        "webhook_id": "The webhook.",
        "url": "Where to send; begins with https://.",
        "kinds": "What it hears of.",
    },
    ids={
        "portal_id": "portal:Portal",
        "key_id": "key:PortalKey",
        "webhook_id": "webhook:Webhook",
    },
    amounts=frozenset(),
    enums={Scope: ScopeEnum, ChangeKind: KindEnum, PauseCause: CauseEnum},
)
_PORTAL = Answering(written(Portal, "portal"), "portals")


def _made(about: type, field: str, shown: str, how: str) -> Any:
    """`<Type>Written` of what a command makes, with a secret that is told once. `shown`, `how`: words."""

    @strawberry.type(name=f"{about.__name__}Written", description="The command happened.")
    class Made:
        receipt: strawberry.Private[Receipt]
        made_id: strawberry.Private[UUID | None] = None
        told: strawberry.Private[str | None] = None

        @strawberry.field(name=field, graphql_type=about | None, description=shown)
        async def made(self, info: strawberry.Info[Context, None]) -> Any:
            values = {"value": (self.made_id, "uuid")}
            return await one(info.context, about, "{row}.id = {value}", values)

        @strawberry.field(description=how)
        def secret(self) -> str | None:
            return self.told

        @strawberry.field(description="Position of the command's last event in the log.")
        def position(self) -> Position:
            return Position(self.receipt.position)

        @strawberry.field(description="Version of the portal after it, for `expectedVersion`.")
        def version(self) -> int:
            return self.receipt.version

    return Made


PortalKeyWritten = _made(
    PortalKey,
    "key",
    "The new key; null where the read model is late.",
    "What opens with it, for the header `Authorization: Bearer …`. Shown once: null where "
    "this command had been given, and answered, before. Who lost it rotates the key.",
)
WebhookWritten = _made(
    Webhook,
    "webhook",
    "The webhook as it is now; null where the read model is late.",
    "A new secret (`whsec_…`) to check signatures with. Shown once: null where the command "
    "makes none, or had been given before. Who lost it rotates it.",
)


async def _key_made(context: Context, command: Any, answer: Any) -> None:
    """After the log knows of it: given again after a crash in between, the command makes up for it."""
    rotated = isinstance(command, domain.RotatePortalKey)
    answer.made_id = command.new_key_id if rotated else command.key_id
    if context.services.secrets is not None:
        answer.told = await context.services.secrets.of_key(answer.made_id, command.portal_id)


async def _webhook_made(context: Context, command: Any, answer: Any) -> None:
    answer.made_id = command.webhook_id
    makes_secret = isinstance(command, domain.AddWebhook | domain.RotateWebhookSecret)
    if context.services.secrets is not None and makes_secret:
        overlap = timedelta(hours=getattr(command, "overlap_hours", 0))
        answer.told = await context.services.secrets.of_webhook(
            command.command_id, answer.made_id, datetime.now(UTC) + overlap
        )


_KEY = Answering(PortalKeyWritten, "portals", completed=_key_made)
_WEBHOOK = Answering(WebhookWritten, "portals", completed=_webhook_made)

PortalMutations = mutations(
    "PortalMutations",
    Inputs(_WORDS),
    [
        (
            domain.ApprovePortal,
            "Approves a portal; its contact is invited to an account. For the coordinator.",
            _PORTAL,
        ),
        (domain.RejectPortal, "Rejects an application. For the coordinator.", _PORTAL),
        (
            domain.ChangePortalTerms,
            "Changes scopes and quota; it counts at once. For the coordinator.",
            _PORTAL,
        ),
        (
            domain.SuspendPortal,
            "Suspends a portal: its keys open nothing from now on. For the coordinator.",
            _PORTAL,
        ),
        (domain.ReinstatePortal, "Ends a suspension. For the coordinator.", _PORTAL),
        (domain.ClosePortal, "Closes a portal for good. For the coordinator.", _PORTAL),
        (domain.IssuePortalKey, "Issues a key. For the portal's people.", _KEY),
        (
            domain.RotatePortalKey,
            "Issues another key like one that is good, and stays so for a while. For the portal's people.",
            _KEY,
        ),
        (
            domain.RevokePortalKey,
            "Revokes a key, at once. For the portal's people.",
            _PORTAL,
        ),
        (
            domain.AddWebhook,
            "Adds a webhook. Webhooks are for the portal's people, and keys with the scope WEBHOOKS.",
            _WEBHOOK,
        ),
        (domain.ChangeWebhook, "Changes where a webhook leads and what it hears of.", _WEBHOOK),
        (
            domain.RotateWebhookSecret,
            "Makes another secret; for a while deliveries are signed with both.",
            _WEBHOOK,
        ),
        (domain.PauseWebhook, "Pauses a webhook: what happens waits for it.", _WEBHOOK),
        (
            domain.ResumeWebhook,
            "Resumes a webhook with the first change that didn't arrive.",
            _WEBHOOK,
        ),
        (domain.RemoveWebhook, "Removes a webhook.", _PORTAL),
    ],
)
