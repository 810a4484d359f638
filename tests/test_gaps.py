"""Gaps: a bridge killed or cut off at any moment, and what queue_log or the PBX's counters then tell."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_bridge.pbx import events as ev
from host_bridge.truth import ServiceLevel, Truth
from host_bridge.truth.live import Live, PbxCounters
from host_bridge.truth.outcomes import End, Estimate, Outcome, Record, Talk
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
        filled = self.truth.fill(self.log.ends, self.log.talks, self.pbx.now_ms)
        return filled.added, filled.revised

    def ends(self, queue: str = "q1") -> dict[str, int]:
        figures = self.truth.figures(queue, self.pbx.now_ms)
        ends = {outcome: figures[outcome] for outcome in OUTCOMES if figures[outcome]}
        assert figures["offered"] == sum(ends.values())
        return ends

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


@pytest.mark.parametrize("gap", GAPS)
def test_nothing_happened(site: Site, gap: object) -> None:
    before = site.truth.figures("q1", site.pbx.now_ms)
    gap(site)  # type: ignore[operator]
    assert site.truth.has_gap
    site.come_back()
    assert site.fill() == (0, 0)
    assert not site.truth.has_gap
    assert site.truth.figures("q1", site.pbx.now_ms) == before
    assert site.fill() == (0, 0)


@pytest.mark.parametrize("gap", GAPS)
def test_all_that_ended_in_a_gap_is_told_by_the_log(site: Site, gap: object) -> None:
    gap(site)  # type: ignore[operator]
    site.pbx.wait(5_000)
    site.answer("a")
    site.join("c", "d", "e", "f")
    site.pbx.wait(4_000)
    site.hang_up("b")
    site.time_out("c")
    site.press_key("d")
    site.pbx.wait(20_000)
    site.complete("a", 24)
    site.come_back()
    assert site.ends() == {"answered": 1, "abandoned": 1}
    assert site.figure("waiting") == 2
    assert site.fill() == (5, 0)
    assert site.ends() == {"answered": 2, "abandoned": 2, "overflowed": 1, "exited": 1}
    assert site.figure("aht_ms") == 27_000
    assert site.figure("approx") is None
    assert site.fill() == (0, 0)
    site.answer("e")
    site.read()
    assert site.ends() == {"answered": 3, "abandoned": 2, "overflowed": 1, "exited": 1}
    site.pbx.wait(60_000)
    site.take_list()
    assert site.ends() == {"answered": 3, "abandoned": 2, "overflowed": 1, "exited": 1}


def test_a_lost_journal_is_rebuilt_from_the_log(site: Site) -> None:
    site.time_out("a")
    site.read()
    before = site.truth.figures("q1", site.pbx.now_ms)
    site.journal.rows.clear()
    site.kill(Live())
    site.come_back()
    assert site.ends() == {}
    assert site.fill() == (4, 0)
    after = site.truth.figures("q1", site.pbx.now_ms)
    for name in ("avg_wait_ms", "longest_ms"):
        assert abs(before.pop(name) - after.pop(name)) < 1_000
    assert 0 < after.pop("next_breach_ms") <= before.pop("next_breach_ms")
    assert abs(after.pop("oldest_ms") - before.pop("oldest_ms")) < 1_000
    assert after == before


def test_what_events_told_stays(site: Site) -> None:
    site.redirect("a")
    site.read()
    site.pbx.wait(1_000)
    site.truth.settle(site.pbx.now_ms)
    site.kill()
    site.come_back()
    assert site.fill() == (0, 0)
    assert site.ends() == {"answered": 1, "abandoned": 1, "removed": 1}


def test_events_of_the_seam_are_not_counted_twice(site: Site) -> None:
    site.cut()
    site.answer("a")
    site.come_back()
    site.pbx.wait(100)
    site.hang_up("b")  # in the log that is read now, and its events come
    site.read()
    assert site.fill() == (1, 0)
    assert site.ends() == {"answered": 2, "abandoned": 2}
    site.complete("a", 3, anonymous=True)
    site.read()
    assert site.figure("aht_ms") == 16_500
    site.pbx.wait(100)
    site.cut()
    site.come_back()
    assert site.fill() == (0, 0)
    assert site.figure("aht_ms") == 16_500


def test_the_log_may_be_ahead_of_the_events(site: Site) -> None:
    site.cut()
    site.come_back()
    site.pbx.wait(300)
    site.join("c")
    site.read()
    site.answer("a")
    site.hang_up("c")
    *_, left, connected, asked, gave_up, left_too, hung_up = site.pbx.take()
    for event in (left, asked, gave_up, left_too):
        site.truth.apply(event, site.pbx.now_ms)
    assert site.fill() == (0, 0)
    for event in (connected, hung_up):
        site.truth.apply(event, site.pbx.now_ms)
    assert site.ends() == {"answered": 2, "abandoned": 2}


def test_an_event_after_the_log_told_it_counts_nothing(site: Site) -> None:
    site.cut()
    site.pbx.wait(5_000)
    site.come_back()
    site.answer("a")
    events = site.pbx.take()
    del site.truth._intake.stays.book.waiting["a"]  # as if the list had not had him
    site.truth._intake.stays.book.lines["q1"].pop(0)
    assert site.fill() == (1, 0)
    for event in events:
        site.truth.apply(event, site.pbx.now_ms)
    assert site.ends() == {"answered": 2, "abandoned": 1}


def test_a_caller_who_came_back_within_the_gap(site: Site) -> None:
    site.cut()
    site.time_out("a")
    site.pbx.wait(5_000)
    site.join("a")
    site.pbx.wait(5_000)
    site.come_back()
    assert site.figure("waiting") == 2
    assert site.fill() == (1, 0)
    assert site.ends() == {"answered": 1, "abandoned": 1, "overflowed": 1}
    site.answer("a")
    site.read()
    assert site.ends() == {"answered": 2, "abandoned": 1, "overflowed": 1}


def test_a_caller_who_left_in_one_gap_and_came_back_in_the_next(site: Site) -> None:
    site.cut()
    site.time_out("a")
    site.come_back()
    site.cut()  # before the first is closed
    site.pbx.wait(500)
    site.join("a")
    site.come_back()
    assert site.figure("waiting") == 2
    assert site.fill() == (1, 0)
    assert site.ends() == {"answered": 1, "abandoned": 1, "overflowed": 1}


def test_a_restart_of_the_pbx_is_revised_by_the_log(site: Site) -> None:
    site.cut()
    site.hang_up("a")
    site.miss()
    site.pbx.lines["q1"].clear()
    site.truth.apply(ev.Restarted(site.pbx.now_ms), site.pbx.now_ms)
    site.come_back()
    assert site.ends() == {"answered": 1, "abandoned": 1, "unresolved": 2}
    assert site.fill() == (0, 1)
    assert site.ends() == {"answered": 1, "abandoned": 2, "unresolved": 1}
    assert site.truth.unsettled


def test_a_restart_long_after_one_left_for_his_agent_counts_him_once(site: Site) -> None:
    """A membergosub has run for minutes when the PBX dies; queue_log says so then, and his Leave was long before."""
    site.pbx.ring("q1", "a")
    site.pbx.leave("q1", "a")
    site.read()
    site.pbx.wait(3 * 60_000)
    site.cut()
    for call in ("a", "b"):
        site.log.end("q1", call, "unresolved")
    site.pbx.restarts()
    site.truth.apply(ev.Restarted(site.pbx.now_ms), site.pbx.now_ms)
    site.come_back()
    assert site.fill() == (0, 0)
    assert site.ends() == {"answered": 1, "abandoned": 1, "unresolved": 2}


def test_a_ghost_is_settled_by_the_log_later(site: Site) -> None:
    """A masqueraded caller whose join the log has no more: his abandon comes under an id that nobody joined with."""
    site.pbx.masquerades("q1", "a")
    site.take_list()
    site.pbx.wait(1_500)
    site.take_list()
    assert site.ends() == {"answered": 1, "abandoned": 1, "unresolved": 1}
    assert site.truth.unsettled
    assert site.truth.settle_from(site.log.ends, site.pbx.now_ms) == 0
    site.pbx.wait(600_000)
    site.log.end("q1", "a", "abandoned")
    other = site.log.ends[-1] = site.log.ends[-1]._replace(call="another", journey="another")
    assert site.truth.settle_from(site.log.ends, site.pbx.now_ms) == 0, "one who joined with him"
    site.log.ends[-1] = other._replace(journey="")
    assert site.truth.settle_from(site.log.ends, site.pbx.now_ms) == 1
    assert site.ends() == {"answered": 1, "abandoned": 2}
    assert site.figure("over_limit") == 333  # his clock ran for more than six minutes
    assert not site.truth.unsettled
    assert site.truth.settle_from(site.log.ends, site.pbx.now_ms) == 0


def test_two_who_came_and_went_together_are_two(site: Site) -> None:
    """One in the gap, of the other all events were heard, or none told how he ended."""
    site.pbx.wait(10_000)
    site.join("seen", "ghost")
    site.read()
    site.pbx.masquerades("q1", "ghost")
    site.hang_up("seen")
    site.read()
    site.take_list()
    site.pbx.wait(1_100)
    site.take_list()
    assert site.ends() == {"answered": 1, "abandoned": 2, "unresolved": 1}
    del site.log.ends[-1]  # another log: it has neither of them, but one whom nobody heard
    site.cut()
    site.log.ends.append(End("q1", Outcome.ABANDONED, 0, 0, site.pbx.now_ms - 1_100, "c", "c", site.pbx.now_ms - 1_100))
    site.pbx.wait(10_000)
    site.come_back()
    assert site.fill() == (1, 0)
    assert site.ends() == {"answered": 1, "abandoned": 3, "unresolved": 1}


@pytest.mark.parametrize("asked", [False, True])
def test_a_hangup_after_a_gap_is_no_abandon_when_how_the_wait_ended_was_missed(site: Site, asked: bool) -> None:
    site.time_out("a")
    gave_up, left, _status = site.pbx.take()
    site.truth.apply(gave_up, site.pbx.now_ms)
    site.truth.apply(left, site.pbx.now_ms)
    site.cut()
    site.come_back()
    if asked:
        site.pbx.ask_hangup("a")
    site.pbx.hang_up("a")
    site.read()
    site.fill()
    assert site.ends() == {"answered": 1, "abandoned": 1, "overflowed": 1}


def test_an_answer_in_the_ms_of_the_list_is_nobody_of_the_gap(site: Site) -> None:
    """A membergosub: no list had him, and the log as it was read has another who was answered with him."""
    site.cut()
    site.join("c", "d")
    site.pbx.leave("q1", "c")
    site.answer("d")
    site.come_back()
    site.pbx.connect_only("q1", "c", 0)
    site.read()
    assert site.fill() == (1, 0)
    assert site.ends() == {"answered": 3, "abandoned": 1}


def test_one_of_whom_a_list_told_is_nobody_whose_events_are_to_come(site: Site) -> None:
    """His id may be that of a masquerade, so in a gap the log may tell of him under another; but not before."""
    site.cut()
    site.join("listed", "c")
    site.pbx.wait(5_000)
    site.come_back()
    site.fill()
    site.pbx.masquerades("q1", "listed")
    for _ in range(2):
        site.take_list()
        site.pbx.wait(1_100)
    assert site.ends() == {"answered": 1, "abandoned": 1, "unresolved": 1}
    site.hang_up("c")
    assert site.truth.settle_from(site.log.ends, site.pbx.now_ms) == 0
    site.read()
    assert site.ends() == {"answered": 1, "abandoned": 2, "unresolved": 1}


def test_one_who_vanished_since_the_line_is_up_is_nobody_of_the_gap(site: Site) -> None:
    site.cut()
    site.join("listed", "c")
    site.hang_up("c")
    site.pbx.wait(5_000)
    site.come_back()
    site.pbx.wait(100)
    site.pbx.masquerades("q1", "listed")
    site.take_list()
    assert site.fill() == (1, 0)
    assert site.ends() == {"answered": 1, "abandoned": 2}
    site.pbx.wait(2_000)
    site.take_list()
    assert site.ends() == {"answered": 1, "abandoned": 2, "unresolved": 1}


def test_a_ghost_that_nobody_tells_is_asked_for_no_more(site: Site) -> None:
    site.pbx.masquerades("q1", "a")
    site.take_list()
    site.pbx.wait(1_500)
    site.take_list()
    site.pbx.wait(4 * 3_600_000 - 1_500)
    site.truth.settle_from(site.log.ends, site.pbx.now_ms)
    assert site.truth.unsettled
    site.pbx.wait(1)
    site.truth.settle_from(site.log.ends, site.pbx.now_ms)
    assert not site.truth.unsettled


def test_an_answer_after_a_stay_was_given_up_is_that_stays(site: Site) -> None:
    """A membergosub runs through the gap and past the second look."""
    site.pbx.ring("q1", "a")
    site.pbx.leave("q1", "a")
    site.read()
    site.kill()
    site.come_back()
    site.fill()
    site.pbx.wait(10_000)
    site.truth.settle(site.pbx.now_ms)
    site.take_list()
    assert site.ends() == {"answered": 1, "abandoned": 1, "unresolved": 1}
    site.pbx.connect_only("q1", "a", site.pbx.hold_s("a"))
    site.read()
    assert site.ends() == {"answered": 2, "abandoned": 1}


def test_one_who_is_missing_from_two_waits_in_one_list_ended_each_once(site: Site) -> None:
    """He came back in a gap, so his first wait is over; the next list, after another gap, has neither."""
    site.cut()
    site.time_out("a")
    site.pbx.wait(5_000)
    site.join("a")
    site.come_back()
    site.cut()  # before the first is closed
    site.hang_up("a")
    site.pbx.wait(20_000)
    site.come_back()
    site.fill()
    assert site.ends() == {"answered": 1, "abandoned": 2, "overflowed": 1}


@pytest.mark.parametrize("gap", GAPS)
@pytest.mark.parametrize("log_first", [True, False], ids=["the log is read first", "the answer comes first"])
def test_an_answer_is_of_the_wait_that_it_tells_of(site: Site, log_first: bool, gap: object) -> None:
    """He pressed a key, came back in the gap and was off to his agent again: no list and no Join tells of it."""
    site.pbx.ring("q1", "a")
    site.pbx.leave("q1", "a")  # an answer, or a key: without class dialplan nobody can tell yet
    site.log.end("q1", "a", "exited")
    site.read()
    gap(site)  # type: ignore[operator]
    site.pbx.wait(7_000)
    site.join("a")
    site.pbx.wait(5_000)
    site.pbx.ring("q1", "a")
    site.pbx.leave("q1", "a")
    site.come_back()
    if log_first:
        site.fill()
    site.pbx.connect_only("q1", "a", site.pbx.hold_s("a"))  # his agent has heard who calls
    site.read()
    if not log_first:
        site.fill()
    assert site.ends() == {"answered": 2, "abandoned": 1, "exited": 1}
    own = [row for row in site.journal.rows.values() if isinstance(row, End) and row.call == "a"]
    assert sorted((end.outcome, end.hold_s) for end in own) == [("answered", 5), ("exited", 30)]


def test_an_answer_that_is_read_late_is_of_the_wait_that_is_known(site: Site) -> None:
    """No gap has hidden a Join: the wire held the answer back, and it carries no time of its own."""
    site.pbx.ring("q1", "a")
    site.pbx.leave("q1", "a")
    site.read()
    site.pbx.wait(20_000)
    site.pbx.connect_only("q1", "a", 30)
    site.read()
    assert site.ends() == {"answered": 2, "abandoned": 1}


# without queue_log


def test_an_answer_of_a_later_wait_leaves_the_first_unresolved(site: Site) -> None:
    site.pbx.ring("q1", "a")
    site.pbx.leave("q1", "a")
    site.read()
    site.cut()
    site.pbx.wait(7_000)
    site.join("a")
    site.pbx.leave("q1", "a")
    site.come_back()
    site.truth.estimate(site.pbx.now_ms)
    site.pbx.connect_only("q1", "a", 0)
    site.read()
    site.pbx.wait(120_000)
    site.truth.settle(site.pbx.now_ms)
    assert site.ends() == {"answered": 2, "abandoned": 1, "unresolved": 1}


@pytest.mark.parametrize("gap", GAPS)
def test_an_estimate_by_the_counters(site: Site, gap: object) -> None:
    site.take_list()
    gap(site)  # type: ignore[operator]
    assert site.truth.estimate(site.pbx.now_ms) == ()  # no list yet
    assert site.truth.has_gap
    site.answer("a")
    site.join("c", "d")
    site.complete("a", 20)
    site.answer("c")
    site.hang_up("b")
    site.come_back(talking=1)
    now_ms = site.pbx.now_ms
    assert site.truth.estimate(now_ms) == (Estimate("q1", 2, 1, now_ms), Estimate("q2", 0, 0, now_ms))
    assert not site.truth.has_gap
    figures = site.truth.figures("q1", now_ms)
    assert (figures["answered"], figures["abandoned"], figures["unresolved"]) == (3, 2, 0)
    assert figures["offered"] == 5
    assert figures["approx"] == 1
    assert site.figure("approx", "q2") == 1
    site.pbx.wait(60_000)
    site.truth.settle(now_ms + 60_000)
    site.take_list(talking=1)
    assert site.figure("offered") == 5
    site.complete("c", 30)  # answered in the gap: only his talk is new
    site.read()
    assert site.figure("answered") == 3


@pytest.mark.parametrize("gap", GAPS)
def test_what_was_estimated_is_not_counted_again_when_queue_log_can_be_read_once_more(site: Site, gap: object) -> None:
    gap(site)  # type: ignore[operator]
    site.answer("a")
    site.hang_up("b")
    site.come_back(talking=1)
    site.truth.estimate(site.pbx.now_ms)
    before = site.figure("offered")
    site.kill()
    site.come_back(talking=1)
    site.fill()
    assert site.figure("offered") == before
    assert site.ends() == {"answered": 2, "abandoned": 2}
    assert site.figure("approx") == 1
    site.kill()
    site.come_back(talking=1)
    assert site.fill() == (0, 0)
    assert site.ends() == {"answered": 2, "abandoned": 2}


def test_only_who_is_not_among_the_estimated_is_unresolved(site: Site) -> None:
    site.take_list()
    site.cut()
    site.press_key("a")  # in no counter
    site.hang_up("b")
    site.come_back()
    site.truth.estimate(site.pbx.now_ms)
    figures = site.truth.figures("q1", site.pbx.now_ms)
    assert (figures["abandoned"], figures["unresolved"], figures["offered"]) == (2, 1, 4)


def test_one_whose_abandon_was_seen_is_counted_once(site: Site) -> None:
    site.take_list()
    site.hang_up("a")
    asked, gave_up, *_ = site.pbx.take()
    for event in (asked, gave_up):
        site.truth.apply(event, site.pbx.now_ms)
    site.kill()
    site.come_back()
    assert site.truth.estimate(site.pbx.now_ms)[0][1:3] == (0, 0)
    assert site.ends() == {"answered": 1, "abandoned": 2}


def test_gaps_that_were_never_closed_are_summed(site: Site) -> None:
    site.take_list()
    site.cut()
    site.hang_up("a")
    site.come_back()
    site.join("c")
    site.hang_up("c")  # seen
    site.read()
    site.cut()
    site.hang_up("b")
    site.come_back()
    assert site.truth.estimate(site.pbx.now_ms)[0][1:3] == (0, 2)
    assert site.figure("abandoned") == 4
    assert site.figure("unresolved") == 0


@pytest.mark.parametrize("gap", GAPS)
def test_a_kill_before_the_gap_is_closed_forgets_no_counter(site: Site, gap: object) -> None:
    """Between LinkUp and an estimate that waited for queue_log in vain."""
    site.take_list()
    gap(site)  # type: ignore[operator]
    site.hang_up("a")
    site.answer("b")
    site.come_back(talking=1)
    site.join("c", "d")
    site.answer("c")
    site.hang_up("d")
    site.complete("b", 1)
    site.read()  # all three
    site.kill()
    site.come_back(talking=1)
    assert site.truth.estimate(site.pbx.now_ms)[0][1:3] == (1, 1)
    assert site.figure("answered") == 3
    assert site.figure("abandoned") == 3
    assert site.figure("unresolved") == 0
    assert site.truth.live().counters[0] == PbxCounters("q1", 2, 3, 1)


def test_counters_of_a_pbx_started_anew(site: Site) -> None:
    site.take_list(talking=3)
    site.cut()
    site.truth.apply(ev.Restarted(site.pbx.now_ms), site.pbx.now_ms)
    site.pbx.lines["q1"].clear()
    site.completed["q1"], site.abandoned["q1"] = 5, 2  # by chance no less than before
    site.come_back(talking=1)
    assert site.truth.estimate(site.pbx.now_ms)[0][1:3] == (6, 2)


def test_without_counters_of_before_nothing_is_made_up(site: Site) -> None:
    site.kill(Live())
    site.come_back()
    assert site.truth.estimate(site.pbx.now_ms)[0][1:3] == (0, 0)
    assert site.figure("approx") == 1
    assert site.truth.live().counters[0] == PbxCounters("q1", 1, 1, 0)


# the caller's clock


def test_the_clock_survives(site: Site) -> None:
    site.pbx.wait(100_000)
    before = site.figure("next_breach_ms")
    assert before == LIMIT_MS - 130_000
    site.kill()
    site.pbx.wait(10_000)
    site.come_back()
    site.fill()
    assert site.figure("next_breach_ms") == LIMIT_MS - 140_000
    site.pbx.wait(LIMIT_MS)
    site.hang_up("a")
    site.read()
    assert site.figure("over_limit") == 333


def test_clocks_over_two_queues_within_a_gap(site: Site) -> None:
    site.kill()
    site.time_out("a")
    site.join("a", queue="q2")
    site.pbx.wait(LIMIT_MS)
    site.answer("a", queue="q2")
    site.pbx.wait(30_000)
    site.come_back()
    site.fill()
    ended = [row for row in site.journal.rows.values() if type(row).__name__ == "JourneyEnd"]
    assert len(ended) == 3
    assert site.figure("over_limit", "q2") == 1000
    assert site.figure("over_limit") == 0


def test_a_clock_that_had_its_say_is_not_told_again(site: Site) -> None:
    """He timed out in the gap, and was answered elsewhere when the bridge looked again."""
    site.cut()
    site.time_out("a")
    site.join("a", queue="q2")
    site.pbx.wait(30_000)
    site.come_back()
    site.answer("a", queue="q2")
    site.read()
    site.fill()
    site.pbx.wait(120_000)
    site.truth.settle(site.pbx.now_ms)
    ended = [row for row in site.journal.rows.values() if type(row).__name__ == "JourneyEnd"]
    assert [each.queue for each in ended] == ["q1", "q1", "q2"]


# any day


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["join", "hang_up", "time_out", "press_key", "answer", "complete", "cut", "kill", "lose"]),
        st.sampled_from(["q1", "q2"]),
        st.integers(0, 5),
        st.integers(0, 20_000),
    ),
    max_size=40,
)


@settings(deadline=None)
@given(STEPS)
def test_any_day_with_any_gaps_counts_as_the_log(steps: list[tuple[str, str, int, int]]) -> None:
    """Cut off, killed, or killed with what the journal had not written: after the fill every counter is the log's."""
    site = Site()
    where: dict[str, str] = {}
    talking: dict[str, str] = {}
    looking = True
    saved = site.truth.live(), dict(site.journal.rows)
    for step, queue, n, wait_ms in steps:
        site.pbx.wait(wait_ms)
        call = f"c{n}"
        if step == "join" and call not in where and call not in talking:
            site.pbx.wait(3_000)  # whole seconds cannot tell whether one who came back at once left before or after
            site.join(call, queue=queue)
            where[call] = queue
        elif step in {"hang_up", "time_out", "press_key", "answer"} and call in where:
            queue = where.pop(call)
            getattr(site, step)(call, queue=queue)
            if step == "answer":
                talking[call] = queue
        elif step == "complete" and call in talking:
            site.complete(call, 7, queue=talking.pop(call))
        elif step in {"cut", "kill", "lose"}:
            if looking:
                site.read()
                if step == "cut":
                    site.cut()
            if step != "cut":
                if step == "lose":
                    site.journal.rows = dict(saved[1])
                site.kill(saved[0] if step == "lose" else None)
            looking = False
            continue
        if looking:
            site.read()
        elif wait_ms % 2:
            site.come_back()
            site.fill()
            looking = True
            saved = site.truth.live(), dict(site.journal.rows)
    site.pbx.wait(5_000)
    if not looking:
        site.come_back()
        site.fill()
    for n in range(6):
        if f"c{n}" not in where and f"c{n}" not in talking:
            site.pbx.hang_up(f"c{n}")  # a key, pressed just after a list told of the caller: his Hangup tells
    site.read()
    for queue in ("q1", "q2"):
        expected = Counter(end.outcome.value for end in site.log.ends if end.queue == queue)
        assert site.ends(queue) == dict(expected)
        assert site.figure("waiting", queue) == len(site.pbx.lines[queue])
    talks = [row for row in site.journal.rows.values() if isinstance(row, Talk)]
    assert len(talks) == len(site.log.talks)


