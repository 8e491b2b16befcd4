"""What the read model shows of an account is what its stream says, whatever was done in which order."""

from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.following import Follow, Following, MarkSeen, Sort, Unfollow, following_id
from domain.roles import Actor, Role
from domain.values import Terc
from tests.network import BELCHATOW, OPOCZNO, Network, network
from tests.readmodels import assert_equals_rebuilt

KEYS = st.sampled_from(
    [(Sort.TOPIC, "transport"), (Sort.TOPIC, "drogi"), (Sort.MUNICIPALITY, BELCHATOW)]
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just(Follow), KEYS),
        st.tuples(st.just(Unfollow), KEYS),
        st.tuples(st.just(MarkSeen), st.sampled_from([0, 3, 50, 2**53])),
    ),
    min_size=1,
    max_size=12,
)


def begun(net: Network, account: UUID) -> int:
    query = "SELECT min(position) FROM events WHERE stream_id = %s"
    found: int = net.value(query, following_id(account))
    return found


def test_read_model_shows_what_the_stream_says(database_url: str) -> None:
    with network(database_url) as net:
        for terc in (OPOCZNO, BELCHATOW):
            net.member(terc)

        @given(steps=STEPS)
        @settings(
            max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck)
        )
        def shown(steps: list[Any]) -> None:
            account = uuid4()
            me = Actor.of(account, [Role.EDITOR], Terc(OPOCZNO))
            seen = 0
            for command, said in steps:
                names = ("position",) if command is MarkSeen else ("sort", "key")
                values = (said,) if command is MarkSeen else said
                facts = dict(zip(names, values, strict=True))
                end = net.value("SELECT max(position) FROM events")
                net.give(command(command_id=uuid4(), **facts), me)
                seen = seen or begun(net, account)
                if command is MarkSeen:
                    seen = max(seen, min(said, end))
            net.project()
            stream = net.cooperation.store.load(Following, following_id(account))
            assert stream is not None
            follows = net.rows(
                "SELECT sort, value FROM read_following.follows WHERE account_id = %s", account
            )
            assert {(Sort(sort), key) for sort, key in follows} == stream.followed
            read = "SELECT seen::bigint, version FROM read_following.readers WHERE account_id = %s"
            assert net.rows(read, account) == [(seen, stream.version)]

        shown()
        assert_equals_rebuilt(net, "following")
