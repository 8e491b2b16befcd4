"""Joint funding initiatives for the stream: each of a lead and ten partners, with a budget, and public."""

import random
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID

from domain.aggregate import Event
from domain.calls.terms import CostCategory
from domain.initiatives.budget import Budget, CostLine, Financing, Period
from domain.initiatives.initiative import Initiative
from tests.benchmarks.stream import BEGINNING, SENTENCES, YEARS, terc_of

PARTNERS = 10
PERIODS = (Period(1, date(2026, 1, 1), date(2027, 12, 31)),)
CATEGORIES = tuple(CostCategory)


def initiative_events(count: int, towns: int, seed: int = 3) -> Iterator[Event]:
    chance = random.Random(seed)
    for number in range(count):
        yield from _initiative(number, BEGINNING + YEARS / count * number, towns, chance)


def _initiative(number: int, at: datetime, towns: int, chance: random.Random) -> Iterator[Event]:
    stream = UUID(int=chance.getrandbits(128), version=4)
    lead, *partners = (terc_of(each) for each in chance.sample(range(towns), 1 + PARTNERS))
    told: list[tuple[type[Any], dict[str, Any]]] = [
        (
            Initiative.Proposed,
            {
                "municipality": lead,
                "leads": True,
                "title": f"{chance.choice(SENTENCES)[:50].rstrip(' ,;')} ({number})",
                "summary": chance.choice(SENTENCES),
                "originator_topic": Initiative.TOPIC,
            },
        )
    ]
    for partner in partners:
        told += [
            (Initiative.PartnerInvited, {"municipality": partner, "message": ""}),
            (Initiative.PartnerAccepted, {"municipality": partner}),
        ]
    budget = _budget((lead, *partners), chance)
    told += [
        (Initiative.BudgetDrawnUp, {"number": 1, "budget": budget, "note": ""}),
        (Initiative.MadePublic, {}),
    ]
    for version, (kind, facts) in enumerate(told, 1):
        yield kind(
            originator_id=stream,
            originator_version=version,
            timestamp=at,
            effective_on=at.date(),
            **facts,
        )


def _budget(members: tuple[str, ...], chance: random.Random) -> Budget:
    costs = {terc: 100 * chance.randrange(10_000, 400_000) for terc in members}
    lines = tuple(
        CostLine(terc, chance.choice(CATEGORIES), 1, "Wydatek", amount=cost)
        for terc, cost in costs.items()
    )
    financing = tuple(
        Financing(terc, cost * 80 // 100, own_public=cost - cost * 80 // 100)
        for terc, cost in costs.items()
    )
    return Budget(PERIODS, lines, financing)
