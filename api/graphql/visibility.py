"""The rule of `domain.visibility` as SQL over `{row}`. Every way out (lists, counts, look-ups, `node`,
subscriptions) asks here; the compiled statements and the ordinary executor use the same text.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from domain.visibility import GROUNDS, Audience, Ground, Level

__all__ = ["Asking", "Audience", "Visibility", "guarded"]

# What is personal stands in tables of its own.
SHARED: Sequence[Level] = [each for each in Level if each is not Level.PERSONAL]

NOBODY = "'00000000-0000-0000-0000-000000000000'::uuid"


@dataclass(frozen=True)
class Asking:
    """`account`: makes SQL of the account that asks, for what is personal; called only where it is needed."""

    audience: Audience
    account: Callable[[], str]


class Past(Enum):
    """Who sees what a row was, decided today."""

    WITH_ANOTHER = (
        "its conditions ask about another row, as it is today, or about nothing that changes"
    )
    AS_TODAY = "whoever sees the row today"
    AS_TODAY_BUT_DRAFTS = (
        "whoever sees it today and could have seen it at the level that it had then"
    )


@dataclass(frozen=True)
class Visibility:
    """Which rows of a table are of which level, and whose they are.

    `levels`: a condition for each level that occurs; of them exactly one holds for every row.
    `owner`: SQL of a TERC code. `participants`: SQL of an array of them; None: nobody takes part.
    `listed`: what lists and counts show, all of it PUBLIC; None: whatever the viewer may see.
    `account`: SQL of the account whose own affair a row is.
    `part_of`: the table whose rows these are parts of, each seen by whoever sees the whole.
    """

    levels: Mapping[Level, str]
    owner: str = "NULL"
    participants: str | None = None
    listed: str | None = None
    past: Past = Past.WITH_ANOTHER
    account: str | None = None
    part_of: str | None = None

    def condition(
        self,
        audience: Audience,
        row: str,
        *,
        listing: bool,
        account: Callable[[], str] = lambda: NOBODY,
    ) -> str | None:
        """None: no condition. `account`: as in Asking."""
        if self.account is not None:
            return f"{self.account.format(row=row)} = {account()}"
        if listing and self.listed is not None:
            return self.listed.format(row=row) or None
        if audience.everything:
            return None
        seen = [self._of_level(level, audience) for level in self.levels]
        told = [condition.format(row=row) for condition in seen if condition is not None]
        if "" in told:
            return None
        return f"({' OR '.join(told)})" if told else "false"

    def where(self, audience: Audience, row: str, *, listing: bool) -> str:
        """The condition, for a statement in which one has to stand."""
        return self.condition(audience, row, listing=listing) or "true"

    def taking_part(self, audience: Audience, row: str) -> str | None:
        """In which rows the viewer's municipality takes part; None: in none of them."""
        told = self._whose(Ground.PARTICIPANT, audience)
        return None if told is None else told.format(row=row)

    def _of_level(self, level: Level, audience: Audience) -> str | None:
        """Which rows of this level are seen; None: none of them, empty: all rows there are."""
        grounds = GROUNDS[level]
        if Ground.ANYONE in grounds or (Ground.MEMBER in grounds and audience.member):
            return self.levels[level]
        whose = [told for ground in grounds if (told := self._whose(ground, audience))]
        if not whose:
            return None
        theirs = " OR ".join(sorted(whose))
        return f"({self.levels[level] or 'true'} AND ({theirs}))"

    def _whose(self, ground: Ground, audience: Audience) -> str | None:
        if ground is Ground.PORTAL:
            return None if audience.portal is None else f"{self.owner} = '{audience.portal}'"
        # A TERC code is six digits, so it may stand in the text: few plans, and no parameter to bind.
        code = audience.municipality
        if code is None or not (code.isascii() and code.isdigit()):
            return None
        match ground:
            case Ground.OWNER:
                return f"{self.owner} = '{code}'"
            case Ground.ADMINISTRATOR if audience.administrator:
                return f"{self.owner} = '{code}'"
            case Ground.PARTICIPANT if self.participants is not None:
                return f"{self.participants} @> ARRAY['{code}']"
        return None


