"""Two back-tests of the same days side by side, with what the second changes; what it does not change is one line."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import NamedTuple

from host_bridge.backtest.summary import Tally
from host_bridge.backtest.summary_report import QueueReport, Report, RuleReport
from host_bridge.backtest.summary_words import extras, length, levels, many, percent, rate, shown
from host_bridge.ctl.trial import text, worst
from host_bridge.ctl.trial.verdict import times_a_day

_MINUS = "\N{MINUS SIGN}"
SIDES = ("A", "B")


class Pair(NamedTuple):
    """A rule as the two files have it; None: that file does not."""

    ours: RuleReport | None
    theirs: RuleReport | None

    @property
    def same(self) -> bool:
        """Whether nobody could tell one from the other."""
        if self.ours is None or self.theirs is None:
            return False
        return _words(self.ours) == _words(self.theirs) and self.ours.tally == self.theirs.tally


def lines(ours: Report, theirs: Report) -> Iterator[str]:
    """The whole comparison; A is `ours`, B `theirs`."""
    yield from text.head(ours, [f"{SIDES[0]} {ours.name}", f"{SIDES[1]} {theirs.name}"])
    yield from worst.lines(ours, theirs, sides=SIDES)
    others = {queue.id: queue for queue in theirs.queues}
    same: list[str] = []
    for queue in ours.queues:
        other = others.pop(queue.id, None)
        if other is not None and _same(queue, other):
            same.append(shown(queue.id))
            continue
        yield ""
        yield from _queue(queue, other, ours, theirs)
    for queue in others.values():
        yield ""
        yield f"{text.queue_head(queue)}; only {SIDES[1]} has it"
    if same:
        yield ""
        yield from textwrap.wrap(f"no difference: {', '.join(same)}", text.COLUMNS, subsequent_indent="  ")


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
    by_name = pairs(ours, theirs)
    same = [
        text.rule_words(pair.ours) for pair in by_name.values() if pair.ours and pair.same and not pair.ours.untested
    ]
    for name, pair in by_name.items():
        if pair.same:
            continue
        tested = [each for each in pair if each is not None and each.untested is None]
        for side, each, report in zip(SIDES, pair, (a, b), strict=True):
            if each is None:
                about.append(f"  {shown(name)}: only in {SIDES[1 - SIDES.index(side)]}")
            elif each.untested is None:
                row = text.cells(each.tally)
                rows.append((f"{side} {text.rule_words(each)}", row, text.longest(each.tally.longest, report)))
        if len(tested) == 2:
            rows.append(("  difference", difference(*(each.tally for each in tested)), ""))
            words = [_words(each) for each in tested]
            if words[0] != words[1]:
                about.append(f"  {shown(name)}: {SIDES[0]} {words[0]}; {SIDES[1]} {words[1]}")
    if rows:
        yield from text.table(rows)
    yield from about
    if same:
        yield from textwrap.wrap(
            f"no difference: {', '.join(same)}", text.COLUMNS, initial_indent="  ", subsequent_indent="    "
        )
    yield from text.untested(tuple({each.name: each for each in (*ours.rules, *theirs.rules)}.values()))
    if rows:
        yield from text.told(verdict(ours.tile, theirs.tile))


def _same(ours: QueueReport, theirs: QueueReport) -> bool:
    return ours.open_ms == theirs.open_ms and all(pair.same for pair in pairs(ours, theirs).values())


def _words(rule: RuleReport) -> str:
    """All that the file says of it, and why it is not tested."""
    return rule.untested or f"{levels(rule.rule)}, {extras(rule.rule)}"


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
    told = f"the tile would have begun to blink {a} with {SIDES[0]}, {b} with {SIDES[1]}"
    for seldom, often, side in ((ours, theirs, SIDES[0]), (theirs, ours, SIDES[1])):
        if seldom.alarms < often.alarms and seldom.alarm_ms > 2 * often.alarm_ms:  # else fewer would look like better
            return f"{told}: with {side} it begins less often because each alarm lasts longer"
    return told


def _often(tile: Tally) -> str:
    if not tile.alarms:
        return "never"
    glances = f", {many(tile.glances, 'glance')} in all" if tile.glances else ""
    return f"{times_a_day(tile.per_day)} ({percent(tile.share_permille)} of the hours{glances})"


def _signed(by: float, words: str) -> str:
    """`+3`, `−3`, `=` for no difference."""
    return "=" if not by else f"{'+' if by > 0 else _MINUS}{words}"
