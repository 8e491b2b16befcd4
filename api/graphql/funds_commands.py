"""Writing programmes, calls and initiatives: one mutation for each command."""

from typing import Any

import strawberry

from api.graphql.calls import FundingCall, Programme
from api.graphql.commanded import Answering, Inputs, mutations
from api.graphql.context import Context
from api.graphql.funds_words import WORDS
from api.graphql.initiative_steps import MissingCondition
from api.graphql.initiatives import Initiative
from api.graphql.ordinary import one
from api.graphql.scalars import Position
from api.graphql.user_errors import REFUSALS, UserError, told
from domain.calls import call as calls
from domain.calls import interest, programme
from domain.errors import DomainError, Language
from domain.initiatives.commands import (
    assessment,
    claims,
    consortium,
    implementation,
    indicators,
    proposal,
    records,
    reports,
    timeplan,
)
from domain.initiatives.unmet import StepRefused
from domain.work import Receipt


@strawberry.type(description="A step is refused: everything that is missing, all of it at once.")
class StepRefusedError(UserError):
    missing: list[MissingCondition] = strawberry.field(description="All that is missing.")


def _told(refusal: DomainError, language: Language) -> Any:
    if not isinstance(refusal, StepRefused):
        return told(refusal, language)
    missing = [
        MissingCondition(code=unmet.code, message=unmet.message(language))
        for unmet in refusal.missing
    ]
    return StepRefusedError(code=refusal.code, message=refusal.message(language), missing=missing)


@strawberry.type
class _Written:
    receipt: strawberry.Private[Receipt]

    @strawberry.field(description="Position of the command's last event in the log.")
    def position(self) -> Position:
        return Position(self.receipt.position)

    @strawberry.field(description="Version after the command, for the next `expectedVersion`.")
    def version(self) -> int:
        return self.receipt.version

    async def _found(self, info: strawberry.Info[Context, None], cls: type) -> Any:
        return await one(
            info.context, cls, "{row}.{key} = {value}", {"value": (self.receipt.stream_id, "uuid")}
        )


@strawberry.type(description="The command happened.")
class InitiativeWritten(_Written):
    @strawberry.field(description="The initiative as it is now; null where the read model is late.")
    async def initiative(self, info: strawberry.Info[Context, None]) -> Initiative | None:
        found: Initiative | None = await self._found(info, Initiative)
        return found


@strawberry.type(description="The command happened.")
class CallWritten(_Written):
    @strawberry.field(description="The call as it is now; null where the read model is late.")
    async def call(self, info: strawberry.Info[Context, None]) -> FundingCall | None:
        found: FundingCall | None = await self._found(info, FundingCall)
        return found


@strawberry.type(description="The command happened.")
class ProgrammeWritten(_Written):
    @strawberry.field(description="The programme as it is now; null where the read model is late.")
    async def programme(self, info: strawberry.Info[Context, None]) -> Programme | None:
        found: Programme | None = await self._found(info, Programme)
        return found


@strawberry.type(description="The command happened.")
class RecordWritten(_Written):
    @strawberry.field(description="Key of what was written, for commands about it.")
    def key(self) -> strawberry.ID:
        return strawberry.ID(str(self.receipt.stream_id))


_PROGRAMME = Answering(ProgrammeWritten, "calls")
_CALL = Answering(CallWritten, "calls")
_INTEREST = Answering(RecordWritten, "calls")
_INITIATIVE = Answering(InitiativeWritten, "initiatives", REFUSALS | StepRefusedError, _told)
_RECORD = Answering(RecordWritten, "initiatives")
_PROGRESS = Answering(RecordWritten, "initiatives", REFUSALS | StepRefusedError, _told)

_INPUTS = Inputs(WORDS)

CallMutations = mutations(
    "CallMutations",
    _INPUTS,
    [
        (programme.RegisterProgramme, "Registers a programme. For the coordinator.", _PROGRAMME),
        (programme.CorrectProgramme, "Corrects what is known of a programme.", _PROGRAMME),
        (calls.AnnounceCall, "Announces a call. For the coordinator.", _CALL),
        (calls.MoveCallDates, "Moves a call's dates; whoever follows it is told.", _CALL),
        (calls.CorrectCall, "Corrects a call's terms, but for its dates.", _CALL),
        (calls.ResolveCall, "Records that the institution has said who gets the money.", _CALL),
        (calls.CancelCall, "Records that a call was cancelled.", _CALL),
        (interest.DeclareInterest, "“We want to join a call like this.”", _INTEREST),
        (interest.WithdrawInterest, "Withdraws the interest in a call.", _INTEREST),
    ],
)

