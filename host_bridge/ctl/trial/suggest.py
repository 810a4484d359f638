"""Suggested thresholds as people read them: what was tried, what was chosen, the proof, and YAML to paste."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from firmware.core.units import duration_text
from host_bridge.backtest.suggest import (
    CRITICAL_PART,
    MOST_GLANCES_PERMILLE,
    MOST_SHARE_PERMILLE,
    Choice,
    Suggestion,
    Tried,
)
from host_bridge.backtest.summary import Tally
from host_bridge.backtest.summary_report import QueueReport, Report
from host_bridge.backtest.summary_words import many, part, percent, rate, shown
from host_bridge.ctl.trial import text
from host_bridge.ctl.trial.text import COLUMNS
from host_bridge.ctl.trial.verdict import times_a_day

_NEIGHBOURS = 2  # values told on each side of the one chosen

HOW = f"""\
How it chose: round values that the figures passed were replayed, each with several holds, through the alarms of the
boards. Those in alarm for over {percent(MOST_SHARE_PERMILLE)} of the opening hours, or with over \
{percent(MOST_GLANCES_PERMILLE)} of their alarms shorter than a glance, were put aside. Of the rest each rule takes the
one nearest to its goal, which is lowered until all rules of the queue together, what overlaps taken as one, come
nearest to the wanted number; sla, avg_wait and abandoned creep, and aim at no more than one a day. Critical is the
value that about one in {CRITICAL_PART} of the alarms would have reached."""


def lines(
    suggestions: Mapping[str, Suggestion], wanted: float, now: Report, then: Report | None, snippet: str
) -> Iterator[str]:
    """All of it. `now`: the rules in use; `then`: with what is suggested, None when nothing is; `snippet`: YAML."""
    yield f"wanted: {wanted:g} alarms a day on each queue, all of its rules together"
    after = {queue.id: queue for queue in then.queues} if then is not None else {}
    for queue in now.queues:
        suggestion = suggestions.get(queue.id)
        if suggestion is not None:
            yield ""
            yield from _queue(queue, suggestion, after.get(queue.id))
    yield ""
    yield from textwrap.wrap(HOW, COLUMNS, break_on_hyphens=False)
    yield ""
    if then is None:
        yield "nothing to suggest"
    else:
        yield snippet.rstrip("\n")


def as_json(suggestions: Mapping[str, Suggestion], wanted: float, snippet: str | None) -> dict[str, Any]:
    """What --json has under `suggest`."""
    return {
        "wanted": wanted,
        "yaml": snippet,
        "queues": {name: _json_queue(each) for name, each in suggestions.items()},
    }


def _queue(queue: QueueReport, suggestion: Suggestion, then: QueueReport | None) -> Iterator[str]:
    label = "" if queue.label == queue.id.lstrip("@") else f"  {shown(queue.label)}"
    yield f"{shown(queue.id)}: now {_calls(queue.tile)}{label}"
    if suggestion.reason:
        yield f"  nothing suggested: {suggestion.reason}"
        return
    wide = max((len(metric) for metric in suggestion.tried), default=0)
    for metric, tried in suggestion.tried.items():
        choice = suggestion.choices.get(metric)
        if choice is None:
            yield f"  {metric.ljust(wide)}  no rule: {suggestion.reasons[metric]}"
        else:
            yield f"  {metric.ljust(wide)}  {_chosen(choice)}"
            fit = sum(each.fits for each in tried)
            indent = " " * (wide + 4)
            told = f"of {many(len(tried), 'rule')} tried {fit} fit: {_around(choice, tried)}"
            yield from textwrap.wrap(told, COLUMNS, initial_indent=indent, subsequent_indent=indent)
    if then is not None and suggestion.choices:
        rules = "; ".join(
            f"{shown(each.name)} {rate(each.tally.per_day)}" for each in then.rules if each.untested is None
        )
        glances = f"; {then.tile.glances} of {then.tile.alarms} a glance" if then.tile.glances else ""
        yield from text.told(f"replayed with these: {_calls(then.tile)} ({rules}{glances})")
        if (note := days_note(queue.days)) is not None:
            yield f"    {note}"


def _calls(tile: Tally) -> str:
    """`blinks 5.6 times a day, critical 1.9, 8 % of the opening hours`."""
    if not tile.alarms:
        return "would never blink"
    return (
        f"would blink {times_a_day(tile.per_day)}, critical {rate(tile.critical_per_day)}, "
        f"{percent(tile.share_permille)} of the opening hours"
    )


def _chosen(choice: Choice) -> str:
    warn = choice.warn.candidate
    critical = f", critical {choice.critical.text}" if choice.critical is not None else ", nothing for critical"
    days = choice.warn.tally.days or 1
    gave = f"{rate(choice.warn.tally.per_day)} a day"
    if choice.critical is not None:
        gave += f", {rate(choice.critical_alarms / days)} of them critical"
    return f"warn {warn.text}{critical}, hold {duration_text(warn.hold_ms)}: {gave}"


def _around(choice: Choice, tried: Sequence[Tried]) -> str:
    """The values beside the one chosen, with the same hold, and why those that do not fit do not."""
    same = [each for each in tried if each.candidate.hold_ms == choice.warn.candidate.hold_ms]
    place = same.index(choice.warn)
    told = []
    for each in same[max(0, place - _NEIGHBOURS) : place + _NEIGHBOURS + 1]:
        note = "" if each.fits or not each.tally.alarms else f" ({_why_not(each)})"
        told.append(f"{each.candidate.text} {rate(each.tally.per_day)} a day{note}")
    return ", ".join(told)


def _why_not(each: Tried) -> str:
    if each.tally.share_permille > MOST_SHARE_PERMILLE:
        return f"{percent(each.tally.share_permille)} of the hours"
    return f"{part(each.tally.glance_permille)} a glance"


def _json_queue(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "reason": suggestion.reason or None,
        "goal_per_day": round(suggestion.goal, 2),
        "rules": {metric: _json_rule(metric, suggestion) for metric in suggestion.tried},
    }


def _json_rule(metric: str, suggestion: Suggestion) -> dict[str, Any]:
    choice = suggestion.choices.get(metric)
    values: dict[str, Any] = {"warn": None, "critical": None, "hold_ms": None}
    if choice is not None:
        values["warn"], values["hold_ms"] = choice.warn.candidate.value, choice.warn.candidate.hold_ms
        values["critical"] = None if choice.critical is None else choice.critical.value
    tried = [
        {
            "value": each.candidate.value,
            "hold_ms": each.candidate.hold_ms,
            "alarms": each.tally.alarms,
            "per_day": round(each.tally.per_day, 2),
            "glances": each.tally.glances,
            "share_permille": each.tally.share_permille,
            "fits": each.fits,
        }
        for each in suggestion.tried[metric]
    ]
    return {**values, "reason": suggestion.reasons.get(metric), "tried": tried}


def days_note(days: int) -> str | None:
    """What is to be said of a proof on few days, or None."""
    if days >= 5:
        return None
    return f"{many(days, 'day')} only: what held on them need not hold on others"
