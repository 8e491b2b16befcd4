"""What `wspolna run` does: one process that starts the others, keeps them alive and stops them in order."""

from __future__ import annotations

import errno
import http.client
import logging
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from types import FrameType

from infra.demo.accounts import FILE, coordinators_token
from infra.embedded.available import embedded_server
from infra.embedded.location import DATABASE
from infra.embedded.locking import Taken, locked
from infra.embedded.postgres import Postgres
from infra.migrate import migrate
from infra.settings import Settings
from workers.children import Child, Register, Role, put_aside_if_large
from workers.cli.boundary import Unavailable
from workers.voice import Voice

HOST = "127.0.0.1"
_LOOK_EVERY = 0.25  # seconds
_READY_WITHIN = 90.0
_HOPELESS = 3  # deaths in a row before anything was ready


class Stop(Exception):
    """Ctrl-C, SIGTERM or a closed terminal."""


def roles(port: int) -> list[Role]:
    """In the order in which they start; they stop from the outside in: API, beat, worker."""
    python = sys.executable
    api = [python, "-m", "api", str(port)]
    return [
        Role("worker", [python, "-m", "workers", "worker"], stop_seconds=20),
        Role("beat", [python, "-m", "workers", "beat"], stop_seconds=5),
        Role("api", api, stop_seconds=6),
    ]


