from __future__ import annotations

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from infra.demo import load
from workers.cli.boundary import refusal
from workers.cli.session import session
from workers.cli.speech import AsJson, answer, err, say

HELP = say(
    "Wczytuje sieć przykładową: 22 prawdziwe miasta, a do nich napisane przez nas aktualności, "
    "spotkania, praktyki, pytania i wspólne projekty. Powtórzone dodaje tylko to, czego brakuje. "
    "`wspolna run` robi to przy pierwszym uruchomieniu.",
    "Loads the demo network: 22 real towns, and news, meetings, practices, questions and joint "
    "initiatives that we wrote for them. Repeated, it adds only what is missing. `wspolna run` does "
    "it on the first start.",
)


def demo(as_json: AsJson = False) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with session("demo") as opened, Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("demo")
        outcome = load(
            opened.cooperation,
            lambda done, every: bar.update(task, completed=done, total=every),
        )
    lines = [say("Gotowe.", "Done."), *(f"  - {refusal(error)}" for error in outcome.refused)]
    data = {"position": outcome.position, "refused": [error.code for error in outcome.refused]}
    answer(data, "\n".join(lines), as_json=as_json)
