"""The bridge's truth as a queue_log feeds it: how it begins, how its days roll, and who answers what it asks."""

from __future__ import annotations

from host_bridge.pbx.events import Snapshot
from host_bridge.pbx.queue_log_events import LogEvents
from host_bridge.thresholds import Thresholds
from host_bridge.truth.truth import Truth
from host_bridge.truth.windows import ALL

_SLACK_MS = 3_600_000  # for what ends at the very edge of a window


def truth_of(thresholds: Thresholds) -> Truth:
    """As Bridge has it with `type: queue_log`."""
    return Truth(
        lambda queue: thresholds.queue(queue).service_level,
        groups=thresholds.window_groups(),
        all_level=thresholds.group(ALL).service_level,
        wait_limit_ms=thresholds.wait_limit_ms,
        whole_seconds=True,
    )


def roll(truth: Truth, thresholds: Thresholds, now_ms: int) -> tuple[int, int]:
    """Let `today` begin anew, as days.Days does: when it began, and when it ends."""
    start_ms = thresholds.calendar.day_start_ms(now_ms)
    truth.prune(min(start_ms, now_ms - thresholds.longest_window_ms) - _SLACK_MS)  # first: all the rest is counted anew
    truth.roll(start_ms, now_ms)
    return start_ms, thresholds.calendar.next_day_ms(now_ms)


def answer(truth: Truth, events: LogEvents, now_ms: int) -> bool:
    """Give what the truth asks for, as QueueLogLink does; False when it asks for nothing."""
    asks = truth.take_asks()
    if asks:
        truth.apply(Snapshot(events.snapshot(frozenset(asks)), now_ms, whole=False), now_ms)
    return bool(asks)
