"""Public changes to the webhooks of portals: in the order of the log, each until it has arrived.

Every webhook has a cursor, which moves once its receiver has taken a change. So nothing is lost when a
worker is killed, what is sent again has the same `webhook-id`, a paused one goes on from where it
stopped, and a receiver that is away holds nobody else up. Signed after https://www.standardwebhooks.com.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import structlog
from psycopg import Connection
from psycopg.rows import class_row
from standardwebhooks import Webhook as Signer

from domain.cooperation import Cooperation
from domain.errors import DomainError
from domain.portals import GiveUpWebhook, PauseCause, Portal, PortalState, Scope
from domain.roles import SYSTEM
from infra.fetch import FetchError, Posted, post
from infra.personal.master import WrappingKey
from infra.portals import secrets
from projections.changes import PERSON_FORGOTTEN, SETTLED

BATCH = 100
LEEWAY = 1_000
"""Positions that a cursor may lie behind what its webhook doesn't hear of."""
PAUSES: Sequence[timedelta] = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Between attempts, as the specification suggests: after three days the webhook is paused."""
LONGEST_PAUSE = timedelta(days=1)

log = structlog.get_logger()

# That a person was forgotten every webhook hears of, whatever else it asked for.
_HEARD = (
    "c.position > {position} AND c.position <= {settled} "
    f"AND (split_part(c.kind, '_', 1) = ANY(w.kinds) OR c.kind = '{PERSON_FORGOTTEN}')"
)
_BEHIND = _HEARD.format(position="coalesce(k.position, w.since)", settled=SETTLED)
_DUE = f"""
SELECT w.id, w.portal_id FROM read_portals.webhooks w
JOIN read_portals.portals p ON p.id = w.portal_id AND p.state = 'ACTIVE' AND 'WEBHOOKS' = ANY(p.scopes)
LEFT JOIN public.webhook_cursors k ON k.webhook_id = w.id
WHERE w.paused IS NULL AND (k.due_at IS NULL OR k.due_at <= now())
    AND EXISTS (SELECT 1 FROM read_changes.changes c WHERE {_BEHIND})
ORDER BY k.due_at NULLS FIRST
"""
_BEGIN = """
INSERT INTO public.webhook_cursors (webhook_id, position)
SELECT id, since FROM read_portals.webhooks WHERE id = %s ON CONFLICT DO NOTHING
"""
_NEXT = f"""
SELECT c.position, c.id, c.kind, c.effect, c.subject_type, c.subject_id, c.owner_terc,
    c.effective_on, c.recorded_at, k.failures
FROM public.webhook_cursors k
JOIN read_portals.webhooks w ON w.id = k.webhook_id
JOIN read_changes.changes c ON {_BEHIND}
WHERE k.webhook_id = %s AND k.due_at <= now() ORDER BY c.position LIMIT 1
"""
_ARRIVED = """
UPDATE public.webhook_cursors SET position = %s, failures = 0, error = NULL, due_at = now(),
    delivered = delivered + 1, delivered_at = now()
WHERE webhook_id = %s
"""
_FAILED = """
UPDATE public.webhook_cursors SET failures = %s, error = %s, due_at = now() + %s WHERE webhook_id = %s
"""
_SKIP = f"""
UPDATE public.webhook_cursors k SET position = s.settled FROM (SELECT {SETTLED} AS settled) s
WHERE k.webhook_id = %s AND k.position < s.settled - {LEEWAY} AND NOT EXISTS (
    SELECT 1 FROM read_changes.changes c JOIN read_portals.webhooks w ON w.id = k.webhook_id
    WHERE {_HEARD.format(position="k.position", settled="s.settled")})
