"""Any day of calls, with lists at any moment, counts as the PBX itself."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.stay_story import OUTCOMES, Story

ENDINGS = ["answered", "hangs_up", "times_out", "presses_key", "redirected", "masquerades"]  # of the model PBX


@st.composite
def days(draw: st.DrawFn) -> list[tuple[str, int]]:
    """What happens next, and to which of the callers who wait."""
    joins = ["join"] * 3
    steps = st.tuples(
        st.sampled_from([*joins, *ENDINGS, "rejected", "ring", "wait", "list", "late list"]), st.integers(0, 20)
    )
    return draw(st.lists(steps, min_size=25, max_size=70))


@settings(max_examples=150, deadline=None)
@given(days())
def test_any_day_counts_as_the_pbx_itself(day: list[tuple[str, int]]) -> None:
    story = Story("q1", "q2")
    pbx = story.pbx
    calls = 0
    for step, n in day:
        queue = "q1" if n % 2 else "q2"
        line = pbx.lines[queue]
        if step == "join":
            calls += 1
            pbx.join(queue, f"c{calls}", 1 + n % (len(line) + 1))
        elif step == "rejected":
            calls += 1
            pbx.rejected(queue, f"c{calls}")
        elif step == "wait":
            pbx.wait(n * 700)
        elif step == "list":
            story.read()
            story.take_list()
        elif step == "late list":  # the list is ahead of events that are on their way
            story.take_list()
        elif line:
            call = line[n % len(line)]
            getattr(pbx, step)(queue, call)
            if step == "presses_key":  # while a phone rings, only what comes next tells it from an answer
                pbx.hang_up(call)
        if step not in ("join", "late list", "rejected"):
            story.read()
            pbx.wait(1)
    story.read()
    for _ in range(2):
        story.wait(1_001)
        story.take_list()
    for queue, line in pbx.lines.items():
        figures = story.figures(queue)
        assert figures["waiting"] == len(line)
        assert story.ends(queue) == {
            outcome: n for outcome, n in pbx.counts[queue].items() if n and outcome in OUTCOMES
        }
        if line:
            true_ms = pbx.now_ms - min(pbx.joined_ms[call] for call in line)
            assert abs(figures["oldest_ms"] - true_ms) <= 1_000
