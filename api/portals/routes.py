"""How a portal is registered: an application, and the link of the letter that answers it. JSON in and out."""

from typing import Any

import msgspec
from litestar import Router, post
from litestar.params import JSONBody

from api.auth.accounts import Accounts
from api.auth.refusals import answer_of
from api.auth.routes import AnyRequest, from_our_pages, visitor
from api.graphql.relay import global_id
from domain.errors import DomainError
from infra.portals.applications import Application, Applications


class Confirmation(msgspec.Struct):
    link: str


def portal_routes(accounts: Accounts) -> Router:
    @post("/applications", status_code=202)
    async def apply(request: AnyRequest, data: JSONBody[Application]) -> None:
        await accounts.do(Applications(accounts.desk).apply, data, visitor(request))

    @post("/confirmation", status_code=200)
    async def confirm(data: JSONBody[Confirmation]) -> dict[str, Any]:
        portal_id = await accounts.do(Applications(accounts.desk).confirm, data.link)
        return {"portal": global_id("Portal", portal_id)}

    return Router(
        "/portals",
        route_handlers=[apply, confirm],
        before_request=from_our_pages,
        exception_handlers={DomainError: answer_of},
        include_in_schema=False,
    )
