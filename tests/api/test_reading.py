"""What can be asked, and who is told what."""

from domain.roles import Role
from tests.api.conftest import Api
from tests.infra.desks import Office
from tests.network import BELCHATOW, OPOCZNO, Network

NEWS_ITEM = """
query ($municipality: String, $slug: String, $id: ID) {
  newsItem(municipality: $municipality, slug: $slug, id: $id) { id slug title state lead bodyHtml retractionReason }
}
"""


def test_published_news_is_listed_with_everything_that_a_list_shows(api: Api) -> None:
    api.net.register(BELCHATOW)
    api.net.register()
    api.net.published(
        "Nowy most", body="Most do Bełchatowa.", tags=("drogi", "mosty"), author_unit="UM Opoczno"
    )
    api.net.project()

    assert api.ask("""{ news { totalCount nodes {
        slug title lead bodyHtml bodyText language translations { title } tags authorUnit publishedOn state
        sourceUrl viewCount municipality { terc name slug } mentions { name } history { version kind actor }
    } } }""") == {
        "news": {
            "totalCount": 1,
            "nodes": [
                {
                    "slug": "nowy-most",
                    "title": "Nowy most",
                    "lead": "",
                    "bodyHtml": "<p>Most do Bełchatowa.</p>",
                    "bodyText": "Most do Bełchatowa.",
                    "language": "pl",
                    "translations": [],
                    "tags": ["drogi", "mosty"],
                    "authorUnit": "UM Opoczno",
                    "publishedOn": "2025-08-13",
                    "state": "PUBLISHED",
                    "sourceUrl": None,
                    "viewCount": 0,
                    "municipality": {"terc": OPOCZNO, "name": "Opoczno", "slug": "opoczno"},
                    "mentions": [{"name": "Bełchatów"}],
                    "history": [{"version": 2, "kind": "PUBLISHED", "actor": "operator"}],
                }
            ],
        }
    }


def test_draft_is_nowhere_for_the_public_and_there_for_the_coordinator(api: Api) -> None:
    api.net.register()
    draft = api.net.draft("Szkic").stream_id
    api.net.project()
    by_slug = {"municipality": OPOCZNO, "slug": "szkic"}
    listed = (
        '{ news { totalCount nodes { id } } municipality(terc: "100704") { news { totalCount } } }'
    )

    assert api.ask(NEWS_ITEM, by_slug) == {"newsItem": None}
    assert api.ask(listed)["news"] == {"totalCount": 0, "nodes": []}
    seen = api.ask(NEWS_ITEM, by_slug, operator=True)["newsItem"]
    assert (seen["title"], seen["state"]) == ("Szkic", "DRAFT")
    assert api.ask("query ($id: ID!) { node(id: $id) { id } }", {"id": seen["id"]}) == {
        "node": None
    }
    assert api.ask(
        "query ($id: ID!) { node(id: $id) { ... on NewsItem { title } } }",
        {"id": seen["id"]},
        operator=True,
    ) == {"node": {"title": "Szkic"}}
    assert api.ask(listed, operator=True)["municipality"] == {"news": {"totalCount": 0}}
    assert draft is not None


def test_retracted_news_answers_as_a_tombstone_and_is_in_no_list(api: Api) -> None:
    api.net.register()
    item = api.net.published("Nowy most", lead="Zajawka").stream_id
    api.net.retract(item, "Pomyłka.")
    api.net.project()

    found = api.ask(NEWS_ITEM, {"municipality": OPOCZNO, "slug": "nowy-most"})["newsItem"]
    assert (found["state"], found["lead"], found["bodyHtml"]) == ("RETRACTED", "", "")
    assert found["retractionReason"] == "Pomyłka."
    assert api.ask("{ news { totalCount } }") == {"news": {"totalCount": 0}}


def test_pages_follow_each_other_without_gap_or_overlap(api: Api) -> None:
    api.net.register()
    for number in range(7):
        api.net.published(f"Wiadomość {number}")
    api.net.project()
    page = """query ($after: String) { news(first: 3, after: $after) {
        edges { cursor node { slug } } pageInfo { hasNextPage hasPreviousPage endCursor } } }"""

    seen, after, pages = [], None, 0
    while True:
        found = api.ask(page, {"after": after})["news"]
        seen += [edge["node"]["slug"] for edge in found["edges"]]
        pages += 1
        assert found["pageInfo"]["hasPreviousPage"] is (after is not None)
        assert found["edges"][-1]["cursor"] == found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
        after = found["pageInfo"]["endCursor"]
    assert pages == 3
    assert sorted(seen) == [f"wiadomosc-{number}" for number in range(7)]


