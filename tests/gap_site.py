"""A bridge with a journal beside a PBX with its queue_log, that is cut off and killed: for the tests of gaps."""

from __future__ import annotations

from collections import Counter

import pytest

from host_bridge.pbx import events as ev
from host_bridge.truth import ServiceLevel, Truth
from host_bridge.truth.live import Live
from host_bridge.truth.outcomes import End, Outcome, Record, Talk
from tests.model_pbx import ModelPbx

OUTCOMES = ("answered", "abandoned", "overflowed", "exited", "removed", "unresolved")


LIMIT_MS = 360_000


class Journal:
    """A sink that keeps the rows, as the journal does."""

    def __init__(self) -> None:
        self.rows: dict[int, Record] = {}

    def added(self, row: int, record: Record) -> None:
        assert row not in self.rows
        self.rows[row] = record

    def revised(self, row: int, old: Record, new: Record) -> None:
        assert self.rows[row] == old
        self.rows[row] = new


class Log:
    """What queue_log tells, in whole seconds, of the calls of a model PBX."""

    def __init__(self, pbx: ModelPbx) -> None:
        self.pbx = pbx
        self.ends: list[End] = []
        self.talks: list[Talk] = []

    def end(self, queue: str, call: str, outcome: str) -> None:
        joined_ms = self.pbx.joined_ms[call] // 1000 * 1000
        at_ms = self.pbx.now_ms // 1000 * 1000
        hold_s = (at_ms - joined_ms) // 1000
        self.ends.append(End(queue, Outcome(outcome), hold_s * 1000, hold_s, at_ms, call, call, joined_ms))

    def waiting(self) -> list[tuple[str, str, int]]:
        joined_ms = self.pbx.joined_ms
        return [
            (queue, call, joined_ms[call] // 1000 * 1000) for queue, line in self.pbx.lines.items() for call in line
        ]

    def talk(self, queue: str, call: str, talk_s: int) -> None:
        self.talks.append(Talk(queue, talk_s, False, self.pbx.now_ms // 1000 * 1000, call))


class Site:
    """A PBX with its log, and a bridge with a journal that can be killed."""

    def __init__(self) -> None:
        self.pbx = ModelPbx("q1", "q2")
        self.pbx.now_ms = 1_700_000_000_000
        self.log = Log(self.pbx)
        self.journal = Journal()
        self.completed: Counter[str] = Counter()
        self.abandoned: Counter[str] = Counter()
        self.truth = self.new_truth()
        self.take_list()

    def new_truth(self) -> Truth:
        return Truth(lambda queue: ServiceLevel(min_calls=1), wait_limit_ms=LIMIT_MS, sink=self.journal)

    def read(self) -> None:
        for event in self.pbx.take():
            self.truth.apply(event, self.pbx.now_ms)

    def miss(self) -> None:
        """What the PBX said is read by nobody."""
        self.pbx.take()

    def take_list(self, *queues: str, talking: int = 0) -> None:
        snapshot = self.pbx.snapshot(*queues)
        lists = tuple(
            each._replace(
                completed=self.completed[each.queue],
                abandoned=self.abandoned[each.queue],
                members=tuple(
                    ev.MemberChanged(each.queue, f"SIP/{n}", "N", 2, False, True, 0)
                    for n in range(talking if each.queue == "q1" else 0)
                ),
            )
            for each in snapshot.queues
        )
        self.truth.apply(snapshot._replace(queues=lists), self.pbx.now_ms)

    def cut(self) -> None:
        self.truth.apply(ev.LinkDown("cut", self.pbx.now_ms), self.pbx.now_ms)

    def kill(self, live: Live | None = None) -> None:
        """kill -9, and a new bridge that has what the journal kept."""
        live = self.truth.live() if live is None else live
        self.truth = self.new_truth()
        self.truth.restore(tuple(self.journal.rows.items()), live, self.pbx.now_ms)

    def come_back(self, talking: int = 0) -> None:
        self.miss()
        self.take_list(talking=talking)
        self.truth.apply(ev.LinkUp(self.pbx.now_ms), self.pbx.now_ms)

    def fill(self) -> tuple[int, int]:
        filled = self.truth.fill(self.log.ends, self.log.talks, self.pbx.now_ms, self.log.waiting())
        return filled.added, filled.revised

    def ends(self, queue: str = "q1") -> dict[str, int]:
        figures = self.truth.figures(queue, self.pbx.now_ms)
        ends = {outcome: figures[outcome] for outcome in OUTCOMES if figures[outcome]}
        assert figures["offered"] == sum(ends.values())
        return ends

    def ended(self, call: str) -> list[End]:
        """The records of a call's stays, in the order in which they ended."""
        ends = [row for row in self.journal.rows.values() if isinstance(row, End) and row.call == call]
        return sorted(ends, key=lambda end: end.at_ms)

    def figure(self, name: str, queue: str = "q1") -> int | None:
        return self.truth.figures(queue, self.pbx.now_ms).get(name)

    # calls that end as queue_log and the counters tell it too

    def join(self, *calls: str, queue: str = "q1") -> None:
        for call in calls:
            self.pbx.join(queue, call)

    def hang_up(self, call: str, queue: str = "q1") -> None:
        self.pbx.hangs_up(queue, call)
        self.log.end(queue, call, "abandoned")
        self.abandoned[queue] += 1

    def time_out(self, call: str, queue: str = "q1") -> None:
        self.pbx.times_out(queue, call)
        self.log.end(queue, call, "overflowed")
        self.abandoned[queue] += 1

    def press_key(self, call: str, queue: str = "q1") -> None:
        self.pbx.presses_key(queue, call)
        self.log.end(queue, call, "exited")

    def redirect(self, call: str, queue: str = "q1") -> None:
        self.pbx.redirected(queue, call)
        self.log.end(queue, call, "abandoned")
        self.abandoned[queue] += 1

    def answer(self, call: str, queue: str = "q1") -> None:
        self.pbx.ring(queue, call)
        self.pbx.connect(queue, call, f"SIP/{call}")
        self.log.end(queue, call, "answered")

    def complete(self, call: str, talk_s: int, queue: str = "q1", *, anonymous: bool = False) -> None:
        self.pbx.complete(queue, "" if anonymous else call, talk_s, interface=f"SIP/{call}")
        self.log.talk(queue, call, talk_s)
        self.completed[queue] += 1


@pytest.fixture
def site() -> Site:
    """Two callers wait for 7 s; another was answered and has talked for 30 s, a fourth hung up after 7 s."""
    site = Site()
    site.join("early", "left")
    site.pbx.wait(7_345)
    site.answer("early")
    site.join("a", "b")
    site.hang_up("left")
    site.pbx.wait(30_000)
    site.complete("early", 30)
    site.read()
    return site


GAPS = [Site.cut, Site.kill]
