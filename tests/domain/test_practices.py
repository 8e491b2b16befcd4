"""Practices, adoptions and model solutions: who may do what, and when. Through the real store."""

from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from domain.commands import Command
from domain.errors import DomainError, InvalidInput, NotPermitted
from domain.money import Grosze
from domain.municipalities.municipality import NotAMember
from domain.ordered import EntryChanged
from domain.practices import (
    AbandonAdoption,
    AcceptAuthorship,
    Adopted,
    Adoption,
    ArchivePractice,
    ArchiveSolution,
    CorrectPractice,
    DraftPractice,
    Evidence,
    ExpressInterest,
    InviteAuthors,
    LeaveAuthorship,
    ModelSolution,
    Practice,
    PracticeText,
    ProposeSolution,
    RecordImplementation,
    ReleaseSolution,
    ReturnPractice,
    RewritePractice,
    RewriteSolution,
    SolutionSection,
    StartAdapting,
    SubmitPractice,
    ValidatePractice,
    WriteSolution,
    adoption_id,
)
from domain.practices.adoption import AdoptionNotFound, AdoptionStateForbids, NoLongerOffered
from domain.practices.practice import (
    OwnPractice,
    PracticeIncomplete,
    PracticeNotFound,
    PracticeStateForbids,
)
from domain.practices.solution import NothingNew, SeveralAuthorsNeeded, SolutionNotFound
from domain.roles import OPERATOR, Actor
from tests.lifecycle import Lifecycle, run
from tests.network import BELCHATOW, OPOCZNO, TOMASZOW, Network, network, official

AUTHOR = official(OPOCZNO)
OTHER = official(BELCHATOW)
THIRD = official(TOMASZOW)
TEXT = PracticeText(
    title="Rower miejski bez wkładu własnego",
    summary="Jak uruchomiliśmy wypożyczalnię.",
    problem="Brak dojazdu do dworca.",
    solution="Wypożyczalnia z operatorem.",
    success="Trzy tysiące wypożyczeń w rok.",
    transfer="Wystarczy przetarg według załączonego wzoru.",
    cost=Grosze(12_000_000),
    tags=("transport",),
    evidence=(Evidence("Raport", "https://opoczno.example/raport"),),
)


@pytest.fixture
def net(database_url: str) -> Iterator[Network]:
    with network(database_url) as net:
        for terc in (OPOCZNO, BELCHATOW, TOMASZOW):
            net.member(terc)
        yield net


def give(net: Network, command: type[Command], by: Actor = AUTHOR, **facts: Any) -> UUID:
    given: Any = command
    return net.give(given(command_id=uuid4(), **facts), by).stream_id


def refuses(
    net: Network, error: type[DomainError], command: type[Command], by: Actor, **facts: Any
) -> DomainError:
    before = net.events()
    with pytest.raises(error) as refusal:
        give(net, command, by, **facts)
    assert net.events() == before
    return refusal.value


def drafted(net: Network, text: PracticeText = TEXT) -> UUID:
    return give(
        net, DraftPractice, municipality=OPOCZNO, text=text, contact="Anna Nowak, 44 123 45 67"
    )


def published(net: Network) -> UUID:
    practice = drafted(net)
    give(net, SubmitPractice, practice_id=practice)
    return give(net, ValidatePractice, OTHER, practice_id=practice)


def state(net: Network, aggregate: Any, stream_id: UUID) -> str:
    found: Any = net.cooperation.store.load(aggregate, stream_id)
    return str(found.state)


def test_practice_is_validated_by_another_member(net: Network) -> None:
    practice = published(net)
    assert state(net, Practice, practice) == "PUBLISHED"
    assert net.events()[-3:] == ["Practice.Drafted", "Practice.Submitted", "Practice.Published"]


def test_nobody_validates_a_practice_of_ones_own(net: Network) -> None:
    practice = drafted(net)
    give(net, SubmitPractice, practice_id=practice)
    refuses(net, OwnPractice, ValidatePractice, AUTHOR, practice_id=practice)
    refuses(net, OwnPractice, ReturnPractice, AUTHOR, practice_id=practice, remarks="Dobra.")


def test_draft_does_not_exist_for_others(net: Network) -> None:
    practice = drafted(net)
    refuses(net, PracticeNotFound, ValidatePractice, OTHER, practice_id=practice)
    refuses(net, PracticeNotFound, SubmitPractice, OTHER, practice_id=practice)


