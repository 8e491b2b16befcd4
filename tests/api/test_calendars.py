"""Meetings as a calendar over HTTP: anyone is told what is public, an official what it may see."""

import pytest
from icalendar import Calendar

from domain.roles import Role
from tests.api.common_space import fill
from tests.api.conftest import TOKEN, Api
from tests.infra.desks import Office
from tests.network import OPOCZNO, TOMASZOW

OPERATOR = {"Authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def common(api: Api) -> Api:
    fill(api.net)
    api.net.project()
    return api


def official(api: Api, terc: str) -> dict[str, str]:
    office = Office(api.net)
    account = office.active(Role.EDITOR, email="u@x.example", terc=terc)
    secret = office.own.issue_token(account, "test", frozenset({Role.EDITOR}), None).secret
    return {"Authorization": f"Bearer {secret}"}


def titles(api: Api, by: dict[str, str], query: str = "") -> list[str]:
    answer = api.client.get(f"/spotkania.ics{query}", headers=by)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    return sorted(str(event["SUMMARY"]) for event in Calendar.from_ical(answer.text).walk("VEVENT"))


def test_everyone_sees_in_the_calendar_what_it_may_see(common: Api) -> None:
    seen = ["Spotkanie held", "Spotkanie invited", "Spotkanie published"]
    assert titles(common, {}) == ["Spotkanie published"]
    assert titles(common, official(common, TOMASZOW)) == ["Narada", *seen]
    assert titles(common, OPERATOR) == [
        "Narada", "Spotkanie held", "Spotkanie invited", "Spotkanie planned", "Spotkanie published",
    ]  # fmt: skip
    assert titles(common, OPERATOR, f"?gmina={OPOCZNO}") == ["Narada", *seen]
    assert common.client.get("/spotkania.ics?gmina=x").status_code == 400
    unknown = {"Authorization": "Bearer wspolna_nobody"}
    assert common.client.get("/spotkania.ics", headers=unknown).status_code == 401


def test_series_is_a_calendar_of_its_own_and_to_strangers_there_is_none(common: Api) -> None:
    (series,) = common.net.rows("SELECT id FROM read_meetings.series")[0]
    path = f"/cykle-spotkan/{series}/spotkania.ics"
    assert common.client.get(path).status_code == 404
    told = common.client.get(path, headers=OPERATOR)
    assert [str(e["SUMMARY"]) for e in Calendar.from_ical(told.text).walk("VEVENT")] == ["Narada"]
    nothing = common.client.get(
        "/cykle-spotkan/00000000-0000-0000-0000-000000000000/spotkania.ics", headers=OPERATOR
    )
    assert nothing.status_code == 404


def test_unchanged_calendar_is_not_sent_again(common: Api) -> None:
    first = common.client.get("/spotkania.ics")
    again = common.client.get("/spotkania.ics", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = {"If-None-Match": first.headers["etag"], **OPERATOR}
    assert common.client.get("/spotkania.ics", headers=other).status_code == 200
