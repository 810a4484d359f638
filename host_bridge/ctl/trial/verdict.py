"""What to think of a queue's alarms, in sentences that a supervisor can act on."""

from __future__ import annotations

from collections.abc import Iterator

from host_bridge.backtest.summary import GLANCE_MS
from host_bridge.backtest.summary_report import QueueReport, RuleReport
from host_bridge.backtest.summary_words import part, percent, rate, shown
from host_bridge.thresholds.rule_kinds import METRICS

MANY_A_DAY = 15  # alarms of one rule: more than one every hour or so, and nobody looks up any more
WALLPAPER_PERMILLE = 300  # of the opening hours in alarm: then it is no alarm but the colour of the wall
GLANCES_PERMILLE = 150
FEW_DAYS = 3
FEW_CALLS_A_DAY = 10


def verdict(queue: QueueReport) -> Iterator[str]:
    """At least one sentence for a queue with rules that were tested."""
    tested = [each for each in queue.rules if each.untested is None]
    if not tested:
        return
    if not queue.days:
        yield "closed on all of these days, so nothing could fire"
        return
    found = [sentence for each in tested for sentence in _rule(each)]
    yield from found
    silent = [each for each in tested if not each.tally.alarms]
    if len(silent) == len(tested):
        yield "nothing would have fired"
    elif silent:
        yield f"never fired: {', '.join(shown(each.name) for each in silent)}"
    if not found and queue.tile.alarms:
        yield f"looks right: the tile would have begun to blink {times_a_day(queue.tile.per_day)}"
    if queue.calls < FEW_CALLS_A_DAY * queue.days:
        yield f"few calls ({rate(queue.calls / queue.days)} a day): do not read much into these numbers"


def times_a_day(per_day: float) -> str:
    """`41 times a day`, `once a day`, `once in 5 days`."""
    if per_day >= 1.05:
        return f"{rate(per_day)} times a day"
    return "once a day" if per_day > 0.95 else f"once in {rate(1 / per_day)} days"


def _rule(each: RuleReport) -> Iterator[str]:
    """What is wrong with one rule, if anything."""
    figures = each.tally
    many, wallpaper = figures.per_day >= MANY_A_DAY, figures.share_permille >= WALLPAPER_PERMILLE
    glances = figures.glance_permille >= GLANCES_PERMILLE and figures.glances >= 5
    if not (many or wallpaper or glances):
        return
    told = [f"{shown(each.name)} would have called {times_a_day(figures.per_day)}"]
    if wallpaper:
        told.append(f"and been in alarm for {percent(figures.share_permille)} of the opening hours")
    advice = []
    if glances:
        told.append(f"{part(figures.glance_permille)} shorter than a glance ({GLANCE_MS // 1000} s)")
        advice.append("a longer hold (or for)")
    if many or wallpaper:
        advice.append(f"a {_harder(each)} value")
    yield f"{', '.join(told).replace(', and', ' and')}: try {' or '.join(advice)}"


def _harder(each: RuleReport) -> str:
    """Which way the value goes so that it is reached less easily."""
    metric = METRICS.get(each.name)
    return "higher" if metric is None or metric.op == ">=" else "lower"
