"""Twenty real calls over two queues: what is published and shown is what Asterisk itself says, all the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pbx import agreement
from tests.pbx.agreement import Step
from tests.pbx.asterisk import CONTROL, WALLBOARD, Asterisk
from tests.pbx.calls import Call
from tests.pbx.chain import CRITICAL_S, QUEUES, WARN_S, Chain
from tests.pbx.frames import TILES, Frames, blinks, calm, ground, ink, label
from tests.pbx.oracle import Look, Oracle, Stay, stays
from tests.pbx.scenario import CALLERS, play
from tests.waiting import wait_until

pytestmark = pytest.mark.asterisk

ANSWER_WITHIN_S, SHORT_ABANDON_S = 2, 3  # the service level of chain.THRESHOLDS
UPPER, LOWER = TILES


@pytest.fixture
def chain(pbx: Asterisk, tmp_path: Path) -> object:
    """The whole wallboard on that Asterisk, lit."""
    folder = tmp_path / "chain"
    folder.mkdir()
    whole = Chain(folder, pbx.port, WALLBOARD[1])
    try:
        whole.start()
        yield whole
    finally:
        whole.stop()


def test_twenty_calls(pbx: Asterisk, chain: Chain, measured: Callable[[str], None]) -> None:
    with Oracle(pbx.port, *CONTROL, every=0.2) as oracle, Frames(chain.folder / "frames") as frames:
        wait_until(lambda: frames.seen, 2, "the board draws nothing", chain.logs)
        names = [ink(frames.now(), label(tile)) for tile in TILES]
        placed = play(pbx.control)
        wait_until(lambda: calm(frames.seen[-1:], UPPER), 10, "the alarm does not clear", chain.logs)

    _as_scripted(pbx, placed)
    for queue in QUEUES:
        _waiting_agrees(chain, queue, oracle, measured)
        _longest_wait_agrees(chain, queue, oracle.looks)
        _pauses_agree(chain, queue, oracle.looks)
        _counters_agree(chain.listener.last(f"queue/{queue}"), stays(pbx.queue_log, queue))
    _the_right_tile_blinks(pbx, frames, placed, names)
    assert "Traceback" not in chain.logs()


def _as_scripted(pbx: Asterisk, placed: list[Call]) -> None:
    """The rig did what it was told, or nothing below proves anything."""
    for queue in QUEUES:
        meant = Counter(caller.ends for caller in CALLERS if caller.queue == queue)
        assert Counter(stay.outcome for stay in stays(pbx.queue_log, queue)) == meant
    assert len(placed) == 20


def _waiting_agrees(chain: Chain, queue: str, oracle: Oracle, measured: Callable[[str], None]) -> None:
    published = [
        Step(heard.at, heard.payload["waiting"]) for heard in chain.listener.of(f"queue/{queue}") if heard.payload
    ]
    looks = oracle.looks
    changes = [Step(0.0, 0), *oracle.changes(queue)]
    seconds = {int(look.answered - looks[0].answered) for look in looks}
    assert seconds >= set(range(max(seconds))), "Asterisk was not asked in every second"
    assert max(step.waiting for step in changes) >= 2, "too little happened to prove anything"

    polls = [(look.asked, look.answered, look.queues[queue].waiting) for look in looks]
    assert agreement.unlike_polls(published, polls) == []
    assert agreement.late_changes(published, changes[1:]) == []
    assert agreement.never_true(published, changes) == []
    took = [1000 * delay for delay in agreement.delays(published, changes[1:])]
    measured(
        f"{queue}: {len(took)} changes of waiting, heard over MQTT after {took[len(took) // 2]:.1f} ms (median), "
        f"{took[-1]:.1f} ms (longest); {len(polls)} polls of Asterisk agree"
    )


def _longest_wait_agrees(chain: Chain, queue: str, looks: list[Look]) -> None:
    """`oldest_ms` ages by itself between publishes; Asterisk counts whole clock seconds: less than 1 s between."""
    published = chain.listener.of(f"queue/{queue}")
    compared = 0
    for look in looks:
        truth, waiting = look.queues[queue].longest_wait_s, look.queues[queue].waiting
        # One caller's Leave and the next one's Join within the slack: the count is the same, its publish on its way.
        known = [m for m in published if m.at <= look.asked][-1:]
        known += [m for m in published if look.asked < m.at <= look.asked + agreement.SLACK]
        agreed = [m for m in known if m.payload and m.payload["waiting"] == waiting]
        if truth is None or not agreed:
            continue
        shown = [m.payload["oldest_ms"] / 1000 + look.asked - m.at for m in agreed if m.payload]
        assert min(abs(each - truth) for each in shown) < 1.1, f"{queue}: {shown} s shown, Asterisk says {truth}"
        compared += 1
    assert compared > 20


def _pauses_agree(chain: Chain, queue: str, looks: list[Look]) -> None:
    told = [Step(m.at, m.payload["agents_paused"]) for m in chain.listener.of(f"queue/{queue}") if m.payload]
    polls = [(look.asked, look.answered, look.queues[queue].paused) for look in looks]
    assert agreement.unlike_polls(told, polls) == []
    assert max(step.waiting for step in told) == {"support": 2, "sales": 0}[queue]


def _counters_agree(snapshot: dict[str, int], folded: list[Stay]) -> None:
    count = Counter(stay.outcome for stay in folded)
    for outcome in ("answered", "abandoned", "overflowed", "exited", "removed"):
        assert snapshot.get(outcome, 0) == count[outcome], outcome
    assert snapshot["offered"] == len(folded)
    assert snapshot.get("unresolved", 0) == snapshot.get("rejected", 0) == snapshot["waiting"] == 0

    short = sum(s.outcome == "abandoned" and s.wait_s < SHORT_ABANDON_S for s in folded)
    in_time = sum(s.outcome == "answered" and s.wait_s <= ANSWER_WITHIN_S for s in folded)
    of = count["answered"] + count["abandoned"] - short
    assert snapshot["short_abandoned"] == short
    assert snapshot["sla_of"] == of
    assert abs(snapshot["sla"] - 1000 * in_time / of) <= 1

    # The bridge measures in ms, queue_log in whole clock seconds: a wait or a talk differs by less than 1 s.
    waits = [s.wait_s for s in folded if s.outcome == "answered"]
    talks = [s.talk_s for s in folded if s.talk_s is not None]
    assert abs(snapshot["avg_wait_ms"] - 1000 * sum(waits) / len(waits)) < 1050
    assert abs(snapshot["longest_ms"] - 1000 * max(s.wait_s for s in folded)) < 1050
    assert abs(snapshot["aht_ms"] - 1000 * sum(talks) / len(talks)) < 1050


def _the_right_tile_blinks(
    pbx: Asterisk, frames: Frames, placed: list[Call], names: list[frozenset[tuple[int, int]]]
) -> None:
    """Support is the upper tile in the configured order, and stays there when it alone is in breach."""
    waits = next(
        call for call, caller in zip(placed, CALLERS, strict=True) if caller.queue == "support" and caller.at > 20
    )
    joined = pbx.control.wait_for("QueueCallerJoin", Uniqueid=waits.uniqueid).at
    left = pbx.control.wait_for("QueueCallerLeave", Uniqueid=waits.uniqueid).at
    assert left - joined > CRITICAL_S + 3, "the caller did not wait long enough to prove anything"

    before = frames.between(joined - 5, joined + WARN_S - 0.5)
    warned = frames.between(joined + WARN_S + 0.5, joined + CRITICAL_S - 0.2)
    critical = frames.between(joined + CRITICAL_S + 0.5, left - 0.2)
    assert calm(before, UPPER)
    assert blinks(warned, UPPER)
    assert blinks(critical, UPPER)
    assert not any(ground(f.image, UPPER)[1] for f in critical), "critical has a ground of pure red"
    assert all(ground(f.image, UPPER)[1] for f in warned if any(ground(f.image, UPPER))), "a warning's is amber"
    assert calm(frames.seen, LOWER), "sales was never in breach"
    for frame in [*before, *warned, *critical]:
        assert [ink(frame.image, label(tile)) for tile in TILES] == names, "a name moved, or was lost in a phase"
