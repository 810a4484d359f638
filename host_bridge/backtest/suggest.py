"""Thresholds that would have called about so many times a day, chosen from what a replay of all candidates gave.

How it chooses, for each queue:
1. A candidate fits when it fired at least once, was in alarm for at most a fifth of the opening hours (what blinks for
   longer is the colour of the wall), and at most one in ten of its alarms was shorter than a glance.
2. Of those that fit, each metric takes the one whose alarms a day come nearest to its goal; of equals the one with the
   shorter hold, then the easier one. The goal of a figure that creeps (sla, avg_wait, abandoned) is never above one a
   day: more often it can only flap.
3. A tile blinks for all its rules. So the goal is lowered from the wanted number until the queue's alarms, those that
   overlap taken as one, come nearest to it.
4. Critical is the harder value that about a third of the alarms would have reached.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from host_bridge.backtest.suggest_candidates import CREEPING_A_DAY, SLOW, Candidate
from host_bridge.backtest.summary import Alarm, Tally, tally, together

MOST_SHARE_PERMILLE = 200
MOST_GLANCES_PERMILLE = 100
CRITICAL_PART = 3
FEW_DAYS = 3
FEW_CALLS = 50
_GOALS = (
    1.0,
    0.92,
    0.85,
    0.78,
    0.7,
    0.65,
    0.6,
    0.55,
    0.5,
    0.45,
    0.4,
    0.3,
    0.2,
)  # of the wanted number, for each metric
_NEAR = 0.1  # alarms a day: what lies so near to none is as good as none


class Tried(NamedTuple):
    """A candidate and what it would have given."""

    candidate: Candidate
    alarms: tuple[Alarm, ...]
    tally: Tally

    @property
    def fits(self) -> bool:
        """Whether it is neither noise nor wallpaper."""
        figures = self.tally
        return (
            figures.alarms > 0
            and figures.share_permille <= MOST_SHARE_PERMILLE
            and figures.glance_permille <= MOST_GLANCES_PERMILLE
        )


class Choice(NamedTuple):
    """One rule that is suggested. `critical`: the value of that level, None for a rule that only warns."""

    warn: Tried
    critical: Candidate | None
    critical_alarms: int


class Suggestion(NamedTuple):
    """What is suggested for one queue. `reason`: why nothing is, else empty. `goal`: of each metric, alarms a day.

    `reasons`: why a metric has no rule; `off`: those of them that would be noise whatever the value, and are best off.
    `tile`: the rules together, as the candidates gave it.
    """

    reason: str
    goal: float
    choices: Mapping[str, Choice]
    reasons: Mapping[str, str]
    off: frozenset[str]
    tried: Mapping[str, Sequence[Tried]]
    tile: Tally


def suggest(tried: Mapping[str, Sequence[Tried]], wanted: float, calls: int, days: int, open_ms: int) -> Suggestion:
    """Choose for one queue; `tried` by metric, the easiest value first, `wanted` alarms a day of all rules together."""
    nothing = Suggestion("", 0.0, {}, {}, frozenset(), tried, tally((), days, open_ms))
    if days < FEW_DAYS:
        return nothing._replace(reason=f"too few days: open on {days} of them, at least {FEW_DAYS} are needed")
    if calls < FEW_CALLS:
        return nothing._replace(reason=f"too few calls: {calls} in all, at least {FEW_CALLS} are needed")
    best = nothing
    for part in _GOALS:
        found = _with_goal(tried, wanted * part, nothing)
        if not best.choices or _apart(found.tile, wanted) < _apart(best.tile, wanted) - 1e-9:
            best = found
    return best


def critical_alarms(warn: Sequence[Alarm], harder: Sequence[Alarm]) -> int:
    """How many alarms of the warn level would have become critical: those in which the harder level begins."""
    starts = [each.from_ms for each in harder]
    return sum(bisect.bisect_left(starts, each.until_ms) > bisect.bisect_left(starts, each.from_ms) for each in warn)


def _with_goal(tried: Mapping[str, Sequence[Tried]], goal: float, nothing: Suggestion) -> Suggestion:
    choices: dict[str, Choice] = {}
    reasons: dict[str, str] = {}
    for metric, each in tried.items():
        fitting = [one for one in each if one.fits]
        if not fitting:
            reasons[metric] = _why_none(each)
            continue
        aim = min(goal, CREEPING_A_DAY) if metric in SLOW else goal
        warn = min(fitting, key=lambda one: (round(_apart(one.tally, aim), 3), one.candidate.hold_ms))
        choices[metric] = _critical(warn, each)
    merged = together(alarm for choice in choices.values() for alarm in choice.warn.alarms)
    off = frozenset(metric for metric in reasons if any(one.tally.alarms for one in tried[metric]))
    return nothing._replace(
        goal=goal,
        choices=choices,
        reasons=reasons,
        off=off,
        tile=tally(merged, nothing.tile.days, nothing.tile.open_ms),
    )


def _critical(warn: Tried, each: Sequence[Tried]) -> Choice:
    """With the harder value that comes nearest to a third of the alarms, and to some of them at all."""
    values = list(dict.fromkeys(one.candidate.value for one in each))
    beyond = values[values.index(warn.candidate.value) + 1 :]
    harder = [one for one in each if one.candidate.value in beyond and one.candidate.hold_ms == warn.candidate.hold_ms]
    counts = [(one, critical_alarms(warn.alarms, one.alarms)) for one in harder]
    counts = [(one, count) for one, count in counts if 0 < count < warn.tally.alarms]
    if not counts:
        return Choice(warn, None, 0)
    third = warn.tally.alarms / CRITICAL_PART
    best, count = min(counts, key=lambda pair: abs(math.log(pair[1] / third)))
    return Choice(warn, best.candidate, count)


def _apart(figures: Tally, aim: float) -> float:
    """How far off a number of alarms a day is; twice as many is as far as half."""
    return abs(math.log((figures.per_day + _NEAR) / (aim + _NEAR)))


def _why_none(each: Sequence[Tried]) -> str:
    if not any(one.tally.alarms for one in each):
        return f"never reached even {each[0].candidate.text}" if each else "nothing to try"
    loud = [one for one in each if one.tally.share_permille > MOST_SHARE_PERMILLE]
    if len(loud) == len([one for one in each if one.tally.alarms]):
        hardest = loud[-1]
        share = hardest.tally.share_permille // 10
        return f"even {hardest.candidate.text} would have been in alarm for {share} % of the opening hours"
    return "each value tried is in alarm for over a fifth of the opening hours, or mostly shorter than a glance"
