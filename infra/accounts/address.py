"""Another e-mail address: asked for with the password, good once a letter to it was answered."""

from datetime import timedelta
from uuid import UUID, uuid4

from domain.accounts import ChangeEmail, parse_email
from infra.accounts import links
from infra.accounts.desk import Desk
from infra.accounts.links import LinkExpired, Purpose
from infra.accounts.login import LETTERS
from infra.accounts.own import check_password
from infra.accounts.secrets import hashed, new_secret
from infra.reactors import Delivery, put

GOOD_FOR = timedelta(hours=24)
_WANTED, _FORMER = "wanted e-mail", "former e-mail"


class AddressChange:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def ask(self, account_id: UUID, email: str, password: str) -> None:
        """A letter to the new address. Says nothing of whose it is already: that is told to who reads it.

        Raises LoginRefused, InvalidInput, TooManyAttempts.
        """
        desk, wanted = self._desk, parse_email(email)
        with desk.connection() as connection:
            check_password(desk, connection, account_id, password)
            letters = desk.attempts.key("address letters", str(account_id))
            desk.attempts.count(connection, letters, LETTERS, desk.now())
            locked = desk.master.lock(_WANTED, account_id, wanted.encode())
            with connection.transaction():
                connection.execute(
                    "INSERT INTO email_changes VALUES (%s, %s, NULL, %s) ON CONFLICT (account_id) "
                    "DO UPDATE SET wanted = EXCLUDED.wanted, hash = NULL, expires_at = EXCLUDED.expires_at",
                    (account_id, locked, desk.now() + GOOD_FOR),
                )
                payload = {"account": str(account_id)}
                put(connection, Delivery("mail.address", f"mail.address:{uuid4()}", payload))

    def begin(self, account_id: UUID) -> tuple[str, str] | None:
        """The new address, and the secret of the letter's link; None where nothing is asked for any more."""
        desk, secret = self._desk, new_secret()
        with desk.connection() as connection:
            row = connection.execute(
                "UPDATE email_changes SET hash = %s WHERE account_id = %s AND expires_at > %s "
                "RETURNING wanted",
                (hashed(secret), account_id, desk.now()),
            ).fetchone()
        if row is None:
            return None
        return desk.master.unlock(_WANTED, account_id, row[0]).decode(), secret

    def confirm(self, link: str) -> None:
        """Tells the former address. Raises LinkExpired, EmailTaken, NotActive."""
        desk = self._desk
        with desk.connection() as connection, connection.transaction():
            row = connection.execute(
                "DELETE FROM email_changes WHERE hash = %s AND expires_at > %s "
                "RETURNING account_id, wanted",
                (hashed(link), desk.now()),
            ).fetchone()
            if row is None:
                raise LinkExpired
            account = desk.account(row[0])
            wanted = desk.master.unlock(_WANTED, account.id, row[1]).decode()
            former = account.email.clear
            desk.say(account, ChangeEmail, email=wanted)
            # What was sent to the former address opens nothing any more.
            links.use_all(connection, account.id, Purpose.PASSWORD, desk.now())
            if former is not None and former != wanted:
                sealed = desk.master.lock(_FORMER, account.id, former.encode()).hex()
                payload = {"account": str(account.id), "former": sealed}
                put(connection, Delivery("mail.moved", f"mail.moved:{uuid4()}", payload))

    def former(self, account_id: UUID, sealed: str) -> str:
        return self._desk.master.unlock(_FORMER, account_id, bytes.fromhex(sealed)).decode()
