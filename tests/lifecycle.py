"""Random commands against the real store: what hypothesis runs for every lifecycle."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID, uuid4

from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from domain.aggregate import Aggregate
from domain.commands import Command
from domain.errors import DomainError
from domain.roles import Actor
from infra.event_store import PostgresEventStore
from projections.registry import PROJECTIONS
from tests.network import VAULT, Network
from tests.pasts import assert_known_is_every_prefix
from tests.readmodels import assert_equals_rebuilt

BOUNDED = settings(
    max_examples=20,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    database=None,
)


class Lifecycle(RuleBasedStateMachine):
    """One stream of `aggregate`; `allowed` are the transitions of its state that domain rules know."""

    aggregate: ClassVar[type[Aggregate]]
    allowed: ClassVar[set[tuple[str, str]]]
    seen: ClassVar[set[str]]
    """Every state that a walk was in."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.seen = set()

    def __init__(self, net: Network) -> None:
        super().__init__()
        self.net = net
        self.id: UUID = uuid4()

    @property
    def now(self) -> Any:
        store = PostgresEventStore(self.net.pool, announce=lambda _position: None, vault=VAULT)
        return store.load(self.aggregate, self.id)

    @property
    def state(self) -> str:
        return str(self.now.state)

    def give(self, command: type[Command], by: Actor, **facts: Any) -> bool:
        """Whether it was accepted. A refusal stores nothing, and no state follows that isn't allowed."""
        given: Any = command
        before, version = self.state, self.now.version
        self.seen.add(before)
        try:
            self.net.give(given(command_id=uuid4(), **facts), by)
        except DomainError:
            assert self.now.version == version
            return False
        after = self.state
        assert before == after or (before, after) in self.allowed
        self.seen.add(after)
        return True


def run(machine: Callable[[], Lifecycle], net: Network, projection: str) -> None:
    factory: Any = machine  # typed as a class in hypothesis; any callable will do
    run_state_machine_as_test(factory, settings=BOUNDED)
    assert_equals_rebuilt(net, projection)
    if f"past_{projection}" in PROJECTIONS:
        assert_known_is_every_prefix(net, projection, every=19)
