"""Any day with a line that is cut, a bridge that is killed and a PBX that starts anew, at any moment and in any byte.

    WALLBOARD_EXAMPLES=20000 pytest tests/test_property_gaps.py      a long run; the default is sized for CI

Without queue_log Asterisk's own counters tell how many were answered and how many were not; nobody is counted twice.
"""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from host_bridge.truth.outcomes import Outcome
from tests.ami_rig import Fill, Rig, check_service_level
from tests.any_days import any_days
from tests.model_day import BY_THE_LOG_MS, ENDINGS, QUEUES, Day

STEPS = (
    "nothing",
    *("join",) * 6,
    *("answer", "talk ends") * 3,
    *ENDINGS,
    *("ring", "no answer", "comes back", "hangs up elsewhere"),
    *("wait", "deliver", "list") * 2,
    *("cut", "connect", "connect", "login", "login amid", "journal", "kill"),
)
OFFERED = [outcome.value for outcome in Outcome if outcome is not Outcome.REJECTED]


def run(seed: int, day: list[tuple[str, int]], fill: Fill) -> Rig:
    rig = Rig(*QUEUES, seed=seed, fill=fill)
    rig.truth.roll(0, rig.now_ms)
    rig.wait(1_000)
    rig.keep()
    story = Day(rig)
    story.gaps = True
    if fill is Fill.LOG:
        story.recognised_ms = BY_THE_LOG_MS
    story.membergosub = fill is Fill.LOG  # of one who left before a gap and is answered in the next no counter tells
    for name, n in day:
        story.step(name, n)
    rig.deliver()
    if not rig.is_connected:
        rig.connect()
        rig.deliver()
    story.end()
    rig.quiet()
    rig.wait(90_000)  # an answer may be outstanding for a minute after a gap in which it may have been missed
    rig.deliver()
    assert not rig.truth.has_gap
    for queue, line in rig.pbx.lines.items():
        assert rig.truth.figures(queue, rig.now_ms)["waiting"] == len(line)
    return rig


def days(*more: str) -> st.SearchStrategy[list[tuple[str, int]]]:
    steps = st.tuples(st.sampled_from((*STEPS, *more)), st.integers(0, 30))
    return st.lists(steps, min_size=25, max_size=80)


examples = any_days(1000)


# What these found once: each a login in the middle of something, by what the counters then told twice or not at all.
_TIMES_OUT_BEFORE_THE_LIST = [("join", 0), ("wait", 3), ("cut", 0), ("login amid", 22)]
_ANSWERED_BEFORE_THE_LIST = [("join", 0), ("kill", 0), ("login", 3), ("answer", 0)]
_ENDS_A_TALK_BEFORE_THE_LIST = [("join", 0), ("deliver", 1), ("answer", 0), ("cut", 0), ("login", 3), ("talk ends", 0)]
_BACK_BEFORE_THE_LIST = [
    *[("join", 0), ("kill", 0), ("connect", 0), ("times_out", 0), ("cut", 0), ("wait", 5)],
    *[("login", 3), ("comes back", 0), ("answer", 0)],
]
_BACK_AND_GIVES_UP_BEFORE_THE_LIST = [
    *[("join", 0), ("kill", 0), ("connect", 0), ("journal", 0), ("times_out", 0), ("wait", 5), ("kill", 0)],
    *[("comes back", 0), ("login", 3), ("hangs_up", 0)],
]
_UNKNOWN_BEFORE_THE_LIST = [("join", 1), ("cut", 0), ("login", 3), ("hangs_up", 1)]


@examples
@given(st.integers(0, 1 << 32), days())
@example(0, _TIMES_OUT_BEFORE_THE_LIST)
@example(0, _ANSWERED_BEFORE_THE_LIST)
@example(0, _ENDS_A_TALK_BEFORE_THE_LIST)
@example(0, _UNKNOWN_BEFORE_THE_LIST)
@example(0, _BACK_BEFORE_THE_LIST)
@example(0, _BACK_AND_GIVES_UP_BEFORE_THE_LIST)
def test_without_queue_log_the_counters_of_the_pbx_tell_of_a_gap(seed: int, day: list[tuple[str, int]]) -> None:
    rig = run(seed, day, Fill.ESTIMATE)
    for queue in QUEUES:
        check_estimated(rig, queue)


def check_estimated(rig: Rig, queue: str) -> None:
    """Answered to the man; of the others at most those are missing who pressed a key or were masqueraded."""
    figures, counts = rig.truth.figures(queue, rig.now_ms), rig.pbx.counts[queue]
    assert figures["answered"] == counts["answered"]
    lost = sum(counts[each] for each in OFFERED) - figures["offered"]
    assert 0 <= lost <= counts["exited"] + counts["unresolved"]


_ANSWERED_BETWEEN_BOOT_AND_LIST = [
    *[("join", 1), ("hangs_up", 1), ("kill", 1), ("connect", 1), ("kill", 1), ("restart", 1)],
    *[("join", 1), ("login", 3), ("answer", 1)],
]


@examples
@given(st.integers(0, 1 << 32), days("restart"))
@example(0, _ANSWERED_BETWEEN_BOOT_AND_LIST)
def test_nobody_is_counted_twice_even_when_the_pbx_begins_anew(seed: int, day: list[tuple[str, int]]) -> None:
    rig = run(seed, day, Fill.ESTIMATE)
    for queue in QUEUES:
        figures, counts = rig.truth.figures(queue, rig.now_ms), rig.pbx.counts[queue]
        assert figures["answered"] <= counts["answered"]
        assert figures["offered"] <= sum(counts[each] for each in OFFERED)


