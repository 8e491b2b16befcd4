"""Every way that news may go, and every way that it may not."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.errors import CommandIdReused, DomainError, NotPermitted, StaleVersion
from domain.municipalities import (
    MunicipalityFacts,
    MunicipalityKind,
    RegisterMunicipality,
    UnknownMunicipality,
)
from domain.news import (
    Attachment,
    CorrectNews,
    DraftNews,
    ImportNews,
    NewsItem,
    NewsNotFound,
    NewsNotPublished,
    NewsRetracted,
    NewsText,
    PublishNews,
    RetractNews,
    SlugTaken,
    Translation,
)
from domain.roles import ANONYMOUS, Actor, Role
from tests.domain.scenario import NOW, TODAY, given, said
from tests.network import BELCHATOW, OPOCZNO, official

FACTS = MunicipalityFacts("Opoczno", MunicipalityKind.URBAN_RURAL, "łódzkie", "opoczyński")
REGISTER = RegisterMunicipality(command_id=uuid4(), terc=OPOCZNO, facts=FACTS)
TEXT = NewsText(title="Nowy most", body="Treść.")
OTHER = NewsText(title="Nowy most otwarty", body="Inna treść.")
DRAFT = DraftNews(command_id=uuid4(), municipality=OPOCZNO, text=TEXT)
ITEM = DRAFT.news_id
EDITOR = official(OPOCZNO)


def publish(item: UUID = ITEM, on: date | None = date(2025, 8, 13), **more: Any) -> PublishNews:
    return PublishNews(command_id=uuid4(), news_id=item, published_on=on, **more)


def correct(text: NewsText = OTHER, **more: Any) -> CorrectNews:
    return CorrectNews(command_id=uuid4(), news_id=ITEM, text=text, **more)


def retract(reason: str = "Pomyłka.") -> RetractNews:
    return RetractNews(command_id=uuid4(), news_id=ITEM, reason=reason)


def draft(text: NewsText = TEXT, **more: Any) -> DraftNews:
    return replace(DRAFT, command_id=uuid4(), text=text, **more)


def imported(text: NewsText = TEXT, **more: Any) -> ImportNews:
    facts: dict[str, Any] = {"keys": ("url:https://opoczno.pl/most",), **more}
    return ImportNews(command_id=uuid4(), municipality=OPOCZNO, text=text, **facts)


DRAFTED = given(REGISTER, DRAFT)
PUBLISHED = given(REGISTER, DRAFT, publish())
GONE = given(REGISTER, DRAFT, publish(), retract())


def test_draft_says_what_was_written() -> None:
    receipt = (
        given(REGISTER)
        .when(DRAFT)
        .then(
            said(
                NewsItem.Drafted,
                municipality=OPOCZNO,
                slug="nowy-most",
                text=TEXT,
                effective_on=TODAY,
                timestamp=NOW,
            )
        )
    )
    assert receipt is not None
    assert (receipt.stream_id, receipt.version, receipt.position) == (ITEM, 1, 2)


def test_news_is_true_from_its_date_of_publication() -> None:
    DRAFTED.when(publish()).then(said(NewsItem.Published, effective_on=date(2025, 8, 13)))


def test_news_is_published_today_unless_another_day_is_named() -> None:
    DRAFTED.when(publish(on=None)).then(said(NewsItem.Published, effective_on=TODAY))


def test_published_news_stays_published() -> None:
    receipt = PUBLISHED.when(publish(on=date(2025, 9, 1))).then()
    assert receipt is not None
    assert (receipt.version, receipt.changed) == (2, False)


@pytest.mark.parametrize("scenario", [DRAFTED, PUBLISHED])
def test_correction_says_what_it_says_now(scenario: Any) -> None:
    corrected = said(
        NewsItem.Corrected, slug="nowy-most", text=OTHER, reason="Błąd.", published_on=None
    )
    scenario.when(correct(reason="Błąd.")).then(corrected)


def test_correction_that_changes_nothing_is_none() -> None:
    PUBLISHED.when(correct(TEXT)).then()


def test_correction_may_give_another_address() -> None:
    PUBLISHED.when(correct(slug="most")).then(said(NewsItem.Corrected, slug="most"))


def test_item_may_return_to_an_address_that_was_its_own() -> None:
    moved = given(REGISTER, DRAFT, publish(), correct(slug="most"))
    moved.when(correct(slug="nowy-most")).then(said(NewsItem.Corrected, slug="nowy-most"))


def test_retraction_says_why() -> None:
    PUBLISHED.when(retract("Dane osobowe.")).then(
        said(NewsItem.Retracted, reason="Dane osobowe.", effective_on=TODAY)
    )


def test_retracted_news_stays_retracted() -> None:
    GONE.when(retract()).then()
    GONE.when(publish()).then(NewsRetracted)
    GONE.when(correct()).then(NewsRetracted)


def test_draft_can_not_be_retracted() -> None:
    DRAFTED.when(retract()).then(NewsNotPublished)


@pytest.mark.parametrize("command", [publish(uuid4()), replace(correct(), news_id=uuid4())])
def test_unknown_item_is_not_found(command: Any) -> None:
    PUBLISHED.when(command).then(NewsNotFound)
    PUBLISHED.when(replace(retract(), news_id=uuid4())).then(NewsNotFound)


def test_unknown_municipality_has_no_news() -> None:
    given().when(DRAFT).then(UnknownMunicipality)
    given(REGISTER).when(draft(municipality=BELCHATOW)).then(UnknownMunicipality)
    given().when(imported()).then(UnknownMunicipality)


@pytest.mark.parametrize(
    "terc", ["", "10070", "10070400", "990704", "10O704", "ąęć", " ", "1" * 99]
)
def test_malformed_code_of_a_municipality_is_refused(terc: str) -> None:
    given(REGISTER).when(draft(municipality=terc)).invalid(terc="malformed_terc")


def test_seventh_digit_of_the_code_may_follow() -> None:
    given(REGISTER).when(draft(municipality="1007043")).then(
        said(NewsItem.Drafted, municipality=OPOCZNO)
    )


def test_stale_version_names_the_current_one() -> None:
    refusal = PUBLISHED.when(correct(expected_version=1)).refused(StaleVersion)
    assert refusal.details == {"expected": 1, "current": 2}
    PUBLISHED.when(correct(expected_version=2)).then(NewsItem.Corrected)


def test_slug_of_another_item_is_taken_for_ever() -> None:
    refusal = PUBLISHED.when(draft()).refused(SlugTaken)
    assert refusal.details == {"slug": "nowy-most"}
    GONE.when(draft()).then(SlugTaken)
    moved = given(REGISTER, DRAFT, correct(slug="most"))
    moved.when(draft()).then(SlugTaken)


def test_slug_is_unique_within_its_municipality_only() -> None:
    facts = replace(FACTS, name="Bełchatów")
    both = given(
        REGISTER, DRAFT, RegisterMunicipality(command_id=uuid4(), terc=BELCHATOW, facts=facts)
    )
    both.when(draft(municipality=BELCHATOW)).then(said(NewsItem.Drafted, slug="nowy-most"))


def test_repeated_command_answers_the_same_and_adds_nothing() -> None:
    receipt = given(REGISTER).when(DRAFT).then(NewsItem.Drafted)
    assert GONE.when(DRAFT).then() == receipt
    GONE.when(replace(DRAFT, text=OTHER)).then(CommandIdReused)


@pytest.mark.parametrize(
    ("actor", "of_a_draft"),
    [
        (ANONYMOUS, NotPermitted),
        (official(BELCHATOW), NewsNotFound),
        (official(OPOCZNO, Role.AUDITOR), NotPermitted),
        (official(OPOCZNO, Role.FUNDS_OFFICER), NotPermitted),
        (official(OPOCZNO, Role.PORTAL), NotPermitted),
        (Actor("nobody", frozenset({Role.EDITOR})), NewsNotFound),
    ],
)
def test_only_the_editors_of_a_municipality_write_its_news(
    actor: Actor, of_a_draft: type[DomainError]
) -> None:
    given(REGISTER).by(actor).when(DRAFT).then(NotPermitted)
    given(REGISTER).by(actor).when(imported()).then(NotPermitted)
    PUBLISHED.by(actor).when(correct()).then(NotPermitted)
    PUBLISHED.by(actor).when(retract()).then(NotPermitted)
    DRAFTED.by(actor).when(publish()).then(of_a_draft)
    given(REGISTER).by(actor).when(publish()).then(of_a_draft)


def test_editors_write_their_municipalitys_news() -> None:
    given(REGISTER).by(EDITOR).when(DRAFT).then(NewsItem.Drafted)
    DRAFTED.by(official(OPOCZNO, Role.MUNICIPALITY_ADMIN)).when(publish()).then(NewsItem.Published)


LINK = "https://opoczno.pl/a.pdf"
BAD_TEXTS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"title": ""}, {"title": "missing"}),
    ({"title": " \t\n"}, {"title": "control_characters"}),
    ({"title": "x" * 301}, {"title": "too_long"}),
    ({"title": "a\nb"}, {"title": "control_characters"}),
    ({"title": "a\x00b"}, {"title": "control_characters"}),
    ({"title": "a\ud800b"}, {"title": "control_characters"}),
    ({"title": "a\u2028b"}, {"title": "control_characters"}),
    ({"title": "…"}, {"slug": "malformed"}),
    ({"body": ""}, {"body": "missing"}),
    ({"body": "x" * 10_000_000}, {"body": "too_long"}),
    ({"body": "a\x1bb"}, {"body": "control_characters"}),
    ({"lead": "x" * 2001}, {"lead": "too_long"}),
    ({"lead": "\x07"}, {"lead": "control_characters"}),
    ({"language": "xx"}, {"language": "malformed"}),
    ({"language": "x" * 10_000}, {"language": "malformed"}),
    ({"translations": (Translation("pl", "T", "", "B"),)}, {"translations": "malformed"}),
    ({"translations": (Translation("en", "", "", "B"),)}, {"title": "missing"}),
    ({"tags": ("",)}, {"tags": "missing"}),
    ({"tags": ("x" * 51,)}, {"tags": "too_long"}),
    ({"tags": tuple(f"t{n}" for n in range(21))}, {"tags": "too_many"}),
    ({"author_unit": ""}, {"authorUnit": "missing"}),
    ({"source_url": "javascript:alert(1)"}, {"sourceUrl": "malformed"}),
    ({"source_url": "https://"}, {"sourceUrl": "malformed"}),
    ({"source_url": "x" * 3000}, {"sourceUrl": "malformed"}),
    ({"mentions": ("12",)}, {"mentions": "malformed_terc"}),
    ({"mentions": (OPOCZNO,) * 101}, {"mentions": "too_many"}),
    ({"attachments": (Attachment("", LINK),)}, {"attachments.title": "missing"}),
    ({"attachments": (Attachment("A", "ftp://x/y"),)}, {"attachments.url": "malformed"}),
    ({"attachments": (Attachment("A", LINK, "12"),)}, {"attachments.sha256": "malformed"}),
    (
        {"attachments": (Attachment("A", LINK, media_type="pdf\x00"),)},
        {"attachments.mediaType": "control_characters"},
    ),
    (
        {"attachments": (Attachment("A", LINK, size_bytes=-1),)},
        {"attachments.sizeBytes": "malformed"},
    ),
    (
        {"attachments": (Attachment("A", LINK, size_bytes=10**30),)},
        {"attachments.sizeBytes": "malformed"},
    ),
    ({"attachments": (Attachment("A", LINK),) * 51}, {"attachments": "too_many"}),
]


@pytest.mark.parametrize(("wrong", "problems"), BAD_TEXTS, ids=lambda case: str(case)[:50])
def test_bad_text_is_refused_with_the_field_that_is_wrong(
    wrong: dict[str, Any], problems: dict[str, str]
) -> None:
    text = replace(TEXT, **wrong)
    given(REGISTER).when(draft(text)).invalid(**problems)
    if "slug" not in problems:
        PUBLISHED.when(correct(text)).invalid(**problems)
    given(REGISTER).when(imported(text)).invalid(**problems)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    text = replace(TEXT, title="", body="", language="xx")
    given(REGISTER).when(draft(text)).invalid(title="missing", body="missing", language="malformed")


@pytest.mark.parametrize("slug", ["", "Nowy Most", "nowy--most", "-most", "most/", "ż", "x" * 5000])
def test_malformed_address_is_refused(slug: str) -> None:
    given(REGISTER).when(draft(slug=slug)).invalid(slug="malformed")
    PUBLISHED.when(correct(slug=slug)).invalid(slug="malformed")


@pytest.mark.parametrize(
    "on", [date(9025, 1, 1), date(1989, 12, 31), date(1, 1, 1), date(2028, 1, 1)]
)
def test_implausible_date_of_publication_is_refused(on: date) -> None:
    DRAFTED.when(publish(on=on)).invalid(publishedOn="implausible_date")
    given(REGISTER).when(imported(published_on=on)).invalid(publishedOn="implausible_date")


@pytest.mark.parametrize(
    ("reason", "code"),
    [("", "missing"), ("x" * 1001, "too_long"), ("\x00", "control_characters")],
)
def test_retraction_needs_a_reason_that_can_be_shown(reason: str, code: str) -> None:
    PUBLISHED.when(retract(reason)).invalid(reason=code)


def test_script_in_a_text_is_text() -> None:
    """What a page shows of it is the sanitiser's to say; the domain keeps what was written."""
    text = replace(TEXT, body="<script>alert(1)</script>")
    given(REGISTER).when(draft(text)).then(said(NewsItem.Drafted, text=text))


