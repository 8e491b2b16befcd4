"""Accounts of the demo network, so that a newcomer can log in and try every role."""

import json
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from domain.accounts import Account, ActivateAccount, InviteAccount, RecordPassword
from domain.roles import OPERATOR, Role
from infra.accounts import credentials
from infra.accounts.desk import Desk
from infra.accounts.own import OwnAccount
from infra.accounts.passwords import hash_of

FILE = "demo-accounts.json"
"""In the data directory, readable by its owner alone: passwords and access tokens of the demo."""


class Person(NamedTuple):
    """Nobody: the addresses are of a domain that never exists (RFC 2606)."""

    email: str
    name: str
    municipality: str | None
    roles: tuple[Role, ...]


PEOPLE = (
    Person("koordynator@wspolna.example", "Koordynator Sieci", None, (Role.COORDINATOR,)),
    Person("audytor@wspolna.example", "Audytor Sieci", None, (Role.AUDITOR,)),
    Person("admin@opoczno.example", "Administrator Opoczno", "100704", (Role.MUNICIPALITY_ADMIN,)),
    Person("redaktor@opoczno.example", "Redaktor Opoczno", "100704", (Role.EDITOR,)),
    Person(
        "fundusze@opoczno.example",
        "Fundusze Opoczno",
        "100704",
        (Role.FUNDS_OFFICER, Role.EXECUTIVE),
    ),
    Person("redaktor@belchatow.example", "Redaktor Bełchatów", "100101", (Role.EDITOR,)),
    Person(
        "fundusze@belchatow.example",
        "Fundusze Bełchatów",
        "100101",
        (Role.FUNDS_OFFICER, Role.EXECUTIVE),
    ),
)


def load_accounts(desk: Desk, namespace: UUID, file: Path) -> None:
    """Once: where the file is, they are all there. Loaded half-way, they get other secrets."""
    if file.exists():
        return
    told = [_told(person, *_made(desk, namespace, person)) for person in PEOPLE]
    _write(file, json.dumps(told, ensure_ascii=False, indent=1))


def coordinators_token(file: Path) -> str | None:
    """None where there is no demo."""
    return next((each["token"] for each in _read(file) if "COORDINATOR" in each["roles"]), None)


def _made(desk: Desk, namespace: UUID, person: Person) -> tuple[str, str]:
    """A password and an access token with all of the person's roles."""
    invitation = InviteAccount(
        command_id=uuid5(namespace, f"account:{person.email}"),
        municipality=person.municipality,
        email=person.email,
        name=person.name,
        roles=frozenset(person.roles),
        by_mail=False,
    )
    account_id = desk.cooperation.execute(invitation, OPERATOR).stream_id
    desk.say(desk.account(account_id), ActivateAccount)
    password = f"przykład-{secrets.token_urlsafe(9)}"
    with desk.connection() as connection:
        credentials.set_password(connection, account_id, hash_of(password), desk.now())
    account: Account = desk.account(account_id)
    desk.say(account, RecordPassword)
    issued = OwnAccount(desk).issue_token(account_id, "demo", frozenset(person.roles), None)
    return password, issued.secret


def _told(person: Person, password: str, token: str) -> dict[str, Any]:
    return {
        "email": person.email,
        "password": password,
        "token": token,
        "municipality": person.municipality,
        "roles": list(person.roles),
    }


def _write(file: Path, text: str) -> None:
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(text + "\n")
    draft.replace(file)


def _read(file: Path) -> Iterator[dict[str, Any]]:
    if file.exists():
        yield from json.loads(file.read_text())
