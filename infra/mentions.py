"""Which municipalities a Polish text mentions: "w Bełchatowie", "z Tomaszowem Mazowieckim".

Every name is inflected once, when the gazetteer is made; reading a text is then a look-up of its
capitalised words. The rules:

- A name counts whole: "Rawa" is not Rawa Mazowiecka, and "Tomaszów Lubelski" is not Tomaszów
  Mazowiecki. Abbreviated adjectives ("Tomaszów Maz.", "Piotrków Tryb.") are whole names too.
- The initial capital decides: "łódź" is a boat. Words all in capitals are read as headings are.
- At the start of a sentence, where every word has a capital, a name that is also a common noun
  counts unless an adjective says that it is one: "Łódź zaprasza" is a town, "Łódź motorowa" isn't.
- An adjective made of a name ("opoczyński", "powiat bełchatowski") is no mention: it names the
  county, the region, a street or a surname as often as the municipality.
- A name that goes on ("Brzeziny Śląskie"), a name within another ("w Nowym Łowiczu"), a surname
  after a first name ("Jan Łowicz") and words inside addresses ("biuro@Opoczno.pl") don't count.
- A name that several municipalities bear means those in the voivodeship of the publisher (`near`);
  when it has none, or isn't known, all bearers are returned, in the order of their codes: the
  gazetteer doesn't choose. So a town and the rural municipality around it come together.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from threading import Lock
from typing import Any, Final, NamedTuple

_CAPITALISED: Final = re.compile(r"[A-ZĄĆĘŁŃÓŚŹŻ][^\W\d_]+")
_WORD_BEFORE: Final = re.compile(r"([^\W\d_]+)\s$")
_WORD_AFTER: Final = re.compile(r"([ -])([^\W\d_]+)")
_NAME_PARTS: Final = re.compile(r"[\s-]+")
_IN_ADDRESS: Final = re.compile(r"://|@|www\.|\w\.(?:pl|eu|com|org|net|info)\b")
_CASES: Final = ("nom", "gen", "dat", "acc", "inst", "loc", "voc")
# Adjectives that make a new name of an old one.
_DERIVING: Final = frozenset({"nowy", "stary", "mały", "wielki", "duży", "górny", "dolny"})


class _Grammar(NamedTuple):
    number: str  # sg, pl
    case: str
    gender: str  # m1, m2, m3, f, n


class _Analysis(NamedTuple):
    lemma: str
    kinds: frozenset[str]  # place, first name, surname; else one of noun, adj, other
    grammar: frozenset[_Grammar]


@dataclass(frozen=True, slots=True)
class _Name:
    """One inflected form of a name: its first word is the key it stands under."""

    name: str
    rest: re.Pattern[str] | None  # what must follow the first word
    grammar: frozenset[_Grammar]
    is_common: bool  # the first word is a common noun as well


class Gazetteer:
    """Safe for several threads: nothing changes after it was made."""

    def __init__(self, municipalities: Iterable[tuple[str, str]]) -> None:
        """From (TERC, name)."""
        self._bearers: dict[str, list[str]] = defaultdict(list)
        for terc, name in municipalities:
            self._bearers[name].append(terc)
        self._names = _by_first_word(self._bearers)

    def mentioned_in(self, text: str, near: str | None = None) -> list[str]:
        """TERC codes in the order of their first mention; `near` is the publisher's TERC."""
        names = dict.fromkeys(self._names_in(text))
        return list(dict.fromkeys(terc for name in names for terc in self._meant(name, near)))

    def _names_in(self, text: str) -> Iterator[str]:
        known = self._names
        for match in _CAPITALISED.finditer(text):
            candidates = known.get(match[0])
            if candidates:
                found = _mention(candidates, text, match)
                if found:
                    yield found

    def _meant(self, name: str, near: str | None) -> list[str]:
        bearers = sorted(self._bearers[name])
        close = [terc for terc in bearers if near and terc[:2] == near[:2]]
        return close or bearers


def _mention(candidates: tuple[_Name, ...], text: str, match: re.Match[str]) -> str | None:
    start, end = match.span()
    for candidate in candidates:
        whole = candidate.rest.match(text, end) if candidate.rest else match
        if whole and not _means_something_else(candidate, text, start, whole.end()):
            return candidate.name
    return None


def _means_something_else(name: _Name, text: str, start: int, end: int) -> bool:
    if text[start - 1 : start].isalnum() or _is_in_address(text, start, end):
        return True
    first = _starts_sentence(text, start)
    return _goes_on(name, text, start, end, first) or (
        not first and _belongs_to_word_before(name, text, start, end)
    )


def _goes_on(name: _Name, text: str, start: int, end: int, first: bool) -> bool:
    """Brzeziny Śląskie, Łódź motorowa, Radomska-Kutnowska."""
    after = _WORD_AFTER.match(text, end)
    if after is None or text[start:end].isupper():  # a heading's capitals say nothing
        return False
    if after[1] == "-":
        return _agrees(after[2], {"adj"}, _of_people(text[start:end])) and after[2][0].isupper()
    meant = after[2][0].isupper() or (first and name.is_common)
    return meant and _agrees(after[2], {"adj"}, name.grammar)


