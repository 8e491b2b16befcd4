"""A list of calls becomes commands; a dry run tells what each line would change, and stores nothing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from uuid import uuid4

from domain.calls.call import FundingCall, ImportCall, call_key
from domain.calls.programme import ProgrammeNotFound, programme_key
from domain.calls.terms import Change, changes, terms_problems
from domain.cooperation import Cooperation
from domain.errors import DomainError, InvalidInput, StorageUnavailable
from domain.roles import Actor
from infra.sources.calls import CallLine


class CallOutcome(StrEnum):
    ANNOUNCED = "announced"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


@dataclass(frozen=True)
class PlannedCall:
    line: CallLine
    outcome: CallOutcome
    changes: tuple[Change, ...] = ()
    refusal: DomainError | None = None
    command: ImportCall | None = None


class ListedTwice(DomainError):
    code = "listed_twice"
    pl = "Ten nabór jest na liście więcej niż raz."
    en = "This call is on the list more than once."


def plan(cooperation: Cooperation, lines: Iterable[CallLine], by: Actor) -> Iterator[PlannedCall]:
    """Each line is refused here with what it would be refused with when it is carried out."""
    seen: set[tuple[str, str]] = set()
    for line in lines:
        named = (line.programme.casefold(), str(line.given.get("number", "")).casefold())
        try:
            if not line.problems:
                if named in seen:
                    raise ListedTwice
                seen.add(named)
            yield _planned(cooperation, line, by)
        except StorageUnavailable:
            raise
        except DomainError as refusal:
            yield PlannedCall(line, CallOutcome.REFUSED, refusal=refusal)


def carry_out(
    cooperation: Cooperation, planned: Iterable[PlannedCall], by: Actor
) -> Iterator[PlannedCall]:
    """Lines that can't be read, and those that change nothing, are left alone."""
    for each in planned:
        if each.command is None or each.outcome is CallOutcome.UNCHANGED:
            yield each
            continue
        try:
            cooperation.execute(each.command, by)
        except StorageUnavailable:
            raise
        except DomainError as refusal:
            yield PlannedCall(each.line, CallOutcome.REFUSED, refusal=refusal)
        else:
            yield each


def _planned(cooperation: Cooperation, line: CallLine, by: Actor) -> PlannedCall:
    if line.problems:
        return PlannedCall(line, CallOutcome.REFUSED)
    programme = cooperation.store.holder(programme_key(line.programme))
    if programme is None:
        raise ProgrammeNotFound
    held = cooperation.store.holder(call_key(programme, str(line.given["number"])))
    known = cooperation.store.load(FundingCall, held) if held is not None else None
    terms = line.terms(known.terms if known else None)
    problems = list(terms_problems(terms))
    if problems:
        raise InvalidInput(problems)
    command = ImportCall(command_id=uuid4(), programme_code=line.programme, terms=terms)
    cooperation.rehearse(command, by)
    if known is None:
        return PlannedCall(line, CallOutcome.ANNOUNCED, command=command)
    found = tuple(changes(known.terms, terms))
    outcome = CallOutcome.CHANGED if found else CallOutcome.UNCHANGED
    return PlannedCall(line, outcome, found, command=command)
