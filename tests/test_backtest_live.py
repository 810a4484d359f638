"""The alarms of a back-test are those of a live board, instant by instant: the same queue_log through both.

The live side is the bridge itself, type queue_log, which reads a file that grows, and a board that hears it; both in
virtual time. What a log of whole seconds cannot tell is left out on purpose, and is all that the two may differ by:

- a line is written some time within its second, and the bridge looks at the file five times a second: here all lines of
  a second are there at the look that is made in its first ms, which is when the log says that they were written;
- what changes figures by time alone in that same ms is told together with them, as the bridge sends a queue's figures
  five times a second at most: the second of two changes would come 200 ms later.

So there is no tolerance: every rise and every fall is at the very ms.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config.yaml_file import parse
from host_bridge import thresholds
from host_bridge.alarms import Change
from host_bridge.backtest import Result, backtest
from tests.hard_day import LIMITS, hard_day
from tests.live_chain import LiveChain

SEEDS = [int(seed) for seed in os.environ.get("WALLBOARD_SEEDS", "3").split()]


def changes(result: Result) -> list[Change]:
    """Every severity that a rule took on, in the order of time."""
    return sorted(
        Change(at_ms, each.queue, each.rule, severity) for each in result.firings for at_ms, severity in each.steps
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_hard_day_replayed_and_live(seed: int, tmp_path: Path) -> None:
    limits = thresholds.build(parse(LIMITS.encode(), "t.yaml"))
    lines = hard_day(seed)
    chain = LiveChain(tmp_path, limits, lines)
    chain.run()
    result = backtest([chain.path], limits)
    replayed = changes(result)
    live = [change for change in sorted(chain.changes) if change.at_ms < result.covered.until_ms]
    only_live, only_replayed = sorted({*live} - {*replayed}), sorted({*replayed} - {*live})
    assert not only_live, f"live only: {only_live[:9]}; replayed only: {only_replayed[:9]}"
    assert live == replayed
    assert {change.queue for change in live} >= {"sales", "support", "night", "vip%2B1", "@service", "@late", "@all"}
    assert len(live) > 500
