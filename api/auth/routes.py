"""Logging in and out, and what somebody does about the own account: under `/auth`, JSON in and out.

Beside GraphQL, because a cookie has to be set, and because a password is no argument of a query.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, Router, delete, get, post
from litestar.params import FromPath, JSONBody
from litestar.response import Redirect

from api.auth.accounts import Accounts
from api.auth.authentication import Authentication
from api.auth.browsers import browser_of
from api.auth.cookies import Cookies, read
from api.auth.origin import same_origin
from api.auth.refusals import EXCEPTION_HANDLERS, Forbidden, NotLoggedIn
from api.auth.viewer import Viewer
from domain.accounts import Account
from domain.errors import DomainError
from domain.roles import Role
from infra.accounts.attempts import source_of
from infra.accounts.login import LoggedIn, Visitor
from infra.accounts.oidc import GOOD_FOR, ProviderFailed

AnyRequest = Request[Any, Any, Any]


class LogIn(msgspec.Struct):
    email: str
    password: str
    code: str | None = None


class AcceptInvitation(msgspec.Struct):
    link: str
    password: str


class ForgotPassword(msgspec.Struct):
    email: str


class ResetPassword(msgspec.Struct):
    link: str
    password: str


class ChangePassword(msgspec.Struct):
    current: str
    wanted: str


class ChangeAddress(msgspec.Struct):
    email: str
    password: str


class Link(msgspec.Struct):
    link: str


class Code(msgspec.Struct):
    code: str


class NewToken(msgspec.Struct, rename="camel"):
    name: str
    scopes: list[Role]
    expires_at: datetime | None = None


class StartOidc(msgspec.Struct, rename="camel"):
    """`link`: to the account that is logged in. `invitation`: the secret of a letter's link."""

    return_to: str = "/"
    link: bool = False
    invitation: str | None = None


