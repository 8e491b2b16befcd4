"""Who may see what: the one rule, which every way out applies (`api.graphql.visibility` says it in SQL)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from uuid import UUID

from domain.roles import Actor, Role
from domain.values import Terc


class Level(StrEnum):
    PUBLIC = "PUBLIC"
    """Anyone."""
    NETWORK = "NETWORK"
    """Officials of active members, and of the municipalities that take part."""
    CONSORTIUM = "CONSORTIUM"
    """Officials of the municipalities that take part."""
    OWN = "OWN"
    """Officials of the municipality that it belongs to."""
    ADMINISTRATION = "ADMINISTRATION"
    """Administrators of the municipality that it belongs to: what concerns its people."""
    PORTAL = "PORTAL"
    """The portal that it belongs to: its people, and its keys as far as their scopes go."""
    PERSONAL = "PERSONAL"
    """The account that it belongs to, and nobody else."""


class Ground(Enum):
    """Why somebody may see something."""

    ANYONE = "anyone"
    MEMBER = "an official of an active member"
    PARTICIPANT = "an official of a municipality that takes part"
    OWNER = "an official of the municipality that it belongs to"
    ADMINISTRATOR = "an administrator of the municipality that it belongs to"
    PORTAL = "the portal that it belongs to"
    SELF = "the account that it belongs to"


GROUNDS: Mapping[Level, frozenset[Ground]] = {
    Level.PUBLIC: frozenset({Ground.ANYONE}),
    Level.NETWORK: frozenset({Ground.MEMBER, Ground.PARTICIPANT, Ground.OWNER}),
    # Whoever began it and has left takes part no more.
    Level.CONSORTIUM: frozenset({Ground.PARTICIPANT}),
    Level.OWN: frozenset({Ground.OWNER}),
    Level.ADMINISTRATION: frozenset({Ground.ADMINISTRATOR}),
    Level.PORTAL: frozenset({Ground.PORTAL}),
    Level.PERSONAL: frozenset({Ground.SELF}),
}


@dataclass(frozen=True)
class Audience:
    """What a viewer is to whoever decides what it may see: never who it is."""

    municipality: Terc | None = None
    """Whose official."""
    member: bool = False
    """Whether that municipality is an active member of the network."""
    administrator: bool = False
    everything: bool = False
    portal: UUID | None = None


PUBLIC = Audience()
EVERYTHING = Audience(everything=True)


def audience_of(actor: Actor, *, member: bool) -> Audience:
    """`member`: whether the actor's municipality is an active member."""
    if actor.roles & {Role.COORDINATOR, Role.AUDITOR}:
        return EVERYTHING
    if actor.municipality is None:
        return PUBLIC if actor.portal is None else Audience(portal=actor.portal)
    administrator = Role.MUNICIPALITY_ADMIN in actor.roles
    return Audience(actor.municipality, member, administrator)


def may_see(
    audience: Audience, level: Level, owner: str | None, participants: Collection[str] = ()
) -> bool:
    """`owner`, `participants`: TERC codes; an owner of None is the network. A portal's is its id.

    What is PERSONAL no audience sees: it isn't said who that is.
    """
    if level is Level.PERSONAL:
        return False
    if audience.everything or Ground.ANYONE in GROUNDS[level]:
        return True
    own = audience.municipality is not None and audience.municipality == owner
    holds = {
        Ground.MEMBER: audience.member,
        Ground.PARTICIPANT: audience.municipality in participants,
        Ground.OWNER: own,
        Ground.ADMINISTRATOR: own and audience.administrator,
        Ground.PORTAL: audience.portal is not None and str(audience.portal) == owner,
    }
    return any(holds[ground] for ground in GROUNDS[level])
