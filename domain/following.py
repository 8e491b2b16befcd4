"""What an account follows, and up to where it has read: its own affair, on a stream of its own."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID, uuid5

from eventsourcing.domain import event

from domain.aggregate import Aggregate
from domain.calls.call import FundingCall
from domain.calls.programme import Programme
from domain.commands import Command, Whose, handles
from domain.errors import DomainError, InvalidInput, Malformed, NotFound, NotPermitted
from domain.initiatives.initiative import Initiative
from domain.meetings.meeting import Meeting
from domain.meetings.series import MeetingSeries
from domain.municipalities import known_municipality
from domain.news.item import NewsItem
from domain.practices.practice import Practice
from domain.practices.solution import ModelSolution
from domain.questions import Question
from domain.values import parse_terc, refuse_if, text_problems
from domain.visibility import Level
from domain.work import Work

THINGS = (
    FundingCall,
    Initiative,
    Meeting,
    MeetingSeries,
    ModelSolution,
    NewsItem,
    Practice,
    Programme,
    Question,
)
LIMIT = 1_000
FAR = 2**53
"""Beyond every position that a JSON reader reads exactly."""


class Sort(StrEnum):
    """`key` is the topic itself, a municipality's TERC, or the id of a thing's stream."""

    TOPIC = "TOPIC"
    MUNICIPALITY = "MUNICIPALITY"
    THING = "THING"


class LetterLanguage(StrEnum):
    PL = "pl"
    EN = "en"


class NothingToFollow(NotFound):
    """Also where there is something that the actor may not see."""

    code = "nothing_to_follow"
    pl = "Nie ma tu czego obserwować."
    en = "There is nothing here to follow."


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
    """`position` of the log: everything up to there has been read, or up to its end where that is nearer.

    What is yet to come isn't read, so that saying the same again later covers what came between.
    """

    position: int


@dataclass(frozen=True, kw_only=True)
class ChooseLetters(Command):
    """`digest`: whether a letter a day tells of what is unread. `language`: of all such letters."""

    digest: bool
    language: LetterLanguage = LetterLanguage.PL


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
        """Up to where; readers count no further than where this event itself stands."""

        position: int

    class LettersChosen(Aggregate.Event):
        digest: bool
        language: LetterLanguage

    def __init__(self, *, account_id: UUID) -> None:
        self.account_id = account_id
        self.followed: set[tuple[Sort, str]] = set()
        self.seen = 0
        self.letters: tuple[bool, LetterLanguage] | None = None

    @property
    def owner(self) -> str | None:
        return None

    @property
    def account(self) -> UUID:
        return self.account_id

    @property
    def level(self) -> Level:
        return Level.PERSONAL

    def follow(self, sort: Sort, key: str, work: Work) -> None:
        if (sort, key) not in self.followed:
            if len(self.followed) >= LIMIT:
                raise TooMuchFollowed(limit=LIMIT)
            self.record(Following.Followed, work.at, work.today, sort=sort, key=key)

    def unfollow(self, sort: Sort, key: str, work: Work) -> None:
        if (sort, key) in self.followed:
            self.record(Following.Unfollowed, work.at, work.today, sort=sort, key=key)

    def see(self, position: int, work: Work) -> None:
        if position != self.seen:
            self.record(Following.Seen, work.at, work.today, position=position)

    def choose_letters(self, digest: bool, language: LetterLanguage, work: Work) -> None:
        if (digest, language) != self.letters:
            facts = {"digest": digest, "language": language}
            self.record(Following.LettersChosen, work.at, work.today, **facts)

    @event(Followed)
    def _followed(self, sort: Sort, key: str) -> None:
        self.followed.add((sort, key))

    @event(Unfollowed)
    def _unfollowed(self, sort: Sort, key: str) -> None:
        self.followed.discard((sort, key))

    @event(Seen)
    def _seen(self, position: int) -> None:
        self.seen = position

    @event(LettersChosen)
    def _letters_chosen(self, digest: bool, language: LetterLanguage) -> None:
        self.letters = (digest, language)


@handles(Follow, by=set(), on=Whose.SELF)
def follow(command: Follow, work: Work) -> Following:
    key = _key(command.sort, command.key)
    _check_visible(command.sort, key, work)
    following = _mine(work, command.expected_version)
    following.follow(command.sort, key, work)
    return following


@handles(Unfollow, by=set(), on=Whose.SELF)
def unfollow(command: Unfollow, work: Work) -> Following:
    """Also of what can no longer be seen."""
    following = _mine(work, command.expected_version)
    following.unfollow(command.sort, _key(command.sort, command.key), work)
    return following


@handles(MarkSeen, by=set(), on=Whose.SELF)
def mark_seen(command: MarkSeen, work: Work) -> Following:
    if not 0 <= command.position <= FAR:
        raise InvalidInput([Malformed("position", value=str(command.position)[:40])])
    following = _mine(work, command.expected_version)
    following.see(min(command.position, work.last_position()), work)
    return following


@handles(ChooseLetters, by=set(), on=Whose.SELF)
def choose_letters(command: ChooseLetters, work: Work) -> Following:
    following = _mine(work, command.expected_version)
    following.choose_letters(command.digest, command.language, work)
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


def _key(sort: Sort, key: str) -> str:
    """Written in one way, so that following twice is following once."""
    match sort:
        case Sort.MUNICIPALITY:
            return parse_terc(key, "key")
        case Sort.THING:
            return str(_uuid(key))
    refuse_if(text_problems("key", key, 50))
    return key.strip()


def _uuid(key: str) -> UUID:
    try:
        return UUID(key)
    except ValueError:
        raise InvalidInput([Malformed("key", value=key[:40])]) from None


def _check_visible(sort: Sort, key: str, work: Work) -> None:
    """Raises NothingToFollow, UnknownMunicipality."""
    if sort is Sort.MUNICIPALITY:
        known_municipality(work, key, "key")
    elif sort is Sort.THING and not isinstance(work.see(Aggregate, UUID(key)), THINGS):
        raise NothingToFollow
