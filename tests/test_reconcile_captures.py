"""What a real Asterisk said and what it logged in the same minutes: each difference is told, with its caller."""

from __future__ import annotations

import pytest

from host_bridge.ctl.reconcile_sources import read_log
from host_bridge.truth import ServiceLevel, Truth
from host_bridge.truth.outcomes import Record
from host_bridge.truth.reconcile import Difference, Evidence, compare
from host_bridge.truth.reconcile_pairs import Span, Why
from tests.capture_events import CAPTURES, calls_named, read_capture

LEVEL = ServiceLevel(min_calls=1)
EVER = Span(0, 1 << 50)


class Kept:
    """The bridge's records as its journal has them."""

    def __init__(self) -> None:
        self.records: dict[int, Record] = {}

    def added(self, row: int, record: Record) -> None:
        self.records[row] = record

    def revised(self, row: int, old: Record, new: Record) -> None:
        self.records[row] = new


def differences(name: str, lost: str = "") -> list[Difference]:
    """Of a capture, and of a bridge that lost the records of one call."""
    kept = Kept()
    truth = Truth(lambda queue: LEVEL, sink=kept)
    now_ms = 0
    for event in read_capture(name):
        now_ms = max(now_ms, event.at_ms)
        truth.apply(event, now_ms)
    truth.settle(now_ms + 60_000)
    log = read_log([CAPTURES / f"{name}.queue_log"], EVER)
    found: list[Difference] = []
    for queue in sorted({*truth.queues, *log.records}):
        ours = [each for each in kept.records.values() if each.queue == queue and getattr(each, "call", None) != lost]
        found += compare(Evidence(log.records.get(queue, []), ours, log.covered, ()), EVER, LEVEL)
    return found


def calls(found: list[Difference], why: Why) -> set[str]:
    return {call for each in found for reason in each.reasons if reason.why is why for call in reason.stays}


@pytest.mark.parametrize("name", ["asterisk22_two_queues", "asterisk22_refused_and_moved"])
def test_all_that_differs_is_explained(name: str) -> None:
    found = differences(name)
    assert [(each, each.reasons) for each in found if not each.explained] == []
    assert calls(found, Why.REDIRECTED) == calls_named(name, "Redirect")
    assert calls(found, Why.UNRESOLVED) == calls_named(name, "masqueraded")


def test_the_refused_are_told_with_their_queue() -> None:
    rejected = [each for each in differences("asterisk22_refused_and_moved") if each.figure == "rejected"]
    assert [(each.other, each.reasons[0].why) for each in rejected] == [(1, Why.REJECTED), (1, Why.REJECTED)]


def test_a_call_that_the_bridge_lost_is_named() -> None:
    name = "asterisk22_two_queues"
    lost = (CAPTURES / f"{name}.queue_log").read_text().partition("|CONNECT|")[0].splitlines()[-1].split("|")[1]
    found = differences(name, lost)
    assert calls([each for each in found if not each.explained], Why.ONLY_LOG) == {lost}
    assert {each.figure for each in found if not each.explained} >= {"offered", "answered", "aht_ms"}
