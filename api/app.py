"""The web application: `create_app(settings)`, or `api.app:app` for `uvicorn --factory`."""

import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from litestar import Litestar, get
from litestar.response import Redirect
from litestar.static_files import create_static_files_router

from api.auth import Authentication
from api.auth.account_page import own_pages
from api.auth.accounts import Accounts
from api.auth.cookies import Cookies
from api.auth.pages import account_pages
from api.auth.routes import Routes
from api.budgets import BudgetWorkbooks
from api.calendars import Calendars
from api.front import front
from api.graphql.endpoint import GraphQLEndpoint
from api.graphql.trusted import Options
from api.graphql.wire import Wire
from api.health import Health
from api.metrics import metrics
from api.portals.gate import Gate
from api.portals.keyring import Keyring
from api.portals.pages import portal_pages
from api.portals.routes import portal_routes
from api.portals.secrets import PortalSecrets
from api.resources import Resources
from infra.keyfiles import vault
from infra.settings import Settings

STATIC = Path(__file__).parent / "static"


def create_app(settings: Settings, options: Options | None = None) -> Litestar:
    resources = Resources(settings.postgres_url, vault(settings))
    accounts, cookies = Accounts(settings, resources), Cookies(settings)
    wire = Wire(settings.postgres_url, connections=1)
    authentication = Authentication(accounts, cookies, Keyring(accounts, wire))
    gate, secrets = Gate(accounts), PortalSecrets(accounts)
    endpoint = GraphQLEndpoint(resources, authentication, gate, options or Options(), secrets)
    health = Health(resources)

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        async with (
            resources.opened(),
            accounts.opened(),
            wire.connected(),
            gate.counting(),
            endpoint.started(),
        ):
            yield

    made = Litestar(
        route_handlers=[
            front_door,
            metrics(resources),
            health.router(),
            Routes(accounts, authentication, cookies).router(),
            BudgetWorkbooks(resources, authentication).router(),
            Calendars(resources, authentication).router(),
            *account_pages(accounts),
            *own_pages(),
            portal_routes(accounts),
            *portal_pages(),
            create_static_files_router("/static", [STATIC], include_in_schema=False),
        ],
        lifespan=[lifespan],
        openapi_config=None,
        logging_config=None,
    )
    made.asgi_handler = endpoint.before(made.asgi_handler)
    made.state.front = front(endpoint.plain)
    return made


def app() -> Litestar:
    _allow_many_connections()
    return create_app(Settings.from_environment(), Options.from_environment())


def _allow_many_connections() -> None:
    """Each is a file to the system, which allows few of them unless it is asked."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@get("/", include_in_schema=False)
async def front_door() -> Redirect:
    return Redirect("/graphql")