def guarded(
    level: str = "{row}.visibility",
    owner: str = "{row}.owner_terc",
    participants: str | None = "{row}.participants",
) -> Visibility:
    """Of rows that name their level in a column."""
    levels = {each: f"{level} = '{each}'" for each in SHARED}
    return Visibility(levels, owner, participants, past=Past.AS_TODAY_BUT_DRAFTS)


EVERYONE = Visibility({Level.PUBLIC: ""})

MUNICIPALITIES = EVERYONE

# That an initiative is public no more is told to all who could see it until then.
_WAS_PUBLIC = (
    "({row}.type = 'Initiative.MadeConfidential' AND EXISTS (SELECT FROM read_changes.changes AS told"
    " WHERE told.position = {row}.place::bigint))"
)
TOLD_OF_INITIATIVES = Visibility(
    {
        Level.PUBLIC: f"({{row}}.visibility = 'PUBLIC' OR {_WAS_PUBLIC})",
        **{
            level: f"({{row}}.visibility = '{level}' AND NOT {_WAS_PUBLIC})"
            for level in SHARED
            if level is not Level.PUBLIC
        },
    },
    "{row}.owner_terc",
    "{row}.participants",
)

PERSONAL = Visibility({Level.PERSONAL: ""}, account="{row}.account_id")

ACCOUNTS = Visibility({Level.ADMINISTRATION: ""}, owner="{row}.owner_terc")

# A draft is its author's; a retracted item stays in its place as a tombstone, but in no list.
NEWS = Visibility(
    {Level.PUBLIC: "{row}.state <> 'DRAFT'", Level.OWN: "{row}.state = 'DRAFT'"},
    owner="{row}.municipality_terc",
    listed="{row}.state = 'PUBLISHED'",
)

PORTALS = Visibility({Level.PORTAL: ""}, owner="{row}.id::text")

OF_PORTAL = Visibility({Level.PORTAL: ""}, owner="{row}.portal_id::text")

PROGRAMMES = CALLS = CALL_MOVES = EVERYONE

INTERESTS = Visibility({Level.NETWORK: ""}, owner="{row}.municipality_terc")

INITIATIVES = Visibility(
    {each: f"{{row}}.visibility = '{each}'" for each in (Level.PUBLIC, Level.CONSORTIUM)},
    owner="{row}.owner_terc",
    participants="{row}.participants",
    past=Past.AS_TODAY,
)


def _of_initiative(column: str) -> str:
    return f"(SELECT whole.{column} FROM read_initiatives.initiatives AS whole WHERE whole.id = {{row}}.initiative_id)"


# Rows of an initiative are seen with it, but for what the partners keep among themselves.
WITH_INITIATIVE = Visibility(
    {
        each: f"{_of_initiative('visibility')} = '{each}'"
        for each in (Level.PUBLIC, Level.CONSORTIUM)
    },
    owner=_of_initiative("owner_terc"),
    participants=_of_initiative("participants"),
    part_of="read_initiatives.initiatives",
)
AMONG_PARTNERS = Visibility(
    {Level.CONSORTIUM: ""},
    owner=_of_initiative("owner_terc"),
    participants=_of_initiative("participants"),
)
INITIATIVE_HISTORY = Visibility(
    {
        Level.PUBLIC: f"({{row}}.public AND {_of_initiative('visibility')} = 'PUBLIC')",
        Level.CONSORTIUM: f"NOT ({{row}}.public AND {_of_initiative('visibility')} = 'PUBLIC')",
    },
    owner=_of_initiative("owner_terc"),
    participants=_of_initiative("participants"),
)

NEWS_VERSIONS = Visibility(
    {Level.PUBLIC: "{row}.public", Level.OWN: "NOT {row}.public"},
    owner="(SELECT item.municipality_terc FROM read_news.news AS item WHERE item.id = {row}.news_id)",
)
