"""Folds practices, adoptions and model solutions into rows."""

from typing import Any
from uuid import UUID

from domain.municipalities import municipality_id
from domain.personal import Personal
from domain.practices import Adoption, ModelSolution, Practice, PracticeText
from domain.practices.text import PARTS
from domain.work import polish_day
from projections.log import Recorded
from projections.names import NamedMunicipality, NamesMunicipalities, Shown, named
from projections.order import inserted, listed, renumber, without
from projections.personal import PersonalColumns
from projections.practices.rows import (
    AdoptionRow,
    ContactRow,
    ExperienceRow,
    PracticeRow,
    ReleaseRow,
    SectionRow,
    SolutionRow,
    VersionRow,
)
from projections.projection import on
from projections.rows import Rows
from projections.visible import CONSORTIUM, NETWORK, OWN, PUBLIC, Guarded


class PracticesProjection(NamesMunicipalities):
    name = "practices"
    version = 2
    rows = (
        NamedMunicipality,
        PracticeRow,
        ContactRow,
        VersionRow,
        AdoptionRow,
        ExperienceRow,
        SolutionRow,
        SectionRow,
        ReleaseRow,
    )
    personal = (PersonalColumns(ContactRow, "person_id", ("contact",)),)
    shown = (
        Shown(PracticeRow),
        Shown(PracticeRow, "validated_by"),
        Shown(AdoptionRow),
        Shown(ExperienceRow),
        Shown(SolutionRow),
        Shown(SolutionRow, "authors"),
        Shown(SolutionRow, "invited"),
        Shown(ReleaseRow, "authors"),
    )

    @on(Practice.Drafted)
    def _drafted(self, recorded: Recorded, event: Practice.Drafted, rows: Rows) -> None:
        row = PracticeRow(
            id=recorded.stream_id,
            municipality_id=municipality_id(event.municipality),
            municipality=named(rows, event.municipality),
            state="DRAFT",
            remarks=None,
            validator_id=None,
            validated_by=None,
            published_on=None,
            archive_reason=None,
            version=recorded.version,
            updated_at=recorded.recorded_at,
            updated_on=polish_day(recorded.recorded_at),
            owner_terc=event.municipality,
            participants=[event.municipality],
            visibility=OWN,
            **_contents(event.text, event.rendering),
        )
        rows.add(row)
        _keep_contact(row, event.contact, rows)
        _keep_version(recorded, row, rows, "DRAFTED")

    @on(Practice.Rewritten, Practice.Corrected)
    def _rewritten(self, recorded: Recorded, event: Any, rows: Rows) -> None:
        row = _changed(recorded, rows)
        for name, value in _contents(event.text, event.rendering).items():
            setattr(row, name, value)
        _keep_contact(row, event.contact, rows)
        if isinstance(event, Practice.Corrected):
            _keep_version(recorded, row, rows, "CORRECTED", event.reason)
            _retell_experience(row, rows)
        else:
            _keep_version(recorded, row, rows, "REWRITTEN")

    @on(Practice.Submitted)
    def _submitted(self, recorded: Recorded, _event: Practice.Submitted, rows: Rows) -> None:
        row = _changed(recorded, rows)
        row.state, row.visibility = "SUBMITTED", NETWORK
        _show_contact(row, NETWORK, rows)
        _keep_version(recorded, row, rows, "SUBMITTED")

    @on(Practice.Returned)
    def _returned(self, recorded: Recorded, event: Practice.Returned, rows: Rows) -> None:
        row = _changed(recorded, rows)
        row.state, row.visibility, row.remarks = "RETURNED", OWN, event.remarks
        _show_contact(row, OWN, rows)
        _keep_version(recorded, row, rows, "RETURNED", event.remarks)

    @on(Practice.Published)
    def _published(self, recorded: Recorded, event: Practice.Published, rows: Rows) -> None:
        row = _changed(recorded, rows)
        row.state, row.visibility = "PUBLISHED", PUBLIC
        row.remarks = event.remarks or None
        row.published_on = recorded.effective_on
        if event.validated_by is not None:
            row.validator_id = municipality_id(event.validated_by)
            row.validated_by = named(rows, event.validated_by)
        _keep_version(recorded, row, rows, "PUBLISHED")
        experience = _experience(recorded, row, row.owner_terc, "PRACTICE", "AUTHOR", rows)
        rows.add(experience)

    @on(Practice.Archived)
    def _archived(self, recorded: Recorded, event: Practice.Archived, rows: Rows) -> None:
        row = _changed(recorded, rows)
        row.state, row.archive_reason = "ARCHIVED", event.reason
        _keep_version(recorded, row, rows, "ARCHIVED", event.reason)

    @on(Adoption.InterestExpressed)
    def _interest_expressed(
        self, recorded: Recorded, event: Adoption.InterestExpressed, rows: Rows
    ) -> None:
        rows.add(
            AdoptionRow(
                id=recorded.stream_id,
                subject=event.of.value,
                subject_id=event.subject_id,
                municipality_id=municipality_id(event.municipality),
                municipality=named(rows, event.municipality),
                state="INTERESTED",
                note=event.note,
                outcome=None,
                learned=None,
                interested_on=recorded.effective_on,
                implemented_on=None,
                version=recorded.version,
                updated_at=recorded.recorded_at,
                owner_terc=event.municipality,
                participants=[event.municipality],
                visibility=NETWORK,
            )
        )

    @on(Adoption.AdaptingStarted)
    def _adapting_started(
        self, recorded: Recorded, event: Adoption.AdaptingStarted, rows: Rows
    ) -> None:
        row = _adoption(recorded, rows)
        row.state = "ADAPTING"
        row.note = event.note or row.note

    @on(Adoption.Implemented)
    def _implemented(self, recorded: Recorded, event: Adoption.Implemented, rows: Rows) -> None:
        """What worked elsewhere too is everyone's to know."""
        row = _adoption(recorded, rows)
        row.state, row.visibility = "IMPLEMENTED", PUBLIC
        row.outcome, row.learned = event.outcome, event.learned or None
        row.implemented_on = recorded.effective_on
        subject: type[PracticeRow | SolutionRow] = (
            PracticeRow if row.subject == "PRACTICE" else SolutionRow
        )
        adopted = rows.read(subject, row.subject_id)
        if rows.find(ExperienceRow, row.subject_id, row.municipality_id) is None:
            experience = _experience(
                recorded, adopted, row.owner_terc, row.subject, "IMPLEMENTED", rows
            )
            rows.add(experience)

    @on(Adoption.Abandoned)
    def _abandoned(self, recorded: Recorded, event: Adoption.Abandoned, rows: Rows) -> None:
        row = _adoption(recorded, rows)
        row.state, row.learned = "ABANDONED", event.learned

    @on(ModelSolution.Proposed)
    def _proposed(self, recorded: Recorded, event: ModelSolution.Proposed, rows: Rows) -> None:
        lead = named(rows, event.municipality)
        rows.add(
            SolutionRow(
                id=recorded.stream_id,
                municipality_id=municipality_id(event.municipality),
                municipality=lead,
                authors=[lead],
                invited=[],
                state="DRAFT",
                title=event.title,
                summary=event.summary,
                tags=list(event.tags),
                number=0,
                released_on=None,
                section_order=[],
                version=recorded.version,
                updated_at=recorded.recorded_at,
                updated_on=polish_day(recorded.recorded_at),
                owner_terc=event.municipality,
                participants=[event.municipality],
                visibility=CONSORTIUM,
            )
        )

    @on(ModelSolution.AuthorInvited)
    def _author_invited(
        self, recorded: Recorded, event: ModelSolution.AuthorInvited, rows: Rows
    ) -> None:
        row = _solution(recorded, rows)
        row.invited = [*row.invited, named(rows, event.municipality)]
        _tell_participants(row, rows)

    @on(ModelSolution.AuthorshipAccepted)
    def _authorship_accepted(
        self, recorded: Recorded, event: ModelSolution.AuthorshipAccepted, rows: Rows
    ) -> None:
        row = _solution(recorded, rows)
        row.invited = _others(row.invited, event.municipality)
        row.authors = [*row.authors, named(rows, event.municipality)]
        _tell_participants(row, rows)

    @on(ModelSolution.AuthorLeft)
    def _author_left(self, recorded: Recorded, event: ModelSolution.AuthorLeft, rows: Rows) -> None:
        row = _solution(recorded, rows)
        row.invited = _others(row.invited, event.municipality)
        row.authors = _others(row.authors, event.municipality)
        _tell_participants(row, rows)

    @on(ModelSolution.SectionAdded)
    def _section_added(
        self, recorded: Recorded, event: ModelSolution.SectionAdded, rows: Rows
    ) -> None:
        row = _solution(recorded, rows)
        section = SectionRow(
            id=event.section_id,
            solution_id=row.id,
            place=0,
            heading=event.section.heading,
            body=event.section.body,
            body_html=event.section.body_html,
            entry_version=1,
            written_by=event.by,
            owner_terc=row.owner_terc,
            participants=row.participants,
            visibility=CONSORTIUM,
        )
        rows.add(section)
        row.section_order = inserted(row.section_order, event.section_id, event.after)
        renumber(SectionRow, row.section_order, rows)

    @on(ModelSolution.SectionRewritten)
    def _section_rewritten(
        self, recorded: Recorded, event: ModelSolution.SectionRewritten, rows: Rows
    ) -> None:
        _solution(recorded, rows)
        section = rows.change(SectionRow, event.section_id)
        section.heading, section.body = event.section.heading, event.section.body
        section.body_html, section.written_by = event.section.body_html, event.by
        section.entry_version += 1

    @on(ModelSolution.SectionRemoved)
    def _section_removed(
        self, recorded: Recorded, event: ModelSolution.SectionRemoved, rows: Rows
    ) -> None:
        row = _solution(recorded, rows)
        row.section_order = without(row.section_order, event.section_id)
        rows.remove(SectionRow, event.section_id)
        renumber(SectionRow, row.section_order, rows)

    @on(ModelSolution.VersionReleased)
    def _version_released(
        self, recorded: Recorded, event: ModelSolution.VersionReleased, rows: Rows
    ) -> None:
        row = _solution(recorded, rows)
        row.state, row.visibility = "PUBLISHED", PUBLIC
        row.number, row.released_on = event.number, recorded.effective_on
        sections = listed(SectionRow, row.section_order, rows)
        release = ReleaseRow(
            solution_id=row.id,
            number=event.number,
            released_on=recorded.effective_on,
            notes=event.notes,
            sections=[
                {"heading": s.heading, "body": s.body, "bodyHtml": s.body_html} for s in sections
            ],
            authors=row.authors,
            owner_terc=row.owner_terc,
            participants=row.participants,
            visibility=PUBLIC,
        )
        rows.add(release)
        for author in row.authors:
            if rows.find(ExperienceRow, row.id, UUID(author["id"])) is None:
                rows.add(_experience(recorded, row, author["terc"], "SOLUTION", "AUTHOR", rows))

    @on(ModelSolution.Archived)
    def _solution_archived(
        self, recorded: Recorded, _event: ModelSolution.Archived, rows: Rows
    ) -> None:
        _solution(recorded, rows).state = "ARCHIVED"


