"""queue_log as an account of what ended: over recorded logs, and in the corners that they lack."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from host_bridge.pbx.queue_log_lines import parse_line
from host_bridge.truth.log_fold import LogFold
from host_bridge.truth.outcomes import End, Outcome, Talk

CAPTURES = Path(__file__).parent / "captures"

OUTCOME_OF = {
    "CONNECT": Outcome.ANSWERED,
    "ABANDON": Outcome.ABANDONED,
    "EXITWITHTIMEOUT": Outcome.OVERFLOWED,
    "EXITEMPTY": Outcome.OVERFLOWED,
    "EXITWITHKEY": Outcome.EXITED,
    "WITHDRAW": Outcome.REMOVED,
}
COMPLETE = ("COMPLETECALLER", "COMPLETEAGENT", "BLINDTRANSFER", "ATTENDEDTRANSFER")


def fold(*lines: str | bytes) -> LogFold:
    it = LogFold()
    parsed = [parse_line(line if isinstance(line, bytes) else line.encode()) for line in lines]
    it.apply(line for line in parsed if line is not None)
    return it


@pytest.mark.parametrize("path", sorted(CAPTURES.glob("*.queue_log")), ids=lambda path: path.stem)
def test_recorded_logs(path: Path) -> None:
    """Each line that ends a wait is one stay, with the second and the wait that Asterisk wrote."""
    lines = path.read_bytes().splitlines()
    fields = [line.decode().split("|") for line in lines]
    hold_at = {"CONNECT": 5, "EXITWITHKEY": 8}
    expected = Counter(
        (f[2], OUTCOME_OF[f[4]], int(f[0]) * 1000, int(f[hold_at.get(f[4], 7)])) for f in fields if f[4] in OUTCOME_OF
    )
    it = fold(*lines)
    assert Counter((end.queue, end.outcome, end.at_ms, end.hold_s) for end in it.ends()) == expected
    assert all(end.wait_ms == end.hold_s * 1000 for end in it.ends())
    # every stay has the id that it came with, a masqueraded one's too
    entered = Counter(f[1] for f in fields if f[4] == "ENTERQUEUE")
    assert Counter(end.call for end in it.ends()) <= entered
    assert len(it.talks()) == sum(f[4] in COMPLETE for f in fields)


def test_a_stay_and_its_talk() -> None:
    it = fold("100|c|q|NONE|ENTERQUEUE|||1", "107|c|q|A|CONNECT|7|c2|3", "120|c|q|A|BLINDTRANSFER|200|x|7|13|1")
    assert it.ends() == [End("q", Outcome.ANSWERED, 7_000, 7, 107_000, "c", "c", 100_000)]
    assert it.talks() == [Talk("q", 13, True, 120_000, "c", 7)]


def test_the_same_call_in_the_same_queue_again_and_again() -> None:
    lines = []
    for at in (100, 110, 120):
        lines += [f"{at}|c|q|NONE|ENTERQUEUE|||1", f"{at + 5}|c|q|NONE|EXITWITHTIMEOUT|1|1|5"]
    assert [(end.joined_ms, end.at_ms) for end in fold(*lines).ends()] == [
        (100_000, 105_000),
        (110_000, 115_000),
        (120_000, 125_000),
    ]


def test_a_log_that_begins_in_mid_day() -> None:
    """Those who came before its first line count with the waits that Asterisk wrote."""
    it = fold("200|a|q|NONE|ABANDON|1|1|60", "205|b|q|A|CONNECT|30|x|1", "206|c|q|NONE|EXITWITHKEY|5|1|1|9")
    assert [(end.outcome, end.hold_s, end.joined_ms) for end in it.ends()] == [
        (Outcome.ABANDONED, 60, 140_000),
        (Outcome.ANSWERED, 30, 175_000),
        (Outcome.EXITED, 9, 197_000),
    ]


def test_a_restart_of_the_pbx_ends_what_is_open() -> None:
    it = fold("100|c|q|NONE|ENTERQUEUE|||1", "130|NONE|NONE|NONE|QUEUESTART|", "140|d|q|NONE|ENTERQUEUE|||1")
    (end,) = it.ends()
    assert (end.outcome, end.call, end.at_ms) == (Outcome.UNRESOLVED, "c", 130_000)


def test_a_masqueraded_caller_keeps_the_id_he_came_with() -> None:
    (end,) = fold("100|c|q|NONE|ENTERQUEUE|||1", "120|other|q|NONE|ABANDON|1|1|20").ends()
    assert (end.call, end.outcome, end.hold_s) == ("c", Outcome.ABANDONED, 20)


def test_shifted_to_another_clock() -> None:
    it = fold("100|c|q|NONE|ENTERQUEUE|||1", "107|c|q|A|CONNECT|7|c2|3", "120|c|q|A|COMPLETEAGENT|7|13|1")
    ends, talks = it.shifted(-40_000)
    assert [(end.joined_ms, end.at_ms, end.wait_ms) for end in ends] == [(60_000, 67_000, 7_000)]
    assert [talk.at_ms for talk in talks] == [80_000]
    assert it.shifted(-40_000, 107_000) == (ends, talks)
    assert it.shifted(-40_000, 107_001) == ([], talks)
    assert it.shifted(-40_000, 120_001) == ([], [])


def test_what_is_old_is_forgotten() -> None:
    it = fold("100|c|q|NONE|ENTERQUEUE|||1", "107|c|q|A|CONNECT|7|c2|3", "120|c|q|A|COMPLETEAGENT|7|13|1")
    it.prune(107_000)
    assert (len(it.ends()), len(it.talks())) == (1, 1)
    it.prune(108_000)
    assert (len(it.ends()), len(it.talks())) == (0, 1)
    it.prune(120_001)
    assert (len(it.ends()), len(it.talks())) == (0, 0)


def test_lines_that_come_later_go_on_where_the_others_ended() -> None:
    it = fold("100|c|q|NONE|ENTERQUEUE|||1")
    assert it.ends() == []
    line = parse_line(b"107|c|q|NONE|ABANDON|1|1|7")
    assert line is not None
    it.apply([line])
    assert len(it.ends()) == 1


def test_a_ghost_of_a_log_with_a_hole_is_unresolved() -> None:
    it = fold("100|c|q|NONE|ENTERQUEUE|||1", "500|c|q|NONE|ENTERQUEUE|||1", "507|c|q|NONE|ABANDON|1|1|7")
    assert [(end.outcome, end.joined_ms) for end in it.ends()] == [
        (Outcome.UNRESOLVED, 100_000),
        (Outcome.ABANDONED, 500_000),
    ]


def test_a_ghost_that_never_ends_is_unresolved_in_the_end() -> None:
    it = fold("100|c|q|NONE|ENTERQUEUE|||1", "14501|d|q|NONE|ENTERQUEUE|||2", "14510|d|q|NONE|ABANDON|2|2|9")
    assert [(end.call, end.outcome) for end in it.ends()] == [("c", Outcome.UNRESOLVED), ("d", Outcome.ABANDONED)]
