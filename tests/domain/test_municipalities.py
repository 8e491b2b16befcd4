"""Membership, offices and dated facts of a municipality: through the real store."""

from collections.abc import Iterator
from datetime import date
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from domain.commands import Command
from domain.errors import DomainError, InvalidInput, NotPermitted
from domain.municipalities import (
    AdmitMunicipality,
    ApplyForMembership,
    CorrectTerm,
    EndTerm,
    HeadTitle,
    InviteMunicipality,
    LeaveNetwork,
    Municipality,
    MunicipalityKind,
    Office,
    RecordChangeOfKind,
    RecordOfficeHolder,
    ReinstateMember,
    RenameMunicipality,
    SuspendMember,
    municipality_id,
)
from domain.municipalities.municipality import BeforeLastChange, MembershipForbids
from domain.municipalities.terms import OfficeOccupied, TitleAgainstLaw, UnknownTerm
from domain.roles import OPERATOR, Actor, Role
from infra.event_store import PostgresEventStore
from tests.lifecycle import Lifecycle, run
from tests.network import BELCHATOW, OPOCZNO, VAULT, Network, network, official

ADMIN = official(OPOCZNO, Role.MUNICIPALITY_ADMIN)


@pytest.fixture
def net(database_url: str) -> Iterator[Network]:
    with network(database_url) as net:
        net.register(OPOCZNO)
        yield net


def give(net: Network, command: type[Command], by: Actor = OPERATOR, **facts: Any) -> None:
    given: Any = command
    net.give(given(command_id=uuid4(), terc=OPOCZNO, **facts), by)


def refuses(
    net: Network,
    error: type[DomainError],
    command: type[Command],
    by: Actor = OPERATOR,
    **facts: Any,
) -> DomainError:
    before = net.events()
    with pytest.raises(error) as refusal:
        give(net, command, by, **facts)
    assert net.events() == before
    return refusal.value


def opoczno(net: Network) -> Municipality:
    store = PostgresEventStore(net.pool, announce=lambda _position: None, vault=VAULT)
    found = store.load(Municipality, municipality_id(OPOCZNO))
    assert found is not None
    return found


def took_office(
    net: Network, name: str, since: date, office: Office = Office.HEAD, **facts: Any
) -> UUID:
    command = RecordOfficeHolder(
        command_id=uuid4(),
        terc=OPOCZNO,
        office=office,
        title=HeadTitle.BURMISTRZ,
        name=name,
        since=since,
        **facts,
    )
    net.give(command, ADMIN)
    return command.holder_id


def test_municipality_applies_and_is_admitted(net: Network) -> None:
    give(net, ApplyForMembership, ADMIN)
    give(net, AdmitMunicipality)
    assert opoczno(net).membership == "ACTIVE"


def test_admission_is_the_coordinators(net: Network) -> None:
    give(net, ApplyForMembership, ADMIN)
    refuses(net, NotPermitted, AdmitMunicipality, ADMIN)


def test_nobody_applies_for_another_municipality(net: Network) -> None:
    refuses(net, NotPermitted, ApplyForMembership, official(BELCHATOW, Role.MUNICIPALITY_ADMIN))


def test_municipality_is_not_admitted_unasked(net: Network) -> None:
    assert refuses(net, MembershipForbids, AdmitMunicipality).details == {"membership": "NONE"}


def test_membership_does_not_change_before_its_last_change(net: Network) -> None:
    give(net, InviteMunicipality, effective_on=date(2025, 8, 12))
    refuses(net, BeforeLastChange, AdmitMunicipality, effective_on=date(2025, 8, 11))


def test_inviting_twice_is_inviting_once(net: Network) -> None:
    give(net, InviteMunicipality)
    give(net, InviteMunicipality)
    assert net.events().count("Municipality.Invited") == 1


def test_member_who_left_may_come_back(net: Network) -> None:
    for command in (InviteMunicipality, AdmitMunicipality, LeaveNetwork, InviteMunicipality):
        give(net, command)
    assert opoczno(net).membership == "INVITED"


def test_one_head_at_a_time(net: Network) -> None:
    took_office(net, "Anna", date(2018, 11, 22))
    with pytest.raises(OfficeOccupied):
        took_office(net, "Jan", date(2024, 5, 7))


def test_next_head_takes_office_on_the_day_the_last_one_leaves(net: Network) -> None:
    first = took_office(net, "Anna", date(2018, 11, 22))
    give(net, EndTerm, ADMIN, holder_id=first, until=date(2024, 5, 7))
    took_office(net, "Jan", date(2024, 5, 7))
    assert len(opoczno(net).holders) == 2


def test_several_deputies_at_a_time_but_nobody_twice(net: Network) -> None:
    person = uuid4()
    took_office(net, "Anna", date(2024, 5, 7), Office.DEPUTY, person_id=person)
    took_office(net, "Jan", date(2024, 5, 7), Office.DEPUTY)
    with pytest.raises(OfficeOccupied):
        took_office(net, "Anna", date(2025, 1, 1), Office.DEPUTY, person_id=person)


