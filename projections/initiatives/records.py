"""Notes, risks and documents."""

from domain.initiatives.commands.records import InitiativeDocument, InitiativeNote, Risk
from projections.initiatives.rows import DocumentRow, NoteRow, RiskRow
from projections.log import Recorded
from projections.projection import on
from projections.rows import Rows


class RecordFolds:
    @on(InitiativeNote.Written)
    def _note_written(self, recorded: Recorded, event: InitiativeNote.Written, rows: Rows) -> None:
        rows.add(
            NoteRow(
                id=recorded.stream_id,
                initiative_id=event.initiative_id,
                terc=event.municipality,
                text=event.text,
                written_at=recorded.recorded_at,
                actor=recorded.actor,
            )
        )

    @on(InitiativeNote.Retracted)
    def _note_retracted(
        self, recorded: Recorded, _event: InitiativeNote.Retracted, rows: Rows
    ) -> None:
        note = rows.change(NoteRow, recorded.stream_id)
        note.text, note.retracted = "", True

    @on(Risk.Identified)
    def _risk_identified(self, recorded: Recorded, event: Risk.Identified, rows: Rows) -> None:
        rows.add(
            RiskRow(
                id=recorded.stream_id,
                initiative_id=event.initiative_id,
                title=event.title,
                probability=event.assessment.probability,
                impact=event.assessment.impact,
                response=event.assessment.response,
                identified_on=recorded.effective_on,
            )
        )

    @on(Risk.Reassessed)
    def _risk_reassessed(self, recorded: Recorded, event: Risk.Reassessed, rows: Rows) -> None:
        risk = rows.change(RiskRow, recorded.stream_id)
        risk.probability, risk.impact = event.assessment.probability, event.assessment.impact
        risk.response = event.assessment.response

    @on(Risk.Closed)
    def _risk_closed(self, recorded: Recorded, event: Risk.Closed, rows: Rows) -> None:
        risk = rows.change(RiskRow, recorded.stream_id)
        risk.closed_on, risk.outcome = recorded.effective_on, event.outcome

    @on(InitiativeDocument.Filed)
    def _document_filed(
        self, recorded: Recorded, event: InitiativeDocument.Filed, rows: Rows
    ) -> None:
        rows.add(
            DocumentRow(
                id=recorded.stream_id,
                initiative_id=event.initiative_id,
                title=event.title,
                reference=event.document.reference,
                url=event.document.url,
                sha256=event.document.sha256,
                filed_on=recorded.effective_on,
            )
        )

    @on(InitiativeDocument.Removed)
    def _document_removed(
        self, recorded: Recorded, _event: InitiativeDocument.Removed, rows: Rows
    ) -> None:
        rows.change(DocumentRow, recorded.stream_id).removed = True
