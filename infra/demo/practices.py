"""Practices, adoptions and model solutions of the demo, in all their states."""

from typing import Any
from uuid import UUID

from domain.money import Grosze
from domain.practices import (
    AbandonAdoption,
    AcceptAuthorship,
    Adopted,
    ArchivePractice,
    ArchiveSolution,
    CorrectPractice,
    DraftPractice,
    ExpressInterest,
    InviteAuthors,
    LeaveAuthorship,
    PracticeText,
    ProposeSolution,
    RecordImplementation,
    ReleaseSolution,
    ReturnPractice,
    RewriteSolution,
    SolutionSection,
    StartAdapting,
    SubmitPractice,
    ValidatePractice,
    WriteSolution,
)
from infra.demo.telling import EXAMPLE, Step, Telling, marked, stories

FILE = "practices.toml"

_PRACTICE: dict[str, Any] = {
    "submit": SubmitPractice,
    "return": ReturnPractice,
    "validate": ValidatePractice,
    "correct": CorrectPractice,
    "archive": ArchivePractice,
}
_ADOPTION: dict[str, Any] = {
    "interest": ExpressInterest,
    "adapt": StartAdapting,
    "implement": RecordImplementation,
    "abandon": AbandonAdoption,
}
_SOLUTION: dict[str, Any] = {
    "invite": InviteAuthors,
    "accept": AcceptAuthorship,
    "leave": LeaveAuthorship,
    "write": WriteSolution,
    "rewrite": RewriteSolution,
    "release": ReleaseSolution,
    "archive": ArchiveSolution,
}
_ABOUT = {"key", "municipality", "days", "steps", "adoption", "cost_zl", "title", "tags"}


def practices(telling: Telling) -> None:
    for told in stories(FILE, "practice"):
        _practice(telling, told)
    for told in stories(FILE, "solution"):
        _solution(telling, told)


def _practice(telling: Telling, told: dict[str, Any]) -> None:
    name, author = f"practice:{told['key']}", told["municipality"]
    at = telling.moment(told["days"])
    facts: dict[str, Any] = {"municipality": author, "text": _text(told)}
    practice = telling.give(DraftPractice, name, by=author, at=at, **facts).practice_id
    telling.names[name] = practice
    for number, step in enumerate(told["steps"]):
        happened = dict(step)
        command = _PRACTICE[happened.pop("step")]
        if command is CorrectPractice:
            reason = happened.pop("reason")
            changed = {name: happened.pop(name) for name in set(happened) - {"days", "by"}}
            happened |= {"text": _text(told | changed), "reason": reason}
        # The coordinator validates what names no member; what its author does, its author does.
        by = "" if command is ValidatePractice else author
        _give(telling, command, f"{name}:{number}", happened, by, practice_id=practice)
    _adoptions(telling, told, name, Adopted.PRACTICE, practice)


def _text(told: dict[str, Any]) -> PracticeText:
    said = {name: value for name, value in told.items() if name not in _ABOUT}
    parts = {name: text.strip() for name, text in said.items() if isinstance(text, str)}
    cost = Grosze(told["cost_zl"] * 100) if "cost_zl" in told else None
    tags = (*told["tags"], EXAMPLE)
    return PracticeText(title=marked(told["title"]), cost=cost, tags=tags, **(said | parts))


def _adoptions(
    telling: Telling, told: dict[str, Any], name: str, of: Adopted, subject: UUID
) -> None:
    for adoption in told.get("adoption", ()):
        terc = adoption["municipality"]
        facts = {"municipality": terc, "of": of, "subject_id": subject}
        for number, step in enumerate(adoption["steps"]):
            happened = dict(step)
            command = _ADOPTION[happened.pop("step")]
            _give(telling, command, f"{name}:{terc}:{number}", happened, terc, **facts)


def _solution(telling: Telling, told: dict[str, Any]) -> None:
    name, lead = f"solution:{told['key']}", told["municipality"]
    at = telling.moment(told["days"])
    facts: dict[str, Any] = {
        "municipality": lead,
        "title": marked(told["title"]),
        "summary": told["summary"],
        "tags": (*told["tags"], EXAMPLE),
    }
    solution = telling.give(ProposeSolution, name, by=lead, at=at, **facts).solution_id
    telling.names[name] = solution
    for number, step in enumerate(told["steps"]):
        happened = dict(step)
        command = _SOLUTION[happened.pop("step")]
        key = happened.pop("key", None)
        if "section" in happened:
            happened["section_id"] = telling.names[f"{name}:{happened.pop('section')}"]
        if "heading" in happened:
            heading, body = happened.pop("heading"), happened.pop("body")
            happened["section"] = SolutionSection(heading, body)
        if "municipalities" in happened:
            happened["municipalities"] = tuple(happened["municipalities"])
        made = _give(telling, command, f"{name}:{number}", happened, lead, solution_id=solution)
        if key:
            telling.names[f"{name}:{key}"] = made.section_id
    _adoptions(telling, told, name, Adopted.SOLUTION, solution)


def _give(telling: Telling, command: Any, key: str, happened: Step, by: str, **facts: Any) -> Any:
    at, by = telling.moment(happened.pop("days")), happened.pop("by", by)
    return telling.give(command, key, by=by, at=at, **happened, **facts)
