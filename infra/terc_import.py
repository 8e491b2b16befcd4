"""GUS's register of municipalities taken over into ours: what differs, in batches of one transaction each.

Broken off, it is made up for by the next import, which asks anew what differs.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from domain.cooperation import Cooperation
from domain.errors import DomainError, StorageUnavailable
from domain.roles import Actor
from infra.sources.terc import Change

TOGETHER = 100


class Recorded(NamedTuple):
    """`refusal`: such as a file older than what we know already."""

    change: Change
    refusal: DomainError | None = None


def carry_out(cooperation: Cooperation, changes: Sequence[Change], by: Actor) -> Iterator[Recorded]:
    """Only of changes that have a command: what vanished is for a person to decide."""
    given = [(change, command) for change in changes if (command := change.command())]
    for at in range(0, len(given), TOGETHER):
        some = given[at : at + TOGETHER]
        answers = cooperation.execute_all([command for _, command in some], by)
        for (change, _), answer in zip(some, answers, strict=True):
            if isinstance(answer, StorageUnavailable):
                raise answer
            yield Recorded(change, answer if isinstance(answer, DomainError) else None)
