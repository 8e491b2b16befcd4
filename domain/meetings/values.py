"""What a meeting is made of, and what can be refused about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.errors import DomainError, FieldProblem, ImplausibleDate, Malformed, NotFound
from domain.personal import Personal
from domain.values import date_problems, link_problems, text_problems
from domain.work import polish_day

TEXT_LIMIT = 100_000


class MeetingState(StrEnum):
    PLANNED = "PLANNED"
    INVITED = "INVITED"
    POSTPONED = "POSTPONED"
    CANCELLED = "CANCELLED"
    HELD = "HELD"
    MINUTES_APPROVED = "MINUTES_APPROVED"
    MINUTES_PUBLISHED = "MINUTES_PUBLISHED"


class Answer(StrEnum):
    NONE = "NONE"
    ACCEPTED = "ACCEPTED"
    TENTATIVE = "TENTATIVE"
    DECLINED = "DECLINED"


class ActionState(StrEnum):
    OPEN = "OPEN"
    DONE = "DONE"
    DROPPED = "DROPPED"


class MeetingNotFound(NotFound):
    code = "meeting_not_found"
    pl = "Nie ma takiego spotkania."
    en = "There is no such meeting."


class MeetingStateForbids(DomainError):
    code = "meeting_state_forbids"
    pl = "W obecnym stanie spotkania ({state}) nie jest to możliwe."
    en = "The meeting's present state ({state}) does not allow this."


class NotYetHeld(DomainError):
    code = "not_yet_held"
    pl = "Spotkanie nie mogło odbyć się {on}: ten dzień jeszcze nie nadszedł."
    en = "The meeting can't have been held on {on}: that day has not come yet."


class NotAnAttendee(DomainError):
    code = "not_an_attendee"
    pl = "Protokół zatwierdzają wójtowie, burmistrzowie i prezydenci gmin, które wzięły udział w spotkaniu."
    en = "The minutes are approved by the executives of the municipalities that attended."


class MinutesChanged(DomainError):
    code = "minutes_changed"
    pl = "Protokół zmienił się od chwili, gdy go pokazano: trzeba przeczytać go ponownie."
    en = "The minutes have changed since they were shown: they have to be read again."


class MinutesEmpty(DomainError):
    code = "minutes_empty"
    pl = "Protokół nie ma jeszcze treści."
    en = "The minutes have no text yet."


class ActionItemClosed(DomainError):
    code = "action_item_closed"
    pl = "Zadanie jest już zakończone ({state})."
    en = "The action item is closed already ({state})."


@dataclass(frozen=True)
class Plan:
    """When (moments, with a zone), where, and what about. `link`: to join from afar."""

    title: str
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    link: str | None = None
    description: str = ""

    @property
    def day(self) -> date:
        return polish_day(self.starts_at)


@dataclass(frozen=True)
class AgendaItem:
    """`minutes` is how long it is to take. What isn't public is seen by the participants alone."""

    title: str
    description: str = ""
    public: bool = True
    minutes: int | None = None


@dataclass(frozen=True)
class MinutesSection:
    """`body` is Markdown, `body_html` its rendering; `agenda_item` is what it reports on."""

    heading: str
    body: str
    body_html: str = ""
    agenda_item: UUID | None = None
    public: bool = True


@dataclass(frozen=True)
class Guest:
    """A person invited or present; `municipality` None: from outside, such as an expert."""

    id: UUID
    name: Personal
    office: str
    municipality: str | None


@dataclass(frozen=True)
class Decision:
    id: UUID
    text: str
    agenda_item: UUID | None = None


@dataclass(frozen=True)
class ActionItem:
    id: UUID
    text: str
    owner: str
    due_on: date | None = None
    state: ActionState = ActionState.OPEN


def plan_problems(plan: Plan, today: date) -> Iterable[FieldProblem]:
    yield from text_problems("title", plan.title, 300)
    yield from text_problems("place", plan.place, 300, required=False)
    yield from text_problems(
        "description", plan.description, TEXT_LIMIT, required=False, multiline=True
    )
    if plan.link is not None:
        yield from link_problems("link", plan.link)
    yield from time_problems(plan.starts_at, plan.ends_at, today)


def time_problems(starts_at: datetime, ends_at: datetime, today: date) -> Iterable[FieldProblem]:
    for name, at in (("startsAt", starts_at), ("endsAt", ends_at)):
        if at.tzinfo is None:
            yield Malformed(name, value=at.isoformat())
            return
    yield from date_problems(
        "startsAt", polish_day(starts_at), today, latest=date(today.year + 10, 12, 31)
    )
    if not timedelta(0) < ends_at - starts_at <= timedelta(days=7):
        latest = starts_at + timedelta(days=7)
        yield ImplausibleDate("endsAt", value=ends_at, earliest=starts_at, latest=latest)


def agenda_problems(item: AgendaItem) -> Iterable[FieldProblem]:
    yield from text_problems("title", item.title, 300)
    yield from text_problems(
        "description", item.description, TEXT_LIMIT, required=False, multiline=True
    )
    if item.minutes is not None and not 0 < item.minutes <= 24 * 60:
        yield Malformed("minutes", value=item.minutes)


def section_problems(section: MinutesSection) -> Iterable[FieldProblem]:
    yield from text_problems("heading", section.heading, 300)
    yield from text_problems("body", section.body, TEXT_LIMIT, multiline=True)
