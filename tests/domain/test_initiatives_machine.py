"""The whole lifecycle, led by several officials in any order: what the table says holds after every step."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import product
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from domain.errors import DomainError, StaleVersion
from domain.initiatives.assessment import ProtestGround
from domain.initiatives.commands import assessment, claims, consortium, implementation, proposal
from domain.initiatives.next_steps import next_steps
from domain.initiatives.states import ENDED, InitiativeState
from domain.initiatives.unmet import StepRefused
from tests.funds import DOCUMENT, TOMASZOW, ZLOTY, Funds, budget, claim, made, official
from tests.network import BELCHATOW, OPOCZNO

S = InitiativeState

# From the table of the domain; a correction may lead back to any state that was passed through.
EDGES = {
    S.IDEA: {S.PARTNERSHIP_BUILDING},
    S.PARTNERSHIP_BUILDING: {S.IN_PREPARATION},
    S.IN_PREPARATION: {S.SUBMITTED},
    S.SUBMITTED: {S.FORMAL_ASSESSMENT},
    S.FORMAL_ASSESSMENT: {S.CORRECTION_REQUESTED, S.MERIT_ASSESSMENT, S.REJECTED},
    S.CORRECTION_REQUESTED: {S.FORMAL_ASSESSMENT},
    S.MERIT_ASSESSMENT: {S.SELECTED, S.RESERVE_LIST, S.REJECTED},
    S.RESERVE_LIST: {S.SELECTED, S.NOT_FUNDED},
    S.REJECTED: {S.PROTEST_FILED},
    S.PROTEST_FILED: {S.FORMAL_ASSESSMENT, S.MERIT_ASSESSMENT, S.SELECTED, S.REJECTED},
    S.SELECTED: {S.AGREEMENT_SIGNED},
    S.AGREEMENT_SIGNED: {S.IN_IMPLEMENTATION, S.TERMINATED},
    S.IN_IMPLEMENTATION: {S.FINAL_SETTLEMENT, S.TERMINATED},
    S.FINAL_SETTLEMENT: {S.DURABILITY, S.TERMINATED},
    S.DURABILITY: {S.CLOSED},
    S.CLOSED: set(), S.WITHDRAWN: set(), S.TERMINATED: set(), S.NOT_FUNDED: set(),
}  # fmt: skip
MAY_WITHDRAW = (
    set(S) - ENDED - {S.AGREEMENT_SIGNED, S.IN_IMPLEMENTATION, S.FINAL_SETTLEMENT, S.DURABILITY}
)

TERCS = (OPOCZNO, BELCHATOW, TOMASZOW)
GRANTS = (1, 100_000 * ZLOTY, 170_000 * ZLOTY, 170_000 * ZLOTY + 1)


def _each(kind: Any, **facts: Any) -> list[tuple[Any, dict[str, Any]]]:
    """A step for each combination of the values that are given as tuples."""
    many = {name: value if isinstance(value, tuple) else (value,) for name, value in facts.items()}
    return [(kind, dict(zip(many, values, strict=True))) for values in product(*many.values())]


STEPS = [
    *_each(proposal.OpenPartnership),
    *_each(proposal.StartPreparation),
    *_each(proposal.DrawUpBudget, budget=(budget(), budget(100, 1))),
    *_each(proposal.SubmitApplication),
    *_each(consortium.DraftPartnershipAgreement, document=DOCUMENT),
    *_each(consortium.InvitePartner, municipality=TERCS),
    *_each(consortium.AcceptInvitation, municipality=TERCS),
    *_each(consortium.DeclineInvitation, municipality=TERCS),
    *_each(consortium.LeaveConsortium, municipality=TERCS, reason="Inne plany"),
    *_each(consortium.AppointLead, municipality=TERCS, document=DOCUMENT),
    *_each(consortium.SignPartnershipAgreement, municipality=TERCS, number=(1, 2)),
    *_each(assessment.StartFormalAssessment),
    *_each(
        assessment.RecordCorrectionRequest, deadline=date(2026, 3, 9), document=(DOCUMENT, None)
    ),
    *_each(assessment.RecordCorrectionAnswer),
    *_each(assessment.PassFormalAssessment, document=(DOCUMENT, None)),
    *_each(assessment.RecordRejection, document=(DOCUMENT, None), score=1),
    *_each(assessment.RecordSelection, amount=GRANTS, score=9, document=DOCUMENT),
    *_each(assessment.PutOnReserveList, score=5, document=DOCUMENT),
    *_each(assessment.RecordNoFunding, document=DOCUMENT),
    *_each(assessment.FileProtest, ground=tuple(ProtestGround)),
    *_each(
        assessment.UpholdProtest,
        outcome=(S.FORMAL_ASSESSMENT, S.MERIT_ASSESSMENT, S.SELECTED),
        amount=GRANTS,
        document=DOCUMENT,
    ),
    *_each(assessment.DismissProtest, document=DOCUMENT),
    *_each(implementation.SignGrantAgreement, number="UM/1", amount=GRANTS),
    *_each(implementation.StartImplementation),
    *_each(claims.DraftClaim, content=tuple(map(claim, GRANTS))),
    *_each(claims.SubmitClaim, number=(1, 2, 3)),
    *_each(claims.ApproveClaim, number=(1, 2, 3)),
    *_each(implementation.SubmitFinalClaim, number=(1, 2, 3)),
    *_each(implementation.ConfirmFinalPayment),
    *_each(implementation.CloseInitiative),
    *_each(implementation.CorrectStatus, state=tuple(S), reason="Pomyłka"),
]
ENDS = [
    *_each(implementation.WithdrawInitiative, reason="Zmiana planów"),
    *_each(implementation.TerminateAgreement, reason="Brak wykonawcy"),
]
BESIDE = {"ApproveClaim", "SubmitClaim"}
"""Claims aren't on the checklist, but the last steps wait for them."""

