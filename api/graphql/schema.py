"""The schema: everything that the features declare, in one place."""

from functools import cache
from pathlib import Path

import strawberry
from strawberry.schema.config import StrawberryConfig

from api.graphql import enum_words
from api.graphql.account_commands import AccountMutations
from api.graphql.accounts import AccountQueries
from api.graphql.activity import ActivityQueries
from api.graphql.breaking import undeclared
from api.graphql.calls import CallQueries
from api.graphql.changes import ChangeQueries, ChangeSubscriptions
from api.graphql.connections import NodeQueries
from api.graphql.following import FollowingMutations, FollowingQueries
from api.graphql.funds_commands import CallMutations, InitiativeMutations
from api.graphql.initiatives import InitiativeQueries
from api.graphql.meeting_commands import MeetingMutations, SeriesMutations
from api.graphql.meetings import MeetingQueries
from api.graphql.membership_commands import MembershipMutations
from api.graphql.municipalities import MunicipalityQueries
from api.graphql.municipality_commands import MunicipalityMutations
from api.graphql.municipality_history import OfficeHolderQueries
from api.graphql.news import NewsQueries
from api.graphql.news_commands import NewsMutations
from api.graphql.pipeline import PipelineQueries
from api.graphql.portal_commands import PortalMutations
from api.graphql.portals import PortalQueries
from api.graphql.practice_commands import AdoptionMutations, PracticeMutations, SolutionMutations
from api.graphql.practices import PracticeQueries
from api.graphql.questions import QuestionMutations, QuestionQueries
from api.graphql.scalars import SCALARS

SDL = Path(__file__).with_name("schema.graphql")
CHANGELOG = Path(__file__).parents[2] / "CHANGELOG.md"


@strawberry.type(description="Everything that can be read.")
class Query(
    ActivityQueries,
    AccountQueries,
    CallQueries,
    ChangeQueries,
    FollowingQueries,
    InitiativeQueries,
    PipelineQueries,
    MeetingQueries,
    MunicipalityQueries,
    NewsQueries,
    NodeQueries,
    OfficeHolderQueries,
    PortalQueries,
    PracticeQueries,
    QuestionQueries,
):
    pass


# Some of these are made of the domain's commands while the program starts.
@strawberry.type(description="Everything that can be done, by whoever has the role for it.")
class Mutation(
    AccountMutations,
    AdoptionMutations,
    CallMutations,
    FollowingMutations,
    InitiativeMutations,
    MeetingMutations,
    MembershipMutations,
    MunicipalityMutations,
    NewsMutations,
    PortalMutations,
    PracticeMutations,
    QuestionMutations,
    SeriesMutations,
    SolutionMutations,
):
    pass


@strawberry.type(description="What can be followed, over graphql-transport-ws or graphql-sse.")
class Subscription(ChangeSubscriptions):
    pass


@cache
def make_schema() -> strawberry.Schema:
    """The same one each time: making it takes a quarter of a second, and nothing changes it."""
    made = strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(scalar_map=SCALARS),
    )
    enum_words.describe(made._schema)  # noqa: SLF001  graphql-core's, which the SDL is printed from
    return made


def sdl() -> str:
    return make_schema().as_str() + "\n"


def commit() -> None:
    """Writes the SDL, unless that breaks somebody's queries without a word in the changelog."""
    current = sdl()
    if SDL.exists():
        missing = undeclared(SDL.read_text("utf-8"), current, CHANGELOG.read_text("utf-8"))
        if missing:
            raise SystemExit(
                "CHANGELOG.md has to say, under “GraphQL, breaking”:\n" + "\n".join(missing)
            )
    SDL.write_text(current, "utf-8")


if __name__ == "__main__":
    commit()
