"""Where a command's failure becomes one line and an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

import psycopg

from domain.errors import DomainError, StorageUnavailable
from infra.embedded.postgres import PostgresError
from infra.migrate import MigrationError
from infra.settings import SettingsError
from workers.cli.speech import err, language, say


class Exit(IntEnum):
    DONE = 0
    REFUSED = 1
    USAGE = 2
    UNAVAILABLE = 3


class Unavailable(Exception):
    """Something that the command needs isn't there."""

    def __init__(self, pl: str, en: str) -> None:
        super().__init__(en)
        self.pl = pl
        self.en = en


class Refused(Exception):
    """The command can't be done as it was given; nothing was stored."""

    def __init__(self, pl: str, en: str) -> None:
        super().__init__(en)
        self.pl = pl
        self.en = en


def refusal(error: DomainError) -> str:
    return say(error.message("pl"), error.message("en"))


@contextmanager
def answering() -> Iterator[None]:
    try:
        yield
    except DomainError as error:
        unavailable = isinstance(error, StorageUnavailable)
        _leave(Exit.UNAVAILABLE if unavailable else Exit.REFUSED, refusal(error))
    except Refused as error:
        _leave(Exit.REFUSED, say(error.pl, error.en))
    except SettingsError as error:
        _leave(Exit.USAGE, say(error.pl, error.en))
    except Unavailable as error:
        _leave(Exit.UNAVAILABLE, say(error.pl, error.en))
    except (PostgresError, MigrationError, psycopg.OperationalError) as error:
        reason = str(error).strip().splitlines()[0]
        _leave(
            Exit.UNAVAILABLE,
            say(f"Baza danych niedostępna: {reason}", f"The database is unavailable: {reason}")
            if language()
            else f"Baza danych niedostępna / The database is unavailable: {reason}",
        )


def _leave(code: Exit, message: str) -> None:
    err.print(message, markup=False)
    raise SystemExit(int(code))
