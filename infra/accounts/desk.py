"""What everything about accounts works with."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg_pool import ConnectionPool

from domain.accounts import Account, AccountNotFound, email_key, parse_email
from domain.cooperation import Cooperation
from domain.errors import InvalidInput
from infra.accounts.attempts import Attempts
from infra.accounts.standing import Standings
from infra.personal.master import WrappingKey


@dataclass
class Desk:
    pool: ConnectionPool[Connection[Any]]
    cooperation: Cooperation
    master: WrappingKey
    now: Callable[[], datetime]
    standings: Standings = field(init=False)
    attempts: Attempts = field(init=False)

    def __post_init__(self) -> None:
        self.standings = Standings(self.pool)
        self.attempts = Attempts(self.master)

    @contextmanager
    def connection(self) -> Iterator[Connection[Any]]:
        """In autocommit."""
        with self.pool.connection() as connection:
            yield connection

    def account(self, account_id: UUID) -> Account:
        """Raises AccountNotFound."""
        found = self.cooperation.store.load(Account, account_id)
        if found is None:
            raise AccountNotFound
        return found

    def account_with(self, email: str) -> Account | None:
        """The one that isn't closed. A forgotten person's may have had the address, and opens to nobody."""
        try:
            parsed = parse_email(email)
        except InvalidInput:
            return None
        for generation in count(1):
            holder = self.cooperation.store.holder(email_key(parsed, generation))
            if holder is None:
                return None
            found = self.account(holder)
            if found.answers_to(parsed) and found.email.clear is not None:
                return found
        raise AssertionError("counting doesn't end")

    def say(self, account: Account, command: type[Any], **facts: Any) -> None:
        """A command that the account gives about itself; raises DomainError."""
        given = command(command_id=uuid4(), account_id=account.id, **facts)
        self.cooperation.execute(given, account.actor())
