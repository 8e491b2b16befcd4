"""The few pages that somebody needs before being logged in, and what such pages are made of."""

from html import escape
from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.handlers import HTTPRouteHandler

from api.auth.accounts import Accounts
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

_WORDS: dict[str, tuple[str, str]] = {
    "log in": ("Zaloguj się", "Log in"),
    "set password": ("Ustaw hasło", "Set a password"),
    "e-mail": ("Adres e-mail", "E-mail address"),
    "password": ("Hasło", "Password"),
    "new password": ("Hasło (co najmniej 12 znaków)", "Password (at least 12 characters)"),
    "code": ("Kod z aplikacji uwierzytelniającej", "Code of the authenticator app"),
    "forgotten": ("Nie pamiętam hasła", "I have forgotten my password"),
    "send": ("Wyślij odnośnik", "Send a link"),
    "sent": (
        "Jeśli to konto istnieje, wysłaliśmy list z odnośnikiem.",
        "If there is such an account, a letter with a link is on its way.",
    ),
    "done": ("Gotowe. Można się zalogować.", "Done. You can log in."),
    "failed": ("Nie udało się połączyć. Spróbuj ponownie.", "No connection. Try again."),
    "problem": (
        "Logowanie przez dostawcę nie powiodło się albo tożsamość nie jest połączona z kontem.",
        "Logging in through the provider failed, or the identity is not linked to an account.",
    ),
    "register": ("Zarejestruj portal", "Register a portal"),
    "portal name": ("Nazwa portalu", "Name of the portal"),
    "operator": ("Instytucja, która go prowadzi", "Institution that runs it"),
    "website": ("Adres strony (https://…)", "Website (https://…)"),
    "purpose": ("Do czego posłużą dane", "What the data will serve"),
    "contact": ("Imię i nazwisko osoby do kontaktu", "Name of the contact"),
    "ask": ("Wyślij zgłoszenie", "Send the application"),
    "asked": (
        "Wysłaliśmy list z odnośnikiem. Zgłoszenie czeka na jego otwarcie przez trzy dni.",
        "A letter with a link is on its way. The application waits three days for it to be opened.",
    ),
    "confirm": ("Potwierdź zgłoszenie portalu", "Confirm the portal's application"),
    "confirmed": (
        "Gotowe. Koordynator sieci rozpatrzy zgłoszenie i odpowie listem.",
        "Done. The network's coordinator will decide and answer by letter.",
    ),
    "scripts": ("Ta strona wymaga JavaScriptu.", "This page needs JavaScript."),
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
  <p id="told" role="alert" data-failed="{failed}">{told}</p>
{body}
</main>
</body>
</html>
"""
_FORM = """  <form data-to="{to}" data-next="{next}" data-done="{done}">
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
        told = _say("problem", language) if "problem" in request.query_params else ""
        body = _log_in(language) + provider + _forgotten(language)
        return page("log in", body, language, told)

    @get("/konto/zaproszenie", media_type=MediaType.HTML, include_in_schema=False)
    async def invitation(request: Request[Any, Any, Any]) -> Response[str]:
        return page(
            "set password", _new_password("/auth/invitation", "/", request), language_of(request)
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
    return form("/auth/login", "/", "", fields, "log in", language)


def _forgotten(language: Language) -> str:
    fields = field("email", "e-mail", "email", "username", language, "required", "forgotten-email")
    asking = form("/auth/password/forgotten", "", "sent", fields, "send", language)
    return f"  <details><summary>{_say('forgotten', language)}</summary>\n{asking}  </details>\n"


def _new_password(to: str, following: str, request: Request[Any, Any, Any]) -> str:
    language = language_of(request)
    kind = ("password", "new password", "password", "new-password")
    fields = field(*kind, language, 'required minlength="12" maxlength="200" autofocus')
    return form(to, following, "done", fields, "set password", language)


def _provider(name: str) -> str:
    return f'  <p><button type="button" id="oidc">{escape(name)}</button></p>\n'


def form(to: str, following: str, done: str, fields: str, button: str, language: Language) -> str:
    return _FORM.format(
        to=to,
        next=following,
        done=_say(done, language) if done else "",
        fields=fields,
        button=_say(button, language),
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
        label=_say(label, language),
        type=type_,
        autocomplete=autocomplete,
        more=f" {more}" if more else "",
    )


def page(title: str, body: str, language: Language, told: str = "") -> Response[str]:
    text = _PAGE.format(
        language=language,
        title=_say(title, language),
        scripts=_say("scripts", language),
        failed=_say("failed", language),
        told=told,
        body=body,
    )
    return Response(text, headers={**_HEADERS, "Content-Language": language})


def _say(word: str, language: Language) -> str:
    pl, en = _WORDS[word]
    return escape(pl if language == "pl" else en)


def language_of(request: Request[Any, Any, Any]) -> Language:
    return preferred(dict(request.scope["headers"]).get(b"accept-language"))
