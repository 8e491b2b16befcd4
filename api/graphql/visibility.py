"""Who sees what: the one place. Every way out (lists, counts, look-ups, `node`, subscriptions) asks here.

A condition is SQL over `{row}`; the compiled statements and the ordinary executor use the same text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Audience(Enum):
    """What a viewer may see, and so the part of every plan's and answer's key: never who is asking."""

    PUBLIC = "public"
    COORDINATOR = "coordinator"


@dataclass(frozen=True)
class Visibility:
    """`listed`: what lists and counts show. `seen`: what a direct look-up answers, per audience."""

    listed: str
    seen: Mapping[Audience, str]

    def condition(self, audience: Audience, row: str, *, listing: bool) -> str | None:
        """None: no condition."""
        template = self.listed if listing else self.seen[audience]
        return template.format(row=row) if template else None


def _for_everyone(condition: str) -> Mapping[Audience, str]:
    return dict.fromkeys(Audience, condition)


MUNICIPALITIES = Visibility(listed="", seen=_for_everyone(""))

# A draft is its author's; a retracted item stays in its place as a tombstone, but in no list.
NEWS = Visibility(
    listed="{row}.state = 'PUBLISHED'",
    seen={Audience.PUBLIC: "{row}.state <> 'DRAFT'", Audience.COORDINATOR: ""},
)

NEWS_VERSIONS = Visibility(
    listed="", seen={Audience.PUBLIC: "{row}.public", Audience.COORDINATOR: ""}
)
