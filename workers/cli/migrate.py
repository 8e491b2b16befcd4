from __future__ import annotations

from infra.embedded.available import available_database
from infra.migrate import migrate as migrate_database
from infra.settings import Settings
from workers.cli.speech import AsJson, answer, say

HELP = say(
    "Doprowadza tabele do obecnego kształtu: wykonuje z infra/migrations to, czego jeszcze nie było. "
    "Powtórzone nie zmienia niczego. `wspolna run` robi to samo przy każdym starcie.",
    "Brings the tables to their present shape: runs what hasn't been run of infra/migrations. "
    "Repeated, it changes nothing. `wspolna run` does the same at every start.",
)


def migrate(as_json: AsJson = False) -> None:
    settings = Settings.from_environment()
    with available_database(settings, "migrate", migrated=False) as url:
        applied = migrate_database(url, broker=settings.broker_url is None)
    listed = "".join(f"\n  {name}" for name in applied)
    done = say(f"Wykonano: {len(applied)}", f"Applied: {len(applied)}") + listed
    unchanged = say("Baza jest aktualna.", "The database is up to date.")
    answer({"applied": applied}, done if applied else unchanged, as_json=as_json)