def test_filters_narrow_lists_and_counts_alike(api: Api) -> None:
    for terc in (OPOCZNO, BELCHATOW):
        api.net.register(terc)
    api.net.published("Jeden", tags=("drogi",))
    api.net.published("Dwa", terc=BELCHATOW, tags=("szkoły",))
    api.net.project()

    assert api.ask("""{
        a: news(municipality: "100101") { totalCount nodes { title } }
        b: news(tag: "drogi") { totalCount nodes { title } }
        c: news(since: "2025-08-14") { totalCount nodes { title } }
        d: news(since: "2025-08-13", until: "2025-08-13") { totalCount }
        e: municipalities(search: "ŁCHAT") { totalCount nodes { name } }
        f: municipalities(voivodeship: "mazowieckie") { totalCount }
    }""") == {
        "a": {"totalCount": 1, "nodes": [{"title": "Dwa"}]},
        "b": {"totalCount": 1, "nodes": [{"title": "Jeden"}]},
        "c": {"totalCount": 0, "nodes": []},
        "d": {"totalCount": 2},
        "e": {"totalCount": 1, "nodes": [{"name": "Bełchatów"}]},
        "f": {"totalCount": 0},
    }


def test_former_address_leads_to_the_item(api: Api) -> None:
    api.net.register()
    item = api.net.published("Nowy most").stream_id
    api.net.connection.execute(
        "INSERT INTO read_news.slugs VALUES ('100704', 'dawny-most', %s)", (item,)
    )
    assert item is not None
    api.net.project()
    found = api.ask(NEWS_ITEM, {"municipality": OPOCZNO, "slug": "dawny-most"})["newsItem"]
    assert found["slug"] == "nowy-most"


def test_views_counted_here_are_added_to_what_the_source_showed(api: Api) -> None:
    api.net.register()
    item = api.net.published("Nowy most").stream_id
    api.net.project()
    api.net.connection.execute("UPDATE read_news.news SET initial_views = 185")
    api.net.connection.execute("INSERT INTO news_views VALUES (%s, 7)", (item,))
    assert api.ask("{ news { nodes { viewCount } } }") == {"news": {"nodes": [{"viewCount": 192}]}}


def test_every_answer_names_the_position_it_reflects(api: Api) -> None:
    api.net.register()
    api.net.published("Nowy most")
    api.net.project()
    position = api.net.value("SELECT max(position) FROM events")

    answer = api.post("{ news { totalCount } }")
    assert answer.headers["wspolna-position"] == str(position)
    assert answer.json()["extensions"]["position"] == position


def test_officials_list_their_own_drafts_and_nobody_elses(api: Api) -> None:
    for terc in (OPOCZNO, BELCHATOW):
        api.net.member(terc)
    for number in range(3):
        api.net.draft(f"Szkic {number}")
    api.net.draft("Cudzy szkic", BELCHATOW)
    api.net.published("Nowy most")
    token = editors_token(api.net)
    api.net.project()
    drafts = """query ($after: String) { newsDrafts(first: 2, after: $after) {
        totalCount nodes { title state } pageInfo { hasNextPage endCursor } } }"""

    assert api.ask(drafts)["newsDrafts"]["totalCount"] == 0
    assert api.ask(drafts, operator=True)["newsDrafts"]["totalCount"] == 4
    page = api.ask(drafts, token=token)["newsDrafts"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, True)
    assert page["nodes"] == [{"title": f"Szkic {number}", "state": "DRAFT"} for number in (2, 1)]
    rest = api.ask(drafts, {"after": page["pageInfo"]["endCursor"]}, token=token)["newsDrafts"]
    assert rest["nodes"] == [{"title": "Szkic 0", "state": "DRAFT"}]
    assert api.ask("{ news { nodes { title } } }", token=token) == {
        "news": {"nodes": [{"title": "Nowy most"}]}
    }


def editors_token(net: Network) -> str:
    office = Office(net)
    account = office.active(Role.EDITOR, email="redakcja@opoczno.example", terc=OPOCZNO)
    return office.own.issue_token(account, "test", frozenset({Role.EDITOR}), None).secret
