"""Meetings over GraphQL: from the plan to the published minutes, and who sees what of it."""

from typing import Any
from uuid import uuid4

from tests.api.conftest import Api
from tests.network import BELCHATOW, OPOCZNO

MEETING = """
query ($id: ID!) { meeting(id: $id) {
  title state heldOn minutesHash version
  host { name } invited { name }
  invitations { answer municipality { terc } }
  attendance { name office municipality { name } }
  agenda { id title public version municipality { name } }
  minutes { id heading bodyHtml version }
  decisions { text } approvals { municipality { name } }
  actionItems { id text state dueOn municipality { name } } } }
"""
ANSWER = """
  ... on MeetingWritten { meeting { id state minutesHash agenda { id title version } } version }
  ... on UserError { code message }
  ... on InvalidInputError { problems { field code } }
"""


def give(api: Api, command: str, **given: Any) -> Any:
    """As the coordinator, whom the operator's token stands for."""
    name = command[0].lower() + command[1:]
    query = (
        f"mutation ($input: {command}Input!) {{ {name}(input: $input) {{ __typename {ANSWER} }} }}"
    )
    return api.ask(query, {"input": {"commandId": str(uuid4()), **given}}, operator=True)[name]


def planned(api: Api) -> str:
    for terc in (BELCHATOW, OPOCZNO):
        api.net.member(terc)
    plan = {
        "title": "Spotkanie robocze",
        "startsAt": "2025-08-12T08:00:00Z",
        "endsAt": "2025-08-12T10:00:00Z",
        "place": "Urząd Miasta Bełchatów",
    }
    written = give(api, "PlanMeeting", host=BELCHATOW, plan=plan, effectiveOn="2025-08-12")
    return str(written["meeting"]["id"])


def held(api: Api) -> str:
    meeting = planned(api)
    give(api, "InviteToMeeting", meeting=meeting, municipalities=[OPOCZNO])
    item = {"title": "Pozyskiwanie funduszy"}
    give(api, "AddAgendaItem", meeting=meeting, municipality=OPOCZNO, item=item)
    attendance = [{"name": "Jan Kowalski", "office": "Burmistrz", "municipality": OPOCZNO}]
    give(api, "RecordMeetingHeld", meeting=meeting, heldOn="2025-08-12", attendance=attendance)
    section = {"heading": "Przebieg", "body": "Rozmowa **robocza**."}
    give(api, "WriteMinutes", meeting=meeting, municipality=BELCHATOW, section=section)
    give(api, "RecordDecision", meeting=meeting, text="Spotykamy się co kwartał.")
    give(
        api,
        "AssignActionItem",
        meeting=meeting,
        text="Lista naborów",
        owner=OPOCZNO,
        dueOn="2025-09-30",
    )
    return meeting


def test_meeting_goes_from_plan_to_published_minutes(live_api: Api) -> None:
    meeting = held(live_api)
    assert live_api.ask(MEETING, {"id": meeting})["meeting"] is None
    seen = live_api.ask(MEETING, {"id": meeting}, operator=True)["meeting"]["minutesHash"]
    approved = give(
        live_api, "ApproveMinutes", meeting=meeting, municipality=OPOCZNO, minutesHash=seen
    )
    assert approved["meeting"]["state"] == "MINUTES_APPROVED"
    give(live_api, "PublishMinutes", meeting=meeting)
    found = live_api.ask(MEETING, {"id": meeting})["meeting"]
    assert found["attendance"] == [
        {"name": "Jan Kowalski", "office": "Burmistrz", "municipality": {"name": "Opoczno"}}
    ]
    assert found["minutes"][0]["bodyHtml"] == "<p>Rozmowa <strong>robocza</strong>.</p>"
    assert (found["heldOn"], found["state"]) == ("2025-08-12", "MINUTES_PUBLISHED")
    assert (found["host"], found["invited"]) == ({"name": "Bełchatów"}, [{"name": "Opoczno"}])
    assert found["decisions"] == [{"text": "Spotykamy się co kwartał."}]
    assert found["actionItems"][0]["dueOn"] == "2025-09-30"


def test_counts_show_nobody_more_than_the_list_does(live_api: Api) -> None:
    held(live_api)
    query = "{ meetings { totalCount nodes { title } } actionItems { totalCount nodes { text } } }"
    assert live_api.ask(query) == {
        "meetings": {"totalCount": 0, "nodes": []},
        "actionItems": {"totalCount": 0, "nodes": []},
    }
    assert live_api.ask(query, operator=True) == {
        "meetings": {"totalCount": 1, "nodes": [{"title": "Spotkanie robocze"}]},
        "actionItems": {"totalCount": 1, "nodes": [{"text": "Lista naborów"}]},
    }


