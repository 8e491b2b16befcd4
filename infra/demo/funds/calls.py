"""Programmes and calls of the demo: some over, some open, some ahead."""

from uuid import UUID

from domain.calls.call import AnnounceCall
from domain.calls.programme import Fund, ProgrammeFacts, RegisterProgramme
from domain.calls.terms import CallTerms, CostCategory, FlatRate
from infra.demo.funds.story import ZLOTY, Demo


def calls(demo: Demo) -> dict[str, UUID]:
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
