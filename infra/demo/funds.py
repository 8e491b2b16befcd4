"""Money in the demo network: programmes, calls and joint initiatives. All of it is ours, and an example.

Every day is reckoned from the day on which the demo began to be loaded, so that some calls are open,
and loading the rest later gives the same commands.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.calls.call import AnnounceCall, ResolveCall
from domain.calls.interest import DeclareInterest
from domain.calls.programme import Fund, ProgrammeFacts, RegisterProgramme
from domain.calls.terms import CallTerms, CostCategory, FlatRate
from domain.initiatives.assessment import ProtestGround
from domain.initiatives.budget import Budget, CostKind, CostLine, Financing, Period
from domain.initiatives.claims import ClaimContent, Spending
from domain.initiatives.commands import (
    assessment,
    claims,
    consortium,
    implementation,
    proposal,
    records,
    timeplan,
)
from domain.initiatives.states import Document
from domain.initiatives.timeplan import DutyKind
from domain.money import most, split
from infra.demo.telling import Telling

OPOCZNO, BELCHATOW, TOMASZOW, PIOTRKOW, SULEJOW = "100704", "100101", "101601", "106201", "101009"
DRZEWICA, ZELOW, RAWA, BRZEZINY, KUTNO = "100702", "100108", "101301", "102101", "100201"
ZLOTY = 100


@dataclass
class Demo(Telling):
    """Told apart from the rest of the demo: the place of a step is its name, so new ones come last."""

    def tell(self, command: Any, key: str, /, **facts: Any) -> Any:
        return self.give(command, f"funds:{key}", **facts)


@dataclass
class Story:
    """One initiative: each step says how many days ago it happened."""

    demo: Demo
    key: str
    lead: str
    title: str
    summary: str
    begun: int
    id: UUID = field(init=False)
    at: datetime = field(init=False)

    def __post_init__(self) -> None:
        self.at = self.demo.moment(self.begun)
        given = self.demo.tell(
            proposal.ProposeInitiative,
            self.key,
            at=self.at,
            municipality=self.lead,
            title=f"{self.title} (przykład)",
            summary=self.summary,
            on=self.demo.day(self.begun),
        )
        self.id = self.demo.names[f"initiative:{self.key}"] = given.initiative_id

    def give(self, command: Any, ago: int | None = None, /, **facts: Any) -> None:
        """Without `ago` it happens right after the step before."""
        if ago is not None:
            facts["on"] = self.demo.day(ago)
            self.at = self.demo.moment(ago)
        self.record(command, **facts)

    def record(self, command: Any, /, **facts: Any) -> None:
        """Into a stream beside the initiative's, or without a day of its own."""
        key = f"{self.key}:{len(self.demo.told)}:{command.__name__}"
        self.demo.tell(command, key, at=self.at, initiative_id=self.id, **facts)

    def partners(self, ago: int, *tercs: str) -> None:
        self.give(proposal.OpenPartnership, ago)
        for terc in tercs:
            self.give(consortium.InvitePartner, ago, municipality=terc)
            self.give(consortium.AcceptInvitation, ago - 2, municipality=terc)

    def prepare(self, ago: int, call: UUID, budget: Budget, *members: str) -> None:
        self.give(proposal.LinkCall, ago, call_id=call)
        self.give(proposal.StartPreparation, ago)
        self.give(proposal.DrawUpBudget, ago - 1, budget=budget)
        agreement = Document(f"Umowa partnerstwa {self.key}/1")
        self.give(consortium.DraftPartnershipAgreement, ago - 2, document=agreement)
        for terc in members:
            self.give(consortium.SignPartnershipAgreement, ago - 3, municipality=terc, number=1)

    def submit(self, ago: int) -> None:
        self.at = self.demo.moment(ago)
        self.give(proposal.SubmitApplication, submitted_at=self.at)

    def assess(self, ago: int) -> None:
        self.give(assessment.StartFormalAssessment, ago)
        self.give(assessment.PassFormalAssessment, ago - 10, document=self.letter("ocena formalna"))

    def letter(self, about: str) -> Document:
        return Document(f"Pismo w sprawie: {about}, {self.key} (przykład)")


