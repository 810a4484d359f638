"""When today begins, and the line of a queue's day: at its closing time, once, and the whole day in the journal."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.yaml_file import parse
from host_bridge import thresholds
from host_bridge.days import Days, day_line
from host_bridge.truth.truth import Truth
from tests.model_pbx import ModelPbx

LIMITS = """\
timezone: Asia/Jerusalem
defaults: {service_level: {min_calls: 1}}
queues:
  sales: {hours: {sun-thu: "08:00-12:00, 13:00-18:00"}}
  guard: {hours: {sun-sat: "00:00-24:00"}}
"""


class Kept:
    """Stands for the journal: what was put last for each day and queue."""

    def __init__(self) -> None:
        self.days: dict[tuple[str, str], dict[str, int]] = {}

    def put_day(self, day: str, queue: str, figures: dict[str, int], pbx_ms: int) -> None:
        self.days[day, queue] = figures


class Site:
    """A PBX whose clock is the bridge's plus `shift_ms`."""

    def __init__(self, local: str, limits: str = LIMITS) -> None:
        read = thresholds.build(parse(limits.encode(), "t.yaml"))
        self.pbx = ModelPbx("sales", "guard")
        self.shift_ms = utc_ms(local) - self.pbx.now_ms
        self.truth = Truth(lambda queue: read.queue(queue).service_level)
        self.kept = Kept()
        kept: Any = self.kept
        self.days = Days(read, self.truth, kept, logging.getLogger("test.days"))
        self.look()
        self.hear(self.pbx.snapshot())

    def at(self, local: str) -> None:
        """Let it be so late, with a look at each minute as heartbeats do."""
        while self.pbx.now_ms < utc_ms(local) - self.shift_ms:
            self.pbx.wait(min(60_000, utc_ms(local) - self.shift_ms - self.pbx.now_ms))
            self.look()

    def look(self) -> None:
        self.days.roll(self.pbx.now_ms, self.shift_ms)
        self.days.close(self.pbx.now_ms, self.shift_ms)

    def answer(self, call: str, queue: str = "sales") -> None:
        self.pbx.join(queue, call)
        self.pbx.answered(queue, call)
        self.hear(*self.pbx.take())

    def hear(self, *events: Any) -> None:
        for event in events:
            self.truth.apply(event, self.pbx.now_ms)


def utc_ms(local: str) -> int:
    return int(dt.datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Asia/Jerusalem")).timestamp() * 1000)


@pytest.fixture(autouse=True)
def _log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "test.days")


def test_a_queue_that_closes_gets_its_line_once(caplog: pytest.LogCaptureFixture) -> None:
    site = Site("2026-09-08T11:00")
    site.answer("1.1")
    site.at("2026-09-08T12:30")
    assert caplog.messages == [], "it opens again at 13:00"
    site.at("2026-09-08T17:59")
    assert caplog.messages == []
    site.at("2026-09-08T19:00")
    (line,) = caplog.messages
    assert line.startswith("day 2026-09-08 of sales: 1 offered, 1 answered, 0 abandoned, service level 100.0% of 1")
    assert site.kept.days["2026-09-08", "sales"]["answered"] == 1


def test_a_call_that_ends_after_closing_time_is_in_the_journals_day(caplog: pytest.LogCaptureFixture) -> None:
    site = Site("2026-09-08T17:30")
    site.at("2026-09-08T18:10")
    site.answer("1.1")
    site.at("2026-09-09T00:05")
    assert site.kept.days["2026-09-08", "sales"]["answered"] == 1
    assert [line.partition(":")[0] for line in caplog.messages] == [
        "day 2026-09-08 of sales",
        "day 2026-09-08 of guard",
    ]
    assert site.truth.figures("sales", site.pbx.now_ms)["answered"] == 0, "and today has begun anew"


def test_a_line_that_an_earlier_run_told_is_not_told_again(caplog: pytest.LogCaptureFixture) -> None:
    site = Site("2026-09-08T17:59")
    site.days.told("2026-09-07", "sales")  # yesterday's is another line
    site.at("2026-09-08T18:00")
    assert len(caplog.messages) == 1
    site = Site("2026-09-08T17:59")
    site.days.told("2026-09-08", "sales")
    site.days.told("2026-09-09", "sales")  # the wall clock was behind when it was read
    site.at("2026-09-08T18:30")
    assert len(caplog.messages) == 1
    site.at("2026-09-09T18:30")
    assert [line for line in caplog.messages if "of sales" in line] == caplog.messages[:1]


def test_a_day_begins_at_day_start(caplog: pytest.LogCaptureFixture) -> None:
    site = Site("2026-09-08T23:00", LIMITS + 'day_start: "03:00"\n')
    site.answer("1.1", "guard")
    site.at("2026-09-09T02:59")
    assert caplog.messages == ["day 2026-09-08 of sales: 0 offered, 0 answered, 0 abandoned"]
    assert site.truth.figures("guard", site.pbx.now_ms)["answered"] == 1
    site.at("2026-09-09T03:00")
    assert site.kept.days["2026-09-08", "guard"]["answered"] == 1
    assert site.truth.figures("guard", site.pbx.now_ms)["answered"] == 0


def test_the_line_says_all_that_is_known_and_nothing_else() -> None:
    counts = dict.fromkeys(
        ("offered", "answered", "abandoned", "short_abandoned", "overflowed", "exited", "removed"), 2
    ) | dict.fromkeys(("unresolved", "rejected", "transferred"), 1)
    rest = {"sla": 812, "sla_of": 40, "sla_target": 800, "avg_wait_ms": 18_400, "longest_ms": 3_700_000}
    assert day_line("2026-09-08", "sales", {**counts, **rest, "aht_ms": 61_000, "over_limit": 25, "approx": 1}) == (
        "day 2026-09-08 of sales: 2 offered, 2 answered, 2 abandoned (2 short), 2 overflowed, 2 exited, 2 removed, "
        "1 unresolved, 1 rejected, 1 transferred, service level 81.2% of 40 (target 80%), ASA 0:18, "
        "longest wait 1:01:40, AHT 1:01, 2.5% over the wait limit, partly estimated"
    )
    nothing = dict.fromkeys(counts, 0)
    assert day_line("2026-09-08", "sales", nothing) == "day 2026-09-08 of sales: 0 offered, 0 answered, 0 abandoned"
