"""Checks events against their seals, batch by batch, in memory that does not grow with the log."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from infra.seal.chain import GENESIS, Checkpoint, Seal
from infra.seal.entries import (
    DamagedManifest,
    Entry,
    StoredEvent,
    entry_of,
    leaves_of,
    unpack_manifest,
)
from infra.seal.findings import Fault, Finding
from infra.seal.keys import PublicKeys, signed_by
from infra.seal.merkle import root_of


@dataclass(frozen=True, slots=True)
class Batch:
    """A seal and the events found where its own should stand; without a seal, the unsealed end.

    A `closing` seal ends an export: it covers what no seal of the log covered yet and is no part of
    the chain itself.
    """

    seal: Seal | None
    events: Sequence[StoredEvent]
    closing: bool = False


@dataclass(slots=True)
class Verification:
    findings: list[Finding] = field(default_factory=list)
    events: int = 0
    unsealed: int = 0
    seals: int = 0
    end: Checkpoint | None = None

    @property
    def passed(self) -> bool:
        return not self.findings


def verify_batches(
    batches: Iterable[Batch], keys: PublicKeys, kept: Sequence[Checkpoint] = ()
) -> Verification:
    """Findings in the order of the log. `kept` are checkpoints saved outside of it, earlier."""
    verifier = Verifier(keys, kept)
    for batch in batches:
        verifier.check(batch)
    return verifier.finished()


class Verifier:
    """One batch after another."""

    def __init__(self, keys: PublicKeys, kept: Sequence[Checkpoint] = ()) -> None:
        self.result = Verification()
        self._chain = _Chain(keys, {mark.number: mark for mark in kept})

    def check(self, batch: Batch) -> bool:
        """Whether this batch is as it was sealed."""
        found = list(self._findings(batch))
        self.result.events += len(batch.events)
        if batch.seal is None or batch.closing:
            self.result.unsealed += len(batch.events)
        else:
            self.result.seals += 1
            self.result.end = batch.seal.checkpoint()
        self.result.findings.extend(found)
        return not found

    def finished(self) -> Verification:
        self.result.findings.extend(self._chain.unmet())
        return self.result

    def _findings(self, batch: Batch) -> Iterator[Finding]:
        if batch.seal is None:
            yield from _misplaced(batch.events, self._chain.last_position)
            return
        gap = self._chain.misses_before(batch.seal)
        yield from self._chain.check(batch.seal, batch.closing)
        yield from check_batch(batch.seal, batch.events, gap)


class _Chain:
    """Follows the seals one after another."""

    def __init__(self, keys: PublicKeys, kept: dict[int, Checkpoint]) -> None:
        self._keys, self._kept = keys, kept
        self._number, self._hash, self.last_position = 0, GENESIS, 0

    def misses_before(self, seal: Seal) -> bool:
        return seal.number > self._number + 1

    def check(self, seal: Seal, closing: bool) -> Iterator[Finding]:
        if self.misses_before(seal):
            yield Finding(Fault.SEAL_MISSING, seal=self._number + 1)
        elif not self._follows(seal):
            yield Finding(Fault.BROKEN_CHAIN, seal=seal.number)
        if seal.computed_hash() != seal.hash:
            yield Finding(Fault.SEAL_DAMAGED, seal=seal.number)
        yield from self._check_signature(seal)
        if not closing:
            yield from self._check_kept(seal)
        self._number, self._hash = seal.number, seal.hash
        self.last_position = seal.last_position

    def unmet(self) -> Iterator[Finding]:
        """Checkpoints that the log never reached."""
        for mark in self._kept.values():
            yield Finding(
                Fault.TRUNCATED,
                position=mark.last_position,
                seal=mark.number,
                detail=f"({self._number} < {mark.number})",
            )

    def _follows(self, seal: Seal) -> bool:
        return (
            seal.number == self._number + 1
            and seal.previous == self._hash
            and seal.first_position == self.last_position + 1
        )

    def _check_signature(self, seal: Seal) -> Iterator[Finding]:
        public = self._keys.get(seal.key_id)
        if public is None:
            yield Finding(Fault.UNKNOWN_KEY, seal=seal.number, detail=seal.key_id)
        elif not signed_by(public, seal.signature, seal.checkpoint().message()):
            yield Finding(Fault.BAD_SIGNATURE, seal=seal.number)

    def _check_kept(self, seal: Seal) -> Iterator[Finding]:
        mark = self._kept.pop(seal.number, None)
        if mark is not None and mark.hash != seal.hash:
            yield Finding(Fault.FORKED, position=mark.last_position, seal=seal.number)


def check_batch(seal: Seal, events: Sequence[StoredEvent], gap: bool = False) -> list[Finding]:
    """Names what differs. With a `gap` before the seal, earlier events are of the missing one."""
    if gap:
        events = [event for event in events if event.position >= seal.first_position]
    found = [entry_of(event) for event in events]
    manifest = _trusted_manifest(seal)
    if manifest is None:
        return [_damaged(seal), *_without_manifest(seal, found)]
    if found == manifest:
        return []
    return _differences(seal, manifest, found)


def _trusted_manifest(seal: Seal) -> list[Entry] | None:
    """The entries the seal was made of, if they still give its root."""
    try:
        entries = unpack_manifest(seal.manifest, max(seal.event_count, 0))
    except DamagedManifest:
        return None
    return entries if root_of(leaves_of(entries)) == seal.root else None


def _damaged(seal: Seal) -> Finding:
    return Finding(Fault.SEAL_DAMAGED, seal=seal.number, detail="(manifest)")


def _without_manifest(seal: Seal, found: Sequence[Entry]) -> list[Finding]:
    """All that can be said is whether the batch as a whole is what was sealed."""
    if len(found) == seal.event_count and root_of(leaves_of(found)) == seal.root:
        return []
    detail = f"({seal.first_position}–{seal.last_position})"
    return [
        Finding(Fault.BATCH_DIFFERS, position=seal.first_position, seal=seal.number, detail=detail)
    ]


def _differences(seal: Seal, manifest: Sequence[Entry], found: Sequence[Entry]) -> list[Finding]:
    expected = {entry.position: entry for entry in manifest}
    homes = {(entry.stream_id, entry.version): entry.position for entry in manifest}
    findings, seen = list(_out_of_order(seal, found, expected)), set[int]()
    for entry in found:
        fault = _fault_of(entry, expected, homes, seen)
        seen.add(entry.position)
        if fault is not None:
            findings.append(_about(fault, entry, seal, _detail(entry, expected)))
    missing = (entry for position, entry in expected.items() if position not in seen)
    findings.extend(_about(Fault.REMOVED, entry, seal) for entry in missing)
    return findings or [Finding(Fault.BATCH_DIFFERS, seal=seal.number)]


def _fault_of(
    entry: Entry,
    expected: dict[int, Entry],
    homes: dict[tuple[UUID, int], int],
    seen: set[int],
) -> Fault | None:
    sealed = expected.get(entry.position)
    if sealed is None or entry.position in seen:
        return Fault.INSERTED
    if sealed == entry:
        return None
    home = homes.get((entry.stream_id, entry.version), entry.position)
    return Fault.REORDERED if home != entry.position else Fault.CHANGED


def _out_of_order(
    seal: Seal, found: Sequence[Entry], expected: dict[int, Entry]
) -> Iterator[Finding]:
    """Events of this seal that stand after a later one, whatever their content."""
    highest = seal.first_position - 1
    for entry in found:
        if entry.position < highest and entry.position in expected:
            yield _about(Fault.REORDERED, entry, seal)
        highest = max(highest, entry.position)


def _misplaced(events: Sequence[StoredEvent], after: int) -> Iterator[Finding]:
    """Events of the unsealed end at or before a position that is sealed or was passed."""
    for event in events:
        if event.position <= after:
            yield Finding(Fault.INSERTED, event.position, event.stream_id, event.type)
        after = max(after, event.position)


def _detail(entry: Entry, expected: dict[int, Entry]) -> str:
    sealed = expected.get(entry.position)
    if sealed is None:
        return ""
    before = (sealed.type, str(sealed.stream_id), str(sealed.version))
    now = (entry.type, str(entry.stream_id), str(entry.version))
    pairs = [f"{old} → {new}" for old, new in zip(before, now, strict=True) if old != new]
    return f"({', '.join(pairs)})" if pairs else ""


def _about(fault: Fault, entry: Entry, seal: Seal, detail: str = "") -> Finding:
    return Finding(fault, entry.position, entry.stream_id, entry.type, seal.number, detail)
