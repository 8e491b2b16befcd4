"""The projection, put together of its parts; what happened is kept for `history` whatever the part."""

import re
from typing import Any

import msgspec

from domain.initiatives.initiative import Initiative
from projections.initiatives import rows as tables
from projections.initiatives.consortium import ConsortiumFolds
from projections.initiatives.lifecycle import LifecycleFolds
from projections.initiatives.money import MoneyFolds
from projections.initiatives.progress import ProgressFolds
from projections.initiatives.records import RecordFolds
from projections.initiatives.register import RegisterFolds
from projections.initiatives.timeplan import TimeplanFolds
from projections.log import Recorded
from projections.names import NamedMunicipality, NamesMunicipalities, Shown
from projections.rows import Rows

PARTNERS_OWN = frozenset(
    {
        Initiative.PartnerInvited.TYPE,
        Initiative.PartnerDeclined.TYPE,
        Initiative.AccessGranted.TYPE,
        Initiative.AccessRevoked.TYPE,
        Initiative.PartnershipAgreementDrafted.TYPE,
        Initiative.BudgetDrawnUp.TYPE,
        Initiative.ClaimDrafted.TYPE,
        Initiative.ClaimRevised.TYPE,
        Initiative.ClaimDiscarded.TYPE,
    }
)
"""What stays among the partners when the initiative is public."""


class InitiativesProjection(
    RegisterFolds,
    LifecycleFolds,
    ConsortiumFolds,
    MoneyFolds,
    TimeplanFolds,
    RecordFolds,
    ProgressFolds,
    NamesMunicipalities,
):
    name = "initiatives"
    version = 5
    rows = (
        NamedMunicipality,
        tables.NamedProgramme,
        tables.NamedCall,
        tables.InitiativeRow,
        tables.MemberRow,
        tables.StepRow,
        tables.AmountRow,
        tables.HistoryRow,
        tables.BudgetRow,
        tables.AgreementRow,
        tables.AmendmentRow,
        tables.ClaimRow,
        tables.MilestoneRow,
        tables.DeadlineRow,
        tables.DeadlineChangeRow,
        tables.LinkRow,
        tables.BelongingRow,
        tables.AccountRow,
        tables.NoteRow,
        tables.RiskRow,
        tables.IndicatorRow,
        tables.ReportRow,
        tables.DocumentRow,
    )
    keyed_by_stream = tables.InitiativeRow
    shown = (Shown(tables.InitiativeRow, "lead"), Shown(tables.MemberRow))

    def fold(self, recorded: Recorded, rows: Rows) -> None:
        super().fold(recorded, rows)
        if recorded.type.startswith("Initiative."):
            row = rows.change(tables.InitiativeRow, recorded.stream_id)
            row.version = recorded.version
            row.updated_at = recorded.recorded_at
            rows.add(_history(recorded, row))


def _history(recorded: Recorded, row: tables.InitiativeRow) -> tables.HistoryRow:
    event = recorded.event
    step = row.path[-1] == recorded.version
    return tables.HistoryRow(
        initiative_id=recorded.stream_id,
        version=recorded.version,
        kind=_spelled(recorded.type),
        recorded_at=recorded.recorded_at,
        effective_on=recorded.effective_on,
        actor=recorded.actor,
        on_behalf_of=recorded.on_behalf_of,
        state=row.state if step or recorded.type == Initiative.StatusCorrected.TYPE else None,
        undone_at=None,
        document=_plain(getattr(event, "document", None)),
        reason=getattr(event, "reason", None),
        public=recorded.type not in PARTNERS_OWN,
    )


def _spelled(type_name: str) -> str:
    """`Initiative.PartnerInvited` → `PARTNER_INVITED`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type_name.split(".")[1]).upper()


def _plain(document: Any) -> dict[str, Any] | None:
    found: dict[str, Any] | None = msgspec.to_builtins(document)
    return found
