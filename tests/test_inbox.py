"""The inbox keeps order, the newest of each topic and a bound; the waker ends a wait."""

from __future__ import annotations

import threading
import time

import pytest

from firmware.pi import inbox as inbox_module
from firmware.pi.inbox import Inbox, LinkChange, Message, Waker


def message(topic: str, payload: bytes = b"") -> Message:
    return Message(topic, payload, False)


def test_a_loop_that_keeps_up_hears_everything_in_order() -> None:
    """The figures come, and nonsense on the same topic right behind them, before the loop looks."""
    inbox = Inbox(Waker())
    inbox.link(True)
    for topic, payload in (("a", b"1"), ("b", b"2"), ("a", b"{")):
        assert inbox.message(message(topic, payload))
    assert inbox.take() == [LinkChange(True), message("a", b"1"), message("b", b"2"), message("a", b"{")]
    assert inbox.take() == []
    assert inbox.discarded == 0


def test_for_one_that_does_not_the_newest_of_a_topic_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "MANY", 3)
    inbox = Inbox(Waker())
    for number in range(20):
        inbox.message(message("a", b"%d" % number))
        inbox.message(message("b", b"%d" % number))
    assert [(item.topic, int(item.payload)) for item in inbox.take() if isinstance(item, Message)] == [
        ("a", 0), ("a", 19), ("b", 19),
    ]  # fmt: skip
    assert inbox.discarded == 0
    inbox.message(message("a"))
    assert inbox.take() == [message("a")]


def test_a_message_never_moves_over_a_link_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "MANY", 0)
    inbox = Inbox(Waker())
    inbox.message(message("a", b"1"))
    inbox.link(False)
    inbox.link(True)
    inbox.message(message("a", b"2"))
    assert inbox.take() == [message("a", b"1"), LinkChange(False), LinkChange(True), message("a", b"2")]


def test_it_is_bounded_and_counts_what_it_discards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "MANY", 3)
    monkeypatch.setattr(inbox_module, "MOST", 3)
    inbox = Inbox(Waker())
    assert [inbox.message(message(str(number))) for number in range(5)] == [True, True, True, False, False]
    assert inbox.message(message("1", b"newer"))
    inbox.link(False)
    assert inbox.take() == [message("0"), message("2"), message("1", b"newer"), LinkChange(False)]
    inbox.discard()
    assert inbox.discarded == 3


def test_payloads_are_bounded_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "MANY", 1)
    monkeypatch.setattr(inbox_module, "MOST_BYTES", 10)
    inbox = Inbox(Waker())
    for _ in range(3):
        assert inbox.message(message("a", b"123456"))
        assert inbox.message(message("b", b"1234"))
        assert not inbox.message(message("c", b"1"))
        assert inbox.take() == [message("a", b"123456"), message("b", b"1234")]
    for _ in range(3):  # what is replaced takes no room
        assert inbox.message(message("a", b"123456"))


def test_it_is_taken_in_batches_and_asks_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "BATCH", 4)
    monkeypatch.setattr(inbox_module, "MANY", 4)
    waker = Waker()
    inbox = Inbox(waker)
    inbox.link(True)
    for number in range(9):
        inbox.message(message(str(number)))
    waker.wait(0)
    assert inbox.take() == [LinkChange(True), message("0"), message("1"), message("2")]
    inbox.message(message("3", b"newer"))
    inbox.message(message("1", b"newer"))
    rest = [[], []]
    for items in rest:
        begin = time.monotonic()
        waker.wait(5000)
        assert time.monotonic() - begin < 2
        items += inbox.take()
    assert [item.topic for item in rest[0] + rest[1]] == ["4", "5", "6", "7", "8", "3", "1"]
    assert inbox.take() == []


def test_many_threads_lose_nothing() -> None:
    """What one writes while another takes is in one take or the next."""
    inbox = Inbox(Waker())
    writer = threading.Thread(target=lambda: [inbox.message(message(str(number))) for number in range(3_000)])
    writer.start()
    taken: list[LinkChange | Message] = []
    while writer.is_alive() or inbox._items:
        taken += inbox.take()
    assert taken == [message(str(number)) for number in range(3_000)]


def test_a_wait_ends_when_it_is_woken_and_not_before() -> None:
    waker = Waker()
    begin = time.monotonic()
    waker.wait(50)
    assert 0.05 <= time.monotonic() - begin < 1
    threading.Timer(0.05, waker.wake).start()
    begin = time.monotonic()
    waker.wait(5000)
    assert time.monotonic() - begin < 2


def test_many_calls_wake_once_and_a_call_before_the_wait_is_not_lost() -> None:
    waker = Waker()
    for _ in range(100_000):
        waker.wake()  # never blocks
    waits = []
    while not waits or waits[-1] < 0.1:
        begin = time.monotonic()
        waker.wait(100)
        waits.append(time.monotonic() - begin)
    assert len(waits) == 2
    waker.wait(-5)  # a time that is past is no error
    waker.close()
    waker.wake()
