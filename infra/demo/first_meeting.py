"""The meeting from which the network comes: 12 August 2025, recorded the day after.

Who was there and what was agreed is what both towns announced; the sentences are ours. Since when its
participants hold their offices isn't told, only that they held them on that day.
"""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from uuid import UUID, uuid5

from domain.commands import Command
from domain.cooperation import Find
from domain.meetings import (
    AddAgendaItem,
    AgendaItem,
    ApproveMinutes,
    AssignActionItem,
    InviteToMeeting,
    Meeting,
    MinutesSection,
    Person,
    Plan,
    PlanMeeting,
    PublishMinutes,
    RecordDecision,
    RecordMeetingHeld,
    WriteMinutes,
)
from domain.municipalities import HeadTitle, Office, RecordOfficeHolder
from domain.work import POLAND
from infra.demo.telling import Telling

OPOCZNO, BELCHATOW = "100704", "100101"
FOUNDERS = (OPOCZNO, BELCHATOW)
HELD_ON = date(2025, 8, 12)
RECORDED_AT = datetime(2025, 8, 13, 9, 0, tzinfo=POLAND)

_PRESENT = (
    (OPOCZNO, Office.HEAD, HeadTitle.BURMISTRZ, "Michał Konecki", "Burmistrz Opoczna"),
    (OPOCZNO, Office.DEPUTY, HeadTitle.BURMISTRZ, "Jan Zięba", "Zastępca Burmistrza"),
    (BELCHATOW, Office.HEAD, HeadTitle.PREZYDENT_MIASTA, "Patryk Marjan", "Prezydent Bełchatowa"),
    (BELCHATOW, Office.DEPUTY, HeadTitle.PREZYDENT_MIASTA, "Wojciech Piasecki", "Wiceprezydent"),
)
_AGENDA = (
    "Przestrzeń wspólna: doświadczenia, pomysły, sprawdzone rozwiązania",
    "Wzajemna pomoc w zdobywaniu pieniędzy krajowych i europejskich",
    "Sieć otwarta na kolejne miasta",
)
_MINUTES = (
    (
        "Wymiana doświadczeń",
        (
            "Oba miasta chcą na bieżąco dzielić się tym, co się u nich sprawdziło. Obok spotkań potrzebne "
            "jest do tego narzędzie, w którym można pytać i odpowiadać także pomiędzy nimi."
        ),
    ),
    (
        "Pieniądze z zewnątrz",
        (
            "Mowa była o tym, jak dobrze składać wnioski, jak przygotowywać projekty i jak prowadzić "
            "inwestycje, gdy pieniądze już są."
        ),
    ),
    (
        "Kolejne miasta",
        (
            "Współpraca nie ma kończyć się na dwóch miastach: zaproszenie dotyczy także innych, które "
            "zechcą razem pracować nad rozwiązaniami modelowymi."
        ),
    ),
)
_DECISIONS = (
    "Opoczno i Bełchatów podejmą rozmowy z burmistrzami i prezydentami innych miast.",
    "Oba miasta będą się wspierać w pozyskiwaniu funduszy zewnętrznych.",
    "Oba miasta będą dzielić się dobrymi praktykami.",
)


def first_meeting(telling: Telling) -> None:
    """True on the day of the meeting, known since the day after it: the log keeps both."""
    planned = _planned(telling.namespace)
    for command in _meeting(telling.namespace, planned):
        telling.add(command, at=RECORDED_AT)
    for terc in (BELCHATOW, OPOCZNO):
        telling.later(_approved(telling.namespace, planned.meeting_id, terc), at=RECORDED_AT)
    published = PublishMinutes(
        command_id=_id(telling.namespace, "published"), meeting_id=planned.meeting_id
    )
    telling.add(published, at=RECORDED_AT)


def _approved(namespace: UUID, meeting_id: UUID, terc: str) -> Callable[[Find], Command]:
    return lambda find: ApproveMinutes(
        command_id=_id(namespace, f"approved:{terc}"),
        meeting_id=meeting_id,
        municipality=terc,
        minutes_hash=find(Meeting, meeting_id).minutes_hash,
    )


def _meeting(namespace: UUID, planned: PlanMeeting) -> Iterator[Command]:
    yield from _offices(namespace)
    yield planned
    meeting_id = planned.meeting_id
    invited = _id(namespace, "invited")
    yield InviteToMeeting(
        command_id=invited, meeting_id=meeting_id, municipalities=(OPOCZNO,), effective_on=HELD_ON
    )
    for number, title in enumerate(_AGENDA):
        yield AddAgendaItem(
            command_id=_id(namespace, f"agenda:{number}"),
            meeting_id=meeting_id,
            municipality=BELCHATOW if number else OPOCZNO,
            item=AgendaItem(title),
        )
    yield _held(namespace, meeting_id)
    yield from _recorded(namespace, meeting_id)


def _offices(namespace: UUID) -> Iterator[Command]:
    for terc, office, title, name, _ in _PRESENT:
        yield RecordOfficeHolder(
            command_id=_id(namespace, f"office:{name}"),
            terc=terc,
            office=office,
            title=title,
            name=name,
            since=HELD_ON,
            since_known=False,
            person_id=_id(namespace, f"person:{name}"),
        )


def _planned(namespace: UUID) -> PlanMeeting:
    plan = Plan(
        title="Spotkanie samorządowców Opoczna i Bełchatowa",
        # At what hour isn't told; a day's meeting begins in the morning.
        starts_at=datetime(2025, 8, 12, 10, 0, tzinfo=POLAND),
        ends_at=datetime(2025, 8, 12, 12, 0, tzinfo=POLAND),
        place="Urząd Miasta Bełchatowa",
        description="Zapis przykładowy według komunikatu miasta; godzina i zatwierdzenie protokołu są umowne.",
    )
    command_id = _id(namespace, "planned")
    return PlanMeeting(command_id=command_id, host=BELCHATOW, plan=plan, effective_on=HELD_ON)


def _held(namespace: UUID, meeting_id: UUID) -> Command:
    attendance = tuple(
        Person(
            name=name,
            office=called,
            municipality=terc,
            person_id=_id(namespace, f"person:{name}"),
        )
        for terc, _, _, name, called in _PRESENT
    )
    return RecordMeetingHeld(
        command_id=_id(namespace, "held"),
        meeting_id=meeting_id,
        held_on=HELD_ON,
        attendance=attendance,
    )


def _recorded(namespace: UUID, meeting_id: UUID) -> Iterator[Command]:
    for number, (heading, body) in enumerate(_MINUTES):
        yield WriteMinutes(
            command_id=_id(namespace, f"minutes:{number}"),
            meeting_id=meeting_id,
            municipality=BELCHATOW,
            section=MinutesSection(heading, body),
        )
    for number, text in enumerate(_DECISIONS):
        command_id = _id(namespace, f"decision:{number}")
        yield RecordDecision(command_id=command_id, meeting_id=meeting_id, text=text)
    for terc in (OPOCZNO, BELCHATOW):
        yield AssignActionItem(
            command_id=_id(namespace, f"action:{terc}"),
            meeting_id=meeting_id,
            text="Wskazać miasta, z którymi warto rozpocząć rozmowy (przykład).",
            owner=terc,
            due_on=date(2025, 9, 30),
        )


def _id(namespace: UUID, key: str) -> UUID:
    return uuid5(namespace, f"meeting:{key}")
