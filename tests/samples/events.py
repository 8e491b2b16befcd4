"""Stored samples of every shape an event ever had: `python -m tests.samples.events` writes those that are missing.

A sample is never changed. Who changes an event raises its `class_version`, writes the upcaster, adds
what the old sample `becomes` now, and has the new one written.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, NamedTuple, NewType, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from domain.aggregate import EVENT_TYPES, Event
from domain.personal import Personal
from infra.mapper import shape_of, to_event, to_state

DIRECTORY = Path(__file__).parent / "events"
STREAM = UUID("6ba7b810-9dad-41d1-80b4-00c04fd430c8")
AT = datetime(2025, 8, 13, 9, 30, tzinfo=UTC)
ON = date(2025, 8, 12)


class Sample(NamedTuple):
    type: str
    schema_version: int
    state: dict[str, Any]
    """As it was stored."""
    becomes: dict[str, Any] | None
    """What the program of today makes of it; None: the same."""

    def event(self) -> Event:
        state = msgspec.json.encode(self.state)
        return to_event(self.type, self.schema_version, state, STREAM, 1, AT, ON)


def path(type_name: str, schema_version: int) -> Path:
    return DIRECTORY / f"{type_name}.v{schema_version}.json"


def samples() -> Iterator[Sample]:
    for file in sorted(DIRECTORY.glob("*.json")):
        yield read(file)


def read(file: Path) -> Sample:
    said = json.loads(file.read_text("utf-8"))
    return Sample(said["type"], said["schema_version"], said["state"], said.get("becomes"))


def missing() -> list[tuple[str, int]]:
    """Of the program's own events, whatever other tests have defined for themselves."""
    return [
        (type_name, version)
        for type_name, event in sorted(EVENT_TYPES.items())
        for version in range(1, event.class_version + 1)
        if event.__module__.startswith("domain.") and not path(type_name, version).exists()
    ]


def example(type_name: str) -> Sample:
    """Of the event as it is now, with a value of its type in every field."""
    shape = shape_of(type_name)
    hints = get_type_hints(shape.cls)
    state = {name: _value(hints[name], name) for name in shape.names}
    sample = Sample(type_name, shape.schema_version, state, None)
    stored = msgspec.json.decode(to_state(sample.event()))
    return sample._replace(state=stored)


def _value(kind: Any, name: str) -> Any:
    if isinstance(kind, NewType):
        return _value(kind.__supertype__, name)
    if kind is Personal:
        return {"person": str(STREAM), "field": name, "sealed": "c2VhbGVk"}
    if get_origin(kind) is not None:
        return _generic(get_origin(kind), get_args(kind), name)
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return {f.name: _value(hints[f.name], f.name) for f in fields(kind) if f.init}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return next(iter(kind)).value
    return _plain(kind, name)


def _generic(origin: Any, arguments: tuple[Any, ...], name: str) -> Any:
    if origin is Literal:
        return arguments[0]
    if origin in (Union, UnionType):
        return _value(next(kind for kind in arguments if kind is not NoneType), name)
    if origin in (dict,):
        return {_value(arguments[0], name): _value(arguments[1], name)}
    if origin is tuple and arguments[-1] is not Ellipsis:
        return [_value(kind, name) for kind in arguments]
    return [_value(arguments[0], name)]


_PLAIN: dict[Any, Any] = {
    bool: True,
    int: 7,
    float: 0.5,
    date: "2025-08-12",
    datetime: "2025-08-13T09:30:00Z",
    UUID: str(STREAM),
    bytes: "c2VhbGVk",
}


def _plain(kind: Any, name: str) -> Any:
    if kind is str:
        return f"{name} ąć„”"
    if kind in _PLAIN:
        return _PLAIN[kind]
    raise TypeError(f"no example of {kind} for {name}")


def _write(sample: Sample) -> None:
    said = {
        "type": sample.type,
        "schema_version": sample.schema_version,
        "state": sample.state,
    }
    text = json.dumps(said, ensure_ascii=False, indent=2, sort_keys=True)
    path(sample.type, sample.schema_version).write_text(text + "\n", "utf-8")


def main() -> None:
    DIRECTORY.mkdir(exist_ok=True)
    for type_name, version in missing():
        if version != EVENT_TYPES[type_name].class_version:
            sys.exit(f"{path(type_name, version)} is gone: look for it in the repository's history")
        _write(example(type_name))
        sys.stdout.write(f"{path(type_name, version)}\n")


if __name__ == "__main__":
    main()
