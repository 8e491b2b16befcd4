"""What the environment decides, read once at the edge and passed inward."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from infra.embedded.location import embedded_url


class SettingsError(Exception):
    """A variable of the environment that can't be used; the message is for the person who set it."""

    def __init__(self, pl: str, en: str) -> None:
        super().__init__(en)
        self.pl = pl
        self.en = en


@dataclass(frozen=True, kw_only=True)
class OidcSettings:
    """One OpenID Connect provider; `name` is what people call it."""

    issuer: str
    client_id: str
    client_secret: str | None = field(default=None, repr=False)
    name: str = "OpenID Connect"


@dataclass(frozen=True, kw_only=True)
class Settings:
    database_url: str | None  # None: the embedded PostgreSQL in `data`
    broker_url: str | None  # None: Celery's messages travel over the same PostgreSQL (pgmq)
    port: int
    data: Path  # absolute
    operator_token: str | None = field(default=None, repr=False)  # None: whoever writes logs in
    master_key: str | None = field(default=None, repr=False)  # None: a file in `data`
    seal_key: str | None = field(default=None, repr=False)  # None: a file in `data`
    smtp_url: str | None = field(default=None, repr=False)  # None: letters are files in `data`/mail
    mail_from: str = "wspolna@localhost"
    public_url: str = "http://127.0.0.1:8000"  # where people find this installation
    oidc: OidcSettings | None = None
    private_webhooks: bool = False  # whether webhooks may lead into our own network

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Raises SettingsError. Makes the data directory when it is missing."""
        environment = os.environ if environment is None else environment
        data = _directory(environment.get("WSPOLNA_DATA") or ".data")
        port = _port(environment.get("WSPOLNA_PORT") or "8000")
        return cls(
            database_url=environment.get("DATABASE_URL") or None,
            broker_url=environment.get("BROKER_URL") or None,
            port=port,
            data=data,
            operator_token=environment.get("WSPOLNA_OPERATOR_TOKEN") or None,
            master_key=environment.get("WSPOLNA_MASTER_KEY") or None,
            seal_key=environment.get("WSPOLNA_SEAL_KEY") or None,
            smtp_url=environment.get("SMTP_URL") or None,
            mail_from=environment.get("WSPOLNA_MAIL_FROM") or "wspolna@localhost",
            public_url=_public_url(environment.get("WSPOLNA_URL") or f"http://127.0.0.1:{port}"),
            oidc=_oidc(environment),
            private_webhooks=environment.get("WSPOLNA_PRIVATE_WEBHOOKS") == "on",
        )

    @property
    def embedded(self) -> bool:
        return self.database_url is None

    @property
    def postgres_url(self) -> str:
        """Where the database is, embedded or not; the embedded one may not be running."""
        return self.database_url or embedded_url(self.data)


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise SettingsError(
        f"WSPOLNA_PORT to liczba od 1 do 65535, a nie „{text}”.",
        f"WSPOLNA_PORT is a number from 1 to 65535, not “{text}”.",
    )


def _public_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme in {"http", "https"} and parts.netloc and not parts.query:
        return text.rstrip("/")
    raise SettingsError(
        f"WSPOLNA_URL to adres https:// tej instalacji, a nie „{text}”.",
        f"WSPOLNA_URL is the https:// address of this installation, not “{text}”.",
    )


def _oidc(environment: Mapping[str, str]) -> OidcSettings | None:
    issuer, client_id = environment.get("OIDC_ISSUER"), environment.get("OIDC_CLIENT_ID")
    if not issuer and not client_id:
        return None
    if not (issuer and client_id and _encrypted_or_here(issuer)):
        raise SettingsError(
            "Logowanie OpenID Connect wymaga OIDC_ISSUER (adres https://) i OIDC_CLIENT_ID.",
            "Login through OpenID Connect needs OIDC_ISSUER (an https:// address) and OIDC_CLIENT_ID.",
        )
    return OidcSettings(
        issuer=issuer,
        client_id=client_id,
        client_secret=environment.get("OIDC_CLIENT_SECRET") or None,
        name=environment.get("OIDC_NAME") or "OpenID Connect",
    )


def _encrypted_or_here(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (
        parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    )


def _directory(text: str) -> Path:
    data = Path(text).absolute()
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"Katalog danych {data} nie daje się użyć: {error.strerror}.",
            f"The data directory {data} can't be used: {error.strerror}.",
        ) from error
    return data
