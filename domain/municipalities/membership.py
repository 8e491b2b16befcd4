"""Membership of the network: none → Invited | Applied → Active ⇄ Suspended → Left."""

from dataclasses import dataclass
from datetime import date

from domain.commands import Command, Whose, handles
from domain.municipalities.municipality import Municipality, municipality_to_change
from domain.roles import Role
from domain.work import Work


@dataclass(frozen=True, kw_only=True)
class MembershipCommand(Command):
    """`effective_on` None: today, in Polish time."""

    terc: str
    effective_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class InviteMunicipality(MembershipCommand):
    pass


@dataclass(frozen=True, kw_only=True)
class ApplyForMembership(MembershipCommand):
    pass


@dataclass(frozen=True, kw_only=True)
class AdmitMunicipality(MembershipCommand):
    pass


@dataclass(frozen=True, kw_only=True)
class SuspendMember(MembershipCommand):
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReinstateMember(MembershipCommand):
    pass


@dataclass(frozen=True, kw_only=True)
class LeaveNetwork(MembershipCommand):
    reason: str = ""


@handles(InviteMunicipality, by=set(), on=Whose.NETWORK)
def invite_municipality(command: InviteMunicipality, work: Work) -> Municipality:
    municipality = _loaded(command, work)
    municipality.invite(command.effective_on or work.today, work)
    return municipality


@handles(ApplyForMembership, by={Role.MUNICIPALITY_ADMIN, Role.EXECUTIVE})
def apply_for_membership(command: ApplyForMembership, work: Work) -> Municipality:
    municipality = _loaded(command, work)
    municipality.apply_for_membership(command.effective_on or work.today, work)
    return municipality


@handles(AdmitMunicipality, by=set(), on=Whose.NETWORK)
def admit_municipality(command: AdmitMunicipality, work: Work) -> Municipality:
    municipality = _loaded(command, work)
    municipality.admit(command.effective_on or work.today, work)
    return municipality


@handles(SuspendMember, by=set(), on=Whose.NETWORK)
def suspend_member(command: SuspendMember, work: Work) -> Municipality:
    municipality = _loaded(command, work)
    municipality.suspend(command.reason, command.effective_on or work.today, work)
    return municipality


@handles(ReinstateMember, by=set(), on=Whose.NETWORK)
def reinstate_member(command: ReinstateMember, work: Work) -> Municipality:
    municipality = _loaded(command, work)
    municipality.reinstate(command.effective_on or work.today, work)
    return municipality


@handles(LeaveNetwork, by={Role.MUNICIPALITY_ADMIN, Role.EXECUTIVE})
def leave_network(command: LeaveNetwork, work: Work) -> Municipality:
    municipality = _loaded(command, work)
    municipality.leave(command.reason, command.effective_on or work.today, work)
    return municipality


def _loaded(command: MembershipCommand, work: Work) -> Municipality:
    return municipality_to_change(work, command.terc, command.expected_version)
