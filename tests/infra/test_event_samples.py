"""What was stored once is read for ever: every shape an event ever had has a sample that still decodes."""

import json
from collections.abc import Iterator
from typing import Any, ClassVar

import msgspec
import pytest
from eventsourcing import utils

from domain.aggregate import EVENT_TYPES, Aggregate
from domain.news import NewsItem, NewsText
from infra.mapper import shape_of, to_state
from projections.log import NewerEvent
from tests.samples.events import Sample, example, missing, samples


def test_every_shape_of_every_event_has_a_sample() -> None:
    assert missing() == [], "python -m tests.samples.events writes them"


@pytest.mark.parametrize("sample", list(samples()), ids=lambda s: f"{s.type}.v{s.schema_version}")
def test_stored_sample_is_read_as_it_ever_was(sample: Sample) -> None:
    """Where this fails, an event changed: raise its class_version and write the upcaster. (Only what no
    release has stored yet may change as it is: remove its sample and have it written anew.)"""
    assert read_again(sample) == (sample.becomes or sample.state)


def test_sample_becomes_what_its_class_declares() -> None:
    (drafted,) = (s for s in samples() if (s.type, s.schema_version) == ("NewsItem.Drafted", 1))
    event = drafted.event()
    assert isinstance(event, NewsItem.Drafted)
    assert isinstance(event.text, NewsText)
    assert event.text.tags == ("tags ąć„”",)
    assert event.text.attachments[0].size_bytes == 7


@pytest.fixture
def _only_here() -> Iterator[None]:
    yield
    forget_bridges()


def forget_bridges() -> None:
    """As if the program had never had them."""
    registers: tuple[dict[Any, Any], ...] = (
        EVENT_TYPES,
        utils._topic_cache,
        utils._type_cache,
    )
    for register in registers:
        for key in [key for key, value in register.items() if "Bridge" in f"{key} {value}"]:
            del register[key]
    shape_of.cache_clear()


def three_versions() -> None:
    """Opened: v1 had `names` in one text, v2 a list of them, v3 also says how many there are."""

    class Bridge(Aggregate):
        class Opened(Aggregate.Created):
            names: tuple[str, ...]
            count: int
            class_version: ClassVar[int] = 3

            @staticmethod
            def upcast_v1_v2(state: dict[str, Any]) -> None:
                state["names"] = state["names"].split(", ")

            @staticmethod
            def upcast_v2_v3(state: dict[str, Any]) -> None:
                state["count"] = len(state["names"])


@pytest.mark.usefixtures("_only_here")
@pytest.mark.parametrize(
    ("version", "state"),
    [
        (1, {"names": "Stary, Nowy"}),
        (2, {"names": ["Stary", "Nowy"]}),
        (3, {"names": ["Stary", "Nowy"], "count": 2}),
    ],
)
def test_older_shapes_become_the_newest_step_by_step(version: int, state: dict[str, Any]) -> None:
    three_versions()
    event: Any = Sample("Bridge.Opened", version, state, None).event()
    assert (event.names, event.count) == (("Stary", "Nowy"), 2)
    assert json.loads(to_state(event)) == {"names": ["Stary", "Nowy"], "count": 2}


@pytest.mark.usefixtures("_only_here")
def test_shape_of_a_newer_program_is_refused() -> None:
    three_versions()
    with pytest.raises(NewerEvent, match="version 4, this program knows up to 3"):
        Sample("Bridge.Opened", 4, {"names": [], "count": 0}, None).event()


def closed() -> None:
    class Bridge(Aggregate):
        class Closed(Aggregate.Created):
            reason: str


def closed_with_a_field_more() -> None:
    class Bridge(Aggregate):
        class Closed(Aggregate.Created):
            reason: str
            until: str = "further notice"


def closed_with_a_field_less() -> None:
    class Bridge(Aggregate):
        class Closed(Aggregate.Created):
            pass


@pytest.mark.usefixtures("_only_here")
def test_field_more_without_a_new_version_is_found() -> None:
    closed()
    stored = example("Bridge.Closed")
    assert read_again(stored) == stored.state
    forget_bridges()
    closed_with_a_field_more()
    assert read_again(stored) != stored.state


@pytest.mark.usefixtures("_only_here")
def test_field_less_without_a_new_version_is_found() -> None:
    closed()
    stored = example("Bridge.Closed")
    forget_bridges()
    closed_with_a_field_less()
    with pytest.raises(msgspec.ValidationError):
        read_again(stored)


def read_again(sample: Sample) -> Any:
    return json.loads(to_state(sample.event()))
