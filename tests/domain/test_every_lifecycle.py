"""Random commands by anyone, for the lifecycles that have no longer story of their own; and that each has one."""

from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar
from uuid import uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from domain.accounts import (
    Account,
    ActivateAccount,
    CloseAccount,
    GrantRole,
    InviteAccount,
    ReinstateAccount,
    RenameAccount,
    RenewInvitation,
    RevokeRole,
    SuspendAccount,
)
from domain.aggregate import EVENT_TYPES
from domain.calls.call import (
    AnnounceCall,
    CancelCall,
    CorrectCall,
    FundingCall,
    KeepCallInTime,
    MoveCallDates,
    ResolveCall,
)
from domain.calls.programme import Fund, ProgrammeFacts, RegisterProgramme
from domain.cooperation import Cooperation
from domain.meetings import (
    EndSeries,
    ExcludeOccurrence,
    MeetingSeries,
    MoveOccurrence,
    Override,
    Recurrence,
    StartSeries,
)
from domain.meetings.recurrence import occurrences, originals
from domain.municipalities import (
    AdmitMunicipality,
    ApplyForMembership,
    InviteMunicipality,
    LeaveNetwork,
    Municipality,
    ReinstateMember,
    SuspendMember,
    municipality_id,
)
from domain.practices import (
    AbandonAdoption,
    Adopted,
    Adoption,
    ArchivePractice,
    DraftPractice,
    ExpressInterest,
    PracticeText,
    RecordImplementation,
    StartAdapting,
    SubmitPractice,
    ValidatePractice,
    adoption_id,
)
from domain.roles import OPERATOR, Actor, Role
from infra.event_store import PostgresEventStore
from tests.domain.texts import PlainTexts
from tests.funds import terms
from tests.lifecycle import Lifecycle, run
from tests.network import BELCHATOW, OPOCZNO, VAULT, Network, network, official

ADMINISTRATOR = official(OPOCZNO, Role.MUNICIPALITY_ADMIN)
ACTORS = st.sampled_from([ADMINISTRATOR, official(BELCHATOW), *[OPERATOR] * 3])
STOPPING: list[Any] = [SuspendMember, LeaveNetwork]
DAYS = st.integers(-3, 0).map(lambda days: date(2025, 8, 12) + timedelta(days=days))


class MembershipLifecycle(Lifecycle):
    aggregate = Municipality
    allowed: ClassVar = {
        ("NONE", "INVITED"),
        ("NONE", "APPLIED"),
        ("INVITED", "ACTIVE"),
        ("APPLIED", "ACTIVE"),
        ("ACTIVE", "SUSPENDED"),
        ("SUSPENDED", "ACTIVE"),
        ("ACTIVE", "LEFT"),
        ("SUSPENDED", "LEFT"),
        ("LEFT", "INVITED"),
        ("LEFT", "APPLIED"),
    }
    registered: ClassVar = 0

    def __init__(self, net: Network) -> None:
        super().__init__(net)
        MembershipLifecycle.registered += 1
        self.terc = f"{100_100 + MembershipLifecycle.registered}"
        net.register(self.terc)
        self.id = municipality_id(self.terc)

    @property
    def state(self) -> str:
        return str(self.now.membership)

    @initialize(far=st.integers(0, 3))
    def begin(self, far: int) -> None:
        steps: list[Any] = [InviteMunicipality, AdmitMunicipality]
        for command in steps[:far]:
            self.give(command, OPERATOR, terc=self.terc, effective_on=date(2025, 8, 9))
        if far == 3:
            self.stop(OPERATOR, date(2025, 8, 9), SuspendMember)

    @rule(
        by=ACTORS,
        on=DAYS,
        command=st.sampled_from(
            [InviteMunicipality, ApplyForMembership, *[AdmitMunicipality] * 3, ReinstateMember]
        ),
    )
    def go_on(self, by: Actor, on: date, command: Any) -> None:
        self.give(command, self._own(by), terc=self.terc, effective_on=on)

    @rule(by=ACTORS, on=DAYS, command=st.sampled_from(STOPPING))
    def stop(self, by: Actor, on: date, command: Any) -> None:
        self.give(command, self._own(by), terc=self.terc, effective_on=on, reason="Własna prośba.")

    def _own(self, by: Actor) -> Actor:
        return official(self.terc, Role.MUNICIPALITY_ADMIN) if by is ADMINISTRATOR else by


