"""The pages that somebody needs before being logged in."""

import re

import pytest

from tests.api.conftest import Api

PAGES = ("/konto/logowanie", "/konto/zaproszenie", "/konto/haslo", "/konto")
EVERY = (*PAGES, "/konto/adres")


@pytest.mark.parametrize("path", EVERY)
def test_page_loads_nothing_from_elsewhere_and_can_not_be_framed(api: Api, path: str) -> None:
    page = api.client.get(path)
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["referrer-policy"] == "no-referrer"
    sources = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert sources
    for source in sources:
        assert source.startswith("/")
        assert api.client.get(source).status_code == 200
    assert not re.search(r"<script(?! src)|style=|\son\w+=", page.text)


@pytest.mark.parametrize("path", PAGES)
def test_every_field_of_a_page_has_its_label(api: Api, path: str) -> None:
    text = api.client.get(path).text
    fields = re.findall(r'<input id="([^"]+)"', text)
    assert fields
    assert re.findall(r'<label for="([^"]+)"', text) == fields


def test_page_speaks_polish_first_and_english_to_who_prefers_it(api: Api) -> None:
    polish = api.client.get("/konto/logowanie")
    assert (polish.headers["content-language"], "Zaloguj się" in polish.text) == ("pl", True)
    english = api.client.get("/konto/logowanie", headers={"Accept-Language": "en"})
    assert 'lang="en"' in english.text
    assert "Log in" in english.text
    assert "Zaloguj" not in english.text


def test_forms_lead_to_addresses_that_are_there(api: Api) -> None:
    for path in EVERY:
        for address in re.findall(r'data-to="([^"]+)"', api.client.get(path).text):
            answer = api.client.post(address, json={})
            assert answer.status_code in {204, 400, 401}, address


def test_problem_of_a_provider_is_told_in_our_words(api: Api) -> None:
    page = api.client.get("/konto/logowanie?problem=%3Cscript%3Ealert(1)%3C/script%3E")
    assert "dostawcę nie powiodło się" in page.text
    assert "alert(1)" not in page.text
