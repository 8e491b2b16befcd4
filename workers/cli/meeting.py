from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from domain.roles import OPERATOR
from domain.values import parse_terc
from infra.calendar_file import MEETINGS, SERIES, written
from infra.meeting_import import Imported, Outcome, carry_out
from infra.sources.calendar import CalendarFile, read_calendar
from infra.sources.model import UnreadableSource
from workers.cli.boundary import Exit, Refused, refusal
from workers.cli.reading import Count, Terc, rows, tell
from workers.cli.session import session
from workers.cli.speech import AsJson, answer, err, out, say, table

app = typer.Typer(no_args_is_help=True, help=say("Spotkania i ich cykle.", "Meetings and series."))

_WARSAW = "to_char({} AT TIME ZONE 'Europe/Warsaw', 'YYYY-MM-DD HH24:MI')"


@app.command("list", help=say("Spotkania, najpóźniejsze najpierw.", "Meetings, latest first."))
def list_meetings(
    state: Annotated[str, typer.Option(help="PLANNED … MINUTES_PUBLISHED")] = "",
    municipality: Terc = "",
    count: Count = 20,
    as_json: AsJson = False,
) -> None:
    with session("meeting list") as opened:
        found = rows(
            opened,
            f"SELECT {_WARSAW.format('starts_at')} AS starts_at, state, id, title, host->>'name' AS host, "
            "place FROM read_meetings.meetings WHERE (%s = '' OR state = %s) "
            "AND (%s = '' OR participants @> ARRAY[%s]) ORDER BY day DESC, id DESC LIMIT %s",
            *[state.upper()] * 2,
            *[municipality] * 2,
            count,
        )
    columns = (
        ("starts_at", "początek", "begins"),
        ("state", "stan", "state"),
        ("id", "id", "id"),
        ("title", "tytuł", "title"),
        ("host", "gospodarz", "host"),
    )
    tell(found, columns, as_json=as_json)


@app.command("show", help=say("Co wiadomo o spotkaniu.", "What is known of a meeting."))
def show(meeting_id: UUID, as_json: AsJson = False) -> None:
    with session("meeting show") as opened:
        found = rows(
            opened,
            f"SELECT id, title, state, host->>'name' AS host, {_WARSAW.format('starts_at')} AS starts_at, "
            f"{_WARSAW.format('ends_at')} AS ends_at, place, link, description, held_on, reason, "
            "minutes_hash, approved_on, published_on FROM read_meetings.meetings WHERE id = %s",
            meeting_id,
        )
        if not found:
            raise Refused(f"Nie ma spotkania {meeting_id}.", f"There is no meeting {meeting_id}.")
        parts = {name: rows(opened, query, meeting_id) for name, query in _PARTS.items()}
    lines = [f"{name}: {value}" for name, value in found[0].items() if value not in (None, "")]
    for name, listed in parts.items():
        if listed:
            told = table([list(listed[0]), *(list(row.values()) for row in listed)])
            lines += ["", say(*_NAMES[name]), told]
    answer(found[0] | parts, "\n".join(lines), as_json=as_json)


_PARTS = {
    "invitations": "SELECT municipality->>'name' AS municipality, answer, note "
    "FROM read_meetings.invitations WHERE meeting_id = %s ORDER BY 1",
    "agenda": "SELECT place AS nr, title, minutes, public, municipality->>'name' AS municipality "
    "FROM read_meetings.agenda_items WHERE meeting_id = %s ORDER BY place",
    "attendance": "SELECT name, office, municipality->>'name' AS municipality "
    "FROM read_meetings.guests WHERE meeting_id = %s AND kind = 'ATTENDED' ORDER BY place",
    "decisions": "SELECT place AS nr, text FROM read_meetings.decisions "
    "WHERE meeting_id = %s ORDER BY place",
    "approvals": "SELECT municipality->>'name' AS municipality, minutes_hash "
    "FROM read_meetings.approvals WHERE meeting_id = %s ORDER BY approved_at",
    "actions": "SELECT due_on, state, text, municipality->>'name' AS municipality, note "
    "FROM read_meetings.action_items WHERE meeting_id = %s ORDER BY due_order, id",
}
_NAMES = {
    "invitations": ("Zaproszenia", "Invitations"),
    "agenda": ("Porządek", "Agenda"),
    "attendance": ("Obecni", "Attendance"),
    "decisions": ("Ustalenia", "Decisions"),
    "approvals": ("Zatwierdzenia protokołu", "Approvals of the minutes"),
    "actions": ("Zadania", "Action items"),
}


@app.command("series", help=say("Cykle spotkań.", "Series of meetings."))
def list_series(as_json: AsJson = False) -> None:
    with session("meeting series") as opened:
        found = rows(
            opened,
            "SELECT s.id, s.title, s.host->>'name' AS host, s.rule, s.last_on, "
            f"(SELECT min({_WARSAW.format('o.starts_at')}) FROM read_meetings.occurrences o "
            "WHERE o.series_id = s.id AND o.starts_at > now()) AS next "
            "FROM read_meetings.series s ORDER BY s.title, s.id",
        )
    columns = (
        ("next", "następne", "next"),
        ("id", "id", "id"),
        ("title", "tytuł", "title"),
        ("host", "gospodarz", "host"),
        ("rule", "reguła", "rule"),
        ("last_on", "ostatni dzień", "last day"),
    )
    tell(found, columns, as_json=as_json)


