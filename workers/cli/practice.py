from __future__ import annotations

from typing import Annotated
from uuid import UUID, uuid4

import typer

from domain.practices import ReturnPractice, ValidatePractice
from domain.roles import OPERATOR
from workers.cli.boundary import Refused
from workers.cli.reading import Count, Terc, rows, tell
from workers.cli.session import session
from workers.cli.speech import AsJson, answer, say, table

app = typer.Typer(no_args_is_help=True, help=say("Dobre praktyki.", "Good practices."))


@app.command("list", help=say("Praktyki, najnowsze najpierw.", "Practices, latest first."))
def list_practices(
    state: Annotated[
        str, typer.Option(help="DRAFT | SUBMITTED | RETURNED | PUBLISHED | ARCHIVED")
    ] = "",
    municipality: Terc = "",
    tag: Annotated[str, typer.Option()] = "",
    count: Count = 20,
    as_json: AsJson = False,
) -> None:
    with session("practice list") as opened:
        found = rows(
            opened,
            "SELECT p.updated_on, p.state, p.id, p.title, p.municipality->>'name' AS municipality, "
            "(SELECT count(*) FROM read_practices.adoptions a WHERE a.subject_id = p.id) AS adoptions "
            "FROM read_practices.practices p WHERE (%s = '' OR p.state = %s) "
            "AND (%s = '' OR p.owner_terc = %s) AND (%s = '' OR p.tags @> ARRAY[%s]) "
            "ORDER BY p.updated_on DESC, p.id DESC LIMIT %s",
            *[state.upper()] * 2,
            *[municipality] * 2,
            *[tag] * 2,
            count,
        )
    columns = (
        ("updated_on", "zmiana", "changed"),
        ("state", "stan", "state"),
        ("id", "id", "id"),
        ("title", "tytuł", "title"),
        ("municipality", "gmina", "municipality"),
        ("adoptions", "wdrożenia", "adoptions"),
    )
    tell(found, columns, as_json=as_json)


@app.command("show", help=say("Praktyka i jej wdrożenia.", "A practice and its adoptions."))
def show(practice_id: UUID, as_json: AsJson = False) -> None:
    with session("practice show") as opened:
        found = rows(opened, _PRACTICE, practice_id)
        if not found:
            raise Refused(f"Nie ma praktyki {practice_id}.", f"There is no practice {practice_id}.")
        adoptions = rows(opened, _ADOPTIONS, practice_id)
    lines = [f"{name}: {value}" for name, value in found[0].items() if value not in (None, "", [])]
    if adoptions:
        head = list(adoptions[0])
        lines += ["", say("Wdrożenia", "Adoptions")]
        lines.append(table([head, *(list(row.values()) for row in adoptions)]))
    answer(found[0] | {"adoptions": adoptions}, "\n".join(lines), as_json=as_json)


_PRACTICE = (
    "SELECT id, title, state, municipality->>'name' AS municipality, summary, problem, solution, success, "
    "difficulties, transfer, institution, place, started_on, ended_on, cost, people, tags, contact_unit, "
    "validated_by->>'name' AS validated_by, remarks, published_on, archive_reason "
    "FROM read_practices.practices WHERE id = %s"
)
_ADOPTIONS = (
    "SELECT municipality->>'name' AS municipality, state, interested_on, implemented_on, outcome, learned "
    "FROM read_practices.adoptions WHERE subject_id = %s ORDER BY interested_on, id"
)


@app.command(
    "help",
    help=say("Kto robił już coś takiego i mógłby pomóc.", "Who has done this and could help."),
)
def who_could_help(tag: str, count: Count = 20, as_json: AsJson = False) -> None:
    with session("practice help") as opened:
        found = rows(
            opened,
            "SELECT since, kind, municipality->>'name' AS municipality, title "
            "FROM read_practices.experience WHERE tags @> ARRAY[%s] "
            "ORDER BY since DESC, subject_id DESC, municipality_id DESC LIMIT %s",
            tag,
            count,
        )
    columns = (
        ("since", "od", "since"),
        ("municipality", "gmina", "municipality"),
        ("kind", "jako", "as"),
        ("title", "co", "what"),
    )
    tell(found, columns, as_json=as_json)


@app.command(
    "validate",
    help=say(
        "Zatwierdza zgłoszoną praktykę w imieniu koordynatora.",
        "Validates a submitted practice for the coordinator.",
    ),
)
def validate(
    practice_id: UUID, remarks: Annotated[str, typer.Option()] = "", as_json: AsJson = False
) -> None:
    command = ValidatePractice(command_id=uuid4(), practice_id=practice_id, remarks=remarks)
    _give(command, as_json=as_json)


@app.command(
    "return",
    help=say("Zwraca zgłoszoną praktykę z uwagami.", "Returns a submitted practice with remarks."),
)
def send_back(
    practice_id: UUID, remarks: Annotated[str, typer.Option()], as_json: AsJson = False
) -> None:
    command = ReturnPractice(command_id=uuid4(), practice_id=practice_id, remarks=remarks)
    _give(command, as_json=as_json)


def _give(command: ValidatePractice | ReturnPractice, *, as_json: bool) -> None:
    with session("practice") as opened:
        receipt = opened.cooperation.execute(command, OPERATOR)
    done = say("Zapisano.", "Recorded.") if receipt.changed else say("Bez zmian.", "Unchanged.")
    answer({"version": receipt.version, "changed": receipt.changed}, done, as_json=as_json)
