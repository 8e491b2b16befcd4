"""Letters about portals, and the account that a contact is invited to once its portal is approved."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID, uuid5

from domain.accounts import AccountState, EmailTaken, InviteAccount
from domain.portals import PauseCause, Portal, PortalState
from domain.roles import SYSTEM, Role
from infra.accounts.letters import Deliveries
from infra.portals.applications import APPLICATION, GOOD_FOR, link_secret, opened
from infra.reactors import Delivery, put
from projections.log import Recorded

CONFIRMATION = "/portale/potwierdzenie"
INVITATION = "portals.invite"
LETTER = "mail.portal"
WAITING, TO_COORDINATOR = "portals.waiting", "mail.portal-waiting"

_APPLICATION = """\
Dzień dobry,

ktoś, zapewne Pani lub Pan, zgłosił we Wspólnej Przestrzeni portal „{name}”. Zgłoszenie potwierdza się tu:

{link}

Odnośnik jest ważny {days} dni. Potem koordynator sieci rozpatrzy zgłoszenie. Jeśli to pomyłka, prosimy
zignorować ten list: niczego nie zapisano.

--
Good day,

somebody, probably you, registered the portal “{name}” with Wspólna Przestrzeń. The application is
confirmed under the link above, which is good for {days} days; then the network's coordinator decides. If
this is a mistake, please ignore this letter: nothing was recorded.
"""
_WAITING = """\
Dzień dobry,

na decyzję koordynatora czeka zgłoszenie portalu „{name}”.

Prowadzi go: {operator}
Strona: {website}
Cel: {purpose}

Czekające zgłoszenia pokazują `portals(state: "REGISTERED")` i `wspolna portal list --waiting`.

--
Good day,

the application of the portal “{name}”, described above, waits for the coordinator's decision.
`portals(state: "REGISTERED")` and `wspolna portal list --waiting` show what waits.
"""
_LETTER = """\
Dzień dobry,

portal „{name}”: {pl}

--
Good day,

portal “{name}”: {en}
"""
_ADDRESS_TAKEN = (
    """\
zgłoszenie przyjęto, ale ten adres e-mail ma już konto, a konto działa w imieniu
najwyżej jednego portalu. Prosimy podać koordynatorowi sieci inny adres, na który wyśle zaproszenie.""",
    """\
the application was approved, but this e-mail address has an account already, and an
account acts for one portal at most. Please tell the network's coordinator another address to be invited.""",
)
_TOLD: Mapping[str, tuple[str, str]] = {
    Portal.Rejected.TYPE: (
        "zgłoszenie odrzucono. Powód: {reason}",
        "the application was rejected. The reason: {reason}",
    ),
    Portal.Suspended.TYPE: (
        "dostęp zawieszono: klucze nie działają, webhooki czekają. Powód: {reason}",
        "access is suspended: keys open nothing, webhooks wait. The reason: {reason}",
    ),
    Portal.Reinstated.TYPE: ("dostęp przywrócono.", "access is there again."),
    Portal.Closed.TYPE: (
        "dostęp zamknięto na stałe. Powód: {reason}",
        "access was closed for good. The reason: {reason}",
    ),
    Portal.WebhookPaused.TYPE: (
        "webhook {url} jest wstrzymany ({reason}); po resumeWebhook nadejdzie wszystko, co czeka.",
        "the webhook {url} is paused ({reason}); after resumeWebhook all that waits will arrive.",
    ),
}

_COORDINATORS = (
    "SELECT id FROM read_accounts.accounts WHERE state = 'ACTIVE' AND 'COORDINATOR' = ANY(roles)"
)


class PortalLetters:
    """A reactor: an application is followed by letters to the coordinators, an approval by an invitation,
    what else was decided by a letter."""

    name = "portal-letters"
    types = frozenset({Portal.Registered.TYPE, Portal.Approved.TYPE, *_TOLD})

    def react(self, recorded: Recorded) -> Iterable[Delivery]:
        event, portal = recorded.event, {"portal": str(recorded.stream_id)}
        match event:
            case Portal.Registered():
                yield Delivery(WAITING, f"{WAITING}:{recorded.id}", portal)
            case Portal.Approved():
                yield Delivery(INVITATION, f"{INVITATION}:{recorded.id}", portal)
            case Portal.WebhookPaused() if event.cause is PauseCause.ASKED:
                return
            case _:
                told = {**portal, "event": recorded.type, "reason": getattr(event, "reason", "")}
                if isinstance(event, Portal.WebhookPaused):
                    told["reason"] = event.cause.value
                    told["webhook"] = str(event.webhook_id)
                yield Delivery(LETTER, f"{LETTER}:{recorded.id}", told)


