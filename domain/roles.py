"""Who acts: roles, and the actor that every event names."""

from dataclasses import dataclass, field
from enum import StrEnum

from domain.values import Terc


class Role(StrEnum):
    COORDINATOR = "COORDINATOR"
    MUNICIPALITY_ADMIN = "MUNICIPALITY_ADMIN"
    EXECUTIVE = "EXECUTIVE"
    EDITOR = "EDITOR"
    FUNDS_OFFICER = "FUNDS_OFFICER"
    AUDITOR = "AUDITOR"
    PORTAL = "PORTAL"


@dataclass(frozen=True)
class Actor:
    """`id` is what the log keeps; it never is a person's name. `municipality` None: the network's."""

    id: str
    roles: frozenset[Role] = field(default_factory=frozenset)
    municipality: Terc | None = None

    @property
    def is_coordinator(self) -> bool:
        return Role.COORDINATOR in self.roles


ANONYMOUS = Actor("anonymous")
OPERATOR = Actor("operator", frozenset({Role.COORDINATOR}))
SYSTEM = Actor("system", frozenset({Role.COORDINATOR}))
