"""Partner reports (sprawozdania partnerów): what each partner did and spent in a period of the budget.

The lead verifies them and makes payment claims of them. Submitted → (Returned → Submitted →) Verified.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid5

from eventsourcing.domain import event

from domain.aggregate import Aggregate
from domain.calls.terms import CostCategory
from domain.commands import Command, Whose, handles
from domain.errors import DomainError, NotPermitted, TooMany
from domain.initiatives.commands.order import ROLES
from domain.initiatives.commands.records import AmongPartners, edited, of_partners
from domain.initiatives.consortium import Access, NotAPartner
from domain.initiatives.initiative import Initiative
from domain.initiatives.states import UNDER_CONTRACT
from domain.initiatives.unmet import StepRefused, above
from domain.money import amount_problems
from domain.municipalities import known_municipality
from domain.values import refuse_if, text_problems
from domain.work import Work


class ReportState(StrEnum):
    SUBMITTED = "SUBMITTED"
    RETURNED = "RETURNED"
    VERIFIED = "VERIFIED"


class NoSuchPeriod(DomainError):
    code = "no_such_period"
    pl = "Budżet nie ma okresu o numerze {period}."
    en = "The budget has no period with the number {period}."


class ReportInOtherState(DomainError):
    code = "report_in_other_state"
    pl = "Sprawozdanie ma stan {state}, a potrzebny jest {expected}."
    en = "The report is {state}, and it takes {expected}."


@dataclass(frozen=True)
class ReportedCost:
    """Eligible costs of one category, in grosze."""

    category: CostCategory
    amount: int


@dataclass(frozen=True)
class ReportContent:
    done: str
    costs: tuple[ReportedCost, ...] = ()
    problems: str = ""

    @property
    def spent(self) -> int:
        return sum(cost.amount for cost in self.costs)


@dataclass(frozen=True, kw_only=True)
class SubmitReport(Command):
    """Given again, it replaces one that was returned. `period` of the budget, from 1."""

    initiative_id: UUID
    municipality: str
    period: int
    content: ReportContent


@dataclass(frozen=True, kw_only=True)
class ReturnReport(Command):
    report_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class VerifyReport(Command):
    """`recognised`: what of the costs goes into payment claims, in grosze."""

    report_id: UUID
    recognised: int
    note: str = ""


class PartnerReport(AmongPartners, Aggregate):
    class Submitted(Aggregate.Created):
        initiative_id: UUID
        municipality: str
        period: int
        content: ReportContent

    class Resubmitted(Aggregate.Event):
        content: ReportContent

    class Returned(Aggregate.Event):
        reason: str

    class Verified(Aggregate.Event):
        recognised: int
        note: str

    def __init__(
        self, *, initiative_id: UUID, municipality: str, period: int, content: ReportContent
    ) -> None:
        self.initiative_id = initiative_id
        self.municipality = municipality
        self.period = period
        self.content = content
        self.state = ReportState.SUBMITTED
        self.recognised: int | None = None

    def resubmit(self, content: ReportContent, work: Work) -> None:
        if (self.state, self.content) == (ReportState.SUBMITTED, content):
            return
        self._require(ReportState.RETURNED)
        self.record(PartnerReport.Resubmitted, work.at, work.today, content=content)

    def send_back(self, reason: str, work: Work) -> None:
        if self.state is not ReportState.RETURNED:
            self._require(ReportState.SUBMITTED)
            self.record(PartnerReport.Returned, work.at, work.today, reason=reason)

    def verify(self, recognised: int, note: str, work: Work) -> None:
        if (self.state, self.recognised) == (ReportState.VERIFIED, recognised):
            return
        self._require(ReportState.SUBMITTED)
        facts = {"recognised": recognised, "note": note}
        self.record(PartnerReport.Verified, work.at, work.today, **facts)

    def _require(self, expected: ReportState) -> None:
        if self.state is not expected:
            raise ReportInOtherState(state=self.state, expected=expected)

    @event(Resubmitted)
    def _resubmitted(self, content: ReportContent) -> None:
        self.state, self.content = ReportState.SUBMITTED, content

    @event(Returned)
    def _returned(self) -> None:
        self.state = ReportState.RETURNED

    @event(Verified)
    def _verified(self, recognised: int) -> None:
        self.state, self.recognised = ReportState.VERIFIED, recognised


def report_id(initiative_id: UUID, terc: str, period: int) -> UUID:
    """One report of a partner and period."""
    return uuid5(initiative_id, f"report:{terc}:{period}")


@handles(SubmitReport, by=ROLES)
def submit_report(command: SubmitReport, work: Work) -> PartnerReport:
    _check(command.content)
    terc = known_municipality(work, command.municipality).terc
    initiative = _reportable(command.initiative_id, terc, command.period, work)
    stream_id = report_id(initiative.id, terc, command.period)
    known = work.load(PartnerReport, stream_id, command.expected_version)
    if known is not None:
        known.resubmit(command.content, work)
        return known
    begun = PartnerReport.begin(
        PartnerReport.Submitted,
        stream_id,
        work.at,
        work.today,
        initiative_id=initiative.id,
        municipality=terc,
        period=command.period,
        content=command.content,
    )
    return work.add(begun)


@handles(ReturnReport, by=ROLES, on=Whose.NETWORK)
def return_report(command: ReturnReport, work: Work) -> PartnerReport:
    refuse_if(text_problems("reason", command.reason, 2000, multiline=True))
    report = _by_lead(command.report_id, command.expected_version, work)
    report.send_back(command.reason, work)
    return report


@handles(VerifyReport, by=ROLES, on=Whose.NETWORK)
def verify_report(command: VerifyReport, work: Work) -> PartnerReport:
    refuse_if(
        [
            *amount_problems("recognised", command.recognised),
            *text_problems("note", command.note, 2000, required=False, multiline=True),
        ]
    )
    report = _by_lead(command.report_id, command.expected_version, work)
    _refuse_above_reported(command.recognised, report)
    report.verify(command.recognised, command.note, work)
    return report


def _reportable(initiative_id: UUID, terc: str, period: int, work: Work) -> Initiative:
    initiative = edited(initiative_id, work)
    if terc not in initiative.accepted:
        raise NotAPartner(terc=terc)
    initiative.refuse_if_unmet(initiative.wrong_state(*UNDER_CONTRACT))
    periods = initiative.budget.periods if initiative.budget else ()
    if not 1 <= period <= len(periods):
        raise NoSuchPeriod(period=period)
    return initiative


def _by_lead(stream_id: UUID, expected: int | None, work: Work) -> PartnerReport:
    """Those who manage the initiative verify; raises RecordNotFound to those who may not know of it."""
    report = of_partners(PartnerReport, stream_id, expected, work)
    initiative = work.find(Initiative, report.initiative_id)
    access = initiative.access_of(work.actor) if initiative else None
    if access is None or access < Access.MANAGE:
        raise NotPermitted
    return report


def _refuse_above_reported(recognised: int, report: PartnerReport) -> None:
    if recognised > report.content.spent:
        pl, en = (
            "Uznana kwota przekracza wykazaną",
            "The recognised amount is above the reported one",
        )
        unmet = above("amount_above_reported", pl, en, recognised, report.content.spent)
        raise StepRefused([unmet])


def _check(content: ReportContent) -> None:
    refuse_if(text_problems("done", content.done, 10_000, multiline=True))
    refuse_if(text_problems("problems", content.problems, 10_000, required=False, multiline=True))
    if len(content.costs) > 100:
        refuse_if([TooMany("costs", limit=100, length=len(content.costs))])
    refuse_if([each for cost in content.costs for each in amount_problems("amount", cost.amount)])
    refuse_if(amount_problems("amount", content.spent))
