from datetime import date
from pathlib import Path

import pytest

from domain.values import slugify
from infra.sources import Reading, SourceItem, SourceKind, UnreadableSource
from infra.sources.items import Origin
from infra.sources.reader import read, read_bytes
from infra.sources.units import author_unit

SAMPLES = Path(__file__).parent.parent / "samples" / "sources"
OPOCZNO = Path(__file__).parents[3] / "shared" / "data" / "opoczno-2025-08-13-spotkanie.txt"
TODAY = date(2026, 11, 24)


def sample(name: str) -> Reading:
    return read(SAMPLES / name, today=TODAY)


def read_text(text: str, encoding: str = "utf-8", name: str = "plik.txt") -> Reading:
    return read_bytes(text.encode(encoding), Origin(None, name, TODAY))


def refusal(text: str | bytes) -> str:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(UnreadableSource) as refused:
        read_bytes(data, Origin(None, "plik", TODAY))
    assert refused.value.pl
    assert refused.value.en
    assert refused.value.pl != refused.value.en
    return refused.value.code


@pytest.mark.skipif(
    not OPOCZNO.exists(), reason="the town's own page is not part of the repository"
)
def test_the_page_of_opoczno_is_read_as_it_is() -> None:
    reading = read(OPOCZNO, today=TODAY)
    assert (reading.kind, len(reading), reading.skipped) == (SourceKind.PAGE_DUMP, 1, ())
    item = reading.items[0]
    assert item.title == (
        "Wspólna przestrzeń, wspólne cele — spotkanie samorządowców Opoczna i Bełchatowa"
    )
    assert item.published_on == date(2025, 8, 13)
    assert item.author_unit == "UM Opoczno"
    assert item.view_count == 185
    paragraphs = item.body_markdown.split("\n\n")
    assert len(paragraphs) == 5
    assert paragraphs[0].startswith("12 sierpnia 2025 r. w siedzibie Urzędu Miasta")
    assert paragraphs[4].endswith("mogą stać się siłą napędową zmian o realnym znaczeniu.")
    assert item.lead == ""
    assert item.keys == (
        f"title:2025-08-13:{slugify(item.title, limit=200)}",
        "file:2025-08-13:opoczno-2025-08-13-spotkanie.txt",
    )


ARTICLE = (
    "Aktualności\n\nNowy plac zabaw\n\nOpublikowano dn. 13.08.2025\nAutor: UM Opoczno\n\n"
    "Przy ulicy Parkowej stanęły huśtawki, a obok nich ławki w cieniu lip.\n\n"
    "Plac jest otwarty codziennie do zmierzchu.\n\nLiczba wyświetleń: 185\n\nPowrót\nE-Urząd\n"
)
BODY = (
    "Przy ulicy Parkowej stanęły huśtawki, a obok nich ławki w cieniu lip.\n\n"
    "Plac jest otwarty codziennie do zmierzchu."
)


def article(text: str) -> SourceItem:
    return read_text(text).items[0]


@pytest.mark.parametrize(
    "text",
    [
        ARTICLE,
        ARTICLE.replace("\n", "\r\n"),
        ARTICLE.replace("\n", "\r"),
        ARTICLE.replace(" ", "\u00a0"),
        ARTICLE.replace("\n\n", "\n\t\n \u00a0 \n"),
        "\ufeff" + ARTICLE,
        ARTICLE.replace("ławki", "ła\u00adwki").replace("zmierzchu", "zmi\x07erzchu"),
        ARTICLE.replace("ó", "o\u0301"),
    ],
)
def test_the_same_text_in_other_bytes_is_the_same_item(text: str) -> None:
    item = article(text)
    assert item == article(ARTICLE)
    assert item.body_markdown == BODY
    assert (item.title, item.author_unit, item.view_count) == ("Nowy plac zabaw", "UM Opoczno", 185)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1250", "iso8859-2", "utf-16"])
def test_every_encoding_of_polish_offices_is_recognised(encoding: str) -> None:
    assert read_text(ARTICLE, encoding).items[0] == read_text(ARTICLE).items[0]


