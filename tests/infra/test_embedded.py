from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from infra.embedded.location import cluster_url, socket_directory
from infra.embedded.postgres import Postgres, PostgresError
from infra.embedded.processes import Identity, gone_within


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Postgres]:
    server = Postgres(tmp_path / "postgres", log=tmp_path / "postgres.log")
    yield server
    server.stop("immediate")


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query.encode()).fetchall()


def test_committed_rows_survive_kill_9_of_the_whole_server(server: Postgres) -> None:
    server.start()
    with psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
    server.kill9()
    assert not server.running()
    server.start()
    assert rows(server.url(), "SELECT n FROM kept") == [(7,)]


def test_polish_letters_change_case_and_match_whatever_the_locale(server: Postgres) -> None:
    server.start()
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        found = connection.execute(
            "SELECT lower('ŁÓDŹ'), 'Łódź' ILIKE 'łÓDŹ', similarity('łódź', 'ŁÓDŹ')"
        ).fetchone()
    assert found == ("łódź", True, 1.0)


def test_a_stale_pid_file_that_names_a_stranger_does_not_stop_the_start(server: Postgres) -> None:
    server.start()
    server.kill9()
    pid_file = server.cluster / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    server.start()
    assert rows(server.url(), "SELECT 1") == [(1,)]


def test_a_server_left_behind_by_a_killed_run_is_ended_and_replaced(server: Postgres) -> None:
    server.start()
    first = server.pid
    second = Postgres(server.cluster, log=server.log)
    second.start()
    try:
        assert second.pid != first
        assert not server.running()
        assert rows(second.url(), "SELECT 1") == [(1,)]
    finally:
        second.stop()


def test_the_server_ends_when_the_process_that_started_it_is_killed(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from infra.embedded.postgres import Postgres;"
        "s = Postgres(Path(sys.argv[1]) / 'postgres', log=Path(sys.argv[1]) / 'log'); s.start();"
        "print(s.pid, flush=True); time.sleep(60)"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    server = Identity.of(int(owner.stdout.readline()))
    owner.stdout.close()
    assert server is not None
    assert server.running()
    owner.send_signal(signal.SIGKILL)
    owner.wait()
    assert gone_within(server, 10)


def test_a_half_made_cluster_is_made_anew(server: Postgres) -> None:
    half = server.cluster.with_name("postgres.new")
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    server.start()
    assert rows(server.url(), "SELECT 1") == [(1,)]
    assert not half.exists()


def test_data_of_another_major_version_are_refused_in_one_line(server: Postgres) -> None:
    server.start()
    server.stop()
    (server.cluster / "PG_VERSION").write_text("17\n")
    with pytest.raises(PostgresError, match=r"was made by PostgreSQL 17; this one is 18\.$"):
        server.start()


def test_a_long_path_puts_the_socket_into_a_short_directory(tmp_path: Path) -> None:
    cluster = tmp_path / ("a" * 90) / "postgres"
    server = Postgres(cluster, log=tmp_path / "log")
    server.start()
    try:
        assert socket_directory(cluster).parent == Path("/tmp")
        assert rows(cluster_url(cluster, "postgres"), "SELECT 1") == [(1,)]
    finally:
        server.stop()
    assert not socket_directory(cluster).exists()


def test_a_stop_is_quick_while_clients_are_connected(server: Postgres) -> None:
    server.start()
    with psycopg.connect(server.url()):
        started = time.monotonic()
        server.stop()
        assert time.monotonic() - started < 5
    assert not (server.cluster / "postmaster.pid").exists()
