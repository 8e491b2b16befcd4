from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

import typer

from domain.work import polish_day
from infra.history import Asked, Entry, causes, last_known, told
from infra.history import history as entries_of
from infra.keyfiles import vault
from projections.log import Recorded
from projections.projection import Projection
from projections.registry import PROJECTIONS
from projections.rows import Row
from projections.words import WORDS
from workers.cli.boundary import Refused
from workers.cli.session import Session, session
from workers.cli.speech import AsJson, answer, say, table

HELP = say(
    "Dzieje gminy, spotkania, praktyki albo projektu: co się stało, kto, kiedy i dlaczego. Jak znano je w "
    "chwili --as-of, jakie były w dniu --effective-on, co się zmieniło od chwili --difference.",
    "The history of a municipality, meeting, practice or initiative: what happened, who, when and why. As it "
    "was known at --as-of, as it was true on --effective-on, what has changed since --difference.",
)
MOMENTS = ["%Y-%m-%d", *(f"%Y-%m-%dT%H:%M:%S{rest}" for rest in ("", "%z", ".%f", ".%f%z"))]
READ_MODELS = {
    "Municipality": "municipalities",
    "Meeting": "meetings",
    "Practice": "practices",
    "Initiative": "initiatives",
}


@dataclass(frozen=True)
class Subject:
    stream_id: UUID
    projection: Projection
    entries: list[Entry]


def history(
    subject: Annotated[UUID, typer.Argument(metavar="ID")],
    as_of: Annotated[
        datetime | None,
        typer.Option(formats=MOMENTS, help=say("Jak wiedziano.", "As it was known.")),
    ] = None,
    effective_on: Annotated[
        datetime | None,
        typer.Option(formats=MOMENTS[:1], help=say("Jak było.", "As it was true.")),
    ] = None,
    difference: Annotated[
        datetime | None,
        typer.Option(
            formats=MOMENTS, help=say("Co się zmieniło od tej chwili.", "What changed since then.")
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    day = effective_on.date() if effective_on else None
    _refuse_the_future(as_of, day)
    with session("history") as opened:
        found = _subject(opened, subject)
        if difference is not None:
            before = _row(opened, found, Asked(found.projection, _known(opened, difference), day))
            after = _row(opened, found, Asked(found.projection, _known(opened, as_of), day))
            _tell_difference(before, after, as_json=as_json)
        elif as_of is not None or day is not None:
            asked = Asked(found.projection, _known(opened, as_of), day)
            _tell_row(opened, found, asked, as_json=as_json)
        else:
            _tell_events(found.entries, as_json=as_json)


def _refuse_the_future(as_of: datetime | None, day: date | None) -> None:
    now = datetime.now(UTC)
    if (as_of and _in_utc(as_of) > now) or (day and day > polish_day(now)):
        raise Refused("Pytać można o to, co już było.", "Ask about what has been.")


def _in_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _known(opened: Session, at: datetime | None) -> int | None:
    return None if at is None else last_known(opened.connection, _in_utc(at))


def _subject(opened: Session, stream_id: UUID) -> Subject:
    entries = entries_of(opened.connection, stream_id, vault(opened.settings))
    name = READ_MODELS.get(entries[0].type.split(".")[0]) if entries else None
    if name is None:
        raise Refused(
            f"Nie ma gminy, spotkania, praktyki ani projektu {stream_id}.",
            f"There is no municipality, meeting, practice or initiative {stream_id}.",
        )
    return Subject(stream_id, PROJECTIONS[name], entries)


def _row(opened: Session, subject: Subject, asked: Asked) -> dict[str, Any]:
    """Empty: there was nothing yet."""
    rows = told(opened.connection, opened.log, asked, subject.stream_id).rows
    root = _root(subject)
    row = rows.get((root, (subject.stream_id,)))
    return {} if row is None else {name: getattr(row, name) for name in row.__struct_fields__}


def _root(subject: Subject) -> type[Row]:
    return next(row for row in subject.projection.rows if row.table == subject.projection.name)


def _tell_events(entries: list[Entry], *, as_json: bool) -> None:
    told_ = [
        {
            "position": entry.position,
            "recorded_at": entry.recorded_at,
            "effective_on": entry.effective_on,
            "type": entry.type,
            "actor": entry.actor,
            "on_behalf_of": entry.on_behalf_of,
            "command": entry.command_id,
            "reason": getattr(entry.event, "reason", None),
        }
        for entry in entries
    ]
    head = [
        say("zapisano", "recorded"),
        say("od dnia", "true since"),
        say("kto", "who"),
        say("co", "what"),
        say("dlaczego", "why"),
    ]
    lines = [
        [
            f"{one['recorded_at']:%Y-%m-%d %H:%M}",
            one["effective_on"],
            one["on_behalf_of"] or one["actor"],
            _said(str(one["type"])),
            one["reason"],
        ]
        for one in told_
    ]
    answer(told_, table([head, *lines]), as_json=as_json)


def _tell_row(opened: Session, subject: Subject, asked: Asked, *, as_json: bool) -> None:
    row = _row(opened, subject, asked)
    if not row:
        answer(None, say("Jeszcze tego nie było.", "It wasn't there yet."), as_json=as_json)
        return
    by = causes(opened.connection, opened.log, asked, subject.stream_id, _root(subject))
    head = [say("pole", "field"), say("wartość", "value"), say("z czego", "set by")]
    lines = [[name, value, _cause(by[name])] for name, value in row.items()]
    answer(row, table([head, *lines]), as_json=as_json)


def _tell_difference(before: dict[str, Any], after: dict[str, Any], *, as_json: bool) -> None:
    changed = [
        {"field": name, "before": before.get(name), "after": after.get(name)}
        for name in (after or before)
        if before.get(name) != after.get(name)
    ]
    head = [say("pole", "field"), say("było", "before"), say("jest", "after")]
    lines = [list(each.values()) for each in changed]
    nothing = say("Nic się nie zmieniło.", "Nothing has changed.")
    answer(changed, table([head, *lines]) if changed else nothing, as_json=as_json)


def _cause(recorded: Recorded) -> str:
    return f"{recorded.recorded_at:%Y-%m-%d %H:%M} {_said(recorded.type)}"


def _said(kind: str) -> str:
    words = WORDS.get(kind)
    return say(words["pl"], words["en"]) if words else kind
