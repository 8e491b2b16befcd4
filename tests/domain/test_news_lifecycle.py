"""Random commands never bring news into a state that its lifecycle doesn't know."""

from datetime import date
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from domain.news import CorrectNews, NewsItem, NewsText, PublishNews, RetractNews
from domain.roles import OPERATOR, Actor
from tests.lifecycle import Lifecycle, run
from tests.network import BELCHATOW, Network, network, official

DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))
TITLES = st.sampled_from(["Nowy most", "Most otwarty", "Zażółć gęślą jaźń", "…", ""])
BODIES = st.sampled_from(["Treść.", "Wizyta w Bełchatowie.", "", "<script>x</script>"])
ACTORS = st.sampled_from([OPERATOR, official("100704"), official(BELCHATOW)])
SLUGS = st.sampled_from([None, None, "most", "Zły Adres"])


class NewsLifecycle(Lifecycle):
    aggregate = NewsItem
    allowed: ClassVar[set[tuple[str, str]]] = {
        ("DRAFT", "PUBLISHED"),
        ("PUBLISHED", "RETRACTED"),
    }
    drafted: ClassVar[int] = 0

    @initialize()
    def draft(self) -> None:
        NewsLifecycle.drafted += 1
        self.id = self.net.draft(f"Wiadomość {NewsLifecycle.drafted}").stream_id
        assert self.state == "DRAFT"

    @rule(by=ACTORS, on=DAYS)
    def publish(self, by: Actor, on: date) -> None:
        self.give(PublishNews, by, news_id=self.id, published_on=on)

    @rule(by=ACTORS, title=TITLES, body=BODIES, slug=SLUGS)
    def correct(self, by: Actor, title: str, body: str, slug: str | None) -> None:
        if slug == "most":  # an address is one item's for ever
            slug = f"most-{NewsLifecycle.drafted}"
        text = NewsText(title=title, body=body)
        self.give(CorrectNews, by, news_id=self.id, text=text, slug=slug)

    @rule(by=ACTORS, reason=st.sampled_from(["Pomyłka.", "Dane osobowe.", ""]))
    def retract(self, by: Actor, reason: str) -> None:
        self.give(RetractNews, by, news_id=self.id, reason=reason)

    @rule()
    def project(self) -> None:
        """Now and then, so that batches end anywhere."""
        self.net.project()

    @invariant()
    def what_is_published_has_its_day(self) -> None:
        if self.now is not None:
            assert (self.now.published_on is None) == (self.state == "DRAFT")


def test_no_commands_bring_news_where_it_can_not_be(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        net.register(BELCHATOW)

        def machine() -> NewsLifecycle:
            return NewsLifecycle(net)

        run(machine, net, "news")
        assert _states(net) == {"DRAFT", "PUBLISHED", "RETRACTED"}
    assert NewsLifecycle.seen == {"DRAFT", "PUBLISHED", "RETRACTED"}


def _states(net: Network) -> set[str]:
    return {row[0] for row in net.rows("SELECT DISTINCT state FROM read_news.news")}