def test_other_municipalities_that_a_text_names_are_mentioned_once() -> None:
    text = replace(TEXT, body="Wizyta w Bełchatowie.", mentions=("101601", BELCHATOW, OPOCZNO))
    told = replace(text, mentions=("101601", BELCHATOW))
    given(REGISTER).when(draft(text)).then(said(NewsItem.Drafted, text=told))


def test_imported_news_is_published_with_the_views_of_its_source() -> None:
    command = imported(published_on=date(2025, 8, 13), initial_views=185)
    given(REGISTER).when(command).then(
        said(NewsItem.Drafted, slug="nowy-most"),
        said(NewsItem.Published, initial_views=185, effective_on=date(2025, 8, 13)),
    )


def test_imported_again_it_is_left_alone_unless_its_source_changed() -> None:
    once = given(REGISTER, imported(published_on=date(2025, 8, 13)))
    once.when(imported(published_on=date(2025, 8, 13))).then()
    once.when(imported(OTHER, published_on=date(2025, 8, 13))).then(
        said(NewsItem.Corrected, text=OTHER, slug="nowy-most", published_on=None)
    )
    once.when(imported(published_on=date(2025, 8, 14))).then(
        said(NewsItem.Corrected, published_on=date(2025, 8, 14))
    )


def test_source_that_did_not_change_leaves_a_correction_made_here_alone() -> None:
    once = given(REGISTER, imported(keys=("guid:1",)))
    item = once.store.events[-1].originator_id
    here = once.and_given(CorrectNews(command_id=uuid4(), news_id=item, text=OTHER))
    here.when(imported(keys=("guid:1",))).then()
    newer = replace(TEXT, body="Źródło mówi teraz co innego.")
    here.when(imported(newer, keys=("guid:1",))).then(said(NewsItem.Corrected, text=newer))


