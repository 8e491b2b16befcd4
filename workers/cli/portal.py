from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID, uuid4

import typer
from psycopg.rows import dict_row

from domain.commands import Command
from domain.portals import (
    ApprovePortal,
    ClosePortal,
    PortalState,
    PortalTerms,
    ReinstatePortal,
    RejectPortal,
    RevokePortalKey,
    Scope,
    SuspendPortal,
)
from domain.roles import OPERATOR
from workers.cli.boundary import Refused
from workers.cli.session import session
from workers.cli.speech import AsJson, answer, say

app = typer.Typer(no_args_is_help=True, help=say("Portale partnerskie.", "Portals."))

Which = Annotated[UUID, typer.Argument(help=say("UUID portalu.", "The portal's UUID."))]
Reason = Annotated[
    str, typer.Option(help=say("Powód; dostanie go osoba kontaktowa.", "Why; the contact is told."))
]

_LIST = "SELECT id, name, operator, state, scopes, requests_per_minute FROM read_portals.portals"
_SHOW = """
SELECT p.*, (SELECT coalesce(jsonb_agg(to_jsonb(k) || jsonb_build_object('last_used_at', (
    SELECT max(last_used_at) FROM portal_usage u WHERE u.key_id = k.id)) ORDER BY k.issued_at), '[]')
    FROM read_portals.keys k WHERE k.portal_id = p.id) AS keys,
    (SELECT coalesce(jsonb_agg(to_jsonb(w) ORDER BY w.added_at), '[]')
    FROM read_portals.webhooks w WHERE w.portal_id = p.id) AS webhooks
FROM read_portals.portals p WHERE p.id = %s
"""


@app.command("list", help=say("Portale, od najnowszych.", "Portals, newest first."))
def list_portals(
    waiting: Annotated[
        bool,
        typer.Option("--waiting", help=say("Tylko czekające na decyzję.", "Only those that wait.")),
    ] = False,
    as_json: AsJson = False,
) -> None:
    where = f" WHERE state = '{PortalState.REGISTERED}'" if waiting else ""
    found = _rows(f"{_LIST}{where} ORDER BY registered_at DESC, id DESC")
    text = "\n".join(
        f"{row['id']}  {row['state']}  {row['name']} ({row['operator']})" for row in found
    )
    answer(found, text or say("Nie ma żadnego.", "There is none."), as_json=as_json)


@app.command(
    "show",
    help=say(
        "Portal z kluczami (bez ich treści) i webhookami.",
        "A portal with its keys (not what opens with them) and webhooks.",
    ),
)
def show(portal: Which, as_json: AsJson = False) -> None:
    found = _rows(_SHOW, portal)
    if not found:
        raise Refused(f"Nie ma portalu {portal}.", f"There is no portal {portal}.")
    text = "\n".join(f"{name}: {value}" for name, value in found[0].items() if value is not None)
    answer(found[0], text, as_json=as_json)


@app.command(
    "approve",
    help=say(
        "Zatwierdza portal; osoba kontaktowa dostanie zaproszenie do konta, które wydaje klucze.",
        "Approves a portal; its contact is invited to an account, which issues keys.",
    ),
)
def approve(
    portal: Which,
    scope: Annotated[
        list[Scope] | None,
        typer.Option(
            case_sensitive=False,
            help=say(
                "Można podać kilka; domyślnie wszystkie.", "May be repeated; all if not given."
            ),
        ),
    ] = None,
    requests_per_minute: Annotated[
        int, typer.Option(help=say("Limit każdego klucza.", "Quota of each key."))
    ] = 600,
    as_json: AsJson = False,
) -> None:
    terms = PortalTerms(tuple(scope or Scope), requests_per_minute)
    _give(ApprovePortal(command_id=uuid4(), portal_id=portal, terms=terms), as_json)


@app.command("reject", help=say("Odrzuca zgłoszenie portalu.", "Rejects an application."))
def reject(portal: Which, reason: Reason, as_json: AsJson = False) -> None:
    _give(RejectPortal(command_id=uuid4(), portal_id=portal, reason=reason), as_json)


@app.command(
    "suspend",
    help=say(
        "Zawiesza portal: od tej chwili jego klucze nie działają, webhooki czekają.",
        "Suspends a portal: from now on its keys open nothing and its webhooks wait.",
    ),
)
def suspend(portal: Which, reason: Reason, as_json: AsJson = False) -> None:
    _give(SuspendPortal(command_id=uuid4(), portal_id=portal, reason=reason), as_json)


@app.command("reinstate", help=say("Przywraca zawieszony portal.", "Reinstates a portal."))
def reinstate(portal: Which, as_json: AsJson = False) -> None:
    _give(ReinstatePortal(command_id=uuid4(), portal_id=portal), as_json)


@app.command("close", help=say("Zamyka portal na zawsze.", "Closes a portal for good."))
def close(portal: Which, reason: Reason, as_json: AsJson = False) -> None:
    _give(ClosePortal(command_id=uuid4(), portal_id=portal, reason=reason), as_json)


@app.command(
    "revoke",
    help=say("Unieważnia klucz, natychmiast i wszędzie.", "Revokes a key, at once and everywhere."),
)
def revoke(
    portal: Which,
    key: Annotated[UUID, typer.Argument(help=say("UUID klucza.", "The key's UUID."))],
    as_json: AsJson = False,
) -> None:
    _give(RevokePortalKey(command_id=uuid4(), portal_id=portal, key_id=key), as_json)


def _give(command: Command, as_json: bool) -> None:
    with session("portal") as opened:
        receipt = opened.cooperation.execute(command, OPERATOR)
    done = say("Gotowe.", "Done.") if receipt.changed else say("Bez zmian.", "Unchanged.")
    answer({"id": receipt.stream_id, "position": receipt.position}, done, as_json=as_json)


def _rows(query: str, *parameters: Any) -> list[dict[str, Any]]:
    with session("portal") as opened, opened.connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query.encode(), parameters).fetchall()