class SeriesLifecycle(Lifecycle):
    aggregate = MeetingSeries
    allowed: ClassVar = {("GOES_ON", "ENDED")}
    recurrence = Recurrence(
        datetime.fromisoformat("2026-03-11T10:00"), 60, "FREQ=WEEKLY;BYDAY=WE;COUNT=6"
    )
    FALLS_ON = st.sampled_from([*originals(recurrence), datetime.fromisoformat("2026-03-12T10:00")])

    def __init__(self, net: Network) -> None:
        super().__init__(net)
        begun = StartSeries(
            command_id=uuid4(), host=OPOCZNO, title="Narada", recurrence=self.recurrence
        )
        self.id = net.give(begun).stream_id

    @property
    def state(self) -> str:
        return "GOES_ON" if self.now.last_on is None else "ENDED"

    @rule(by=ACTORS, at=FALLS_ON)
    def exclude(self, by: Actor, at: datetime) -> None:
        self.give(ExcludeOccurrence, by, series_id=self.id, recurrence_id=at)

    @rule(by=ACTORS, at=FALLS_ON, days=st.integers(-2, 2))
    def move(self, by: Actor, at: datetime, days: int) -> None:
        override = Override(at + timedelta(days=days), 45, "Biblioteka")
        self.give(MoveOccurrence, by, series_id=self.id, recurrence_id=at, override=override)

    @rule(by=ACTORS, at=FALLS_ON)
    def end(self, by: Actor, at: datetime) -> None:
        self.give(EndSeries, by, series_id=self.id, last_on=at.date())

    def teardown(self) -> None:
        """The read model shows the occurrences that the domain knows."""
        self.net.project()
        series = self.now
        shown = self.net.rows(
            "SELECT recurrence_id, starts_at FROM read_meetings.occurrences "
            "WHERE series_id = %s ORDER BY starts_at, recurrence_id",
            self.id,
        )
        told = occurrences(series.recurrence, series.excluded, series.overrides)
        last_on = series.last_on or date.max
        assert shown == [
            (one.recurrence_id, one.starts_at)
            for one in told
            if one.recurrence_id.date() <= last_on
        ]


class AdoptionLifecycle(Lifecycle):
    aggregate = Adoption
    allowed: ClassVar = {
        ("INTERESTED", "ADAPTING"),
        ("INTERESTED", "ABANDONED"),
        ("ADAPTING", "IMPLEMENTED"),
        ("ADAPTING", "ABANDONED"),
    }

    def __init__(self, net: Network) -> None:
        super().__init__(net)
        text = PracticeText("Rower", "Krótko.", "P.", "R.", "S.", "", "T.")
        drafted = DraftPractice(command_id=uuid4(), municipality=BELCHATOW, text=text)
        self.practice = net.give(drafted).stream_id
        net.give(SubmitPractice(command_id=uuid4(), practice_id=self.practice))
        net.give(ValidatePractice(command_id=uuid4(), practice_id=self.practice))
        self.facts: dict[str, Any] = {
            "municipality": OPOCZNO, "of": Adopted.PRACTICE, "subject_id": self.practice,
        }  # fmt: skip
        net.give(ExpressInterest(command_id=uuid4(), **self.facts))
        self.id = adoption_id(self.practice, OPOCZNO)

    @rule(by=ACTORS, command=st.sampled_from([ExpressInterest, StartAdapting]))
    def begin(self, by: Actor, command: Any) -> None:
        self.give(command, by, **self.facts)

    @rule(by=ACTORS, on=st.sampled_from([None, date(2026, 1, 1), date(2099, 1, 1)]))
    def implement(self, by: Actor, on: date | None) -> None:
        self.give(RecordImplementation, by, outcome="Działa.", implemented_on=on, **self.facts)

    @rule(by=ACTORS, sure=st.integers(0, 2))
    def abandon(self, by: Actor, sure: int) -> None:
        if sure == 0:
            self.give(AbandonAdoption, by, learned="Za drogo.", **self.facts)

    @rule(by=ACTORS)
    def archive_what_is_adopted(self, by: Actor) -> None:
        self.give(ArchivePractice, by, practice_id=self.practice, reason="Stara.")


