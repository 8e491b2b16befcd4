from __future__ import annotations

from typing import Annotated
from uuid import UUID, uuid4

import typer

from domain.questions import CloseQuestion
from domain.roles import OPERATOR
from workers.cli.boundary import Refused
from workers.cli.reading import Count, Terc, rows, tell
from workers.cli.session import session
from workers.cli.speech import AsJson, answer, say

app = typer.Typer(no_args_is_help=True, help=say("Pytania i odpowiedzi.", "Questions, answers."))


@app.command("list", help=say("Pytania, najnowsze najpierw.", "Questions, latest first."))
def list_questions(
    state: Annotated[str, typer.Option(help="OPEN | ANSWERED | RESOLVED | CLOSED")] = "",
    municipality: Terc = "",
    topic: Annotated[str, typer.Option()] = "",
    count: Count = 20,
    as_json: AsJson = False,
) -> None:
    with session("question list") as opened:
        found = rows(
            opened,
            "SELECT asked_on, state, answer_count, id, title, municipality->>'name' AS municipality "
            "FROM read_questions.questions WHERE (%s = '' OR state = %s) "
            "AND (%s = '' OR owner_terc = %s) AND (%s = '' OR topics @> ARRAY[%s]) "
            "ORDER BY asked_on DESC, id DESC LIMIT %s",
            *[state.upper()] * 2,
            *[municipality] * 2,
            *[topic] * 2,
            count,
        )
    columns = (
        ("asked_on", "dzień", "day"),
        ("state", "stan", "state"),
        ("answer_count", "odpowiedzi", "answers"),
        ("id", "id", "id"),
        ("title", "tytuł", "title"),
        ("municipality", "gmina", "municipality"),
    )
    tell(found, columns, as_json=as_json)


@app.command("show", help=say("Pytanie z odpowiedziami.", "A question with its answers."))
def show(question_id: UUID, as_json: AsJson = False) -> None:
    with session("question show") as opened:
        found = rows(
            opened,
            "SELECT id, title, state, municipality->>'name' AS municipality, asked_on, topics, body, reason "
            "FROM read_questions.questions WHERE id = %s",
            question_id,
        )
        if not found:
            raise Refused(f"Nie ma pytania {question_id}.", f"There is no question {question_id}.")
        answers = rows(
            opened,
            "SELECT id, municipality->>'name' AS municipality, answered_at, accepted, body "
            "FROM read_questions.answers WHERE question_id = %s ORDER BY answered_at, id",
            question_id,
        )
    lines = [f"{name}: {value}" for name, value in found[0].items() if value not in (None, "", [])]
    for one in answers:
        accepted = say(" (przyjęta)", " (accepted)") if one["accepted"] else ""
        lines += [
            "",
            f"{one['municipality']}{accepted}, {one['answered_at']:%Y-%m-%d}:",
            one["body"],
        ]
    answer(found[0] | {"answers": answers}, "\n".join(lines), as_json=as_json)


@app.command("close", help=say("Zamyka pytanie.", "Closes a question."))
def close(
    question_id: UUID, reason: Annotated[str, typer.Option()], as_json: AsJson = False
) -> None:
    command = CloseQuestion(command_id=uuid4(), question_id=question_id, reason=reason)
    with session("question close") as opened:
        receipt = opened.cooperation.execute(command, OPERATOR)
    done = say("Zamknięte.", "Closed.") if receipt.changed else say("Bez zmian.", "Unchanged.")
    answer({"version": receipt.version, "changed": receipt.changed}, done, as_json=as_json)