def _changed(recorded: Recorded, rows: Rows) -> PracticeRow:
    row = rows.change(PracticeRow, recorded.stream_id)
    row.version, row.updated_at = recorded.version, recorded.recorded_at
    row.updated_on = polish_day(recorded.recorded_at)
    return row


def _adoption(recorded: Recorded, rows: Rows) -> AdoptionRow:
    row = rows.change(AdoptionRow, recorded.stream_id)
    row.version, row.updated_at = recorded.version, recorded.recorded_at
    return row


def _solution(recorded: Recorded, rows: Rows) -> SolutionRow:
    row = rows.change(SolutionRow, recorded.stream_id)
    row.version, row.updated_at = recorded.version, recorded.recorded_at
    row.updated_on = polish_day(recorded.recorded_at)
    return row


def _contents(text: PracticeText, rendering: dict[str, str]) -> dict[str, Any]:
    parts = {name: getattr(text, name) for name in PARTS}
    return {
        **parts,
        **{f"{name}_html": rendering.get(name, "") for name in parts},
        "title": text.title,
        "summary": text.summary,
        "institution": text.institution,
        "place": text.place,
        "started_on": text.started_on,
        "ended_on": text.ended_on,
        "cost": text.cost,
        "people": text.people,
        "tags": list(text.tags),
        "evidence": [{"title": one.title, "url": one.url} for one in text.evidence],
        "contact_unit": text.contact_unit,
    }