FAR = {
    S.PARTNERSHIP_BUILDING: {S.IN_PREPARATION},
    S.IN_PREPARATION: {S.SUBMITTED},
    S.FORMAL_ASSESSMENT: {S.CORRECTION_REQUESTED, S.MERIT_ASSESSMENT, S.REJECTED},
    S.MERIT_ASSESSMENT: {S.RESERVE_LIST, S.SELECTED, S.REJECTED},
    S.SELECTED: {S.AGREEMENT_SIGNED, S.IN_IMPLEMENTATION},
}
"""Where the machine begins, so that every part of the way is walked often; and how far it must get from
there, or it proves little."""

steps, officials = st.sampled_from(STEPS), st.sampled_from(TERCS)


class Lifecycle(RuleBasedStateMachine):
    funds: ClassVar[Funds]
    start: ClassVar[InitiativeState]
    reached: ClassVar[set[InitiativeState]]

    @initialize()
    def begin(self) -> None:
        self.funds.now = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        self.funds.register_programme()
        start = self.start
        begun = start is S.PARTNERSHIP_BUILDING
        self.id: UUID = self.funds.partnership() if begun else self.funds.reached(start)
        self.before = self.funds.initiative(self.id)

    @rule(step=steps, terc=officials)
    def take(self, step: Any, terc: str) -> None:
        self._try(made(step[0], self.id, **step[1]), terc)

    @rule(data=st.data())
    def take_what_comes_next(self, data: st.DataObject) -> None:
        """So that the machine gets far: a step of the checklist, by the lead."""
        names = {step.command for step in self._checklist()}
        next_ones = [s for s in STEPS if _name(s[0]) in names or s[0].__name__ in BESIDE]
        kind = data.draw(st.sampled_from(sorted({s[0].__name__ for s in next_ones})))
        step = data.draw(st.sampled_from([s for s in next_ones if s[0].__name__ == kind]))
        self._try(made(step[0], self.id, **step[1]), self.before.owner)

    @rule()
    def prepare_well(self) -> None:
        """What an application needs, where it is being prepared."""
        if self.before.state is not S.IN_PREPARATION:
            return
        lead = self.before.owner
        self._try(made(proposal.DrawUpBudget, self.id, budget=budget()), lead)
        self._try(made(consortium.DraftPartnershipAgreement, self.id, document=DOCUMENT), lead)
        for terc in self.before.accepted:
            number = self.funds.initiative(self.id).agreement_number
            self._try(
                made(
                    consortium.SignPartnershipAgreement, self.id, municipality=terc, number=number
                ),
                terc,
            )

    @rule(end=st.sampled_from(ENDS), terc=officials, luck=st.integers(0, 9))
    def end(self, end: Any, terc: str, luck: int) -> None:
        if luck == 0:
            self._try(made(end[0], self.id, **end[1]), terc)

    @rule(days=st.sampled_from([0, 1, 9, 30]))
    def wait(self, days: int) -> None:
        self.funds.later(days)

    @rule(step=steps)
    def meet_at_the_same_version(self, step: Any) -> None:
        """Of two officials who saw the same, one is told that it changed."""
        version = self.before.version
        first = made(step[0], self.id, **step[1])
        self._try(first, OPOCZNO)
        if self.before.version > version:
            late = made(consortium.InvitePartner, self.id, municipality=TOMASZOW)
            stale = _refusal(self.funds, replace(late, expected_version=version), self.before.owner)
            assert isinstance(stale, StaleVersion)
            assert stale.details == {"expected": version, "current": self.before.version}

    @invariant()
    def stream_is_what_it_was_left_as(self) -> None:
        found = self.funds.initiative(self.id)
        assert (found.version, found.state) == (self.before.version, self.before.state)

    @invariant()
    def money_never_grows_on_the_way(self) -> None:
        decided = self.before.decisions
        if decided.selected is not None:
            assert decided.selected <= (decided.requested or 0)
        if decided.agreement is not None:
            assert decided.agreement.amount <= (decided.selected or 0)
            claimed = sum(c.approved or c.content.requested for c in self.before.claims.values())
            assert claimed <= decided.agreement.amount

    @invariant()
    def what_the_checklist_allows_is_in_the_table(self) -> None:
        state = self.before.state
        assert all(step.allowed or step.missing for step in self._checklist())
        assert (state in ENDED) == (not self._checklist())

    def _checklist(self) -> Any:
        around = self.before.surroundings(self.funds.store.load, self.funds.now)
        return next_steps(self.before, around)

    def _try(self, command: Any, terc: str) -> None:
        was, kind = self.before, type(command)
        allowed = {step.command for step in self._checklist() if step.allowed and not step.needs}
        refused = _refusal(self.funds, command, terc)
        if refused is not None:
            self._refused(refused, kind, allowed)
            return
        now = self.before = self.funds.initiative(self.id)
        self.reached.add(now.state)
        if now.state is not was.state:
            self._moved(kind, was.state, now.state)

    def _refused(self, refused: DomainError, kind: Any, allowed: set[str]) -> None:
        """What the checklist allows isn't refused for what it could have told."""
        assert not isinstance(refused, StaleVersion)
        if isinstance(refused, StepRefused):
            assert refused.missing
            assert _name(kind) not in allowed or refused.missing[0].code in DATED

    def _moved(self, kind: Any, was: InitiativeState, now: InitiativeState) -> None:
        if kind is implementation.CorrectStatus:
            assert now in {step.state for step in self.before.path}
        elif kind is implementation.WithdrawInitiative:
            assert was in MAY_WITHDRAW
        else:
            assert now in EDGES[was], (kind, was, now)


