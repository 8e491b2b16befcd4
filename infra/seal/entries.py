"""What is sealed of an event: a canonical encoding of every column, and the entry for it.

An entry carries, beside the digest of the whole event, its position, stream, version and type. A
seal keeps its entries (the manifest), so that an event that was changed or removed afterwards can
still be named, and not only the batch it stood in.
"""

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from uuid import UUID

from infra.seal.merkle import leaf_hash

DOMAIN = b"wspolna.event\x00\x01"  # the last byte is the version of this encoding

# position, stream, version, schema version, effective_on (days since year 1), recorded_at
# (microseconds since 1970, UTC), command, step, causation, correlation
_FIXED = struct.Struct(">q16sihiq16sh16s16s")
_LENGTH = struct.Struct(">I")
_NULL = b"\xff\xff\xff\xff"
_ENTRY = struct.Struct(">q16si32sI")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_MANIFEST = 1 << 26  # bytes unpacked: hundreds of thousands of entries


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """One row of the table `events`, every column, `state` as the exact bytes."""

    position: int
    stream_id: UUID
    version: int
    type: str
    schema_version: int
    state: bytes
    effective_on: date
    recorded_at: datetime
    actor: str
    on_behalf_of: str | None
    command_id: UUID
    command_step: int
    command_digest: bytes
    causation_id: UUID
    correlation_id: UUID


COLUMNS = tuple(StoredEvent.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Entry:
    position: int
    stream_id: UUID
    version: int
    type: str
    digest: bytes

    def packed(self) -> bytes:
        kind = self.type.encode()
        head = _ENTRY.pack(
            self.position, self.stream_id.bytes, self.version, self.digest, len(kind)
        )
        return head + kind

    def leaf(self) -> bytes:
        return leaf_hash(self.packed())


class DamagedManifest(ValueError):
    pass


def encode_event(event: StoredEvent) -> bytes:
    """Injective: two different rows never share an encoding, whatever their texts hold."""
    fixed = _FIXED.pack(
        event.position,
        event.stream_id.bytes,
        event.version,
        event.schema_version,
        event.effective_on.toordinal(),
        microseconds(event.recorded_at),
        event.command_id.bytes,
        event.command_step,
        event.causation_id.bytes,
        event.correlation_id.bytes,
    )
    texts = (event.type.encode(), event.state, event.actor.encode(), event.command_digest)
    on_behalf_of = None if event.on_behalf_of is None else event.on_behalf_of.encode()
    return b"".join((DOMAIN, fixed, *map(_sized, texts), _sized(on_behalf_of)))


def entry_of(event: StoredEvent) -> Entry:
    digest = sha256(encode_event(event)).digest()
    return Entry(event.position, event.stream_id, event.version, event.type, digest)


def pack_manifest(entries: Iterable[Entry]) -> bytes:
    return zlib.compress(b"".join(entry.packed() for entry in entries), 6)


def unpack_manifest(manifest: bytes, count: int) -> list[Entry]:
    """Raises DamagedManifest."""
    data = _inflate(manifest)
    entries, offset = [], 0
    while offset < len(data):
        entry, offset = _read_entry(data, offset)
        entries.append(entry)
    if len(entries) != count:
        raise DamagedManifest(f"{len(entries)} entries, not {count}")
    return entries


def leaves_of(entries: Sequence[Entry]) -> list[bytes]:
    return [entry.leaf() for entry in entries]


def _inflate(manifest: bytes) -> bytes:
    inflater = zlib.decompressobj()
    try:
        data = inflater.decompress(manifest, _MAX_MANIFEST)
    except zlib.error as error:
        raise DamagedManifest(str(error)) from error
    if not inflater.eof or inflater.unused_data:
        raise DamagedManifest("not as long as its entries")
    return data


def _read_entry(data: bytes, offset: int) -> tuple[Entry, int]:
    end = offset + _ENTRY.size
    try:
        position, stream, version, digest, length = _ENTRY.unpack(data[offset:end])
        kind = data[end : end + length].decode()
    except (struct.error, UnicodeDecodeError) as error:
        raise DamagedManifest(str(error)) from error
    if end + length > len(data):
        raise DamagedManifest("ends within an entry")
    return Entry(position, UUID(bytes=stream), version, kind, digest), end + length


def _sized(text: bytes | None) -> bytes:
    return _NULL if text is None else _LENGTH.pack(len(text)) + text


def microseconds(at: datetime) -> int:
    """Since 1970, UTC; exact, which a float of seconds is not for every year."""
    elapsed = at - _EPOCH
    return (elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds
