"""Puts `/graphql` together: one engine behind HTTP, server-sent events and websockets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from litestar import asgi
from litestar.enums import ScopeType
from litestar.handlers import ASGIRouteHandler
from litestar.types import Receive, Scope, Send

from api.auth import Authentication
from api.graphql.engine import Engine
from api.graphql.http import GraphQLOverHTTP
from api.graphql.news_stream import PublishedNews
from api.graphql.schema import make_schema
from api.graphql.services import Services
from api.graphql.trusted import Options
from api.graphql.websocket import GraphQLOverWebsocket
from api.graphql.wire import Wire
from api.resources import Resources

PAGE = Path(__file__).parents[1] / "static" / "graphiql" / "index.html"


class GraphQLEndpoint:
    def __init__(
        self, resources: Resources, authentication: Authentication, options: Options
    ) -> None:
        self._published_news = PublishedNews(resources)
        self._wire = Wire(resources.database_url)
        services = Services(resources, self._published_news)
        engine = Engine(make_schema(), services, self._wire, options)
        page = PAGE.read_bytes()
        self._http = GraphQLOverHTTP(engine, authentication, options.trusted, page)
        self._websocket = GraphQLOverWebsocket(engine, authentication)

    def route(self) -> ASGIRouteHandler:
        """A bare ASGI route: nothing of the framework stands between a request and its answer."""

        @asgi("/graphql", copy_scope=False)
        async def graphql(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == ScopeType.WEBSOCKET:
                await self._websocket(scope, receive, send)
            else:
                await self._http(scope, receive, send)

        return graphql

    @asynccontextmanager
    async def started(self) -> AsyncIterator[None]:
        async with self._wire.connected(), self._published_news.running():
            yield