DATED = {"date_before_previous_step", "date_in_future"}


def _refusal(funds: Funds, command: Any, terc: str) -> DomainError | None:
    try:
        funds.give(command, official(terc))
    except DomainError as refused:
        return refused
    return None


def _name(kind: Any) -> str:
    return str(kind.__name__[0].lower() + kind.__name__[1:])


@pytest.mark.parametrize("start", list(FAR))
def test_lifecycle_holds_whatever_several_officials_do(
    given: Funds, start: InitiativeState
) -> None:
    Lifecycle.funds, Lifecycle.start, Lifecycle.reached = given, start, set()
    run_state_machine_as_test(
        Lifecycle,
        settings=settings(
            max_examples=12,
            stateful_step_count=40,
            derandomize=True,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            phases=[
                Phase.generate
            ],  # a failure is told as it was found: shrinking it takes minutes
            report_multiple_bugs=False,
        ),
    )
    assert Lifecycle.reached >= FAR[start]


def test_two_officials_at_the_same_moment_lose_nothing(given: Funds) -> None:
    found = given.prepared()
    before = given.initiative(found).version

    def order(number: int) -> None:
        by = official(OPOCZNO if number % 2 else BELCHATOW)
        drawn = made(proposal.DrawUpBudget, found, budget=budget(100_000 + number, 20_000))
        given.give(replace(drawn, command_id=uuid4()), by)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(order, range(4)))
    initiative = given.initiative(found)
    assert initiative.version == before + 4
    assert [version.number for version in initiative.budgets] == [1, 2, 3, 4, 5]
