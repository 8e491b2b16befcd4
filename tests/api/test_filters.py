"""A filter tells no more than the fields: what one may not see can't be asked about either."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.initiatives.commands import consortium, proposal
from domain.meetings import (
    ApproveMinutes,
    InviteToMeeting,
    Meeting,
    MinutesSection,
    Person,
    Plan,
    PlanMeeting,
    PublishMinutes,
    RecordMeetingHeld,
    WriteMinutes,
)
from domain.roles import Role
from tests.api.common_space import START
from tests.api.conftest import Api
from tests.funds import funds_of
from tests.infra.desks import Office
from tests.network import BELCHATOW, OPOCZNO, TOMASZOW, Network

HOUR = timedelta(hours=1)
ASKED, STRANGER = "100202", "100201"
COUNTS = """query ($of: String!) {
  initiatives(municipality: $of) { totalCount }
  deadlines(municipality: $of) { totalCount }
  meetings(municipality: $of) { totalCount }
}"""


@pytest.fixture
def told(api: Api) -> Api:
    """An initiative of Opoczno and Bełchatów that another is asked to join, and a published meeting."""
    for terc in (OPOCZNO, BELCHATOW, TOMASZOW, ASKED, STRANGER):
        api.net.member(terc)
    _published_meeting(api.net)
    given = funds_of(api.net)
    initiative = given.partnership()
    given.order(consortium.InvitePartner, initiative, municipality=ASKED)
    given.order(proposal.MakeInitiativePublic, initiative)
    return api


def test_who_is_asked_to_join_and_who_was_there_is_found_by_those_who_take_part(told: Api) -> None:
    tokens: dict[str | None, str | None] = {"nobody": None}
    for number, of in enumerate((OPOCZNO, BELCHATOW, ASKED, TOMASZOW, STRANGER, None)):
        role = Role.FUNDS_OFFICER if of else Role.AUDITOR
        office = Office(told.net)
        account = office.active(role, email=f"osoba{number}@x.example", terc=of)
        tokens[of] = office.own.issue_token(account, "test", frozenset({role}), None).secret
    told.net.project()
    found = {
        viewer: tuple(
            [each["totalCount"] for each in told.ask(COUNTS, {"of": of}, token=token).values()]
            for of in (BELCHATOW, ASKED, TOMASZOW)
        )
        for viewer, token in tokens.items()
    }
    joined, hidden = [1, 1, 1], [0, 0, 0]
    assert found == {
        "nobody": (joined, hidden, hidden),
        OPOCZNO: (joined, [1, 1, 0], [0, 0, 1]),
        BELCHATOW: (joined, [1, 1, 0], [0, 0, 1]),
        ASKED: (joined, [1, 1, 0], hidden),
        TOMASZOW: (joined, hidden, [0, 0, 1]),
        STRANGER: (joined, hidden, hidden),
        None: (joined, [1, 1, 0], [0, 0, 1]),
    }


def _published_meeting(net: Network) -> None:
    """Bełchatów's, to which Opoczno is invited, and to which somebody of Tomaszów came all the same."""
    facts: dict[str, Any] = {}

    def give(command: Any, **more: Any) -> UUID:
        return net.give(command(command_id=uuid4(), **facts, **more)).stream_id

    plan = Plan("Spotkanie", START, START + HOUR)
    facts["meeting_id"] = give(PlanMeeting, host=BELCHATOW, plan=plan)
    give(InviteToMeeting, municipalities=(OPOCZNO,))
    present = [Person(name="Jan Kos", office="", municipality=terc) for terc in (OPOCZNO, TOMASZOW)]
    give(RecordMeetingHeld, attendance=tuple(present))
    section = MinutesSection("Przebieg", "Rozmowa.")
    give(WriteMinutes, municipality=BELCHATOW, section=section)
    seen = net.cooperation.store.load(Meeting, facts["meeting_id"])
    assert seen is not None
    for terc in (OPOCZNO, TOMASZOW):
        give(ApproveMinutes, municipality=terc, minutes_hash=seen.minutes_hash)
    give(PublishMinutes)
