"""The few pages that somebody needs before being logged in, and what such pages are made of."""

from html import escape
from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.handlers import HTTPRouteHandler

from api.auth.accounts import Accounts
from api.auth.words import WORDS
from api.language import preferred
from domain.errors import Language

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    # The address may hold the secret of a letter's link, behind #.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}

_PAGE = """<!doctype html>
<html lang="{language}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{title} · Wspólna Przestrzeń</title>
  <link rel="stylesheet" href="/static/account/account.css">
  <script src="/static/account/account.js" defer></script>
</head>
<body>
<main>
  <p class="house">Wspólna Przestrzeń</p>
  <h1>{title}</h1>
  <noscript><p>{scripts}</p></noscript>
  <p id="told" role="alert" tabindex="-1" data-failed="{failed}">{told}</p>
{body}
</main>
</body>
</html>
"""
_FORM = """  <form data-to="{to}" data-next="{next}" data-done="{done}" data-then="{then}">
{fields}    <button type="submit">{button}</button>
  </form>
"""
_FIELD = """    <label for="{id}">{label}</label>
    <input id="{id}" name="{name}" type="{type}" autocomplete="{autocomplete}"{more}>
"""


def account_pages(accounts: Accounts) -> list[HTTPRouteHandler]:
    @get("/konto/logowanie", media_type=MediaType.HTML, include_in_schema=False)
    async def log_in(request: Request[Any, Any, Any]) -> Response[str]:
        language = language_of(request)
        oidc = accounts.settings.oidc
        provider = _provider(oidc.name) if oidc is not None else ""
        told = say("problem", language) if "problem" in request.query_params else ""
        body = _log_in(language) + provider + _forgotten(language)
        return page("log in", body, language, told)

    @get("/konto/zaproszenie", media_type=MediaType.HTML, include_in_schema=False)
    async def invitation(request: Request[Any, Any, Any]) -> Response[str]:
        return page(
            "set password",
            _new_password("/auth/invitation", "/konto", request),
            language_of(request),
        )

    @get("/konto/haslo", media_type=MediaType.HTML, include_in_schema=False)
    async def password(request: Request[Any, Any, Any]) -> Response[str]:
        body = _new_password("/auth/password/reset", "/konto/logowanie", request)
        return page("set password", body, language_of(request))

    return [log_in, invitation, password]


def _log_in(language: Language) -> str:
    fields = (
        field("email", "e-mail", "email", "username", language, "required autofocus")
        + field("password", "password", "password", "current-password", language, "required")
        + field("code", "code", "text", "one-time-code", language, 'inputmode="numeric"')
    )
    return form("/auth/login", "/konto", "", fields, "log in", language)


def _forgotten(language: Language) -> str:
    fields = field("email", "e-mail", "email", "username", language, "required", "forgotten-email")
    asking = form("/auth/password/forgotten", "", "sent", fields, "send", language)
    return f"  <details><summary>{say('forgotten', language)}</summary>\n{asking}  </details>\n"


def _new_password(to: str, following: str, request: Request[Any, Any, Any]) -> str:
    language = language_of(request)
    kind = ("password", "new password", "password", "new-password")
    fields = field(*kind, language, 'required minlength="12" maxlength="200" autofocus')
    return form(to, following, "done", fields, "set password", language)


def _provider(name: str) -> str:
    return f'  <p><button type="button" id="oidc">{escape(name)}</button></p>\n'


def form(
    to: str,
    following: str,
    done: str,
    fields: str,
    button: str,
    language: Language,
    then: str = "",
) -> str:
    """`then`: what the script does with the answer (`account.js`)."""
    return _FORM.format(
        to=to,
        next=following,
        done=say(done, language) if done else "",
        fields=fields,
        then=then,
        button=say(button, language),
    )


def field(
    name: str,
    label: str,
    type_: str,
    autocomplete: str,
    language: Language,
    more: str = "",
    id_: str = "",
) -> str:
    return _FIELD.format(
        id=id_ or name,
        name=name,
        label=say(label, language),
        type=type_,
        autocomplete=autocomplete,
        more=f" {more}" if more else "",
    )


def page(title: str, body: str, language: Language, told: str = "") -> Response[str]:
    text = _PAGE.format(
        language=language,
        title=say(title, language),
        scripts=say("scripts", language),
        failed=say("failed", language),
        told=told,
        body=body,
    )
    return Response(text, headers={**_HEADERS, "Content-Language": language})


def say(word: str, language: Language) -> str:
    pl, en = WORDS[word]
    return escape(pl if language == "pl" else en)


def language_of(request: Request[Any, Any, Any]) -> Language:
    return preferred(dict(request.scope["headers"]).get(b"accept-language"))