def test_only_the_first_list_after_a_gap_tells_of_it(site: Site) -> None:
    site.take_list()
    site.cut()
    site.come_back()
    site.hang_up("a")  # seen
    site.read()
    site.take_list()
    assert site.truth.estimate(site.pbx.now_ms)[0][1:3] == (0, 0)


def test_what_was_seen_after_the_last_list_is_not_estimated(site: Site) -> None:
    site.take_list()
    site.answer("a")
    site.answer("b")
    site.complete("a", 10)
    site.read()
    site.kill()
    site.come_back(talking=1)
    assert site.truth.estimate(site.pbx.now_ms)[0][1:3] == (0, 0)
    assert site.ends() == {"answered": 3, "abandoned": 1}


def test_one_whose_abandon_was_seen_is_none_of_the_estimated(site: Site) -> None:
    site.take_list()
    site.hang_up("a")
    for event in site.pbx.take()[:2]:
        site.truth.apply(event, site.pbx.now_ms)
    seen_ms = site.pbx.now_ms
    site.kill()
    site.pbx.wait(20_000)
    site.hang_up("b")
    site.come_back()
    assert site.truth.estimate(site.pbx.now_ms)[0][1:3] == (0, 1)
    figures = site.truth.figures("q1", site.pbx.now_ms)
    assert (figures["abandoned"], figures["unresolved"], figures["offered"]) == (3, 0, 4)
    [end] = [row for row in site.journal.rows.values() if isinstance(row, End) and row.call == "a"]
    assert 0 <= seen_ms - end.at_ms < 1_000


