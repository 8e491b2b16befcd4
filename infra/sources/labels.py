"""The lines in which a page says when it was published, by whom, and how often it was read."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from infra.sources.dates import leading_date

# A bare "Data:" is not among them: in the body it is the date of what the news invites to.
_PUBLISHED: Final = (
    r"Data\s+(?:publikacji|opublikowania|ukazania\s+się|dodania|udostępnienia|zamieszczenia"
    r"|umieszczenia|wpisu)"
    r"|Opublikowan[oyae]|Publikacja|Dodan[oyae]|Zamieszczon[oyae]|Umieszczon[oyae]"
    r"|Udostępnion[oyae]|Published(?:\s+on)?"
)
_CREATED: Final = r"Data\s+(?:utworzenia|wytworzenia|wprowadzenia)|Utworzon[oyae]|Wytworzon[oyae]"
_CHANGED: Final = (
    r"(?:Data\s+)?(?:ostatniej|ostatnia|ostatnio)?\s*(?:modyfikacj[ai]|aktualizacj[ai]"
    r"|zmian[ay]|edycj[ai])"
    r"|(?:Ostatnio\s+)?(?:Zaktualizowan[oyae]|Zmodyfikowan[oyae]|Zmienion[oyae]|Edytowan[oyae])"
)
_AUTHOR: Final = (
    r"Autor(?:ka|zy)?(?:\s+(?:wpisu|artykułu|tekstu|informacji|publikacji))?|Redaktor(?:ka)?"
    r"|(?:Wytworzył|Opublikował|Wprowadził|Dodał|Zamieścił|Umieścił|Udostępnił"
    r"|Zredagował)(?:\(a\)|/a|a|o)?"
    r"|(?:Informację\s+)?(?:Wytworzył|Opublikował)(?:\(a\)|a)?|(?:Wytworzone|Opublikowane"
    r"|Dodane)\s+przez|przez"
    r"|Podmiot\s+(?:udostępniający|publikujący|wytwarzający)(?:\s+informację)?"
    r"|Osoba\s+(?:wytwarzająca|odpowiedzialna|publikująca"
    r"|wprowadzająca)(?:\s+za\s+\w+)?(?:\s+informację)?"
    r"|(?:Jednostka|Komórka)\s+(?:odpowiedzialna|publikująca)"
)
_READ: Final = (
    r"(?:wyświetle[nń](?:ia|ie)?|odsłon[ya]?|odwiedzin[ya]?|wejść|wejścia|czytań|przeczytań"
    r"|views)"
)
_VIEWS: Final = (
    rf"(?:Liczba|Ilość|Licznik)\s+{_READ}(?:\s+(?:strony|artykułu|wpisu|podstrony))?|{_READ}"
    r"|Wyświetlon[oyae]|Wyświetlane|Przeczytan[oya]|Czytan[oyae]|Odczytów"
)
_TAGS: Final = r"Tagi|Tag|Słowa\s+kluczowe|Kategori[ae]|Dział"
_LABEL: Final = re.compile(
    rf"(?:(?P<views>{_VIEWS})|(?P<author>{_AUTHOR})|(?P<published>{_PUBLISHED})"
    rf"|(?P<created>{_CREATED})"
    rf"|(?P<changed>{_CHANGED})|(?P<tags>{_TAGS}))(?!\w)\s*(?P<colon>:?)\s*",
    re.IGNORECASE,
)
_NEXT_LABEL: Final = re.compile(
    rf"\s(?=(?:{_VIEWS}|{_AUTHOR}|{_PUBLISHED}|{_CREATED}|{_CHANGED}|{_TAGS})\s*:)", re.IGNORECASE
)
_LONGEST_AUTHOR: Final = 150
_SEPARATORS: Final = " \t,;|/•·()[]–—-"
_SEGMENT: Final = re.compile(r"\s*[|•·\t]\s*|\s{3,}")
_COUNT: Final = re.compile(
    r"(\d{1,3}(?:[ .]\d{3})+|\d+)(?!\w|[.,]\d)(?:\s*raz[y]?)?", re.IGNORECASE
)
_COUNT_FIRST: Final = re.compile(
    rf"\W{{0,4}}(\d{{1,3}}(?:[ .]\d{{3}})+|\d+)\s+{_READ}\W*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Labels:
    published: date | None = None
    created: date | None = None
    author: str | None = None
    views: int | None = None
    tags: tuple[str, ...] = ()

    def __or__(self, other: "Labels") -> "Labels":
        return Labels(
            self.published or other.published,
            self.created or other.created,
            self.author or other.author,
            other.views if self.views is None else self.views,
            self.tags or other.tags,
        )

    @property
    def day(self) -> date | None:
        return self.published or self.created


def labels_in(line: str, today: date) -> Labels | None:
    """What the labels of a line say, if it is nothing else. Raises UnreadableSource: a bad date."""
    found = Labels()
    segments = [segment.strip(_SEPARATORS) for segment in _SEGMENT.split(line)]
    for segment in _with_values(segments):
        labels = _in_segment(segment, today)
        if labels is None:
            return None
        found |= labels
    return found if any(segments) else None


def is_label_without_value(line: str) -> bool:
    """Tables come out of a page as a label on one line and its value on the next."""
    match = _LABEL.fullmatch(line.strip())
    return match is not None and bool(match["colon"] or not match["author"])


def _with_values(segments: list[str]) -> list[str]:
    joined: list[str] = []
    for segment in filter(None, segments):
        if joined and is_label_without_value(joined[-1]):
            joined[-1] += " " + segment
        else:
            joined.append(segment)
    return joined


def _in_segment(segment: str, today: date) -> Labels | None:
    found, rest = Labels(), segment
    while rest:
        step = _first_label(rest, today)
        if step is None:
            return None
        labels, rest = step
        found, rest = found | labels, rest.strip(_SEPARATORS)
    return found


def _first_label(text: str, today: date) -> tuple[Labels, str] | None:
    counted = _COUNT_FIRST.match(text)
    if counted:
        return Labels(views=_number(counted[1])), text[counted.end() :]
    match = _LABEL.match(text)
    if match is None:
        return None
    rest = text[match.end() :]
    if match["author"] or match["tags"]:
        return _text_value(match, rest)
    return _count_value(rest) if match["views"] else _date_value(match, rest, today)


def _text_value(label: re.Match[str], rest: str) -> tuple[Labels, str] | None:
    if not label["colon"] and label["author"] != "przez":
        return None  # "Autor książki opowie…" is a sentence
    parts = _NEXT_LABEL.split(rest, maxsplit=1)
    value, remainder = parts[0].strip(_SEPARATORS), "".join(parts[1:])
    if label["tags"]:
        return Labels(
            tags=tuple(tag for part in value.split(",") if (tag := part.strip(" #")))
        ), remainder
    return (Labels(author=value), remainder) if 0 < len(value) <= _LONGEST_AUTHOR else None


def _count_value(rest: str) -> tuple[Labels, str] | None:
    match = _COUNT.match(rest)
    return (Labels(views=_number(match[1])), rest[match.end() :]) if match else None


def _date_value(label: re.Match[str], rest: str, today: date) -> tuple[Labels, str] | None:
    dated = leading_date(rest, today)
    if dated is None:
        return None
    day, remainder = dated
    if label["published"]:
        return Labels(published=day), remainder
    return Labels(created=day) if label["created"] else Labels(), remainder


def _number(written: str) -> int:
    return int(re.sub(r"\D", "", written))
