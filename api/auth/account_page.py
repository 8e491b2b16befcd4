"""The page of one's own account. What is sent goes to `/auth`; the script fills it from there, too."""

from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.handlers import HTTPRouteHandler

from api.auth.pages import field, form, language_of, page, say
from domain.errors import Language


def own_pages() -> list[HTTPRouteHandler]:
    @get("/konto/adres", media_type=MediaType.HTML, include_in_schema=False)
    async def address(request: Request[Any, Any, Any]) -> Response[str]:
        language = language_of(request)
        to, done = "/auth/email/confirmation", "address changed"
        body = form(to, "", done, "", "confirm address", language, "plain")
        return page("confirm address", body, language)

    @get("/konto", media_type=MediaType.HTML, include_in_schema=False)
    async def account(request: Request[Any, Any, Any]) -> Response[str]:
        language = language_of(request)
        return page("account", _account(language), language)

    return [address, account]


def _account(language: Language) -> str:
    """Filled by the script, which asks `/auth/me`; what waits for something to happen is hidden."""
    return "".join(
        [
            '  <p id="who"></p>\n',
            form("/auth/logout", "/konto/logowanie", "", "", "log out", language, "plain"),
            _section("second factor", _second_factor(language), language),
            _section("change password", _passwords(language), language),
            _section("change address", _addresses(language), language),
            _section(
                "sessions",
                f'  <ul id="sessions" data-this="{say("this one", language)}"></ul>\n'
                + form(
                    "/auth/sessions/end", "", "ended others", "", "end others", language, "sessions"
                ),
                language,
            ),
        ]
    )


def _section(title: str, body: str, language: Language) -> str:
    return f"  <section>\n  <h2>{say(title, language)}</h2>\n{body}  </section>\n"


def _second_factor(language: Language) -> str:
    def code(id_: str) -> str:
        return field("code", "any code", "text", "one-time-code", language, "required", id_)

    confirmation = (
        f'    <p>{say("key", language)}</p>\n    <p><code id="key"></code></p>\n'
        f'    <p><a id="app" href="">{say("open app", language)}</a></p>\n'
        + field(
            "code", "app code", "text", "one-time-code", language, 'required inputmode="numeric"'
        )
    )
    return (
        f'  <div id="off" hidden>\n  <p>{say("second factor off", language)}</p>\n'
        + form("/auth/second-factor", "", "", "", "turn on", language, "begin")
        + "  </div>\n"
        + '  <div id="enrolment" hidden>\n'
        + form(
            "/auth/second-factor/confirmation",
            "",
            "",
            confirmation,
            "confirm code",
            language,
            "codes",
        )
        + "  </div>\n"
        + f'  <div id="codes" hidden>\n  <p>{say("recovery", language)}</p>\n'
        + '  <ul id="recovery" class="codes"></ul>\n  </div>\n'
        + f'  <div id="on" hidden>\n  <p>{say("second factor on", language)}</p>\n'
        + f'  <p>{say("recovery left", language)} <span id="left"></span></p>\n'
        + _folded("new recovery codes", "second-factor/recovery-codes", code("again"), language)
        + _folded("turn off", "second-factor/removal", code("off-code"), language)
        + "  </div>\n"
    )


def _folded(title: str, to: str, fields: str, language: Language) -> str:
    body = form(f"/auth/{to}", "", "", fields, title, language, "codes")
    return f"  <details><summary>{say(title, language)}</summary>\n{body}  </details>\n"


def _passwords(language: Language) -> str:
    present = ("present password", "password", "current-password", language, "required")
    wanted = ("wanted password", "password", "new-password", language)
    fields = field("current", *present, "present") + field(
        "wanted", *wanted, 'required minlength="12" maxlength="200"', "wanted"
    )
    return form(
        "/auth/password", "", "password changed", fields, "change password", language, "sessions"
    )


def _addresses(language: Language) -> str:
    present = ("present password", "password", "current-password", language, "required")
    fields = field("email", "new address", "email", "email", language, "required") + field(
        "password", *present, "address-password"
    )
    return form("/auth/email", "", "address asked", fields, "change address", language)
