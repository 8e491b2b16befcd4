"""A page's visible text, as "select all" gives it: the article and all that stood around it.

What is known for certain are the labels ("Opublikowano dn. …", "Autor: …", "Liczba wyświetleń: …"):
the article lies beside them. Where they don't prove which words are the article's, it is refused.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import reduce
from itertools import chain
from operator import or_
from typing import Final

from infra.sources.items import Origin, clean, make_item
from infra.sources.labels import Labels, is_label_without_value, labels_in
from infra.sources.markdown import escape, escape_start, from_lines
from infra.sources.model import SourceItem, UnreadableSource

_NAVIGATION: Final = re.compile(
    r"(?:aktualności|wiadomości|newsy?|komunikaty|ogłoszenia|wydarzenia|informacje"
    r"|strona główna|start|home|menu(?: główne)?"
    r"|przejdź do .*|szukaj|wyszukaj|wyszukiwarka|kontakt|bip|rss|drukuj|drukowanie|wydruk|pdf"
    r"|pobierz pdf|wersja do druku"
    r"|e-mail|email|wyślij|poleć|poleć znajomemu|udostępnij.*|facebook|twitter|x|linkedin"
    r"|whatsapp|youtube|instagram|messenger"
    r"|a\+*|a-|aa|kontrast|wysoki kontrast|powiększ.*|zmniejsz.*|e-urząd|powrót.*|wstecz"
    r"|wróć.*|czytaj|odsłuchaj|posłuchaj"
    r"|deklaracja dostępności|mapa strony|polski język migowy|pl|en|ua|ikona|tło|logo|zdjęcie"
    r"|baner|banner|\W*)",
    re.IGNORECASE,
)
_BREADCRUMB: Final = re.compile(r"\s*(?:>|»|›|/|::|→|\|)\s*")
_END: Final = re.compile(
    r"(?:powrót\b.*|wstecz|wróć\b.*|drukuj\b.*|wersja do druku|wydruk|udostępnij\b.*"
    r"|podziel się\b.*|poleć\b.*"
    r"|poprzedni[ae]?\b.{0,30}|następn[yae]\b.{0,30}|(?:czytaj|zobacz|przeczytaj) (?:też|także"
    r"|również|więcej)\b.*"
    r"|(?:podobne|powiązane|inne|ostatnie|najnowsze|pozostałe) (?:aktualności|artykuły"
    r"|wiadomości|wpisy|informacje)\b.*"
    r"|komentarze\b.{0,10}|dodaj komentarz|załączniki|pliki do pobrania|do pobrania"
    r"|galeria(?: zdjęć)?|do góry|na górę"
    r"|menu(?: główne)?|na skróty|rejestr zmian|historia zmian|metryka\b.{0,20}|newsletter"
    r"|e-urząd"
    r"|.*\b(?:pliki|plików|plikach) cookies?\b.*|(?:©|copyright|wszelkie prawa zastrzeżone"
    r"|projekt i wykonanie)\b.*|©.*)",
    re.IGNORECASE,
)
_SENTENCE_END: Final = (".", "!", "?", "…", "”", '"', "»", ")")
_LONG: Final = 200
_TITLE_MAX: Final = 300
_MOST_RUNS: Final = 40  # a page with more labels than this is a list


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    labels: Labels | None


@dataclass(frozen=True, slots=True)
class _Run:
    """Lines of labels that follow each other: lines[start:end]."""

    start: int
    end: int
    labels: Labels


@dataclass(frozen=True, slots=True)
class _Article:
    title: str
    lead: str
    blocks: list[str]
    labels: Labels


def read_page_dump(text: str, origin: Origin) -> SourceItem:
    article = _find(_lines(text, origin))
    return make_item(
        title=re.sub(r"^#+\s+", "", article.title),
        lead=article.lead,
        body_markdown="\n\n".join(article.blocks),
        origin=origin,
        published_on=article.labels.day,
        author=article.labels.author,
        source_url=origin.url,
        view_count=article.labels.views,
        tags=article.labels.tags,
    )


def labels_of_page(text: str, origin: Origin) -> Labels:
    """What all labels of a page say together, the first of each kind."""
    return reduce(or_, (line.labels for line in _lines(text, origin) if line.labels), Labels())


def label_lines(text: str, origin: Origin) -> list[str]:
    return [line.text for line in _lines(text, origin) if line.labels]


def _lines(text: str, origin: Origin) -> list[_Line]:
    lines: list[_Line] = []
    pending = ""  # a label whose value is to follow
    for raw in map(str.strip, clean(text).split("\n")):
        if pending and not raw:
            continue
        labels = labels_in(raw, origin.today)
        empty = labels is None and is_label_without_value(raw)
        value = labels_in(f"{pending} {raw}", origin.today) if pending and not empty else None
        if pending:
            own = None if labels else value
            lines.append(_Line(f"{pending} {raw}" if own else pending, own or Labels()))
        if not (empty or (value and not labels)):
            lines.append(_Line(" ".join(raw.split()), labels))
        pending = raw if empty else ""
    return lines


def _find(lines: list[_Line]) -> _Article:
    runs = _label_runs(lines)
    anchors = [run for run in runs if run.labels.day] or [run for run in runs if run.labels.author]
    beside = (_beside(run, lines, runs) for run in anchors[:_MOST_RUNS])
    articles = [article for article in beside if article]
    articles = _without_titles_of_others(articles)
    if not articles:
        raise _not_found(bool(anchors))
    if sum(len(article.blocks) > 1 for article in articles) > 1 or _all_short(articles):
        raise several_articles()
    return max(articles, key=lambda article: len(article.blocks))


def several_articles() -> UnreadableSource:
    return UnreadableSource(
        "several_articles",
        "Na stronie jest kilka wpisów i nie widać, który jest artykułem: wskaż stronę jednego z nich.",
        "The page holds several entries and none stands out: give the page of one of them.",
    )


def _without_titles_of_others(articles: list[_Article]) -> list[_Article]:
    """On a list of entries the title of the next one stands at the end of the one before."""
    titles = {escape_start(escape(article.title)) for article in articles}
    return [
        replace(article, blocks=article.blocks[:-1]) if article.blocks[-1] in titles else article
        for article in articles
    ]


def _all_short(articles: list[_Article]) -> bool:
    return len(articles) > 1 and all(len(article.blocks) == 1 for article in articles)


def _label_runs(lines: list[_Line]) -> list[_Run]:
    runs: list[_Run] = []
    for at, line in enumerate(lines):
        if line.labels is None:
            continue
        if runs and all(is_furniture(between.text) for between in lines[runs[-1].end : at]):
            last = runs.pop()
            runs.append(_Run(last.start, at + 1, last.labels | line.labels))
        else:
            runs.append(_Run(at, at + 1, line.labels))
    return runs


def _beside(run: _Run, lines: list[_Line], runs: list[_Run]) -> _Article | None:
    after, closing = _body(lines, run.end)
    above = _above(lines, run.start)
    labels = _with_far_labels(run, closing, runs)
    if not above and after:
        return _labels_first(lines, run.end, labels)
    if after:
        return _labels_between(above, after, labels)
    return _labels_last(lines, run, labels)


def _labels_between(above: list[str], after: list[str], labels: Labels) -> _Article | None:
    """The usual page: title, labels, body; the lead may stand above the labels too."""
    title, lead = above[-1], ""
    if _is_lead(title) and len(above) > 1:
        title, lead = above[-2], title
    if len(above) > 1 and not lead and re.search(r"[,:–—-]$", above[-2]):
        title = f"{above[-2]} {title}"
    return _Article(title, lead, after, labels) if _is_title(title) else None


def _labels_first(lines: list[_Line], start: int, labels: Labels) -> _Article | None:
    at = next(at for at in range(start, len(lines)) if not is_furniture(lines[at].text))
    title = lines[at].text
    body, _ = _body(lines, at + 1)
    return (
        _Article(title, "", body, labels)
        if body and _is_title(title) and not _is_lead(title)
        else None
    )


def _labels_last(lines: list[_Line], run: _Run, labels: Labels) -> _Article | None:
    """Labels as a footer. The title is proved by being said twice, or by nothing above it."""
    above = [
        at
        for at in range(run.start)
        if not is_furniture(lines[at].text) and lines[at].labels is None
    ]
    named = {part for at in above for part in _BREADCRUMB.split(lines[at].text)[1:]}
    texts = [lines[at].text for at in above]
    proved = [at for at in above if lines[at].text in named or texts.count(lines[at].text) > 1]
    first = proved[-1] if proved else above[0] if above else run.start
    body, _ = _body(lines[: run.start], first + 1, closed=True)
    if (
        not any(map(_is_prose, body))
        or not _is_title(lines[first].text)
        or _BREADCRUMB.search(lines[first].text)
    ):
        return None
    return _Article(lines[first].text, "", body, labels)


def _above(lines: list[_Line], start: int) -> list[str]:
    """The lines above the labels that could be title or lead, nearest last."""
    texts = [
        line.text for line in lines[:start] if line.labels is None and not is_furniture(line.text)
    ]
    return [
        text
        for text in texts
        if not (_BREADCRUMB.search(text) and texts[-1] in _BREADCRUMB.split(text))
    ]


def _body(lines: list[_Line], start: int, closed: bool = False) -> tuple[list[str], int]:
    """The Markdown blocks from `start` on, and where they end."""
    while start < len(lines) and lines[start].labels is None and is_furniture(lines[start].text):
        start += 1
    end = next((at for at in range(start, len(lines)) if _ends(lines, at)), len(lines))
    groups = _groups(line.text for line in lines[start:end])
    if end == len(lines) and not closed:
        groups = _up_to_the_last_sentence(groups)
    return list(chain.from_iterable(map(from_lines, groups))), end


def _ends(lines: list[_Line], at: int) -> bool:
    return lines[at].labels is not None or ends_article(lines[at].text)


def ends_article(text: str) -> bool:
    return bool(_END.fullmatch(text))


def _groups(texts: Iterable[str]) -> list[list[str]]:
    groups: list[list[str]] = [[]]
    for text in texts:
        if re.search(r"\w", text):
            groups[-1].append(text)
        elif groups[-1]:
            groups.append([])
    return [group for group in groups if group]


def _up_to_the_last_sentence(groups: list[list[str]]) -> list[list[str]]:
    """Where nothing marks the end, menus may follow: words that make no sentence are not taken."""
    while groups and not _is_prose(groups[-1][-1]):
        groups = [*groups[:-1], groups[-1][:-1]] if len(groups[-1]) > 1 else groups[:-1]
    return groups


def _with_far_labels(run: _Run, closing: int, runs: list[_Run]) -> Labels:
    """A counter or an author may stand below the body, or above the title."""
    labels = run.labels
    below = next((other.labels for other in runs if other.start == closing), None)
    above = next((other.labels for other in reversed(runs) if other.end <= run.start), None)
    for far in filter(None, (below, above)):
        labels |= Labels(author=far.author, views=far.views, tags=far.tags)
    return labels


def is_furniture(text: str) -> bool:
    return bool(_NAVIGATION.fullmatch(text))


def _is_prose(text: str) -> bool:
    return len(text) > _LONG or (len(text) >= 40 and text.endswith(_SENTENCE_END))


def _is_lead(text: str) -> bool:
    return len(text) > _LONG or (
        len(text) >= 60 and text.endswith(".")
    )  # titles end with "!" or "?", not so


def _is_title(text: str) -> bool:
    return len(text) <= _TITLE_MAX and bool(re.search(r"\w{2}", text))


def _not_found(labelled: bool) -> UnreadableSource:
    if labelled:
        return UnreadableSource(
            "no_article",
            "Jest data publikacji, ale obok niej nie widać tytułu i treści artykułu.",
            "There is a publication date, but no title and text beside it.",
        )
    return UnreadableSource(
        "no_labels",
        "Nie widać, gdzie zaczyna się i kończy artykuł: brakuje wiersza takiego jak "
        "„Opublikowano …” lub „Autor: …”.",
        "Nothing shows where the article begins and ends: a line such as “Opublikowano …” or "
        "“Autor: …” is missing.",
    )
