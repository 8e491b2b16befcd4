"""Logging in through an OpenID Connect provider: authorization code flow with PKCE (OpenID Connect Core 1.0, 3.1).

An identity counts for an account once it was linked to it, by who was logged in to that account or
held its invitation. An address that a provider merely states links nothing.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import UUID

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from psycopg import Connection
from psycopg.errors import UniqueViolation

from domain.accounts import Account, AccountState, ActivateAccount, LinkIdentity, UnlinkIdentity
from domain.errors import DomainError
from infra.accounts import links
from infra.accounts.desk import Desk
from infra.accounts.links import Purpose
from infra.accounts.login import LoggedIn, Login, Visitor
from infra.accounts.secrets import hashed, new_secret
from infra.accounts.sessions import Method
from infra.settings import OidcSettings

GOOD_FOR = timedelta(minutes=10)
SECONDS = 10.0
LEEWAY = 60
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""Of signatures with a public key: a client secret is no key to trust a signature by."""


class ProviderFailed(DomainError):
    code = "provider_failed"
    pl = "Logowanie przez zewnętrznego dostawcę nie powiodło się. Spróbuj ponownie."
    en = "Logging in through the provider failed. Try again."


class IdentityNotLinked(DomainError):
    code = "identity_not_linked"
    pl = "Ta tożsamość nie jest połączona z żadnym czynnym kontem."
    en = "This identity is not linked to any active account."


class IdentityTaken(DomainError):
    code = "identity_taken"
    pl = "Ta tożsamość jest już połączona z innym kontem."
    en = "This identity is linked to another account already."


class Intent(StrEnum):
    LOG_IN = "LOG_IN"
    LINK = "LINK"
    ACCEPT = "ACCEPT"


@dataclass(frozen=True)
class Departure:
    """`state` goes into the browser's cookie as well, so that nobody else's login is finished here."""

    address: str
    state: str


class Arrival(NamedTuple):
    """`logged_in` None: an identity was linked, and the session stays as it is."""

    return_to: str
    logged_in: LoggedIn | None


class Pending(NamedTuple):
    nonce: str
    verifier: str
    intent: Intent
    account_id: UUID | None
    return_to: str


