"""queue_log as the only source of the truth: its list, its events and what ends of them, in whole seconds."""

from __future__ import annotations

import pytest

from host_bridge.pbx import events as ev
from host_bridge.pbx.queue_log_events import LogEvents
from host_bridge.pbx.queue_log_lines import parse_line
from host_bridge.truth import strangers
from host_bridge.truth.service_level import ServiceLevel
from host_bridge.truth.truth import Truth

WAYS = {
    "A|CONNECT|30|x|3": "answered",
    "NONE|ABANDON|1|1|30": "abandoned",
    "NONE|EXITWITHTIMEOUT|1|1|30": "overflowed",
    "NONE|EXITEMPTY|1|1|30": "overflowed",
    "NONE|WITHDRAW|1|1|30|": "removed",
    "NONE|EXITWITHKEY|5|1|1|30": "exited",
}


class Reader:
    """Lines into a truth, as the link does it; `second` is what time it is."""

    def __init__(self) -> None:
        self.events = LogEvents()
        self.truth = Truth(lambda queue: ServiceLevel(), whole_seconds=True)

    def line(self, text: str, *, heard: bool = True) -> None:
        line = parse_line(text.encode())
        assert line is not None
        for event in self.events.apply(line):
            if heard:
                self.truth.apply(event, line.at_s * 1000)

    def up(self, second: int) -> None:
        self.truth.apply(ev.Snapshot(self.events.snapshot(), second * 1000, whole=True), second * 1000)
        self.truth.apply(ev.LinkUp(second * 1000), second * 1000)

    def figures(self, second: int) -> dict[str, int]:
        self.truth.settle(second * 1000)
        return self.truth.figures("q", second * 1000)


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.mark.parametrize(("rest", "outcome"), WAYS.items(), ids=lambda way: way.split("|")[1] if "|" in way else way)
@pytest.mark.parametrize("came", ["seen", "listed", "over an outage"])
def test_every_way_to_leave(reader: Reader, rest: str, outcome: str, came: str) -> None:
    """One who waited already when the reader came, or came back, ends as well as one whose coming was seen."""
    reader.line("80|z|q|NONE|ENTERQUEUE|||1")
    reader.line("90|z|q|NONE|ABANDON|1|1|10")
    if came == "listed":
        reader.line("100|c|q|NONE|ENTERQUEUE|||1", heard=False)
        reader.up(110)
    else:
        reader.line("100|c|q|NONE|ENTERQUEUE|||1")
    if came == "over an outage":
        reader.truth.apply(ev.LinkDown("x", 105_000), 105_000)
        reader.up(110)
    before = reader.figures(129)
    assert (before["waiting"], before["oldest_ms"]) == (1, 29_000)
    reader.line(f"130|c|q|{rest}")
    after = reader.figures(131)
    counted = {name for name in before if name not in ("waiting", "oldest_ms") and after.get(name) != before[name]}
    assert {outcome, "offered"} <= counted
    assert (after[outcome] - before[outcome], after["offered"] - before["offered"]) == (1, 1)
    assert after["unresolved"] == after["waiting"] == 0
    assert reader.truth.live().stays == ()


def test_waits_are_the_seconds_that_asterisk_wrote(reader: Reader) -> None:
    reader.line("100|c|q|NONE|ENTERQUEUE|||1")
    reader.line("131|c|q|A|CONNECT|30|x|3")
    assert reader.figures(140)["avg_wait_ms"] == 30_000


def test_a_conversation_and_a_transfer(reader: Reader) -> None:
    for text in (
        "100|c|q|NONE|ENTERQUEUE|||1",
        "101|c|q|A|CONNECT|1|x|1",
        "161|c|q|A|BLINDTRANSFER|200|x|1|60|1",
    ):
        reader.line(text)
    figures = reader.figures(170)
    assert (figures["aht_ms"], figures["transferred"]) == (60_000, 1)


def test_a_caller_whose_end_the_log_has_lost_is_unresolved_once(reader: Reader) -> None:
    reader.line("100|c|q|NONE|ENTERQUEUE|||1")
    reader.line("500|c|q|NONE|ENTERQUEUE|||1")
    reader.line("509|c|q|NONE|ABANDON|1|1|9")
    figures = reader.figures(520)
    assert (figures["offered"], figures["unresolved"], figures["abandoned"]) == (2, 1, 1)


def test_the_pbx_starts_anew(reader: Reader) -> None:
    reader.line("100|c|q|NONE|ENTERQUEUE|||1")
    reader.line("110|NONE|NONE|NONE|QUEUESTART|")
    figures = reader.figures(111)
    assert (figures["waiting"], figures["unresolved"]) == (0, 1)


def test_keys_pressed_in_months_of_calls_are_no_mad_pbx(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "MOST", 2)
    reader.up(0)
    for number in range(5):
        second = 100 + number
        reader.line(f"{second}|1.{number}|q|NONE|ENTERQUEUE||1|1")
        reader.line(f"{second}|1.{number}|q|NONE|EXITWITHKEY|5|1|1|0")
    assert reader.figures(200)["exited"] == 5
    assert reader.truth.dropped == 0