def funds(telling: Telling) -> None:
    demo = Demo(telling.namespace, telling.start, telling.names)
    calls = _calls(demo)
    _station_of_ideas(demo, calls["closed"])
    _others(demo, calls)
    demo.tell(
        ResolveCall,
        "call:resolved",
        at=demo.moment(290),
        call_id=calls["closed"],
        document="Lista rankingowa (przykład)",
    )
    for terc, ago, offer in (
        (KUTNO, 16, "Szukamy lidera, mamy działkę."),
        (RAWA, 13, "Dołączymy jako partner."),
    ):
        facts = {"call_id": calls["open"], "municipality": terc, "offer": offer}
        demo.tell(DeclareInterest, f"interest:{terc}", at=demo.moment(ago), **facts)
    telling.told += demo.told


def _calls(demo: Demo) -> dict[str, UUID]:
    neighbours = demo.tell(
        RegisterProgramme,
        "programme:neighbours",
        at=demo.moment(620),
        code="FMS.2021-2027",
        facts=ProgrammeFacts(
            "Fundusz Miast Sąsiedzkich (przykład)",
            Fund.EU,
            2021,
            2027,
            "Instytucja Zarządzająca (przykład)",
        ),
    ).programme_id
    state = demo.tell(
        RegisterProgramme,
        "programme:state",
        at=demo.moment(620),
        code="PRW.2024-2028",
        facts=ProgrammeFacts(
            "Program Razem dla Wody (przykład)",
            Fund.NATIONAL,
            2024,
            2028,
            "Urząd Centralny (przykład)",
        ),
    ).programme_id
    flat = FlatRate(CostCategory.OFFICE_AND_ADMINISTRATION, 1_500, (CostCategory.STAFF,))
    rows = [
        (
            "closed",
            neighbours,
            "FMS.02.01-001",
            "Wspólne przestrzenie publiczne",
            560,
            500,
            8_500,
            5,
        ),
        (
            "short",
            neighbours,
            "FMS.03.02-004",
            "Szkolenia i wymiana doświadczeń",
            560,
            480,
            8_500,
            None,
        ),
        ("assessed", neighbours, "FMS.02.01-002", "Zielone centra miast", 200, 120, 8_500, 5),
        (
            "open",
            neighbours,
            "FMS.02.01-003",
            "Wspólne przestrzenie, nabór drugi",
            30,
            -45,
            8_000,
            5,
        ),
        ("water", state, "PRW.1-2", "Mała retencja w gminach", 20, -70, 7_000, 3),
        ("ahead", state, "PRW.1-3", "Błękitna infrastruktura", -25, -110, 7_500, 5),
    ]
    calls = {
        key: demo.tell(
            AnnounceCall,
            f"call:{key}",
            at=demo.moment(opens + 30),
            programme_id=programme,
            terms=CallTerms(
                number=f"{number} (przykład)",
                title=title,
                opens_at=demo.moment(opens, 8),
                closes_at=demo.moment(closes, 15),
                allocation=60_000_000 * ZLOTY,
                max_rate=rate,
                min_grant=50_000 * ZLOTY,
                max_grant=8_000_000 * ZLOTY,
                territories=("10",),
                flat_rates=(flat,),
                durability_years=years,
                summary="Warunki naboru ułożone na potrzeby sieci przykładowej.",
            ),
        ).call_id
        for key, programme, number, title, opens, closes, rate, years in rows
    }
    demo.names.update((f"call:{key}", call) for key, call in calls.items())
    return calls


def _budget(demo: Demo, works: int, rate: int, *partners: str, staff: int = 40_000) -> Budget:
    """Works are shared out evenly to the grosz; each partner has staff and a flat rate on top."""
    periods = (
        Period(1, demo.day(400), demo.day(36)),
        Period(2, demo.day(35), demo.day(-330)),
    )
    lines: list[CostLine] = []
    for partner, part in zip(partners, split(works * ZLOTY, [1] * len(partners)), strict=True):
        lines += [
            CostLine(partner, CostCategory.INFRASTRUCTURE, 2, "Roboty budowlane", amount=part),
            CostLine(partner, CostCategory.STAFF, 1, "Koordynacja w gminie", amount=staff * ZLOTY),
            CostLine(
                partner,
                CostCategory.OFFICE_AND_ADMINISTRATION,
                1,
                "Koszty pośrednie ryczałtem",
                CostKind.FLAT_RATE,
                rate=1_500,
                bases=(CostCategory.STAFF,),
            ),
        ]
    costs = Budget(periods, tuple(lines), ())
    eligible = costs.eligible_by(lambda line: line.partner)
    paid = tuple(
        Financing(partner, most(cost, rate), own_public=cost - most(cost, rate))
        for partner, cost in eligible.items()
    )
    return Budget(periods, tuple(lines), paid)