def test_published_practice_is_known_and_its_authors_all_the_same(net: Network) -> None:
    refuses(net, NotPermitted, ArchivePractice, OTHER, practice_id=published(net), reason="Stara.")


def test_practice_that_another_town_could_not_repeat_is_not_submitted(net: Network) -> None:
    practice = drafted(net, PracticeText(title="Rower", summary="Krótko.", problem="Brak dojazdu."))
    refusal = refuses(net, PracticeIncomplete, SubmitPractice, AUTHOR, practice_id=practice)
    assert refusal.details == {"parts": "solution, success, transfer"}


def test_returned_practice_is_rewritten_and_submitted_again(net: Network) -> None:
    practice = drafted(net)
    give(net, SubmitPractice, practice_id=practice)
    refuses(net, PracticeStateForbids, RewritePractice, AUTHOR, practice_id=practice, text=TEXT)
    give(net, ReturnPractice, OTHER, practice_id=practice, remarks="Ile to kosztowało?")
    give(net, RewritePractice, practice_id=practice, text=TEXT, contact="Anna Nowak, 44 123 45 67")
    give(net, SubmitPractice, practice_id=practice)
    assert "Practice.Rewritten" not in net.events()
    assert state(net, Practice, practice) == "SUBMITTED"


def test_contact_person_is_not_in_the_log_in_the_clear(net: Network) -> None:
    drafted(net)
    states = net.rows("SELECT convert_from(state, 'UTF8') FROM events")
    assert not [said for (said,) in states if "Nowak" in said]


def test_everything_wrong_with_a_practice_is_told_at_once(net: Network) -> None:
    text = PracticeText(
        title="", summary="", cost=Grosze(-1), evidence=(Evidence("Raport", "ftp://x"),)
    )
    refusal: Any = refuses(
        net, InvalidInput, DraftPractice, AUTHOR, municipality=OPOCZNO, text=text
    )
    assert [problem.field for problem in refusal.problems] == [
        "title",
        "summary",
        "cost",
        "evidence.url",
    ]


def test_adoption_goes_from_interest_to_implementation(net: Network) -> None:
    facts: dict[str, Any] = {
        "municipality": BELCHATOW,
        "of": Adopted.PRACTICE,
        "subject_id": published(net),
    }
    refuses(net, AdoptionNotFound, StartAdapting, OTHER, **facts)
    give(net, ExpressInterest, OTHER, **facts)
    refuses(net, AdoptionStateForbids, RecordImplementation, OTHER, outcome="Działa.", **facts)
    give(net, StartAdapting, OTHER, **facts)
    adoption = give(net, RecordImplementation, OTHER, outcome="Działa.", **facts)
    assert state(net, Adoption, adoption) == "IMPLEMENTED"
    refuses(net, AdoptionStateForbids, AbandonAdoption, OTHER, learned="Nie.", **facts)


def test_interest_told_twice_is_one_adoption(net: Network) -> None:
    facts: dict[str, Any] = {
        "municipality": BELCHATOW,
        "of": Adopted.PRACTICE,
        "subject_id": published(net),
    }
    assert give(net, ExpressInterest, OTHER, **facts) == give(net, ExpressInterest, OTHER, **facts)
    assert net.events().count("Adoption.InterestExpressed") == 1


def test_own_archived_or_unpublished_practices_are_not_adopted(net: Network) -> None:
    practice = published(net)
    facts: dict[str, Any] = {"of": Adopted.PRACTICE, "subject_id": practice}
    refuses(net, OwnPractice, ExpressInterest, AUTHOR, municipality=OPOCZNO, **facts)
    give(net, ArchivePractice, practice_id=practice, reason="Zmieniło się prawo.")
    refuses(net, NoLongerOffered, ExpressInterest, OTHER, municipality=BELCHATOW, **facts)
    facts = {"of": Adopted.PRACTICE, "subject_id": drafted(net)}
    refuses(net, PracticeNotFound, ExpressInterest, OTHER, municipality=BELCHATOW, **facts)


def test_adoption_is_the_adopters_own(net: Network) -> None:
    facts: dict[str, Any] = {
        "of": Adopted.PRACTICE,
        "subject_id": published(net),
        "municipality": BELCHATOW,
    }
    give(net, ExpressInterest, OTHER, **facts)
    refuses(net, NotPermitted, StartAdapting, THIRD, **facts)


