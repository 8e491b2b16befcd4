"""GUS's register of municipalities, read in its three shapes and compared with ours."""

from uuid import uuid4

import pytest

from domain.municipalities import MunicipalityKind, RenameMunicipality
from domain.roles import OPERATOR
from infra.sources.terc import Difference, Entry, Known, NotTerc, differences, read_terc
from tests.network import network

CSV = """WOJ;POW;GMI;RODZ;NAZWA;NAZWA_DOD;STAN_NA
10;;;;ŁÓDZKIE;województwo;2024-01-01
10;07;;;opoczyński;powiat;2024-01-01
10;07;04;3;Opoczno;gmina miejsko-wiejska;2024-01-01
10;07;04;4;Opoczno;miasto;2024-01-01
10;07;04;5;Opoczno;obszar wiejski;2024-01-01
10;61;;;Łódź;miasto na prawach powiatu;2024-01-01
10;61;01;1;Łódź;gmina miejska;2024-01-01
"""
ROWS = [line.split(";") for line in CSV.splitlines()]


def xml(cell: str) -> bytes:
    rows = "".join(
        "<row>"
        + "".join(cell.format(name=n, value=v) for n, v in zip(ROWS[0], row, strict=True))
        + "</row>"
        for row in ROWS[1:]
    )
    return f"<?xml version='1.0' encoding='UTF-8'?><teryt><catalog name='TERC'>{rows}</catalog></teryt>".encode()


@pytest.mark.parametrize(
    "content",
    [
        CSV.encode("utf-8-sig"),
        CSV.encode("cp1250"),
        xml("<{name}>{value}</{name}>"),
        xml("<col name='{name}'>{value}</col>"),
    ],
)
def test_municipalities_are_read_and_their_parts_left_out(content: bytes) -> None:
    opoczno, lodz = read_terc(content)
    assert opoczno[:5] == (
        "100704",
        "Opoczno",
        MunicipalityKind.URBAN_RURAL,
        "łódzkie",
        "opoczyński",
    )
    assert (opoczno.facts.city_with_powiat_rights, lodz.facts.city_with_powiat_rights) == (
        False,
        True,
    )


@pytest.mark.parametrize("content", [b"", b"a;b\n1;2\n", b"<teryt/>", b"<teryt>", b"\xff\x00"])
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(NotTerc):
        read_terc(content)


def test_date_that_is_none_is_refused() -> None:
    with pytest.raises(NotTerc, match="damaged"):
        read_terc(CSV.replace("2024-01-01", "styczeń").encode())


def test_differences_say_what_is_new_renamed_changed_and_gone() -> None:
    entries = read_terc(CSV.encode())
    known = {"100704": Known("Opoczno Stare", "URBAN"), "100702": Known("Drzewica", "URBAN_RURAL")}
    assert [(each.difference, each.terc) for each in differences(known, entries)] == [
        (Difference.RENAMED, "100704"),
        (Difference.KIND_CHANGED, "100704"),
        (Difference.NEW, "106101"),
        (Difference.VANISHED, "100702"),
    ]


def test_register_says_what_the_file_says_after_the_import(database_url: str) -> None:
    entries: list[Entry] = read_terc(CSV.encode())
    with network(database_url) as net:
        net.register("100704")
        earlier = entries[0].as_of.replace(year=2020)
        rename = RenameMunicipality(
            command_id=uuid4(), terc="100704", name="Opoczno Stare", effective_on=earlier
        )
        net.give(rename)
        for _ in range(2):
            net.project()
            query = "SELECT terc, name, kind FROM read_municipalities.municipalities"
            known = {terc: Known(name, kind) for terc, name, kind in net.rows(query)}
            for change in differences(known, entries):
                command = change.command()
                assert command is not None
                net.give(command, OPERATOR)
        assert net.events()[2:] == [
            "Municipality.Renamed",
            "Municipality.KindChanged",
            "Municipality.Registered",
        ]
