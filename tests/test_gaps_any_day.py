"""Gaps at any moment of any day: with queue_log every counter is whole again."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from host_bridge.truth.outcomes import Talk
from tests.gap_site import Site

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