"""


@dataclass(frozen=True)
class Change:
    """Tells what changed and how; what it is now, the receiver asks for. `failures`: so far."""

    position: int
    id: UUID
    kind: str
    effect: str
    subject_type: str
    subject_id: UUID
    owner_terc: str | None
    effective_on: Any
    recorded_at: datetime
    failures: int

    def body(self) -> bytes:
        word, _, happened = self.kind.lower().partition("_")
        subject = f"{self.subject_type}:{self.subject_id}".encode()
        return msgspec.json.encode(
            {
                "type": f"{word}.{happened}",
                "timestamp": self.recorded_at,
                "data": {
                    "kind": self.kind,
                    "effect": self.effect,
                    "position": self.position,
                    "subjectType": self.subject_type,
                    "subject": b64encode(subject).decode(),  # for GraphQL's `node(id:)`
                    "municipality": self.owner_terc,
                    "effectiveOn": self.effective_on,
                },
            }
        )


class Courier:
    def __init__(
        self,
        connect: Callable[[], Connection[Any]],
        cooperation: Cooperation,
        master: WrappingKey,
        now: Callable[[], datetime],
        *,
        allow_private: bool = False,
        pauses: Sequence[timedelta] = PAUSES,
    ) -> None:
        self._connect, self._cooperation, self._master = connect, cooperation, master
        self._now, self._allow_private, self._pauses = now, allow_private, pauses

    def due(self, connection: Connection[Any]) -> list[UUID]:
        """Webhooks that have something to hear, and aren't in a pause."""
        return [webhook_id for webhook_id, _ in connection.execute(_DUE.encode()).fetchall()]

    def deliver(self, webhook_id: UUID) -> int:
        """What is due, one after the other; returns how much arrived. Of several at once, one does it."""
        with self._connect() as connection:
            if not _alone(connection, webhook_id):
                return 0
            connection.execute(_BEGIN, (webhook_id,))
            for arrived in range(BATCH):
                change = _next(connection, webhook_id)
                if change is None:
                    connection.execute(_SKIP.encode(), (webhook_id,))
                    return arrived
                if not self._delivered(connection, webhook_id, change):
                    return arrived
            return BATCH

    def _delivered(self, connection: Connection[Any], webhook_id: UUID, change: Change) -> bool:
        url = self._url(connection, webhook_id)
        if url is None:
            return False
        error, answer = self._send(connection, webhook_id, url, change)
        if error is None:
            connection.execute(_ARRIVED, (change.position, webhook_id))
            log.info("webhook.delivered", webhook=str(webhook_id), position=change.position)
            return True
        log.warning(
            "webhook.failed", webhook=str(webhook_id), position=change.position, error=error
        )
        self._failed(connection, webhook_id, change.failures + 1, error, answer)
        return False

    def _url(self, connection: Connection[Any], webhook_id: UUID) -> str | None:
        """Where to, as the portal's stream has it now; None: nowhere any more."""
        row = connection.execute(
            "SELECT portal_id FROM read_portals.webhooks WHERE id = %s", (webhook_id,)
        ).fetchone()
        portal = self._cooperation.store.load(Portal, row[0]) if row else None
        if portal is None or portal.state is not PortalState.ACTIVE:
            return None
        webhook = portal.webhooks.get(webhook_id)
        if webhook is None or webhook.paused or Scope.WEBHOOKS not in portal.terms.scopes:
            return None
        return webhook.url

    def _send(
        self, connection: Connection[Any], webhook_id: UUID, url: str, change: Change
    ) -> tuple[str | None, Posted | None]:
        """What went wrong, and what was answered."""
        at = self._now()
        known = secrets.current(connection, self._master, webhook_id, at)
        if not known:
            return "no_secret", None
        body, message_id = change.body(), f"evt_{change.id.hex}"
        signatures = [Signer(secret).sign(message_id, at, body.decode()) for secret in known]
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": " ".join(signatures),
        }
        try:
            answer = post(url, body, headers, allow_private=self._allow_private)
        except FetchError as error:
            return error.code, None
        return (None if 200 <= answer.status < 300 else f"http_{answer.status}"), answer

    def _failed(
        self,
        connection: Connection[Any],
        webhook_id: UUID,
        failures: int,
        error: str,
        answer: Posted | None,
    ) -> None:
        gone = answer is not None and answer.status == 410
        if gone or failures > len(self._pauses):
            self._give_up(connection, webhook_id, PauseCause.GONE if gone else PauseCause.FAILING)
            failures, pause = 0, timedelta()  # once it is resumed, it is tried as often again
        else:
            asked = timedelta(seconds=(answer.retry_after or 0) if answer else 0)
            pause = min(LONGEST_PAUSE, max(self._pauses[failures - 1], asked))
        connection.execute(_FAILED, (failures, error, pause, webhook_id))

    def _give_up(self, connection: Connection[Any], webhook_id: UUID, cause: PauseCause) -> None:
        row = connection.execute(
            "SELECT portal_id FROM read_portals.webhooks WHERE id = %s", (webhook_id,)
        ).fetchone()
        if row is None:
            return  # removed meanwhile
        command = GiveUpWebhook(
            command_id=uuid4(), portal_id=row[0], webhook_id=webhook_id, cause=cause
        )
        try:
            self._cooperation.execute(command, SYSTEM)
        except DomainError as refusal:
            log.warning("webhook.not_paused", webhook=str(webhook_id), error=refusal.code)


def _next(connection: Connection[Any], webhook_id: UUID) -> Change | None:
    with connection.cursor(row_factory=class_row(Change)) as cursor:
        return cursor.execute(_NEXT.encode(), (webhook_id,)).fetchone()


def _alone(connection: Connection[Any], webhook_id: UUID) -> bool:
    """Held until the connection ends, without a transaction that would stay open while the receiver
    thinks; who is killed gives it up."""
    key = int.from_bytes(webhook_id.bytes[:8], signed=True)
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (key,)).fetchone()
    return bool(row and row[0])