class AccountLifecycle(Lifecycle):
    aggregate = Account
    allowed: ClassVar = {
        ("INVITED", "ACTIVE"),
        ("ACTIVE", "SUSPENDED"),
        ("SUSPENDED", "ACTIVE"),
        ("INVITED", "CLOSED"),
        ("ACTIVE", "CLOSED"),
        ("SUSPENDED", "CLOSED"),
    }

    def __init__(self, net: Network) -> None:
        super().__init__(net)
        invited = InviteAccount(
            command_id=uuid4(),
            municipality=OPOCZNO,
            email=f"{uuid4().hex}@x.example",
            name="Ktoś",
            roles=frozenset({Role.EDITOR}),
            by_mail=False,
        )
        self.id = net.give(invited).stream_id

    @initialize(far=st.integers(0, 2))
    def begin(self, far: int) -> None:
        if far:
            self.activate(own=True)
        if far == 2:
            self.give(SuspendAccount, OPERATOR, account_id=self.id, reason="Urlop.")

    @rule(own=st.booleans())
    def activate(self, own: bool) -> None:
        by = Actor.of(self.id, (), None) if own else OPERATOR
        self.give(ActivateAccount, by, account_id=self.id)

    @rule(by=ACTORS, command=st.sampled_from([RenewInvitation, ReinstateAccount]))
    def go_on(self, by: Actor, command: Any) -> None:
        self.give(command, by, account_id=self.id)

    @rule(by=ACTORS, role=st.sampled_from(Role), command=st.sampled_from([GrantRole, RevokeRole]))
    def change_roles(self, by: Actor, role: Role, command: Any) -> None:
        self.give(command, by, account_id=self.id, role=role)

    @rule(by=ACTORS, name=st.sampled_from(["Ktoś", "Ktoś Inny", ""]))
    def rename(self, by: Actor, name: str) -> None:
        self.give(RenameAccount, by, account_id=self.id, name=name)

    @rule(by=ACTORS)
    def suspend(self, by: Actor) -> None:
        self.give(SuspendAccount, by, account_id=self.id, reason="Urlop.")

    @rule(by=ACTORS, sure=st.integers(0, 3))
    def close(self, by: Actor, sure: int) -> None:
        if sure == 0:
            self.give(CloseAccount, by, account_id=self.id, reason="Odejście.")

    @invariant()
    def only_who_is_active_may_anything(self) -> None:
        assert (self.state == "ACTIVE") or not self.now.actor().roles
        assert Role.COORDINATOR not in self.now.roles


