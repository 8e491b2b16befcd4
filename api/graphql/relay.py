"""Relay's global ids and cursors: opaque outside, checked when they come back."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from api.graphql.errors import InvalidCursor, InvalidId
from api.graphql.scalars import utc_text
from api.graphql.vocabulary import OrderKey

_json = json.JSONEncoder(ensure_ascii=False).encode


def global_id(type_name: str, key: object) -> str:
    return base64.b64encode(f"{type_name}:{key}".encode()).decode()


def sql_global_id(type_name: str, key: str) -> str:
    """The same of two SQL expressions."""
    return sql_base64(f"{type_name} || ':' || {key}")


def sql_base64(expression: str) -> str:
    """PostgreSQL breaks the lines of longer ones."""
    return rf"translate(encode(convert_to({expression}, 'UTF8'), 'base64'), E'\n', '')"


def parse_global_id(value: str) -> tuple[str, UUID]:
    """Type name and key; raises InvalidId."""
    try:
        type_name, _, key = base64.b64decode(value, validate=True).decode().partition(":")
        parsed = UUID(key)
    except (ValueError, binascii.Error):
        raise InvalidId(id=value[:100]) from None
    if global_id(type_name, parsed) != value:
        raise InvalidId(id=value[:100])
    return type_name, parsed


def id_of(*type_names: str) -> Callable[[str], UUID]:
    """A parser for ids of one type, or of one of several."""

    def parse(value: str) -> UUID:
        found, key = parse_global_id(value)
        if found not in type_names:
            raise InvalidId(id=value[:100])
        return key

    return parse


def cursor(name: str, keys: Sequence[object]) -> str:
    """Byte for byte as SQL makes it: base64 of the JSON array of the list's name and the order keys."""
    told = [utc_text(key) if isinstance(key, datetime) else str(key) for key in keys]
    return base64.b64encode(f"[{', '.join(map(_json, [name, *told]))}]".encode()).decode()


def cursor_parser(name: str, order: tuple[OrderKey, ...]) -> Callable[[str], list[str]]:
    """Of a list's cursors: the order keys of the row that a cursor stands on, as PostgreSQL reads them.

    The parser raises InvalidCursor for whatever `cursor` wouldn't have made.
    """
    keys = [_KEYS[each.sql_type] for each in order]
    form = ", ".join([re.escape(_json(name)), *(f"({key.form})" for key in keys)])
    match = re.compile(rf"\[{form}\]").fullmatch

    def parse(value: str) -> list[str]:
        try:
            text = base64.b64decode(value, validate=True).decode()
            found = match(text)
            if found is not None and base64.b64encode(text.encode()).decode() == value:
                return [key.read(told) for key, told in zip(keys, found.groups(), strict=True)]
        except ValueError:
            pass
        raise InvalidCursor(cursor=value[:100])

    return parse


class _Key(NamedTuple):
    form: str
    """A pattern of the JSON text; what it matches may still be nonsense."""
    read: Callable[[str], str]
    """Raises ValueError."""


def _quoted(check: Callable[[str], object]) -> Callable[[str], str]:
    def read(text: str) -> str:
        check(text[1:-1])
        return text[1:-1]

    return read


def _text(text: str) -> str:
    found: str = json.loads(text)
    if "\0" in found or _json(found) != text:
        raise ValueError("nothing that PostgreSQL would have written")
    found.encode()
    return found


_DAY = r"\d{4}-\d\d-\d\d"
_KEYS = {
    "date": _Key(f'"{_DAY}"', _quoted(date.fromisoformat)),
    "timestamptz": _Key(rf'"{_DAY}T\d\d:\d\d:\d\d\.\d{{6}}Z"', _quoted(datetime.fromisoformat)),
    "uuid": _Key('"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"', _quoted(str)),
    "text": _Key(r'"(?:[^"\\]|\\.)*"', _text),
}