def test_title_follows_the_law(net: Network) -> None:
    command = RecordOfficeHolder(
        command_id=uuid4(),
        terc=OPOCZNO,
        office=Office.HEAD,
        title=HeadTitle.WOJT,
        name="Anna",
        since=date(2024, 5, 7),
    )
    with pytest.raises(TitleAgainstLaw):
        net.give(command)


def test_term_that_ends_before_it_begins_is_refused(net: Network) -> None:
    holder = took_office(net, "Anna", date(2024, 5, 7))
    refuses(net, InvalidInput, EndTerm, ADMIN, holder_id=holder, until=date(2024, 5, 7))
    refuses(net, UnknownTerm, EndTerm, ADMIN, holder_id=uuid4(), until=date(2025, 5, 7))


def test_corrected_term_keeps_what_was_recorded_before(net: Network) -> None:
    holder = took_office(net, "Anna", date(2024, 5, 7))
    give(
        net,
        CorrectTerm,
        ADMIN,
        holder_id=holder,
        since=date(2024, 5, 8),
        until=None,
        reason="Pomyłka.",
    )
    assert opoczno(net).holders[holder].since == date(2024, 5, 8)
    assert net.events()[-2:] == ["Municipality.OfficeTaken", "Municipality.TermCorrected"]


def test_name_of_an_office_holder_is_not_in_the_log_in_the_clear(net: Network) -> None:
    took_office(net, "Kunegunda", date(2024, 5, 7))
    states = net.rows("SELECT convert_from(state, 'UTF8') FROM events")
    assert not [state for (state,) in states if "Kunegunda" in state]


def test_renaming_is_of_the_past_and_in_order(net: Network) -> None:
    refuses(
        net, InvalidInput, RenameMunicipality, name="Nowe Opoczno", effective_on=date(2099, 1, 1)
    )
    give(net, RenameMunicipality, name="Nowe Opoczno", effective_on=date(2025, 1, 1))
    refuses(
        net, BeforeLastChange, RenameMunicipality, name="Opoczno", effective_on=date(2024, 1, 1)
    )


def test_kind_changes_on_a_day(net: Network) -> None:
    give(net, RecordChangeOfKind, kind=MunicipalityKind.URBAN_RURAL, effective_on=date(2024, 1, 1))
    assert opoczno(net).facts.kind is MunicipalityKind.URBAN_RURAL


STOPS: tuple[type[Command], ...] = (SuspendMember, LeaveNetwork)
# None is today, behind which nothing can be recorded of an earlier day.
DAYS = st.sampled_from([None, None, None, date(2025, 1, 1), date(2025, 1, 2)])


class MembershipLifecycle(Lifecycle):
    aggregate = Municipality
    allowed: ClassVar = {
        ("NONE", "INVITED"),
        ("NONE", "APPLIED"),
        ("LEFT", "INVITED"),
        ("LEFT", "APPLIED"),
        ("INVITED", "ACTIVE"),
        ("APPLIED", "ACTIVE"),
        ("ACTIVE", "SUSPENDED"),
        ("SUSPENDED", "ACTIVE"),
        ("ACTIVE", "LEFT"),
        ("SUSPENDED", "LEFT"),
    }
    numbers = iter(range(100700, 100799))

    def __init__(self, net: Network) -> None:
        super().__init__(net)
        self.terc = str(next(self.numbers))
        self.id = net.register(self.terc).stream_id

    @property
    def state(self) -> str:
        return str(self.now.membership)

    @initialize(far=st.integers(0, 4))
    def begin(self, far: int) -> None:
        for step in (InviteMunicipality, AdmitMunicipality)[:far]:
            self.give(step, OPERATOR, terc=self.terc, effective_on=date(2025, 1, 1))
        for stop in STOPS[: max(0, far - 2)]:
            self.give(stop, OPERATOR, terc=self.terc, reason="Uchwała rady.")

    @rule(
        command=st.sampled_from(
            [InviteMunicipality, ApplyForMembership, AdmitMunicipality, ReinstateMember]
        ),
        own=st.booleans(),
        on=DAYS,
    )
    def move(self, command: type[Command], own: bool, on: date | None) -> None:
        by = official(self.terc, Role.MUNICIPALITY_ADMIN) if own else OPERATOR
        self.give(command, by, terc=self.terc, effective_on=on)

    @rule(
        command=st.sampled_from([*STOPS]),
        own=st.booleans(),
        on=DAYS,
    )
    def stop(self, command: type[Command], own: bool, on: date | None) -> None:
        by = official(self.terc, Role.MUNICIPALITY_ADMIN) if own else OPERATOR
        self.give(command, by, terc=self.terc, effective_on=on, reason="Uchwała rady.")

    @invariant()
    def dates_do_not_go_back(self) -> None:
        days = self.net.rows(
            "SELECT effective_on FROM events WHERE stream_id = %s AND version > 1 ORDER BY version",
            self.id,
        )
        assert days == sorted(days)


def test_random_commands_never_take_a_membership_where_it_may_not_go(database_url: str) -> None:
    with network(database_url) as net:
        MembershipLifecycle.numbers = iter(range(100700, 100799))
        run(lambda: MembershipLifecycle(net), net, "municipalities")
        assert {
            state for pair in MembershipLifecycle.allowed for state in pair
        } == MembershipLifecycle.seen
