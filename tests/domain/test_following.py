"""What an account follows, and that it can't follow what it may not see."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.commands import Command
from domain.errors import DomainError, InvalidInput, NotPermitted
from domain.following import (
    LIMIT,
    ChooseLetters,
    Follow,
    Following,
    LetterLanguage,
    MarkSeen,
    NothingToFollow,
    Sort,
    TooMuchFollowed,
    Unfollow,
    following_id,
)
from domain.initiatives.commands.proposal import MakeInitiativePublic, ProposeInitiative
from domain.municipalities import SuspendMember, UnknownMunicipality
from domain.questions import AskQuestion, Said
from domain.roles import OPERATOR, Actor, Role
from domain.values import Terc
from tests.network import BELCHATOW, OPOCZNO, TOMASZOW, Network, network, official

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def net(database_url: str) -> Iterator[Network]:
    with network(database_url) as found:
        for terc in (OPOCZNO, BELCHATOW, TOMASZOW):
            found.member(terc)
        yield found


def account(terc: str | None = OPOCZNO, role: Role = Role.EDITOR) -> Actor:
    return Actor.of(uuid4(), [role], Terc(terc) if terc else None)


def give(net: Network, command: type[Command], by: Actor, **facts: Any) -> UUID:
    made: Any = command
    return net.give(made(command_id=uuid4(), **facts), by).stream_id


def refuses(net: Network, error: type[DomainError], *given: Any, **facts: Any) -> None:
    before = net.events()
    with pytest.raises(error):
        give(net, *given, **facts)
    assert net.events() == before


def of(net: Network, actor: Actor) -> Following:
    assert actor.account is not None
    found = net.cooperation.store.load(Following, following_id(actor.account))
    assert found is not None
    return found


def test_following_twice_is_following_once(net: Network) -> None:
    me = account()
    for key in ("100101", "1001011"):
        give(net, Follow, me, sort=Sort.MUNICIPALITY, key=key)
    assert of(net, me).followed == {(Sort.MUNICIPALITY, "100101")}
    for key in ("1001011", "100101"):
        give(net, Unfollow, me, sort=Sort.MUNICIPALITY, key=key)
    assert net.events()[-3:] == ["Following.Begun", "Following.Followed", "Following.Unfollowed"]


def test_unfollowing_what_is_not_followed_changes_nothing(net: Network) -> None:
    me = account()
    give(net, Unfollow, me, sort=Sort.TOPIC, key="transport")
    assert of(net, me).followed == set()
    assert "Following.Unfollowed" not in net.events()


def test_followed_at_once_from_many_places_it_is_followed_once(net: Network) -> None:
    me = account()
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(lambda _: give(net, Follow, me, sort=Sort.TOPIC, key=" transport "), range(16))
        )
    assert of(net, me).followed == {(Sort.TOPIC, "transport")}
    assert net.events().count("Following.Begun") == net.events().count("Following.Followed") == 1


def test_what_is_followed_is_something(net: Network) -> None:
    refuses(net, InvalidInput, Follow, account(), sort=Sort.THING, key="nie wiem")
    refuses(net, InvalidInput, Follow, account(), sort=Sort.TOPIC, key=" ")
    refuses(net, InvalidInput, Follow, account(), sort=Sort.MUNICIPALITY, key="12")
    refuses(net, UnknownMunicipality, Follow, account(), sort=Sort.MUNICIPALITY, key="329999")
    refuses(net, NothingToFollow, Follow, account(), sort=Sort.THING, key=str(uuid4()))
    refuses(net, NotPermitted, Follow, OPERATOR, sort=Sort.TOPIC, key="transport")


def test_what_may_not_be_seen_is_not_there_to_be_followed(net: Network) -> None:
    draft = net.draft().stream_id
    confidential = give(
        net,
        ProposeInitiative,
        official(OPOCZNO, Role.FUNDS_OFFICER),
        municipality=OPOCZNO,
        title="Pawilony",
    )
    for thing in (draft, confidential):
        refuses(net, NothingToFollow, Follow, account(BELCHATOW), sort=Sort.THING, key=str(thing))
        give(net, Follow, account(OPOCZNO), sort=Sort.THING, key=str(thing))
        give(net, Follow, account(None, Role.AUDITOR), sort=Sort.THING, key=str(thing))
    net.give(MakeInitiativePublic(command_id=uuid4(), initiative_id=confidential))
    give(net, Follow, account(BELCHATOW), sort=Sort.THING, key=str(confidential))


def test_what_is_the_networks_is_followed_by_active_members_alone(net: Network) -> None:
    question = give(
        net, AskQuestion, OPERATOR, municipality=OPOCZNO, title="Autobusy", said=Said("Kto?")
    )
    suspended = account(TOMASZOW)
    give(net, Follow, suspended, sort=Sort.THING, key=str(question))
    net.give(SuspendMember(command_id=uuid4(), terc=TOMASZOW, reason="Zaległości"))
    refuses(net, NothingToFollow, Follow, account(TOMASZOW), sort=Sort.THING, key=str(question))
    give(net, Unfollow, suspended, sort=Sort.THING, key=str(question))
    assert of(net, suspended).followed == set()


def test_accounts_themselves_are_nothing_to_follow(net: Network) -> None:
    me = account()
    give(net, Follow, me, sort=Sort.TOPIC, key="transport")
    own = str(of(net, me).id)
    refuses(net, NothingToFollow, Follow, account(), sort=Sort.THING, key=own)


def test_so_much_is_followed_and_no_more() -> None:
    me = account()
    begun = Following.begin(
        Following.Begun, uuid4(), NOW, NOW.date(), account_id=me.account or uuid4()
    )
    begun.followed = {(Sort.TOPIC, str(number)) for number in range(LIMIT)}
    work: Any = None
    begun.follow(Sort.TOPIC, "7", work)
    with pytest.raises(TooMuchFollowed):
        begun.follow(Sort.TOPIC, "transport", work)


def test_nobody_sees_what_no_log_will_ever_hold(net: Network) -> None:
    for position in (-1, 2**53 + 1, 10**30):
        refuses(net, InvalidInput, MarkSeen, account(), position=position)


def test_letters_are_chosen(net: Network) -> None:
    me = account()
    for _ in range(2):
        give(net, ChooseLetters, me, digest=True, language=LetterLanguage.EN)
    assert of(net, me).letters == (True, LetterLanguage.EN)
    assert net.events().count("Following.LettersChosen") == 1