class Routes:
    def __init__(
        self, accounts: Accounts, authentication: Authentication, cookies: Cookies
    ) -> None:
        self._accounts, self._authentication, self._cookies = accounts, authentication, cookies

    def router(self) -> Router:
        handlers = [
            *self._entering(),
            *self._password(),
            *self._address(),
            *self._second_factor(),
            *self._sessions(),
            *self._tokens(),
            *self._oidc(),
        ]
        return Router(
            "/auth",
            route_handlers=handlers,
            before_request=from_our_pages,
            exception_handlers=EXCEPTION_HANDLERS,
            include_in_schema=False,
        )

    def _entering(self) -> list[Any]:
        accounts, cookies = self._accounts, self._cookies

        @post("/login", status_code=200)
        async def log_in(request: AnyRequest, data: JSONBody[LogIn]) -> Response[Any]:
            entered = await accounts.do(
                accounts.login.with_password, data.email, data.password, data.code, visitor(request)
            )
            return await self._entered(request, entered)

        @post("/invitation", status_code=200)
        async def accept(request: AnyRequest, data: JSONBody[AcceptInvitation]) -> Response[Any]:
            entered = await accounts.do(
                accounts.login.accept_invitation, data.link, data.password, visitor(request)
            )
            return await self._entered(request, entered)

        @post("/logout", status_code=204)
        async def log_out(request: AnyRequest) -> Response[None]:
            await self._end_session(request)
            return Response(None, status_code=204, cookies=[cookies.without_session()])

        @get("/me")
        async def me(request: AnyRequest) -> dict[str, Any]:
            viewer = await self._viewer(request)
            account = await accounts.do(accounts.own.account, _account(viewer))
            return _told(account, viewer)

        return [log_in, accept, log_out, me]

    def _password(self) -> list[Any]:
        accounts = self._accounts

        @post("/password/forgotten", status_code=202)
        async def forgotten(request: AnyRequest, data: JSONBody[ForgotPassword]) -> None:
            await accounts.do(accounts.login.ask_for_password, data.email, visitor(request))

        @post("/password/reset", status_code=204)
        async def reset(data: JSONBody[ResetPassword]) -> None:
            await accounts.do(accounts.login.reset_password, data.link, data.password)

        @post("/password", status_code=204)
        async def change(request: AnyRequest, data: JSONBody[ChangePassword]) -> None:
            viewer = await self._at_browser(request)
            await accounts.do(
                accounts.own.change_password,
                _account(viewer),
                data.current,
                data.wanted,
                viewer.session,
            )

        return [forgotten, reset, change]

    def _address(self) -> list[Any]:
        accounts = self._accounts

        @post("/email", status_code=202)
        async def ask(request: AnyRequest, data: JSONBody[ChangeAddress]) -> None:
            """A letter goes to the new address; its link is what changes it."""
            viewer = await self._at_browser(request)
            account_id = _account(viewer)
            await accounts.do(accounts.address.ask, account_id, data.email, data.password)

        @post("/email/confirmation", status_code=204)
        async def confirm(data: JSONBody[Link]) -> None:
            await accounts.do(accounts.address.confirm, data.link)

        return [ask, confirm]

    def _second_factor(self) -> list[Any]:
        accounts = self._accounts

        @post("/second-factor", status_code=201)
        async def begin(request: AnyRequest) -> dict[str, str]:
            viewer = await self._at_browser(request)
            made = await accounts.do(accounts.own.begin_second_factor, _account(viewer))
            return {"key": made.key, "address": made.address}

        @post("/second-factor/confirmation", status_code=200)
        async def confirm(request: AnyRequest, data: JSONBody[Code]) -> dict[str, list[str]]:
            viewer = await self._at_browser(request)
            confirmed = accounts.own.confirm_second_factor
            return {"recoveryCodes": await accounts.do(confirmed, _account(viewer), data.code)}

        @get("/second-factor/recovery-codes")
        async def left(request: AnyRequest) -> dict[str, int]:
            viewer = await self._at_browser(request)
            return {"left": await accounts.do(accounts.own.recovery_codes_left, _account(viewer))}

        @post("/second-factor/recovery-codes", status_code=200)
        async def renew(request: AnyRequest, data: JSONBody[Code]) -> dict[str, list[str]]:
            viewer = await self._at_browser(request)
            renewed = accounts.own.renew_recovery_codes
            return {"recoveryCodes": await accounts.do(renewed, _account(viewer), data.code)}

        @post("/second-factor/removal", status_code=204)
        async def remove(request: AnyRequest, data: JSONBody[Code]) -> None:
            viewer = await self._at_browser(request)
            await accounts.do(accounts.own.remove_second_factor, _account(viewer), data.code)

        return [begin, confirm, left, renew, remove]

    def _sessions(self) -> list[Any]:
        accounts = self._accounts

        @get("/sessions")
        async def sessions(request: AnyRequest) -> list[dict[str, Any]]:
            viewer = await self._at_browser(request)
            return [
                {
                    "id": each.id,
                    "current": each.id == viewer.session,
                    "method": each.method,
                    "browser": each.browser,
                    "createdAt": each.created_at,
                    "seenAt": each.seen_at,
                    "expiresAt": each.expires_at,
                }
                for each in await accounts.do(accounts.own.sessions, _account(viewer))
            ]

        @delete("/sessions/{session_id:uuid}")
        async def end(request: AnyRequest, session_id: FromPath[UUID]) -> None:
            viewer = await self._at_browser(request)
            await accounts.do(accounts.own.end_session, _account(viewer), session_id)

        @post("/sessions/end", status_code=204)
        async def end_others(request: AnyRequest) -> None:
            """All but this one."""
            viewer = await self._at_browser(request)
            await accounts.do(accounts.own.end_other_sessions, _account(viewer), viewer.session)

        return [sessions, end, end_others]

    def _tokens(self) -> list[Any]:
        accounts = self._accounts

        @get("/tokens")
        async def tokens(request: AnyRequest) -> list[dict[str, Any]]:
            viewer = await self._at_browser(request)
            return [
                {
                    "id": each.id,
                    "name": each.name,
                    "scopes": each.scopes,
                    "createdAt": each.created_at,
                    "expiresAt": each.expires_at,
                    "usedAt": each.used_at,
                }
                for each in await accounts.do(accounts.own.tokens, _account(viewer))
            ]

        @post("/tokens", status_code=201)
        async def issue(request: AnyRequest, data: JSONBody[NewToken]) -> dict[str, Any]:
            viewer = await self._at_browser(request)
            issued = await accounts.do(
                accounts.own.issue_token,
                _account(viewer),
                data.name,
                frozenset(data.scopes),
                data.expires_at,
            )
            return {"id": issued.id, "token": issued.secret}

        @delete("/tokens/{token_id:uuid}")
        async def revoke(request: AnyRequest, token_id: FromPath[UUID]) -> None:
            viewer = await self._at_browser(request)
            await accounts.do(accounts.own.revoke_token, _account(viewer), token_id)

        return [tokens, issue, revoke]

    def _oidc(self) -> list[Any]:
        accounts, cookies = self._accounts, self._cookies

        @post("/oidc/start", status_code=200)
        async def start(request: AnyRequest, data: JSONBody[StartOidc]) -> Response[Any]:
            """The address to go to. By POST, since it begins something."""
            if accounts.oidc is None:
                raise ProviderFailed
            link_to = _account(await self._at_browser(request)) if data.link else None
            departure = await accounts.do(
                accounts.oidc.depart, data.return_to, link_to=link_to, invitation=data.invitation
            )
            cookie = cookies.with_login(departure.state, int(GOOD_FOR.total_seconds()))
            return Response({"address": departure.address}, cookies=[cookie])

        @get("/oidc/callback")
        async def callback(request: AnyRequest) -> Response[Any]:
            sent = request.query_params
            try:
                return await self._arrived(request, sent.get("code", ""), sent.get("state", ""))
            except DomainError as refusal:
                address = f"/konto/logowanie?problem={refusal.code}"
                return Redirect(address, cookies=[cookies.without_login()])

        @post("/oidc/unlink", status_code=204)
        async def unlink(request: AnyRequest) -> None:
            viewer = await self._at_browser(request)
            if accounts.oidc is not None:
                await accounts.do(accounts.oidc.unlink, _account(viewer))

        return [start, callback, unlink]

    async def _arrived(self, request: AnyRequest, code: str, state: str) -> Response[Any]:
        """Only in the browser that left: its cookie says the same as the address does."""
        sent = dict(request.scope["headers"]).get(b"cookie", b"")
        oidc, known = self._accounts.oidc, read(sent, self._cookies.oidc_name)
        if oidc is None or not state or known != state:
            raise ProviderFailed
        arrival = await self._accounts.do(oidc.arrive, state, code, visitor(request))
        set_cookies = [self._cookies.without_login()]
        if arrival.logged_in is not None:
            await self._end_session(request)
            set_cookies.append(self._cookies.with_session(arrival.logged_in.secret))
        return Redirect(arrival.return_to, cookies=set_cookies)

    async def _entered(self, request: AnyRequest, entered: LoggedIn) -> Response[Any]:
        """Always another secret: whoever knew the browser's old cookie knows nothing of the new session."""
        await self._end_session(request)
        account = await self._accounts.do(self._accounts.own.account, entered.standing.account_id)
        viewer = Viewer(entered.standing.audience, entered.standing.actor)
        cookie = self._cookies.with_session(entered.secret)
        return Response(_told(account, viewer), status_code=200, cookies=[cookie])

    async def _end_session(self, request: AnyRequest) -> None:
        secret = self._cookies.session(dict(request.scope["headers"]))
        viewer = await self._accounts.of_session(secret) if secret else None
        if viewer is not None and viewer.session is not None:
            own = self._accounts.own
            await self._accounts.do(own.end_session, _account(viewer), viewer.session)

    async def _viewer(self, request: AnyRequest) -> Viewer:
        viewer = await self._authentication.viewer(dict(request.scope["headers"]))
        if viewer.actor.account is None:
            raise NotLoggedIn
        return viewer

    async def _at_browser(self, request: AnyRequest) -> Viewer:
        """A token is no way to more tokens, nor to another password."""
        viewer = await self._viewer(request)
        if viewer.session is None:
            raise NotLoggedIn
        return viewer


def visitor(request: AnyRequest) -> Visitor:
    address = request.client.host if request.client else None
    return Visitor(source_of(address), browser_of(request.headers.get("user-agent", "")))


async def from_our_pages(request: AnyRequest) -> None:
    headers = dict(request.scope["headers"])
    if request.method == "GET":
        return
    media_type = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    if request.method == "POST" and media_type != b"application/json":
        raise Forbidden
    if not same_origin(headers):
        raise Forbidden


def _account(viewer: Viewer) -> UUID:
    if viewer.actor.account is None:
        raise NotLoggedIn
    return viewer.actor.account


def _told(account: Account, viewer: Viewer) -> dict[str, Any]:
    return {
        "id": account.id,
        "name": account.name.clear,
        "email": account.email.clear,
        "municipality": account.municipality,
        "roles": sorted(viewer.actor.roles),
        "secondFactor": account.second_factor,
        "identities": sorted(account.issuers),
    }
