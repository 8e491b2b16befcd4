"""One made-up example of any command, by the types of its fields, for tests that walk all of them."""

from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

from domain.commands import Command

_PLAIN: dict[Any, Any] = {
    str: "Nowy most",
    int: 1,
    float: 1.0,
    bool: True,
    bytes: b"",
    date: date(2025, 8, 13),
    datetime: datetime(2030, 8, 12, 10, tzinfo=UTC),
    time: time(10),
    timedelta: timedelta(hours=1),
    Decimal: Decimal("0.85"),
}


def example(command: type[Command], terc: str) -> Any:
    """Of a stream that belongs to, or is begun for, the municipality `terc`."""
    return _made(command, terc)


def _made(kind: Any, terc: str) -> Any:
    hints = get_type_hints(kind)
    return kind(
        **{
            field.name: _value(field.name, hints[field.name], terc)
            for field in fields(kind)
            if field.init and _wanted(field)
        }
    )


def _wanted(field: Field[Any]) -> bool:
    given = field.default is MISSING and field.default_factory is MISSING
    return given or _names_municipality(field.name)


def _names_municipality(name: str) -> bool:
    return name in {"terc", "municipality", "host", "lead", "owner"}


def _value(name: str, kind: Any, terc: str) -> Any:
    by_name = _by_name(name, terc)
    if by_name is not None:
        return by_name
    if get_origin(kind) in (Union, UnionType):
        return None if type(None) in get_args(kind) else _value(name, get_args(kind)[0], terc)
    if get_args(kind)[:1] == (str,) and get_origin(kind) is tuple:
        return ("Nowy most",)
    return _of_type(get_origin(kind) or getattr(kind, "__supertype__", kind), terc)


def _by_name(name: str, terc: str) -> str | None:
    if _names_municipality(name):
        return terc
    if name == "email":
        return f"a{uuid4().hex}@opoczno.example"
    return "https://opoczno.example" if name in {"url", "link", "issuer", "website"} else None


def _of_type(kind: Any, terc: str) -> Any:
    if kind is UUID:
        return uuid4()
    if kind in (tuple, frozenset, list, set, dict):
        return kind()
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind))
    return _made(kind, terc) if is_dataclass(kind) else _PLAIN.get(kind)
