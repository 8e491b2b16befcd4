"""Refusals of `/auth` as JSON: a stable code, a sentence in the client's language, a fitting status."""

from typing import Any

from litestar import Request, Response
from litestar.status_codes import (
    HTTP_400_BAD_REQUEST,
    HTTP_401_UNAUTHORIZED,
    HTTP_403_FORBIDDEN,
    HTTP_404_NOT_FOUND,
    HTTP_409_CONFLICT,
    HTTP_410_GONE,
    HTTP_429_TOO_MANY_REQUESTS,
    HTTP_502_BAD_GATEWAY,
    HTTP_503_SERVICE_UNAVAILABLE,
)

from api.auth.authentication import ForeignOrigin, UnknownToken
from api.language import preferred
from api.portals.keyring import KeysUnavailable
from domain.errors import (
    DomainError,
    InvalidInput,
    Language,
    NotFound,
    NotPermitted,
    StorageUnavailable,
)
from domain.initiatives.unmet import StepRefused
from infra.accounts.attempts import TooManyAttempts
from infra.accounts.links import LinkExpired
from infra.accounts.login import CodeRequired, LoginRefused, WrongCode
from infra.accounts.oidc import IdentityNotLinked, ProviderFailed


class NotLoggedIn(DomainError):
    code = "not_logged_in"
    pl = "Najpierw się zaloguj."
    en = "Log in first."


class Forbidden(DomainError):
    code = "foreign_origin"
    pl = "To polecenie musi pochodzić z naszej strony, jako application/json."
    en = "This must come from a page of ours, as application/json."


_STATUS: tuple[tuple[tuple[type[DomainError], ...], int], ...] = (
    (
        (NotLoggedIn, LoginRefused, CodeRequired, WrongCode, IdentityNotLinked),
        HTTP_401_UNAUTHORIZED,
    ),
    ((Forbidden, NotPermitted), HTTP_403_FORBIDDEN),
    ((TooManyAttempts,), HTTP_429_TOO_MANY_REQUESTS),
    ((LinkExpired,), HTTP_410_GONE),
    ((InvalidInput,), HTTP_400_BAD_REQUEST),
    ((NotFound,), HTTP_404_NOT_FOUND),
    ((ProviderFailed,), HTTP_502_BAD_GATEWAY),
    ((StorageUnavailable,), HTTP_503_SERVICE_UNAVAILABLE),
)


def answer_of(request: Request[Any, Any, Any], error: Exception) -> Response[dict[str, Any]]:
    refusal = _refusal(error)
    language = preferred(dict(request.scope["headers"]).get(b"accept-language"))
    status = next(
        (status for kinds, status in _STATUS if isinstance(refusal, kinds)), HTTP_409_CONFLICT
    )
    headers = {"Cache-Control": "no-store"}
    if isinstance(refusal, TooManyAttempts):
        headers["Retry-After"] = str(refusal.details["seconds"])
    return Response(_told(refusal, language), status_code=status, headers=headers)


EXCEPTION_HANDLERS: dict[int | type[Exception], Any] = dict.fromkeys(
    (DomainError, UnknownToken, ForeignOrigin, KeysUnavailable), answer_of
)
"""Of whatever a route that asks who it is may raise."""


def _refusal(error: Exception) -> DomainError:
    if isinstance(error, UnknownToken):
        return NotLoggedIn()
    if isinstance(error, ForeignOrigin):
        return Forbidden()
    if isinstance(error, KeysUnavailable):
        return StorageUnavailable()
    if isinstance(error, DomainError):
        return error
    raise error


def _told(refusal: DomainError, language: Language) -> dict[str, Any]:
    told: dict[str, Any] = {"code": refusal.code, "message": refusal.message(language)}
    if isinstance(refusal, InvalidInput):
        told["problems"] = [
            {"field": each.field, "code": each.code, "message": each.message(language)}
            for each in refusal.problems
        ]
    if isinstance(refusal, StepRefused):
        told["missing"] = [
            {"code": unmet.code, "message": unmet.message(language)} for unmet in refusal.missing
        ]
    return told
