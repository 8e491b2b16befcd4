"""Budgets, amendments and claims; and the ledger of money sought, won, spent and paid per partner."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID, uuid5

import msgspec

from domain.initiatives.budget import Budget, CostLine, differences
from domain.initiatives.claims import ClaimContent
from domain.initiatives.initiative import Initiative
from domain.money import split
from domain.municipalities import municipality_id
from projections.initiatives.deadlines import open_deadline, settle_deadline
from projections.initiatives.rows import (
    AmendmentRow,
    AmountRow,
    BudgetRow,
    ClaimRow,
    InitiativeRow,
    MemberRow,
)
from projections.initiatives.steps import amend_steps
from projections.log import Recorded
from projections.names import NamedMunicipality
from projections.projection import on
from projections.rows import Rows


class MoneyFolds:
    @on(Initiative.BudgetDrawnUp)
    def _budget_drawn_up(
        self, recorded: Recorded, event: Initiative.BudgetDrawnUp, rows: Rows
    ) -> None:
        row = rows.change(InitiativeRow, recorded.stream_id)
        _keep_budget(recorded, row, event.number, event.budget, event.note, None, rows)

    @on(Initiative.AmendmentSigned)
    def _amendment_signed(
        self, recorded: Recorded, event: Initiative.AmendmentSigned, rows: Rows
    ) -> None:
        row = rows.change(InitiativeRow, recorded.stream_id)
        before = row.granted or 0
        number = row.budget["number"] + 1 if row.budget else 1
        _keep_budget(recorded, row, number, event.budget, event.what, event.number, rows)
        rows.add(
            AmendmentRow(
                initiative_id=row.id,
                number=event.number,
                signed_on=recorded.effective_on,
                amount=event.amount,
                what=event.what,
                document=msgspec.to_builtins(event.document),
                budget_number=number,
            )
        )
        amend_steps(row, event.amount, rows)
        win(recorded, row, before, event.amount, rows)

    @on(Initiative.ClaimDrafted)
    def _claim_drafted(
        self, recorded: Recorded, event: Initiative.ClaimDrafted, rows: Rows
    ) -> None:
        rows.add(
            ClaimRow(
                initiative_id=recorded.stream_id,
                number=event.number,
                state="DRAFT",
                **_claimed(event.content),
            )
        )

    @on(Initiative.ClaimRevised)
    def _claim_revised(
        self, recorded: Recorded, event: Initiative.ClaimRevised, rows: Rows
    ) -> None:
        claim = rows.change(ClaimRow, recorded.stream_id, event.number)
        for name, value in _claimed(event.content).items():
            setattr(claim, name, value)

    @on(Initiative.ClaimSubmitted)
    def _claim_submitted(
        self, recorded: Recorded, event: Initiative.ClaimSubmitted, rows: Rows
    ) -> None:
        row, claim = _claim(recorded, event.number, "SUBMITTED", rows)
        claim.submitted_on, claim.correction_due = recorded.effective_on, None
        settle_deadline(recorded, row, f"claim:{event.number}", "MET", rows)

    @on(Initiative.ClaimReturned)
    def _claim_returned(
        self, recorded: Recorded, event: Initiative.ClaimReturned, rows: Rows
    ) -> None:
        row, claim = _claim(recorded, event.number, "RETURNED", rows)
        claim.correction_due, claim.reason = event.correction_due, event.reason
        cause, due = f"claim:{event.number}", event.correction_due
        open_deadline(recorded, row, cause, "CLAIM_CORRECTION", str(event.number), due, rows)

    @on(Initiative.ClaimApproved)
    def _claim_approved(
        self, recorded: Recorded, event: Initiative.ClaimApproved, rows: Rows
    ) -> None:
        row, claim = _claim(recorded, event.number, "APPROVED", rows)
        claim.approved, claim.decided_on = claim.requested, recorded.effective_on
        _spend(recorded, row, claim, claim.spent, rows)

    @on(Initiative.ClaimPartlyApproved)
    def _claim_partly_approved(
        self, recorded: Recorded, event: Initiative.ClaimPartlyApproved, rows: Rows
    ) -> None:
        """Costs count as spent in the proportion in which the grant for them was approved."""
        row, claim = _claim(recorded, event.number, "PARTLY_APPROVED", rows)
        claim.approved, claim.decided_on = event.amount, recorded.effective_on
        claim.reason = event.reason
        refused = claim.requested - event.amount
        recognised = split(claim.spent, [event.amount, refused])[0] if claim.requested else 0
        _spend(recorded, row, claim, recognised, rows)

    @on(Initiative.ClaimPaid)
    def _claim_paid(self, recorded: Recorded, event: Initiative.ClaimPaid, rows: Rows) -> None:
        row, claim = _claim(recorded, event.number, "PAID", rows)
        claim.paid, claim.paid_on = event.amount, recorded.effective_on
        row.paid += event.amount
        _enter(recorded, row, "PAID", shares(event.amount, _spent_by_partner(claim)), rows)

    @on(Initiative.ClaimDiscarded)
    def _claim_discarded(
        self, recorded: Recorded, event: Initiative.ClaimDiscarded, rows: Rows
    ) -> None:
        row, claim = _claim(recorded, event.number, "DISCARDED", rows)
        claim.reason = event.reason
        settle_deadline(recorded, row, f"claim:{event.number}", "DROPPED", rows)


def seek(recorded: Recorded, row: InitiativeRow, rows: Rows) -> None:
    """What each partner applies for is its grant in the submitted budget."""
    _enter(recorded, row, "SOUGHT", _grants(row, rows), rows)


def win(recorded: Recorded, row: InitiativeRow, before: int, amount: int, rows: Rows) -> None:
    """The grant is split among the partners as the budget splits it; an amendment enters the difference."""
    grants = _grants(row, rows)
    was, becomes = shares(before, grants), shares(amount, grants)
    _enter(recorded, row, "WON", {terc: becomes[terc] - was[terc] for terc in becomes}, rows)


def undo_amounts(initiative_id: UUID, version: int, recorded: Recorded, rows: Rows) -> None:
    for amount in rows.each(AmountRow, "initiative_id", initiative_id):
        if amount.version == version:
            amount.undone_at = recorded.recorded_at


def shares(total: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Evenly where the weights are all zero."""
    if not weights:
        return {}
    by = list(weights.values()) if any(weights.values()) else [1] * len(weights)
    return dict(zip(weights, split(total, by), strict=True))


