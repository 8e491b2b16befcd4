"""Indicators with what is reached of them, and the partners' reports."""

from typing import Any

import msgspec

from domain.initiatives.commands.indicators import Indicator
from domain.initiatives.commands.reports import PartnerReport, ReportContent
from projections.initiatives.rows import IndicatorRow, ReportRow
from projections.log import Recorded
from projections.projection import on
from projections.rows import Rows


class ProgressFolds:
    @on(Indicator.Defined)
    def _indicator_defined(self, recorded: Recorded, event: Indicator.Defined, rows: Rows) -> None:
        rows.add(
            IndicatorRow(
                id=recorded.stream_id,
                initiative_id=event.initiative_id,
                kind=event.kind.value,
                name=event.name,
                unit=event.unit,
                baseline=event.baseline,
                target=event.target,
                reached=event.baseline,
                measured_on=None,
                measurements=[],
                dropped_on=None,
                reason=None,
                defined_on=recorded.effective_on,
            )
        )

    @on(Indicator.Retargeted)
    def _indicator_retargeted(
        self, recorded: Recorded, event: Indicator.Retargeted, rows: Rows
    ) -> None:
        indicator = rows.change(IndicatorRow, recorded.stream_id)
        indicator.target, indicator.reason = event.target, event.reason

    @on(Indicator.Measured)
    def _indicator_measured(
        self, recorded: Recorded, event: Indicator.Measured, rows: Rows
    ) -> None:
        """Said of the same day again, it is corrected."""
        indicator = rows.change(IndicatorRow, recorded.stream_id)
        day = recorded.effective_on.isoformat()
        others = [each for each in indicator.measurements if each["on"] != day]
        measured = {"on": day, "value": event.value, "terc": event.municipality}
        indicator.measurements = sorted([*others, measured], key=lambda each: str(each["on"]))
        latest = indicator.measurements[-1]
        indicator.reached = latest["value"]
        if latest["on"] == day:
            indicator.measured_on = recorded.effective_on

    @on(Indicator.Dropped)
    def _indicator_dropped(self, recorded: Recorded, event: Indicator.Dropped, rows: Rows) -> None:
        indicator = rows.change(IndicatorRow, recorded.stream_id)
        indicator.dropped_on, indicator.reason = recorded.effective_on, event.reason

    @on(PartnerReport.Submitted)
    def _report_submitted(
        self, recorded: Recorded, event: PartnerReport.Submitted, rows: Rows
    ) -> None:
        rows.add(
            ReportRow(
                id=recorded.stream_id,
                initiative_id=event.initiative_id,
                terc=event.municipality,
                period=event.period,
                state="SUBMITTED",
                recognised=None,
                reason=None,
                submitted_on=recorded.effective_on,
                settled_on=None,
                **_told(event.content),
            )
        )

    @on(PartnerReport.Resubmitted)
    def _report_resubmitted(
        self, recorded: Recorded, event: PartnerReport.Resubmitted, rows: Rows
    ) -> None:
        report = rows.change(ReportRow, recorded.stream_id)
        report.state, report.submitted_on = "SUBMITTED", recorded.effective_on
        for name, value in _told(event.content).items():
            setattr(report, name, value)

    @on(PartnerReport.Returned)
    def _report_returned(
        self, recorded: Recorded, event: PartnerReport.Returned, rows: Rows
    ) -> None:
        report = rows.change(ReportRow, recorded.stream_id)
        report.state, report.reason = "RETURNED", event.reason

    @on(PartnerReport.Verified)
    def _report_verified(
        self, recorded: Recorded, event: PartnerReport.Verified, rows: Rows
    ) -> None:
        report = rows.change(ReportRow, recorded.stream_id)
        report.state, report.settled_on = "VERIFIED", recorded.effective_on
        report.recognised, report.reason = event.recognised, event.note or None


def _told(content: ReportContent) -> dict[str, Any]:
    return {
        "done": content.done,
        "problems": content.problems,
        "costs": msgspec.to_builtins(content.costs),
        "spent": content.spent,
    }