class Supervisor:
    def __init__(
        self,
        settings: Settings,
        voice: Voice,
        *,
        roles: Callable[[int], Sequence[Role]] = roles,
        first_start: Callable[[Settings, Voice], None] | None = None,
    ) -> None:
        self._settings = settings
        self._voice = voice
        self._roles = roles(settings.port)
        self._first_start = first_start
        self._children: list[Child] = []
        self._server: Postgres | None = None
        self._register = Register(settings.data / "processes.json")

    def run(self) -> None:
        """Returns after an orderly stop; raises Unavailable, PostgresError or MigrationError."""
        with self._alone(), suppress(Stop), _stoppable(), ExitStack() as stack:
            stack.callback(self._stop_all)
            self._start_all()
            self._introduce()
            self._keep_alive()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        data = self._settings.data
        try:
            with locked(data, "run"):
                yield
        except Taken as taken:
            raise Unavailable(
                f"Na danych {data} pracuje już „wspolna {taken.holder.purpose}” (proces {taken.holder.pid}).",
                f"“wspolna {taken.holder.purpose}” (process {taken.holder.pid}) already works on {data}.",
            ) from None

    def _start_all(self) -> None:
        if ended := self._register.end_left_behind():
            self._voice.warn(
                f"Po poprzednim uruchomieniu zostały procesy: {ended}. Zakończone.",
                f"Processes left by the previous run: {ended}. Ended.",
            )
        _check_port(self._settings.port)
        self._start_database()
        with self._voice.step("Procesy: API, pracownik, zegar", "Processes: API, worker, beat"):
            self._start_children()
            self._wait_until_ready()
        if self._first_start is not None:
            self._first_start(self._settings, self._voice)

    def _start_database(self) -> None:
        if self._settings.embedded:
            with self._voice.step("PostgreSQL", "PostgreSQL"):
                self._server = embedded_server(self._settings)
                put_aside_if_large(self._server.log)
                self._server.start()
                self._server.ensure_database(DATABASE)
        with self._voice.step("Migracje", "Migrations"):
            migrate(self._settings.postgres_url, broker=self._settings.broker_url is None)

    def _start_children(self) -> None:
        logs = self._settings.data / "logs"
        for role in self._roles:
            child = Child(role, put_aside_if_large(logs / f"{role.name}.log"))
            self._children.append(child)
            child.start()
            self._write_register()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _READY_WITHIN
        while not _ready(self._settings.port):
            for child in self._look_after():
                if child.failures >= _HOPELESS:
                    raise _hopeless(child)
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"API nie zgłosiło gotowości w {_READY_WITHIN:.0f} s; szczegóły w {self._settings.data}/logs.",
                    f"The API wasn't ready within {_READY_WITHIN:.0f} s; details in {self._settings.data}/logs.",
                )
            time.sleep(0.1)

    def _keep_alive(self) -> None:
        while True:
            time.sleep(_LOOK_EVERY)
            self._restart_database_if_dead()
            for child in self._look_after():
                self._voice.warn(
                    f"Proces „{child.role.name}” zakończył się, zaczyna od nowa (dziennik: {child.log}).",
                    f"The process “{child.role.name}” ended and begins again (log: {child.log}).",
                )

    def _look_after(self) -> list[Child]:
        """Starts again what is due; returns those that died since the last look."""
        dead = [child for child in self._children if child.died() is not None]
        due = [child for child in self._children if child.due]
        for child in due:
            child.start()
        if due:
            self._write_register()
        return dead

    def _restart_database_if_dead(self) -> None:
        if self._server is None or self._server.running():
            return
        self._voice.warn(
            "PostgreSQL zakończył się, zaczyna od nowa.", "PostgreSQL ended and begins again."
        )
        self._server.start()
        self._write_register()

    def _write_register(self) -> None:
        self._register.write(child.identity for child in self._children)

    def _stop_all(self) -> None:
        _ignore_signals()
        begun = bool(self._children or self._server)
        if begun:
            self._voice.stopping()
        # From the outside in: nobody asks any more, nothing new is scheduled, what runs is finished.
        api, others = self._children[-1:], self._children[:-1]
        for together in (api, others):
            for child in together:
                child.ask_to_stop()
            for child in together:
                child.wait_or_kill()
        if self._server is not None:
            self._server.stop()
        self._register.clear()
        if begun:
            self._voice.stopped()

    def _introduce(self) -> None:
        address = f"http://{HOST}:{self._settings.port}"
        self._voice.line("")
        title = "Wspólna Przestrzeń działa. / Wspólna Przestrzeń is running."
        self._voice.line(f"{title}  {address}/graphql", heading=True)
        self._voice.line(f"  gotowość / readiness           {address}/health/ready")
        self._introduce_accounts()
        self._voice.line(f"  dzienniki / logs               {self._settings.data}/logs")
        self._voice.line(
            "  Ctrl-C zatrzymuje wszystko, nic nie ginie. / Ctrl-C stops everything, nothing is lost."
        )

    def _introduce_accounts(self) -> None:
        data = self._settings.data
        token = coordinators_token(data / FILE)
        if token is not None:
            self._voice.line(f"  koordynator / coordinator      Authorization: Bearer {token}")
            self._voice.line(f"  konta przykładowe / accounts   {data / FILE}")
        else:
            self._voice.line(
                "  konto / account                wspolna account create --coordinator"
            )
        if self._settings.smtp_url is None:
            self._voice.line(f"  listy / mail                   {data / 'mail'}")


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            raise Unavailable(
                f"Port {port} jest zajęty; inny wybierzesz tak: WSPOLNA_PORT={port + 1} make run",
                f"Port {port} is taken; choose another one: WSPOLNA_PORT={port + 1} make run",
            ) from None


def _ready(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _hopeless(child: Child) -> Unavailable:
    return Unavailable(
        f"Proces „{child.role.name}” nie daje się uruchomić: {child.last_words()} (dziennik: {child.log})",
        f"The process “{child.role.name}” can't be started: {child.last_words()} (log: {child.log})",
    )


_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def _stoppable() -> Iterator[None]:
    """The first signal raises Stop in the main thread."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        _ignore_signals()
        # It may interrupt a statement, and what becomes of its connection is nobody's concern.
        logging.getLogger("psycopg").setLevel(logging.CRITICAL)
        raise Stop

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ignore_signals() -> None:
    """Those that follow the first, as when it goes to a whole group, must not disturb the stopping."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