def _keep_contact(row: PracticeRow, contact: Personal | None, rows: Rows) -> None:
    known = rows.find(ContactRow, row.id)
    if known is not None:
        rows.remove(ContactRow, row.id)
    if contact is not None:
        rows.add(
            ContactRow(
                practice_id=row.id,
                person_id=contact.person_id,
                contact=contact.clear,
                owner_terc=row.owner_terc,
                participants=row.participants,
                visibility=NETWORK if row.visibility == PUBLIC else row.visibility,
            )
        )


def _show_contact(row: PracticeRow, visibility: str, rows: Rows) -> None:
    if rows.find(ContactRow, row.id) is not None:
        rows.change(ContactRow, row.id).visibility = visibility


def _keep_version(
    recorded: Recorded, row: PracticeRow, rows: Rows, kind: str, reason: str | None = None
) -> None:
    """Versions from before publication stay their author's."""
    rows.add(
        VersionRow(
            practice_id=row.id,
            version=recorded.version,
            kind=kind,
            recorded_at=recorded.recorded_at,
            on_behalf_of=recorded.on_behalf_of,
            reason=reason,
            title=row.title,
            summary=row.summary,
            owner_terc=row.owner_terc,
            participants=row.participants,
            visibility=PUBLIC if row.visibility == PUBLIC else OWN,
        )
    )


