"""Where personal data stands in an event, and how its sealed form is written as JSON."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, get_args, get_type_hints
from uuid import UUID

from domain.personal import Personal, Sealed

Change = Callable[[str, Personal], Personal]
"""From a field's path, such as `guests.name`, and what stands there, to what is to stand there."""


_known: dict[Any, bool] = {}


def holds_personal(kind: Any) -> bool:
    """Whether a declared type is, or holds, `Personal`."""
    known = _known.get(kind)
    if known is None:
        known = _known[kind] = _holds(kind, set())
    return known


def changed(facts: Mapping[str, Any], change: Change) -> dict[str, Any]:
    return {name: _changed(value, name, change) for name, value in facts.items()}


def personal_in(facts: Mapping[str, Any]) -> Iterator[Personal]:
    found: list[Personal] = []

    def note(_: str, personal: Personal) -> Personal:
        found.append(personal)
        return personal

    changed(facts, note)
    return iter(found)


def to_json(value: Any) -> Any:
    """An `enc_hook` of msgspec. What isn't sealed can't be written."""
    if isinstance(value, Personal) and isinstance(value.value, Sealed):
        sealed = value.value
        return {
            "person": value.person_id,
            "field": sealed.field,
            "sealed": b64encode(sealed.ciphertext).decode(),
        }
    raise TypeError(f"{type(value).__name__} can't be written to the log")


def from_json(kind: type[Any], value: Any) -> Any:
    """A `dec_hook` of msgspec, which turns a ValueError into its own."""
    if kind is not Personal:
        raise NotImplementedError(kind)
    try:
        sealed = Sealed(value["field"], b64decode(value["sealed"], validate=True))
        return Personal(UUID(value["person"]), sealed)
    except (TypeError, KeyError) as error:
        raise ValueError("not a sealed personal value") from error


def _changed(value: Any, path: str, change: Change) -> Any:
    match value:
        case Personal():
            return change(path, value)
        case tuple() | list() | set() | frozenset():
            return type(value)(_changed(item, path, change) for item in value)
        case dict():
            return {key: _changed(item, f"{path}.{key}", change) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type) and holds_personal(type(value)):
        inner = {
            field.name: _changed(getattr(value, field.name), f"{path}.{field.name}", change)
            for field in fields(value)
        }
        return replace(value, **inner)
    return value


def _holds(kind: Any, seen: set[Any]) -> bool:
    if kind is Personal:
        return True
    if any(_holds(part, seen) for part in get_args(kind)):
        return True
    if not is_dataclass(kind) or kind in seen:
        return False
    seen.add(kind)
    return any(_holds(hint, seen) for hint in get_type_hints(kind).values())
