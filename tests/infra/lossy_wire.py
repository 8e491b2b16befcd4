"""A wire between psycopg and PostgreSQL that loses the answer to what it is told to lose."""

import contextlib
import socket
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit


class LossyWire:
    """Once a message that contains one of `lose` is passed on, the connection ends without an answer."""

    def __init__(self, server: Path, here: Path) -> None:
        self._server = server
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(here))
        self._listener.listen()
        self.lose: tuple[bytes, ...] = ()
        self.wait_for_the_answer = True
        self.lost = 0

    def run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(self._server))
        back = threading.Thread(target=_pass_on, args=(server, client), daemon=True)
        with contextlib.suppress(OSError):
            back.start()
            while data := client.recv(65536):
                if any(mark in data for mark in self.lose):
                    self._lose(client, server, data)
                    return
                server.sendall(data)
        _end(server)
        _end(client)

    def _lose(self, client: socket.socket, server: socket.socket, data: bytes) -> None:
        self.lost += 1
        self.lose = ()
        _end(client)  # whatever the server answers now reaches nobody
        server.sendall(data)
        if self.wait_for_the_answer:
            threading.Event().wait(0.2)
        _end(server)


@contextmanager
def lossy(database_url: str) -> Iterator[tuple[LossyWire, str]]:
    """The wire, and the address to connect over it."""
    parts = urlsplit(database_url)
    (directory,) = parse_qs(parts.query)["host"]
    with tempfile.TemporaryDirectory(dir="/tmp") as here:
        name = ".s.PGSQL.5432"
        wire = LossyWire(Path(directory) / name, Path(here) / name)
        thread = threading.Thread(target=wire.run)
        thread.start()
        try:
            yield wire, parts._replace(query=f"host={quote(here, safe='')}").geturl()
        finally:
            wire.close()
            thread.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    _end(target)


def _end(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
