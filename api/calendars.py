"""Meetings as a calendar to subscribe to: `/spotkania.ics`, and a series as `/cykle-spotkan/{id}/spotkania.ics`.

A calendar programme that says nothing of itself is anyone, and is told what is public; who names an access
token is told what it may see. Beside GraphQL, because it is a file.
"""

import hashlib
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, get
from litestar.params import FromPath, QueryParameter
from psycopg.rows import dict_row

from api.auth.authentication import Authentication
from api.auth.refusals import EXCEPTION_HANDLERS
from api.auth.viewer import Viewer
from api.graphql.visibility import guarded
from api.resources import Resources
from domain.meetings.series import SeriesNotFound
from domain.values import parse_terc
from infra.calendar_file import MEDIA_TYPE, MEETINGS, SERIES, written

AnyRequest = Request[Any, Any, Any]
_SEEN = guarded()


class Calendars:
    def __init__(self, resources: Resources, authentication: Authentication) -> None:
        self._resources, self._authentication = resources, authentication

    def router(self) -> Router:
        @get("/spotkania.ics")
        async def meetings(
            request: AnyRequest,
            municipality: Annotated[str | None, QueryParameter(name="gmina")] = None,
        ) -> Response[bytes]:
            """All of them, or those in which one municipality takes part."""
            viewer = await self._authentication.viewer(dict(request.scope["headers"]))
            theirs: list[Any] = []
            if municipality is not None:
                theirs = [[parse_terc(municipality, "gmina")]]
            found = await self._rows(MEETINGS, viewer, "m", "{row}.participants @> %s", theirs)
            series = await self._rows(SERIES, viewer, "s", "{row}.participants @> %s", theirs)
            return _answer(request, written(found, series, "Wspólna Przestrzeń"))

        @get("/cykle-spotkan/{series_id:uuid}/spotkania.ics")
        async def one_series(request: AnyRequest, series_id: FromPath[UUID]) -> Response[bytes]:
            viewer = await self._authentication.viewer(dict(request.scope["headers"]))
            series = await self._rows(SERIES, viewer, "s", "{row}.id = %s", [series_id])
            if not series:
                raise SeriesNotFound
            found = await self._rows(MEETINGS, viewer, "m", "{row}.series_id = %s", [series_id])
            return _answer(request, written(found, series, series[0]["title"]))

        return Router(
            "/",
            route_handlers=[meetings, one_series],
            exception_handlers=EXCEPTION_HANDLERS,
            include_in_schema=False,
        )

    async def _rows(
        self, query: str, viewer: Viewer, row: str, which: str, of: list[Any]
    ) -> list[dict[str, Any]]:
        seen = _SEEN.where(viewer.audience, row, listing=True)
        where = f"{seen} AND {which.format(row=row)}" if of else seen
        async with (
            self._resources.pool.connection() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute(query.format(where=where).encode(), of)
            return await cursor.fetchall()


def _answer(request: AnyRequest, calendar: bytes) -> Response[bytes]:
    """With a tag, because programmes ask for it every hour, and meetings change every week."""
    tag = f'"{hashlib.sha256(calendar).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Authorization, Cookie"}
    if request.headers.get("if-none-match") == tag:
        return Response(b"", status_code=304, headers=headers)
    return Response(calendar, media_type=MEDIA_TYPE, headers=headers)
