"""ModelSolution (rozwiązanie modelowe): written jointly by several towns, in numbered versions."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid5

from eventsourcing.domain import event

from domain.aggregate import Aggregate
from domain.commands import Command, OnBehalf, Whose, handles
from domain.errors import DomainError, NotFound, NotPermitted
from domain.municipalities import active_member
from domain.ordered import Ordered
from domain.practices.practice import WRITERS
from domain.practices.text import PART_LIMIT, tag_problems
from domain.roles import Role
from domain.values import parse_terc, refuse_if, text_problems
from domain.visibility import Level
from domain.work import Work


class SolutionState(StrEnum):
    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    ARCHIVED = "ARCHIVED"


class Authorship(StrEnum):
    INVITED = "INVITED"
    ACCEPTED = "ACCEPTED"
    LEFT = "LEFT"


class SolutionNotFound(NotFound):
    code = "solution_not_found"
    pl = "Nie ma takiego rozwiązania modelowego."
    en = "There is no such model solution."


class SolutionArchived(DomainError):
    code = "solution_archived"
    pl = "Rozwiązanie modelowe jest w archiwum i nie można go już zmienić."
    en = "The model solution is archived and can no longer be changed."


class SolutionStateForbids(DomainError):
    code = "solution_state_forbids"
    pl = "W obecnym stanie rozwiązania modelowego ({state}) nie jest to możliwe."
    en = "The model solution's present state ({state}) does not allow this."


class SeveralAuthorsNeeded(DomainError):
    code = "several_authors_needed"
    pl = "Rozwiązanie modelowe wydają co najmniej dwie gminy: zaproszona musi przyjąć współautorstwo."
    en = "A model solution is released by two municipalities at least: one invited has to accept first."


class NothingNew(DomainError):
    code = "nothing_new"
    pl = "Od ostatniej wersji nic się nie zmieniło albo nie ma jeszcze treści."
    en = "Nothing has changed since the last version, or there is no text yet."


@dataclass(frozen=True)
class SolutionSection:
    """`body` is Markdown, `body_html` its rendering."""

    heading: str
    body: str
    body_html: str = ""


@dataclass(frozen=True, kw_only=True)
class ProposeSolution(Command):
    """`municipality` leads: it invites the other authors and releases versions."""

    municipality: str
    title: str
    summary: str
    tags: tuple[str, ...] = ()

    @property
    def solution_id(self) -> UUID:
        return uuid5(self.command_id, "model solution")


@dataclass(frozen=True, kw_only=True)
class InviteAuthors(Command):
    solution_id: UUID
    municipalities: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class AcceptAuthorship(OnBehalf):
    solution_id: UUID


@dataclass(frozen=True, kw_only=True)
class LeaveAuthorship(OnBehalf):
    solution_id: UUID


@dataclass(frozen=True, kw_only=True)
class WriteSolution(OnBehalf):
    """Adds a section; `after`: the one that it is to follow; None: it comes last."""

    solution_id: UUID
    section: SolutionSection
    after: UUID | None = None

    @property
    def section_id(self) -> UUID:
        return uuid5(self.command_id, "solution section")


@dataclass(frozen=True, kw_only=True)
class RewriteSolution(OnBehalf):
    """`expected_section_version`: the version of the section that the author saw."""

    solution_id: UUID
    section_id: UUID
    section: SolutionSection
    expected_section_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class RemoveFromSolution(OnBehalf):
    solution_id: UUID
    section_id: UUID
    expected_section_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class ReleaseSolution(Command):
    """Fixes the text as it stands under the next number."""

    solution_id: UUID
    notes: str = ""


@dataclass(frozen=True, kw_only=True)
class ArchiveSolution(Command):
    solution_id: UUID
    reason: str


class ModelSolution(Aggregate):
    class Proposed(Aggregate.Created):
        municipality: str
        title: str
        summary: str
        tags: tuple[str, ...]

    class AuthorInvited(Aggregate.Event):
        municipality: str

    class AuthorshipAccepted(Aggregate.Event):
        municipality: str

    class AuthorLeft(Aggregate.Event):
        municipality: str

    class SectionAdded(Aggregate.Event):
        section_id: UUID
        section: SolutionSection
        after: UUID | None
        by: str

    class SectionRewritten(Aggregate.Event):
        section_id: UUID
        section: SolutionSection
        by: str

    class SectionRemoved(Aggregate.Event):
        section_id: UUID
        by: str

    class VersionReleased(Aggregate.Event):
        number: int
        notes: str

    class Archived(Aggregate.Event):
        reason: str

    def __init__(
        self, *, municipality: str, title: str, summary: str, tags: tuple[str, ...]
    ) -> None:
        self.lead = municipality
        self.title = title
        self.summary = summary
        self.tags = tags
        self.state = SolutionState.DRAFT
        self.authors: dict[str, Authorship] = {municipality: Authorship.ACCEPTED}
        self.sections: Ordered[SolutionSection] = Ordered()
        self.number = 0
        self.changed = False

    @property
    def owner(self) -> str:
        return self.lead

    @property
    def level(self) -> Level:
        return Level.PUBLIC if self.public else Level.CONSORTIUM

    @property
    def participants(self) -> frozenset[str]:
        return frozenset(
            terc for terc, state in self.authors.items() if state is not Authorship.LEFT
        )

    @property
    def public(self) -> bool:
        return self.state is not SolutionState.DRAFT

    @property
    def writing(self) -> set[str]:
        return {terc for terc, state in self.authors.items() if state is Authorship.ACCEPTED}

    def invite(self, municipality: str, work: Work) -> None:
        self._require_alive()
        if self.authors.get(municipality, Authorship.LEFT) is Authorship.LEFT:
            self.record(ModelSolution.AuthorInvited, work.at, work.today, municipality=municipality)

    def accept(self, municipality: str, work: Work) -> None:
        self._require_alive()
        if municipality not in self.participants:
            raise NotPermitted
        if self.authors[municipality] is Authorship.INVITED:
            facts = {"municipality": municipality}
            self.record(ModelSolution.AuthorshipAccepted, work.at, work.today, **facts)

    def leave(self, municipality: str, work: Work) -> None:
        self._require_alive()
        if municipality == self.lead:
            raise NotPermitted
        if municipality in self.participants:
            self.record(ModelSolution.AuthorLeft, work.at, work.today, municipality=municipality)

    def add(
        self, section_id: UUID, section: SolutionSection, by: str, after: UUID | None, work: Work
    ) -> None:
        self._require_author(by)
        if section_id not in self.sections:
            facts = {"section_id": section_id, "section": section, "after": after, "by": by}
            self.record(ModelSolution.SectionAdded, work.at, work.today, **facts)

    def rewrite(
        self, section_id: UUID, section: SolutionSection, by: str, expected: int | None, work: Work
    ) -> None:
        self._require_author(by)
        if self.sections.get(section_id, expected).value != section:
            facts = {"section_id": section_id, "section": section, "by": by}
            self.record(ModelSolution.SectionRewritten, work.at, work.today, **facts)

    def remove(self, section_id: UUID, by: str, expected: int | None, work: Work) -> None:
        self._require_author(by)
        self.sections.get(section_id, expected)
        self.record(ModelSolution.SectionRemoved, work.at, work.today, section_id=section_id, by=by)

    def release(self, notes: str, work: Work) -> None:
        self._require_alive()
        if len(self.writing) < 2:
            raise SeveralAuthorsNeeded
        if not self.changed or not len(self.sections):
            raise NothingNew
        facts = {"number": self.number + 1, "notes": notes}
        self.record(ModelSolution.VersionReleased, work.at, work.today, **facts)

    def archive(self, reason: str, work: Work) -> None:
        if self.state is SolutionState.DRAFT:
            raise SolutionStateForbids(state=self.state.value)
        if self.state is SolutionState.PUBLISHED:
            self.record(ModelSolution.Archived, work.at, work.today, reason=reason)

    def _require_alive(self) -> None:
        if self.state is SolutionState.ARCHIVED:
            raise SolutionArchived

    def _require_author(self, municipality: str) -> None:
        self._require_alive()
        if municipality not in self.writing:
            raise NotPermitted

    @event(AuthorInvited)
    def _author_invited(self, municipality: str) -> None:
        self.authors[municipality] = Authorship.INVITED

    @event(AuthorshipAccepted)
    def _authorship_accepted(self, municipality: str) -> None:
        self.authors[municipality] = Authorship.ACCEPTED

    @event(AuthorLeft)
    def _author_left(self, municipality: str) -> None:
        self.authors[municipality] = Authorship.LEFT

    @event(SectionAdded)
    def _section_added(
        self, section_id: UUID, section: SolutionSection, after: UUID | None
    ) -> None:
        self.sections.insert(section_id, section, after)
        self.changed = True

    @event(SectionRewritten)
    def _section_rewritten(self, section_id: UUID, section: SolutionSection) -> None:
        self.sections.rewrite(section_id, section)
        self.changed = True

    @event(SectionRemoved)
    def _section_removed(self, section_id: UUID) -> None:
        self.sections.remove(section_id)
        self.changed = True

    @event(VersionReleased)
    def _version_released(self, number: int) -> None:
        self.number = number
        self.state = SolutionState.PUBLISHED
        self.changed = False

    @event(Archived)
    def _archived(self) -> None:
        self.state = SolutionState.ARCHIVED


@handles(ProposeSolution, by=WRITERS)
def propose_solution(command: ProposeSolution, work: Work) -> ModelSolution:
    municipality = active_member(work, command.municipality).terc
    refuse_if(text_problems("title", command.title, 300))
    refuse_if(text_problems("summary", command.summary, 2_000, multiline=True))
    refuse_if(tag_problems(command.tags))
    begun = ModelSolution.begin(
        ModelSolution.Proposed,
        command.solution_id,
        work.at,
        work.today,
        municipality=municipality,
        title=command.title,
        summary=command.summary,
        tags=command.tags,
    )
    return work.add(begun)


@handles(InviteAuthors, by=WRITERS)
def invite_authors(command: InviteAuthors, work: Work) -> ModelSolution:
    solution = _to_change(work, command.solution_id, command.expected_version)
    for terc in command.municipalities[:100]:
        solution.invite(active_member(work, terc, "municipalities").terc, work)
    return solution


@handles(AcceptAuthorship, by=WRITERS | {Role.EXECUTIVE}, on=Whose.SHARED)
def accept_authorship(command: AcceptAuthorship, work: Work) -> ModelSolution:
    solution = _to_change(work, command.solution_id, command.expected_version)
    solution.accept(parse_terc(command.municipality, "municipality"), work)
    return solution


@handles(LeaveAuthorship, by=WRITERS | {Role.EXECUTIVE}, on=Whose.SHARED)
def leave_authorship(command: LeaveAuthorship, work: Work) -> ModelSolution:
    solution = _to_change(work, command.solution_id, command.expected_version)
    solution.leave(parse_terc(command.municipality, "municipality"), work)
    return solution


@handles(WriteSolution, by=WRITERS, on=Whose.SHARED)
def write_solution(command: WriteSolution, work: Work) -> ModelSolution:
    solution = _to_change(work, command.solution_id, command.expected_version)
    section = _rendered(command.section, work)
    by = parse_terc(command.municipality, "municipality")
    after = command.after or solution.sections.last
    solution.add(command.section_id, section, by, after, work)
    return solution


@handles(RewriteSolution, by=WRITERS, on=Whose.SHARED)
def rewrite_solution(command: RewriteSolution, work: Work) -> ModelSolution:
    solution = _to_change(work, command.solution_id, command.expected_version)
    section = _rendered(command.section, work)
    by = parse_terc(command.municipality, "municipality")
    solution.rewrite(command.section_id, section, by, command.expected_section_version, work)
    return solution


@handles(RemoveFromSolution, by=WRITERS, on=Whose.SHARED)
def remove_from_solution(command: RemoveFromSolution, work: Work) -> ModelSolution:
    solution = _to_change(work, command.solution_id, command.expected_version)
    by = parse_terc(command.municipality, "municipality")
    solution.remove(command.section_id, by, command.expected_section_version, work)
    return solution


@handles(ReleaseSolution, by=WRITERS)
def release_solution(command: ReleaseSolution, work: Work) -> ModelSolution:
    solution = _to_change(work, command.solution_id, command.expected_version)
    refuse_if(text_problems("notes", command.notes, 5000, required=False, multiline=True))
    solution.release(command.notes, work)
    return solution


@handles(ArchiveSolution, by=WRITERS)
def archive_solution(command: ArchiveSolution, work: Work) -> ModelSolution:
    solution = _to_change(work, command.solution_id, command.expected_version)
    refuse_if(text_problems("reason", command.reason, 1000, multiline=True))
    solution.archive(command.reason, work)
    return solution


def published_solution(work: Work, solution_id: UUID) -> ModelSolution:
    found = work.see(ModelSolution, solution_id)
    if found is None or not found.public:
        raise SolutionNotFound
    return found


def _to_change(work: Work, solution_id: UUID, expected: int | None) -> ModelSolution:
    found = work.load(ModelSolution, solution_id, expected)
    if found is None:
        raise SolutionNotFound
    return found


def _rendered(section: SolutionSection, work: Work) -> SolutionSection:
    refuse_if(text_problems("heading", section.heading, 300))
    refuse_if(text_problems("body", section.body, PART_LIMIT, multiline=True))
    return SolutionSection(section.heading, section.body, work.texts.render(section.body))
