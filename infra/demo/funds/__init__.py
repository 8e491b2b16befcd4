"""Money in the demo network: programmes, calls and joint initiatives. All of it is ours, and an example.

Every day is reckoned from the day on which the demo began to be loaded, so that some calls are open,
and loading the rest later gives the same commands.
"""

from collections.abc import Iterator

from domain.calls.call import ResolveCall
from domain.calls.interest import DeclareInterest
from infra.demo.funds.calls import calls
from infra.demo.funds.others import others
from infra.demo.funds.station import station_of_ideas
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
    Demo,
)
from infra.demo.telling import Telling

__all__ = ["funds", "members"]


def funds(telling: Telling) -> None:
    demo = Demo(telling.namespace, telling.start, telling.names)
    known = calls(demo)
    station_of_ideas(demo, known["closed"])
    others(demo, known)
    demo.tell(
        ResolveCall,
        "call:resolved",
        at=demo.moment(290),
        call_id=known["closed"],
        document="Lista rankingowa (przykład)",
    )
    for terc, ago, offer in (
        (KUTNO, 16, "Szukamy lidera, mamy działkę."),
        (RAWA, 13, "Dołączymy jako partner."),
    ):
        facts = {"call_id": known["open"], "municipality": terc, "offer": offer}
        demo.tell(DeclareInterest, f"interest:{terc}", at=demo.moment(ago), **facts)
    telling.told += demo.told


def members() -> Iterator[str]:
    """TERC codes of the towns that are members of the demo network from its beginning."""
    yield from (
        OPOCZNO, BELCHATOW, TOMASZOW, PIOTRKOW, SULEJOW, DRZEWICA, ZELOW, RAWA, BRZEZINY, KUTNO,
    )  # fmt: skip
