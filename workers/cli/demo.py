from __future__ import annotations

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from infra.demo import load
from workers.cli.session import session
from workers.cli.speech import AsJson, answer, err, say

HELP = say(
    "Wczytuje sieć przykładową: 22 prawdziwe miasta i napisane przez nas aktualności. Powtórzone "
    "dodaje tylko to, czego brakuje. `wspolna run` robi to przy pierwszym uruchomieniu.",
    "Loads the demo network: 22 real towns, and news that we wrote. Repeated, it adds only what is "
    "missing. `wspolna run` does it on the first start.",
)


def demo(as_json: AsJson = False) -> None:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with session("demo") as opened, Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("demo")
        position = load(
            opened.cooperation,
            lambda done, every: bar.update(task, completed=done, total=every),
        )
    answer({"position": position}, say("Gotowe.", "Done."), as_json=as_json)
