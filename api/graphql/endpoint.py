"""Puts `/graphql` together: one engine behind HTTP, server-sent events and websockets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from api.auth import Authentication
from api.graphql.engine import Engine
from api.graphql.http import GraphQLOverHTTP
from api.graphql.plain import PlainQuestions
from api.graphql.schema import make_schema
from api.graphql.services import Services
from api.graphql.tails import Tails
from api.graphql.trusted import Options
from api.graphql.websocket import GraphQLOverWebsocket
from api.graphql.wire import Wire
from api.portals.gate import Gate
from api.portals.secrets import PortalSecrets
from api.resources import Resources

PAGE = Path(__file__).parents[1] / "static" / "graphiql" / "index.html"


class GraphQLEndpoint:
    def __init__(
        self,
        resources: Resources,
        authentication: Authentication,
        gate: Gate,
        options: Options,
        secrets: PortalSecrets | None = None,
    ) -> None:
        self._wire = Wire(resources.database_url)
        self._tails = Tails(self._wire, resources.watch)
        services = Services(resources, secrets)
        engine = Engine(make_schema(), services, self._wire, self._tails, options)
        page = PAGE.read_bytes()
        self._http = GraphQLOverHTTP(engine, authentication, gate, options.trusted, page)
        self.plain = PlainQuestions(engine, options.trusted)
        self._websocket = GraphQLOverWebsocket(engine, authentication, gate, options.trusted)

    def before(self, framework: ASGIApp) -> ASGIApp:
        """Nothing of the framework stands between a question and its answer: routing, hooks and
        handlers would cost as much as answering does."""

        async def front(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["path"] != "/graphql":
                await framework(scope, receive, send)
            elif scope["type"] == ScopeType.WEBSOCKET:
                await self._websocket(scope, receive, send)
            else:
                await self._http(scope, receive, send)

        return front

    @asynccontextmanager
    async def started(self) -> AsyncIterator[None]:
        async with (
            self._wire.connected(),
            self._http.disconnections.watching(),
            self._tails.running(),
        ):
            yield
