from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any
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
from infra.accounts.desk import Desk
from infra.accounts.letters import link_of
from infra.accounts.links import Purpose, new_link
from infra.accounts.own import OwnAccount
from infra.bootstrap import open_pool
from infra.keyfiles import master_key
from workers.cli.boundary import Refused
from workers.cli.session import Session, session
from workers.cli.speech import AsJson, answer, say

if TYPE_CHECKING:
    from collections.abc import Iterator

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


tokens = typer.Typer(
    no_args_is_help=True,
    help=say(
        "Tokeny dostępu dla programów, w imieniu konta.",
        "Access tokens for programs, in the account's name.",
    ),
)
app.add_typer(tokens, name="token")


@tokens.command(
    "issue",
    help=say(
        "Wydaje token i wypisuje go ten jeden raz. Bez --role token tylko czyta.",
        "Issues a token and prints it this once. Without --role the token only reads.",
    ),
)
def issue_token(
    account: Which,
    name: Annotated[str, typer.Option(help=say("Do czego służy.", "What it is for."))],
    role: Annotated[
        list[Role] | None,
        typer.Option(
            case_sensitive=False,
            help=say("Rola konta; można podać kilka.", "A role of the account; may be repeated."),
        ),
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, help=say("Ważny tyle dni.", "Good for so many days."))
    ] = None,
    as_json: AsJson = False,
) -> None:
    ends = None if days is None else datetime.now(UTC) + timedelta(days=days)
    with _own("account token issue") as own:
        issued = own.issue_token(account, name, frozenset(role or ()), ends)
    answer({"id": issued.id, "token": issued.secret}, issued.secret, as_json=as_json)


@tokens.command("list", help=say("Tokeny konta.", "The account's tokens."))
def list_tokens(account: Which, as_json: AsJson = False) -> None:
    with _own("account token list") as own:
        own.account(account)
        found = own.tokens(account)
    lines = [
        f"{each.id}  {each.name}  {', '.join(each.scopes) or say('tylko czyta', 'only reads')}  "
        f"{each.expires_at.date() if each.expires_at else say('bezterminowo', 'no end')}"
        for each in found
    ]
    told = [
        {
            "id": each.id,
            "name": each.name,
            "scopes": each.scopes,
            "createdAt": each.created_at,
            "expiresAt": each.expires_at,
            "usedAt": each.used_at,
        }
        for each in found
    ]
    text = "\n".join(lines) or say("Nie ma żadnego.", "There is none.")
    answer(told, text, as_json=as_json)


@tokens.command("revoke", help=say("Unieważnia token od zaraz.", "Revokes a token at once."))
def revoke_token(
    account: Which,
    token: Annotated[UUID, typer.Argument(help=say("UUID tokenu.", "The token's UUID."))],
    as_json: AsJson = False,
) -> None:
    with _own("account token revoke") as own:
        own.revoke_token(account, token)
    answer({"id": token}, say("Gotowe.", "Done."), as_json=as_json)


@app.command(
    "log-out",
    help=say("Kończy wszystkie sesje konta.", "Ends every session of the account."),
)
def log_out(account: Which, as_json: AsJson = False) -> None:
    with _own("account log-out") as own:
        own.account(account)
        own.end_other_sessions(account, None)
    answer({"id": account}, say("Gotowe.", "Done."), as_json=as_json)


@contextmanager
def _own(purpose: str) -> Iterator[OwnAccount]:
    with (
        session(purpose) as opened,
        open_pool(opened.url, size=1) as pool,
    ):
        master = master_key(opened.settings)
        yield OwnAccount(Desk(pool, opened.cooperation, master, lambda: datetime.now(UTC)))


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
