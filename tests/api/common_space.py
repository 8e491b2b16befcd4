"""Something of everything that the network shares, through real commands: for tests that read it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.commands import Command
from domain.meetings import (
    AddAgendaItem,
    AgendaItem,
    AnnotateMinutes,
    Answer,
    AnswerInvitation,
    ApproveMinutes,
    AssignActionItem,
    InvitePerson,
    InviteToMeeting,
    Meeting,
    MinutesSection,
    Person,
    Plan,
    PlanMeeting,
    PublishMinutes,
    RecordDecision,
    RecordMeetingHeld,
    Recurrence,
    StartSeries,
    WriteMinutes,
)
from domain.money import Grosze
from domain.municipalities import HeadTitle, Office, RecordOfficeHolder, RenameMunicipality
from domain.practices import (
    AcceptAuthorship,
    Adopted,
    DraftPractice,
    Evidence,
    ExpressInterest,
    InviteAuthors,
    PracticeText,
    ProposeSolution,
    RecordImplementation,
    ReleaseSolution,
    SolutionSection,
    StartAdapting,
    SubmitPractice,
    ValidatePractice,
    WriteSolution,
)
from domain.questions import AcceptAnswer, AnswerQuestion, AskQuestion, Link, LinkKind, Said
from domain.roles import OPERATOR, Actor
from tests.network import BELCHATOW, OPOCZNO, TOMASZOW, Network, official

START = datetime(2025, 8, 12, 8, 0, tzinfo=UTC)
TEXT = PracticeText(
    title="Rower miejski",
    summary="Jak uruchomiliśmy „wypożyczalnię”.",
    problem="Brak dojazdu.",
    solution="Wypożyczalnia.",
    success="Trzy tysiące wypożyczeń.",
    transfer="Wzór przetargu.",
    cost=Grosze(900_000_000_001),
    people=3,
    started_on=date(2024, 3, 1),
    tags=("transport", "rowery"),
    evidence=(Evidence("Raport", "https://opoczno.example/raport"),),
)


def fill(net: Network) -> None:
    """Of every level of visibility something."""
    for terc in (OPOCZNO, BELCHATOW, TOMASZOW):
        net.member(terc)
    share(net)


def share(net: Network) -> None:
    """The same where the three are members already."""
    _offices(net)
    _meetings(net)
    _practices(net)
    _questions(net)


def _give(net: Network, command: type[Command], by: Actor = OPERATOR, **facts: Any) -> UUID:
    made: Any = command
    return net.give(made(command_id=uuid4(), **facts), by).stream_id


def _offices(net: Network) -> None:
    for office, name in ((Office.HEAD, "Anna Nowak"), (Office.DEPUTY, "Jan Kowalski")):
        _give(
            net,
            RecordOfficeHolder,
            terc=OPOCZNO,
            office=office,
            title=HeadTitle.BURMISTRZ,
            name=name,
            since=date(2024, 5, 7),
        )
    rename: dict[str, Any] = {
        "terc": TOMASZOW,
        "name": "Tomaszów",
        "effective_on": date(2026, 1, 1),
    }
    _give(net, RenameMunicipality, **rename)


def _meetings(net: Network) -> None:
    for state in ("planned", "invited", "held", "published"):
        plan = Plan(f"Spotkanie {state}", START, START + timedelta(hours=2), place="Ratusz „A”")
        meeting = _give(net, PlanMeeting, host=BELCHATOW, plan=plan)
        item = AgendaItem("Kadry", public=False)
        _give(net, AddAgendaItem, meeting_id=meeting, municipality=BELCHATOW, item=item)
        _give(
            net,
            AddAgendaItem,
            meeting_id=meeting,
            municipality=BELCHATOW,
            item=AgendaItem("Fundusze", minutes=30),
        )
        if state != "planned":
            _invited(net, meeting)
        if state in ("held", "published"):
            _held(net, meeting)
        if state == "published":
            _published(net, meeting)
    recurrence = Recurrence(datetime.fromisoformat("2026-03-25T10:00"), 60, "FREQ=WEEKLY;COUNT=3")
    _give(net, StartSeries, host=OPOCZNO, title="Narada", recurrence=recurrence)


def _invited(net: Network, meeting: UUID) -> None:
    _give(net, InviteToMeeting, meeting_id=meeting, municipalities=(OPOCZNO,))
    _give(net, InvitePerson, meeting_id=meeting, person=Person(name="Ewa Lis", office="Ekspertka"))
    answer: dict[str, Any] = {
        "municipality": OPOCZNO,
        "answer": Answer.ACCEPTED,
        "note": "Będziemy.",
    }
    _give(net, AnswerInvitation, meeting_id=meeting, **answer)


def _held(net: Network, meeting: UUID) -> None:
    present = (
        Person(name="Anna Nowak", office="Burmistrz", municipality=OPOCZNO),
        Person(name="Ewa Lis", office="Ekspertka"),
    )
    _give(net, RecordMeetingHeld, meeting_id=meeting, attendance=present)
    for public in (True, False):
        section = MinutesSection("Przebieg", "Rozmowa.", public=public)
        _give(net, WriteMinutes, meeting_id=meeting, municipality=OPOCZNO, section=section)
    _give(net, RecordDecision, meeting_id=meeting, text="Spotykamy się co kwartał.")
    due: dict[str, Any] = {"text": "Lista naborów", "owner": TOMASZOW, "due_on": date(2026, 12, 1)}
    _give(net, AssignActionItem, meeting_id=meeting, **due)
    _give(net, AssignActionItem, meeting_id=meeting, text="Wzór umowy", owner=OPOCZNO)


def _published(net: Network, meeting: UUID) -> None:
    found = net.cooperation.store.load(Meeting, meeting)
    assert found is not None
    seen: dict[str, Any] = {"municipality": OPOCZNO, "minutes_hash": found.minutes_hash}
    _give(net, ApproveMinutes, meeting_id=meeting, **seen)
    _give(net, PublishMinutes, meeting_id=meeting)
    _give(net, AnnotateMinutes, meeting_id=meeting, note="Godzina: 10.30.")


def _practices(net: Network) -> None:
    validator = official(BELCHATOW)
    _give(net, DraftPractice, municipality=OPOCZNO, text=TEXT)
    for last in (SubmitPractice, ValidatePractice):
        practice = _give(
            net, DraftPractice, municipality=OPOCZNO, text=TEXT, contact="Anna Nowak, 44 1"
        )
        _give(net, SubmitPractice, practice_id=practice)
        if last is ValidatePractice:
            _give(net, ValidatePractice, validator, practice_id=practice, remarks="Dobre.")
    for terc in (BELCHATOW, TOMASZOW):
        facts: dict[str, Any] = {
            "municipality": terc,
            "of": Adopted.PRACTICE,
            "subject_id": practice,
        }
        _give(net, ExpressInterest, note="My też.", **facts)
    _give(net, StartAdapting, **facts)
    _give(net, RecordImplementation, outcome="Działa.", learned="Zacząć wcześniej.", **facts)
    for released in (False, True):
        solution = _give(
            net,
            ProposeSolution,
            municipality=OPOCZNO,
            title="Wzór",
            summary="Wspólny.",
            tags=("umowy",),
        )
        _give(net, InviteAuthors, solution_id=solution, municipalities=(BELCHATOW, TOMASZOW))
        _give(net, AcceptAuthorship, municipality=BELCHATOW, solution_id=solution)
        section = SolutionSection("Zakres", "Treść.")
        _give(net, WriteSolution, municipality=OPOCZNO, solution_id=solution, section=section)
        if released:
            _give(net, ReleaseSolution, solution_id=solution, notes="Pierwsza.")


def _questions(net: Network) -> None:
    for asker, other in ((OPOCZNO, BELCHATOW), (BELCHATOW, TOMASZOW)):
        said = Said("Kto kupował autobusy?", (Link(LinkKind.CALL, uuid4()),))
        question = _give(
            net, AskQuestion, municipality=asker, title="Autobusy", said=said, topics=("transport",)
        )
        answer = AnswerQuestion(
            command_id=uuid4(), municipality=other, question_id=question, said=Said("My.")
        )
        net.give(answer)
        if asker == OPOCZNO:
            _give(net, AcceptAnswer, question_id=question, answer_id=answer.answer_id)
