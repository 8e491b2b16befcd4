"""The base of commands and the one dispatch table from a command to its handler and to who may give it."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from domain.errors import NotPermitted
from domain.roles import Actor, Role
from domain.values import parse_terc

if TYPE_CHECKING:
    from domain.aggregate import Aggregate
    from domain.work import Work


@dataclass(frozen=True, kw_only=True)
class Command:
    """`command_id` is made by the client: the same command given twice happens once.

    `expected_version` is the version of the stream that the client saw; None: whatever it is now.
    """

    command_id: UUID
    expected_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class OnBehalf(Command):
    """Given on behalf of a municipality (`municipality`: TERC), on a stream that isn't its own alone.

    Officials speak for their own municipality only. What that one may do there, the aggregate says.
    """

    municipality: str


class Whose(Enum):
    OWN = "streams of the actor's own municipality"
    SHARED = (
        "streams in which the actor's municipality takes part; the aggregate says who may do what"
    )
    NETWORK = "streams of the network, or of any municipality"
    SELF = "the actor's own account, whatever its roles"
    PORTAL = "the actor's own portal"


@dataclass(frozen=True)
class Permission:
    roles: frozenset[Role]
    on: Whose

    def check(self, actor: Actor) -> None:
        """The coordinator is every municipality's help of last resort; raises NotPermitted."""
        if self.on is Whose.SELF:
            allowed = actor.account is not None
        elif self.on is Whose.PORTAL and actor.portal is None:
            allowed = actor.is_coordinator
        else:
            allowed = actor.is_coordinator or bool(actor.roles & self.roles)
        if not allowed:
            raise NotPermitted

    def check_stream(self, actor: Actor, stream: "Aggregate") -> None:
        """Raises NotPermitted."""
        if self.on is Whose.SELF:
            if actor.account != stream.account:
                raise NotPermitted
            return
        if actor.is_coordinator or self.on is Whose.NETWORK:
            return
        if self.on is Whose.PORTAL:
            if actor.portal is None or actor.portal != stream.portal:
                raise NotPermitted
            return
        writers = stream.participants if self.on is Whose.SHARED else {stream.owner}
        if actor.municipality is None or actor.municipality not in writers:
            raise NotPermitted


def check_speaker(actor: Actor, command: Command) -> None:
    """Raises NotPermitted: before anything is looked up, so that it says nothing of what there is."""
    if not isinstance(command, OnBehalf) or actor.is_coordinator:
        return
    if actor.municipality != parse_terc(command.municipality, "municipality"):
        raise NotPermitted


C = TypeVar("C", bound=Command)
Handler = Callable[[Any, "Work"], Any]

HANDLERS: dict[type[Command], tuple[Handler, Permission]] = {}


def handles(
    command: type[C], *, by: set[Role], on: Whose = Whose.OWN
) -> Callable[[Callable[[C, "Work"], Any]], Callable[[C, "Work"], Any]]:
    """Registers a handler; it returns the aggregate that the command was about."""

    def register(handler: Callable[[C, "Work"], Any]) -> Callable[[C, "Work"], Any]:
        HANDLERS[command] = (handler, Permission(frozenset(by), on))
        return handler

    return register


def digest(command: Command, actor: Actor) -> bytes:
    """Eight bytes that tell a repeated command from a different one under the same id."""
    told = ", ".join(
        f"{field.name}={_repr(getattr(command, field.name))}"
        for field in fields(command)
        if field.repr
    )
    said = f"{actor.id}\0{type(command).__qualname__}({told})".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(said, digest_size=8).digest()


def _repr(value: object) -> str:
    """The same in every process: a set of texts has another order in each."""
    if isinstance(value, frozenset) and value:
        return f"frozenset({{{', '.join(sorted(map(repr, value)))}}})"
    return repr(value)
