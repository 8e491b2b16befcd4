"""From the idea to the submission."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid5

from domain.calls.call import known_call
from domain.commands import Command, handles
from domain.errors import Malformed
from domain.initiatives.budget import Budget
from domain.initiatives.commands.order import InitiativeCommand, ordered
from domain.initiatives.consortium import Access
from domain.initiatives.initiative import Initiative
from domain.initiatives.unmet import StepRefused, in_future
from domain.municipalities import active_member
from domain.roles import Role
from domain.values import date_problems, parse_terc, refuse_if, text_problems
from domain.work import Work, polish_day

TITLE_LIMIT = 300
SUMMARY_LIMIT = 10_000


@dataclass(frozen=True, kw_only=True)
class ProposeInitiative(Command):
    """`leads` False: who will lead is still open. `on`: the day of the idea; None: today."""

    municipality: str
    title: str
    summary: str = ""
    leads: bool = True
    on: date | None = None

    @property
    def initiative_id(self) -> UUID:
        return uuid5(self.command_id, "initiative")


@dataclass(frozen=True, kw_only=True)
class DescribeInitiative(InitiativeCommand):
    title: str
    summary: str = ""


@dataclass(frozen=True, kw_only=True)
class MakeInitiativePublic(InitiativeCommand):
    pass


@dataclass(frozen=True, kw_only=True)
class MakeInitiativeConfidential(InitiativeCommand):
    pass


@dataclass(frozen=True, kw_only=True)
class LinkCall(InitiativeCommand):
    call_id: UUID


@dataclass(frozen=True, kw_only=True)
class OpenPartnership(InitiativeCommand):
    pass


@dataclass(frozen=True, kw_only=True)
class StartPreparation(InitiativeCommand):
    pass


@dataclass(frozen=True, kw_only=True)
class DrawUpBudget(InitiativeCommand):
    budget: Budget
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class SubmitApplication(InitiativeCommand):
    """`submitted_at` None: now; `reference` is the number that the institution gave it, if it did."""

    submitted_at: datetime | None = None
    reference: str = ""


@handles(ProposeInitiative, by={Role.FUNDS_OFFICER, Role.MUNICIPALITY_ADMIN, Role.EXECUTIVE})
def propose_initiative(command: ProposeInitiative, work: Work) -> Initiative:
    terc = active_member(work, command.municipality).terc
    _check_description(command.title, command.summary)
    on = command.on or work.today
    refuse_if(date_problems("on", on, work.today))
    if on > work.today:
        raise StepRefused([in_future(on)])
    begun = Initiative.begin(
        Initiative.Proposed,
        command.initiative_id,
        work.at,
        on,
        municipality=terc,
        leads=command.leads,
        title=command.title,
        summary=command.summary,
    )
    return work.add(begun)


@ordered(DescribeInitiative, Access.EDIT)
def describe_initiative(command: DescribeInitiative, initiative: Initiative, work: Work) -> None:
    _check_description(command.title, command.summary)
    initiative.describe(command.title, command.summary, work)


@ordered(MakeInitiativePublic)
def make_initiative_public(
    _command: MakeInitiativePublic, initiative: Initiative, work: Work
) -> None:
    initiative.make_public(work)


@ordered(MakeInitiativeConfidential)
def make_initiative_confidential(
    _command: MakeInitiativeConfidential, initiative: Initiative, work: Work
) -> None:
    initiative.make_confidential(work)


@ordered(LinkCall)
def link_call(command: LinkCall, initiative: Initiative, work: Work) -> None:
    initiative.link_call(known_call(work, command.call_id), work)


@ordered(OpenPartnership)
def open_partnership(command: OpenPartnership, initiative: Initiative, work: Work) -> None:
    initiative.open_partnership(work, command.on)


@ordered(StartPreparation)
def start_preparation(command: StartPreparation, initiative: Initiative, work: Work) -> None:
    initiative.start_preparation(initiative.surroundings(work.find, work.at), work, command.on)


@ordered(DrawUpBudget, Access.EDIT)
def draw_up_budget(command: DrawUpBudget, initiative: Initiative, work: Work) -> None:
    for partner in command.budget.partners:
        parse_terc(partner, "partner")
    initiative.draw_up_budget(command.budget, command.note, work)


@ordered(SubmitApplication)
def submit_application(command: SubmitApplication, initiative: Initiative, work: Work) -> None:
    at = command.submitted_at or work.at
    refuse_if(text_problems("reference", command.reference, 200, required=False))
    if at.tzinfo is None:
        refuse_if([Malformed("submittedAt", value=at.isoformat())])
    if at > work.at:
        raise StepRefused([in_future(polish_day(at))])
    initiative.submit(initiative.surroundings(work.find, at), command.reference, work)


def _check_description(title: str, summary: str) -> None:
    refuse_if(
        [
            *text_problems("title", title, TITLE_LIMIT),
            *text_problems("summary", summary, SUMMARY_LIMIT, required=False, multiline=True),
        ]
    )
