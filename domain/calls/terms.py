"""What a call says: its dates, amounts, rates and who may apply. All of it is data of the call."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from domain.errors import FieldProblem, ImplausibleDate, Malformed, TooMany
from domain.money import amount_problems, rate_problems
from domain.municipalities import MunicipalityFacts, MunicipalityKind
from domain.values import link_problems, text_problems

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)


class CostCategory(StrEnum):
    STAFF = "STAFF"
    OFFICE_AND_ADMINISTRATION = "OFFICE_AND_ADMINISTRATION"
    TRAVEL_AND_ACCOMMODATION = "TRAVEL_AND_ACCOMMODATION"
    EXTERNAL_EXPERTISE = "EXTERNAL_EXPERTISE"
    EQUIPMENT = "EQUIPMENT"
    INFRASTRUCTURE = "INFRASTRUCTURE"


@dataclass(frozen=True)
class FlatRate:
    """Costs of `category` may be taken as up to `max_rate` of the costs of `bases`."""

    category: CostCategory
    max_rate: int
    bases: tuple[CostCategory, ...]


@dataclass(frozen=True)
class CategoryLimit:
    """Costs of `category` may be at most `max_share` of all eligible costs."""

    category: CostCategory
    max_share: int


@dataclass(frozen=True)
class CallTerms:
    """Amounts in grosze, rates in hundredths of a percent.

    Open from `opens_at` until just before `closes_at`. `territories` are beginnings of TERC codes (two
    digits a voivodeship, four a county, six a municipality); empty, as `kinds`: all.
    `durability_years` None: no durability period.
    """

    number: str
    title: str
    opens_at: datetime
    closes_at: datetime
    allocation: int
    max_rate: int
    min_grant: int | None = None
    max_grant: int | None = None
    territories: tuple[str, ...] = ()
    kinds: tuple[MunicipalityKind, ...] = ()
    partnership_required: bool = True
    rate_per_partner: bool = False
    flat_rates: tuple[FlatRate, ...] = ()
    category_limits: tuple[CategoryLimit, ...] = ()
    durability_years: int | None = 5
    summary: str = ""
    link: str | None = None

    def admits(self, terc: str, facts: MunicipalityFacts) -> bool:
        """Whether a municipality may take part, by where it lies and of which kind it is."""
        near = not self.territories or terc.startswith(self.territories)
        return near and (not self.kinds or facts.kind in self.kinds)

    def flat_rate_of(self, category: CostCategory) -> FlatRate | None:
        return next((rate for rate in self.flat_rates if rate.category is category), None)


@dataclass(frozen=True)
class Change:
    """One field of the terms that is another than it was."""

    field: str
    was: Any
    becomes: Any


def changes(was: CallTerms, becomes: CallTerms) -> Iterator[Change]:
    for field in fields(CallTerms):
        pair = getattr(was, field.name), getattr(becomes, field.name)
        if pair[0] != pair[1]:
            yield Change(field.name, *pair)


def dates_problems(opens_at: datetime, closes_at: datetime) -> Iterable[FieldProblem]:
    for field, value in (("opensAt", opens_at), ("closesAt", closes_at)):
        if value.tzinfo is None:
            yield Malformed(field, value=value.isoformat())
            return
        if not _EARLIEST <= value < _LATEST:
            yield ImplausibleDate(
                field, value=value, earliest=_EARLIEST.date(), latest=_LATEST.date()
            )
    if opens_at >= closes_at:
        yield Malformed("closesAt", value=closes_at.isoformat())


def terms_problems(terms: CallTerms) -> Iterable[FieldProblem]:
    yield from text_problems("number", terms.number, 100)
    yield from text_problems("title", terms.title, 300)
    yield from text_problems("summary", terms.summary, 10_000, required=False, multiline=True)
    if terms.link is not None:
        yield from link_problems("link", terms.link)
    yield from dates_problems(terms.opens_at, terms.closes_at)
    yield from _money_problems(terms)
    yield from _eligibility_problems(terms)
    yield from _cost_problems(terms)


def _money_problems(terms: CallTerms) -> Iterable[FieldProblem]:
    yield from amount_problems("allocation", terms.allocation, least=1)
    yield from rate_problems("maxRate", terms.max_rate)
    for field, amount in (("minGrant", terms.min_grant), ("maxGrant", terms.max_grant)):
        if amount is not None:
            yield from amount_problems(field, amount)
    if (
        terms.min_grant is not None
        and terms.max_grant is not None
        and terms.min_grant > terms.max_grant
    ):
        yield Malformed("minGrant", value=terms.min_grant)


def _eligibility_problems(terms: CallTerms) -> Iterable[FieldProblem]:
    if len(terms.territories) > 3000:
        yield TooMany("territories", limit=3000, length=len(terms.territories))
    for code in terms.territories[:3000]:
        if not (code.isascii() and code.isdigit() and len(code) in {2, 4, 6}):
            yield Malformed("territories", value=code[:20])
    if terms.durability_years is not None and not 0 < terms.durability_years <= 30:
        yield Malformed("durabilityYears", value=terms.durability_years)


def _cost_problems(terms: CallTerms) -> Iterable[FieldProblem]:
    for rate in terms.flat_rates:
        yield from rate_problems("flatRates", rate.max_rate)
        if not rate.bases or rate.category in rate.bases:
            yield Malformed("flatRates", value=rate.category)
    for limit in terms.category_limits:
        yield from rate_problems("categoryLimits", limit.max_share)