def _enter(
    recorded: Recorded, row: InitiativeRow, kind: str, amounts: Mapping[str, int], rows: Rows
) -> None:
    for terc, amount in amounts.items():
        rows.add(
            AmountRow(
                initiative_id=row.id,
                version=recorded.version,
                kind=kind,
                terc=terc,
                amount=amount,
                since=recorded.effective_on,
                recorded_at=recorded.recorded_at,
            )
        )


def _spend(
    recorded: Recorded, row: InitiativeRow, claim: ClaimRow, recognised: int, rows: Rows
) -> None:
    row.spent += recognised
    _enter(recorded, row, "SPENT", shares(recognised, _spent_by_partner(claim)), rows)


def _spent_by_partner(claim: ClaimRow) -> dict[str, int]:
    return _sums((spending["partner"], spending["amount"]) for spending in claim.spending)


def _grants(row: InitiativeRow, rows: Rows) -> dict[str, int]:
    budget = rows.read(BudgetRow, row.budget_id)
    return {paid["terc"]: paid["grant"] for paid in budget.partners}


def _claim(
    recorded: Recorded, number: int, state: str, rows: Rows
) -> tuple[InitiativeRow, ClaimRow]:
    claim = rows.change(ClaimRow, recorded.stream_id, number)
    claim.state = state
    return rows.change(InitiativeRow, recorded.stream_id), claim


def _claimed(content: ClaimContent) -> dict[str, Any]:
    return {
        "since": content.since,
        "until": content.until,
        "spending": msgspec.to_builtins(content.spending),
        "spent": content.spent,
        "requested": content.requested,
    }


def _keep_budget(
    recorded: Recorded,
    row: InitiativeRow,
    number: int,
    budget: Budget,
    note: str,
    amendment: int | None,
    rows: Rows,
) -> None:
    before = rows.find(BudgetRow, row.budget_id) if row.budget_id else None
    kept = BudgetRow(
        id=uuid5(row.id, f"budget:{number}"),
        initiative_id=row.id,
        number=number,
        amendment_number=amendment,
        note=note,
        drawn_up_on=recorded.effective_on,
        eligible=budget.eligible,
        grant_total=budget.grant,
        own_public=sum(paid.own_public for paid in budget.financing),
        own_private=sum(paid.own_private for paid in budget.financing),
        periods=_periods(budget),
        lines=_lines(budget),
        partners=_partners(budget, rows),
        categories=_categories(budget),
        differences=msgspec.to_builtins(differences(_budget_of(before), budget)),
    )
    rows.add(kept)
    row.budget_id, row.budget, row.eligible = kept.id, kept.brief(), kept.eligible
    _share_out(row, budget, rows)


def _share_out(row: InitiativeRow, budget: Budget, rows: Rows) -> None:
    for member in rows.each(MemberRow, "initiative_id", row.id):
        member.eligible = member.grant_share = member.own_public = member.own_private = 0
    eligible = budget.eligible_by(lambda line: line.partner)
    for terc in budget.partners:
        if rows.find(MemberRow, row.id, municipality_id(terc)) is None:
            continue  # a budget may be drawn up for a partner that hasn't been asked yet
        member, paid = (
            rows.change(MemberRow, row.id, municipality_id(terc)),
            budget.financing_of(terc),
        )
        member.eligible, member.grant_share = eligible.get(terc, 0), paid.grant
        member.own_public, member.own_private = paid.own_public, paid.own_private


def _periods(budget: Budget) -> list[dict[str, Any]]:
    eligible = budget.eligible_by(lambda line: line.period)
    return [
        msgspec.to_builtins(period) | {"eligible": eligible.get(period.number, 0)}
        for period in budget.periods
    ]


def _lines(budget: Budget) -> list[dict[str, Any]]:
    pairs = zip(budget.lines, budget.costs, strict=True)
    return [msgspec.to_builtins(line) | {"cost": cost} for line, cost in pairs]


def _partners(budget: Budget, rows: Rows) -> list[dict[str, Any]]:
    eligible = budget.eligible_by(lambda line: line.partner)
    found = []
    for terc in budget.partners:
        paid, who = budget.financing_of(terc), rows.find(NamedMunicipality, municipality_id(terc))
        found.append(
            {
                "terc": terc,
                "name": who.name if who else terc,
                "eligible": eligible.get(terc, 0),
                "grant": paid.grant,
                "ownPublic": paid.own_public,
                "ownPrivate": paid.own_private,
            }
        )
    return found


def _categories(budget: Budget) -> list[dict[str, Any]]:
    sums = budget.eligible_by(lambda line: line.category.value)
    return [{"category": category, "eligible": amount} for category, amount in sums.items()]


def _budget_of(row: BudgetRow | None) -> Budget:
    lines = msgspec.convert(row.lines, tuple[CostLine, ...]) if row else ()
    return Budget((), lines, ())


def _sums(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: defaultdict[str, int] = defaultdict(int)
    for key, amount in pairs:
        found[key] += amount
    return dict(found)
