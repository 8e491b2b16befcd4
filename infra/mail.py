"""Letters out: over SMTP, or into a folder where no server is named."""

import os
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from tempfile import mkstemp
from urllib.parse import SplitResult, unquote, urlsplit

from infra.settings import Settings, SettingsError

SECONDS = 20.0

Post = Callable[[EmailMessage], None]
"""Sends a letter, or raises OSError or smtplib.SMTPException: it can be tried again."""


def post(settings: Settings) -> Post:
    """Raises SettingsError."""
    if settings.smtp_url is None:
        return Folder(settings.data / "mail")
    return Smtp(settings.smtp_url)


class Folder:
    """For an installation without a mail server: `wspolna run` says where the letters are."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self, letter: EmailMessage) -> None:
        self._path.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = mkstemp(dir=self._path, prefix=".", suffix=".eml")  # mode 0600
        with os.fdopen(descriptor, "wb") as file:
            file.write(letter.as_bytes(policy=SMTP))
        moment = str(letter["Message-ID"]).strip("<>").partition("@")[0]
        Path(name).rename(self._path / f"{moment}.eml")


class Smtp:
    """`smtp://user:password@host:587` with STARTTLS, `smtps://…:465`; `smtp://…?starttls=no` without.

    Credentials never go over a connection that isn't encrypted, unless to this machine itself.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise SettingsError(
                "SMTP_URL ma postać smtp://użytkownik:hasło@serwer:587 albo smtps://…",
                "SMTP_URL looks like smtp://user:password@server:587, or smtps://…",
            )
        self._host = parts.hostname
        self._direct = parts.scheme == "smtps"
        self._port = parts.port or (465 if self._direct else 587)
        self._starttls = not self._direct and "starttls=no" not in parts.query.split("&")
        self._user, self._password = _credentials(parts)
        local = self._host in {"localhost", "127.0.0.1", "::1"}
        if self._user and not (self._direct or self._starttls or local):
            raise SettingsError(
                "SMTP_URL z hasłem wymaga szyfrowania (smtps:// albo STARTTLS).",
                "An SMTP_URL with a password needs encryption (smtps:// or STARTTLS).",
            )

    def __call__(self, letter: EmailMessage) -> None:
        with self._connected() as server:
            if self._starttls:
                server.starttls(context=ssl.create_default_context())
            if self._user:
                server.login(self._user, self._password)
            server.send_message(letter)

    def _connected(self) -> smtplib.SMTP:
        if self._direct:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self._host, self._port, timeout=SECONDS, context=context)
        return smtplib.SMTP(self._host, self._port, timeout=SECONDS)


def _credentials(parts: SplitResult) -> tuple[str, str]:
    return unquote(parts.username or ""), unquote(parts.password or "")
