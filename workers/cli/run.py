from __future__ import annotations

from infra.settings import Settings
from workers.cli.speech import err, say
from workers.first_start import load_demo
from workers.supervisor import Supervisor
from workers.voice import Voice

HELP = say(
    "Uruchamia wszystko: bazę danych, API, pracownika i zegar; czeka na Ctrl-C. "
    "Zmienne: WSPOLNA_PORT (8000), WSPOLNA_DATA (.data), DATABASE_URL i BROKER_URL "
    "(zamiast wbudowanych), WSPOLNA_URL, SMTP_URL, OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET.",
    "Starts everything: the database, the API, the worker and beat; waits for Ctrl-C. "
    "Variables: WSPOLNA_PORT (8000), WSPOLNA_DATA (.data), DATABASE_URL and BROKER_URL "
    "(instead of the embedded ones), WSPOLNA_URL, SMTP_URL, OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET.",
)


def run() -> None:
    Supervisor(Settings.from_environment(), Voice(err), first_start=load_demo).run()
