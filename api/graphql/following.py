"""What the viewer follows, and what of it is unread: seen by the viewer's own account alone."""

from datetime import datetime

import strawberry

from api.graphql import visibility
from api.graphql.activity import (
    NEWEST_FIRST,
    OF_KIND,
    OF_MUNICIPALITY,
    ON_TOPIC,
    Activity,
    subject_id,
)
from api.graphql.commanded import Converter
from api.graphql.commanding import Feature, mutations, written
from api.graphql.connections import Connection
from api.graphql.errors import InvalidId
from api.graphql.fields import column, connection, item, reads, to_many, to_one
from api.graphql.municipalities import Municipality
from api.graphql.relay import parse_global_id
from api.graphql.scalars import Position
from api.graphql.vocabulary import Table, Way
from domain import following as domain

READERS = Table("read_following.readers", "following", visibility.PERSONAL)
FOLLOWS = Table("read_following.follows", "following", visibility.PERSONAL, key="account_id")
SUBJECTS = Table("read_activity.subjects", "activity", visibility.guarded())

FollowSort = strawberry.enum(
    domain.Sort,
    name="FollowSort",
    description="What is followed. TOPIC: a topic or tag. MUNICIPALITY. THING: an initiative, a call, a "
    "programme, a meeting or a series of them, a practice, a model solution, a question, a news item.",
)
LetterLanguage = strawberry.enum(
    domain.LetterLanguage,
    name="LetterLanguage",
    description="In which language letters are written.",
)


@reads(SUBJECTS)
@strawberry.type(description="What a thing is, as far as the viewer may see it now.")
class FollowedThing:
    id: strawberry.ID | None = column(
        subject_id("{row}.aggregate", "{row}.id"), "Its id, for `node`."
    )
    title: str | None = column("title", "Its title; null where it was retracted.")


@reads(FOLLOWS)
@strawberry.type(description="Something that the viewer follows.")
class Follow:
    sort: FollowSort = column("sort", "What it is.")  # type: ignore[valid-type]
    key: str = column("value", "The topic, the TERC code, or the thing's key, for `unfollow`.")
    municipality: Municipality | None = to_one(
        "municipality_id", embedded="municipality", description="The municipality followed."
    )
    thing: FollowedThing | None = to_one(
        "subject_id", embedded=None, description="The thing; null where it is no longer to be seen."
    )
    followed_at: datetime = column("followed_at", "Since when: what was before is no news.")


@reads(READERS)
@strawberry.type(description="What the viewer follows, and has seen.")
class Following:
    follows: list[Follow] = to_many(
        {"account_id": "account_id"}, "{row}.since, {row}.what", domain.LIMIT, "Oldest first."
    )
    seen: Position = column("{row}.seen::bigint", "Up to where everything has been read.")
    digest: bool = column("digest", "Whether a letter a day tells of what is unread.")
    language: LetterLanguage | None = column(  # type: ignore[valid-type]
        "language", "Of such letters; null: they are in Polish, with English beneath."
    )
    version: int = column("version", "Version of this record, for `expectedVersion`.")


# What is followed and was told since then and since the last visit, but for the viewer's own doings.
_UNREAD = (
    "{row}.place > (SELECT reader.seen FROM read_following.readers AS reader "
    "WHERE reader.account_id = {account}) AND {row}.account_id IS DISTINCT FROM {account} AND EXISTS ("
    "SELECT 1 FROM read_following.follows AS followed WHERE followed.account_id = {account} "
    "AND followed.what = ANY({row}.keys) AND followed.since < {row}.place)"
)


@strawberry.type
class FollowingQueries:
    following: Following | None = item(
        "What the viewer follows; null before the first time, and for who isn't signed in.",
        Way((), "true"),
    )
    unread: Connection[Activity] = connection(
        "unread",
        "What happened in what the viewer follows since its last visit (`markSeen`), as far as it may be "
        "seen, the latest first.",
        order=NEWEST_FIRST,
        descending=True,
        filters=(OF_MUNICIPALITY, ON_TOPIC, OF_KIND),
        among=_UNREAD,
        reads=("following",),
    )


def _key(value: str) -> str:
    """A thing may be named by its id, as `node` takes it."""
    try:
        return str(parse_global_id(value)[1])
    except InvalidId:
        return value


FEATURE = Feature(
    projection="following",
    ids={},
    docs={
        "sort": "What is followed.",
        "key": "The topic as it is written; a TERC code; or the id of a thing.",
        "position": "The position that the answer reflected which was read (`extensions.position`).",
        "digest": "Whether a letter a day is to tell of what is unread.",
        "language": "The language of such letters, and of those about what is followed.",
    },
    enums={domain.Sort: FollowSort, domain.LetterLanguage: LetterLanguage},
    own={"key": Converter(str, _key), "position": Converter(Position, int)},
)

FollowingMutations = mutations(
    "FollowingMutations",
    FEATURE,
    written(Following, "following"),
    {
        domain.Follow: "Follows a topic, a municipality or a thing. For anybody signed in.",
        domain.Unfollow: "Follows it no longer.",
        domain.MarkSeen: "Says that everything up to a position has been read.",
        domain.ChooseLetters: "Chooses which letters come, and in which language.",
    },
)