def proposed(net: Network) -> UUID:
    return give(
        net, ProposeSolution, municipality=OPOCZNO, title="Wzór przetargu", summary="Wspólny wzór."
    )


def written(net: Network, solution: UUID, by: Actor = AUTHOR) -> UUID:
    command = WriteSolution(
        command_id=uuid4(),
        municipality=str(by.municipality),
        solution_id=solution,
        section=SolutionSection("Zakres", "Treść."),
    )
    net.give(command, by)
    return command.section_id


def test_solution_is_released_by_two_towns_at_least(net: Network) -> None:
    solution = proposed(net)
    written(net, solution)
    give(net, InviteAuthors, solution_id=solution, municipalities=(BELCHATOW,))
    refuses(net, SeveralAuthorsNeeded, ReleaseSolution, AUTHOR, solution_id=solution)
    give(net, AcceptAuthorship, OTHER, municipality=BELCHATOW, solution_id=solution)
    give(net, ReleaseSolution, solution_id=solution)
    refuses(net, NothingNew, ReleaseSolution, AUTHOR, solution_id=solution)
    written(net, solution, OTHER)
    give(net, ReleaseSolution, solution_id=solution)
    found = net.cooperation.store.load(ModelSolution, solution)
    assert found is not None
    assert (found.number, found.state) == (2, "PUBLISHED")


def test_solution_in_the_making_does_not_exist_for_others(net: Network) -> None:
    solution = proposed(net)
    section = SolutionSection("Zakres", "Treść.")
    refuses(
        net,
        SolutionNotFound,
        WriteSolution,
        OTHER,
        municipality=BELCHATOW,
        solution_id=solution,
        section=section,
    )


def test_author_who_has_not_accepted_does_not_write(net: Network) -> None:
    solution = proposed(net)
    give(net, InviteAuthors, solution_id=solution, municipalities=(BELCHATOW,))
    with pytest.raises(NotPermitted):
        written(net, solution, OTHER)


def test_second_edit_of_one_section_is_told_instead_of_overwriting(net: Network) -> None:
    solution = proposed(net)
    section = written(net, solution)
    facts: dict[str, Any] = {
        "municipality": OPOCZNO,
        "solution_id": solution,
        "section_id": section,
    }
    one, other = SolutionSection("Zakres", "Jedno."), SolutionSection("Zakres", "Drugie.")
    give(net, RewriteSolution, section=one, expected_section_version=1, **facts)
    refuses(
        net,
        EntryChanged,
        RewriteSolution,
        AUTHOR,
        section=other,
        expected_section_version=1,
        **facts,
    )


def test_only_members_share_practices(net: Network) -> None:
    net.register("100702")
    facts: dict[str, Any] = {"municipality": "100702", "text": TEXT}
    refuses(net, NotAMember, DraftPractice, official("100702"), **facts)


ACTORS = st.sampled_from([AUTHOR, OTHER, THIRD, OPERATOR, OPERATOR])


class PracticeLifecycle(Lifecycle):
    aggregate = Practice
    allowed: ClassVar = {
        ("DRAFT", "SUBMITTED"),
        ("SUBMITTED", "RETURNED"),
        ("SUBMITTED", "PUBLISHED"),
        ("RETURNED", "SUBMITTED"),
        ("PUBLISHED", "ARCHIVED"),
    }

    def __init__(self, net: Network) -> None:
        super().__init__(net)
        self.id = drafted(net)

    @initialize(far=st.integers(0, 4))
    def begin(self, far: int) -> None:
        steps: list[tuple[type[Command], dict[str, str]]] = [
            (SubmitPractice, {}),
            (ReturnPractice, {"remarks": "Ile?"}) if far == 2 else (ValidatePractice, {}),
            (ArchivePractice, {"reason": "Stara."}),
        ]
        for command, facts in steps[: min(far, 3) if far != 3 else 2]:
            self.give(command, OPERATOR, practice_id=self.id, **facts)

    @rule(by=ACTORS, title=st.sampled_from(["Rower", "Autobus"]), complete=st.booleans())
    def rewrite(self, by: Actor, title: str, complete: bool) -> None:
        text = PracticeText(title, "Krótko.", "P.", "R.", "S.", "", "T." if complete else "")
        self.give(RewritePractice, by, practice_id=self.id, text=text)
        self.give(CorrectPractice, by, practice_id=self.id, text=text, reason="Literówka.")

    @rule(by=ACTORS)
    def submit(self, by: Actor) -> None:
        self.give(SubmitPractice, by, practice_id=self.id)

    @rule(by=ACTORS)
    def send_back(self, by: Actor) -> None:
        self.give(ReturnPractice, by, practice_id=self.id, remarks="Ile?")

    @rule(by=ACTORS)
    def validate(self, by: Actor) -> None:
        self.give(ValidatePractice, by, practice_id=self.id)

    @rule(by=ACTORS, town=st.sampled_from([OPOCZNO, BELCHATOW]))
    def adopt(self, by: Actor, town: str) -> None:
        facts = {"municipality": town, "of": Adopted.PRACTICE, "subject_id": self.id}
        self.give(ExpressInterest, by, **facts)
        self.give(StartAdapting, by, **facts)
        self.give(RecordImplementation, by, outcome="Działa.", **facts)

    @rule(by=ACTORS, sure=st.integers(0, 3))
    def archive(self, by: Actor, sure: int) -> None:
        if sure == 0:
            self.give(ArchivePractice, by, practice_id=self.id, reason="Stara.")

    @invariant()
    def nobody_adopts_ones_own_or_what_is_not_published(self) -> None:
        store = self.net.cooperation.store
        assert store.load(Adoption, adoption_id(self.id, OPOCZNO)) is None
        if self.state in ("DRAFT", "SUBMITTED", "RETURNED"):
            assert store.load(Adoption, adoption_id(self.id, BELCHATOW)) is None


