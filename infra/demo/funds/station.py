"""The demo's main story, the whole way of one initiative."""

from uuid import UUID

from domain.initiatives.budget import Budget
from domain.initiatives.commands import (
    assessment,
    claims,
    implementation,
    proposal,
    records,
    timeplan,
)
from domain.initiatives.timeplan import DutyKind
from domain.money import most
from infra.demo.funds.story import (
    BELCHATOW,
    OPOCZNO,
    PIOTRKOW,
    SULEJOW,
    TOMASZOW,
    ZLOTY,
    Demo,
    Story,
    budget,
    claim,
)


def station_of_ideas(demo: Demo, call: UUID) -> None:
    """The whole way: correction, reserve list, selection, agreement, amendment, two claims."""
    members = (OPOCZNO, BELCHATOW, TOMASZOW, PIOTRKOW, SULEJOW)
    story = Story(
        demo,
        "stacja",
        OPOCZNO,
        "Stacja Pomysłów: pięć miejskich pracowni",
        "Pięć miast urządza pracownie, w których mieszkańcy i urzędy wspólnie próbują rozwiązań, "
        "zanim powstanie kosztowna inwestycja. Historia wymyślona na potrzeby sieci przykładowej.",
        600,
    )
    drawn_up = budget(demo, 3_999_999, 8_500, *members)
    story.partners(590, *members[1:])
    story.prepare(550, call, drawn_up, *members)
    story.give(proposal.MakeInitiativePublic, 545)
    story.submit(510)
    story.give(assessment.StartFormalAssessment, 498)
    story.give(
        assessment.RecordCorrectionRequest,
        480,
        deadline=demo.day(470),
        what="Brak załącznika z mapą.",
        document=story.letter("wezwanie do uzupełnienia"),
    )
    story.give(assessment.RecordCorrectionAnswer, 473, document=story.letter("uzupełnienie"))
    story.give(assessment.PassFormalAssessment, 460, document=story.letter("ocena formalna"))
    story.give(
        assessment.PutOnReserveList,
        420,
        score=8_150,
        place=2,
        document=story.letter("lista rankingowa"),
    )
    amount = drawn_up.grant - 100_000 * ZLOTY
    story.give(
        assessment.RecordSelection,
        380,
        amount=amount,
        document=story.letter("zwiększenie alokacji"),
    )
    story.give(
        implementation.SignGrantAgreement,
        340,
        number="FMS.02.01-001/UM-17",
        amount=amount,
        document=story.letter("umowa o dofinansowanie"),
    )
    story.give(implementation.StartImplementation, 330)
    _timeplan(story)
    _claims(story, amount, drawn_up)
    _records(story)


def _timeplan(story: Story) -> None:
    demo = story.demo
    story.give(timeplan.SetMilestone, 330, title="Projekty pięciu pracowni", due_on=demo.day(240))
    story.give(timeplan.ReachMilestone, 236, number=1)
    story.give(timeplan.SetMilestone, 330, title="Otwarcie pierwszej pracowni", due_on=demo.day(10))
    moved = {"due_on": demo.day(-20), "reason": "Dłuższy przetarg."}
    story.give(timeplan.MoveMilestone, 40, number=2, **moved)
    duties = (
        (DutyKind.REPORT, "Sprawozdanie roczne", -12),
        (DutyKind.CLAIM, "Wniosek o płatność nr 3", -33),
    )
    for kind, title, ago in duties:
        story.give(timeplan.ImposeDuty, 330, kind=kind, title=title, due_on=demo.day(ago))


def _claims(story: Story, amount: int, drawn_up: Budget) -> None:
    amended = {
        "amount": amount,
        "budget": drawn_up,
        "what": "Przesunięcie terminu otwarcia pracowni.",
    }
    story.give(implementation.SignAmendment, 120, **amended, document=story.letter("aneks nr 1"))
    story.give(claims.DraftClaim, 200, content=claim(story.demo, 330, 210, 250_000))
    story.give(claims.SubmitClaim, 198, number=1)
    story.give(claims.ApproveClaim, 170, number=1)
    story.give(claims.PayClaim, 160, number=1, amount=most(250_000 * ZLOTY, 8_500))
    story.give(claims.DraftClaim, 60, content=claim(story.demo, 209, 70, 480_000))
    story.give(claims.SubmitClaim, 58, number=2)
    story.give(
        claims.PartlyApproveClaim,
        30,
        number=2,
        amount=most(460_000 * ZLOTY, 8_500),
        reason="Jedna faktura spoza okresu.",
    )


def _records(story: Story) -> None:
    story.record(records.WriteNote, text="Spotkanie partnerów w sprawie wyposażenia: do ustalenia.")
    risk = records.Assessment(
        records.Level.MEDIUM, records.Level.HIGH, "Podział zamówienia na części."
    )
    story.record(records.IdentifyRisk, title="Brak ofert w przetargu", assessment=risk)