def _belongs_to_word_before(name: _Name, text: str, start: int, end: int) -> bool:
    """W Nowym Łowiczu, Jan Łowicz."""
    before = _WORD_BEFORE.search(text, max(0, start - 30), start)
    if before is None or not before[1][0].isupper():
        return False
    if _derives(before[1], name.grammar) and not _starts_sentence(text, before.start(1)):
        return True
    is_first_name_only = not any(one.kinds & {"noun", "adj"} for one in _analyses(before[1]))
    of_person = _of_people(text[start:end]) | name.grammar
    return is_first_name_only and _agrees(before[1], {"first name"}, of_person)


def _is_in_address(text: str, start: int, end: int) -> bool:
    begin = max(text.rfind(" ", 0, start), text.rfind("\n", 0, start)) + 1
    return bool(_IN_ADDRESS.search(text, begin, min(len(text), end + 6)))


def _starts_sentence(text: str, start: int) -> bool:
    before = text[max(0, start - 12) : start].rstrip(" \t„”\"'»«(–—-")
    if not before.endswith("."):
        return not before or before[-1] in "!?…:\n"
    return not re.search(r"(?:^|\W)[a-zśćż]{1,3}\.$", before)  # "gm.", "m.", "k.": abbreviations


def _derives(word: str, grammar: frozenset[_Grammar]) -> bool:
    return any(one.lemma in _DERIVING and one.grammar & grammar for one in _analyses(word.lower()))


def _agrees(word: str, kinds: set[str], grammar: frozenset[_Grammar]) -> bool:
    """Whether the word, read as one of the kinds, stands in the same number and case (and gender,
    which for the names of places and of people differs)."""
    gendered = "adj" in kinds
    wanted = {form if gendered else form[:2] for form in grammar}
    analyses = (one for one in _analyses(word) + _analyses(word.lower()) if one.kinds & kinds)
    return any(
        (form if gendered else form[:2]) in wanted for one in analyses for form in one.grammar
    )


def _of_people(word: str) -> frozenset[_Grammar]:
    """The forms the word has when it is read as a surname."""
    surnames = (one.grammar for one in _analyses(word) if one.kinds & {"surname", "adj"})
    return frozenset().union(*surnames)


# What follows makes the forms of the names.


def _by_first_word(names: Iterable[str]) -> dict[str, tuple[_Name, ...]]:
    found: dict[str, dict[tuple[str, ...], tuple[str, set[_Grammar]]]] = defaultdict(dict)
    for name in names:
        for words, grammar in _forms(name):
            for form in (words, tuple(word.upper() for word in words)):
                rests = found[form[0]].setdefault((name, *form[1:]), (name, set()))
                rests[1].update(grammar)
    return {
        first: tuple(
            _Name(name, _rest_pattern(name, key[1:]), frozenset(grammar), _is_common(first))
            for key, (name, grammar) in sorted(rests.items(), key=lambda item: -len(item[0]))
        )
        for first, rests in found.items()
    }


def _rest_pattern(name: str, rest: tuple[str, ...]) -> re.Pattern[str] | None:
    if not rest:
        return None
    separator = r"\s?[-–]\s?" if "-" in name else r"\s+"
    words = (f"(?:{re.escape(word)}(?!\\w){_abbreviated(word)})" for word in rest)
    return re.compile(separator + separator.join(words))


def _abbreviated(word: str) -> str:
    """Beside the adjective its beginning with a full stop: Maz., Mazow., Tryb."""
    if not re.search(r"(?:sk|ck|dzk|ln|aln)\w{1,4}$", word, re.IGNORECASE):
        return ""
    return "".join(f"|{re.escape(word[:length])}\\." for length in range(3, min(7, len(word) - 2)))


def _forms(name: str) -> Iterator[tuple[tuple[str, ...], set[_Grammar]]]:
    """Every inflected form of a name, split into words, with the cases it stands for."""
    yield (
        tuple(_NAME_PARTS.split(name)),
        {_Grammar("sg", "nom", "n")},
    )  # as it is, if all else fails
    for paradigms in _agreeing(name):
        for case in _CASES:
            genders = {paradigm.gender for paradigm in paradigms if paradigm.gender}
            grammar = {_Grammar(paradigms[0].number, case, gender) for gender in genders}
            for words in product(*(sorted(p.forms.get(case, ())) for p in paradigms)):
                yield words, grammar


@dataclass(frozen=True, slots=True)
class _Paradigm:
    kind: str  # subst, adj, fixed
    number: str
    gender: str
    forms: dict[str, frozenset[str]]