class OidcLogin:
    def __init__(self, desk: Desk, settings: OidcSettings, address: str) -> None:
        self._desk, self._settings = desk, settings
        self._redirect = f"{address}/auth/oidc/callback"
        self._login = Login(desk)
        self._discovered: dict[str, Any] | None = None

    @property
    def name(self) -> str:
        return self._settings.name

    def depart(
        self,
        return_to: str,
        *,
        link_to: UUID | None = None,
        invitation: str | None = None,
    ) -> Departure:
        """Raises ProviderFailed, LinkExpired."""
        at, state = self._desk.now(), new_secret()
        pending = Pending(
            nonce=new_secret(),
            verifier=secrets.token_urlsafe(48),
            intent=Intent.LINK if link_to else Intent.ACCEPT if invitation else Intent.LOG_IN,
            account_id=link_to,
            return_to=_local(return_to),
        )
        with self._desk.connection() as connection, connection.transaction():
            if invitation is not None:
                invited = links.holder(connection, invitation, Purpose.INVITATION, at)
                pending = pending._replace(account_id=invited)
            connection.execute(
                "INSERT INTO oidc_logins (state_hash, nonce, verifier, intent, account_id, return_to, "
                "expires_at) VALUES (%s, %s, %s, %s, %s, %s, %s)",
                (hashed(state), *pending, at + GOOD_FOR),
            )
        address = prepare_grant_uri(
            self._metadata()["authorization_endpoint"],
            client_id=self._settings.client_id,
            response_type="code",
            redirect_uri=self._redirect,
            scope="openid",
            state=state,
            nonce=pending.nonce,
            code_challenge=create_s256_code_challenge(pending.verifier),
            code_challenge_method="S256",
        )
        return Departure(address, state)

    def arrive(self, state: str, code: str, visitor: Visitor) -> Arrival:
        """Raises ProviderFailed, IdentityNotLinked, IdentityTaken."""
        with self._desk.connection() as connection:
            pending = _taken(connection, state, self._desk.now())
        if pending is None:
            raise ProviderFailed
        subject = self._subject(code, pending)
        with self._desk.connection() as connection:
            if pending.intent is Intent.LOG_IN or pending.account_id is None:
                account = self._account_of(connection, subject)
            else:
                account = self._link(connection, pending.account_id, subject, pending.intent)
            if pending.intent is Intent.LINK:
                return Arrival(pending.return_to, None)
            entered = self._login.let_in(connection, account, Method.OIDC, visitor)
            return Arrival(pending.return_to, entered)

    def unlink(self, account_id: UUID) -> None:
        with self._desk.connection() as connection:
            connection.execute(
                "DELETE FROM identities WHERE account_id = %s AND issuer = %s",
                (account_id, self._settings.issuer),
            )
        account = self._desk.account(account_id)
        self._desk.say(account, UnlinkIdentity, issuer=self._settings.issuer)

    def _account_of(self, connection: Connection[Any], subject: str) -> Account:
        row = connection.execute(
            "SELECT account_id FROM identities WHERE issuer = %s AND subject = %s",
            (self._settings.issuer, subject),
        ).fetchone()
        account = self._desk.account(row[0]) if row else None
        if account is None or account.state is not AccountState.ACTIVE:
            raise IdentityNotLinked
        return account

    def _link(
        self, connection: Connection[Any], account_id: UUID, subject: str, intent: Intent
    ) -> Account:
        desk, issuer = self._desk, self._settings.issuer
        account = desk.account(account_id)
        try:
            with connection.transaction():
                connection.execute(
                    "INSERT INTO identities VALUES (%s, %s, %s, %s) "
                    "ON CONFLICT (account_id, issuer) DO UPDATE SET subject = EXCLUDED.subject",
                    (issuer, subject, account_id, desk.now()),
                )
                if intent is Intent.ACCEPT:
                    desk.say(account, ActivateAccount)
                    account = desk.account(account_id)
                desk.say(account, LinkIdentity, issuer=issuer)
        except UniqueViolation:
            raise IdentityTaken from None
        if intent is Intent.ACCEPT:
            links.use_all(connection, account_id, Purpose.INVITATION, desk.now())
        return account

    def _subject(self, code: str, pending: Pending) -> str:
        """Who the provider says it is, by a signature that only it can make."""
        try:
            told = self._exchanged(code, pending)
            keys = _json(httpx.get(self._metadata()["jwks_uri"], timeout=SECONDS))
            token = jwt.decode(
                told["id_token"], KeySet.import_key_set(keys), algorithms=list(ALGORITHMS)
            )
            self._check(token.claims, pending)
            return str(token.claims["sub"])
        except (httpx.HTTPError, JoseError, KeyError, ValueError, TypeError) as error:
            raise ProviderFailed from error

    def _exchanged(self, code: str, pending: Pending) -> Any:
        """RFC 6749, 4.1.3, with the verifier of RFC 7636."""
        settings = self._settings
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect,
            "client_id": settings.client_id,
            "code_verifier": pending.verifier,
        }
        secret = settings.client_secret
        credentials = (quote(settings.client_id, ""), quote(secret, "")) if secret else None
        address = self._metadata()["token_endpoint"]
        return _json(httpx.post(address, data=form, auth=credentials, timeout=SECONDS))

    def _check(self, claims: dict[str, Any], pending: Pending) -> None:
        """OpenID Connect Core 1.0, 3.1.3.7."""
        client_id = self._settings.client_id
        jwt.JWTClaimsRegistry(
            now=int(self._desk.now().timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": self._settings.issuer},
            aud={"essential": True, "value": client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": pending.nonce},
        ).validate(claims)
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", client_id if not several else None) != client_id:
            raise ProviderFailed

    def _metadata(self) -> dict[str, Any]:
        """Asked for once; raises ProviderFailed."""
        if self._discovered is None:
            address = f"{self._settings.issuer.rstrip('/')}/.well-known/openid-configuration"
            try:
                told = _json(httpx.get(address, timeout=SECONDS))
                wanted = {"authorization_endpoint", "token_endpoint", "jwks_uri"}
                if told["issuer"] != self._settings.issuer or not wanted <= told.keys():
                    raise ProviderFailed
            except (httpx.HTTPError, KeyError, ValueError, AttributeError) as error:
                raise ProviderFailed from error
            self._discovered = told
        return self._discovered


def _json(answer: httpx.Response) -> Any:
    """Raises httpx.HTTPError, ValueError."""
    answer.raise_for_status()
    return answer.json()


def _taken(connection: Connection[Any], state: str, at: datetime) -> Pending | None:
    """Once: a code that is sent back again finds nothing."""
    row = connection.execute(
        "DELETE FROM oidc_logins WHERE state_hash = %s AND expires_at > %s "
        "RETURNING nonce, verifier, intent, account_id, return_to",
        (hashed(state), at),
    ).fetchone()
    return Pending(row[0], row[1], Intent(row[2]), row[3], row[4]) if row else None


def _local(address: str) -> str:
    """A path of ours, so that a login never leads elsewhere."""
    plain = address.isascii() and address.isprintable() and "\\" not in address
    return address if plain and address.startswith("/") and not address.startswith("//") else "/"
