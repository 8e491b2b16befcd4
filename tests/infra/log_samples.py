"""Rows of a log, made without a database."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from infra.seal.chain import Seal, seal_events
from infra.seal.entries import StoredEvent
from infra.seal.keys import SealKey, keyring

KEY = SealKey(b"a seed of thirty-two bytes, test")
KEYS = keyring([KEY.public])
START = datetime(2025, 8, 13, 9, 30, tzinfo=UTC)


def event(position: int, stream: int = 0, version: int | None = None) -> StoredEvent:
    return StoredEvent(
        position=position,
        stream_id=_id(f"stream {stream}"),
        version=version or position,
        type="NewsItem.Drafted" if position == 1 else "NewsItem.Corrected",
        schema_version=1,
        state=f'{{"title":"Spotkanie w Bełchatowie {position}"}}'.encode(),
        effective_on=date(2025, 8, 12),
        recorded_at=START + timedelta(microseconds=position),
        actor="redaktor",
        on_behalf_of="100701" if position % 2 else None,
        command_id=_id(f"command {position}"),
        command_step=0,
        command_digest=b"\x00\x01\x02\x03\x04\x05\x06\x07",
        causation_id=_id(f"command {position}"),
        correlation_id=_id("first command"),
    )


def chain_of(batches: Sequence[Sequence[StoredEvent]], key: SealKey = KEY) -> list[Seal]:
    seals: list[Seal] = []
    for events in batches:
        seals.append(seal_events(seals[-1].checkpoint() if seals else None, events, START, key))
    return seals


def _id(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, name)
