import gzip
import io
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.seal.chain import Checkpoint
from infra.seal.entries import StoredEvent
from infra.seal.findings import Fault
from infra.seal.keys import SealKey, keyring
from infra.seal.verify import Batch, Verification
from infra.transfer.lines import (
    ClosingLine,
    End,
    EventLine,
    Header,
    PersonLine,
    RowLine,
    SealLine,
    decode,
    encode,
)
from infra.transfer.reader import ExportReader, NotAnExport, verify_export
from infra.transfer.writer import ExportWriter
from tests.infra.log_samples import KEY, KEYS, START, chain_of, event

FIRST = [event(1), event(2), event(4)]
SECOND = [replace(event(5), state=b"\xff\x00 not UTF-8"), event(6)]
TAIL = [event(8), event(9)]
SEALS = chain_of([FIRST, SECOND])
BATCHES = [Batch(SEALS[0], FIRST), Batch(SEALS[1], SECOND), Batch(None, TAIL)]
CLAIM = RowLine("claims", {"key": "news-slug:100704:spotkanie", "stream_id": str(UUID(int=1))})
VIEWS = RowLine("news_views", {"news_id": str(UUID(int=1)), "count": 41})
REACTOR = RowLine("reactors", {"name": "webhooks", "position": 6})
DELIVERY = RowLine("outbox", {"key": "k", "task": "webhook", "payload": {"n": [1, 2.5, None]}})
PERSON = PersonLine(UUID(int=2), START)
BESIDE = [CLAIM, VIEWS, REACTOR, DELIVERY, PERSON]


def exported() -> bytes:
    file = io.BytesIO()
    with ExportWriter(file, KEY, START) as writer:
        writer.header(KEYS)
        writer.log(BATCHES)
        for line in BESIDE:
            writer.line(line)
    return file.getvalue()


EXPORT = exported()
LINES = gzip.decompress(EXPORT).splitlines(keepends=True)


def verify(lines: list[bytes], kept: list[Checkpoint] | None = None) -> Verification:
    return verify_export(io.BytesIO(gzip.compress(b"".join(lines), 1)), KEYS, kept or [])


def faults(lines: list[bytes]) -> list[tuple[Fault, int | None]]:
    return [(finding.fault, finding.position) for finding in verify(lines).findings]


def line_with(text: bytes) -> int:
    (index,) = [i for i, line in enumerate(LINES) if text in line]
    return index


def test_an_export_gives_back_every_event_seal_and_line() -> None:
    reader = ExportReader(io.BytesIO(EXPORT))
    *sealed, closing = list(reader.batches())
    assert sealed == BATCHES[:2]
    assert (closing.events, closing.closing) == (TAIL, True)
    assert list(reader.beside()) == BESIDE
    assert reader.findings == []


def test_an_untouched_export_passes() -> None:
    result = verify_export(io.BytesIO(EXPORT), KEYS, [SEALS[0].checkpoint()])
    assert result.findings == []
    assert (result.events, result.seals, result.unsealed) == (7, 2, 2)


def test_only_what_was_sealed_before_the_export_is_its_checkpoint() -> None:
    assert verify(LINES).end == SEALS[1].checkpoint()
    later = chain_of([FIRST, SECOND, TAIL])[2].checkpoint()
    found = verify(LINES, kept=[later]).findings
    assert [(f.fault, f.position) for f in found] == [(Fault.TRUNCATED, 9)]


def test_a_changed_state_is_named_with_its_position() -> None:
    lines = list(LINES)
    at = line_with(b'"position":2,')
    lines[at] = lines[at].replace("Bełchatowie".encode(), b"Opocznie")
    assert faults(lines) == [(Fault.CHANGED, 2), (Fault.SECTION_DIFFERS, None)]


def test_an_event_not_sealed_yet_is_named_as_well() -> None:
    lines = [line for line in LINES if b'"position":8,' not in line]
    assert faults(lines)[0] == (Fault.REMOVED, 8)


def test_a_changed_claim_is_found() -> None:
    lines = [line.replace(b":spotkanie", b":inne") for line in LINES]
    found = verify(lines).findings
    assert [(f.fault, f.detail) for f in found] == [(Fault.SECTION_DIFFERS, "(claims)")]


