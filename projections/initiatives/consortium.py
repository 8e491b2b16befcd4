"""Who takes part, what they agreed and signed, and which account may do what."""

from typing import Any

import msgspec

from domain.initiatives.consortium import Access
from domain.initiatives.initiative import Initiative
from domain.municipalities import municipality_id
from projections.initiatives.rows import (
    AccountRow,
    AgreementRow,
    BelongingRow,
    InitiativeRow,
    MemberRow,
)
from projections.log import Recorded
from projections.names import named
from projections.projection import on
from projections.rows import Rows

PRESENT = {"ACCEPTED", "INVITED"}


class ConsortiumFolds:
    @on(Initiative.PartnerInvited)
    def _invited(self, recorded: Recorded, event: Initiative.PartnerInvited, rows: Rows) -> None:
        """Asked again after declining or leaving, a municipality keeps its place."""
        row = rows.change(InitiativeRow, recorded.stream_id)
        who = municipality_id(event.municipality)
        if rows.find(MemberRow, row.id, who) is None:
            rows.add(
                MemberRow(
                    initiative_id=row.id,
                    municipality_id=who,
                    municipality=named(rows, event.municipality),
                    terc=event.municipality,
                    place=recorded.version,
                    state="INVITED",
                    lead=False,
                    invited_on=recorded.effective_on,
                )
            )
        member = rows.change(MemberRow, row.id, who)
        member.invited_on, member.answered_on, member.reason = recorded.effective_on, None, None
        _now(recorded, row, member, "INVITED", rows)

    @on(Initiative.PartnerAccepted)
    def _accepted(self, recorded: Recorded, event: Initiative.PartnerAccepted, rows: Rows) -> None:
        row, member = _member(recorded, event.municipality, rows)
        member.answered_on = recorded.effective_on
        _now(recorded, row, member, "ACCEPTED", rows)

    @on(Initiative.PartnerDeclined)
    def _declined(self, recorded: Recorded, event: Initiative.PartnerDeclined, rows: Rows) -> None:
        row, member = _member(recorded, event.municipality, rows)
        member.answered_on, member.reason = recorded.effective_on, event.reason
        _now(recorded, row, member, "DECLINED", rows)

    @on(Initiative.PartnerLeft)
    def _left(self, recorded: Recorded, event: Initiative.PartnerLeft, rows: Rows) -> None:
        row, member = _member(recorded, event.municipality, rows)
        member.signed_on, member.reason = None, event.reason
        for account in rows.each(AccountRow, "initiative_id", row.id):
            if account.terc == member.terc:
                rows.remove(AccountRow, row.id, account.account)
        _now(recorded, row, member, "LEFT", rows)

    @on(Initiative.LeadAppointed)
    def _lead_appointed(
        self, recorded: Recorded, event: Initiative.LeadAppointed, rows: Rows
    ) -> None:
        row, member = _member(recorded, event.municipality, rows)
        if row.lead_id is not None:
            rows.change(MemberRow, row.id, row.lead_id).lead = False
        else:
            row.partner_count -= 1
        member.lead = True
        row.lead_id, row.lead = member.municipality_id, member.municipality
        row.owner_terc = member.terc
        _nobody_has_signed(row, rows)

    @on(Initiative.PartnershipAgreementDrafted)
    def _agreement_drafted(
        self, recorded: Recorded, event: Initiative.PartnershipAgreementDrafted, rows: Rows
    ) -> None:
        row = rows.change(InitiativeRow, recorded.stream_id)
        rows.add(
            AgreementRow(
                initiative_id=row.id,
                number=event.number,
                document=msgspec.to_builtins(event.document),
                summary=event.summary,
                drafted_on=recorded.effective_on,
                signatures=[],
            )
        )
        _nobody_has_signed(row, rows)

    @on(Initiative.PartnershipAgreementSigned)
    def _agreement_signed(
        self, recorded: Recorded, event: Initiative.PartnershipAgreementSigned, rows: Rows
    ) -> None:
        row, member = _member(recorded, event.municipality, rows)
        member.signed_on = recorded.effective_on
        agreement = rows.change(AgreementRow, row.id, event.number)
        signature: dict[str, Any] = {
            "terc": member.terc,
            "name": member.municipality["name"],
            "on": recorded.effective_on.isoformat(),
        }
        agreement.signatures = [*agreement.signatures, signature]

    @on(Initiative.AccessGranted)
    def _access_granted(
        self, recorded: Recorded, event: Initiative.AccessGranted, rows: Rows
    ) -> None:
        if rows.find(AccountRow, recorded.stream_id, event.account) is None:
            rows.add(AccountRow(recorded.stream_id, event.account, event.municipality, ""))
        account = rows.change(AccountRow, recorded.stream_id, event.account)
        account.terc, account.access = event.municipality, Access(event.access).name

    @on(Initiative.AccessRevoked)
    def _access_revoked(
        self, recorded: Recorded, event: Initiative.AccessRevoked, rows: Rows
    ) -> None:
        rows.remove(AccountRow, recorded.stream_id, event.account)


def _member(recorded: Recorded, terc: str, rows: Rows) -> tuple[InitiativeRow, MemberRow]:
    row = rows.change(InitiativeRow, recorded.stream_id)
    return row, rows.change(MemberRow, row.id, municipality_id(terc))


def note_belonging(recorded: Recorded, terc: str, state: str, rows: Rows) -> None:
    rows.add(
        BelongingRow(
            initiative_id=recorded.stream_id,
            version=recorded.version,
            terc=terc,
            state=state,
            since=recorded.effective_on,
            recorded_at=recorded.recorded_at,
        )
    )


def _now(recorded: Recorded, row: InitiativeRow, member: MemberRow, state: str, rows: Rows) -> None:
    note_belonging(recorded, member.terc, state, rows)
    row.partner_count += (state == "ACCEPTED") - (member.state == "ACCEPTED" and not member.lead)
    member.state = state
    others = [terc for terc in row.participants if terc != member.terc]
    row.participants = [*others, member.terc] if state in PRESENT else others


def _nobody_has_signed(row: InitiativeRow, rows: Rows) -> None:
    for member in rows.each(MemberRow, "initiative_id", row.id):
        member.signed_on = None
