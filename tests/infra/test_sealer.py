import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from psycopg import Connection
from psycopg_pool import ConnectionPool

from infra.bootstrap import connect, open_pool
from infra.log import EventLog
from infra.seal.findings import Fault
from infra.seal.keys import SealKey
from infra.seal.proof import prove
from infra.seal.sealer import Sealer, read_checkpoint
from infra.seal.store import (
    known_keys,
    last_checkpoint,
    seal_covering,
    verify_stored,
)
from infra.seal.verify import Verification
from tests.infra.log_samples import KEY, KEYS

_INSERT = """
INSERT INTO events (stream_id, version, type, schema_version, state, effective_on, recorded_at,
    actor, command_id, command_step, command_digest, causation_id, correlation_id)
SELECT gen_random_uuid(), 1, 'Test.Happened', 1, '{"n":1}', now(), now(), 'test',
    gen_random_uuid(), 0, '\\x00', gen_random_uuid(), gen_random_uuid()
FROM generate_series(1, %s)
"""


class Installation:
    def __init__(self, url: str, pool: ConnectionPool[Connection[Any]]) -> None:
        self.url, self.pool = url, pool

    def happen(self, count: int) -> None:
        with self.pool.connection() as connection:
            connection.execute(_INSERT, (count,))

    def sealer(self, batch: int = 10, keep: Path | None = None, key: SealKey = KEY) -> Sealer:
        return Sealer(self.pool.connection, EventLog(), key, lambda: datetime.now(UTC), keep, batch)

    def verify(self, **options: Any) -> Verification:
        with connect(self.url) as connection:
            return verify_stored(connection, **options)

    def execute(self, statement: str) -> None:
        with self.pool.connection() as connection:
            connection.execute(statement.encode())


@pytest.fixture
def installation(database_url: str) -> Iterator[Installation]:
    with open_pool(database_url) as pool:
        yield Installation(database_url, pool)


def found(verification: Verification) -> list[tuple[Fault, int | None, int | None]]:
    return [(each.fault, each.position, each.seal) for each in verification.findings]


def test_the_log_is_sealed_in_batches_that_verify(installation: Installation) -> None:
    installation.happen(25)
    assert installation.sealer().catch_up() == 3
    installation.happen(1)
    verification = installation.verify(trusted=KEYS)
    assert verification.findings == []
    assert (verification.events, verification.seals, verification.unsealed) == (26, 3, 1)


def test_nothing_new_makes_no_seal(installation: Installation) -> None:
    assert installation.sealer().catch_up() == 0
    installation.happen(1)
    assert installation.sealer().catch_up() == 1
    assert installation.sealer().catch_up() == 0


def test_a_seal_waits_for_a_transaction_that_may_fill_a_hole(installation: Installation) -> None:
    with connect(installation.url) as writer:
        with writer.transaction():
            writer.execute(_INSERT, (1,))  # position 1, not committed
            installation.happen(1)  # position 2
            assert installation.sealer().catch_up() == 0
        assert installation.sealer().catch_up() == 1
    verification = installation.verify()
    assert (verification.events, verification.unsealed, verification.findings) == (2, 0, [])


def test_a_hole_left_by_a_rollback_is_sealed_as_a_hole(installation: Installation) -> None:
    with connect(installation.url) as writer, writer.transaction(force_rollback=True):
        writer.execute(_INSERT, (1,))
    installation.happen(1)
    installation.sealer().catch_up()
    assert installation.verify().passed
    installation.execute("INSERT INTO events SELECT 1, gen_random_uuid(), 1, type, schema_version, "
        "state, effective_on, recorded_at, actor, on_behalf_of, gen_random_uuid(), 0, "
        "command_digest, causation_id, correlation_id FROM events")  # fmt: skip
    assert found(installation.verify()) == [(Fault.INSERTED, 1, 1)]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE events SET state = '{}' WHERE position = 12", [(Fault.CHANGED, 12, 2)]),
        ("UPDATE events SET actor = 'x' WHERE position = 12", [(Fault.CHANGED, 12, 2)]),
        ("DELETE FROM events WHERE position = 12", [(Fault.REMOVED, 12, 2)]),
        ("DELETE FROM seals WHERE number = 2", [(Fault.SEAL_MISSING, None, 2)]),
        ("UPDATE seals SET root = 'x' WHERE number = 3", [
            (Fault.SEAL_DAMAGED, None, 3),
            (Fault.SEAL_DAMAGED, None, 3),
            (Fault.BATCH_DIFFERS, 21, 3),
        ]),
        ("UPDATE events SET position = 100 WHERE position = 12", [
            (Fault.REMOVED, 12, 2),
        ]),
    ],
)  # fmt: skip
def test_tampering_with_the_database_is_found(
    installation: Installation, statement: str, expected: list[Any]
) -> None:
    installation.happen(25)
    installation.sealer().catch_up()
    installation.execute(statement)
    assert found(installation.verify(trusted=KEYS)) == expected


