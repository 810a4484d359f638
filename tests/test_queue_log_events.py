"""queue_log lines become the events that AMI would have brought."""

from __future__ import annotations

import pytest

from host_bridge.pbx import events as ev
from host_bridge.pbx.queue_log_events import LONGEST_WAIT_S, MAX_LINE, LogEvents
from host_bridge.pbx.queue_log_lines import parse_line


class Log:
    """A log that is written line by line: second, call, queue, and the rest; agent A. Gives the events of each."""

    def __init__(self) -> None:
        self.events = LogEvents()

    def __call__(self, text: str) -> list[ev.Event]:
        at, call, queue, rest = text.split(" ", 3)
        line = parse_line(f"{at}|{call}|{queue}|A|{rest}".encode())
        assert line is not None
        return self.events.apply(line)


def names(events: list[ev.Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_answered() -> None:
    log = Log()
    assert log("100 c1 q ENTERQUEUE||555|1") == [ev.Joined("q", "c1", "c1", 1, 1, 100_000)]
    assert log("107 c1 q CONNECT|7|c2|3") == [
        ev.Rang("q", "c1", "A", 107_000),
        ev.Left("q", "c1", 1, 0, 107_000, 7),
        ev.Connected("q", "c1", "A", 7, 3, 107_000),
    ]
    assert log("120 c1 q COMPLETEAGENT|7|13|1") == [ev.Completed("q", "c1", "A", 7, 13, "agent", 120_000)]


def test_every_way_to_leave() -> None:
    ways = {
        "ABANDON|1|1|5": ["HangupAsked", "GaveUp", "Left", "HungUp"],
        "EXITWITHTIMEOUT|1|1|5": ["GaveUp", "Left", "QueueStatusSet"],
        "EXITEMPTY|1|1|5": ["GaveUp", "Left", "QueueStatusSet"],
        "WITHDRAW|1|1|5|": ["GaveUp", "Left", "QueueStatusSet"],
        "EXITWITHKEY|9|1|1|5": ["Left", "QueueEntered"],
    }
    for rest, expected in ways.items():
        log = Log()
        log("100 c1 q ENTERQUEUE|||1")
        assert names(log(f"105 c1 q {rest}")) == expected
        assert not log.events.snapshot()[0].callers


def test_transfers_complete_a_call() -> None:
    for rest in ("BLINDTRANSFER|200|x|7|13|1", "ATTENDEDTRANSFER|BRIDGE|b|7|13|1", "TRANSFER|200|x|7|13"):
        assert Log()(f"120 c1 q {rest}") == [ev.Completed("q", "c1", "A", 7, 13, "transfer", 120_000)]


def test_what_tells_of_no_caller_is_no_event() -> None:
    for rest in ("RINGNOANSWER|2000", "PAUSE|x", "DID|050", "AGENTDUMP|", "CONFIGRELOAD|"):
        assert Log()(f"100 c1 q {rest}") == []


def test_a_restart_empties_every_line() -> None:
    log = Log()
    log("100 c1 q ENTERQUEUE|||1")
    assert log("110 NONE NONE QUEUESTART|") == [ev.Restarted(110_000)]
    assert log.events.snapshot()[0].callers == ()


def test_a_caller_with_a_priority_is_put_where_he_belongs() -> None:
    log = Log()
    for text in ("100 c1 q ENTERQUEUE|||1", "101 c2 q ENTERQUEUE|||2", "102 vip q ENTERQUEUE|||1"):
        log(text)
    (queue,) = log.events.snapshot()
    assert [(caller.call, caller.position) for caller in queue.callers] == [("vip", 1), ("c1", 2), ("c2", 3)]


def test_a_masqueraded_caller_is_known_by_second_and_position() -> None:
    log = Log()
    for text in ("100 c1 q ENTERQUEUE|||1", "100 c2 q ENTERQUEUE|||2", "130 c3 q ENTERQUEUE|||3"):
        log(text)
    asked, gave_up, left, _ = log("140 other q ABANDON|2|2|40")
    assert asked == ev.HangupAsked("c2", 140_000)
    assert gave_up == ev.GaveUp("q", "c2", 2, 40, 140_000)
    assert left == ev.Left("q", "c2", 2, 2, 140_000, 40)
    connected = log("141 another q CONNECT|41|x|1")[-1]
    assert isinstance(connected, ev.Connected)
    assert (connected.call, connected.hold_s) == ("c1", 41)
    assert [caller.call for caller in log.events.snapshot()[0].callers] == ["c3"]


def test_a_caller_who_came_before_the_log_began_joins_when_he_did() -> None:
    log = Log()
    log("190 c2 q ENTERQUEUE|||2")
    joined, *rest = log("200 c1 q ABANDON|1|1|150")
    assert joined == ev.Joined("q", "c1", "", 1, 2, 50_000), "under an id that no join told"
    assert names(rest) == ["HangupAsked", "GaveUp", "Left", "HungUp"]
    assert [caller.call for caller in log.events.snapshot()[0].callers] == ["c2"]


def test_an_old_asterisk_does_not_tell_the_wait() -> None:
    log = Log()
    log("100 c1 q ENTERQUEUE||")
    left, _ = log("109 c1 q EXITWITHKEY|5|1")
    assert isinstance(left, ev.Left)
    assert left.hold_s == 9


def test_the_same_call_in_two_queues() -> None:
    log = Log()
    log("100 c1 q ENTERQUEUE|||1")
    log("105 c1 q EXITWITHTIMEOUT|1|1|5")
    log("105 c1 r ENTERQUEUE|||1")
    lines = {queue.queue: [caller.call for caller in queue.callers] for queue in log.events.snapshot()}
    assert lines == {"q": [], "r": ["c1"]}
    assert [queue.queue for queue in log.events.snapshot(frozenset({"r"}))] == ["r"]


def test_a_line_told_twice_is_one_caller() -> None:
    log = Log()
    log("100 c1 q ENTERQUEUE|||1")
    assert log("100 c1 q ENTERQUEUE|||1") == [ev.Joined("q", "c1", "c1", 1, 1, 100_000)]


def test_a_caller_whose_end_was_lost_waits_in_one_queue_only() -> None:
    log = Log()
    log("100 c1 q ENTERQUEUE|||1")
    assert log("190 c1 r ENTERQUEUE|||1") == [ev.HungUp("c1", 190_000), ev.Joined("r", "c1", "c1", 1, 1, 190_000)]
    assert log("290 c1 r ENTERQUEUE|||1") == [ev.HungUp("c1", 290_000), ev.Joined("r", "c1", "c1", 1, 1, 290_000)]
    assert names(log("390 c1 q ABANDON|1|1|20")) == ["HungUp", "Joined", "HangupAsked", "GaveUp", "Left", "HungUp"]
    assert all(queue.callers == () for queue in log.events.snapshot())


def test_no_ghost_waits_for_ever() -> None:
    log = Log()
    log("100 c1 q ENTERQUEUE|||1")
    assert names(log(f"{100 + LONGEST_WAIT_S} c2 q ENTERQUEUE|||2")) == ["Joined"]
    assert names(log(f"{101 + LONGEST_WAIT_S} c3 q ENTERQUEUE|||3")) == ["HungUp", "Joined"]
    assert [caller.call for caller in log.events.snapshot()[0].callers] == ["c2", "c3"]


def test_a_call_that_comes_again_after_its_end_is_no_ghost() -> None:
    log = Log()
    for text in ("100 c1 q ENTERQUEUE|||1", "105 c1 q EXITWITHKEY|9|1|1|5"):
        log(text)
    assert names(log("190 c1 q ENTERQUEUE|||1")) == ["Joined"]


def test_a_file_of_endless_queues_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("host_bridge.pbx.queue_log_events.MAX_QUEUES", 3)
    log = Log()
    for call in range(5):
        log(f"100 c{call} q{call} ENTERQUEUE|||1")
    assert (log.events.dropped, len(log.events.snapshot())) == (2, 3)
    assert names(log("105 c2 q2 ABANDON|1|1|5"))[-1] == "HungUp"


def test_a_file_of_nonsense_does_not_fill_the_memory() -> None:
    log = Log()
    for call in range(MAX_LINE + 3):
        log(f"100 c{call} q ENTERQUEUE|||1")
    assert (log.events.dropped, len(log.events.snapshot()[0].callers)) == (3, MAX_LINE)
