"""Whose words a news item is: only an institution is kept, never a private person.

The rule. The author line is cut at commas, dashes, slashes, brackets and line ends. A part is kept
when it names an institution (an office, unit or body by its kind: urząd, UM, wydział, biblioteka …)
and no person: no e-mail address, and no first name followed by another capitalised word, unless the
institution is named after that person ("im. Jana Kochanowskiego", "św. Anny"). The first part that
stays is the author unit; when none does, there is no author unit. So "UM Opoczno" stays, "Jan
Kowalski" goes, and of "Jan Kowalski, Wydział Promocji" the department remains.
"""

import re
from functools import cache
from itertools import pairwise
from typing import Any, Final

_MAX_LENGTH: Final = 200
_PARTS: Final = re.compile(r"[,;|/()\n]|\s[–—-]\s|:\s")
_ABBREVIATION: Final = re.compile(
    r"\b(?:U[MG]|UMiG|UMIG|UGiM|UMWŁ|[MGP]CKiS|[MGP]?OK(?:iS)?|[MG]DK|[MGP]?OPS|MGOPS|PCPR"
    r"|[MGP]BP|MOSiR|GOSiR|OSiR|OSP"
    r"|KP|KPP|KMP|KWP|KP\s?PSP|KM\s?PSP|PSP|PUP|SP\s?ZOZ|SPZOZ|ZGM|ZGK|ZWiK|PGK|PWiK|MZK|MPK"
    r"|TBS|CUW|CUS|USC|BIP|SM)\b"
)
_KIND: Final = re.compile(
    r"\b(?:urz[ąe]d\w*|gmin[aęy]|gminn\w+|miast[oa]|miejsk\w+|powiat\w*|starostw\w+"
    r"|województw\w*|marszałkowsk\w+"
    r"|wydział\w*|referat\w*|biur[oa]|samodzieln\w+ stanowisk\w+|rad[ay]|sołectw\w+|oddział\w*"
    r"|departament\w*|zespół|zespołu"
    r"|redakcj[ai]|ośrod(?:ek|ka)|centrum|dom(?:u)? kultury|bibliotek[ai]|muzeum|szkoł[ay]"
    r"|przedszkol[ea]|żłob(?:ek|ka)"
    r"|zakład\w*|przedsiębiorstw\w+|spółk[ai]|sp\. z o\.\s?o\.|straż\w*|policj[ai]|komend[ay]"
    r"|ministerstw\w+|instytut\w*"
    r"|kancelari[ai]|sekretariat\w*|stowarzyszeni\w+|fundacj[ai]|związ(?:ek|ku)|izb[ay]"
    r"|agencj[ai]|szpital\w*|inspektorat\w*"
    r"|nadleśnictw\w+|uczelni[ai]|uniwersytet\w*|politechnik[ai]|klub\w*|rzecznik prasowy"
    r"|council|office|department)\b",
    re.IGNORECASE,
)
_PATRON: Final = re.compile(r"\b(?:im\.|imienia|św\.|świętej|świętego|bł\.)\s+.*", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]+")


def author_unit(written: str | None) -> str | None:
    for part in _PARTS.split(written or ""):
        unit = " ".join(part.split()).strip(" .-–—")
        if (
            unit
            and len(unit) <= _MAX_LENGTH
            and _is_institution(unit)
            and not _names_a_person(unit)
        ):
            return unit
    return None


def _is_institution(part: str) -> bool:
    return bool(_ABBREVIATION.search(part) or _KIND.search(part))


def _names_a_person(part: str) -> bool:
    if "@" in part:
        return True
    words = _WORD.findall(_PATRON.sub("", part))
    return any(
        word[0].isupper() and follower[0].isupper() and _is_first_name(word)
        for pair in pairwise(words)
        for word, follower in (pair, pair[::-1])
    )


def _is_first_name(word: str) -> bool:
    # Names in capitals are analysed as written and as a name: JAN, Jan.
    return any(
        "imię" in analysis[2][3]
        for form in {word, word.capitalize()}
        for analysis in _morfeusz().analyse(form)
    )


@cache
def _morfeusz() -> Any:
    import morfeusz2  # 50 MB of dictionary: only who reads a source pays for it

    return morfeusz2.Morfeusz(generate=False)