def test_an_export_cut_at_its_end_is_found() -> None:
    assert faults(LINES[:-1]) == [(Fault.TRUNCATED, None)]


def test_a_file_cut_by_bytes_is_found() -> None:
    result = verify_export(io.BytesIO(EXPORT[: len(EXPORT) - 20]), KEYS)
    assert Fault.TRUNCATED in {finding.fault for finding in result.findings}


def test_an_export_signed_anew_by_a_stranger_needs_a_kept_key_to_be_found() -> None:
    stranger = SealKey(bytes(32))
    file = io.BytesIO()
    with ExportWriter(file, stranger, START) as writer:
        writer.header({})
        writer.log([Batch(chain_of([FIRST], stranger)[0], FIRST)])
    assert verify_export(io.BytesIO(file.getvalue())).passed
    against_own = verify_export(io.BytesIO(file.getvalue()), KEYS)
    assert {finding.fault for finding in against_own.findings} == {Fault.UNKNOWN_KEY}


@pytest.mark.parametrize(
    "content",
    [b"", b"text", gzip.compress(b""), gzip.compress(b'{"a":1}\n')],
    ids=["empty", "text", "nothing compressed", "something else compressed"],
)
def test_another_file_is_refused(content: bytes) -> None:
    with pytest.raises(NotAnExport):
        verify_export(io.BytesIO(content), KEYS)


# --- any mutation is found ---


@settings(max_examples=300)
@given(st.integers(0, len(b"".join(LINES)) - 1), st.integers(1, 255))
def test_any_changed_byte_is_found(at: int, flip: int) -> None:
    text = bytearray(b"".join(LINES))
    text[at] ^= flip
    assert_found([bytes(text)])


@settings(max_examples=100)
@given(st.data())
def test_any_removed_repeated_or_moved_line_is_found(data: st.DataObject) -> None:
    lines = list(LINES)
    index = data.draw(st.integers(0, len(lines) - 1))
    match data.draw(st.sampled_from(["remove", "repeat", "move"])):
        case "remove":
            del lines[index]
        case "repeat":
            lines.insert(data.draw(st.integers(0, len(lines))), lines[index])
        case _:
            lines.insert(data.draw(st.integers(0, len(lines) - 1)), lines.pop(index))
    if lines != LINES:
        assert_found(lines)


@settings(max_examples=100)
@given(st.data())
def test_any_changed_event_is_named_even_when_the_digests_are_made_anew(
    data: st.DataObject,
) -> None:
    """Whoever can sign the export, but not the seals, still cannot change an event unseen."""
    position = data.draw(st.sampled_from([1, 2, 4, 5, 6]))
    batches = [
        Batch(batch.seal, [_forged(e, data) if e.position == position else e for e in batch.events])
        for batch in BATCHES[:2]
    ]
    file = io.BytesIO()
    exporter = SealKey(b"another key of thirty-two bytes!")
    with ExportWriter(file, exporter, START) as writer:
        writer.header(KEYS)
        writer.log(batches)
    result = verify_export(io.BytesIO(file.getvalue()), {**KEYS, **keyring([exporter.public])})
    assert [(f.fault, f.position) for f in result.findings] == [(Fault.CHANGED, position)]


def test_every_kind_of_line_stands_in_the_sample() -> None:
    kinds = {type(decode(line)) for line in LINES}
    assert {Header, End, SealLine, ClosingLine, EventLine, *map(type, BESIDE)} == kinds
    assert [encode(decode(line)) + b"\n" for line in LINES] == LINES


def assert_found(lines: list[bytes]) -> None:
    try:
        result = verify(lines)
    except NotAnExport:
        return
    assert result.findings


def _forged(original: StoredEvent, data: st.DataObject) -> StoredEvent:
    changes: dict[str, Any] = {
        "state": data.draw(st.binary()),
        "actor": data.draw(st.text(st.characters(exclude_categories=["Cs"]))),
        "schema_version": data.draw(st.integers(2, 100)),
    }
    return replace(original, **changes)