@pytest.mark.parametrize(
    "written",
    [
        "Opublikowano: 13.08.2025",
        "Opublikowano 13 sierpnia 2025 r., godz. 12:30",
        "Opublikowano w dniu: środa, 13 sierpnia 2025",
        "Data publikacji\t2025-08-13",
        "Data publikacji:\n\n2025-08-13 08:15:00",
        "Dodano: 13/08/2025",
        "Data dodania: 13-08-2025",
        "DATA OPUBLIKOWANIA: 13.8.2025",
        "Data ostatniej modyfikacji: 14.08.2025\nData publikacji: 13.08.2025",
        "Data wytworzenia: 12.08.2025 | Data publikacji: 13.08.2025",
    ],
)
def test_publication_dates_are_read_as_pages_write_them(written: str) -> None:
    item = article(ARTICLE.replace("Opublikowano dn. 13.08.2025", written))
    assert item.published_on == date(2025, 8, 13)
    assert item.body_markdown == BODY
    assert item.title == "Nowy plac zabaw"


@pytest.mark.parametrize(
    ("written", "views"),
    [
        ("Liczba odsłon: 1 204", 1204),
        ("Odsłon: 7", 7),
        ("Wyświetleń: 1.204", 1204),
        ("Wyświetlono 12 razy", 12),
        ("33 wyświetlenia", 33),
        ("Licznik odwiedzin\t9", 9),
        ("Liczba wyświetleń:\n77", 77),
        ("Drukuj", None),
    ],
)
def test_view_counters_are_read_as_pages_write_them(written: str, views: int | None) -> None:
    item = article(ARTICLE.replace("Liczba wyświetleń: 185", written))
    assert item.view_count == views
    assert item.body_markdown == BODY


def test_labels_may_share_a_line() -> None:
    line = "Opublikowano: 13.08.2025 | Autor: UM Opoczno | Odsłon: 185"
    item = article(ARTICLE.replace("Opublikowano dn. 13.08.2025\nAutor: UM Opoczno", line))
    assert (item.published_on, item.author_unit, item.view_count) == (
        date(2025, 8, 13),
        "UM Opoczno",
        185,
    )


def test_a_page_without_an_author_has_none() -> None:
    item = article(ARTICLE.replace("Autor: UM Opoczno\n", ""))
    assert item.author_unit is None
    assert item.body_markdown == BODY


def test_a_private_person_is_no_author_unit() -> None:
    assert article(ARTICLE.replace("UM Opoczno", "Jan Przykładowy")).author_unit is None


def test_labels_may_stand_above_the_title() -> None:
    text = ARTICLE.replace("Nowy plac zabaw\n\n", "").replace(
        "Autor: UM Opoczno\n", "Autor: UM Opoczno\n\nNowy plac zabaw\n"
    )
    assert article(text) == article(ARTICLE)


def test_counter_above_the_title_and_lists_and_spoken_words() -> None:
    item = sample("dump-counter-above.txt").items[0]
    assert item.title == "Łaźnia miejska znów otwarta"
    assert item.view_count == 1204
    assert item.published_on == date(2026, 3, 3)
    assert item.author_unit == "Wydział Inwestycji"
    assert item.body_markdown.split("\n\n") == [
        "Po dwóch latach remontu łaźnia przy ulicy Źródlanej przyjmuje gości.",
        "Co się zmieniło",
        "- nowa instalacja wodna,\n- ogrzewanie z sieci miejskiej,\n- szatnie dla rodzin.",
        "– Czekaliśmy na ten dzień – powiedziała kierowniczka łaźni. Bilet kosztuje 12 zł.",
    ]


def test_labels_in_a_table_and_tiles_after_the_text() -> None:
    item = sample("dump-labels-in-a-table.txt").items[0]
    assert (item.title, item.published_on, item.view_count, item.author_unit) == (
        "Objazd na czas przebudowy mostu",
        date(2026, 5, 4),
        57,
        None,
    )
    assert item.body_markdown.endswith("Prosimy o cierpliwość i jazdę zgodnie ze znakami.")
    assert "Przykładowy" not in item.body_markdown


def test_labels_below_the_text() -> None:
    item = sample("dump-labels-below.txt").items[0]
    assert (item.title, item.published_on, item.view_count, item.author_unit) == (
        "Nabór wniosków o stypendia",
        date(2025, 9, 1),
        33,
        "Biuro Oświaty",
    )
    assert item.body_markdown.startswith("Do 30 września")
    assert item.body_markdown.endswith("Wnioski przyjmuje sekretariat szkoły.")


