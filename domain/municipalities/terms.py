"""Who holds an office of a municipality, and from when to when."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from domain.errors import DomainError, ImplausibleDate, NotFound
from domain.municipalities.facts import MunicipalityFacts, MunicipalityKind
from domain.personal import Personal
from domain.values import date_problems, refuse_if, text_problems

# Act on municipal self-government, art. 11a and 26.
CITY_WITH_PRESIDENT = 100_000


class Office(StrEnum):
    HEAD = "HEAD"
    DEPUTY = "DEPUTY"


class HeadTitle(StrEnum):
    """The head's title; a deputy is called after the head. Polish, because the law's words are."""

    WOJT = "WOJT"
    BURMISTRZ = "BURMISTRZ"
    PREZYDENT_MIASTA = "PREZYDENT_MIASTA"


class OfficeOccupied(DomainError):
    code = "office_occupied"
    pl = "Urząd jest w tym czasie (od {since}) sprawowany przez kogoś innego."
    en = "Somebody else holds the office at that time (from {since})."


class TitleAgainstLaw(DomainError):
    code = "title_against_law"
    pl = "Tytuł {title} nie przysługuje w gminie tego rodzaju (ustawa o samorządzie gminnym, art. 26)."
    en = "The title {title} does not belong to this kind of municipality (Act on municipal self-government, art. 26)."


class UnknownTerm(NotFound):
    code = "unknown_term"
    pl = "Nie ma takiego wpisu o sprawowaniu urzędu."
    en = "There is no such term of office."


@dataclass(frozen=True)
class OfficeHolder:
    """`until` is the first day without the office. `since_known` False: held it by then, maybe before."""

    id: UUID
    office: Office
    title: HeadTitle
    name: Personal
    since: date
    until: date | None = None
    since_known: bool = True

    def check(self, today: date) -> None:
        """Raises InvalidInput."""
        refuse_if(text_problems("name", self.name.shown(), 200))
        refuse_if(date_problems("since", self.since, today))
        if self.until is not None:
            refuse_if(date_problems("until", self.until, today))
            if self.until <= self.since:
                latest = date(today.year + 1, 12, 31)
                refuse_if(
                    [ImplausibleDate("until", value=self.until, earliest=self.since, latest=latest)]
                )


def title_allowed(title: HeadTitle, facts: MunicipalityFacts) -> bool:
    """Wójt in rural municipalities; elsewhere burmistrz, or prezydent miasta.

    Beyond 100,000 inhabitants the law knows a prezydent only; below it some towns kept theirs.
    """
    if facts.kind is MunicipalityKind.RURAL:
        return title is HeadTitle.WOJT
    if facts.population is not None and facts.population.count > CITY_WITH_PRESIDENT:
        return title is HeadTitle.PREZYDENT_MIASTA
    return title is not HeadTitle.WOJT


def overlaps(one: OfficeHolder, other: OfficeHolder) -> bool:
    """A municipality has one head at a time, and may have several deputies, but nobody twice."""
    same = one.name.person_id == other.name.person_id and one.office is other.office
    if not same and not (one.office is Office.HEAD and other.office is Office.HEAD):
        return False
    return one.since < (other.until or date.max) and other.since < (one.until or date.max)
