"""A server process over a small network, as a client of another program meets it."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.api.conftest import net
from tests.api.servers import server
from tests.network import Network

__all__ = ["net"]

CHROMIUM = shutil.which("chromium")


@pytest.fixture
def address(net: Network) -> Iterator[str]:
    with server(net.database_url) as found:
        yield found


@pytest.fixture
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("chromium is not on this machine")
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu"]
        expect.set_options(timeout=60_000)  # as the pages: two cores are busy with other tests
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield found
        found.close()