def test_signs_of_markdown_in_a_plain_text_mean_themselves() -> None:
    text = ARTICLE.replace("Plac jest otwarty", "5. Bieg *Opoczna* <b>jest</b> _otwarty_ [tu](x)")
    assert article(text).body_markdown.endswith(
        r"5\. Bieg \*Opoczna\* \<b>jest\</b> \_otwarty\_ [tu]\(x) codziennie do zmierzchu."
    )


def test_a_page_with_json_ld_is_read() -> None:
    reading = sample("page-json-ld.html")
    item = reading.items[0]
    assert reading.kind == SourceKind.HTML
    assert item.title == "Zielona szkoła nad Pilicą"
    assert item.lead == "Sto uczennic i uczniów zbada rzekę."
    assert item.published_on == date(2026, 4, 10)  # 23:30 UTC is the next day in Poland
    assert item.author_unit == "Urząd Miejski w Sulejowie"
    assert item.source_url == "https://sulejow.example/aktualnosci/zielona-szkola"
    assert item.tags == ("edukacja", "środowisko")
    assert item.keys[0] == "url:sulejow.example/aktualnosci/zielona-szkola"
    blocks = item.body_markdown.split("\n\n")
    assert blocks[1] == "## Jak się zapisać"
    assert blocks[2] == (
        "Zgłoszenia przyjmują wychowawcy. Regulamin znajduje się "
        "[na stronie gminy](https://sulejow.example/pliki/regulamin.pdf)."
    )
    assert blocks[3] == (
        "- termin: 18–22 maja,\n- miejsce: ośrodek nad zalewem,\n- koszt: bezpłatnie."
    )
    assert len(blocks) == 5


def test_an_old_page_in_latin_2_is_read_by_its_visible_labels() -> None:
    item = sample("page-labels.html").items[0]
    assert (item.title, item.published_on, item.author_unit, item.view_count) == (
        "Święto ulicy Żeromskiego",
        date(2024, 6, 21),
        "Miejski Ośrodek Kultury",
        412,
    )
    blocks = item.body_markdown.split("\n\n")
    assert len(blocks) == 3
    assert blocks[1].startswith("Źródłem inspiracji")
    assert blocks[2] == "Parkować można przy szkole, a drogę wskażą strażnicy miejscy."


def test_the_encoding_a_page_claims_is_not_believed() -> None:
    data = (SAMPLES / "page-labels.html").read_bytes().decode("iso8859-2").encode("cp1250")
    item = read_bytes(data, Origin(None, "page-labels.html", TODAY), "iso-8859-2").items[0]
    assert item == sample("page-labels.html").items[0]


def test_a_dump_is_recognised_by_its_content_under_any_name() -> None:
    assert read_text(ARTICLE, name="strona.html").kind == SourceKind.PAGE_DUMP


def test_codes_of_refusals() -> None:
    assert refusal("") == "empty"
    assert refusal(" \r\n\ufeff\t") == "empty"
    assert refusal(b"%PDF-1.7 x") == "binary"
    assert refusal(b"PK\x03\x04x") == "binary"
    assert refusal(b"abc\0def") == "binary"
    assert refusal(b"x" * (10 * 1024 * 1024 + 1)) == "too_large"
    assert refusal("ąęść i ".encode() + b"\x83\x88 x") == "unknown_encoding"
    assert refusal((SAMPLES / "dump-without-labels.txt").read_bytes()) == "no_labels"
    assert refusal((SAMPLES / "dump-list-of-entries.txt").read_bytes()) == "several_articles"
    assert refusal((SAMPLES / "page-without-article.html").read_bytes()) == "no_article"
    assert refusal(ARTICLE.replace("2025", "20250")) == "implausible_date"
    assert refusal(ARTICLE.replace("2025", "1925")) == "implausible_date"
    assert refusal(ARTICLE.replace("13.08", "31.02")) == "impossible_date"
    assert refusal(ARTICLE.replace("Nowy plac", "Nowy plac" * 50)) == "no_article"
    assert refusal("<?xml version='1.0'?><faktura><kwota>1</kwota></faktura>") == "unknown_xml"
    assert refusal('{"items": []}') == "empty_feed"
    assert refusal('{"kwota": 1}') == "not_a_feed"
    assert refusal('{"items": [') == "broken_json"
    assert refusal("<rss version='2.0'><channel><title>x</title></channel></rss>") == "empty_feed"


