"""A month of a centre of fifty agents, back-tested: seconds, beside two peers that read the same file in the same run.

    python -m tests.bench.bench_backtest

The peers: a bare loop that splits each line and counts its event, which is the least that anything written in Python
must do; and LogFold, which follows the callers and tells how each wait ended, without figures, rules or alarms. They
take turns, so that a busy machine slows each alike. What counts is the time of one core: the clock on the wall would
time whoever else is at work.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from config.yaml_file import parse
from host_bridge import thresholds
from host_bridge.backtest import backtest
from host_bridge.pbx.queue_log_set import LogSet
from host_bridge.truth.log_fold import LogFold
from tests.bench.centre_month import LIMITS, centre_month

ROUNDS = 3
MONTH_S = 20.0


def bare(path: Path) -> int:
    """Split and count."""
    events: Counter[str] = Counter()
    with path.open(encoding="utf-8") as file:
        for line in file:
            events[line.split("|")[4]] += 1
    return events["ENTERQUEUE"]


def fold(path: Path) -> int:
    """How every wait ended."""
    ended = LogFold()
    ended.apply(LogSet([path]).lines())
    return len(ended.ends())


def replayed(path: Path) -> int:
    """All of it, alarms too."""
    return backtest([path], thresholds.build(parse(LIMITS.encode(), "t.yaml"))).calls


def replayed_with_series(path: Path) -> int:
    """… and what timelines are drawn from."""
    return backtest([path], thresholds.build(parse(LIMITS.encode(), "t.yaml")), series=True).calls


def measure(path: Path, calls: int, rounds: int) -> dict[str, float]:
    """The median seconds of each contestant, by its function's name."""
    contestants: list[Callable[[Path], int]] = [bare, fold, replayed, replayed_with_series]
    times: dict[str, list[float]] = {each.__name__: [] for each in contestants}
    for _ in range(rounds):
        for each in contestants:
            began_s = time.process_time()
            counted = each(path)
            times[each.__name__].append(time.process_time() - began_s)
            assert abs(counted - calls) <= 50, f"{each.__name__} saw {counted} of {calls} calls"  # some wait at the end
    return {name: statistics.median(found) for name, found in times.items()}


def main() -> int:
    """Print the table; return 0 when the budget is kept, 1 when it is not."""
    lines = list(centre_month())
    calls = sum("|ENTERQUEUE|" in line for line in lines)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "queue_log"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        times = measure(path, calls, ROUNDS)
    print(f"back-test: a month, {calls:,} calls, {len(lines):,} lines; medians of {ROUNDS} rounds, s of one core")
    for name, took_s in times.items():
        print(f"  {name.replace('_', ' '):22} {took_s:6.2f}   {took_s / times['bare']:6.1f} x bare")
    kept = times["replayed"] <= MONTH_S
    print(f"  budget of a month: {times['replayed']:.1f} s, at most {MONTH_S:g}: {'kept' if kept else 'MISSED'}")
    return 0 if kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
