"""Who is asking."""

from dataclasses import dataclass
from uuid import UUID

from domain.portals import Scope
from domain.roles import ANONYMOUS, OPERATOR, Actor, Role
from domain.visibility import EVERYTHING, Audience
from domain.visibility import PUBLIC as EVERYONE
from infra.portals.keys import Holder

COST = 5_000
PORTAL_COST = 20_000
"""What one operation may cost: of anybody, and of a portal that was granted READ_PUBLIC."""


@dataclass(frozen=True)
class Viewer:
    """`audience` decides what may be seen, `actor` gives the commands. `session`: a browser's.
    `key`: a portal's."""

    audience: Audience
    actor: Actor
    session: UUID | None = None
    key: Holder | None = None

    @property
    def cost(self) -> int:
        """What one of its operations may cost."""
        return PORTAL_COST if self.key and Scope.READ_PUBLIC in self.key.scopes else COST


def viewer_of(holder: Holder) -> Viewer:
    """Without the scope for webhooks a key only reads, and sees what anyone sees."""
    portal, key_id = holder.portal_id, str(holder.key_id)
    if Scope.WEBHOOKS in holder.scopes:
        actor = Actor(key_id, frozenset({Role.PORTAL}), portal=portal)
        return Viewer(Audience(portal=portal), actor, key=holder)
    return Viewer(EVERYONE, Actor(key_id), key=holder)


PUBLIC = Viewer(EVERYONE, ANONYMOUS)
COORDINATOR = Viewer(EVERYTHING, OPERATOR)