class SolutionLifecycle(Lifecycle):
    aggregate = ModelSolution
    allowed: ClassVar = {("DRAFT", "PUBLISHED"), ("PUBLISHED", "ARCHIVED")}

    def __init__(self, net: Network) -> None:
        super().__init__(net)
        self.id = proposed(net)

    @initialize(far=st.integers(0, 3))
    def begin(self, far: int) -> None:
        for step in (self.invite, self.accept, self.write, self.release)[: far * 2]:
            step(OPERATOR, BELCHATOW)
        if far == 3:
            self.give(ArchiveSolution, OPERATOR, solution_id=self.id, reason="Stare.")

    @rule(by=ACTORS, town=st.sampled_from([BELCHATOW, TOMASZOW]))
    def invite(self, by: Actor, town: str) -> None:
        self.give(InviteAuthors, by, solution_id=self.id, municipalities=(town,))

    @rule(by=ACTORS, town=st.sampled_from([BELCHATOW, TOMASZOW]))
    def accept(self, by: Actor, town: str) -> None:
        self.give(AcceptAuthorship, by, solution_id=self.id, municipality=town)

    @rule(by=ACTORS, town=st.sampled_from([OPOCZNO, BELCHATOW, TOMASZOW]))
    def leave(self, by: Actor, town: str) -> None:
        self.give(LeaveAuthorship, by, solution_id=self.id, municipality=town)

    @rule(by=ACTORS, town=st.sampled_from([OPOCZNO, BELCHATOW, TOMASZOW]))
    def write(self, by: Actor, town: str) -> None:
        section = SolutionSection("Zakres", "Treść.")
        self.give(WriteSolution, by, solution_id=self.id, municipality=town, section=section)

    @rule(by=ACTORS, town=st.sampled_from([OPOCZNO, BELCHATOW]), seen=st.integers(1, 2))
    def rewrite(self, by: Actor, town: str, seen: int) -> None:
        section = self.now.sections.last or uuid4()
        text = SolutionSection("Zakres", f"Treść {uuid4()}.")
        facts = {"section_id": section, "section": text, "expected_section_version": seen}
        self.give(RewriteSolution, by, solution_id=self.id, municipality=town, **facts)

    @rule(by=ACTORS, town=st.just(OPOCZNO))
    def release(self, by: Actor, town: str) -> None:
        assert town == OPOCZNO or by is OPERATOR
        self.give(ReleaseSolution, by, solution_id=self.id)

    @invariant()
    def numbers_count_the_releases(self) -> None:
        released = self.net.rows(
            "SELECT 1 FROM events WHERE stream_id = %s AND type = 'ModelSolution.VersionReleased'",
            self.id,
        )
        assert self.now.number == len(released)


@pytest.mark.parametrize("machine", [PracticeLifecycle, SolutionLifecycle])
def test_random_commands_never_take_it_where_it_may_not_go(
    machine: type[Lifecycle], net: Network
) -> None:
    run(lambda: machine(net), net, "practices")
    assert {state for pair in machine.allowed for state in pair} == machine.seen
