"""Two back-tests of the same days side by side, with what the second changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from host_bridge.backtest.summary import Tally
from host_bridge.backtest.summary_report import QueueReport, Report, RuleReport
from host_bridge.backtest.summary_words import extras, length, levels, many, percent, rate, shown
from host_bridge.ctl import backtest_text as text
from host_bridge.ctl.backtest_verdict import times_a_day

_MINUS = "\N{MINUS SIGN}"
SIDES = ("A", "B")


class Pair(NamedTuple):
    """A queue, or a rule, as the two files have it; None: that file does not."""

    ours: RuleReport | None
    theirs: RuleReport | None


def lines(ours: Report, theirs: Report) -> Iterator[str]:
    """The whole comparison; A is `ours`, B `theirs`."""
    yield from text.head(ours, [f"{SIDES[0]} {ours.name}", f"{SIDES[1]} {theirs.name}"])
    others = {queue.id: queue for queue in theirs.queues}
    for queue in ours.queues:
        yield ""
        yield from _queue(queue, others.pop(queue.id, None), ours, theirs)
    for queue in others.values():
        yield ""
        yield f"{text.queue_head(queue)}; only {SIDES[1]} has it"


def pairs(ours: QueueReport, theirs: QueueReport | None) -> dict[str, Pair]:
    """Rules by name."""
    mine = {each.name: each for each in ours.rules}
    other = {each.name: each for each in theirs.rules} if theirs is not None else {}
    return {name: Pair(mine.get(name), other.get(name)) for name in (*mine, *(n for n in other if n not in mine))}


def _queue(ours: QueueReport, theirs: QueueReport | None, a: Report, b: Report) -> Iterator[str]:
    yield text.queue_head(ours)
    if theirs is None:
        yield f"  only {SIDES[0]} has it"
        return
    if theirs.open_ms != ours.open_ms:
        yield f"  {SIDES[1]} has other opening hours: {length(theirs.open_ms)} on these days"
    rows: list[tuple[str, tuple[str, ...], str]] = []
    about: list[str] = []
    for name, pair in pairs(ours, theirs).items():
        tested = [each for each in pair if each is not None and each.untested is None]
        for side, each, report in zip(SIDES, pair, (a, b), strict=True):
            if each is None:
                about.append(f"  {shown(name)}: only in {SIDES[1 - SIDES.index(side)]}")
            elif each.untested is None:
                row = text.cells(each.tally)
                rows.append((f"{side} {text.rule_words(each)}", row, text.longest(each.tally.longest, report)))
        if len(tested) == 2:
            rows.append(("  difference", difference(*(each.tally for each in tested)), ""))
            words = [f"{levels(each.rule)}, {extras(each.rule)}" for each in tested]
            if words[0] != words[1]:
                about.append(f"  {shown(name)}: {SIDES[0]} {words[0]}; {SIDES[1]} {words[1]}")
    if rows:
        yield from text.table(rows)
    yield from about
    yield from text.untested(tuple({each.name: each for each in (*ours.rules, *theirs.rules)}.values()))
    if rows:
        yield from text.told(verdict(ours.tile, theirs.tile))


def difference(ours: Tally, theirs: Tally) -> tuple[str, ...]:
    """What B has more or less, in the order of the columns."""
    points = round((theirs.share_permille - ours.share_permille) / 10)
    counts = [(each.warn, each.critical, each.glances) for each in (ours, theirs)]
    return (
        *(_signed(other - mine, f"{abs(other - mine):,}") for mine, other in zip(*counts, strict=True)),
        _signed(round(theirs.per_hour - ours.per_hour, 1), rate(abs(theirs.per_hour - ours.per_hour))),
        _signed(theirs.alarm_ms - ours.alarm_ms, length(abs(theirs.alarm_ms - ours.alarm_ms))),
        _signed(points, f"{abs(points)} pt"),
    )


def verdict(ours: Tally, theirs: Tally) -> str:
    """The queue's tile, with the one and with the other."""
    a, b = _often(ours), _often(theirs)
    if ours == theirs:
        return f"no difference: the tile would have begun to blink {a}" if ours.alarms else "no difference: never"
    return f"the tile would have begun to blink {a} with {SIDES[0]}, {b} with {SIDES[1]}"


def _often(tile: Tally) -> str:
    if not tile.alarms:
        return "never"
    glances = f", {many(tile.glances, 'glance')} in all" if tile.glances else ""
    return f"{times_a_day(tile.per_day)} ({percent(tile.share_permille)} of the hours{glances})"


def _signed(by: float, words: str) -> str:
    """`+3`, `−3`, `=` for no difference."""
    return "=" if not by else f"{'+' if by > 0 else _MINUS}{words}"
