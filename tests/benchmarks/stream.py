"""A realistic stream of events: towns, and their news drafted, published, corrected and retracted.

Of a hundred items 90 are published, 25 are corrected later on, 4 are retracted; dates of publication
follow the positions, as they do in life. The same seed gives the same stream.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from domain.aggregate import Event
from domain.municipalities import (
    Municipality,
    MunicipalityFacts,
    MunicipalityKind,
    Population,
    municipality_id,
)
from domain.news import NewsItem, NewsText, Rendering
from infra.mapper import shape_of, to_state

SENTENCES = (
    "Burmistrzowie rozmawiali o wspólnych projektach i o wymianie doświadczeń między urzędami.",
    "Mieszkańcy mogą zgłaszać uwagi do projektu do końca miesiąca, osobiście albo przez internet.",
    "Przebudowa drogi obejmie także chodniki, odwodnienie i oświetlenie przejść dla pieszych.",
    "Gmina złożyła wniosek o dofinansowanie ze środków europejskich na lata 2021–2027.",
    "Nowa sala gimnastyczna będzie służyć uczniom przed południem, a klubom sportowym wieczorem.",
    "Wykonawca ma sześć miesięcy na oddanie inwestycji; plac budowy przekazano w poniedziałek.",
    "„To przykład, z którego skorzystają sąsiednie samorządy” – podkreślono podczas spotkania.",
    "Szczegółowy harmonogram prac oraz mapy objazdów znajdują się na stronie urzędu.",
)
TAGS = (
    "drogi", "szkoły", "współpraca", "fundusze", "kultura", "sport", "zdrowie", "środowisko",
    "transport", "seniorzy", "inwestycje", "konsultacje",
)  # fmt: skip
BEGINNING = datetime(2021, 1, 4, 8, tzinfo=UTC)
YEARS = timedelta(days=4 * 365)
NOBODY = "operator"


def terc_of(number: int) -> str:
    """Twenty towns in each of the counties of the voivodeship 10."""
    return f"10{1 + number // 20:02}{1 + number % 20:02}"


def town(number: int) -> Municipality:
    facts = MunicipalityFacts(
        name=f"Nowa Wieś {number + 1:03}",
        kind=MunicipalityKind.RURAL,
        voivodeship="łódzkie",
        county=f"powiat {1 + number // 20}",
        population=Population(3_000 + 37 * number, 2024, "GUS"),
    )
    terc = terc_of(number)
    begun: Municipality = Municipality.begin(
        Municipality.Registered,
        municipality_id(terc),
        BEGINNING,
        BEGINNING.date(),
        terc=terc,
        facts=facts,
    )
    return begun


def text_of(number: int, chance: random.Random, towns: int) -> NewsText:
    mentions = (terc_of(chance.randrange(towns)),) if chance.random() < 0.2 else ()
    return NewsText(
        title=f"{chance.choice(SENTENCES)[:60].rstrip(' ,;')} ({number})",
        lead=chance.choice(SENTENCES),
        body="\n\n".join(chance.choices(SENTENCES, k=6)),
        tags=tuple(chance.sample(TAGS, chance.randint(1, 4))),
        author_unit="Urząd Gminy",
        mentions=mentions,
    )


def rendering_of(text: NewsText) -> Rendering:
    """As `infra.text.render` makes it of plain paragraphs."""
    return Rendering("\n".join(f"<p>{paragraph}</p>" for paragraph in text.body.split("\n\n")))


class Stream:
    """Events of `items` news, in the order of the log. Keeps only what it needs to go on."""

    def __init__(self, items: int, towns: int, seed: int = 1) -> None:
        self._items = items
        self._towns = towns
        self._chance = random.Random(seed)
        self._versions: dict[UUID, int] = {}
        self._published: list[tuple[UUID, int, NewsText]] = []
        self.pace = YEARS / max(items, 1)

    def __iter__(self) -> Iterator[Event]:
        for number in range(self._items):
            at = BEGINNING + self.pace * number
            yield from self._new_item(number, at)
            yield from self._old_item(at)

    def _new_item(self, number: int, at: datetime) -> Iterator[Event]:
        item = UUID(int=self._chance.getrandbits(128), version=4)
        text = text_of(number, self._chance, self._towns)
        slug = f"aktualnosc-{number}"
        terc = terc_of(self._chance.randrange(self._towns))
        facts: dict[str, Any] = {"municipality": terc, "slug": slug, "text": text}
        topic = NewsItem.TOPIC
        yield self._event(
            NewsItem.Drafted,
            item,
            at,
            rendering=rendering_of(text),
            originator_topic=topic,
            **facts,
        )
        if self._chance.random() < 0.9:
            yield self._event(NewsItem.Published, item, at, initial_views=0)
            self._published.append((item, number, text))

    def _old_item(self, at: datetime) -> Iterator[Event]:
        if len(self._published) < 200:
            return
        draw = self._chance.random()
        recent = self._chance.randrange(len(self._published))
        if draw < 0.04:
            item, _, _ = self._published.pop(recent)
            yield self._event(NewsItem.Retracted, item, at, reason="Opublikowano omyłkowo.")
        elif draw < 0.29:
            item, number, text = self._published[recent]
            told = replace(text, title=f"{text.title}, sprostowanie")
            yield self._event(
                NewsItem.Corrected,
                item,
                at,
                slug=f"aktualnosc-{number}",
                text=told,
                rendering=rendering_of(told),
                reason="Sprostowanie tytułu.",
                published_on=None,
            )
        if len(self._published) > 2_000:  # what is older is left in peace
            del self._published[:500]

    def _event(self, kind: type[Any], item: UUID, at: datetime, **facts: Any) -> Event:
        version = self._versions[item] = self._versions.get(item, 0) + 1
        made: Event = kind(
            originator_id=item,
            originator_version=version,
            timestamp=at,
            effective_on=at.date(),
            **facts,
        )
        return made


def town_events(towns: int) -> Iterator[Event]:
    for number in range(towns):
        yield from town(number).collect_events()  # type: ignore[misc]


def columns_of(event: Event, command: UUID) -> tuple[Any, ...]:
    """The columns of `events`, in the order of COLUMNS."""
    return (
        event.originator_id,
        event.originator_version,
        event.TYPE,
        shape_of(event.TYPE).schema_version,
        to_state(event),
        event.effective_on,
        event.timestamp,
        NOBODY,
        None,
        command,
        0,
        bytes(8),
        command,
        command,
    )


COLUMNS = (
    "stream_id, version, type, schema_version, state, effective_on, recorded_at, actor, on_behalf_of, "
    "command_id, command_step, command_digest, causation_id, correlation_id"
)
TYPES = (
    "uuid", "int4", "text", "int2", "bytea", "date", "timestamptz", "text", "text",
    "uuid", "int2", "bytea", "uuid", "uuid",
)  # fmt: skip


def fill_log(url: str, events: Iterable[Event], seed: int = 2) -> int:
    """Writes events into the log by COPY: the fastest way in, to have something to read. Returns how many."""
    chance = random.Random(seed)
    count = 0
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        with cursor.copy(f"COPY events ({COLUMNS}) FROM STDIN (FORMAT binary)".encode()) as copy:
            copy.set_types(TYPES)
            for event in events:
                copy.write_row(columns_of(event, UUID(int=chance.getrandbits(128), version=4)))
                count += 1
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM (ANALYZE) events")
    return count
