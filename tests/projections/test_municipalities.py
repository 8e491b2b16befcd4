"""Who was what, and when: the read model of municipalities."""

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest

from domain.municipalities import (
    AdmitMunicipality,
    EndTerm,
    HeadTitle,
    InviteMunicipality,
    MunicipalityKind,
    Office,
    RecordChangeOfKind,
    RecordOfficeHolder,
    RenameMunicipality,
    SuspendMember,
)
from domain.people import ForgetPerson
from tests.network import OPOCZNO, Network, network


@pytest.fixture
def net(database_url: str) -> Iterator[Network]:
    with network(database_url) as net:
        net.register(OPOCZNO)
        yield net


def test_membership_keeps_what_it_was_and_since_when(net: Network) -> None:
    net.give(InviteMunicipality(command_id=uuid4(), terc=OPOCZNO, effective_on=date(2025, 8, 12)))
    net.give(AdmitMunicipality(command_id=uuid4(), terc=OPOCZNO, effective_on=date(2025, 9, 1)))
    suspend = SuspendMember(
        command_id=uuid4(), terc=OPOCZNO, effective_on=date(2026, 1, 1), reason="Uchwała."
    )
    net.give(suspend)
    net.project()
    assert net.rows(
        "SELECT membership, member_since::text FROM read_municipalities.municipalities"
    ) == [("SUSPENDED", "2026-01-01")]
    assert net.rows(
        "SELECT value, since::text, reason FROM read_municipalities.facts "
        "WHERE sort = 'MEMBERSHIP' ORDER BY version"
    ) == [
        ("INVITED", "2025-08-12", None),
        ("ACTIVE", "2025-09-01", None),
        ("SUSPENDED", "2026-01-01", "Uchwała."),
    ]


def test_old_names_and_kinds_stay_true_for_their_time(net: Network) -> None:
    net.give(
        RenameMunicipality(
            command_id=uuid4(), terc=OPOCZNO, name="Nowe Opoczno", effective_on=date(2026, 1, 1)
        )
    )
    net.give(
        RecordChangeOfKind(
            command_id=uuid4(),
            terc=OPOCZNO,
            kind=MunicipalityKind.URBAN_RURAL,
            effective_on=date(2026, 1, 1),
        )
    )
    net.project()
    assert net.rows(
        "SELECT sort, value, since::text FROM read_municipalities.facts ORDER BY sort, version"
    ) == [
        ("KIND", "URBAN", None),
        ("KIND", "URBAN_RURAL", "2026-01-01"),
        ("NAME", "Opoczno", None),
        ("NAME", "Nowe Opoczno", "2026-01-01"),
    ]


def test_who_was_mayor_on_a_day_is_a_query(net: Network) -> None:
    first = RecordOfficeHolder(
        command_id=uuid4(),
        terc=OPOCZNO,
        office=Office.HEAD,
        title=HeadTitle.BURMISTRZ,
        name="Anna",
        since=date(2018, 11, 22),
    )
    net.give(first)
    net.give(
        EndTerm(command_id=uuid4(), terc=OPOCZNO, holder_id=first.holder_id, until=date(2024, 5, 7))
    )
    person = uuid4()
    net.give(
        RecordOfficeHolder(
            command_id=uuid4(),
            terc=OPOCZNO,
            office=Office.HEAD,
            title=HeadTitle.BURMISTRZ,
            name="Jan",
            since=date(2024, 5, 7),
            person_id=person,
        )
    )
    net.project()
    assert [mayor(net, day) for day in ("2018-11-21", "2024-05-06", "2024-05-07")] == [
        [],
        [("Anna", "BURMISTRZ")],
        [("Jan", "BURMISTRZ")],
    ]
    net.give(ForgetPerson(command_id=uuid4(), person_id=person))
    net.project()
    assert mayor(net, "2025-08-12") == [(None, "BURMISTRZ")]


def mayor(net: Network, day: str) -> list[tuple[str | None, str]]:
    return net.rows(
        "SELECT name, title FROM read_municipalities.office_holders WHERE office = 'HEAD' AND terc = %s "
        "AND since <= %s::date AND (until IS NULL OR until > %s::date)",
        OPOCZNO,
        day,
        day,
    )
