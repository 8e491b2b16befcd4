from uuid import uuid4

from domain.news import CorrectNews, NewsText
from tests.network import BELCHATOW, OPOCZNO, network


def test_published_news_stands_in_its_read_model(database_url: str) -> None:
    with network(database_url) as net:
        net.register(BELCHATOW)
        net.register(OPOCZNO)
        item = net.published("Nowy most", body="Most do Bełchatowa.", tags=("drogi",)).stream_id
        net.project()

        assert net.rows(
            "SELECT id, slug, state, title, body_html, body_text, tags, published_on::text, "
            "municipality->>'name', mentions->0->>'name', version FROM read_news.news"
        ) == [
            (
                item,
                "nowy-most",
                "PUBLISHED",
                "Nowy most",
                "<p>Most do Bełchatowa.</p>",
                "Most do Bełchatowa.",
                ["drogi"],
                "2025-08-13",
                "Opoczno",
                "Bełchatów",
                2,
            )
        ]


def test_corrected_news_keeps_what_it_said_and_its_old_address(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        item = net.published("Nowy most").stream_id
        net.correct(item, "Nowy most otwarty")
        net.project()

        assert net.rows(
            "SELECT version, kind, public, title FROM read_news.versions ORDER BY version"
        ) == [
            (1, "DRAFTED", False, "Nowy most"),
            (2, "PUBLISHED", True, "Nowy most"),
            (3, "CORRECTED", True, "Nowy most otwarty"),
        ]
        assert net.rows("SELECT slug FROM read_news.slugs") == [("nowy-most",)]


def test_retracted_news_leaves_nothing_of_what_it_said(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        item = net.published("Nowy most", lead="Zajawka").stream_id
        net.project()
        net.retract(item, "Dane osobowe.")
        net.project()

        assert net.rows(
            "SELECT state, lead, body, body_html, body_text, retraction_reason FROM read_news.news"
        ) == [("RETRACTED", "", "", "", "", "Dane osobowe.")]
        assert net.rows("SELECT DISTINCT title, lead, body_html FROM read_news.versions") == [
            (None, None, None)
        ]


def test_mention_appears_when_the_municipality_joins_the_register(database_url: str) -> None:
    with network(database_url) as net:
        net.register(OPOCZNO)
        net.published(body="Wizyta w Bełchatowie.")
        net.project()
        assert net.value("SELECT mentions FROM read_news.news") == []
        net.register(BELCHATOW)
        net.project()
        assert net.value("SELECT mentions->0->>'terc' FROM read_news.news") == BELCHATOW


def test_address_that_only_a_draft_had_leads_nowhere(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        item = net.draft("Nowy most").stream_id
        for publish, slug in ((False, "most-nad-rzeka"), (True, "most"), (True, "most-otwarty")):
            if publish:
                net.publish(item)
            text = NewsText(title="Most", body="Treść.")
            net.give(CorrectNews(command_id=uuid4(), news_id=item, text=text, slug=slug))
            net.project()
        assert net.rows("SELECT slug FROM read_news.slugs ORDER BY 1") == [
            ("most",),
            ("most-nad-rzeka",),
            ("most-otwarty",),
        ]
