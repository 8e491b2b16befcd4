"""The command line `wspolna`. A new group is a module here and its line below.

Exit codes: 0 done · 1 refused by the domain, nothing stored · 2 wrong usage · 3 something that is
needed isn't there (the database, a port, a source).
"""

from __future__ import annotations

import sys

import structlog
import typer

from workers.cli import (
    account,
    call,
    demo,
    history,
    imports,
    initiative,
    log,
    meeting,
    migrate,
    municipality,
    news,
    person,
    portal,
    practice,
    projections,
    question,
    roles,
    run,
)
from workers.cli.boundary import answering
from workers.cli.speech import say

app = typer.Typer(
    name="wspolna",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=say(
        "Wspólna Przestrzeń z wiersza poleceń.\n\n"
        "Zacznij od `wspolna run`: baza danych, API i pracownicy w jednym poleceniu. Inne polecenia "
        "pracują obok niego albo same uruchomią bazę na czas swojej pracy.",
        "Wspólna Przestrzeń from the command line.\n\n"
        "Begin with `wspolna run`: the database, the API and the workers in one command. The other "
        "commands work beside it, or start the database by themselves for as long as they need it.",
    ),
    epilog=say(
        "Kody wyjścia: 0 gotowe, 1 odmowa (nic nie zapisano), 2 złe użycie, 3 brak czegoś potrzebnego.",
        "Exit codes: 0 done, 1 refused (nothing stored), 2 wrong usage, 3 something needed isn't there.",
    ),
)

app.command("run", help=run.HELP)(run.run)
app.command("migrate", help=migrate.HELP)(migrate.migrate)
app.command("demo", help=demo.HELP)(demo.demo)
app.command("history", help=history.HELP)(history.history)
app.command("roles", help=roles.HELP)(roles.roles)
app.add_typer(account.app, name="account")
app.add_typer(call.app, name="call")
imports.app.command("calls", help=call.IMPORT)(call.import_calls)
imports.app.command("meetings", help=meeting.IMPORT)(meeting.import_meetings)
app.add_typer(imports.app, name="import")
app.add_typer(initiative.app, name="initiative")
app.add_typer(meeting.app, name="meeting")
app.add_typer(municipality.app, name="municipality")
app.add_typer(news.app, name="news")
app.add_typer(portal.app, name="portal")
app.add_typer(practice.app, name="practice")
app.add_typer(projections.app, name="projections")
app.add_typer(question.app, name="question")
app.add_typer(log.app, name="log")
app.add_typer(person.app, name="person")


def main() -> None:
    # Standard output is the answer's alone: a script reads it.
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=sys.stderr))
    with answering():
        app()