_BACK_AND_ANSWERED = [  # twice in one queue, the second time from end to end in a gap, but for the answer
    *[("join", 1), ("kill", 0), ("connect", 0), ("presses_key", 1), ("wait", 5)],
    *[("cut", 0), ("comes back", 1), ("answer", 3)],
]

_CAME_TOGETHER = [  # one whom a list told of, and one who was answered in a gap
    *[("join", 0), ("join", 0), ("answer", 0), ("kill", 0), ("connect", 0), ("answer", 0)],
    *[("cut", 0), ("connect", 0), ("wait", 3)],
]
_BACK_AND_LOST_AGAIN = [  # twice in one queue, and a list that has neither
    *[("join", 0), ("wait", 5), ("kill", 1), ("times_out", 0), ("comes back", 0), ("connect", 0), ("answer", 0)],
    *[("cut", 0), ("wait", 6)],
]
_TALK_ENDS_BEFORE_THE_LOG_IS_READ = [("join", 0), ("answer", 2), ("cut", 0), ("connect", 0), ("talk ends", 8)]
_TALK_ENDS_IN_THE_MS_OF_THE_READING = [
    *[("join", 0), ("join", 0), ("answer", 0), ("answer", 2), ("talk ends", 1), ("kill", 0), ("connect", 0)],
    *[("cut", 0), ("login", 3), ("talk ends", 0)],
]
_BACK_AND_LOST = [  # two waits of a call, and of none of them an event says how it ended
    *[("join", 1), ("kill", 0), ("connect", 0), ("presses_key", 1), ("wait", 18)],
    *[("comes back", 1), ("restart", 0)],
]
_BACK_AND_ANSWERED_BEFORE_THE_READING = [  # two joins 2 s apart by the log, which has the later one wait still
    *[("join", 0), ("times_out", 0), ("wait", 11), ("kill", 0), ("comes back", 0), ("connect", 0), ("answer", 0)],
    *[("wait", 1)],
]
_CUT_BEFORE_THE_LIST = [
    *[("cut", 0), ("login", 3), ("join", 0), ("is_hung_up", 0), ("join", 0), ("hangs_up", 0)],
    *[("deliver", 14), ("restart", 0)],
]
_ELSEWHERE_AMID_OF_THE_LOGIN = [  # of one queue the end is missed, of another only QUEUESTATUS is heard
    *[("join", 1), ("deliver", 1), ("wait", 4), ("cut", 0), ("times_out", 1), ("comes back", 0), ("connect", 0)],
    *[("cut", 0), ("login amid", 14)],
]
# Heard by this very bridge, lost sight of, back unseen, and out again amid of the login, in each way.
_CUT_AND_BACK = [
    *[("join", 0), ("deliver", 1), ("wait", 5), ("cut", 0), ("times_out", 0), ("wait", 5), ("comes back", 0)],
    *[("wait", 5), ("login", 3)],
]
_LEFT_LONG_BEFORE = [("join", 0), ("answer", 0), ("wait", 4), *[("wait", 6)] * 3, ("restart", 0)]


@examples
@given(st.integers(0, 1 << 32), days("restart", "lists ahead"))
@example(0, _BACK_AND_ANSWERED)
@example(0, _CAME_TOGETHER)
@example(0, _BACK_AND_LOST_AGAIN)
@example(0, _LEFT_LONG_BEFORE)
@example(0, _TALK_ENDS_BEFORE_THE_LOG_IS_READ)
@example(1, _TALK_ENDS_IN_THE_MS_OF_THE_READING)
@example(0, _BACK_AND_LOST)
@example(0, _CUT_BEFORE_THE_LIST)
@example(0, _BACK_AND_ANSWERED_BEFORE_THE_READING)
@example(0, _ELSEWHERE_AMID_OF_THE_LOGIN)
@example(0, [*_CUT_AND_BACK, ("hangs_up", 0)])
@example(0, [*_CUT_AND_BACK, ("withdrawn", 0)])
@example(0, [*_CUT_AND_BACK, ("answer", 2)])
@example(0, [*_CUT_AND_BACK, ("presses_key", 0)])
def test_with_queue_log_every_figure_is_whole_again(seed: int, day: list[tuple[str, int]]) -> None:
    rig = run(seed, day, Fill.LOG)
    for queue in QUEUES:
        check_filled(rig, queue)


def check_filled(rig: Rig, queue: str) -> None:
    """All that queue_log can tell; to it one who was redirected, or masqueraded, abandoned."""
    figures, counts = rig.truth.figures(queue, rig.now_ms), rig.pbx.counts[queue]
    assert figures["offered"] == sum(counts[each] for each in OFFERED)
    for outcome in ("answered", "overflowed", "exited"):
        assert figures[outcome] == counts[outcome], outcome
    assert figures["abandoned"] >= counts["abandoned"]
    assert figures["removed"] <= counts["removed"]
    assert figures["unresolved"] <= counts["unresolved"]
    talks_s = rig.pbx.talks_s[queue]
    assert figures["transferred"] == counts["transferred"]
    assert figures.get("aht_ms") == (sum(talks_s) * 1000 // len(talks_s) if talks_s else None)
    assert "approx" not in figures
    if figures["abandoned"] == counts["abandoned"]:
        check_service_level(rig, queue)
