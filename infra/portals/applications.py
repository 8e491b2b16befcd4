"""Applications of portals, until a link in a letter has shown that the address is theirs.

Nothing of them is in the log before: what nobody stands by may be anybody's, and can be dropped.
"""

from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from psycopg import Connection

from domain.accounts import EmailTaken, parse_email
from domain.portals import Portal, PortalFacts, PortalNameTaken, RegisterPortal, Scope
from domain.portals.admission import application_problems, name_key
from domain.roles import SYSTEM
from domain.values import refuse_if
from infra.accounts.attempts import FROM_ONE_SOURCE, Limit
from infra.accounts.desk import Desk
from infra.accounts.links import LinkExpired
from infra.accounts.login import Visitor
from infra.accounts.secrets import hashed
from infra.personal.master import WrappingKey
from infra.reactors import Delivery, put

GOOD_FOR = timedelta(days=3)
TO_ONE_ADDRESS = Limit(free=3)
APPLICATION = "mail.portal-application"
_PURPOSE = "portal application"


class Application(msgspec.Struct, rename="camel"):
    """`scopes`: those that it asks for; all of them where it doesn't say."""

    name: str
    operator: str
    website: str
    purpose: str
    contact_name: str
    contact_email: str
    scopes: tuple[Scope, ...] = tuple(Scope)

    @property
    def facts(self) -> PortalFacts:
        return PortalFacts(self.name, self.operator, self.website, self.purpose)


class Applications:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def apply(self, application: Application, visitor: Visitor) -> None:
        """Has a letter sent. Raises InvalidInput, PortalNameTaken, TooManyAttempts."""
        desk, at = self._desk, self._desk.now()
        email = parse_email(application.contact_email, "contactEmail")
        refuse_if(
            application_problems(application.facts, application.contact_name, application.scopes)
        )
        with desk.connection() as connection:
            source = desk.attempts.key("portal applications", visitor.source)
            desk.attempts.count(connection, source, FROM_ONE_SOURCE, at)
            address = desk.attempts.key("portal applications to", email)
            desk.attempts.count(connection, address, TO_ONE_ADDRESS, at)
            self._check_name(application.name)
            self._keep(connection, application, at)

    def confirm(self, link: str) -> UUID:
        """The portal, which from now on waits for the coordinator. Repeated it answers the same.

        Raises LinkExpired, EmailTaken, PortalNameTaken.
        """
        desk = self._desk
        with desk.connection() as connection, connection.transaction():
            row = connection.execute(
                "SELECT id, told FROM portal_applications "
                "WHERE link_hash = %s AND expires_at > %s FOR UPDATE",
                (hashed(link), desk.now()),
            ).fetchone()
            if row is None:
                raise LinkExpired
            application_id, told = row
            if told is not None:
                self._register(application_id, opened(desk.master, application_id, bytes(told)))
                connection.execute(
                    "UPDATE portal_applications SET told = NULL, confirmed_at = %s WHERE id = %s",
                    (desk.now(), application_id),
                )
        return RegisterPortal.id_of(application_id)

    def _register(self, application_id: UUID, application: Application) -> None:
        if self._desk.account_with(application.contact_email) is not None:
            raise EmailTaken  # told to nobody but whom the address belongs to
        command = RegisterPortal(
            command_id=application_id,
            facts=application.facts,
            contact_name=application.contact_name,
            contact_email=application.contact_email,
            scopes=application.scopes,
        )
        self._desk.cooperation.execute(command, SYSTEM)

    def _check_name(self, name: str) -> None:
        """At once, for whoever applies; when it is confirmed the name is asked for again."""
        holder = self._desk.cooperation.store.holder(name_key(name))
        known = self._desk.cooperation.store.load(Portal, holder) if holder else None
        if known is not None and not known.ended:
            raise PortalNameTaken(name=name)

    def _keep(self, connection: Connection[Any], application: Application, at: datetime) -> None:
        application_id, master = uuid4(), self._desk.master
        told = master.lock(_PURPOSE, application_id, msgspec.json.encode(application))
        link_hash = hashed(link_secret(master, application_id))
        with connection.transaction():
            connection.execute(
                "INSERT INTO portal_applications (id, told, link_hash, expires_at) "
                "VALUES (%s, %s, %s, %s)",
                (application_id, told, link_hash, at + GOOD_FOR),
            )
            payload = {"application": str(application_id)}
            put(connection, Delivery(APPLICATION, f"{APPLICATION}:{application_id}", payload))


def link_secret(master: WrappingKey, application_id: UUID) -> str:
    """The same for every attempt to send the letter, and nowhere stored."""
    return urlsafe_b64encode(master.mac(_PURPOSE, str(application_id))).decode().rstrip("=")


def opened(master: WrappingKey, application_id: UUID, told: bytes) -> Application:
    clear = master.unlock(_PURPOSE, application_id, told)
    return msgspec.json.decode(clear, type=Application)


def clean(connection: Connection[Any], at: datetime) -> None:
    """Those that nobody stood by, and those confirmed long enough ago to be no answer to a repetition."""
    connection.execute("DELETE FROM portal_applications WHERE expires_at < %s", (at,))
