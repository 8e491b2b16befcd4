from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID, uuid4

import typer
from psycopg import Connection

from domain.people import ForgetPerson
from domain.roles import OPERATOR
from infra.personal.vault import scrub
from workers.cli.boundary import Refused
from workers.cli.session import session
from workers.cli.speech import AsJson, answer, say

app = typer.Typer(
    no_args_is_help=True,
    help=say("Dane osobowe osób fizycznych.", "Personal data of natural persons."),
)

_FORGET = say(
    "Usuwa na zawsze dane osobowe jednej osoby, niszcząc jej klucz. Dziennik i jego pieczęcie "
    "zostają całe, a w miejscu danych stoi „[dane usunięte]”. Nie da się tego cofnąć.",
    "Removes one person's data for good, by destroying their key. The log and its seals stay whole, "
    "and “[forgotten]” stands where the data were. This can't be undone.",
)


@app.command("forget", help=_FORGET)
def forget(
    person: Annotated[UUID, typer.Argument(help=say("UUID osoby.", "The person's UUID."))],
    yes: Annotated[
        bool, typer.Option("--yes", help=say("Bez pytania.", "Without being asked."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    question = say(f"Usunąć na zawsze dane osoby {person}?", f"Remove {person}'s data for good?")
    if not yes and not typer.confirm(question, err=True):
        raise Refused("Nic nie usunięto.", "Nothing was removed.")
    with session("person forget") as opened:
        _refuse_unknown(opened.connection, person)
        command = ForgetPerson(command_id=uuid4(), person_id=person)
        receipt = opened.cooperation.execute(command, OPERATOR)
        scrub(opened.connection)
    done = say(f"Dane osoby {person} usunięto.", f"The data of {person} are removed.")
    answer({"person": person, "position": receipt.position}, done, as_json=as_json)


def _refuse_unknown(connection: Connection[Any], person: UUID) -> None:
    """A mistyped id must not look as if somebody had been forgotten."""
    query = "SELECT 1 FROM person_keys WHERE person_id = %s"
    if connection.execute(query, (person,)).fetchone() is None:
        raise Refused(f"Nie ma danych osoby {person}.", f"There are no data of {person}.")
