from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

import typer
from psycopg.rows import dict_row

from domain.accounts import (
    Account,
    CloseAccount,
    GrantRole,
    InviteAccount,
    ReinstateAccount,
    RevokeRole,
    SuspendAccount,
)
from domain.commands import Command
from domain.roles import OPERATOR, Role
from infra.accounts.letters import link_of
from infra.accounts.links import Purpose, new_link
from workers.cli.boundary import Refused
from workers.cli.session import Session, session
from workers.cli.speech import AsJson, answer, say

app = typer.Typer(no_args_is_help=True, help=say("Konta.", "Accounts."))

Which = Annotated[UUID, typer.Argument(help=say("UUID konta.", "The account's UUID."))]
Reason = Annotated[str, typer.Option(help=say("Powód.", "The reason."))]

_CREATE = say(
    "Zakłada konto i wypisuje odnośnik, pod którym ustawia się hasło: działa raz, przez dwa tygodnie. "
    "`wspolna account create --coordinator` zakłada konto koordynatora sieci.",
    "Creates an account and prints the link under which its password is set: good once, for two weeks. "
    "`wspolna account create --coordinator` creates an account of the network's coordinator.",
)


@app.command("create", help=_CREATE)
def create(
    email: Annotated[str, typer.Option(prompt="E-mail")],
    name: Annotated[str, typer.Option(prompt=say("Imię i nazwisko", "Name"))],
    coordinator: Annotated[
        bool,
        typer.Option("--coordinator", help=say("Koordynator sieci.", "The network's coordinator.")),
    ] = False,
    municipality: Annotated[
        str | None, typer.Option(help=say("Kod TERC gminy.", "TERC code of the municipality."))
    ] = None,
    role: Annotated[
        list[Role] | None,
        typer.Option(case_sensitive=False, help=say("Można podać kilka.", "May be repeated.")),
    ] = None,
    as_json: AsJson = False,
) -> None:
    roles = {*(role or ()), *((Role.COORDINATOR,) if coordinator else ())}
    if not roles:
        raise typer.BadParameter(
            say("Podaj --coordinator albo --role.", "Give --coordinator or --role.")
        )
    command = InviteAccount(
        command_id=uuid4(),
        municipality=municipality,
        email=email,
        name=name,
        roles=frozenset(roles),
        by_mail=False,
    )
    with session("account create") as opened:
        receipt = opened.cooperation.execute(command, OPERATOR)
        link = _link(opened, receipt.stream_id, Purpose.INVITATION)
    said = say(
        "Konto założone. Hasło ustawia się tu", "The account is there. Its password is set at"
    )
    answer({"id": receipt.stream_id, "link": link}, f"{said}:\n{link}", as_json=as_json)


@app.command(
    "link",
    help=say(
        "Wypisuje nowy odnośnik do ustawienia hasła, dla kogoś, do kogo list nie dotarł.",
        "Prints another link to set the password, for somebody whom no letter reached.",
    ),
)
def link(account: Which, as_json: AsJson = False) -> None:
    with session("account link") as opened:
        found = opened.cooperation.store.load(Account, account)
        if found is None:
            raise Refused(f"Nie ma konta {account}.", f"There is no account {account}.")
        invited = found.state.value == "INVITED"
        made = _link(opened, account, Purpose.INVITATION if invited else Purpose.PASSWORD)
    answer({"link": made}, made, as_json=as_json)


@app.command("list", help=say("Konta, od najnowszych.", "Accounts, newest first."))
def list_accounts(as_json: AsJson = False) -> None:
    with (
        session("account list") as opened,
        opened.connection.cursor(row_factory=dict_row) as cursor,
    ):
        found = cursor.execute(
            "SELECT id, email, name, owner_terc AS municipality, state, roles, second_factor "
            "FROM read_accounts.accounts ORDER BY invited_at DESC, id DESC"
        ).fetchall()
    text = "\n".join(_line(row) for row in found)
    answer(found, text or say("Nie ma żadnego.", "There is none."), as_json=as_json)


@app.command("grant", help=say("Nadaje rolę.", "Grants a role."))
def grant(account: Which, role: Role, as_json: AsJson = False) -> None:
    _give(GrantRole(command_id=uuid4(), account_id=account, role=role), as_json)


@app.command("revoke", help=say("Odbiera rolę.", "Revokes a role."))
def revoke(account: Which, role: Role, as_json: AsJson = False) -> None:
    _give(RevokeRole(command_id=uuid4(), account_id=account, role=role), as_json)


@app.command(
    "suspend",
    help=say(
        "Zawiesza konto: od tej chwili nic przez nie nie można zrobić.",
        "Suspends an account: from this moment on nothing can be done through it.",
    ),
)
def suspend(account: Which, reason: Reason, as_json: AsJson = False) -> None:
    _give(SuspendAccount(command_id=uuid4(), account_id=account, reason=reason), as_json)


@app.command(
    "reinstate", help=say("Przywraca zawieszone konto.", "Reinstates a suspended account.")
)
def reinstate(account: Which, as_json: AsJson = False) -> None:
    _give(ReinstateAccount(command_id=uuid4(), account_id=account), as_json)


@app.command("close", help=say("Zamyka konto na zawsze.", "Closes an account for good."))
def close(account: Which, reason: Reason, as_json: AsJson = False) -> None:
    _give(CloseAccount(command_id=uuid4(), account_id=account, reason=reason), as_json)


def _give(command: Command, as_json: bool) -> None:
    with session("account") as opened:
        receipt = opened.cooperation.execute(command, OPERATOR)
    done = say("Gotowe.", "Done.") if receipt.changed else say("Bez zmian.", "Unchanged.")
    answer({"id": receipt.stream_id, "position": receipt.position}, done, as_json=as_json)


def _link(opened: Session, account: UUID, purpose: Purpose) -> str:
    with opened.connection.transaction():
        secret = new_link(opened.connection, account, purpose, datetime.now(UTC))
    return link_of(opened.settings.public_url, purpose, secret)


def _line(row: dict[str, Any]) -> str:
    whose = row["municipality"] or say("sieć", "network")
    return f"{row['id']}  {row['state']}  {whose}  {row['email']}  {', '.join(row['roles'])}"
