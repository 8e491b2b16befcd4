"""Who acts: roles, and the actor that every event names."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from domain.values import Terc


class Role(StrEnum):
    COORDINATOR = "COORDINATOR"
    MUNICIPALITY_ADMIN = "MUNICIPALITY_ADMIN"
    EXECUTIVE = "EXECUTIVE"
    EDITOR = "EDITOR"
    FUNDS_OFFICER = "FUNDS_OFFICER"
    AUDITOR = "AUDITOR"
    PORTAL = "PORTAL"


ROLES_OF_A_MUNICIPALITY = frozenset(
    {Role.MUNICIPALITY_ADMIN, Role.EXECUTIVE, Role.EDITOR, Role.FUNDS_OFFICER}
)
ROLES_OF_A_PORTAL = frozenset({Role.PORTAL})
ROLES_OF_THE_NETWORK = frozenset({Role.COORDINATOR, Role.AUDITOR})


@dataclass(frozen=True)
class Actor:
    """`id` is what the log keeps; it never is a person's name. `municipality` None: the network's.

    `account` None: nobody signed in, such as the terminal of the machine itself, or a portal's key.
    `portal`: the one that it acts for, as one of its people or as its key.
    """

    id: str
    roles: frozenset[Role] = field(default_factory=frozenset)
    municipality: Terc | None = None
    account: UUID | None = None
    portal: UUID | None = None

    @classmethod
    def of(
        cls,
        account: UUID,
        roles: Iterable[Role],
        municipality: Terc | None,
        portal: UUID | None = None,
    ) -> "Actor":
        return cls(str(account), frozenset(roles), municipality, account, portal)

    @property
    def is_coordinator(self) -> bool:
        return Role.COORDINATOR in self.roles


ANONYMOUS = Actor("anonymous")
OPERATOR = Actor("operator", frozenset({Role.COORDINATOR}))
SYSTEM = Actor("system", frozenset({Role.COORDINATOR}))