def test_the_clock_of_one_who_is_estimated_stops_untold(site: Site) -> None:
    site.take_list()
    site.cut()
    site.hang_up("a")
    site.hang_up("b")
    site.come_back()
    site.truth.estimate(site.pbx.now_ms)
    site.pbx.wait(60_000)
    site.truth.settle(site.pbx.now_ms)
    assert [each.journey for each in site.truth.live().journeys] == ["early"]  # whose Hangup never came
    assert sum(type(row).__name__ == "JourneyEnd" for row in site.journal.rows.values()) == 2


def test_a_rejection_is_no_stay_of_the_log(site: Site) -> None:
    site.pbx.rejected("q1", "c")
    site.read()
    site.cut()
    site.join("c")
    site.pbx.wait(500)
    site.hang_up("c")
    site.come_back()
    assert site.fill() == (1, 0)
    assert site.ends() == {"answered": 1, "abandoned": 2}
    assert site.figure("rejected") == 1


def test_one_who_is_on_his_way_by_the_log_is_not_another_who_came_with_him(site: Site) -> None:
    """Of the one only a list told, of the other nobody: the log has both joins, and the end of the other."""
    site.cut()
    site.join("c")
    site.come_back()
    site.fill()
    site.cut()
    site.join("d")
    site.answer("d")
    site.pbx.ring("q1", "c")
    site.pbx.leave("q1", "c")
    site.come_back()
    waiting = [("q1", call, site.pbx.joined_ms[call]) for call in ("a", "b", "c")]
    site.truth.fill(site.log.ends, site.log.talks, site.pbx.now_ms, waiting)
    site.pbx.wait(2_000)
    site.pbx.connect_only("q1", "c", 2)
    site.read()
    ends = [row for row in site.journal.rows.values() if isinstance(row, End) and row.outcome is Outcome.ANSWERED]
    assert [(end.call, end.hold_s) for end in ends] == [("early", 7), ("d", 0), ("c", 2)]


