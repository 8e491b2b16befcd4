"""Consortium: who takes part, who leads, what they agreed and signed, and which account may do what."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from domain.aggregate import Aggregate
from domain.errors import DomainError, NotPermitted
from domain.initiatives.part import Part
from domain.initiatives.states import ENDED, UNDER_WAY, Document, InitiativeState
from domain.initiatives.unmet import NO_DOCUMENT, NO_PARTNERSHIP_AGREEMENT, NO_REASON, Unmet
from domain.roles import Actor, Role
from domain.work import Work

OFFICIALS = frozenset({Role.FUNDS_OFFICER, Role.MUNICIPALITY_ADMIN, Role.EXECUTIVE})
"""Who speaks for a municipality in an initiative, unless the initiative says otherwise of their account."""


class MemberState(StrEnum):
    INVITED = "INVITED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    LEFT = "LEFT"


class Access(IntEnum):
    """What an account may do with an initiative of its municipality; each includes the one before."""

    VIEW = 1
    EDIT = 2
    MANAGE = 3


class NotInvited(DomainError):
    code = "not_invited"
    pl = "Gmina {terc} nie ma zaproszenia do tego partnerstwa."
    en = "The municipality {terc} isn't invited to this partnership."


class NotAPartner(DomainError):
    code = "not_a_partner"
    pl = "Gmina {terc} nie należy do tego partnerstwa."
    en = "The municipality {terc} doesn't belong to this partnership."


class LeadCannotLeave(DomainError):
    code = "lead_cannot_leave"
    pl = "Partner wiodący nie może odejść, dopóki nie wskazano innego."
    en = "The lead partner can't leave before another is appointed."


class NothingToSign(DomainError):
    code = "nothing_to_sign"
    pl = "Ta wersja umowy partnerstwa ({number}) nie jest bieżącą."
    en = "That version of the partnership agreement ({number}) isn't the current one."


@dataclass(frozen=True)
class AccountAccess:
    municipality: str
    access: Access


class ConsortiumPart(Part):
    proposer: str
    lead: str | None
    members: dict[str, MemberState]
    agreement_number: int
    signatures: set[str]
    """Who signed the current version of the partnership agreement."""
    accounts: dict[str, AccountAccess]

    class PartnerInvited(Aggregate.Event):
        municipality: str
        message: str

        def apply(self, aggregate: "ConsortiumPart") -> None:
            aggregate.members[self.municipality] = MemberState.INVITED

    class PartnerAccepted(Aggregate.Event):
        municipality: str

        def apply(self, aggregate: "ConsortiumPart") -> None:
            aggregate.members[self.municipality] = MemberState.ACCEPTED

    class PartnerDeclined(Aggregate.Event):
        municipality: str
        reason: str

        def apply(self, aggregate: "ConsortiumPart") -> None:
            aggregate.members[self.municipality] = MemberState.DECLINED

    class PartnerLeft(Aggregate.Event):
        """Its signature and what its accounts were given go with it."""

        municipality: str
        reason: str

        def apply(self, aggregate: "ConsortiumPart") -> None:
            aggregate.members[self.municipality] = MemberState.LEFT
            aggregate.signatures.discard(self.municipality)
            for account, held in list(aggregate.accounts.items()):
                if held.municipality == self.municipality:
                    del aggregate.accounts[account]

    class LeadAppointed(Aggregate.Event):
        """An agreement that named another lead is signed no more."""

        municipality: str
        document: Document | None

        def apply(self, aggregate: "ConsortiumPart") -> None:
            aggregate.lead = self.municipality
            aggregate.signatures.clear()

    class PartnershipAgreementDrafted(Aggregate.Event):
        number: int
        document: Document
        summary: str

        def apply(self, aggregate: "ConsortiumPart") -> None:
            aggregate.agreement_number = self.number
            aggregate.signatures.clear()

    class PartnershipAgreementSigned(Aggregate.Event):
        number: int
        municipality: str

        def apply(self, aggregate: "ConsortiumPart") -> None:
            aggregate.signatures.add(self.municipality)

    class AccessGranted(Aggregate.Event):
        account: str
        municipality: str
        access: Access

        def apply(self, aggregate: "ConsortiumPart") -> None:
            aggregate.accounts[self.account] = AccountAccess(self.municipality, self.access)

    class AccessRevoked(Aggregate.Event):
        account: str

        def apply(self, aggregate: "ConsortiumPart") -> None:
            del aggregate.accounts[self.account]

    @property
    def accepted(self) -> list[str]:
        """The lead and every accepted partner, in the order in which they were invited."""
        return [terc for terc, state in self.members.items() if state is MemberState.ACCEPTED]

    @property
    def accepted_partners(self) -> list[str]:
        return [terc for terc in self.accepted if terc != self.lead]

    @property
    def participants(self) -> frozenset[str]:
        present = {MemberState.ACCEPTED, MemberState.INVITED}
        return frozenset(terc for terc, state in self.members.items() if state in present)

    @property
    def unsigned(self) -> list[str]:
        return [terc for terc in self.accepted if terc not in self.signatures]

    def access_of(self, actor: Actor) -> Access | None:
        """An account named in the initiative has what it was given; others, what their role brings."""
        if actor.is_coordinator:
            return Access.MANAGE
        if actor.municipality not in self.participants:
            return None
        named = self.accounts.get(actor.id)
        if named is not None:
            return named.access
        if not actor.roles & OFFICIALS:
            return Access.VIEW
        if actor.municipality == (self.lead or self.proposer):
            return Access.MANAGE
        invited = self.members[actor.municipality] is MemberState.INVITED
        return Access.VIEW if invited else Access.EDIT

    def refuse_unless_speaks(self, actor: Actor, terc: str) -> None:
        """Raises NotPermitted unless the actor may answer and sign for that municipality."""
        named = self.accounts.get(actor.id)
        official = bool(actor.roles & OFFICIALS) and (named is None or named.access > Access.VIEW)
        if not actor.is_coordinator and not (official and actor.municipality == terc):
            raise NotPermitted

    def invite(self, terc: str, message: str, work: Work) -> None:
        if terc in self.participants:
            return
        self.refuse_if_unmet(self.missing_to_invite())
        self.tell(self.PartnerInvited, work, municipality=terc, message=message)

    def missing_to_invite(self) -> list[Unmet]:
        return self.wrong_state(*UNDER_WAY)

    def accept(self, terc: str, work: Work) -> None:
        if self._answered(terc, MemberState.ACCEPTED):
            return
        self.refuse_if_unmet(self.wrong_state(*UNDER_WAY))
        self.tell(self.PartnerAccepted, work, municipality=terc)

    def decline(self, terc: str, reason: str, work: Work) -> None:
        if not self._answered(terc, MemberState.DECLINED):
            self.tell(self.PartnerDeclined, work, municipality=terc, reason=reason)

    def leave(self, terc: str, reason: str, work: Work) -> None:
        state = self.members.get(terc)
        if state is MemberState.LEFT:
            return
        if state is not MemberState.ACCEPTED:
            raise NotAPartner(terc=terc)
        if terc == self.lead:
            raise LeadCannotLeave
        self.refuse_if_unmet(self.not_ended() + ([] if reason.strip() else [NO_REASON]))
        self.tell(self.PartnerLeft, work, municipality=terc, reason=reason)

    def appoint_lead(self, terc: str, document: Document | None, work: Work) -> None:
        """From the submission on, the institution must have agreed: that is the document."""
        if terc == self.lead:
            return
        if self.members.get(terc) is not MemberState.ACCEPTED:
            raise NotAPartner(terc=terc)
        agreed = document is not None or self.state in UNDER_WAY
        self.refuse_if_unmet(self.not_ended() + ([] if agreed else [NO_DOCUMENT]))
        self.tell(self.LeadAppointed, work, municipality=terc, document=document)

    def draft_partnership_agreement(self, document: Document, summary: str, work: Work) -> None:
        self.refuse_if_unmet(self.missing_to_draft_partnership_agreement())
        number = self.agreement_number + 1
        self.tell(
            self.PartnershipAgreementDrafted,
            work,
            number=number,
            document=document,
            summary=summary,
        )

    def missing_to_draft_partnership_agreement(self) -> list[Unmet]:
        return self.wrong_state(*(set(InitiativeState) - ENDED - {InitiativeState.IDEA}))

    def sign_partnership_agreement(self, terc: str, number: int, work: Work) -> None:
        if not self.agreement_number:
            self.refuse_if_unmet([NO_PARTNERSHIP_AGREEMENT])
        if number != self.agreement_number:
            raise NothingToSign(number=number)
        if terc not in self.accepted:
            raise NotAPartner(terc=terc)
        if terc not in self.signatures:
            self.tell(self.PartnershipAgreementSigned, work, number=number, municipality=terc)

    def grant_access(self, account: str, terc: str, access: Access, work: Work) -> None:
        if terc not in self.accepted:
            raise NotAPartner(terc=terc)
        if self.accounts.get(account) != AccountAccess(terc, access):
            self.tell(self.AccessGranted, work, account=account, municipality=terc, access=access)

    def revoke_access(self, account: str, work: Work) -> None:
        if account in self.accounts:
            self.tell(self.AccessRevoked, work, account=account)

    def not_ended(self) -> list[Unmet]:
        return self.wrong_state(*(set(InitiativeState) - ENDED))

    def _answered(self, terc: str, answer: MemberState) -> bool:
        """Whether the invitation was answered in just this way; raises NotInvited where there is none."""
        state = self.members.get(terc)
        if state is not answer and state is not MemberState.INVITED:
            raise NotInvited(terc=terc)
        return state is answer