class PortalDeliveries:
    def __init__(self, letters: Deliveries) -> None:
        self._letters, self._desk = letters, letters.desk

    def by_task(self) -> dict[str, Any]:
        return {
            APPLICATION: self.application,
            WAITING: self.waiting,
            TO_COORDINATOR: self.to_coordinator,
            INVITATION: self.invite,
            LETTER: self.letter,
        }

    def application(self, key: str, payload: Mapping[str, Any]) -> None:
        application_id, master = UUID(payload["application"]), self._desk.master
        with self._desk.connection() as connection:
            row = connection.execute(
                "SELECT told FROM portal_applications WHERE id = %s AND told IS NOT NULL",
                (application_id,),
            ).fetchone()
        if row is None:
            return  # confirmed or expired meanwhile
        told = opened(master, application_id, bytes(row[0]))
        link = f"{self._letters.address}{CONFIRMATION}#{link_secret(master, application_id)}"
        text = _APPLICATION.format(name=told.name, link=link, days=GOOD_FOR.days)
        subject = "Potwierdzenie zgłoszenia portalu / Confirm the application of a portal"
        self._letters.send_to(key, told.contact_name, told.contact_email, subject, text)

    def waiting(self, key: str, payload: Mapping[str, Any]) -> None:
        """One letter for each coordinator."""
        event = key.removeprefix(f"{WAITING}:")
        with self._desk.connection() as connection, connection.transaction():
            for (account,) in connection.execute(_COORDINATORS).fetchall():
                told = {**payload, "account": str(account)}
                put(
                    connection,
                    Delivery(TO_COORDINATOR, f"{TO_COORDINATOR}:{event}:{account}", told),
                )

    def to_coordinator(self, key: str, payload: Mapping[str, Any]) -> None:
        """Nothing is sent where it was decided meanwhile, or the account is no coordinator's any more."""
        portal, account = self._portal(payload), self._desk.account(UUID(payload["account"]))
        if portal.state is not PortalState.REGISTERED or account.state is not AccountState.ACTIVE:
            return
        if account.actor().is_coordinator:
            subject = "Zgłoszenie portalu czeka na decyzję / A portal's application waits for you"
            self._letters.send(key, account, subject, _WAITING.format(**asdict(portal.facts)))

    def invite(self, key: str, payload: Mapping[str, Any]) -> None:
        portal = self._portal(payload)
        name, email = portal.contact_name.clear, portal.contact_email.clear
        if name is None or email is None:
            return  # forgotten meanwhile
        command = InviteAccount(
            command_id=uuid5(portal.id, INVITATION),
            municipality=None,
            email=email,
            name=name,
            roles=frozenset({Role.PORTAL}),
            portal=portal.id,
        )
        try:
            self._desk.cooperation.execute(command, SYSTEM)
        except EmailTaken:
            self._tell(key, portal, *_ADDRESS_TAKEN)

    def letter(self, key: str, payload: Mapping[str, Any]) -> None:
        portal = self._portal(payload)
        webhook = portal.webhooks.get(UUID(payload["webhook"])) if "webhook" in payload else None
        told = {"reason": payload["reason"], "url": webhook.url if webhook else "?"}
        pl, en = (text.format(**told) for text in _TOLD[payload["event"]])
        self._tell(key, portal, pl, en)

    def _tell(self, key: str, portal: Portal, pl: str, en: str) -> None:
        """The contact."""
        name, email = portal.contact_name.clear, portal.contact_email.clear
        if name is None or email is None:
            return  # forgotten meanwhile
        subject = f"Portal {portal.facts.name} we Wspólnej Przestrzeni / in Wspólna Przestrzeń"
        text = _LETTER.format(name=portal.facts.name, pl=pl, en=en)
        self._letters.send_to(key, name, email, subject, text)

    def _portal(self, payload: Mapping[str, Any]) -> Portal:
        portal_id = UUID(payload["portal"])
        found = self._desk.cooperation.store.load(Portal, portal_id)
        if found is None:
            raise LookupError(portal_id)
        return found
