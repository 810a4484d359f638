"""Any day of any PBX, in bytes, torn, delayed and said twice: line and counters are the PBX's own at every quiet point.

WALLBOARD_EXAMPLES=20000 pytest tests/test_property_ami.py      a long run; the default is sized for CI
"""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from host_bridge.truth.outcomes import Outcome
from tests.ami_rig import Rig, check_service_level
from tests.any_days import any_days
from tests.model_day import ENDINGS, QUEUES, Day

STEPS = (
    "nothing",
    *("join",) * 6,
    *("answer", "talk ends") * 3,
    *ENDINGS,
    *("ring", "no answer", "rejected", "comes back", "hangs up elsewhere", "agent", "agent leaves"),
    *("wait", "deliver", "list") * 2,
    *("lists ahead", "reload", "quiet"),
)


def check(rig: Rig) -> None:
    """What the truth says of each queue is what the model did."""
    pbx = rig.pbx
    assert set(rig.truth.queues) == set(pbx.lines)
    for queue, line in pbx.lines.items():
        figures = rig.truth.figures(queue, rig.now_ms)
        counts = pbx.counts[queue]
        assert {outcome.value: figures[outcome.value] for outcome in Outcome} == {
            outcome.value: counts[outcome.value] for outcome in Outcome
        }, queue
        assert figures["offered"] == sum(counts[outcome.value] for outcome in Outcome if outcome != Outcome.REJECTED)
        assert figures["waiting"] == len(line)
        if line:
            oldest_ms = rig.now_ms - min(pbx.joined_ms[call] for call in line)
            assert abs(figures["oldest_ms"] - oldest_ms) <= 1_000
        assert figures["transferred"] == counts["transferred"]
        talks_s = pbx.talks_s[queue]
        assert figures.get("aht_ms") == (sum(talks_s) * 1000 // len(talks_s) if talks_s else None)
        check_service_level(rig, queue)
        members = pbx.members[queue]
        assert figures["agents_in"] == sum(member.status not in (4, 5) for member in members)
        assert figures["agents_free"] == sum(member.status in (0, 1) and not member.paused for member in members)


examples = any_days(2000)
STALL_MS = 3_000  # a wire that stalls so long is not taken for dead yet, and what it held back changes no outcome
steps = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 30)), min_size=25, max_size=80)


_LIST_AHEAD_OF_TWO_QUEUES = [("lists ahead", 1), ("reload", 0), ("join", 0), ("times_out", 0), ("comes back", 1)]


@examples
@given(st.integers(0, 1 << 32), st.booleans(), st.booleans(), steps)
@example(0, False, False, [("deliver", 0), *_LIST_AHEAD_OF_TWO_QUEUES])
def test_any_day_in_bytes_counts_as_the_pbx_itself(
    seed: int, stamps: bool, twice: bool, day: list[tuple[str, int]]
) -> None:
    rig = Rig(*QUEUES, seed=seed, stamps=stamps, twice=twice)
    story = Day(rig)
    if stamps:
        story.hold_ms = STALL_MS
    for name, n in (*day, ("quiet", 0)):
        if name == "quiet":
            rig.quiet()
            check(rig)
        else:
            story.step(name, n)