@app.command(
    "actions", help=say("Zadania ze spotkań, według terminu.", "Action items, by due date.")
)
def list_actions(
    state: Annotated[str, typer.Option(help="OPEN | DONE | DROPPED")] = "OPEN",
    municipality: Terc = "",
    count: Count = 50,
    as_json: AsJson = False,
) -> None:
    with session("meeting actions") as opened:
        found = rows(
            opened,
            "SELECT due_on, state, municipality->>'name' AS municipality, text, meeting_id, "
            "state = 'OPEN' AND due_on < current_date AS late FROM read_meetings.action_items "
            "WHERE (%s = '' OR state = %s) AND (%s = '' OR assignee_terc = %s) "
            "ORDER BY due_order, id LIMIT %s",
            *[state.upper()] * 2,
            *[municipality] * 2,
            count,
        )
    columns = (
        ("due_on", "termin", "due"),
        ("state", "stan", "state"),
        ("municipality", "kto", "who"),
        ("text", "co", "what"),
        ("meeting_id", "spotkanie", "meeting"),
    )
    tell(found, columns, as_json=as_json)


@app.command(
    "export",
    help=say(
        "Zapisuje spotkania jako plik iCalendar (.ics): publiczne, a z --all wszystkie, z cyklami.",
        "Writes meetings as an iCalendar file (.ics): public ones, or with --all every one, with series.",
    ),
)
def export(
    target: Annotated[Path, typer.Argument(help=say("Plik, albo - na wyjście.", "A file, or -."))],
    series: Annotated[
        UUID | None, typer.Option(help=say("Tylko ten cykl.", "Only this series."))
    ] = None,
    everything: Annotated[bool, typer.Option("--all")] = False,
) -> None:
    public, of = ("true" if everything or series else "{}.visibility = 'PUBLIC'"), series
    with session("meeting export") as opened:
        chosen = ("%s::uuid IS NULL OR m.series_id = %s", "%s::uuid IS NULL OR s.id = %s")
        queries = ((MEETINGS, "m", chosen[0]), (SERIES, "s", chosen[1]))
        meetings, told = (
            rows(opened, query.format(where=f"{public.format(row)} AND ({which})"), of, of)
            for query, row, which in queries
        )
    if of is not None and not told:
        raise Refused(f"Nie ma cyklu {of}.", f"There is no series {of}.")
    content = written(meetings, told, "Wspólna Przestrzeń")
    if str(target) == "-":
        out.file.write(content.decode())
        return
    target.write_bytes(content)
    told_of = say(f"Zapisano {target}.", f"Wrote {target}.")
    answer({"file": str(target)}, told_of, as_json=False)


IMPORT = say(
    "Wczytuje spotkania z pliku iCalendar (.ics): pojedyncze i cykle z wyjątkami. Powtórzony import "
    "zapisuje tylko to, co się zmieniło.\n\nPrzykład: wspolna import meetings kalendarz.ics --host 100704",
    "Reads meetings from an iCalendar file (.ics): single ones, and series with their exceptions. Imported "
    "again, only what changed is recorded.\n\nExample: wspolna import meetings calendar.ics --host 100704",
)


def import_meetings(
    source: Annotated[Path, typer.Argument(help=say("Plik .ics.", "A file .ics."))],
    host: Annotated[str, typer.Option(help=say("Kod TERC gospodarza.", "The host's TERC code."))],
    dry_run: Annotated[
        bool,
        typer.Option(
            "--dry-run",
            help=say("Tylko pokazuje, co by się zmieniło.", "Only tells what would change."),
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    terc = parse_terc(host, "host")
    try:
        file = read_calendar(source.read_bytes())
    except UnreadableSource as error:
        raise Refused(error.pl, error.en) from error
    except OSError as error:
        raise Refused(f"Nie można odczytać {source}.", f"{source} can't be read.") from error
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with (
        session("import meetings") as opened,
        Progress(*columns, console=err, transient=True) as bar,
    ):
        found = carry_out(opened.cooperation, file, terc, OPERATOR, dry_run=dry_run)
        total = len(file.meetings) + len(file.series)
        done = list(bar.track(found, total=total, description=source.name))
    _report(file, done, dry_run=dry_run, as_json=as_json)
    if all(each.outcome is Outcome.REFUSED for each in done):
        raise typer.Exit(Exit.REFUSED)


_OUTCOMES = {
    Outcome.PLANNED: ("zaplanowane", "planned"),
    Outcome.CHANGED: ("zmienione", "changed"),
    Outcome.UNCHANGED: ("bez zmian", "unchanged"),
    Outcome.REFUSED: ("odrzucone", "refused"),
}


def _report(file: CalendarFile, done: list[Imported], *, dry_run: bool, as_json: bool) -> None:
    counts = Counter(each.outcome for each in done)
    head = say("Na próbę, niczego nie zapisano:", "A dry run, nothing stored:") if dry_run else ""
    lines = [head] if head else []
    lines += [f"  {say(*_OUTCOMES[one])}: {counts[one]}" for one in Outcome if counts[one]]
    lines += [f"  - {each.title}: {refusal(each.refusal)}" for each in done if each.refusal]
    lines += [f"  - {title}: {say(reason.pl, reason.en)}" for title, reason in file.skipped]
    data: dict[str, Any] = {
        "items": [
            {
                "title": each.title,
                "id": each.stream_id,
                "outcome": each.outcome,
                "error": each.refusal.code if each.refusal else None,
            }
            for each in done
        ],
        "skipped": [{"title": title, "reason": reason.en} for title, reason in file.skipped],
    }
    answer(data, "\n".join(lines), as_json=as_json)