_STEPS = [
    (proposal.ProposeInitiative, "Proposes an initiative: an idea that its municipality alone sees."),
    (proposal.DescribeInitiative, "Says anew what it is about."),
    (proposal.MakeInitiativePublic, "Makes it visible to everyone, its budget included."),
    (proposal.MakeInitiativeConfidential, "Makes it visible to its partners only, before submission."),
    (proposal.LinkCall, "Links the call that it applies under."),
    (proposal.OpenPartnership, "Begins to look for partners."),
    (proposal.StartPreparation, "Begins to prepare the application."),
    (proposal.DrawUpBudget, "Draws up a version of the budget."),
    (proposal.SubmitApplication, "Records that the application was submitted."),
    (consortium.InvitePartner, "Invites a municipality."),
    (consortium.AcceptInvitation, "Accepts an invitation."),
    (consortium.DeclineInvitation, "Declines an invitation."),
    (consortium.LeaveConsortium, "Leaves the partnership."),
    (consortium.AppointLead, "Appoints the lead partner, instead of another or where there is none."),
    (consortium.DraftPartnershipAgreement, "Drafts a version of the partnership agreement."),
    (consortium.SignPartnershipAgreement, "Records a municipality's signature under that version."),
    (consortium.GrantAccess, "Says what an account may do with the initiative."),
    (consortium.RevokeAccess, "Takes that back: the account has what its role brings."),
    (assessment.StartFormalAssessment, "Records that the formal assessment began."),
    (assessment.RecordCorrectionRequest, "Records a request for corrections, with its deadline."),
    (assessment.RecordCorrectionAnswer, "Records that corrections were sent."),
    (assessment.PassFormalAssessment, "Records a passed formal assessment."),
    (assessment.RecordRejection, "Records a negative assessment, formal or of the merit."),
    (assessment.RecordSelection, "Records that it was selected, at once or from the reserve list."),
    (assessment.PutOnReserveList, "Records its place on the reserve list."),
    (assessment.RecordNoFunding, "Records that the reserve list brought nothing."),
    (assessment.FileProtest, "Records a protest, within 14 days from delivery."),
    (assessment.UpholdProtest, "Records that the protest was upheld, and where it leads."),
    (assessment.DismissProtest, "Records that the protest was dismissed, for good."),
    (implementation.SignGrantAgreement, "Records the grant agreement."),
    (implementation.StartImplementation, "Records that the work began."),
    (implementation.SignAmendment, "Records an amendment with its version of the budget."),
    (implementation.SubmitFinalClaim, "Submits the last payment claim."),
    (implementation.ConfirmFinalPayment, "Records the final payment; durability begins."),
    (implementation.CloseInitiative, "Closes it, once durability is over and all obligations are met."),
    (implementation.WithdrawInitiative, "Records that the application was withdrawn."),
    (implementation.TerminateAgreement, "Records that the agreement was terminated."),
    (implementation.CorrectStatus, "Brings it back to a former state: what was recorded since was a mistake."),
    (timeplan.SetMilestone, "Sets a milestone."),
    (timeplan.MoveMilestone, "Moves a milestone."),
    (timeplan.ReachMilestone, "Records that a milestone was reached."),
    (timeplan.DropMilestone, "Drops a milestone."),
    (timeplan.ImposeDuty, "Records a duty: a claim or report that is due, or an obligation of durability."),
    (timeplan.MoveDuty, "Moves a duty's day."),
    (timeplan.MeetDuty, "Records that a duty was met."),
    (timeplan.LiftDuty, "Records that a duty was lifted."),
    (claims.DraftClaim, "Drafts a payment claim."),
    (claims.ReviseClaim, "Changes a drafted or returned claim."),
    (claims.SubmitClaim, "Records that a claim was submitted."),
    (claims.ReturnClaim, "Records that a claim was returned for corrections."),
    (claims.ApproveClaim, "Records that a claim was approved."),
    (claims.PartlyApproveClaim, "Records that a claim was approved in part."),
    (claims.PayClaim, "Records that the money of a claim came."),
    (claims.DiscardClaim, "Discards a claim that wasn't submitted, or was returned."),
]  # fmt: skip
_RECORDS = [
    (records.WriteNote, "Writes a note that the partners see."),
    (records.RetractNote, "Takes a note back."),
    (records.IdentifyRisk, "Names a risk."),
    (records.ReassessRisk, "Judges a risk anew."),
    (records.CloseRisk, "Records that a risk passed or came true."),
    (records.FileDocument, "Files a document that is kept elsewhere."),
    (records.RemoveDocument, "Takes a document off the list."),
]
_PROGRESSES = [
    (indicators.DefineIndicator, "Defines an indicator with its target."),
    (indicators.RetargetIndicator, "Gives an indicator another target."),
    (indicators.MeasureIndicator, "Records what of an indicator was reached by a day."),
    (indicators.DropIndicator, "Drops an indicator."),
    (reports.SubmitReport, "A partner reports what it did and spent in a period."),
    (reports.ReturnReport, "Returns a partner's report for corrections. For the lead."),
    (reports.VerifyReport, "Verifies a partner's report. For the lead."),
]

InitiativeMutations = mutations(
    "InitiativeMutations",
    _INPUTS,
    [
        *((command, description, _INITIATIVE) for command, description in _STEPS),
        *((command, description, _RECORD) for command, description in _RECORDS),
        *((command, description, _PROGRESS) for command, description in _PROGRESSES),
    ],
)
