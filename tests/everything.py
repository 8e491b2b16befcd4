"""Something of everything that the network keeps, of every level of visibility: for tests of who sees what."""

from typing import Any
from uuid import uuid4

from domain.calls.interest import DeclareInterest
from domain.commands import Command
from domain.initiatives.commands import consortium, proposal, records
from domain.initiatives.commands.records import Assessment, IdentifyRisk, Level
from domain.municipalities import LeaveNetwork, SuspendMember
from domain.practices import DraftPractice, LeaveAuthorship, ReturnPractice, SubmitPractice
from tests.api import common_space
from tests.funds import DOCUMENT, STRANGER, Funds, funds_of, official
from tests.network import BELCHATOW, OPOCZNO, TOMASZOW, Network
from tests.stories import whole_story

SUSPENDED, LEFT, INVITED = TOMASZOW, STRANGER, "100202"
"""Members no more; and one that is asked to join initiatives and has not answered."""


def everything(net: Network) -> Funds:
    common_space.fill(net)
    for terc in (LEFT, INVITED):
        net.member(terc)
    _news(net)
    _returned_practice(net)
    usual = net.cooperation
    given = funds_of(net)
    _initiatives(given)
    _interests(given)
    net.cooperation = usual
    left = net.value(
        "SELECT stream_id FROM events WHERE type = 'ModelSolution.Proposed' ORDER BY position LIMIT 1"
    )
    _give(given, LeaveAuthorship, solution_id=left, municipality=BELCHATOW)
    _give(given, SuspendMember, terc=SUSPENDED, reason="Zaległości")
    _give(given, LeaveNetwork, terc=LEFT, reason="Koniec")
    net.project()
    return given


def _give(given: Funds, command: type[Command], **facts: Any) -> None:
    made: Any = command
    given.give(made(command_id=uuid4(), **facts))


def _news(net: Network) -> None:
    net.draft("Szkic o moście", OPOCZNO, body="Treść szkicu, której nikt nie zna.")
    net.published("Otwarcie mostu", BELCHATOW, body="Most już otwarty.")
    net.correct(net.published("Zamknięcie mostu").stream_id, "Zamknięcie mostu na tydzień")
    net.retract(net.published("Most, którego nie ma").stream_id)


def _returned_practice(net: Network) -> None:
    drafted = DraftPractice(command_id=uuid4(), municipality=OPOCZNO, text=common_space.TEXT)
    practice = net.give(drafted).stream_id
    net.give(SubmitPractice(command_id=uuid4(), practice_id=practice))
    net.give(ReturnPractice(command_id=uuid4(), practice_id=practice, remarks="Brak kosztów."))


def _initiatives(given: Funds) -> None:
    for public in (True, False):
        given.register_programme()
        found = whole_story(given, public=public)
        risk = IdentifyRisk(
            command_id=uuid4(),
            initiative_id=found,
            title="Brak wykonawcy",
            assessment=Assessment(Level.HIGH, Level.LOW, "Drugi przetarg"),
        )
        given.give(risk, official(BELCHATOW))
        asked = given.partnership()
        given.order(consortium.InvitePartner, asked, municipality=INVITED, message="Zapraszamy")
        if public:
            given.order(proposal.MakeInitiativePublic, asked)
    _left_by_its_first_lead(given)
    given.propose(leads=False, municipality=BELCHATOW)


def _left_by_its_first_lead(given: Funds) -> None:
    found = given.partnership()
    note = records.WriteNote(command_id=uuid4(), initiative_id=found, text="Nasza notatka")
    given.give(note, official(OPOCZNO))
    given.order(consortium.AppointLead, found, municipality=BELCHATOW, document=DOCUMENT)
    given.order(
        consortium.LeaveConsortium,
        found,
        official(OPOCZNO),
        municipality=OPOCZNO,
        reason="Inne plany",
    )


def _interests(given: Funds) -> None:
    call = given.announce()
    for terc in (OPOCZNO, BELCHATOW):
        _give(given, DeclareInterest, call_id=call, municipality=terc, offer="Mamy działkę")
