"""Relay's global ids and cursors: opaque outside, checked when they come back."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from api.graphql.errors import InvalidCursor, InvalidId
from api.graphql.scalars import utc_text
from api.graphql.vocabulary import OrderKey


def global_id(type_name: str, key: object) -> str:
    return base64.b64encode(f"{type_name}:{key}".encode()).decode()


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
    text = json.dumps([name, *told], ensure_ascii=False)
    return base64.b64encode(text.encode()).decode()


def parse_cursor(name: str, order: tuple[OrderKey, ...], value: str) -> list[Any]:
    """The order keys of the row that the cursor stands on; raises InvalidCursor."""
    try:
        found, *keys = json.loads(base64.b64decode(value, validate=True).decode())
        parsed = [_PARSERS[key.sql_type](text) for key, text in zip(order, keys, strict=True)]
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError):
        raise InvalidCursor(cursor=value[:100]) from None
    if found != name or cursor(name, parsed) != value:
        raise InvalidCursor(cursor=value[:100])
    return parsed


def _text(value: str) -> str:
    if "\0" in value:
        raise ValueError("NUL")
    value.encode()
    return value


_PARSERS: dict[str, Callable[[str], Any]] = {
    "date": date.fromisoformat,
    "timestamptz": datetime.fromisoformat,
    "uuid": UUID,
    "text": _text,
}
