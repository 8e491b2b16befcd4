"""An initiative's budget as a workbook over HTTP: taken out, and put in with a dry run.

For whoever may see the initiative; to all others there is none. Beside GraphQL, because it is a file.
"""

from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
from litestar import Request, Response, Router, get, post
from litestar.params import FromPath, QueryParameter

from api.auth.authentication import Authentication
from api.auth.refusals import EXCEPTION_HANDLERS
from api.auth.viewer import Viewer
from api.graphql.visibility import INITIATIVES
from api.language import preferred
from api.resources import Resources
from domain.calls.call import FundingCall
from domain.cooperation import Find
from domain.errors import DomainError, Language, NotFound
from domain.initiatives.budget import Budget, differences, unmet_conditions
from domain.initiatives.commands.proposal import DrawUpBudget
from domain.initiatives.initiative import Initiative, InitiativeNotFound
from infra import budget_workbook
from infra.budget_workbook import BYTES, UnreadableRows
from infra.sources.model import UnreadableSource

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AnyRequest = Request[Any, Any, Any]


class NoBudget(NotFound):
    code = "no_budget"
    pl = "Projekt nie ma takiej wersji budżetu."
    en = "The initiative has no such version of the budget."


class NotAWorkbook(DomainError):
    code = "not_a_workbook"
    pl = f"Plik trzeba przysłać jako {XLSX}."
    en = f"The file has to be sent as {XLSX}."


class BudgetWorkbooks:
    def __init__(self, resources: Resources, authentication: Authentication) -> None:
        self._resources, self._authentication = resources, authentication

    def router(self) -> Router:
        path = "/{initiative_id:uuid}/budzet.xlsx"

        @get(path)
        async def take_out(
            request: AnyRequest,
            initiative_id: FromPath[UUID],
            version: Annotated[int | None, QueryParameter(name="version")] = None,
        ) -> Response[bytes]:
            await self._viewer_of(request, initiative_id)
            budget = await self._resources.look(_version(initiative_id, version))
            name = f'attachment; filename="budzet-{initiative_id}.xlsx"'
            headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
            return Response(budget_workbook.written(budget), media_type=XLSX, headers=headers)

        @post(path, status_code=200)
        async def put_in(
            request: AnyRequest,
            initiative_id: FromPath[UUID],
            dry_run: Annotated[bool, QueryParameter(name="dryRun")] = True,
            note: Annotated[str, QueryParameter(name="note")] = "",
            command_id: Annotated[UUID | None, QueryParameter(name="commandId")] = None,
            expected: Annotated[int | None, QueryParameter(name="expectedVersion")] = None,
        ) -> Response[dict[str, Any]]:
            """What differs from the current version; with `dryRun=false`, this becomes the next one."""
            viewer = await self._viewer_of(request, initiative_id)
            budget = budget_workbook.read(await _body(request))
            language = _language(request)
            command = DrawUpBudget(
                command_id=command_id or uuid4(),
                expected_version=expected,
                initiative_id=initiative_id,
                budget=budget,
                note=note,
            )
            compared = await self._resources.look(_comparison(initiative_id, budget, language))
            position = None
            if dry_run:
                await self._resources.rehearse(command, viewer.actor)
            else:
                position = (await self._resources.execute(command, viewer.actor)).position
            told = {"dryRun": dry_run, "position": position, **compared}
            return Response(told, headers={"Cache-Control": "no-store"})

        return Router(
            "/wspolne-projekty",
            route_handlers=[take_out, put_in],
            exception_handlers={**EXCEPTION_HANDLERS, UnreadableSource: _unreadable},
            include_in_schema=False,
        )

    async def _viewer_of(self, request: AnyRequest, initiative_id: UUID) -> Viewer:
        """Raises InitiativeNotFound where the viewer may see none."""
        viewer = await self._authentication.viewer(dict(request.scope["headers"]))
        visible = INITIATIVES.where(viewer.audience, "i", listing=False)
        sql = f"SELECT 1 FROM read_initiatives.initiatives AS i WHERE i.id = %s AND {visible}"
        async with self._resources.pool.connection() as connection:
            found = await connection.execute(sql.encode(), [initiative_id])
            if await found.fetchone() is None:
                raise InitiativeNotFound
        return viewer


async def _body(request: AnyRequest) -> bytes:
    """Not as a form: those, a page of any site may send."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != XLSX:
        raise NotAWorkbook
    stream: AsyncIterator[bytes] = request.stream()
    body = bytearray()
    async for chunk in stream:
        body += chunk
        if len(body) > BYTES:  # what follows isn't even read
            break
    return bytes(body)


def _version(initiative_id: UUID, version: int | None) -> Any:
    def found(find: Find) -> Budget:
        initiative: Initiative = find(Initiative, initiative_id)
        number = len(initiative.budgets) if version is None else version
        if not 1 <= number <= len(initiative.budgets):
            raise NoBudget
        return initiative.budgets[number - 1].budget

    return found


def _comparison(initiative_id: UUID, budget: Budget, language: Language) -> Any:
    def found(find: Find) -> dict[str, Any]:
        initiative: Initiative = find(Initiative, initiative_id)
        before = initiative.budget or Budget((), (), ())
        call = find(FundingCall, initiative.call_id) if initiative.call_id else None
        unmet = unmet_conditions(budget, call.terms, initiative.accepted) if call else ()
        return {
            "version": initiative.version,
            "changed": budget != initiative.budget,
            "eligible": {"was": before.eligible, "becomes": budget.eligible},
            "grant": {"was": before.grant, "becomes": budget.grant},
            "differences": msgspec.to_builtins(differences(before, budget)),
            "missing": [{"code": each.code, "message": each.message(language)} for each in unmet],
        }

    return found


def _unreadable(request: AnyRequest, error: UnreadableSource) -> Response[dict[str, Any]]:
    language = _language(request)
    told: dict[str, Any] = {
        "code": error.code,
        "message": error.pl if language == "pl" else error.en,
    }
    if isinstance(error, UnreadableRows):
        told["problems"] = [
            {"sheet": each.sheet, "row": each.row, "message": each.message(language)}
            for each in error.problems[:100]
        ]
    return Response(told, status_code=400, headers={"Cache-Control": "no-store"})


def _language(request: AnyRequest) -> Language:
    return preferred(dict(request.scope["headers"]).get(b"accept-language"))