def _experience(
    recorded: Recorded,
    subject: PracticeRow | SolutionRow,
    terc: str,
    sort: str,
    kind: str,
    rows: Rows,
) -> ExperienceRow:
    return ExperienceRow(
        subject_id=subject.id,
        municipality_id=municipality_id(terc),
        municipality=named(rows, terc),
        subject=sort,
        kind=kind,
        title=subject.title,
        tags=subject.tags,
        since=recorded.effective_on,
        owner_terc=terc,
        participants=[terc],
        visibility=PUBLIC,
    )


def _retell_experience(row: PracticeRow, rows: Rows) -> None:
    for experience in rows.each(ExperienceRow, "subject_id", row.id):
        experience.title, experience.tags = row.title, row.tags


def _others(municipalities: list[dict[str, Any]], terc: str) -> list[dict[str, Any]]:
    return [municipality for municipality in municipalities if municipality["terc"] != terc]


def _tell_participants(row: SolutionRow, rows: Rows) -> None:
    """Who may see what isn't released has changed."""
    row.participants = [municipality["terc"] for municipality in (*row.authors, *row.invited)]
    parts: tuple[type[Guarded], ...] = (SectionRow, ReleaseRow)
    for part in parts:
        for each in rows.each(part, "solution_id", row.id):
            each.participants = row.participants
