from datetime import date
from pathlib import Path

import pytest

from infra.sources import Reading, SourceAttachment, SourceKind, UnreadableSource
from infra.sources.items import Origin
from infra.sources.reader import read, read_bytes

SAMPLES = Path(__file__).parent.parent / "samples" / "sources"
TODAY = date(2026, 11, 24)


def sample(name: str) -> Reading:
    return read(SAMPLES / name, today=TODAY)


def rss_item(inner: str) -> Reading:
    text = f"<rss version='2.0'><channel><title>x</title><item>{inner}</item></channel></rss>"
    return read_bytes(text.encode(), Origin(None, "f.xml", TODAY))


def test_rss_gives_its_readable_entries_and_names_the_broken_one() -> None:
    reading = sample("feed-rss.xml")
    assert reading.kind == SourceKind.FEED
    assert [item.title for item in reading] == ["Święto Róży & jarmark", "Przerwa w dostawie wody"]
    assert [(entry.label, entry.reason.code) for entry in reading.skipped] == [
        ("Wpis z przyszłości", "implausible_date")
    ]


def test_an_rss_entry_in_full() -> None:
    item = sample("feed-rss.xml").items[0]
    assert item.lead == "Trzy dni w mieście róż."
    assert item.body_markdown == (
        "Na placu staną **stragany hodowców**.\n\n- wystawa\n- korowód\n\n"
        "Program jest [tutaj](https://kutno.example/program.pdf)."
    )
    assert item.published_on == date(2025, 9, 6)  # 22:30 UTC is the next day in Poland
    assert item.author_unit is None  # a person's name
    assert item.tags == ("kultura", "róże")
    assert item.source_url == "https://kutno.example/swieto-rozy"
    assert item.attachments == (
        SourceAttachment("https://kutno.example/plakat.jpg", "plakat.jpg", "image/jpeg", 20480),
    )
    assert item.keys == (
        "guid:kutno-1",
        "url:kutno.example/swieto-rozy",
        "title:2025-09-06:swieto-rozy-jarmark",
    )


def test_an_atom_feed_in_windows_1250_with_a_date_without_a_zone() -> None:
    item = sample("feed-atom.xml").items[0]
    assert item.title == "Księżacki śpiewnik już w bibliotece"
    assert item.published_on == date(2025, 10, 1)
    assert item.author_unit == "Miejska Biblioteka"
    assert item.body_markdown == "Śpiewnik zawiera sto pieśni z nutami.\n\nMożna go wypożyczyć."


def test_an_rdf_feed() -> None:
    item = sample("feed-rdf.xml").items[0]
    assert (item.title, item.published_on) == ("Park odnowiony", date(2025, 7, 1))


def test_a_json_feed() -> None:
    reading = sample("feed.json")
    item = reading.items[0]
    assert reading.kind == SourceKind.JSON
    assert item.keys == ("guid:17", "url:wielun.example/17", "title:2026-05-16:noc-muzeow")
    assert item.lead == "Zapraszamy w sobotę."
    assert item.body_markdown == "Muzea będą otwarte *do północy*."
    assert item.author_unit == "Muzeum Ziemi"
    assert item.attachments == (
        SourceAttachment("https://wielun.example/plan.pdf", "Plan", "application/pdf", 1000),
    )
    assert [(entry.label, entry.reason.code) for entry in reading.skipped] == [
        ("18", "no_title"),
        ("#3", "not_an_item"),
    ]


def test_a_bare_json_list() -> None:
    item = sample("bare-list.json").items[0]
    assert item.title == "Zbiórka elektroodpadów"
    assert item.published_on == date(2026, 2, 10)
    assert item.view_count == 9
    assert item.body_markdown == (
        "W sobotę odbierzemy stary sprzęt.\n\nProsimy wystawić go przed bramę."
    )


def test_a_feed_of_which_nothing_is_left_is_refused() -> None:
    with pytest.raises(UnreadableSource) as refused:
        rss_item("<title>Bez treści</title>")
    assert refused.value.code == "no_body"


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("Wed, 13 Aug 2025 23:59:00 +0200", date(2025, 8, 13)),
        ("Wed, 13 Aug 2025 23:59:00 GMT", date(2025, 8, 14)),
        ("2025-08-13T23:59:00", date(2025, 8, 13)),
        ("2025-08-13T23:59:00Z", date(2025, 8, 14)),
        ("2025-08-13", date(2025, 8, 13)),
        ("śr., 13 sie 2025 10:00", date(2025, 8, 13)),
        ("2025-03-30T00:30:00+00:00", date(2025, 3, 30)),
    ],
)
def test_dates_of_feeds_become_days_in_poland(written: str, day: date) -> None:
    reading = rss_item(f"<title>t</title><description>d</description><pubDate>{written}</pubDate>")
    assert reading.items[0].published_on == day


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Wed, 13 Aug 20250 10:00:00 +0200", "implausible_date"),
        ("20250-08-13", "implausible_date"),
        ("wczoraj", "unreadable_date"),
        ("1970-01-01T00:00:00Z", "implausible_date"),
    ],
)
def test_a_date_that_cannot_be_is_a_reason_to_skip(written: str, code: str) -> None:
    with pytest.raises(UnreadableSource) as refused:
        rss_item(f"<title>t</title><description>d</description><pubDate>{written}</pubDate>")
    assert refused.value.code == code


def test_the_summary_that_only_repeats_the_text_is_no_lead() -> None:
    text = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>urn:1</id><title>t</title>"
        "<summary>Na placu staną…</summary>"
        "<content type='html'>&lt;p&gt;Na placu staną stragany.&lt;/p&gt;</content></entry></feed>"
    )
    item = read_bytes(text.encode(), Origin(None, "f.xml", TODAY)).items[0]
    assert (item.lead, item.body_markdown) == ("", "Na placu staną stragany.")


def test_entities_of_a_hostile_feed_are_not_expanded() -> None:
    text = (
        "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;'>"
        "<!ENTITY p SYSTEM 'file:///etc/passwd'>]><rss version='2.0'><channel><item>"
        "<title>t</title><description>x&b;&p;y</description></item></channel></rss>"
    )
    body = read_bytes(text.encode(), Origin(None, "f.xml", TODAY)).items[0].body_markdown
    assert "root:" not in body
    assert "aaaaaaaaaa" not in body
