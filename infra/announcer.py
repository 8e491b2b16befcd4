"""Says that the log has grown: NOTIFY after the commit, one for all commits since the last.

Sent by a thread of its own: a notification inside the writing transactions would serialise their
commits. Losing one costs latency only; readers look by themselves every second or so.
"""

import threading
import time
from typing import Any

import structlog
from psycopg import Connection, OperationalError

CHANNEL = "wspolna_log"

log = structlog.get_logger()


class Announcer:
    def __init__(self, database_url: str) -> None:
        self._database_url = database_url
        self._highest = 0
        self._grown = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="announcer", daemon=True)
        self._thread.start()

    def announce(self, position: int) -> None:
        self._highest = max(self._highest, position)
        self._grown.set()

    def close(self) -> None:
        """After what was announced has been sent, if the database is there."""
        self._stopped = True
        self._grown.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stopped:
            self._grown.wait()
            try:
                with Connection.connect(self._database_url, autocommit=True) as connection:
                    # A notification needn't be flushed to disk: it is about what is already there.
                    connection.execute("SET synchronous_commit = off")
                    self._send(connection)
            except OperationalError as error:
                log.warning("announcer.disconnected", error=type(error).__name__)
                self._grown.set()  # what wasn't sent is sent when the database is back
                time.sleep(0.5)

    def _send(self, connection: Connection[Any]) -> None:
        """Until it is closed, and then what is left."""
        announced = 0
        while not self._stopped or self._highest > announced:
            self._grown.wait()
            self._grown.clear()
            announced = self._highest
            connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, str(announced)))
