"""What an account follows, and up to where it has read: its own affair, on a stream of its own."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid5

from eventsourcing.domain import event

from domain.aggregate import Aggregate
from domain.commands import Command, Whose, handles
from domain.errors import DomainError, InvalidInput, Malformed, NotPermitted
from domain.municipalities import known_municipality
from domain.values import refuse_if, text_problems
from domain.visibility import Level
from domain.work import Work

LIMIT = 1_000


class Sort(StrEnum):
    """`key` is the topic itself, a municipality's TERC, or the id of a stream."""

    TOPIC = "TOPIC"
    MUNICIPALITY = "MUNICIPALITY"
    STREAM = "STREAM"


class TooMuchFollowed(DomainError):
    code = "too_much_followed"
    pl = "Obserwować można najwyżej {limit} rzeczy."
    en = "At most {limit} things can be followed."


@dataclass(frozen=True, kw_only=True)
class Follow(Command):
    sort: Sort
    key: str


@dataclass(frozen=True, kw_only=True)
class Unfollow(Command):
    sort: Sort
    key: str


@dataclass(frozen=True, kw_only=True)
class MarkSeen(Command):
    """`position` of the log: everything up to there has been read."""

    position: int


class Following(Aggregate):
    class Begun(Aggregate.Created):
        account_id: UUID

    class Followed(Aggregate.Event):
        sort: Sort
        key: str

    class Unfollowed(Aggregate.Event):
        sort: Sort
        key: str

    class Seen(Aggregate.Event):
        position: int

    def __init__(self, *, account_id: UUID) -> None:
        self.account_id = account_id
        self.followed: set[tuple[Sort, str]] = set()
        self.seen = 0

    @property
    def owner(self) -> str | None:
        return None

    @property
    def account(self) -> UUID:
        return self.account_id

    @property
    def level(self) -> Level:
        return Level.ADMINISTRATION

    def follow(self, sort: Sort, key: str, work: Work) -> None:
        if len(self.followed) >= LIMIT:
            raise TooMuchFollowed(limit=LIMIT)
        if (sort, key) not in self.followed:
            self.record(Following.Followed, work.at, work.today, sort=sort, key=key)

    def unfollow(self, sort: Sort, key: str, work: Work) -> None:
        if (sort, key) in self.followed:
            self.record(Following.Unfollowed, work.at, work.today, sort=sort, key=key)

    def see(self, position: int, work: Work) -> None:
        if position > self.seen:
            self.record(Following.Seen, work.at, work.today, position=position)

    @event(Followed)
    def _followed(self, sort: Sort, key: str) -> None:
        self.followed.add((sort, key))

    @event(Unfollowed)
    def _unfollowed(self, sort: Sort, key: str) -> None:
        self.followed.discard((sort, key))

    @event(Seen)
    def _seen(self, position: int) -> None:
        self.seen = position


@handles(Follow, by=set(), on=Whose.SELF)
def follow(command: Follow, work: Work) -> Following:
    key = _key(command.sort, command.key, work)
    following = _mine(work, command.expected_version)
    following.follow(command.sort, key, work)
    return following


@handles(Unfollow, by=set(), on=Whose.SELF)
def unfollow(command: Unfollow, work: Work) -> Following:
    following = _mine(work, command.expected_version)
    following.unfollow(command.sort, command.key, work)
    return following


@handles(MarkSeen, by=set(), on=Whose.SELF)
def mark_seen(command: MarkSeen, work: Work) -> Following:
    following = _mine(work, command.expected_version)
    following.see(command.position, work)
    return following


def following_id(account_id: UUID) -> UUID:
    return uuid5(account_id, "following")


def _mine(work: Work, expected: int | None) -> Following:
    account_id = work.actor.account
    if account_id is None:
        raise NotPermitted
    stream_id = following_id(account_id)
    found = work.load(Following, stream_id, expected)
    if found is not None:
        return found
    begun = Following.begin(Following.Begun, stream_id, work.at, work.today, account_id=account_id)
    return work.add(begun)


def _key(sort: Sort, key: str, work: Work) -> str:
    """Written in one way, so that following twice is following once."""
    match sort:
        case Sort.MUNICIPALITY:
            return known_municipality(work, key, "key").terc
        case Sort.STREAM:
            return str(_uuid(key))
    refuse_if(text_problems("key", key, 50))
    return key.strip()


def _uuid(key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError:
        raise InvalidInput([Malformed("key", value=key[:40])]) from None