def _agreeing(name: str) -> Iterator[tuple[_Paradigm, ...]]:
    words = _NAME_PARTS.split(name)
    # "Nowe Miasto nad Pilicą": from the preposition on nothing is inflected.
    head = next((at for at, word in enumerate(words) if word[:1].islower()), len(words))
    options = [_paradigms(word) for word in words[:head]]
    for paradigms in product(*options):
        if len({p.number for p in paradigms}) == 1 and _genders_agree(paradigms):
            fixed = (_fixed(word, paradigms[0].number) for word in words[head:])
            yield (*paradigms, *fixed)


def _genders_agree(paradigms: tuple[_Paradigm, ...]) -> bool:
    genders = {p.gender for p in paradigms if p.kind == "subst"} or {paradigms[0].gender}
    return all(p.gender in genders for p in paradigms if p.kind == "adj")


def _fixed(word: str, number: str) -> _Paradigm:
    return _Paradigm("fixed", number, "", {case: frozenset({word}) for case in _CASES})


def _paradigms(word: str) -> list[_Paradigm]:
    """The ways to inflect a word of a name; geographical names before other nouns."""
    nominative = [
        (one, form)
        for one in {*_analyses(word), *_analyses(word.lower())}
        for form in one.grammar
        if form.case == "nom" and one.kinds & {"place", "noun", "adj"}
    ]
    if not nominative:
        return list(_regular_adjective(word))
    if any("place" in one.kinds for one, _ in nominative):
        nominative = [(one, form) for one, form in nominative if one.kinds & {"place", "adj"}]
    return [
        _Paradigm("adj" if "adj" in one.kinds else "subst", form.number, form.gender, forms)
        for one, form in nominative
        if (forms := _inflected(one, form.number, form.gender)) and word in forms.get("nom", ())
    ]


_ADJECTIVE: Final = re.compile(r"(\w+(?:sk|ck|dzk))(i|a|ie)")
_ENDINGS: Final = {  # in the order of _CASES; the dictionary lacks most adjectives of small places
    ("sg", "m3", "i"): "i iego iemu i im im i",
    ("sg", "f", "a"): "a iej iej ą ą iej a",
    ("sg", "n", "ie"): "ie iego iemu ie im im ie",
    ("pl", "f", "ie"): "ie ich im ie imi ich ie",
    ("pl", "n", "ie"): "ie ich im ie imi ich ie",
    ("pl", "m3", "ie"): "ie ich im ie imi ich ie",
}


def _regular_adjective(word: str) -> Iterator[_Paradigm]:
    match = _ADJECTIVE.fullmatch(word)
    for (number, gender, nominative), endings in _ENDINGS.items() if match else ():
        if match and match[2] == nominative:
            words = (frozenset({match[1] + ending}) for ending in endings.split())
            yield _Paradigm("adj", number, gender, dict(zip(_CASES, words, strict=True)))


def _inflected(of: _Analysis, number: str, gender: str) -> dict[str, frozenset[str]]:
    forms: dict[str, set[str]] = defaultdict(set)
    with _lock:
        generated = _morfeusz().generate(of.lemma)
    for word, _, tag, names, _ in generated:
        one = _analysis(of.lemma, tag, names)
        if one is None or one.kinds != of.kinds or tag.endswith((":com", ":sup")):
            continue
        for form in one.grammar:
            if form.number == number and form.gender == gender:
                forms[form.case].add(word[:1].upper() + word[1:])
    return {case: frozenset(words) for case, words in forms.items()}


def _is_common(word: str) -> bool:
    return any(one.kinds & {"noun", "adj"} for one in _analyses(word.lower()))


@cache
def _analyses(word: str) -> tuple[_Analysis, ...]:
    with _lock:
        found = _morfeusz().analyse(word)
    analyses = (_analysis(lemma, tag, names) for _, _, (_, lemma, tag, names, _) in found)
    return tuple(one for one in analyses if one is not None)


def _analysis(lemma: str, tag: str, names: list[str]) -> _Analysis | None:
    """From a tag such as `subst:sg:dat.loc:f` or `adj:sg:nom.voc:m1.m2.m3:pos`."""
    parts = tag.split(":")
    if parts[0] == "ign":
        return None
    if parts[0] not in ("subst", "adj") or len(parts) < 4:
        return _Analysis(lemma, frozenset({"other"}), frozenset())
    grammar = (_Grammar(*one) for one in product(*(part.split(".") for part in parts[1:4])))
    return _Analysis(lemma.split(":")[0], _kinds(parts[0], names), frozenset(grammar))


def _kinds(part_of_speech: str, names: list[str]) -> frozenset[str]:
    if part_of_speech == "adj":
        return frozenset({"adj"})
    known = {"nazwa_geograficzna": "place", "imię": "first name", "nazwisko": "surname"}
    return frozenset(known[label] for label in names if label in known) or frozenset({"noun"})


_lock: Final = Lock()  # the dictionary's object is not made for several threads


@cache
def _morfeusz() -> Any:
    import morfeusz2  # loads 50 MB of dictionary, so only for who needs it

    return morfeusz2.Morfeusz()
