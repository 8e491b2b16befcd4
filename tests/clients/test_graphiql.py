"""GraphiQL in a real browser: everything comes from our own server, and nothing needs inline code."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.network import Network


@pytest.fixture
def page(browser: Browser) -> Page:
    found = browser.new_page(viewport={"width": 1280, "height": 800})
    found.set_default_timeout(60_000)
    return found


def test_graphiql_asks_and_explains_and_calls_no_foreign_host(
    page: Page, address: str, net: Network, tmp_path: Path
) -> None:
    net.register()
    net.published("Nowy most", tags=("drogi",))
    net.project()
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(urlsplit(request.url).netloc))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    answer = page.goto(f"{address}/graphql")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy.partition("style-src")[0]

    page.get_by_role("button", name="Execute query").click()
    expect(page.locator(".result-window")).to_contain_text("Nowy most")
    expect(page.locator(".result-window")).to_contain_text('"cost"')
    page.get_by_role("button", name="Show Documentation Explorer").click()
    explorer = page.locator(".graphiql-doc-explorer")
    expect(explorer).to_contain_text("query: Query")
    explorer.get_by_role("link", name="Query", exact=True).click()
    expect(explorer).to_contain_text("Published news of all municipalities, newest first.")
    page.screenshot(path=tmp_path / "graphiql.png")

    assert set(asked) == {urlsplit(address).netloc}
    assert complaints == []
