"""Programmes and calls: dates that open and close, terms as data, numbers that are unique."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.calls.call import (
    AnnounceCall,
    CallState,
    CancelCall,
    CorrectCall,
    ImportCall,
    KeepCallInTime,
    MoveCallDates,
    ResolveCall,
)
from domain.calls.interest import CallInterest, DeclareInterest, WithdrawInterest
from domain.calls.programme import (
    CorrectProgramme,
    Fund,
    Programme,
    ProgrammeFacts,
    RegisterProgramme,
)
from domain.calls.terms import CategoryLimit, CostCategory, FlatRate, changes
from domain.errors import InvalidInput
from domain.municipalities import MunicipalityFacts, MunicipalityKind
from domain.roles import Role
from tests.funds import Funds, official, terms
from tests.network import BELCHATOW, OPOCZNO

JANUARY = datetime(2026, 1, 1, tzinfo=UTC)
NEXT_YEAR = datetime(2027, 1, 1, tzinfo=UTC)


def order(kind: Any, call: UUID, **facts: Any) -> Any:
    return kind(command_id=uuid4(), call_id=call, **facts)


def test_call_announced_before_its_time_opens_and_closes_when_its_dates_come(given: Funds) -> None:
    opens, closes = given.now + timedelta(days=10), given.now + timedelta(days=20)
    call = given.announce(opens_at=opens, closes_at=closes)
    assert given.call(call).state is CallState.ANNOUNCED
    given.give(order(KeepCallInTime, call))
    assert given.events(call) == ["Announced"]

    given.later(10)
    given.give(order(KeepCallInTime, call))
    assert given.call(call).state is CallState.OPEN
    given.later(10)
    given.give(order(KeepCallInTime, call))
    given.give(order(KeepCallInTime, call))
    assert given.events(call) == ["Announced", "Opened", "Closed"]


def test_call_announced_late_says_at_once_that_it_opened_and_closed(given: Funds) -> None:
    call = given.announce(opens_at=JANUARY, closes_at=given.now)
    assert given.events(call) == ["Announced", "Opened", "Closed"]


@pytest.mark.parametrize(
    ("seconds", "takes"), [(-1, False), (0, True), (3599, True), (3600, False)]
)
def test_call_takes_applications_from_its_first_moment_to_just_before_its_last(
    given: Funds, seconds: int, takes: bool
) -> None:
    opens = given.now + timedelta(days=1)
    call = given.call(given.announce(opens_at=opens, closes_at=opens + timedelta(hours=1)))
    assert call.takes_applications(opens + timedelta(seconds=seconds)) is takes


def test_moved_dates_are_an_event_of_their_own(given: Funds) -> None:
    call = given.announce()
    later = NEXT_YEAR + timedelta(days=14)
    move = order(MoveCallDates, call, opens_at=JANUARY, closes_at=later, reason="Przedłużenie")
    given.give(move)
    given.give(replace(move, command_id=uuid4()))

    assert given.events(call) == ["Announced", "Opened", "DatesMoved"]
    assert given.call(call).terms.closes_at == later


def test_opening_can_be_moved_only_before_it(given: Funds) -> None:
    call = given.announce()
    earlier = order(MoveCallDates, call, opens_at=JANUARY - timedelta(days=1), closes_at=NEXT_YEAR)
    assert given.refused(earlier).code == "call_already_open"

    ahead = given.announce(opens_at=given.now + timedelta(days=5))
    given.give(
        order(MoveCallDates, ahead, opens_at=given.now + timedelta(days=9), closes_at=NEXT_YEAR)
    )
    assert given.events(ahead) == ["Announced", "DatesMoved"]


def test_closed_call_keeps_its_dates(given: Funds) -> None:
    call = given.announce(closes_at=given.now)
    refusal = given.refused(order(MoveCallDates, call, opens_at=JANUARY, closes_at=NEXT_YEAR))
    assert refusal.code == "call_closed"


def test_open_call_is_not_resolved(given: Funds) -> None:
    call = given.announce()
    resolve = order(ResolveCall, call, document="lista z 1.02.2027")
    assert given.refused(resolve).code == "call_still_open"
    given.later(400)
    given.give(resolve)
    given.give(replace(resolve, command_id=uuid4()))
    assert given.events(call) == ["Announced", "Opened", "Closed", "Resolved"]


def test_cancelled_call_takes_no_applications_and_stays_cancelled(given: Funds) -> None:
    call = given.announce()
    given.give(order(CancelCall, call, reason="Brak środków"))

    assert not given.call(call).takes_applications(given.now)
    for command in (
        order(ResolveCall, call, document="lista"),
        order(MoveCallDates, call, opens_at=JANUARY, closes_at=NEXT_YEAR + timedelta(days=1)),
        order(CorrectCall, call, terms=terms(title="Inny")),
    ):
        assert given.refused(command).code == "call_over"


def test_resolved_call_is_not_cancelled(given: Funds) -> None:
    call = given.announce(closes_at=given.now)
    given.give(order(ResolveCall, call, document="lista"))
    assert given.refused(order(CancelCall, call, reason="Pomyłka")).code == "call_over"


def test_correction_raises_the_allocation_and_leaves_the_dates(given: Funds) -> None:
    call = given.announce()
    known = given.call(call).terms
    given.give(
        order(
            CorrectCall,
            call,
            terms=replace(known, allocation=1, closes_at=NEXT_YEAR + timedelta(days=9)),
        )
    )
    assert given.call(call).terms == replace(known, allocation=1)


def test_number_is_unique_in_its_programme_whatever_its_case(given: Funds) -> None:
    given.announce(number="fs.1/26")
    again = AnnounceCall(
        command_id=uuid4(), programme_id=given.programme, terms=terms(number="FS.1/26")
    )
    assert given.refused(again).code == "call_number_taken"
    given.register_programme()
    given.give(replace(again, programme_id=given.programme))


def test_programme_code_is_unique(given: Funds) -> None:
    facts = ProgrammeFacts("Program", Fund.NATIONAL, 2024, 2025, "Ministerstwo")
    code = f"P {uuid4()}"
    given.give(RegisterProgramme(command_id=uuid4(), code=code, facts=facts))
    again = RegisterProgramme(command_id=uuid4(), code=code.upper(), facts=facts)
    assert given.refused(again).code == "programme_code_taken"


def test_programme_is_corrected_and_keeps_its_code(given: Funds) -> None:
    facts = ProgrammeFacts("Fundusz Sąsiedzki II", Fund.EU, 2021, 2029, "Urząd Marszałkowski")
    correct = CorrectProgramme(
        command_id=uuid4(), programme_id=given.programme, facts=facts, reason="Przedłużenie"
    )
    given.give(correct)
    given.give(replace(correct, command_id=uuid4()))
    assert given.events(given.programme) == ["Registered", "Corrected"]
    programme = given.store.load(Programme, given.programme)
    assert programme is not None
    assert programme.facts == facts
    unknown = replace(correct, command_id=uuid4(), programme_id=uuid4())
    assert given.refused(unknown).code == "programme_not_found"


def test_import_announces_then_moves_and_corrects_and_then_leaves_alone(given: Funds) -> None:
    programme = given.store.load(Programme, given.programme)
    assert programme is not None
    said = terms(number="FS.7/26")

    def imported(**change: Any) -> UUID:
        line = ImportCall(
            command_id=uuid4(), programme_code=programme.code, terms=replace(said, **change)
        )
        return given.give(line).stream_id

    call = imported()
    assert imported() == call
    assert given.events(call) == ["Announced", "Opened"]
    assert imported(closes_at=NEXT_YEAR + timedelta(days=1), title="Nowy tytuł") == call
    assert given.events(call) == ["Announced", "Opened", "DatesMoved", "Corrected"]


def test_import_under_an_unknown_programme_is_refused(given: Funds) -> None:
    line = ImportCall(command_id=uuid4(), programme_code="nieznany", terms=terms())
    assert given.refused(line).code == "programme_not_found"


def test_call_of_an_unknown_programme_is_refused(given: Funds) -> None:
    command = AnnounceCall(command_id=uuid4(), programme_id=uuid4(), terms=terms())
    assert given.refused(command).code == "programme_not_found"


@pytest.mark.parametrize(
    "kind", [KeepCallInTime, ResolveCall, CancelCall, MoveCallDates, CorrectCall, DeclareInterest]
)
def test_unknown_call_is_not_found(given: Funds, kind: Any) -> None:
    facts: Any = {
        ResolveCall: {"document": "lista"},
        CancelCall: {"reason": "x"},
        MoveCallDates: {"opens_at": JANUARY, "closes_at": NEXT_YEAR},
        CorrectCall: {"terms": terms()},
        DeclareInterest: {"municipality": OPOCZNO},
    }.get(kind, {})
    assert given.refused(order(kind, uuid4(), **facts)).code == "call_not_found"


@pytest.mark.parametrize(
    ("field", "change"),
    [
        ("number", {"number": " "}),
        ("title", {"title": ""}),
        ("closesAt", {"closes_at": JANUARY}),
        ("opensAt", {"opens_at": datetime(2026, 1, 1)}),  # noqa: DTZ001
        ("opensAt", {"opens_at": datetime(1999, 1, 1, tzinfo=UTC)}),
        ("allocation", {"allocation": 0}),
        ("maxRate", {"max_rate": 10_001}),
        ("minGrant", {"min_grant": 2, "max_grant": 1}),
        ("territories", {"territories": ("1",)}),
        ("durabilityYears", {"durability_years": 0}),
        ("link", {"link": "javascript:alert(1)"}),
        (
            "flatRates",
            {"flat_rates": (FlatRate(CostCategory.STAFF, 1_500, (CostCategory.STAFF,)),)},
        ),
        ("categoryLimits", {"category_limits": (CategoryLimit(CostCategory.STAFF, 10_001),)}),
    ],
)
def test_terms_that_make_no_sense_are_refused_by_field(
    given: Funds, field: str, change: Any
) -> None:
    command = AnnounceCall(command_id=uuid4(), programme_id=given.programme, terms=terms(**change))
    refusal = given.refused(command)
    assert isinstance(refusal, InvalidInput)
    assert [problem.field for problem in refusal.problems] == [field]


def test_only_the_coordinator_keeps_calls(given: Funds) -> None:
    command = AnnounceCall(command_id=uuid4(), programme_id=given.programme, terms=terms())
    for role in set(Role) - {Role.COORDINATOR}:
        assert given.refused(command, official(OPOCZNO, role)).code == "not_permitted"


@pytest.mark.parametrize(
    ("territories", "kinds", "admits"),
    [
        ((), (), True),
        (("10",), (), True),
        (("1007",), (), True),
        (("100704",), (), True),
        (("14", "1001"), (), False),
        (("10",), (MunicipalityKind.URBAN_RURAL,), True),
        (("10",), (MunicipalityKind.RURAL,), False),
    ],
)
def test_call_admits_by_territory_and_kind(
    territories: tuple[str, ...], kinds: tuple[MunicipalityKind, ...], admits: bool
) -> None:
    facts = MunicipalityFacts("Opoczno", MunicipalityKind.URBAN_RURAL, "łódzkie", "opoczyński")
    assert terms(territories=territories, kinds=kinds).admits(OPOCZNO, facts) is admits


def test_changes_name_each_field_that_differs() -> None:
    found = list(changes(terms(), terms(allocation=5, title="Inny")))
    assert [(change.field, change.becomes) for change in found] == [
        ("title", "Inny"),
        ("allocation", 5),
    ]


def test_municipality_declares_renews_and_withdraws_its_interest(given: Funds) -> None:
    call = given.announce()
    declare = order(DeclareInterest, call, municipality=OPOCZNO, offer="Szukamy partnera")
    interest = given.give(declare, official(OPOCZNO)).stream_id
    given.give(replace(declare, command_id=uuid4()), official(OPOCZNO))
    given.give(replace(declare, command_id=uuid4(), offer="Mamy działkę"), official(OPOCZNO))
    given.give(order(WithdrawInterest, call, municipality=OPOCZNO), official(OPOCZNO))
    given.give(order(WithdrawInterest, call, municipality=OPOCZNO), official(OPOCZNO))
    given.give(replace(declare, command_id=uuid4()), official(OPOCZNO))

    assert given.events(interest) == ["Declared", "Renewed", "Withdrawn", "Renewed"]
    known = given.store.load(CallInterest, interest)
    assert known is not None
    assert known.offer == "Szukamy partnera"


def test_interest_is_declared_for_the_own_municipality_only(given: Funds) -> None:
    command = order(DeclareInterest, given.announce(), municipality=BELCHATOW)
    assert given.refused(command, official(OPOCZNO)).code == "not_permitted"


def test_interest_nobody_declared_is_not_withdrawn(given: Funds) -> None:
    command = order(WithdrawInterest, given.announce(), municipality=OPOCZNO)
    assert given.refused(command, official(OPOCZNO)).code == "interest_not_found"


def test_cancelled_call_interests_nobody(given: Funds) -> None:
    call = given.announce()
    given.give(order(CancelCall, call, reason="Brak środków"))
    command = order(DeclareInterest, call, municipality=OPOCZNO)
    assert given.refused(command, official(OPOCZNO)).code == "call_over"
