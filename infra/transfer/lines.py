"""The lines of an export: newline-delimited JSON in gzip.

header, then the log (events in the order of their positions, each seal behind its events, a
closing seal over what was not sealed yet), then the rows of other tables, persons, and the end with
the digests of all of these, signed.
"""

from base64 import b64decode
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from infra.seal.chain import Seal
from infra.seal.entries import StoredEvent
from infra.transfer.tables import BESIDE

FORMAT = "wspolna-log"
VERSION = 1

Bigint = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
Integer = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
Smallint = Annotated[int, msgspec.Meta(ge=-(2**15), le=2**15 - 1)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", gc=False):
    pass


class Secret(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the passphrase of an export with keys becomes a key: scrypt."""

    salt: bytes
    n: int
    r: int
    p: int


class Header(Line, frozen=True, tag="header"):
    format: str
    version: int
    origin: str
    """Id of the exporting installation's key."""
    exported_at: Instant
    keys: dict[str, bytes]
    """Public keys of the seals. Trust them as far as you trust the file, or bring your own."""
    secret: Secret | None = None


class EventLine(Line, frozen=True, tag="event", omit_defaults=True):
    position: Bigint
    stream_id: UUID
    version: Integer
    type: str
    schema_version: Smallint
    effective_on: date
    recorded_at: Instant
    actor: str
    on_behalf_of: str | None
    command_id: UUID
    command_step: Smallint
    command_digest: bytes
    causation_id: UUID
    correlation_id: UUID
    state: str = ""
    state_base64: str = ""
    """Instead of `state`, where that isn't UTF-8."""


class SealLine(Line, frozen=True, tag="seal"):
    number: Bigint
    first_position: Bigint
    last_position: Bigint
    event_count: Integer
    root: bytes
    previous: bytes
    hash: bytes
    sealed_at: Instant
    signature: bytes
    key_id: str
    manifest: bytes


class ClosingLine(SealLine, frozen=True, tag="closing"):
    """A seal of the export alone."""


class RowLine(Line, frozen=True, tag="row"):
    """A row of one of `tables.BESIDE`, as PostgreSQL's row_to_json writes it."""

    table: str
    row: dict[str, Any]


class PersonLine(Line, frozen=True, tag="person"):
    """A person's key under the passphrase; without one, only that there was such a person."""

    person_id: UUID
    created_at: Instant
    destroyed_at: Instant | None = None
    wrapped_key: bytes | None = None


class End(Line, frozen=True, tag="end"):
    events: int
    seals: int
    digests: dict[str, str]
    """SHA-256 of each section's lines."""
    key_id: str
    signature: bytes

    def message(self) -> bytes:
        return b"wspolna.export\x00\x01" + encode(msgspec.structs.replace(self, signature=b""))


AnyLine = Header | EventLine | SealLine | ClosingLine | RowLine | PersonLine | End

SECTIONS = ("header", "log", *(table.name for table in BESIDE), "persons")
"""In the order of the file."""


def section_of(line: Line) -> str:
    match line:
        case Header():
            return "header"
        case RowLine():
            return line.table
        case PersonLine():
            return "persons"
    return "log"


encode = msgspec.json.Encoder(order="deterministic").encode
decode: Any = msgspec.json.Decoder(AnyLine).decode

_SHARED = [name for name in StoredEvent.__dataclass_fields__ if name != "state"]


def line_of_event(event: StoredEvent) -> EventLine:
    """JSON text keeps every byte of UTF-8; whatever else a row holds travels as base64."""
    shared: dict[str, Any] = {name: getattr(event, name) for name in _SHARED}
    try:
        return EventLine(**shared, state=event.state.decode())
    except UnicodeDecodeError:
        return EventLine(**shared, state_base64=msgspec.to_builtins(event.state))


def event_of_line(line: EventLine) -> StoredEvent:
    """Raises ValueError where the state isn't base64."""
    shared: dict[str, Any] = {name: getattr(line, name) for name in _SHARED}
    if line.state_base64:
        return StoredEvent(**shared, state=b64decode(line.state_base64, validate=True))
    return StoredEvent(**shared, state=line.state.encode())


def line_of_seal(seal: Seal, closing: bool = False) -> SealLine:
    return (ClosingLine if closing else SealLine)(**_fields(seal))


def seal_of_line(line: SealLine) -> Seal:
    return Seal(**{name: getattr(line, name) for name in Seal.__dataclass_fields__})


def _fields(seal: Seal) -> dict[str, Any]:
    return {name: getattr(seal, name) for name in Seal.__dataclass_fields__}