def test_what_is_not_a_file_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "brak.txt", Path("/dev/zero")):
        with pytest.raises(UnreadableSource) as refused:
            read(path)
        assert refused.value.code == "not_found"


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("UM Opoczno", "UM Opoczno"),
        ("Urząd Miejski w Opocznie", "Urząd Miejski w Opocznie"),
        ("Jan Przykładowy", None),
        ("admin", None),
        ("Jan Przykładowy, Wydział Promocji", "Wydział Promocji"),
        ("Wydział Promocji – Anna Przykładowa", "Wydział Promocji"),
        ("UM Opoczno Jan Przykładowy", None),
        ("PRZYKŁADOWA ANNA", None),
        ("redakcja@opoczno.example (Redakcja)", "Redakcja"),
        ("redakcja@opoczno.example", None),
        (
            "Miejska Biblioteka Publiczna im. Jana Kochanowskiego",
            "Miejska Biblioteka Publiczna im. Jana Kochanowskiego",
        ),
        ("", None),
        (None, None),
    ],
)
def test_only_institutions_are_author_units(written: str | None, unit: str | None) -> None:
    assert author_unit(written) == unit


SENTENCES = (
    "Ulica jest już przejezdna. Prace trwały cztery miesiące i kosztowały mniej, niż sądzono."
)


def test_a_page_laid_out_by_a_table_is_read_by_its_visible_text() -> None:
    item = article(
        "<html><head><title>BIP</title></head><body><table><tr><td><a href=1>Menu 1</a><br>"
        "<a href=2>Menu 2</a></td><td><font size=5>Zarządzenie o konsultacjach</font><br><br>"
        "Data publikacji: 2024-02-05<br>Autor: Biuro Rady<br><br>"
        f"{SENTENCES}<br><br>Uwagi przyjmuje kancelaria.<br><br>Liczba odsłon: 31<br>Drukuj"
        "</td></tr></table></body></html>"
    )
    assert (item.title, item.published_on, item.author_unit, item.view_count) == (
        "Zarządzenie o konsultacjach",
        date(2024, 2, 5),
        "Biuro Rady",
        31,
    )
    assert item.body_markdown == f"{SENTENCES}\n\nUwagi przyjmuje kancelaria."


def test_an_index_of_news_is_no_article() -> None:
    entries = "".join(
        f"<article><h2><a href='/{n}'>Wpis {n}</a></h2><p>{SENTENCES}</p></article>"
        for n in range(5)
    )
    assert refusal(f"<html><body><main><h1>Gmina</h1>{entries}</main></body></html>") == (
        "several_articles"
    )


def test_comments_and_bylines_are_not_the_article() -> None:
    item = article(
        "<html lang='en'><head><title>Remont zakończony – Miasto</title></head><body>"
        "<article><h1>Remont zakończony</h1><span>Opublikowano <time datetime='2025-10-03'>"
        "3 października 2025</time></span> <span>Autor: <a href='/a'>Jan Przykładowy</a></span>"
        f"<p>{SENTENCES}</p><h3>Co zrobiono</h3><p>{SENTENCES}</p></article>"
        f"<div id='comments'><h3>Komentarze</h3><p>{SENTENCES}</p></div></body></html>"
    )
    assert (item.title, item.published_on, item.language) == (
        "Remont zakończony",
        date(2025, 10, 3),
        "en",
    )
    assert item.author_unit is None
    assert item.body_markdown == f"{SENTENCES}\n\n### Co zrobiono\n\n{SENTENCES}"


def test_a_dump_made_as_markdown_keeps_its_headings() -> None:
    item = article(
        "# Spacer\n\nOpublikowano: 13.08.2025\n\n## Program\n\n- start\n- koniec\n\nZapraszamy "
        "wszystkich mieszkańców na wspólny spacer.\n"
    )
    assert item.title == "Spacer"
    assert item.body_markdown.startswith("## Program\n\n- start\n- koniec\n\nZapraszamy")
