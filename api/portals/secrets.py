"""Secrets made for keys and webhooks once the log knows of them: each is told once."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from infra.portals import keys, secrets
from infra.portals.keys import Place

if TYPE_CHECKING:
    from api.auth.accounts import Accounts


class PortalSecrets:
    def __init__(self, accounts: "Accounts") -> None:
        self._accounts = accounts

    async def of_key(self, key_id: UUID, portal_id: UUID) -> str | None:
        """None: it was told already."""
        return await self._accounts.do(self._key, Place(key_id, portal_id))

    async def of_webhook(
        self, secret_id: UUID, webhook_id: UUID, others_end_at: datetime
    ) -> str | None:
        """None: it was told already."""
        return await self._accounts.do(self._webhook, secret_id, webhook_id, others_end_at)

    def _key(self, place: Place) -> str | None:
        with self._accounts.desk.connection() as connection:
            return keys.issue(connection, place)

    def _webhook(self, secret_id: UUID, webhook_id: UUID, others_end_at: datetime) -> str | None:
        desk = self._accounts.desk
        with desk.connection() as connection:
            return secrets.issue(
                connection, desk.master, secret_id, webhook_id, desk.now(), others_end_at
            )
