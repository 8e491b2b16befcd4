"""The cookie that holds a browser's session, and the one of a login on its way to a provider."""

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie

from litestar.datastructures import Cookie

from infra.accounts.sessions import LONGEST
from infra.settings import Settings

_SESSION, _OIDC = "wspolna_session", "wspolna_oidc"


class Cookies:
    """Over https their names begin with `__Host-`, so that no other host of the domain can set them."""

    def __init__(self, settings: Settings) -> None:
        self._secure = settings.public_url.startswith("https://")
        prefix = "__Host-" if self._secure else ""
        self.session_name, self.oidc_name = prefix + _SESSION, prefix + _OIDC
        self._needle = self.session_name.encode()

    def session(self, headers: Mapping[bytes, bytes]) -> str | None:
        sent = headers.get(b"cookie")
        if sent is None or self._needle not in sent:
            return None
        return read(sent, self.session_name)

    def with_session(self, secret: str) -> Cookie:
        return self._cookie(self.session_name, secret, int(LONGEST.total_seconds()))

    def without_session(self) -> Cookie:
        return self._cookie(self.session_name, "", 0)

    def with_login(self, state: str, seconds: int) -> Cookie:
        return self._cookie(self.oidc_name, state, seconds)

    def without_login(self) -> Cookie:
        return self._cookie(self.oidc_name, "", 0)

    def _cookie(self, name: str, value: str, seconds: int) -> Cookie:
        return Cookie(
            key=name,
            value=value,
            path="/",
            max_age=seconds,
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )


def read(sent: bytes, name: str) -> str | None:
    try:
        found = SimpleCookie(sent.decode("latin-1")).get(name)
    except CookieError:
        return None
    return found.value or None if found is not None else None