def test_import_takes_the_next_free_address() -> None:
    PUBLISHED.when(imported()).then(said(NewsItem.Drafted, slug="nowy-most-2"), NewsItem.Published)


def test_import_recognises_an_item_by_any_of_its_keys() -> None:
    once = given(REGISTER, imported(keys=("guid:1", "url:a")))
    once.when(imported(OTHER, keys=("guid:2", "url:a"))).then(NewsItem.Corrected)
    once.when(imported(OTHER, keys=("guid:2", "url:b"))).then(NewsItem.Drafted, NewsItem.Published)


def test_import_does_not_bring_back_what_was_retracted() -> None:
    once = given(REGISTER, imported())
    item = once.store.events[-1].originator_id
    gone = once.and_given(replace(retract(), news_id=item))
    gone.when(imported(OTHER)).then()


@pytest.mark.parametrize(
    ("more", "problems"),
    [
        ({"keys": ()}, {"keys": "missing"}),
        ({"keys": ("",)}, {"keys": "missing"}),
        ({"keys": ("x" * 10_001,)}, {"keys": "too_long"}),
        ({"initial_views": -1}, {"initialViews": "malformed"}),
        ({"initial_views": 10**30}, {"initialViews": "malformed"}),
    ],
)
def test_bad_import_is_refused(more: dict[str, Any], problems: dict[str, str]) -> None:
    given(REGISTER).when(imported(**more)).invalid(**problems)


def test_key_that_is_named_twice_is_one_key() -> None:
    given(REGISTER).when(imported(keys=("guid:1", "guid:1"))).then(
        NewsItem.Drafted, NewsItem.Published
    )


def test_long_key_is_recognised_like_a_short_one() -> None:
    once = given(REGISTER, imported(keys=("url:" + "x" * 3000,)))
    once.when(imported(OTHER, keys=("url:" + "x" * 3000,))).then(NewsItem.Corrected)
    once.when(imported(OTHER, keys=("url:" + "x" * 3001,))).then(
        NewsItem.Drafted, NewsItem.Published
    )


def test_news_of_next_year_may_be_announced() -> None:
    DRAFTED.when(publish(on=TODAY + timedelta(days=300))).then(NewsItem.Published)
