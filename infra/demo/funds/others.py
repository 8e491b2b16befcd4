"""The demo's other initiatives: one or two in every state."""

from uuid import UUID

from domain.initiatives.assessment import ProtestGround
from domain.initiatives.commands import (
    assessment,
    claims,
    implementation,
    proposal,
)
from domain.money import most
from infra.demo.funds.story import (
    BELCHATOW,
    BRZEZINY,
    DRZEWICA,
    KUTNO,
    OPOCZNO,
    PIOTRKOW,
    RAWA,
    SULEJOW,
    TOMASZOW,
    ZELOW,
    ZLOTY,
    Demo,
    Story,
    budget,
    claim,
)


def others(demo: Demo, calls: dict[str, UUID]) -> None:
    for tell in _TOLD:
        tell(demo, calls)


def _ideas(demo: Demo, calls: dict[str, UUID]) -> None:
    Story(demo, "rowery", BELCHATOW, "Wspólny rower miejski", "Jedna karta w trzech miastach.", 40)
    bridge = Story(
        demo, "kladka", SULEJOW, "Kładka nad Pilicą", "Pieszo i rowerem przez rzekę.", 70
    )
    bridge.partners(60, PIOTRKOW)
    water = Story(demo, "zbiorniki", TOMASZOW, "Ogrody deszczowe", "Woda zostaje w mieście.", 80)
    water.partners(70, OPOCZNO, RAWA)
    water.prepare(30, calls["water"], budget(demo, 900_000, 7_000, TOMASZOW, OPOCZNO, RAWA))
    water.give(proposal.MakeInitiativePublic, 20)


def _applied(demo: Demo, calls: dict[str, UUID]) -> None:
    fresh = Story(demo, "targ", ZELOW, "Targ sąsiedzki", "Hala targowa dla dwóch gmin.", 90)
    fresh.partners(80, BELCHATOW)
    drawn_up = budget(demo, 1_200_000, 8_000, ZELOW, BELCHATOW)
    fresh.prepare(28, calls["open"], drawn_up, ZELOW, BELCHATOW)
    fresh.give(proposal.MakeInitiativePublic, 20)
    fresh.submit(5)


def _assessed(demo: Demo, calls: dict[str, UUID]) -> None:
    for key, lead, partner, title in (
        ("park", BRZEZINY, RAWA, "Park kieszonkowy przy rynku"),
        ("swiatlo", OPOCZNO, DRZEWICA, "Światło, które nie razi"),
        ("zegar", PIOTRKOW, TOMASZOW, "Cień na placach"),
        ("cisza", RAWA, BRZEZINY, "Ciche ulice"),
    ):
        story = Story(demo, key, lead, title, "Historia przykładowa.", 260)
        story.partners(250, partner)
        story.prepare(
            190, calls["assessed"], budget(demo, 700_001, 8_500, lead, partner), lead, partner
        )
        story.submit(130)
        _ENDS[key](story)


def _asked_to_correct(story: Story) -> None:
    story.give(assessment.StartFormalAssessment, 60)
    story.give(
        assessment.RecordCorrectionRequest,
        4,
        deadline=story.demo.day(-6),
        what="Brak podpisu pod oświadczeniem.",
        document=story.letter("wezwanie do uzupełnienia"),
    )


def _in_merit_assessment(story: Story) -> None:
    story.assess(60)
    story.give(proposal.MakeInitiativePublic, 50)


def _protested(story: Story) -> None:
    story.assess(80)
    story.give(
        assessment.RecordRejection, 15, score=5_400, document=story.letter("ocena negatywna")
    )
    ground = ProtestGround.CRITERION_MISJUDGED
    story.give(assessment.FileProtest, 8, ground=ground, document=story.letter("protest"))


def _rejected(story: Story) -> None:
    story.assess(80)
    story.give(assessment.RecordRejection, 9, score=4_900, document=story.letter("ocena negatywna"))


def _ended(demo: Demo, calls: dict[str, UUID]) -> None:
    for key, lead, partner, title in (
        ("szlak", DRZEWICA, OPOCZNO, "Szlak dawnych hut"),
        ("kino", KUTNO, BRZEZINY, "Kino letnie w trzech parkach"),
        ("zagle", TOMASZOW, SULEJOW, "Przystań nad zalewem"),
        ("plac", ZELOW, BELCHATOW, "Plac wielu pokoleń"),
    ):
        story = Story(demo, key, lead, title, "Historia przykładowa.", 600)
        story.partners(590, partner)
        story.prepare(
            550, calls["closed"], budget(demo, 650_000, 8_500, lead, partner), lead, partner
        )
        story.submit(505)
        _ENDS[key](story)


def _selected(story: Story) -> None:
    story.assess(490)
    amount, letter = 500_000 * ZLOTY, story.letter("lista rankingowa")
    story.give(assessment.RecordSelection, 420, amount=amount, score=9_000, document=letter)
    story.give(proposal.MakeInitiativePublic, 419)


def _left_without_funding(story: Story) -> None:
    story.assess(490)
    story.give(
        assessment.PutOnReserveList, 420, score=6_200, place=9, document=story.letter("lista")
    )
    story.give(assessment.RecordNoFunding, 300, document=story.letter("zamknięcie listy"))


def _withdrawn(story: Story) -> None:
    reason = "Zmiana planu zagospodarowania nad zalewem."
    story.give(implementation.WithdrawInitiative, 480, reason=reason)


def _terminated(story: Story) -> None:
    _selected(story)
    number, amount = "FMS.02.01-001/UM-21", 500_000 * ZLOTY
    story.give(implementation.SignGrantAgreement, 350, number=number, amount=amount)
    story.give(implementation.TerminateAgreement, 210, reason="Dwa przetargi bez ofert.")


_ENDS = {
    "park": _asked_to_correct,
    "swiatlo": _in_merit_assessment,
    "zegar": _protested,
    "cisza": _rejected,
    "szlak": _selected,
    "kino": _left_without_funding,
    "zagle": _withdrawn,
    "plac": _terminated,
}


def _finished(demo: Demo, calls: dict[str, UUID]) -> None:
    """One in durability, and one closed, whose call requires none."""
    for key, call, title in (
        ("biblioteka", "closed", "Biblioteka po godzinach"),
        ("akademia", "short", "Akademia referentów"),
    ):
        story = Story(demo, key, PIOTRKOW, title, "Historia przykładowa.", 600)
        story.partners(590, BELCHATOW)
        drawn_up = budget(demo, 300_000, 8_500, PIOTRKOW, BELCHATOW)
        story.prepare(555, calls[call], drawn_up, PIOTRKOW, BELCHATOW)
        story.submit(520)
        story.assess(515)
        _settled(story, drawn_up.grant)
        if call == "short":
            story.give(implementation.CloseInitiative, 20)


def _settled(story: Story, grant: int) -> None:
    letter = story.letter("lista rankingowa")
    story.give(assessment.RecordSelection, 470, amount=grant, score=9_350, document=letter)
    story.give(
        implementation.SignGrantAgreement,
        440,
        number=f"FMS/UM-{story.key}",
        amount=grant,
        document=letter,
    )
    story.give(implementation.StartImplementation, 430)
    story.give(claims.DraftClaim, 120, content=claim(story.demo, 430, 130, 300_000))
    story.give(implementation.SubmitFinalClaim, 118, number=1)
    story.give(claims.ApproveClaim, 90, number=1)
    story.give(claims.PayClaim, 70, number=1, amount=most(300_000 * ZLOTY, 8_500))
    story.give(implementation.ConfirmFinalPayment, 65)


_TOLD = (_ideas, _applied, _assessed, _ended, _finished)
