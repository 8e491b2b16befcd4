"""Who is asking."""

from dataclasses import dataclass
from uuid import UUID

from domain.roles import ANONYMOUS, OPERATOR, Actor
from domain.visibility import EVERYTHING, Audience
from domain.visibility import PUBLIC as EVERYONE


@dataclass(frozen=True)
class Viewer:
    """`audience` decides what may be seen, `actor` gives the commands. `session`: a browser's."""

    audience: Audience
    actor: Actor
    session: UUID | None = None


PUBLIC = Viewer(EVERYONE, ANONYMOUS)
COORDINATOR = Viewer(EVERYTHING, OPERATOR)