def test_second_edit_of_an_agenda_item_is_a_conflict_that_says_so(live_api: Api) -> None:
    meeting = planned(live_api)
    item = {"title": "Fundusze"}
    added = give(live_api, "AddAgendaItem", meeting=meeting, municipality=BELCHATOW, item=item)
    (known,) = added["meeting"]["agenda"]
    edit = {
        "meeting": meeting,
        "municipality": BELCHATOW,
        "agendaItem": known["id"],
        "expectedItemVersion": known["version"],
    }
    first = give(live_api, "RewriteAgendaItem", item={"title": "Fundusze krajowe"}, **edit)
    assert first["meeting"]["agenda"][0]["title"] == "Fundusze krajowe"
    second = give(live_api, "RewriteAgendaItem", item={"title": "Fundusze UE"}, **edit)
    assert (second["__typename"], second["code"]) == ("ConflictError", "entry_changed")


def test_wrong_id_and_wrong_input_are_told_by_field(live_api: Api) -> None:
    meeting = planned(live_api)
    refused = give(live_api, "CancelMeeting", meeting="zmyślone", reason="Powódź.")
    assert refused["problems"] == [{"field": "meeting", "code": "malformed"}]
    refused = give(live_api, "CancelMeeting", meeting=meeting, reason=" ")
    assert refused["problems"] == [{"field": "reason", "code": "missing"}]


def test_stranger_gives_no_command(live_api: Api) -> None:
    meeting = planned(live_api)
    query = """mutation ($input: CancelMeetingInput!) {
        cancelMeeting(input: $input) { ... on UserError { code } } }"""
    given = {"commandId": str(uuid4()), "meeting": meeting, "reason": "Powódź."}
    assert live_api.ask(query, {"input": given})["cancelMeeting"] == {"code": "not_permitted"}


def test_series_shows_its_occurrences_on_the_clock_in_warsaw(live_api: Api) -> None:
    live_api.net.member(BELCHATOW)
    query = """mutation ($input: StartSeriesInput!) { startSeries(input: $input) {
      ... on MeetingSeriesWritten { meetingSeries { rule occurrences { recurrenceId startsAt } } }
      ... on UserError { code message } } }"""
    recurrence = {"startsAt": "2026-03-25T10:00:00", "minutes": 60, "rule": "FREQ=WEEKLY;COUNT=2"}
    given = {
        "commandId": str(uuid4()),
        "host": BELCHATOW,
        "title": "Narada",
        "recurrence": recurrence,
    }
    answer = live_api.ask(query, {"input": given}, operator=True)["startSeries"]
    assert answer["meetingSeries"]["occurrences"] == [
        {"recurrenceId": "2026-03-25T10:00:00", "startsAt": "2026-03-25T09:00:00.000000Z"},
        {"recurrenceId": "2026-04-01T10:00:00", "startsAt": "2026-04-01T08:00:00.000000Z"},
    ]


def test_who_held_office_on_a_day(live_api: Api) -> None:
    live_api.net.register(OPOCZNO)
    query = """mutation ($input: RecordOfficeHolderInput!) { recordOfficeHolder(input: $input) {
      ... on MunicipalityWritten { municipality { officeHolders { name } } }
      ... on UserError { code message } } }"""
    given = {
        "commandId": str(uuid4()),
        "terc": OPOCZNO,
        "office": "HEAD",
        "title": "BURMISTRZ",
        "name": "Jan Kowalski",
        "since": "2024-05-07",
    }
    answer = live_api.ask(query, {"input": given}, operator=True)["recordOfficeHolder"]
    assert answer["municipality"]["officeHolders"] == [{"name": "Jan Kowalski"}]
    asked = """query ($on: Date) { officeHolders(on: $on) {
        totalCount nodes { titleText municipality { name } } } }"""
    assert live_api.ask(asked, {"on": "2024-05-06"})["officeHolders"]["totalCount"] == 0
    assert live_api.ask(asked, {"on": "2025-08-12"})["officeHolders"] == {
        "totalCount": 1,
        "nodes": [{"titleText": "Burmistrz", "municipality": {"name": "Opoczno"}}],
    }
