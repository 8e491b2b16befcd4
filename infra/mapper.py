"""Between domain events and the bytes that the log keeps: JSON of the event's own facts.

What the log has columns for (stream, version, the two times) isn't repeated in the state. Decoding is
typed: every value comes back as the class that the event declares.
"""

from collections.abc import Callable
from dataclasses import MISSING, fields
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple, get_type_hints
from uuid import UUID

import msgspec

import domain.features
from domain.aggregate import EVENT_TYPES, Event
from infra.personal.fields import from_json, to_json
from projections.log import NewerEvent

_ENVELOPE = {
    "originator_id",
    "originator_version",
    "originator_topic",
    "timestamp",
    "effective_on",
}

__all__ = ["NewerEvent", "UnknownEvent", "domain", "to_event", "to_state"]


class UnknownEvent(Exception):
    """The log holds a type of event that this version of the program doesn't know."""


class Shape(NamedTuple):
    cls: type[Event]
    names: tuple[str, ...]
    schema_version: int
    created_topic: str | None
    payload: type[msgspec.Struct]
    decode: Callable[[bytes], Any]


def to_state(event: Event) -> bytes:
    shape = shape_of(event.TYPE)
    facts = event.__dict__
    return _encode({name: facts[name] for name in shape.names})


def to_event(
    type_name: str,
    schema_version: int,
    state: bytes,
    stream_id: UUID,
    version: int,
    recorded_at: datetime,
    effective_on: date,
) -> Event:
    """Raises UnknownEvent, NewerEvent, msgspec.DecodeError, msgspec.ValidationError."""
    shape = shape_of(type_name)
    if schema_version == shape.schema_version:
        payload = shape.decode(state)
    else:
        payload = _upcast(shape, schema_version, state)
    facts = msgspec.structs.asdict(payload)
    facts["originator_id"] = stream_id
    facts["originator_version"] = version
    facts["timestamp"] = recorded_at
    facts["effective_on"] = effective_on
    if shape.created_topic is not None:
        facts["originator_topic"] = shape.created_topic
    event = object.__new__(shape.cls)
    object.__setattr__(event, "__dict__", facts)
    return event


@cache
def shape_of(type_name: str) -> Shape:
    cls = EVENT_TYPES.get(type_name)
    if cls is None:
        raise UnknownEvent(f"unknown type of event {type_name}")
    hints = get_type_hints(cls)
    own = [field for field in fields(cls) if field.name not in _ENVELOPE]
    payload = msgspec.defstruct(
        type_name.replace(".", ""),
        [
            (field.name, hints[field.name])
            if field.default is MISSING
            else (field.name, hints[field.name], field.default)
            for field in own
        ],
        forbid_unknown_fields=True,  # what this program doesn't know of isn't dropped in silence
    )
    return Shape(
        cls=cls,
        names=tuple(field.name for field in own),
        schema_version=cls.class_version,
        created_topic=type_name.split(".")[0] if "originator_topic" in hints else None,
        payload=payload,
        decode=msgspec.json.Decoder(payload, dec_hook=from_json).decode,
    )


def _upcast(shape: Shape, schema_version: int, state: bytes) -> Any:
    """Runs `upcast_v1_v2(state)`, … of the event class on the plain values."""
    if schema_version > shape.schema_version:
        raise NewerEvent(
            f"{shape.cls.TYPE} has schema version {schema_version}, this program knows up to {shape.schema_version}"
        )
    facts = msgspec.json.decode(state)
    for old in range(schema_version, shape.schema_version):
        getattr(shape.cls, f"upcast_v{old}_v{old + 1}")(facts)
    return msgspec.convert(facts, shape.payload, dec_hook=from_json)


_encode = msgspec.json.Encoder(order="deterministic", enc_hook=to_json).encode
