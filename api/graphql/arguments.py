"""Parsers of arguments: from what a client wrote to an SQL parameter, or a ReadError."""

from collections.abc import Callable

from api.graphql.errors import NoSuchPosition, TextRefused
from domain.values import parse_terc, without_diacritics

LONGEST_TEXT = 200


def short_text(argument: str) -> Callable[[str], str]:
    """PostgreSQL knows neither NUL nor lone surrogates."""

    def parse(value: str) -> str:
        if len(value) > LONGEST_TEXT or "\0" in value or (not value.isascii() and _broken(value)):
            raise TextRefused(argument=argument)
        return value

    return parse


def terc(value: str) -> str:
    return parse_terc(value)


def position(value: int) -> int:
    """Raises NoSuchPosition; a position beyond the log's end is found out by who reads it."""
    if not 0 <= value < 2**53:
        raise NoSuchPosition(position=value)
    return value


def contains(argument: str) -> Callable[[str], str]:
    """A LIKE pattern that finds the text anywhere, without regard to case and diacritics."""
    check = short_text(argument)

    def parse(value: str) -> str:
        folded = without_diacritics(check(value).strip()).lower()
        escaped = folded.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
        return f"%{escaped}%"

    return parse


def _broken(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return True
    return False
