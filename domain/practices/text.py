"""What a practice says of itself, and what can be wrong with it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from domain.errors import FieldProblem, ImplausibleDate, Malformed, TooMany
from domain.money import LIMIT, Grosze
from domain.values import date_problems, link_problems, text_problems

PART_LIMIT = 50_000  # characters of Markdown


@dataclass(frozen=True)
class Evidence:
    """A document or page that shows it, kept elsewhere."""

    title: str
    url: str


@dataclass(frozen=True)
class PracticeText:
    """Parts are Markdown. `cost` and `people` are what it took; None where not known."""

    title: str
    summary: str
    problem: str = ""
    solution: str = ""
    success: str = ""
    difficulties: str = ""
    transfer: str = ""
    institution: str = ""
    place: str = ""
    started_on: date | None = None
    ended_on: date | None = None
    cost: Grosze | None = None
    people: int | None = None
    tags: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    contact_unit: str = ""


PARTS = ("problem", "solution", "success", "difficulties", "transfer")


def practice_problems(text: PracticeText, today: date) -> Iterable[FieldProblem]:
    yield from text_problems("title", text.title, 300)
    yield from text_problems("summary", text.summary, 2_000, multiline=True)
    for name in PARTS:
        yield from text_problems(
            name, getattr(text, name), PART_LIMIT, required=False, multiline=True
        )
    for name, value in (
        ("institution", text.institution),
        ("place", text.place),
        ("contactUnit", text.contact_unit),
    ):
        yield from text_problems(name, value, 200, required=False)
    yield from _time_problems(text, today)
    yield from _resource_problems(text)
    yield from tag_problems(text.tags)
    yield from evidence_problems(text.evidence)


def missing_parts(text: PracticeText) -> tuple[str, ...]:
    """What another town could not do without: needed before it goes to be validated."""
    needed = ("problem", "solution", "success", "transfer")
    return tuple(name for name in needed if not getattr(text, name).strip())


def tag_problems(tags: tuple[str, ...]) -> Iterable[FieldProblem]:
    if len(tags) > 20:
        yield TooMany("tags", limit=20, length=len(tags))
    for tag in tags[:20]:
        yield from text_problems("tags", tag, 50)


def evidence_problems(evidence: tuple[Evidence, ...]) -> Iterable[FieldProblem]:
    if len(evidence) > 50:
        yield TooMany("evidence", limit=50, length=len(evidence))
    for one in evidence[:50]:
        yield from text_problems("evidence.title", one.title, 200)
        yield from link_problems("evidence.url", one.url)


def _time_problems(text: PracticeText, today: date) -> Iterable[FieldProblem]:
    for name, on in (("startedOn", text.started_on), ("endedOn", text.ended_on)):
        if on is not None:
            yield from date_problems(name, on, today)
    if text.started_on and text.ended_on and text.ended_on < text.started_on:
        latest = date(today.year + 1, 12, 31)
        yield ImplausibleDate(
            "endedOn", value=text.ended_on, earliest=text.started_on, latest=latest
        )


def _resource_problems(text: PracticeText) -> Iterable[FieldProblem]:
    if text.cost is not None and not 0 <= text.cost <= LIMIT:
        yield Malformed("cost", value=text.cost)
    if text.people is not None and not 0 <= text.people <= 100_000:
        yield Malformed("people", value=text.people)
