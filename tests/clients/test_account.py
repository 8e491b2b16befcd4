"""The pages of one's own account in a real browser, by the keyboard alone, in both languages."""

import base64
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from infra.accounts import totp
from tests.api.servers import server
from tests.infra.desks import EMAIL, NAME, PASSWORD, Office, office


@pytest.fixture
def at(database_url: str) -> Iterator[Office]:
    with office(database_url) as found:
        yield found


@pytest.fixture
def address(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("WSPOLNA_MASTER_KEY", b64encode(bytes(32)).decode())  # of the office
    with server(database_url) as found:
        yield found


def opened(browser: Browser, language: str = "pl-PL") -> Page:
    page = browser.new_page(locale=language, viewport={"width": 900, "height": 1100})
    page.set_default_timeout(60_000)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    return page


def typed(page: Page, *fields: str) -> None:
    """From the field that has the focus on, each left by Tab, the last one sent by Enter.

    A page has loaded before it focuses the field that asks for it: keys pressed between are lost.
    """
    expect(page.locator("input:focus")).to_be_attached()
    for text in fields[:-1]:
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.type(fields[-1])
    page.keyboard.press("Enter")


def reached(page: Page, name: str) -> None:
    """By Tab alone, and then pressed."""
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate("document.activeElement.innerText || ''").strip()
        if focused == name:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"no way to {name} by the keyboard")


def code_of(key: str, at: Office, step: int = 0) -> str:
    raw = base64.b32decode(key.replace(" ", ""))
    return totp.code_at(raw, totp.step_of(at.now()) + step)


def test_clerk_accepts_an_invitation_turns_on_the_app_and_logs_in_by_the_keyboard(
    browser: Browser, at: Office, address: str, tmp_path: Path
) -> None:
    page = opened(browser)
    page.goto(f"{address}/konto/zaproszenie#{at.link(at.invited())}")
    typed(page, "krótkie")
    assert page.evaluate("document.activeElement.validity.tooShort")
    page.keyboard.press("Control+a")
    typed(page, "ewa@opoczno.example")
    expect(page.get_by_role("alert")).to_contain_text("Hasło musi mieć")
    page.get_by_label("Hasło").focus()
    page.keyboard.press("Control+a")
    typed(page, PASSWORD)
    page.wait_for_url("**/konto")
    expect(page.get_by_text(f"{NAME}, {EMAIL}")).to_be_visible()
    expect(page.get_by_text("ta przeglądarka")).to_be_visible()
    page.screenshot(path=tmp_path / "account.png", full_page=True)

    reached(page, "Włącz")
    expect(page.locator("#key")).not_to_be_empty()
    key = page.locator("#key").inner_text()
    page.screenshot(path=tmp_path / "enrolment.png", full_page=True)
    typed(page, code_of(key, at))
    expect(page.locator("#recovery li")).to_have_count(10)
    expect(page.get_by_text("Włączona.")).to_be_visible()
    expect(page.get_by_text("Pozostałe kody zapasowe: 10")).to_be_visible()
    recovery = page.locator("#recovery li").first.inner_text()
    page.screenshot(path=tmp_path / "codes.png", full_page=True)

    page.keyboard.press("Control+Home")
    page.locator("h1").click()
    reached(page, "Wyloguj się")
    page.wait_for_url("**/konto/logowanie")
    typed(page, EMAIL, PASSWORD, "")
    expect(page.get_by_role("alert")).to_contain_text("Podaj kod")
    page.screenshot(path=tmp_path / "code.png", full_page=True)
    expect(page.get_by_label("Kod z aplikacji")).to_be_focused()
    typed(page, code_of(key, at, 1))
    page.wait_for_url("**/konto")

    page.goto(f"{address}/konto")
    expect(page.get_by_text(f"{NAME}, {EMAIL}")).to_be_visible()
    reached(page, "Wyloguj się")
    page.wait_for_url("**/konto/logowanie")
    typed(page, EMAIL, PASSWORD, recovery)
    page.wait_for_url("**/konto")
    expect(page.get_by_text("Pozostałe kody zapasowe: 9")).to_be_visible()


def test_page_of_the_account_is_for_who_is_logged_in_and_speaks_english(
    browser: Browser, at: Office, address: str, tmp_path: Path
) -> None:
    at.active()
    page = opened(browser, "en-GB")
    page.goto(f"{address}/konto")
    page.wait_for_url("**/konto/logowanie")
    expect(page.get_by_label("E-mail address").first).to_be_focused()
    typed(page, EMAIL, "not my password", "")
    expect(page.get_by_role("alert")).to_contain_text(
        "The e-mail address or the password is wrong."
    )
    page.screenshot(path=tmp_path / "login.png", full_page=True)
    page.get_by_label("Password").focus()
    page.keyboard.press("Control+a")
    typed(page, PASSWORD)
    page.wait_for_url("**/konto")
    expect(page.get_by_role("heading", name="Authenticator app")).to_be_visible()
    other = at.enter()
    assert other.standing.active
    page.reload()
    expect(page.locator("#sessions li")).to_have_count(3)
    page.get_by_role("heading", name="Browsers").click()
    reached(page, "Log out all others")
    expect(page.locator("#sessions li")).to_have_count(1)
    page.screenshot(path=tmp_path / "english.png", full_page=True)
