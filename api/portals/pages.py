"""The pages on which a portal is registered; what they send goes to `/portals`."""

from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.handlers import HTTPRouteHandler

from api.auth.pages import field, form, language_of, page
from infra.portals.letters import CONFIRMATION

_FIELDS = (
    ("name", "portal name", "text", "off", 'required maxlength="100" autofocus'),
    ("operator", "operator", "text", "organization", 'required maxlength="200"'),
    ("website", "website", "url", "url", 'required maxlength="2000"'),
    ("purpose", "purpose", "text", "off", 'required maxlength="2000"'),
    ("contactName", "contact", "text", "name", 'required maxlength="200"'),
    ("contactEmail", "e-mail", "email", "email", "required"),
)


def portal_pages() -> list[HTTPRouteHandler]:
    @get("/portale/rejestracja", media_type=MediaType.HTML, include_in_schema=False)
    async def registration(request: Request[Any, Any, Any]) -> Response[str]:
        language = language_of(request)
        fields = "".join(
            field(name, label, kind, autocomplete, language, more)
            for name, label, kind, autocomplete, more in _FIELDS
        )
        body = form("/portals/applications", "", "asked", fields, "ask", language)
        return page("register", body, language)

    @get(CONFIRMATION, media_type=MediaType.HTML, include_in_schema=False)
    async def confirmation(request: Request[Any, Any, Any]) -> Response[str]:
        language = language_of(request)
        body = form("/portals/confirmation", "", "confirmed", "", "confirm", language)
        return page("confirm", body, language)

    return [registration, confirmation]