class CallLifecycle(Lifecycle):
    """Its clock goes on by itself; one command may find that a call opened and closed meanwhile."""

    aggregate = FundingCall
    allowed: ClassVar = {
        ("ANNOUNCED", "OPEN"),
        ("ANNOUNCED", "CLOSED"),
        ("ANNOUNCED", "RESOLVED"),
        ("ANNOUNCED", "CANCELLED"),
        ("OPEN", "CLOSED"),
        ("OPEN", "RESOLVED"),
        ("OPEN", "CANCELLED"),
        ("CLOSED", "RESOLVED"),
        ("CLOSED", "CANCELLED"),
    }
    START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __init__(self, net: Network) -> None:
        super().__init__(net)
        self.at = self.START
        store = PostgresEventStore(net.pool, announce=lambda _position: None, vault=VAULT)
        net.cooperation = Cooperation(store, PlainTexts(), now=lambda: self.at)
        facts = ProgrammeFacts("Fundusz", Fund.EU, 2021, 2027, "Urząd")
        programme = RegisterProgramme(command_id=uuid4(), code=f"F {uuid4()}", facts=facts)
        self.terms = terms(number=f"nabór {uuid4()}", opens_at=self._in(5), closes_at=self._in(15))
        announced = AnnounceCall(
            command_id=uuid4(), programme_id=net.give(programme).stream_id, terms=self.terms
        )
        self.id = net.give(announced).stream_id

    def _in(self, days: int) -> datetime:
        return self.START + timedelta(days=days)

    @rule(by=ACTORS, days=st.integers(1, 6))
    def time_passes(self, by: Actor, days: int) -> None:
        self.at += timedelta(days=days)
        self.give(KeepCallInTime, by, call_id=self.id)

    @rule(by=ACTORS, opens=st.integers(4, 6), lasts=st.integers(-1, 12))
    def move(self, by: Actor, opens: int, lasts: int) -> None:
        dates = {"opens_at": self._in(opens), "closes_at": self._in(opens + lasts)}
        self.give(MoveCallDates, by, call_id=self.id, reason="Wniosek gmin.", **dates)

    @rule(by=ACTORS, title=st.sampled_from(["Parki", "Place", ""]))
    def correct(self, by: Actor, title: str) -> None:
        said = terms(number=self.terms.number, title=title)
        self.give(CorrectCall, by, call_id=self.id, terms=said, reason="Literówka.")

    @rule(by=ACTORS)
    def resolve(self, by: Actor) -> None:
        self.give(ResolveCall, by, call_id=self.id, document="Lista rankingowa")

    @rule(by=ACTORS, sure=st.integers(0, 3))
    def cancel(self, by: Actor, sure: int) -> None:
        if sure == 0:
            self.give(CancelCall, by, call_id=self.id, reason="Brak pieniędzy.")

    @invariant()
    def open_is_what_its_dates_say(self) -> None:
        call = self.now
        if call.state == "ANNOUNCED":
            return
        assert call.state == "CANCELLED" or call.terms.opens_at <= self.at
        assert call.state in ("OPEN", "CANCELLED") or call.terms.closes_at <= self.at


MACHINES: dict[type[Lifecycle], str] = {
    MembershipLifecycle: "municipalities",
    SeriesLifecycle: "meetings",
    AdoptionLifecycle: "practices",
    AccountLifecycle: "accounts",
    CallLifecycle: "calls",
}


@pytest.mark.parametrize("machine", MACHINES)
def test_random_commands_never_take_it_where_it_may_not_go(
    machine: type[Lifecycle], database_url: str
) -> None:
    with network(database_url) as net:
        for terc in (BELCHATOW, OPOCZNO):
            net.member(terc)
        run(lambda: machine(net), net, MACHINES[machine])
        assert {state for pair in machine.allowed for state in pair} == machine.seen


WALKED_APART = {"Initiative"}
"""By a machine of its own (`test_initiatives_machine.py`)."""
NO_LIFECYCLE = {
    "CallInterest": "declared or withdrawn",
    "Following": "a list of what is followed",
    "Indicator": "a value and its history",
    "InitiativeDocument": "there or not",
    "InitiativeNote": "written once",
    "PartnerReport": "written once",
    "PersonRecord": "there until forgotten",
    "Programme": "facts, corrected",
    "Risk": "assessed anew",
}


def test_every_lifecycle_is_walked_at_random() -> None:
    """A new aggregate either has a machine, or says here why it needs none."""
    here = Path(__file__)
    for file in here.parent.glob("test_*.py"):
        if "Lifecycle(Lifecycle)" in file.read_text():
            import_module(f"tests.domain.{file.stem}")
    walked = {machine.aggregate.__name__ for machine in Lifecycle.__subclasses__()}
    every = {name.split(".")[0] for name, event in EVENT_TYPES.items() if _ours(event)}
    assert every - walked - WALKED_APART - set(NO_LIFECYCLE) == set()
    assert not walked & set(NO_LIFECYCLE)


def _ours(event: type[Any]) -> bool:
    """Not of another test."""
    return event.__module__.startswith("domain.")
