"""What a portal says of itself, and what it was granted."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from domain.errors import FieldProblem, Malformed, Missing
from domain.values import link_problems, text_problems

MOST_REQUESTS = 100_000
"""A minute, of one key."""


class Scope(StrEnum):
    READ_PUBLIC = "READ_PUBLIC"
    """What anyone may read, within a portal's larger limits."""
    CHANGES = "CHANGES"
    """That it means to follow the feed of public changes: for the coordinator to know, as anybody may."""
    WEBHOOKS = "WEBHOOKS"
    """The portal's own webhooks: to see and to change them."""


class ChangeKind(StrEnum):
    """What a public change is about."""

    NEWS = "NEWS"
    MEETING = "MEETING"
    PRACTICE = "PRACTICE"
    ADOPTION = "ADOPTION"
    SOLUTION = "SOLUTION"
    MUNICIPALITY = "MUNICIPALITY"
    PROGRAMME = "PROGRAMME"
    CALL = "CALL"
    INITIATIVE = "INITIATIVE"


@dataclass(frozen=True)
class PortalFacts:
    """`operator`: the institution that runs it. `purpose`: what it wants the data for."""

    name: str
    operator: str
    website: str
    purpose: str

    def problems(self) -> Iterable[FieldProblem]:
        yield from text_problems("name", self.name, 100)
        yield from text_problems("operator", self.operator, 200)
        yield from link_problems("website", self.website)
        yield from text_problems("purpose", self.purpose, 2000, multiline=True)


@dataclass(frozen=True)
class PortalTerms:
    """`requests_per_minute` is the quota of each of its keys.

    Scopes are a tuple, here and in commands: a set has another `repr` in every process, and with it a
    repeated command another digest.
    """

    scopes: tuple[Scope, ...]
    requests_per_minute: int = 600

    def tidied(self) -> "PortalTerms":
        return replace(self, scopes=in_order(self.scopes))

    def problems(self) -> Iterable[FieldProblem]:
        yield from scope_problems(self.scopes)
        if not 1 <= self.requests_per_minute <= MOST_REQUESTS:
            yield Malformed("requestsPerMinute", value=str(self.requests_per_minute))


def scope_problems(scopes: tuple[Scope, ...]) -> Iterable[FieldProblem]:
    if not scopes:
        yield Missing("scopes")


def in_order(scopes: Iterable[Scope]) -> tuple[Scope, ...]:
    return tuple(sorted(set(scopes)))
