"""Indicators with what is reached of them, and what partners report period by period."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.calls.terms import CostCategory
from domain.initiatives.commands.indicators import (
    DefineIndicator,
    DropIndicator,
    Indicator,
    IndicatorKind,
    MeasureIndicator,
    RetargetIndicator,
)
from domain.initiatives.commands.reports import (
    PartnerReport,
    ReportContent,
    ReportedCost,
    ReportState,
    ReturnReport,
    SubmitReport,
    VerifyReport,
)
from domain.initiatives.states import InitiativeState
from domain.roles import OPERATOR, Actor, Role
from tests.funds import TOMASZOW, ZLOTY, Funds, official
from tests.network import BELCHATOW, OPOCZNO

LEAD, PARTNER, STRANGER = official(OPOCZNO), official(BELCHATOW), official(TOMASZOW)
COSTS = (ReportedCost(CostCategory.EQUIPMENT, 40_000 * ZLOTY),)
CONTENT = ReportContent("Kupiliśmy wyposażenie.", COSTS)


def of(initiative: UUID, **changes: Any) -> DefineIndicator:
    said: dict[str, Any] = {
        "kind": IndicatorKind.OUTPUT,
        "name": "Wybudowane pawilony",
        "unit": "szt.",
        "target": 500,
        **changes,
    }
    return DefineIndicator(command_id=uuid4(), initiative_id=initiative, **said)


def defined(given: Funds) -> UUID:
    return given.give(of(given.prepared()), LEAD).stream_id


def indicator(given: Funds, stream_id: UUID) -> Indicator:
    found = given.store.load(Indicator, stream_id)
    assert found is not None
    return found


def measure(stream_id: UUID, value: int, on: date | None = None) -> MeasureIndicator:
    return MeasureIndicator(command_id=uuid4(), indicator_id=stream_id, value=value, on=on)


def test_any_partner_measures_and_the_same_value_of_a_day_is_one_event(given: Funds) -> None:
    found = defined(given)
    for value in (100, 100, 300):
        given.give(measure(found, value), PARTNER)
    assert given.events(found) == ["Defined", "Measured", "Measured"]
    assert indicator(given, found).measured == {date(2026, 3, 2): 300}


def test_a_value_is_compared_with_what_was_measured_of_its_day(given: Funds) -> None:
    found = defined(given)
    monday, sunday = date(2026, 3, 2), date(2026, 3, 1)
    for value, on in ((100, sunday), (300, monday), (100, sunday)):
        given.give(measure(found, value, on), PARTNER)
    assert given.events(found) == ["Defined", "Measured", "Measured"]
    given.give(measure(found, 150, sunday), PARTNER)
    assert given.events(found)[3:] == ["Measured"]
    assert indicator(given, found).measured == {sunday: 150, monday: 300}


def test_indicator_takes_another_target_until_it_is_dropped(given: Funds) -> None:
    found = defined(given)
    retarget: dict[str, Any] = {"indicator_id": found, "reason": "Mniejszy grant"}
    given.give(RetargetIndicator(command_id=uuid4(), target=400, **retarget), LEAD)
    assert indicator(given, found).target == 400
    drop: dict[str, Any] = {"indicator_id": found, "reason": "Aneks"}
    given.give(DropIndicator(command_id=uuid4(), **drop), LEAD)
    given.give(DropIndicator(command_id=uuid4(), **drop), LEAD)
    again = RetargetIndicator(command_id=uuid4(), target=300, **retarget)
    assert given.refused(again, LEAD).code == "indicator_dropped"
    assert given.refused(measure(found, 1), LEAD).code == "indicator_dropped"
    assert given.events(found) == ["Defined", "Retargeted", "Dropped"]


def test_nonsense_is_refused(given: Funds) -> None:
    found, initiative = defined(given), given.prepared()
    for command in (
        of(initiative, target=-1),
        of(initiative, target=2**31),
        of(initiative, name=" "),
        of(initiative, unit="x" * 51),
        measure(found, -1),
        measure(found, 1, date(1900, 1, 1)),
    ):
        assert given.refused(command, LEAD).code == "invalid_input"
    assert given.missing(measure(found, 1, date(2026, 3, 3)), LEAD) == ["date_in_future"]


@pytest.mark.parametrize(
    ("by", "code"),
    [
        (STRANGER, "record_not_found"),
        (official(BELCHATOW, Role.EDITOR), "not_permitted"),
        (official(OPOCZNO, Role.AUDITOR), "not_permitted"),
    ],
)
def test_nobody_else_measures(given: Funds, by: Actor, code: str) -> None:
    found = defined(given)
    assert given.refused(measure(found, 1), by).code == code
    nowhere = given.refused(measure(uuid4(), 1), by).code
    assert nowhere in {code, "record_not_found"}


def test_strangers_define_nothing(given: Funds) -> None:
    initiative = given.prepared()
    assert given.refused(of(initiative), STRANGER).code == "initiative_not_found"


def under_way(given: Funds) -> UUID:
    return given.reached(InitiativeState.IN_IMPLEMENTATION)


def report(initiative: UUID, **changes: Any) -> SubmitReport:
    said: dict[str, Any] = {"municipality": BELCHATOW, "period": 1, "content": CONTENT, **changes}
    return SubmitReport(command_id=uuid4(), initiative_id=initiative, **said)


def verify(stream_id: UUID, recognised: int) -> VerifyReport:
    return VerifyReport(command_id=uuid4(), report_id=stream_id, recognised=recognised)


def test_report_is_returned_submitted_again_and_verified(given: Funds) -> None:
    initiative = under_way(given)
    found = given.give(report(initiative), PARTNER).stream_id
    given.give(report(initiative), PARTNER)
    sent_back = ReturnReport(command_id=uuid4(), report_id=found, reason="Brak faktury")
    given.give(sent_back, LEAD)
    assert given.refused(verify(found, 1), LEAD).code == "report_in_other_state"
    given.give(report(initiative), PARTNER)
    given.give(verify(found, 39_000 * ZLOTY), LEAD)
    given.give(verify(found, 39_000 * ZLOTY), LEAD)
    assert given.events(found) == ["Submitted", "Returned", "Resubmitted", "Verified"]
    told = given.store.load(PartnerReport, found)
    assert told is not None
    assert (told.state, told.recognised) == (ReportState.VERIFIED, 39_000 * ZLOTY)
    other = ReportContent("Coś innego.")
    assert given.refused(report(initiative, content=other), PARTNER).code == "report_in_other_state"
    again = ReturnReport(command_id=uuid4(), report_id=found, reason="Za późno")
    assert given.refused(again, LEAD).code == "report_in_other_state"


def test_lead_recognises_no_more_than_was_reported(given: Funds) -> None:
    found = given.give(report(under_way(given)), PARTNER).stream_id
    assert given.missing(verify(found, 40_000 * ZLOTY + 1), LEAD) == ["amount_above_reported"]
    given.give(verify(found, 40_000 * ZLOTY), LEAD)


def test_a_partner_reports_for_itself_and_the_lead_verifies(given: Funds) -> None:
    initiative = under_way(given)
    assert given.refused(report(initiative), LEAD).code == "not_permitted"
    assert given.refused(report(initiative), STRANGER).code == "initiative_not_found"
    found = given.give(report(initiative), PARTNER).stream_id
    assert given.refused(verify(found, 1), PARTNER).code == "not_permitted"
    assert given.refused(verify(found, 1), STRANGER).code == "record_not_found"
    theirs = report(initiative, municipality=TOMASZOW)
    assert given.refused(theirs, OPERATOR).code == "not_a_partner"


def test_reports_are_of_periods_of_the_budget_while_there_is_an_agreement(given: Funds) -> None:
    initiative = under_way(given)
    for period in (0, 2):
        refusal = given.refused(report(initiative, period=period), PARTNER)
        assert refusal.code == "no_such_period"
    given.register_programme()
    assert given.missing(report(given.prepared()), PARTNER) == ["wrong_state"]
    below = ReportContent("Nic.", (ReportedCost(CostCategory.STAFF, -1),))
    many = ReportContent("Nic.", COSTS * 101)
    for content in (ReportContent(" "), below, many):
        assert given.refused(report(initiative, content=content), PARTNER).code == "invalid_input"
