"""Seals: each covers a run of positions and stands on the hash of the one before."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from infra.seal.entries import Entry, StoredEvent, entry_of, leaves_of, microseconds, pack_manifest
from infra.seal.keys import SealKey
from infra.seal.merkle import root_of

GENESIS = bytes(32)
"""What the first seal stands on."""

_SEAL = struct.Struct(">qqqi32s32sq")
_CHECKPOINT = struct.Struct(">qq32s")


@dataclass(frozen=True, slots=True)
class Seal:
    """Covers exactly `event_count` events from `first_position` to `last_position`, both included.

    `first_position` follows the seal before, so a hole in the positions belongs to a seal as well,
    and an event put into it later is found.
    """

    number: int
    first_position: int
    last_position: int
    event_count: int
    root: bytes
    previous: bytes
    hash: bytes
    sealed_at: datetime
    signature: bytes
    key_id: str
    manifest: bytes

    def computed_hash(self) -> bytes:
        packed = _SEAL.pack(
            self.number,
            self.first_position,
            self.last_position,
            self.event_count,
            self.root,
            self.previous,
            microseconds(self.sealed_at),
        )
        return sha256(b"wspolna.seal\x00\x01" + packed).digest()

    def checkpoint(self) -> "Checkpoint":
        return Checkpoint(self.number, self.last_position, self.hash, self.key_id, self.signature)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The signed end of the chain at one time; whoever keeps one can tell when the log is cut."""

    number: int
    last_position: int
    hash: bytes
    key_id: str
    signature: bytes

    def message(self) -> bytes:
        packed = _CHECKPOINT.pack(self.number, self.last_position, self.hash)
        return b"wspolna.checkpoint\x00\x01" + packed


def seal_events(
    previous: Checkpoint | None, events: Sequence[StoredEvent], at: datetime, key: SealKey
) -> Seal:
    return seal_entries(previous, [entry_of(event) for event in events], at, key)


def seal_entries(
    previous: Checkpoint | None, entries: Sequence[Entry], at: datetime, key: SealKey
) -> Seal:
    """The next seal over entries in the order of their positions; there must be one at least."""
    unsigned = Seal(
        number=previous.number + 1 if previous else 1,
        first_position=previous.last_position + 1 if previous else 1,
        last_position=entries[-1].position,
        event_count=len(entries),
        root=root_of(leaves_of(entries)),
        previous=previous.hash if previous else GENESIS,
        hash=b"",
        sealed_at=at,
        signature=b"",
        key_id=key.id,
        manifest=pack_manifest(entries),
    )
    hashed = replace(unsigned, hash=unsigned.computed_hash())
    return replace(hashed, signature=key.sign(hashed.checkpoint().message()))
