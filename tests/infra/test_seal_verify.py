from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.seal.chain import Seal, seal_events
from infra.seal.entries import COLUMNS, StoredEvent, encode_event
from infra.seal.findings import Fault, Finding
from infra.seal.keys import SealKey, public_from_text, public_text
from infra.seal.verify import Batch, Verification, verify_batches
from tests.infra.log_samples import KEY, KEYS, START, chain_of, event

FIRST = [event(1), event(2), event(4)]  # position 3 was rolled back
SECOND = [event(5), event(6)]
SEALS = chain_of([FIRST, SECOND])


def verify(
    first: list[StoredEvent] = FIRST,
    second: list[StoredEvent] = SECOND,
    seals: list[Seal] = SEALS,
) -> Verification:
    batches = [Batch(seals[0], first), Batch(seals[1], second)]
    return verify_batches(batches, KEYS)


def found(verification: Verification) -> list[tuple[Fault, int | None]]:
    return [(finding.fault, finding.position) for finding in verification.findings]


CHANGES: dict[str, object] = {
    "stream_id": UUID(int=7),
    "version": 99,
    "type": "NewsItem.Published",
    "schema_version": 2,
    "state": b"{}",
    "effective_on": FIRST[0].effective_on + timedelta(days=1),
    "recorded_at": START + timedelta(hours=1),
    "actor": "ktoś inny",
    "on_behalf_of": "",
    "command_id": UUID(int=8),
    "command_step": 1,
    "command_digest": b"",
    "causation_id": UUID(int=9),
    "correlation_id": UUID(int=10),
}


def test_an_untouched_log_passes() -> None:
    verification = verify()
    assert verification.findings == []
    assert (verification.events, verification.seals, verification.unsealed) == (5, 2, 0)
    assert verification.end == SEALS[1].checkpoint()


def test_every_column_but_the_position_has_a_change_here() -> None:
    assert {"position", *CHANGES} == set(COLUMNS)


@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_column_is_found_and_named(column: str) -> None:
    changed = replace(FIRST[1], **{column: CHANGES[column]})  # type: ignore[arg-type]
    (finding,) = verify(first=[FIRST[0], changed, FIRST[2]]).findings
    assert (finding.fault, finding.position, finding.seal) == (Fault.CHANGED, 2, 1)
    assert (finding.stream_id, finding.type) == (changed.stream_id, changed.type)


def test_a_removed_event_is_named_by_what_was_sealed() -> None:
    removed = verify(first=[FIRST[0], FIRST[2]])
    assert removed.findings == [
        Finding(Fault.REMOVED, 2, FIRST[1].stream_id, "NewsItem.Corrected", 1)
    ]
    assert removed.findings[0].text() == (
        f"zdarzenie usunięto: pozycja 2, NewsItem.Corrected, {FIRST[1].stream_id}, pieczęć 1"
    )


def test_an_event_put_into_a_hole_is_found() -> None:
    assert found(verify(first=[*FIRST[:2], event(3), FIRST[2]])) == [(Fault.INSERTED, 3)]


def test_an_event_given_twice_is_found() -> None:
    assert found(verify(first=[FIRST[0], FIRST[0], *FIRST[1:]])) == [(Fault.INSERTED, 1)]


def test_events_that_changed_places_are_found() -> None:
    swapped = [replace(FIRST[1], position=1), replace(FIRST[0], position=2), FIRST[2]]
    assert found(verify(first=swapped)) == [(Fault.REORDERED, 1), (Fault.REORDERED, 2)]


def test_lines_that_changed_places_are_found() -> None:
    assert found(verify(first=[FIRST[1], FIRST[0], FIRST[2]])) == [(Fault.REORDERED, 1)]


def test_an_event_moved_to_another_batch_is_found() -> None:
    moved = verify(first=FIRST[:2], second=[FIRST[2], *SECOND])
    assert found(moved) == [(Fault.REMOVED, 4), (Fault.INSERTED, 4)]


def test_an_unsealed_event_may_not_stand_before_the_sealed_ones() -> None:
    batches = [Batch(SEALS[0], FIRST), Batch(None, [event(3), event(5)])]
    assert found(verify_batches(batches, KEYS)) == [(Fault.INSERTED, 3)]


