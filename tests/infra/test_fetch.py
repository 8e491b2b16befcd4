import gzip
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from infra.fetch import FetchError, fetch, is_public
from infra.sources import SourceKind, UnreadableSource
from infra.sources.reader import read

PAGE = (
    "Aktualności\n\nNowy plac zabaw\n\nOpublikowano dn. 13.08.2025\n\n"
    "Przy ulicy Parkowej stanęły huśtawki, a obok nich ławki w cieniu lip.\n\nPowrót\n"
)


class _TownHall(BaseHTTPRequestHandler):
    requests: list[tuple[str, str | None]]
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        self.requests.append((self.path, self.headers["Host"]))
        getattr(self, "answer_" + self.path.strip("/").split("?")[0])()

    def send(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def answer_page(self) -> None:
        self.send(200, PAGE.encode("iso8859-2"), Content_Type="text/plain; charset=iso-8859-2")

    def answer_moved(self) -> None:
        self.send(301, Location="/page?utm_source=x")

    def answer_loop(self) -> None:
        self.send(302, Location="/loop")

    def answer_missing(self) -> None:
        self.send(404)

    def answer_unwell(self) -> None:
        tried = sum(path == "/unwell" for path, _ in self.requests)
        self.send(200 if tried == 3 else 503, b"well again")

    def answer_broken(self) -> None:
        self.send(500)

    def answer_huge(self) -> None:
        self.send(200)
        for _ in range(64):
            self.wfile.write(b"x" * 1024)

    def answer_bomb(self) -> None:
        self.send(200, gzip.compress(b"x" * 5_000_000), Content_Encoding="gzip")

    def answer_drip(self) -> None:
        self.send(200)
        for _ in range(50):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.02)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 — the base class's name
        pass


@pytest.fixture
def town_hall() -> Iterator[str]:
    _TownHall.requests = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _TownHall)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def refusal(url: str, **options: Any) -> str:
    with pytest.raises(FetchError) as refused:
        fetch(url, **{"allow_private": True, "pause": lambda _: None, **options})
    assert refused.value.pl != refused.value.en
    return refused.value.code


def test_a_page_is_fetched_through_its_redirect(town_hall: str) -> None:
    fetched = fetch(f"{town_hall}/moved", allow_private=True)
    assert fetched.content.decode("iso8859-2") == PAGE
    assert fetched.content_type == "text/plain; charset=iso-8859-2"
    assert fetched.final_url == f"{town_hall}/page?utm_source=x"
    assert _TownHall.requests[0] == ("/moved", town_hall.removeprefix("http://"))


def test_an_address_is_read_as_a_source(town_hall: str) -> None:
    reading = read(f"{town_hall}/moved", allow_private=True)
    item = reading.items[0]
    assert reading.kind == SourceKind.PAGE_DUMP
    assert item.title == "Nowy plac zabaw"
    assert item.source_url == f"{town_hall}/page"
    assert item.keys[0] == f"url:{town_hall.removeprefix('http://')}/page"


def test_private_addresses_are_refused_before_anything_is_sent(town_hall: str) -> None:
    assert refusal(f"{town_hall}/page", allow_private=False) == "private_address"
    assert refusal(town_hall.replace("127.0.0.1", "localhost"), allow_private=False) == (
        "private_address"
    )
    assert _TownHall.requests == []
    with pytest.raises(UnreadableSource) as refused:
        read(f"{town_hall}/page")
    assert refused.value.code == "private_address"


def test_a_name_is_resolved_once_and_then_connected_to_by_the_address_that_was_checked(
    town_hall: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(town_hall.rsplit(":", 1)[1])
    resolve, asked = socket.getaddrinfo, list[str]()

    def rebinding(host: str, *args: Any, **kwargs: Any) -> Any:
        if not host.endswith(".example"):
            return resolve(host, *args, **kwargs)
        asked.append(host)
        return resolve("127.0.0.1" if len(asked) == 1 else "127.9.9.9", *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    url = f"http://gmina.example:{port}/page"
    assert fetch(url, allow_private=True).final_url == url
    assert asked == ["gmina.example"]
    assert _TownHall.requests == [("/page", f"gmina.example:{port}")]
    asked.clear()
    assert refusal(url, allow_private=False) == "private_address"
    assert len(_TownHall.requests) == 1


def test_what_a_server_does_wrong_is_named(town_hall: str) -> None:
    assert refusal(f"{town_hall}/missing") == "bad_status"
    assert refusal(f"{town_hall}/loop") == "too_many_redirects"
    assert refusal(f"{town_hall}/huge", max_bytes=10_000) == "too_large"
    assert refusal(f"{town_hall}/bomb", max_bytes=1_000_000) == "too_large"
    assert refusal(f"{town_hall}/drip", deadline=0.2) == "too_slow"
    assert refusal("http://127.0.0.1:1/") == "unreachable"
    assert refusal("http://brak.invalid/") == "unreachable"
    assert refusal("ftp://opoczno.example/") == "bad_address"
    assert refusal("http://") == "bad_address"
    assert refusal("http://[::1/") == "bad_address"


def test_errors_of_the_server_are_tried_again_and_others_are_not(town_hall: str) -> None:
    pauses: list[float] = []
    fetched = fetch(f"{town_hall}/unwell", allow_private=True, pause=pauses.append)
    assert fetched.content == b"well again"
    assert pauses == [0.5, 1.5]
    assert refusal(f"{town_hall}/broken") == "bad_status"
    assert refusal(f"{town_hall}/missing") == "bad_status"
    paths = [path for path, _ in _TownHall.requests]
    assert (paths.count("/unwell"), paths.count("/broken"), paths.count("/missing")) == (3, 3, 1)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 — refused, not listened on
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.215.14", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_only_addresses_of_the_internet_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public