def test_one_who_came_back_at_once_and_waits_since(site: Site) -> None:
    site.cut()
    site.join("c")
    site.pbx.wait(1_000)
    site.press_key("c")
    site.join("c")
    site.pbx.wait(20_000)
    site.come_back()
    assert site.figure("waiting") == 3
    assert site.fill() == (1, 0)
    assert site.ends() == {"answered": 1, "abandoned": 1, "exited": 1}


def test_a_bare_leave_of_one_whom_the_list_still_had_is_seen_to_its_end(site: Site) -> None:
    site.kill()
    site.come_back()
    site.fill()
    site.pbx.leave("q1", "a")
    site.pbx.hang_up("a")
    site.read()
    assert site.ends() == {"answered": 1, "abandoned": 1, "exited": 1}


def test_a_talk_that_the_log_told_first_is_one(site: Site) -> None:
    site.answer("a")
    site.read()
    site.kill()
    site.come_back()
    site.complete("a", 20)
    assert site.fill() == (1, 0)
    site.read()
    assert sum(isinstance(row, Talk) for row in site.journal.rows.values()) == 2


def test_a_settled_ghost_keeps_its_own_id_and_journey(site: Site) -> None:
    site.pbx.masquerades("q1", "a")
    for _ in range(2):
        site.take_list()
        site.pbx.wait(1_500)
    site.log.end("q1", "a", "abandoned")
    site.log.ends[-1] = site.log.ends[-1]._replace(call="another", journey="")
    assert site.truth.settle_from(site.log.ends, site.pbx.now_ms) == 1
    ends = [row for row in site.journal.rows.values() if isinstance(row, End)]
    assert [(end.call, end.journey) for end in ends if end.call not in {"early", "left"}] == [("a", "a")]


def test_a_caller_who_waits_elsewhere_keeps_his_clock(site: Site) -> None:
    """The log tells late of an earlier queue; his clock in the queue where he waits goes on."""
    site.cut()
    site.join("c")
    site.pbx.wait(10_000)
    site.time_out("c")
    site.join("c", queue="q2")
    site.pbx.wait(5_000)
    site.come_back()
    site.fill()
    site.pbx.wait(120_000)
    site.truth.settle(site.pbx.now_ms)
    site.answer("c", queue="q2")
    site.read()
    ended = [row for row in site.journal.rows.values() if type(row).__name__ == "JourneyEnd"]
    assert [(each.queue, each.answered) for each in ended[2:]] == [("q2", True)]  # type: ignore[union-attr]
