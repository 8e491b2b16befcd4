"""The base of every aggregate and event, and the register of event types.

An event states a fact of its own: its fields, when it was true (`effective_on`) and when we learned
it (`timestamp`, stored as `recorded_at`). Who gave the command, for whom and why is the same for all
events of a command and is added when they are stored (see `domain.work.Envelope`).
"""

from datetime import date, datetime
from typing import Any, ClassVar, Self
from uuid import UUID, uuid5

from eventsourcing.domain import Aggregate as BaseAggregate
from eventsourcing.domain import AggregateEvent
from eventsourcing.utils import register_topic

from domain.errors import DomainError
from domain.visibility import Level

# Names every stream whose identity follows from a code of the real world, such as a TERC code.
STREAMS = UUID("0b6f3f5e-8a54-5f0e-9a7e-6d1f0f7a2c11")

BASES = {"Event", "Created"}

EVENT_TYPES: dict[str, type["Event"]] = {}
"""Every event class by the type name it is stored under, such as `NewsItem.Published`."""


class Event(AggregateEvent):
    effective_on: date
    TYPE: ClassVar[str] = ""
    class_version: ClassVar[int] = 1
    EVER_TRUE: ClassVar[bool] = False
    """Whether it tells what has been so all along, since before anyone wrote it down."""

    def takes_back(self, earlier: "Event") -> bool:  # noqa: ARG002  for who overrides it
        """Whether it says that an earlier event of its stream was recorded by mistake, and was never true."""
        return False


class Aggregate(BaseAggregate):
    """Decides in public methods, and only assigns in the private mutators of its events."""

    TOPIC: ClassVar[str]

    class Event(Event):
        pass

    class Created(Event, BaseAggregate.Created):
        pass

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.TOPIC = cls.__name__
        register_topic(cls.TOPIC, cls)
        for name, member in list(vars(cls).items()):
            if (
                isinstance(member, type)
                and issubclass(member, AggregateEvent)
                and name not in BASES
            ):
                _register(f"{cls.__name__}.{name}", member)

    @property
    def owner(self) -> str | None:
        """TERC of the municipality whose officials may write this stream; None for the network."""
        raise NotImplementedError

    @property
    def account(self) -> UUID:
        """Whose own affair it is, for what only an account itself may say (`Whose.SELF`)."""
        return self.id

    @property
    def portal(self) -> UUID | None:
        """The portal that it is, for what its own people and keys may say (`Whose.PORTAL`)."""
        return None

    @property
    def participants(self) -> frozenset[str]:
        """TERC codes of the municipalities that share the stream; its owner alone, unless it says otherwise."""
        return frozenset({self.owner} if self.owner else ())

    @property
    def level(self) -> Level | None:
        """Who may know of it at all; for anybody else a command about it finds nothing.

        None: whoever may know of what it is part of.
        """
        raise NotImplementedError

    @property
    def part_of(self) -> tuple[type["Aggregate"], UUID] | None:
        """The stream whose owner and participants say who may know of this one; None: its own do."""
        return None

    def claim_taken(self, key: str) -> DomainError:
        """The refusal to answer with when another stream holds a key this one claimed."""
        raise NotImplementedError

    def record(self, event: type[Any], at: datetime, on: date, **facts: Any) -> None:
        """Adds an event that was true on the day `on` and became known at the time `at`."""
        self.trigger_event(event, timestamp=at, effective_on=on, **facts)

    @classmethod
    def begin(cls, event: type[Any], stream_id: UUID, at: datetime, on: date, **facts: Any) -> Self:
        return cls._create(event, id=stream_id, timestamp=at, effective_on=on, **facts)


def stream_of(kind: str, code: str) -> UUID:
    return uuid5(STREAMS, f"{kind}:{code}")


def _register(type_name: str, event: type[Any]) -> None:
    event.TOPIC = event.TYPE = type_name
    EVENT_TYPES[type_name] = event
    register_topic(type_name, event)