def _station_of_ideas(demo: Demo, call: UUID) -> None:
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
    budget = _budget(demo, 3_999_999, 8_500, *members)
    story.partners(590, *members[1:])
    story.prepare(550, call, budget, *members)
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
    amount = budget.grant - 100_000 * ZLOTY
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
    _claims(story, amount, budget)
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


def _claims(story: Story, amount: int, budget: Budget) -> None:
    amended = {
        "amount": amount,
        "budget": budget,
        "what": "Przesunięcie terminu otwarcia pracowni.",
    }
    story.give(implementation.SignAmendment, 120, **amended, document=story.letter("aneks nr 1"))
    story.give(claims.DraftClaim, 200, content=_claim(story.demo, 330, 210, 250_000))
    story.give(claims.SubmitClaim, 198, number=1)
    story.give(claims.ApproveClaim, 170, number=1)
    story.give(claims.PayClaim, 160, number=1, amount=most(250_000 * ZLOTY, 8_500))
    story.give(claims.DraftClaim, 60, content=_claim(story.demo, 209, 70, 480_000))
    story.give(claims.SubmitClaim, 58, number=2)
    story.give(
        claims.PartlyApproveClaim,
        30,
        number=2,
        amount=most(460_000 * ZLOTY, 8_500),
        reason="Jedna faktura spoza okresu.",
    )


def _claim(demo: Demo, since: int, until: int, spent: int) -> ClaimContent:
    parts = split(spent * ZLOTY, [3, 2])
    spending = (
        Spending(OPOCZNO, CostCategory.INFRASTRUCTURE, parts[0]),
        Spending(BELCHATOW, CostCategory.STAFF, parts[1]),
    )
    return ClaimContent(demo.day(since), demo.day(until), spending, most(spent * ZLOTY, 8_500))


def _records(story: Story) -> None:
    story.record(records.WriteNote, text="Spotkanie partnerów w sprawie wyposażenia: do ustalenia.")
    risk = records.Assessment(
        records.Level.MEDIUM, records.Level.HIGH, "Podział zamówienia na części."
    )
    story.record(records.IdentifyRisk, title="Brak ofert w przetargu", assessment=risk)


def _others(demo: Demo, calls: dict[str, UUID]) -> None:
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
    water.prepare(30, calls["water"], _budget(demo, 900_000, 7_000, TOMASZOW, OPOCZNO, RAWA))
    water.give(proposal.MakeInitiativePublic, 20)


def _applied(demo: Demo, calls: dict[str, UUID]) -> None:
    fresh = Story(demo, "targ", ZELOW, "Targ sąsiedzki", "Hala targowa dla dwóch gmin.", 90)
    fresh.partners(80, BELCHATOW)
    budget = _budget(demo, 1_200_000, 8_000, ZELOW, BELCHATOW)
    fresh.prepare(28, calls["open"], budget, ZELOW, BELCHATOW)
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
            190, calls["assessed"], _budget(demo, 700_001, 8_500, lead, partner), lead, partner
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
            550, calls["closed"], _budget(demo, 650_000, 8_500, lead, partner), lead, partner
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
        budget = _budget(demo, 300_000, 8_500, PIOTRKOW, BELCHATOW)
        story.prepare(555, calls[call], budget, PIOTRKOW, BELCHATOW)
        story.submit(520)
        story.assess(515)
        _settled(story, budget.grant)
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
    story.give(claims.DraftClaim, 120, content=_claim(story.demo, 430, 130, 300_000))
    story.give(implementation.SubmitFinalClaim, 118, number=1)
    story.give(claims.ApproveClaim, 90, number=1)
    story.give(claims.PayClaim, 70, number=1, amount=most(300_000 * ZLOTY, 8_500))
    story.give(implementation.ConfirmFinalPayment, 65)


_TOLD = (_ideas, _applied, _assessed, _ended, _finished)


def members() -> Iterator[str]:
    """TERC codes of the towns that are members of the demo network from its beginning."""
    yield from (
        OPOCZNO, BELCHATOW, TOMASZOW, PIOTRKOW, SULEJOW, DRZEWICA, ZELOW, RAWA, BRZEZINY, KUTNO,
    )  # fmt: skip
