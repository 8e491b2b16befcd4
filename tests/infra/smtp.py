"""A small but real SMTP server on the loopback, which keeps the letters it gets."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.letters: list[EmailMessage] = []
        self.refusing = False

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}?starttls=no"


class Conversation(socketserver.StreamRequestHandler):
    """RFC 5321, as far as a client that sends one letter needs it."""

    server: Any

    def handle(self) -> None:
        self._say("220 ready")
        for line in self.rfile:
            command = line.split()[0].upper() if line.split() else b""
            if command == b"DATA":
                self._say("354 go on")
                self._keep(self._text())
            elif command == b"QUIT":
                self._say("221 bye")
                return
            elif command == b"RCPT" and self.server.refusing:
                self._say("451 later")
            else:
                self._say("250 ok")

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def _text(self) -> bytes:
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def _keep(self, text: bytes) -> None:
        self.server.letters.append(message_from_bytes(text, policy=default))
        self._say("250 kept")


@contextmanager
def smtp_server() -> Iterator[Server]:
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
