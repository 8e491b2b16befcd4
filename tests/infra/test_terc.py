"""GUS's register of municipalities, read in its three shapes and compared with ours."""

import tracemalloc
from datetime import date
from uuid import uuid4

import pytest

from domain.municipalities import MunicipalityKind, RenameMunicipality
from domain.roles import OPERATOR
from infra.sources.terc import Change, Difference, Entry, Known, NotTerc, differences, read_terc
from infra.terc_import import carry_out
from tests.network import Network, network

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
        CSV.encode("iso-8859-2"),
        CSV.encode("utf-16"),
        CSV.replace("\n", "\r\n").encode(),
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


REFUSED = {
    "empty": (b"", "no entries"),
    "only its columns": (CSV.splitlines()[0].encode(), "no entries"),
    "another table": (b"a;b\n1;2\n", "columns WOJ, POW, GMI, RODZ, NAZWA, STAN_NA are missing"),
    "a column less": (CSV.replace("RODZ", "R").encode(), "columns RODZ are missing"),
    "commas": (CSV.replace(";", ",").encode(), "separated by semicolons"),
    "no rows": (b"<teryt/>", "no entries"),
    "not closed": (b"<teryt>", "Malformed XML"),
    "not text": (b"\xff\x00\x98\x81", "letters can't be read"),
    "letters read wrongly once": (
        CSV.encode().decode("cp1250", "ignore").encode(),
        "letters can't",
    ),
    "a day that is none": (CSV.replace("2024-01-01", "styczeń").encode(), "entry 3: day “styczeń”"),
    "a kind that isn't known": (CSV.replace("04;3", "04;7").encode(), "entry 3: kind “7”"),
    "a code that is none": (CSV.replace("07;04;3", "7;4;3").encode(), "entry 3: code “1074”"),
    "no name": (CSV.replace(";Łódź;gmina", ";;gmina").encode(), "entry 7: no name"),
    "no county": (CSV.replace("10;61;;", "10;62;;").encode(), "county 1061 has no entry"),
    "one code twice": (
        (CSV + "10;07;04;1;Opoczno;gmina miejska;2024-01-01\n").encode(),
        "100704 appears twice: entries 3 and 8",
    ),
}


@pytest.mark.parametrize(("content", "why"), REFUSED.values(), ids=list(REFUSED))
def test_anything_else_is_refused_and_told_why(content: bytes, why: str) -> None:
    with pytest.raises(NotTerc, match=why) as refused:
        read_terc(content)
    assert refused.value.pl != refused.value.en


def test_entities_of_a_hostile_file_are_not_expanded() -> None:
    bomb = '<!DOCTYPE t [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><t><row><WOJ>&c;</WOJ></row></t>'
    with pytest.raises(NotTerc, match="missing"):
        read_terc(bomb.encode())


def thousands() -> bytes:
    """As large as the real register: 16 voivodeships, each with 25 counties of 7 municipalities."""
    rows = [CSV.splitlines()[0]]
    for voivodeship in range(2, 34, 2):
        rows.append(f"{voivodeship:02};;;;ŁÓDZKIE;województwo;2024-01-01")
        for county in range(1, 26):
            code = f"{voivodeship:02};{county:02}"
            rows.append(f"{code};;;powiat {county};powiat;2024-01-01")
            for number in range(1, 8):
                rows.append(f"{code};{number:02};3;Świętów {number};gmina;2024-01-01")
                rows.append(f"{code};{number:02};4;Świętów {number};miasto;2024-01-01")
    return "\r\n".join(rows).encode("cp1250")


def test_whole_register_is_read_in_no_time_and_little_memory() -> None:
    content = thousands()
    tracemalloc.start()
    try:
        assert len(read_terc(content)) == 2_800
        assert tracemalloc.get_traced_memory()[1] < 40 * 1024 * 1024
    finally:
        tracemalloc.stop()


def compared(net: Network, entries: list[Entry]) -> list[Change]:
    net.project()
    query = "SELECT terc, name, kind FROM read_municipalities.municipalities"
    known = {terc: Known(name, kind) for terc, name, kind in net.rows(query)}
    return list(differences(known, entries))


def test_broken_off_the_import_goes_on_where_it_was(database_url: str) -> None:
    entries = read_terc(thousands())[:250]
    with network(database_url) as net:
        done = carry_out(net.cooperation, compared(net, entries), OPERATOR)
        for _ in range(130):
            next(done)
        assert net.value("SELECT count(*) FROM events") == 200
        rest = compared(net, entries)
        assert len(rest) == 50
        assert [one.refusal for one in carry_out(net.cooperation, rest, OPERATOR)] == [None] * 50
        assert compared(net, entries) == []
        assert net.value("SELECT count(*) FROM events") == 250


def test_older_file_changes_nothing_and_the_rest_goes_on(database_url: str) -> None:
    with network(database_url) as net:
        net.register("100704")
        later = date(2025, 1, 1)
        renamed = RenameMunicipality(
            command_id=uuid4(), terc="100704", name="Opoczno Nowe", effective_on=later
        )
        net.give(renamed)
        changes = compared(net, read_terc(CSV.encode()))
        done = {
            (one.change.difference, one.refusal and one.refusal.code)
            for one in carry_out(net.cooperation, changes, OPERATOR)
        }
        assert done == {
            (Difference.RENAMED, "before_last_change"),
            (Difference.KIND_CHANGED, None),
            (Difference.NEW, None),
        }


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
            done = carry_out(net.cooperation, compared(net, entries), OPERATOR)
            assert all(one.refusal is None for one in done)
        assert net.events()[2:] == [
            "Municipality.Renamed",
            "Municipality.KindChanged",
            "Municipality.Registered",
        ]
