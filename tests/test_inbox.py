"""The inbox keeps order, the newest of each topic and a bound; the waker ends a wait."""

from __future__ import annotations

import threading
import time

import pytest

from firmware.pi import inbox as inbox_module
from firmware.pi.inbox import Inbox, LinkChange, Message, Waker


def message(topic: str, payload: bytes = b"") -> Message:
    return Message(topic, payload, False)


def test_the_newest_of_a_topic_in_the_order_of_arrival() -> None:
    inbox = Inbox(Waker())
    inbox.link(True)
    inbox.message(message("a", b"1"))
    inbox.message(message("b", b"2"))
    inbox.message(message("a", b"3"))
    assert inbox.take() == [LinkChange(True), message("b", b"2"), message("a", b"3")]
    assert inbox.take() == []
    assert inbox.discarded == 0


def test_a_message_never_moves_over_a_link_change() -> None:
    inbox = Inbox(Waker())
    inbox.message(message("a", b"1"))
    inbox.link(False)
    inbox.link(True)
    inbox.message(message("a", b"2"))
    assert inbox.take() == [message("a", b"1"), LinkChange(False), LinkChange(True), message("a", b"2")]


def test_it_is_bounded_and_counts_what_it_discards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_module, "MOST_TOPICS", 3)
    inbox = Inbox(Waker())
    for number in range(5):
        inbox.message(message(str(number)))
    inbox.message(message("1", b"newer"))
    inbox.link(False)
    assert inbox.take() == [message("0"), message("2"), message("1", b"newer"), LinkChange(False)]
    assert inbox.discarded == 2


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
