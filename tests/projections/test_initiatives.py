"""The read model of initiatives: it says what the aggregates say, now, as of a day, and after a rebuild."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.calls.call import MoveCallDates
from domain.initiatives.commands import (
    consortium,
    implementation,
    proposal,
    records,
)
from domain.initiatives.consortium import Access
from domain.initiatives.initiative import Initiative
from domain.initiatives.states import InitiativeState
from domain.municipalities import RenameMunicipality
from infra.log import EventLog
from projections.initiatives import InitiativesProjection
from projections.schema import drop, ensure
from projections.worker import ProjectionWorker
from tests.funds import PATHS, TOMASZOW, ZLOTY, Funds, budget, funds, official
from tests.network import BELCHATOW, OPOCZNO
from tests.stories import whole_story

S = InitiativeState


def told(given: Funds, stream_id: UUID) -> dict[str, Any]:
    columns = (
        "state, state_since, visibility, lead->>'terc', participants, partner_count, call_id, requested, "
        "selected, granted, score, correction_due, agreement_number, durability_until, version"
    )
    row = given.net.rows(
        f"SELECT {columns} FROM read_initiatives.initiatives WHERE id = %s", stream_id
    )
    return dict(zip(columns.split(", "), row[0], strict=True))


def folded(initiative: Initiative) -> dict[str, Any]:
    decided, agreement = initiative.decisions, initiative.decisions.agreement
    return {
        "state": initiative.state,
        "state_since": initiative.path[-1].on,
        "visibility": "PUBLIC" if initiative.public else "CONSORTIUM",
        "lead->>'terc'": initiative.lead,
        "participants": list(initiative.participants),
        "partner_count": len(initiative.accepted_partners),
        "call_id": initiative.call_id,
        "requested": decided.requested,
        "selected": decided.selected,
        "granted": agreement.amount if agreement else None,
        "score": decided.score,
        "correction_due": decided.correction_due,
        "agreement_number": agreement.number if agreement else None,
        "durability_until": decided.durability_until,
        "version": initiative.version,
    }


def same(told: dict[str, Any], folded: dict[str, Any]) -> bool:
    for each in (told, folded):
        each["participants"] = sorted(each["participants"])
    return told == folded


def test_read_model_says_of_every_state_what_the_aggregate_says(database_url: str) -> None:
    with funds(database_url) as given:
        found = []
        for state in PATHS:
            given.register_programme()
            found.append(given.reached(state))
        given.net.project()

        for stream_id in found:
            assert same(told(given, stream_id), folded(given.initiative(stream_id)))
        assert given.net.value("SELECT count(*) FROM parked_events") == 0


def dump(given: Funds) -> dict[str, Any]:
    return {
        row.table: given.net.rows(
            f"SELECT * FROM read_initiatives.{row.table} AS t ORDER BY t::text"
        )
        for row in InitiativesProjection.rows
    }


def test_rebuild_gives_the_same_rows(database_url: str) -> None:
    with funds(database_url) as given:
        whole_story(given)
        given.net.project()
        before = dump(given)
        assert all(
            before[name] for name in ("initiatives", "steps", "amounts", "history", "claims")
        )

        given.net.connection.execute("DROP SCHEMA read_initiatives CASCADE")
        given.net.project()
        assert dump(given) == before


def test_event_by_event_gives_the_same_rows_as_in_one_batch(database_url: str) -> None:
    with funds(database_url) as given:
        whole_story(given)
        given.net.project()
        before = dump(given)
        drop(given.net.connection, "read_initiatives")
        ensure(given.net.connection, InitiativesProjection())
        worker = ProjectionWorker(InitiativesProjection(), EventLog(), batch=1)
        worker.catch_up(given.net.connection)
        assert dump(given) == before


def test_whole_story_is_told_in_rows(database_url: str) -> None:
    with funds(database_url) as given:
        found = whole_story(given)
        given.net.project()

        def rows(query: str) -> Any:
            return given.net.rows(f"{query.format('read_initiatives')}")

        assert rows(
            "SELECT terc, state, lead, grant_share, signed_on IS NULL FROM {}.members ORDER BY place"
        ) == [
            (OPOCZNO, "ACCEPTED", True, 80_000 * ZLOTY, False),
            (BELCHATOW, "ACCEPTED", False, 80_000 * ZLOTY, False),
            (TOMASZOW, "DECLINED", False, 0, True),
        ]
        partners = (
            "SELECT municipality->>'name' FROM {}.members WHERE state = 'ACCEPTED' AND NOT lead"
        )
        assert rows(partners) == [("Bełchatów",)]
        assert rows(
            "SELECT number, amendment_number, eligible, grant_total FROM {}.budgets ORDER BY number"
        ) == [
            (1, None, 200_000 * ZLOTY, 170_000 * ZLOTY),
            (2, 1, 190_000 * ZLOTY, 160_000 * ZLOTY),
        ]
        assert rows("SELECT differences FROM {}.budgets WHERE number = 2") == [
            (
                [
                    {
                        "partner": OPOCZNO,
                        "category": "INFRASTRUCTURE",
                        "was": 10_000_000,
                        "becomes": 9_500_000,
                    },
                    {
                        "partner": BELCHATOW,
                        "category": "EQUIPMENT",
                        "was": 10_000_000,
                        "becomes": 9_500_000,
                    },
                ],
            )
        ]
        assert rows("SELECT state, approved, paid, reason FROM {}.claims") == [
            ("PAID", 40_000 * ZLOTY, 40_000 * ZLOTY, "Koszt")
        ]
        assert rows(
            "SELECT kind, terc, sum(amount)::bigint FROM {}.amounts GROUP BY 1, 2 ORDER BY 1, 2"
        ) == [
            ("PAID", OPOCZNO, 40_000 * ZLOTY),
            ("SOUGHT", BELCHATOW, 85_000 * ZLOTY),
            ("SOUGHT", OPOCZNO, 85_000 * ZLOTY),
            ("SPENT", OPOCZNO, 4_705_882),
            ("WON", BELCHATOW, 80_000 * ZLOTY),
            ("WON", OPOCZNO, 80_000 * ZLOTY),
        ]
        assert rows("SELECT cause, kind, due_on, state FROM {}.deadlines ORDER BY cause") == [
            ("call", "CALL_CLOSING", date(2027, 1, 1), "MET"),
            ("claim:1", "CLAIM_CORRECTION", date(2026, 3, 20), "MET"),
            ("duty:1", "REPORT", date(2026, 7, 10), "OPEN"),
            ("milestone:1", "MILESTONE", date(2026, 6, 1), "MET"),
            ("milestone:2", "MILESTONE", date(2027, 7, 1), "OPEN"),
        ]
        assert rows("SELECT kind FROM {}.history WHERE NOT public AND kind ~ '^PARTNER_'") == [
            ("PARTNER_INVITED",), ("PARTNER_INVITED",), ("PARTNER_DECLINED",),
        ]  # fmt: skip
        assert rows("SELECT terc, access FROM {}.accounts") == [(OPOCZNO, "EDIT")]
        assert given.initiative(found).decisions.agreement.amount == 160_000 * ZLOTY  # type: ignore[union-attr]


def test_corrected_status_undoes_its_step_its_amounts_and_its_deadline(database_url: str) -> None:
    with funds(database_url) as given:
        found = given.reached(S.AGREEMENT_SIGNED)
        given.net.project()
        given.order(
            implementation.CorrectStatus, found, state=S.MERIT_ASSESSMENT, reason="Inny wniosek"
        )
        given.net.project()

        assert same(told(given, found), folded(given.initiative(found)))
        undone = (
            "SELECT state FROM read_initiatives.steps WHERE undone_at IS NOT NULL ORDER BY version"
        )
        assert given.net.rows(undone) == [("SELECTED",), ("AGREEMENT_SIGNED",)]
        standing = "SELECT DISTINCT kind FROM read_initiatives.amounts WHERE undone_at IS NULL"
        assert given.net.rows(standing) == [("SOUGHT",)]


@pytest.mark.parametrize(
    ("state", "cause", "due_on"),
    [
        (S.IN_PREPARATION, "call", date(2027, 1, 1)),
        (S.CORRECTION_REQUESTED, "correction", date(2026, 3, 16)),
        (S.REJECTED, "protest", date(2026, 3, 16)),
        (S.DURABILITY, "durability", date(2031, 3, 2)),
    ],
)
def test_state_brings_its_deadline_and_takes_it_away(
    database_url: str, state: InitiativeState, cause: str, due_on: date
) -> None:
    query = "SELECT cause, due_on FROM read_initiatives.deadlines WHERE state = 'OPEN'"
    with funds(database_url) as given:
        found = given.reached(state)
        given.net.project()
        assert given.net.rows(query) == [(cause, due_on)]

        if state is S.DURABILITY:
            given.later(2000)
            given.order(implementation.CloseInitiative, found)
        else:
            given.order(implementation.WithdrawInitiative, found, reason="Zmiana planów.")
        given.net.project()
        assert given.net.rows(query) == []


def test_moved_call_moves_the_deadline_and_a_new_name_shows_everywhere(database_url: str) -> None:
    with funds(database_url) as given:
        found = given.partnership()
        given.net.project()
        call = given.initiative(found).call_id
        assert call is not None
        opens = given.call(call).terms.opens_at
        closes = datetime(2027, 2, 1, 11, 0, tzinfo=UTC)
        given.give(
            MoveCallDates(command_id=uuid4(), call_id=call, opens_at=opens, closes_at=closes)
        )
        renamed: Any = {"name": "Opoczno Nowe", "effective_on": date(2026, 1, 1)}
        given.give(RenameMunicipality(command_id=uuid4(), terc=OPOCZNO, **renamed))
        given.order(proposal.DescribeInitiative, found, title="Nowy tytuł")
        given.net.project()

        query = (
            "SELECT d.due_on, d.initiative->>'title', i.lead->>'name', m.municipality->>'name' "
            "FROM read_initiatives.deadlines d JOIN read_initiatives.initiatives i ON i.id = d.initiative_id "
            "JOIN read_initiatives.members m ON m.initiative_id = i.id AND m.lead"
        )
        assert given.net.rows(query) == [
            (date(2027, 2, 1), "Nowy tytuł", "Opoczno Nowe", "Opoczno Nowe")
        ]


def test_retracted_note_is_gone_from_the_rows(database_url: str) -> None:
    with funds(database_url) as given:
        found = given.propose()
        write = records.WriteNote(command_id=uuid4(), initiative_id=found, text="Sekret")
        note = given.give(write, official(OPOCZNO)).stream_id
        given.give(records.RetractNote(command_id=uuid4(), note_id=note), official(OPOCZNO))
        given.net.project()
        assert given.net.rows("SELECT text, retracted FROM read_initiatives.notes") == [("", True)]


def test_amounts_at_the_limit_of_exactness_stay_exact(database_url: str) -> None:
    whole = 2**53 - 1
    with funds(database_url) as given:
        found = given.partnership(max_grant=None, max_rate=10_000)
        given.order(proposal.DrawUpBudget, found, budget=budget(whole, 0))
        given.net.project()
        query = "SELECT eligible, budget->'grant' = to_jsonb(%s::bigint) FROM read_initiatives.initiatives"
        assert given.net.rows(query, whole) == [(whole, True)]
        beyond = budget(whole + 1, 0)
        refusal = given.refused(
            proposal.DrawUpBudget(command_id=uuid4(), initiative_id=found, budget=beyond)
        )
        assert refusal.code == "invalid_input"


def test_access_ends_with_the_partnership(database_url: str) -> None:
    with funds(database_url) as given:
        found = given.prepared()
        for terc in (OPOCZNO, BELCHATOW):
            access = {"account": given.account(terc), "municipality": terc, "access": Access.VIEW}
            given.order(consortium.GrantAccess, found, official(terc), **access)
        leave = {"municipality": BELCHATOW, "reason": "Inne plany"}
        given.order(consortium.LeaveConsortium, found, official(BELCHATOW), **leave)
        given.net.project()
        assert given.net.rows("SELECT terc FROM read_initiatives.accounts") == [(OPOCZNO,)]
