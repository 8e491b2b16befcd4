"""One GET or POST to the world outside: bounded in time and size, and never into our own network."""

import ipaddress
import socket
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import httpx

MAX_BYTES: Final = 10 * 1024 * 1024
_USER_AGENT: Final = "WspolnaPrzestrzen/1 (+municipal news import; one request at a time)"
_TIMEOUT: Final = httpx.Timeout(10.0, connect=5.0)
_MAX_REDIRECTS: Final = 5
_MOST_DRAINED: Final = 65_536
_PAUSES: Final = (0.5, 1.5)  # seconds before the second and the third attempt
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


class FetchError(Exception):
    """`code` is snake_case, the reason in two languages."""

    def __init__(self, code: str, pl: str, en: str) -> None:
        super().__init__(pl)
        self.code = code
        self.pl = pl
        self.en = en


@dataclass(frozen=True, slots=True)
class Fetched:
    content: bytes
    content_type: str
    final_url: str


def fetch(
    url: str,
    *,
    allow_private: bool = False,
    max_bytes: int = MAX_BYTES,
    deadline: float = 30.0,
    pause: Callable[[float], None] = time.sleep,
) -> Fetched:
    """Tries three times where the network or the server (5xx) failed; raises FetchError.

    `deadline` is for one attempt, in seconds: a server that sends a byte now and then ends there.
    """
    for wait in (*_PAUSES, None):
        try:
            return _attempt(url, allow_private, max_bytes, deadline)
        except _Temporary as failure:
            if wait is None:
                raise failure.reason from failure
            pause(wait)
    raise AssertionError("the last attempt returns or raises")


@dataclass(frozen=True, slots=True)
class Posted:
    """`retry_after`: seconds that the receiver asks for, where it says."""

    status: int
    retry_after: int | None


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    allow_private: bool = False,
    deadline: float = 15.0,
) -> Posted:
    """Once, without following redirects; whatever is answered within the deadline. Raises FetchError."""
    until = time.monotonic() + deadline
    try:
        with (
            _client(allow_private, httpx.Timeout(deadline, connect=5.0)) as client,
            client.stream(
                "POST", url, content=body, headers=dict(headers), follow_redirects=False
            ) as response,
        ):
            _drain(response, until)
            return Posted(response.status_code, _retry_after(response))
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise FetchError("bad_address", f"Zły adres: {url}.", f"A bad address: {url}.") from error
    except httpx.TimeoutException as error:
        raise _too_slow(url) from error
    except httpx.HTTPError as error:
        raise FetchError(
            "unreachable", f"Nie można połączyć się z {url}.", f"Cannot connect to {url}."
        ) from error


def _drain(response: httpx.Response, until: float) -> None:
    """What a receiver has to say beside its status is nobody's business; a little of it is read."""
    read = 0
    for chunk in response.iter_raw():
        read += len(chunk)
        if read > _MOST_DRAINED:
            return
        if time.monotonic() > until:
            raise _too_slow(str(response.url))


def _retry_after(response: httpx.Response) -> int | None:
    told = response.headers.get("retry-after", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 9 else None


class _Temporary(Exception):
    def __init__(self, reason: FetchError) -> None:
        super().__init__(reason.code)
        self.reason = reason


def _attempt(url: str, allow_private: bool, max_bytes: int, deadline: float) -> Fetched:
    try:
        with _client(allow_private) as client, client.stream("GET", url) as response:
            _refuse_failure(response)
            content = _content(response, max_bytes, time.monotonic() + deadline)
            return Fetched(content, response.headers.get("content-type", ""), str(response.url))
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise FetchError(
            "bad_address", f"To nie jest adres strony: {url}.", f"Not a page's address: {url}."
        ) from error
    except httpx.TooManyRedirects as error:
        raise FetchError(
            "too_many_redirects", f"{url} przekierowuje bez końca.", f"{url} redirects without end."
        ) from error
    except httpx.TimeoutException as error:
        raise _Temporary(_too_slow(url)) from error
    except httpx.TransportError as error:
        raise _Temporary(
            FetchError(
                "unreachable", f"Nie można połączyć się z {url}.", f"Cannot connect to {url}."
            )
        ) from error
    except httpx.DecodingError as error:
        raise FetchError(
            "broken_answer", f"Odpowiedź {url} jest uszkodzona.", f"The answer of {url} is broken."
        ) from error


def _client(allow_private: bool, timeout: httpx.Timeout = _TIMEOUT) -> httpx.Client:
    return httpx.Client(
        transport=_Guarded(allow_private),
        timeout=timeout,
        follow_redirects=True,
        max_redirects=_MAX_REDIRECTS,
        # Through a proxy of the environment the address would be resolved where we can't check it.
        trust_env=False,
        headers={"User-Agent": _USER_AGENT, "Accept-Encoding": "gzip", "Accept": "*/*"},
    )


class _Guarded(httpx.BaseTransport):
    """Resolves the host itself and connects to the very address it checked: a second answer of a
    rebinding DNS is never asked for. Redirects come through here again."""

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        addresses = _resolve(request.url)
        if not self._allow_private:
            _refuse_private(request.url, addresses)
        last: httpx.ConnectError | httpx.ConnectTimeout | None = None
        for address in addresses:
            try:
                return self._inner.handle_request(_directed(request, address))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                last = error
        raise last or httpx.ConnectError(f"no address for {request.url.host}")

    def close(self) -> None:
        self._inner.close()


def _resolve(url: httpx.URL) -> list[str]:
    host = url.raw_host.decode("ascii").strip("[]")
    if not host or url.scheme not in ("http", "https"):
        raise httpx.UnsupportedProtocol(str(url))
    try:
        found = socket.getaddrinfo(host, url.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(f"{host}: {error}") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))[:4]


def _refuse_private(url: httpx.URL, addresses: Iterable[str]) -> None:
    if any(not is_public(address) for address in addresses):
        raise FetchError(
            "private_address",
            f"{url.host} leży w sieci prywatnej i nie będzie odczytywany.",
            f"{url.host} lies in a private network and is not read.",
        )


def is_public(address: str) -> bool:
    """Whether an IP address is a public one, seen through every way of wrapping IPv4 in IPv6."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False  # such as fe80::1%eth0
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _directed(request: httpx.Request, address: str) -> httpx.Request:
    """The same request, Host included, to one address; the certificate is checked for the name."""
    host = request.url.raw_host.decode("ascii")
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )


def _refuse_failure(response: httpx.Response) -> None:
    status, url = response.status_code, response.url
    if response.is_success and status != 204:
        return
    error = FetchError(
        "bad_status",
        f"{url} odpowiada błędem HTTP {status}.",
        f"{url} answers with HTTP error {status}.",
    )
    raise _Temporary(error) if status >= 500 else error


def _content(response: httpx.Response, max_bytes: int, until: float) -> bytes:
    content = bytearray()
    for chunk in response.iter_bytes():
        content += chunk
        if len(content) > max_bytes:
            raise FetchError(
                "too_large",
                f"{response.url} ma ponad {max_bytes // 1024 // 1024} MB.",
                f"{response.url} is larger than {max_bytes // 1024 // 1024} MB.",
            )
        if time.monotonic() > until:
            raise _too_slow(str(response.url))
    return bytes(content)


def _too_slow(url: str) -> FetchError:
    return FetchError(
        "too_slow",
        f"{url} nie odpowiada w rozsądnym czasie.",
        f"{url} does not answer in reasonable time.",
    )
