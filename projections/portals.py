"""Portals with their keys and webhooks, as they themselves and the coordinator see them."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from domain.portals import Portal, PortalState, PortalTerms, contact_of
from projections.log import Recorded
from projections.personal import PersonalColumns
from projections.projection import Projection, on
from projections.rows import Row, Rows


class PortalRow(Row):
    table: ClassVar[str] = "portals"

    id: UUID
    contact_id: UUID
    contact_name: str | None
    contact_email: str | None
    name: str
    operator: str
    website: str
    purpose: str
    state: str
    reason: str | None
    wanted: list[str]
    scopes: list[str]
    requests_per_minute: int | None
    registered_at: datetime
    approved_at: datetime | None
    updated_at: datetime
    version: int


class KeyRow(Row):
    table: ClassVar[str] = "keys"

    id: UUID
    portal_id: UUID
    name: str
    scopes: list[str]
    issued_at: datetime
    ends_at: datetime | None
    revoked_at: datetime | None


class WebhookRow(Row):
    table: ClassVar[str] = "webhooks"

    id: UUID
    portal_id: UUID
    url: str
    kinds: list[str]
    paused: str | None
    added_at: datetime
    since: int


class PortalsProjection(Projection):
    name = "portals"
    version = 1
    rows = (PortalRow, KeyRow, WebhookRow)
    keyed_by_stream = PortalRow
    personal = (PersonalColumns(PortalRow, "contact_id", ("contact_name", "contact_email")),)

    @on(Portal.Registered)
    def _registered(self, recorded: Recorded, event: Portal.Registered, rows: Rows) -> None:
        facts = event.facts
        rows.add(
            PortalRow(
                id=recorded.stream_id,
                contact_id=contact_of(recorded.stream_id),
                contact_name=event.contact_name.clear,
                contact_email=event.contact_email.clear,
                name=facts.name,
                operator=facts.operator,
                website=facts.website,
                purpose=facts.purpose,
                state=PortalState.REGISTERED,
                reason=None,
                wanted=[scope.value for scope in event.wanted],
                scopes=[],
                requests_per_minute=None,
                registered_at=recorded.recorded_at,
                approved_at=None,
                updated_at=recorded.recorded_at,
                version=recorded.version,
            )
        )

    @on(Portal.Approved)
    def _approved(self, recorded: Recorded, event: Portal.Approved, rows: Rows) -> None:
        row = _changed(recorded, rows)
        row.state, row.approved_at = PortalState.ACTIVE, recorded.recorded_at
        _grant(row, event.terms)

    @on(Portal.TermsChanged)
    def _terms_changed(self, recorded: Recorded, event: Portal.TermsChanged, rows: Rows) -> None:
        _grant(_changed(recorded, rows), event.terms)

    @on(Portal.Rejected, Portal.Suspended, Portal.Reinstated)
    def _moved(self, recorded: Recorded, event: Any, rows: Rows) -> None:
        row = _changed(recorded, rows)
        row.state, row.reason = _STATES[type(event)], getattr(event, "reason", None)

    @on(Portal.Closed)
    def _closed(self, recorded: Recorded, event: Portal.Closed, rows: Rows) -> None:
        row = _changed(recorded, rows)
        row.state, row.reason = PortalState.CLOSED, event.reason
        revoked = "UPDATE keys SET revoked_at = %s WHERE portal_id = %s AND revoked_at IS NULL"
        rows.execute(revoked, (recorded.recorded_at, row.id), changes=KeyRow)
        rows.execute("DELETE FROM webhooks WHERE portal_id = %s", (row.id,), changes=WebhookRow)

    @on(Portal.KeyIssued)
    def _key_issued(self, recorded: Recorded, event: Portal.KeyIssued, rows: Rows) -> None:
        _changed(recorded, rows)
        rows.add(
            KeyRow(
                id=event.key_id,
                portal_id=recorded.stream_id,
                name=event.name,
                scopes=[scope.value for scope in event.scopes],
                issued_at=recorded.recorded_at,
                ends_at=event.ends_at,
                revoked_at=None,
            )
        )

    @on(Portal.KeyRotated)
    def _key_rotated(self, recorded: Recorded, event: Portal.KeyRotated, rows: Rows) -> None:
        _changed(recorded, rows)
        old = rows.change(KeyRow, event.key_id)
        rows.add(
            KeyRow(
                id=event.new_key_id,
                portal_id=old.portal_id,
                name=old.name,
                scopes=old.scopes,
                issued_at=recorded.recorded_at,
                ends_at=old.ends_at,
                revoked_at=None,
            )
        )
        old.ends_at = event.ends_at

    @on(Portal.KeyRevoked)
    def _key_revoked(self, recorded: Recorded, event: Portal.KeyRevoked, rows: Rows) -> None:
        _changed(recorded, rows)
        rows.change(KeyRow, event.key_id).revoked_at = recorded.recorded_at

    @on(Portal.WebhookAdded)
    def _webhook_added(self, recorded: Recorded, event: Portal.WebhookAdded, rows: Rows) -> None:
        _changed(recorded, rows)
        rows.add(
            WebhookRow(
                id=event.webhook_id,
                portal_id=recorded.stream_id,
                url=event.url,
                kinds=[kind.value for kind in event.kinds],
                paused=None,
                added_at=recorded.recorded_at,
                since=recorded.position,
            )
        )

    @on(Portal.WebhookChanged)
    def _webhook_changed(
        self, recorded: Recorded, event: Portal.WebhookChanged, rows: Rows
    ) -> None:
        _changed(recorded, rows)
        row = rows.change(WebhookRow, event.webhook_id)
        row.url, row.kinds = event.url, [kind.value for kind in event.kinds]

    @on(Portal.WebhookPaused)
    def _webhook_paused(self, recorded: Recorded, event: Portal.WebhookPaused, rows: Rows) -> None:
        _changed(recorded, rows)
        rows.change(WebhookRow, event.webhook_id).paused = event.cause.value

    @on(Portal.WebhookResumed)
    def _webhook_resumed(
        self, recorded: Recorded, event: Portal.WebhookResumed, rows: Rows
    ) -> None:
        _changed(recorded, rows)
        rows.change(WebhookRow, event.webhook_id).paused = None

    @on(Portal.WebhookRemoved)
    def _webhook_removed(
        self, recorded: Recorded, event: Portal.WebhookRemoved, rows: Rows
    ) -> None:
        _changed(recorded, rows)
        rows.remove(WebhookRow, event.webhook_id)

    @on(Portal.WebhookSecretRotated)
    def _touched(self, recorded: Recorded, _event: Any, rows: Rows) -> None:
        _changed(recorded, rows)


_STATES = {
    Portal.Rejected: PortalState.REJECTED,
    Portal.Suspended: PortalState.SUSPENDED,
    Portal.Reinstated: PortalState.ACTIVE,
}


def _changed(recorded: Recorded, rows: Rows) -> PortalRow:
    row = rows.change(PortalRow, recorded.stream_id)
    row.version = recorded.version
    row.updated_at = recorded.recorded_at
    return row


def _grant(row: PortalRow, terms: PortalTerms) -> None:
    row.scopes = [scope.value for scope in terms.scopes]
    row.requests_per_minute = terms.requests_per_minute
