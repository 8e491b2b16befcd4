"""Inviting, answering, leading, agreeing and signing."""

from dataclasses import dataclass
from uuid import UUID

from domain.accounts import Account, AccountNotFound, AccountState
from domain.initiatives.commands.order import InitiativeCommand, ordered
from domain.initiatives.consortium import Access
from domain.initiatives.initiative import Initiative
from domain.initiatives.states import Document
from domain.municipalities import active_member, known_municipality
from domain.values import refuse_if, text_problems
from domain.work import Work


@dataclass(frozen=True, kw_only=True)
class InvitePartner(InitiativeCommand):
    municipality: str
    message: str = ""


@dataclass(frozen=True, kw_only=True)
class AcceptInvitation(InitiativeCommand):
    municipality: str


@dataclass(frozen=True, kw_only=True)
class DeclineInvitation(InitiativeCommand):
    municipality: str
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class LeaveConsortium(InitiativeCommand):
    municipality: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class AppointLead(InitiativeCommand):
    """`document`: the institution's consent, needed once the application is submitted."""

    municipality: str
    document: Document | None = None


@dataclass(frozen=True, kw_only=True)
class DraftPartnershipAgreement(InitiativeCommand):
    """A new version, which nobody has signed yet."""

    document: Document
    summary: str = ""


@dataclass(frozen=True, kw_only=True)
class SignPartnershipAgreement(InitiativeCommand):
    """`number` of the version that is signed."""

    municipality: str
    number: int


@dataclass(frozen=True, kw_only=True)
class GrantAccess(InitiativeCommand):
    account: str
    municipality: str
    access: Access


@dataclass(frozen=True, kw_only=True)
class RevokeAccess(InitiativeCommand):
    account: str


@ordered(InvitePartner)
def invite_partner(command: InvitePartner, initiative: Initiative, work: Work) -> None:
    terc = active_member(work, command.municipality).terc
    refuse_if(text_problems("message", command.message, 2000, required=False, multiline=True))
    initiative.invite(terc, command.message, work)


@ordered(AcceptInvitation, Access.VIEW)
def accept_invitation(command: AcceptInvitation, initiative: Initiative, work: Work) -> None:
    terc = _spoken_for(command.municipality, initiative, work)
    initiative.accept(terc, work)


@ordered(DeclineInvitation, Access.VIEW)
def decline_invitation(command: DeclineInvitation, initiative: Initiative, work: Work) -> None:
    terc = _spoken_for(command.municipality, initiative, work)
    refuse_if(text_problems("reason", command.reason, 1000, required=False, multiline=True))
    initiative.decline(terc, command.reason, work)


@ordered(LeaveConsortium, Access.VIEW)
def leave_consortium(command: LeaveConsortium, initiative: Initiative, work: Work) -> None:
    terc = _spoken_for(command.municipality, initiative, work)
    refuse_if(text_problems("reason", command.reason, 1000, required=False, multiline=True))
    initiative.leave(terc, command.reason, work)


@ordered(AppointLead)
def appoint_lead(command: AppointLead, initiative: Initiative, work: Work) -> None:
    if command.document is not None:
        command.document.check()
    initiative.appoint_lead(
        known_municipality(work, command.municipality).terc, command.document, work
    )


@ordered(DraftPartnershipAgreement, Access.EDIT)
def draft_partnership_agreement(
    command: DraftPartnershipAgreement, initiative: Initiative, work: Work
) -> None:
    command.document.check()
    refuse_if(text_problems("summary", command.summary, 2000, required=False, multiline=True))
    initiative.draft_partnership_agreement(command.document, command.summary, work)


@ordered(SignPartnershipAgreement, Access.VIEW)
def sign_partnership_agreement(
    command: SignPartnershipAgreement, initiative: Initiative, work: Work
) -> None:
    terc = _spoken_for(command.municipality, initiative, work)
    initiative.sign_partnership_agreement(terc, command.number, work)


@ordered(GrantAccess, Access.VIEW)
def grant_access(command: GrantAccess, initiative: Initiative, work: Work) -> None:
    """Each municipality says which of its accounts may do what."""
    terc = _spoken_for(command.municipality, initiative, work)
    account = _account_of(terc, command.account, work)
    initiative.grant_access(str(account.id), terc, command.access, work)


@ordered(RevokeAccess, Access.VIEW)
def revoke_access(command: RevokeAccess, initiative: Initiative, work: Work) -> None:
    held = initiative.accounts.get(command.account)
    if held is not None:
        initiative.refuse_unless_speaks(work.actor, held.municipality)
        initiative.revoke_access(command.account, work)


def _account_of(terc: str, account_id: str, work: Work) -> Account:
    """Raises AccountNotFound also for another municipality's, and for one that is closed."""
    try:
        account = work.find(Account, UUID(account_id))
    except ValueError:
        raise AccountNotFound from None
    if account is None or account.owner != terc or account.state is AccountState.CLOSED:
        raise AccountNotFound
    return account


def _spoken_for(municipality: str, initiative: Initiative, work: Work) -> str:
    terc = known_municipality(work, municipality).terc
    initiative.refuse_unless_speaks(work.actor, terc)
    return terc