def test_a_log_cut_at_its_end_is_found_by_the_checkpoint_outside(
    installation: Installation, tmp_path: Path
) -> None:
    installation.happen(25)
    keep = tmp_path / "checkpoint.json"
    installation.sealer(keep=keep).catch_up()
    installation.execute("DELETE FROM events WHERE position > 20")
    installation.execute("DELETE FROM seals WHERE number > 2")
    assert installation.verify().passed
    kept = [read_checkpoint(keep)]
    assert found(installation.verify(kept=kept)) == [(Fault.TRUNCATED, 25, 3)]


def test_a_chain_made_anew_by_a_stranger_is_found_by_the_kept_key(
    installation: Installation,
) -> None:
    installation.happen(5)
    stranger = SealKey(os.urandom(32))
    installation.sealer(key=stranger).catch_up()
    assert installation.verify().passed
    assert found(installation.verify(trusted=KEYS)) == [(Fault.UNKNOWN_KEY, None, 1)]


def test_a_new_key_goes_on_where_the_old_one_stopped(installation: Installation) -> None:
    installation.happen(5)
    installation.sealer().catch_up()
    installation.happen(5)
    installation.sealer(key=SealKey(bytes(32))).catch_up()
    assert installation.verify().passed
    with connect(installation.url) as connection:
        assert set(known_keys(connection)) == {KEY.id, SealKey(bytes(32)).id}


def test_several_sealers_at_once_make_one_chain(installation: Installation) -> None:
    installation.happen(300)
    sealers = [installation.sealer(batch=7) for _ in range(4)]
    deadline = time.monotonic() + 20

    def work(sealer: Sealer) -> None:
        while time.monotonic() < deadline and installation.verify().unsealed:
            sealer.catch_up()

    threads = [threading.Thread(target=work, args=(sealer,)) for sealer in sealers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verification = installation.verify()
    assert (verification.findings, verification.events, verification.unsealed) == ([], 300, 0)


def _seal_for_ever(url: str) -> None:
    with open_pool(url, size=2) as pool:
        while True:
            Sealer(pool.connection, EventLog(), KEY, lambda: datetime.now(UTC), batch=3).catch_up()


def test_a_sealer_killed_anywhere_leaves_a_chain_that_goes_on(installation: Installation) -> None:
    spawn = multiprocessing.get_context("spawn")
    for _ in range(2):
        process = spawn.Process(target=_seal_for_ever, args=(installation.url,))
        process.start()
        deadline = time.monotonic() + 10
        before = installation.verify().seals
        while installation.verify().seals < before + 5 and time.monotonic() < deadline:
            installation.happen(20)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    # PostgreSQL keeps the dead one's lock until it notices; a worker, too, only comes again.
    deadline = time.monotonic() + 10
    while installation.verify().unsealed and time.monotonic() < deadline:
        installation.sealer().catch_up()
    verification = installation.verify()
    assert (verification.findings, verification.unsealed) == ([], 0)


def test_sealing_does_not_make_a_writer_wait(installation: Installation) -> None:
    installation.happen(1)
    with connect(installation.url) as other, other.transaction():
        # As far as a sealer gets before its commit.
        other.execute("SELECT pg_try_advisory_xact_lock(8046772)")
        EventLog().read_stored(other, 0, 10)
        installation.execute("SET statement_timeout = '1s'")
        installation.happen(1)
        locks = other.execute(
            "SELECT DISTINCT mode FROM pg_locks WHERE pid = pg_backend_pid() "
            "AND relation = 'events'::regclass"
        ).fetchall()
    assert locks == [("AccessShareLock",)]


def test_an_event_is_proven_without_the_log(installation: Installation) -> None:
    installation.happen(25)
    installation.sealer().catch_up()
    with connect(installation.url) as connection:
        covering = seal_covering(connection, 17)
        assert covering is not None
        proof = prove(17, *covering)
        assert seal_covering(connection, 26) is None
        last = last_checkpoint(connection)
    assert proof.holds(KEYS)
    assert not proof.holds({})
    assert last is not None
    assert last.last_position == 25
    assert proof.document()["index"] == 6
    installation.execute("UPDATE events SET recorded_at = recorded_at + interval '1 s'")
    with connect(installation.url) as connection:
        forged = seal_covering(connection, 17)
        assert forged is not None
        assert not prove(17, *forged).holds(KEYS)


def test_times_keep_their_microseconds_in_any_time_zone(installation: Installation) -> None:
    installation.happen(3)
    installation.sealer().catch_up()
    with connect(installation.url, options="-c timezone=Europe/Warsaw") as connection:
        assert verify_stored(connection).passed