def test_a_missing_seal_is_named_and_its_events_are_not_blamed() -> None:
    verification = verify_batches([Batch(SEALS[1], [*FIRST, *SECOND])], KEYS)
    assert verification.findings == [Finding(Fault.SEAL_MISSING, seal=1)]


def test_a_truncated_end_is_found_against_a_kept_checkpoint() -> None:
    kept = [SEALS[1].checkpoint()]
    cut = verify_batches([Batch(SEALS[0], FIRST)], KEYS, kept)
    assert found(cut) == [(Fault.TRUNCATED, 6)]
    whole = verify_batches([Batch(SEALS[0], FIRST), Batch(SEALS[1], SECOND)], KEYS, kept)
    assert whole.passed


def test_another_history_behind_a_kept_checkpoint_is_found() -> None:
    other = chain_of([FIRST, [event(5), event(7)]])
    batches = [Batch(other[0], FIRST), Batch(other[1], [event(5), event(7)])]
    assert found(verify_batches(batches, KEYS, [SEALS[1].checkpoint()])) == [(Fault.FORKED, 6)]


def test_a_forged_event_with_every_hash_made_anew_fails_on_the_signature() -> None:
    forged = [replace(FIRST[0], state=b"{}"), *FIRST[1:]]
    anew = seal_events(None, forged, START, KEY)
    kept_signature = replace(anew, signature=SEALS[0].signature)
    verification = verify_batches([Batch(kept_signature, forged)], KEYS)
    assert verification.findings == [Finding(Fault.BAD_SIGNATURE, seal=1)]


def test_a_key_that_is_not_trusted_is_named() -> None:
    stranger = SealKey(bytes(32))
    seals = chain_of([FIRST], stranger)
    verification = verify_batches([Batch(seals[0], FIRST)], KEYS)
    assert verification.findings == [Finding(Fault.UNKNOWN_KEY, seal=1, detail=stranger.id)]


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"previous": bytes(31) + b"\x01"}, {Fault.BROKEN_CHAIN, Fault.SEAL_DAMAGED}),
        ({"root": bytes(32)}, {Fault.SEAL_DAMAGED, Fault.BATCH_DIFFERS}),
        ({"sealed_at": START + timedelta(microseconds=1)}, {Fault.SEAL_DAMAGED}),
        ({"first_position": 6}, {Fault.BROKEN_CHAIN, Fault.SEAL_DAMAGED}),
        ({"last_position": 7}, {Fault.SEAL_DAMAGED, Fault.BAD_SIGNATURE}),
        ({"event_count": 3}, {Fault.SEAL_DAMAGED, Fault.BATCH_DIFFERS}),
        ({"hash": bytes(32)}, {Fault.SEAL_DAMAGED, Fault.BAD_SIGNATURE}),
        ({"signature": bytes(64)}, {Fault.BAD_SIGNATURE}),
        ({"key_id": "0" * 16}, {Fault.UNKNOWN_KEY}),
        ({"manifest": b""}, {Fault.SEAL_DAMAGED}),
    ],
)
def test_a_changed_seal_is_found(change: dict[str, object], faults: set[Fault]) -> None:
    seals = [SEALS[0], replace(SEALS[1], **change)]  # type: ignore[arg-type]
    verification = verify(seals=seals)
    assert {finding.fault for finding in verification.findings} == faults


@given(st.text(), st.text(), st.binary(), st.none() | st.text())
def test_no_two_events_share_an_encoding(
    kind: str, actor: str, state: bytes, on_behalf_of: str | None
) -> None:
    original = event(1)
    other = replace(original, type=kind, actor=actor, state=state, on_behalf_of=on_behalf_of)
    assert (encode_event(other) == encode_event(original)) == (other == original)
    shifted = replace(other, type=kind + "x", actor=actor[1:])
    assert encode_event(shifted) != encode_event(other)


def test_the_public_key_survives_its_line_of_text() -> None:
    assert public_from_text(public_text(KEY.public) + "\n") == KEY.public
    with pytest.raises(ValueError):
        public_from_text("ssh-ed25519 AAAA")
