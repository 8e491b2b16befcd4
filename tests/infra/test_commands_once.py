"""A command happens once and answers the same, however often, and over whatever wire, it is sent."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing import Pipe
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.commands import Command
from domain.errors import CommandIdReused, DomainError, StaleVersion, StorageUnavailable
from domain.news import (
    CorrectNews,
    DraftNews,
    ImportNews,
    NewsRetracted,
    NewsText,
    PublishNews,
    RetractNews,
    SlugTaken,
)
from domain.roles import OPERATOR, Actor, Role
from domain.work import Receipt
from infra.bootstrap import connect
from infra.embedded.postgres import Postgres
from tests.infra.lossy_wire import lossy
from tests.infra.publishers import draft_at, send
from tests.network import OPOCZNO, Network, network
from tests.projections.processes import begin


def test_command_sent_eight_times_at_once_happens_once(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        for number in range(10):
            command = drafting(f"Most {number}")
            before = events(net)
            receipts = at_once([partial(net.give, command)] * 8)
            assert events(net) == before + 1
            assert receipts == [Receipt(command.news_id, 1, _last(net))] * 8


def test_command_of_several_events_sent_at_once_happens_once(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        for number in range(5):
            command = importing(f"Nowy most {number}")
            receipts = at_once([partial(net.give, command)] * 8)
            assert len(set(receipts)) == 1
            assert receipts[0].version == 2
        assert events(net) == 1 + 5 * 2


def test_repeated_command_answers_as_it_did_then(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        draft = drafting()
        drafted = net.give(draft)
        publish = PublishNews(command_id=uuid4(), news_id=draft.news_id)
        published = net.give(publish)
        correct = correcting(draft.news_id, "Stary most")
        corrected = net.give(correct)
        net.correct(draft.news_id, "Most")
        net.retract(draft.news_id)
        before = events(net)
        commands: list[Command] = [draft, publish, correct]
        assert [net.give(command) for command in commands] == [drafted, published, corrected]
        assert events(net) == before


def test_command_repeated_after_a_restart_answers_as_it_did_then(
    postgres: Postgres, database_url: str
) -> None:
    command = drafting()
    with network(database_url) as net:
        net.register()
        receipt = net.give(command)
    postgres.restart("immediate")
    ours, theirs = Pipe()
    process = begin(send, database_url, command, theirs)
    assert ours.poll(20)
    assert ours.recv() == receipt
    process.join()


def test_id_of_another_command_is_refused(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        command = drafting()
        item = net.give(command).stream_id
        net.publish(item)
        before = events(net)
        editor = Actor("somebody", frozenset({Role.EDITOR}), OPERATOR.municipality)
        for reused in (
            drafting("Inna treść", command.command_id),
            correcting(item, "Inna treść", command.command_id),
            PublishNews(command_id=command.command_id, news_id=item),
            RetractNews(command_id=command.command_id, news_id=item, reason="Pomyłka."),
        ):
            with pytest.raises(CommandIdReused) as refused:
                net.give(reused)
            assert refused.value.code == "command_id_reused"
        with pytest.raises(CommandIdReused):
            net.give(command, editor)
        assert events(net) == before


@pytest.mark.parametrize("answered", [True, False], ids=["after the commit", "in the middle"])
@pytest.mark.parametrize("make", ["drafting", "importing", "correcting"])
def test_lost_reply_of_a_commit_is_a_success(
    database_url: str, make: str, *, answered: bool
) -> None:
    with network(database_url) as net, lossy(database_url) as (wire, over_the_wire):
        net.register()
        known = net.published("Znany").stream_id
        with network(over_the_wire) as far:
            makers: dict[str, Callable[[str], Command]] = {
                "drafting": drafting,
                "importing": importing,
                "correcting": lambda title: correcting(known, title),
            }
            far.correct(known, "Rozgrzewka")  # so that what follows is one message over the wire
            before = events(net)
            command = makers[make]("ZGUBIONE")
            wire.wait_for_the_answer = answered
            wire.lose = bound(command)
            receipt = far.give(command)
            assert wire.lost == 1
            assert events(net) == before + (2 if make == "importing" else 1)
            assert receipt == far.give(command)
            assert receipt.position == _last(net)


def test_lost_connection_does_not_hide_that_an_id_was_reused(database_url: str) -> None:
    with network(database_url) as net, lossy(database_url) as (wire, over_the_wire):
        net.register()
        item = net.published("Znany").stream_id
        first = correcting(item, "Pierwszy")
        net.give(first)
        with network(over_the_wire) as far:
            far.correct(item, "Rozgrzewka")
            before = events(net)
            wire.lose = bound(first)
            with pytest.raises(CommandIdReused):
                far.give(correcting(item, "ZGUBIONE", first.command_id))
            assert wire.lost == 1
            assert events(net) == before


def test_database_that_is_away_for_a_moment_is_waited_for(
    postgres: Postgres, database_url: str
) -> None:
    with network(database_url) as net:
        net.register()
        command = drafting()
        postgres.kill9()
        with ThreadPoolExecutor(1) as thread:
            receipt = thread.submit(net.give, command)
            time.sleep(1)
            postgres.start()
            assert (receipt.result().version, events(net)) == (1, 2)


def test_database_that_stays_away_is_said_within_the_patience(
    postgres: Postgres, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.event_store.PATIENCE", 1.0)
    with network(database_url) as net:
        net.register()
        command = drafting()
        postgres.stop("immediate")
        began = time.monotonic()
        with pytest.raises(StorageUnavailable):
            net.give(command)
        assert time.monotonic() - began < 4
        postgres.start()
        assert net.give(command).version == 1
        assert events(net) == 2


def test_of_two_writers_on_one_version_one_wins(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        item = net.published().stream_id
        for version in range(2, 12):
            commands = [correcting(item, f"{version} {n}", expected=version) for n in range(2)]
            outcomes = at_once([partial(outcome, net, command) for command in commands])
            won = [one for one in outcomes if isinstance(one, Receipt)]
            lost = [one for one in outcomes if isinstance(one, StaleVersion)]
            assert [receipt.version for receipt in won] == [version + 1]
            assert [refusal.details for refusal in lost] == [
                {"expected": version, "current": version + 1}
            ]
        assert events(net) == 3 + 10


def test_writers_that_expect_no_version_all_succeed(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        item = net.published().stream_id
        commands = [correcting(item, f"Tytuł {n}") for n in range(4)]
        receipts = at_once([partial(net.give, command) for command in commands])
        assert sorted(receipt.version for receipt in receipts) == [3, 4, 5, 6]
        assert events(net) == 3 + 4


def test_of_two_slugs_at_the_same_moment_one_wins(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        for number in range(10):
            before = events(net)
            commands = [drafting(f"Most {number}") for _ in range(2)]
            outcomes = at_once([partial(outcome, net, command) for command in commands])
            assert sorted(type(one).__name__ for one in outcomes) == ["Receipt", "SlugTaken"]
            (refused,) = (one for one in outcomes if isinstance(one, SlugTaken))
            assert (refused.code, refused.details) == ("slug_taken", {"slug": f"most-{number}"})
            assert events(net) == before + 1
        assert net.value("SELECT count(*) FROM claims") == 10


def test_of_two_slugs_from_two_processes_one_wins(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        pipes = [Pipe() for _ in range(2)]
        start = time.time() + 1
        processes = [begin(draft_at, database_url, start, 40, theirs) for _, theirs in pipes]
        assert all(ours.poll(30) for ours, _ in pipes)
        codes = [ours.recv() for ours, _ in pipes]
        for process in processes:
            process.join()
        assert all(sorted(both) == ["slug_taken", "stored"] for both in zip(*codes, strict=True))
        assert events(net) == 1 + 40


def test_imports_of_the_same_title_at_once_get_addresses_of_their_own(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        receipts = at_once([partial(net.give, importing("Nowy most")) for _ in range(3)])
        assert len({receipt.stream_id for receipt in receipts}) == 3
        slugs = net.rows("SELECT key FROM claims WHERE key LIKE 'news-slug:%%' ORDER BY 1")
        assert [slug for (slug,) in slugs] == [
            f"news-slug:{OPOCZNO}:nowy-most{tail}" for tail in ("", "-2", "-3")
        ]


def test_commands_given_together_are_stored_or_refused_each_by_itself(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        net.draft("Zajęty")
        commands: list[Command] = [
            drafting("Pierwszy"),
            drafting("Zajęty"),
            drafting("Drugi"),
            drafting("Drugi"),
            drafting(""),
        ]
        given = net.cooperation.execute_all(commands, OPERATOR)
        assert [type(answer).__name__ for answer in given] == [
            "Receipt",
            "SlugTaken",
            "Receipt",
            "SlugTaken",
            "InvalidInput",
        ]
        assert events(net) == 2 + 2
        assert net.cooperation.execute_all([], OPERATOR) == []


def test_commands_given_together_again_answer_the_same(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        commands = [importing(f"Most {number}") for number in range(20)]
        once = net.cooperation.execute_all(commands, OPERATOR)
        assert events(net) == 1 + 40
        versions = net.rows("SELECT count(DISTINCT xmin::text) FROM events WHERE version > 0")
        assert versions == [(2,)], "the register's transaction, and one for all of them"
        again = net.cooperation.execute_all(commands, OPERATOR)
        assert [(a.stream_id, a.version) for a in again if isinstance(a, Receipt)] == [
            (o.stream_id, o.version) for o in once if isinstance(o, Receipt)
        ]
        assert len(again) == 20
        assert events(net) == 1 + 40


def test_lost_reply_of_many_commands_is_a_success(database_url: str) -> None:
    with network(database_url) as net, lossy(database_url) as (wire, over_the_wire):
        net.register()
        with network(over_the_wire) as far:
            far.draft("Rozgrzewka")
            commands = [importing(f"Most {number}") for number in range(5)]
            wire.lose = bound(commands[3])
            answers = far.cooperation.execute_all(commands, OPERATOR)
            assert wire.lost == 1
            assert [type(answer) for answer in answers] == [Receipt] * 5
            assert events(net) == 2 + 10


def test_refused_command_leaves_nothing(database_url: str) -> None:
    with network(database_url) as net:
        net.register()
        gone = net.published("Wycofana").stream_id
        net.retract(gone)
        item = net.published("Most").stream_id
        before = events(net), net.value("SELECT count(*) FROM claims")
        refusals: list[tuple[Command, type[DomainError]]] = [
            (drafting("Most"), SlugTaken),
            (correcting(gone, "Znowu"), NewsRetracted),
            (correcting(item, "Stara wersja", expected=1), StaleVersion),
            (correcting(item, "Cudzy adres", slug="wycofana"), SlugTaken),
        ]
        for command, error in refusals:
            with pytest.raises(error):
                net.give(command)
        assert (events(net), net.value("SELECT count(*) FROM claims")) == before


def drafting(title: str = "Nowy most", command_id: UUID | None = None) -> DraftNews:
    text = NewsText(title=title, body="Treść.")
    return DraftNews(command_id=command_id or uuid4(), municipality=OPOCZNO, text=text)


def correcting(
    item: UUID,
    title: str,
    command_id: UUID | None = None,
    expected: int | None = None,
    slug: str | None = None,
) -> CorrectNews:
    text = NewsText(title=title, body="Inna treść.")
    return CorrectNews(
        command_id=command_id or uuid4(),
        news_id=item,
        text=text,
        expected_version=expected,
        slug=slug,
    )


def importing(title: str) -> ImportNews:
    text = NewsText(title=title, body="Treść.")
    return ImportNews(command_id=uuid4(), municipality=OPOCZNO, text=text, keys=(f"id:{uuid4()}",))


def bound(command: Command) -> tuple[bytes, ...]:
    """Its id as it travels, as text or as binary."""
    return command.command_id.hex.encode(), command.command_id.bytes


def outcome(net: Network, command: Command) -> Receipt | DomainError:
    try:
        return net.give(command)
    except DomainError as refusal:
        return refusal


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    barrier = threading.Barrier(len(calls))

    def call(one: Callable[[], Any]) -> Any:
        barrier.wait()
        return one()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(call, calls))


def events(net: Network) -> int:
    with connect(net.database_url) as connection:
        row = connection.execute("SELECT count(*) FROM events").fetchone()
    assert row is not None
    return int(row[0])


def _last(net: Network) -> int:
    return int(net.value("SELECT max(position) FROM events"))
