"""A reconciled day as people read it: a table a queue, and each difference in a sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from host_bridge.truth.reconcile import FIGURES, Difference, Reason
from host_bridge.truth.reconcile_pairs import Why
from host_bridge.truth.service_level import ServiceLevel

NAMED = 6  # calls that a sentence names; JSON names all

_SENTENCES = {
    Why.WHOLE_SECONDS: "queue_log has whole seconds, the bridge milliseconds",
    Why.CLOCK_READ_TWICE: "the PBX read its clock for the event and again for queue_log, and a second began between",
    Why.REDIRECTED: "redirected while waiting: queue_log says ABANDON for that too, the bridge saw the move",
    Why.UNRESOLVED: "no event told how the wait ended (masqueraded, or in a gap), so the bridge says unresolved",
    Why.LOG_UNRESOLVED: "queue_log has no line about the end of the wait, the bridge knows it",
    Why.REJECTED: "turned away at the door (queue full or without agents): queue_log has no line for that",
    Why.GAP: "the bridge did not see the PBX, or could not keep what it saw, {gap}",
    Why.ESTIMATED: "a gap without queue_log, estimated from Asterisk's own counters",
    Why.DAY_EDGE: "ended at the very edge of the day: the clocks of the two are a second apart",
    Why.LOG_BEGINS: "began before queue_log's first line",
    Why.LOG_ENDS: "ended after queue_log's last line",
    Why.OTHER_OUTCOME: "the two say other outcomes",
    Why.OTHER_SECONDS: "the two have other seconds",
    Why.OTHER_DAY: "the two have it on other days",
    Why.ONLY_LOG: "in queue_log, not in the bridge's journal, and the bridge was there",
    Why.ONLY_BRIDGE: "in the bridge's journal, not in queue_log",
    Why.UNACCOUNTED: "there is more than the stays told here",
    Why.ABANDONED_UNSEEN: "abandoned, which Asterisk's Perf does not see at all",
    Why.ABANDONED_GOOD: "abandoned within the limit, which Asterisk's Perf2 takes for a success",
    Why.ABANDONED_BAD: "abandoned after the limit, which Asterisk's Perf2 takes for a failure",
    Why.NOT_ANSWERED: "left by a timeout, an emptied queue, a key or a withdrawal, which the two count in other ways",
    Why.ENDED_LATER: "answered on this day and still talking at its end: Asterisk counts when the call ends",
    Why.ENDED_TODAY: "answered before this day began and ended in it: Asterisk counts when the call ends",
    Why.NEVER_ENDED: "answered, and queue_log has no end of the conversation: Asterisk never counted it",
    Why.TOO_FEW: "fewer calls than min_calls, so there is no share of ours",
    Why.ROUNDED: "Asterisk rounds to the nearest tenth, our share is rounded down",
}
_SIDES = {"bridge": "bridge", "perf": "ServicelevelPerf", "perf2": "ServicelevelPerf2"}


class Queue(NamedTuple):
    """One queue's day on all sides; `bridge` None: no journal was given."""

    name: str
    level: ServiceLevel
    queue_log: Mapping[str, int]
    bridge: Mapping[str, int] | None
    asterisk: Mapping[str, int | None]
    differences: tuple[Difference, ...]


def sentence(reason: Reason, zone: dt.tzinfo | None) -> str:
    """Why, in words; `zone` None is this machine's."""
    gap = ""
    if reason.gap is not None:
        words = (("from", reason.gap[0]), ("until", reason.gap[1]))
        gap = " ".join(f"{word} {clock(at_ms, zone)}" for word, at_ms in words if at_ms is not None)
    return _SENTENCES[reason.why].format(gap=gap)


def lines(queues: Iterable[Queue], zone: dt.tzinfo | None) -> Iterator[str]:
    """All of the output but for its head."""
    for queue in queues:
        yield ""
        yield from _table(queue)
        for difference in queue.differences:
            yield from _told(difference, zone)


def verdict(queues: Iterable[Queue]) -> str:
    """The last line."""
    all_differences = [(queue.name, each) for queue in queues for each in queue.differences]
    wrong = sorted({plain(name) for name, each in all_differences if not each.explained})
    if wrong:
        return f"NOT EXPLAINED: something differs in {', '.join(wrong)}"
    if all_differences:
        return f"{_many(len(all_differences), 'difference')}, explained to the last call"
    return "no difference"


def clock(at_ms: int, zone: dt.tzinfo | None) -> str:
    """An instant of the PBX's clock as the site reads it."""
    return dt.datetime.fromtimestamp(at_ms // 1000, zone).strftime("%Y-%m-%d %H:%M:%S")


def plain(text: str) -> str:
    """A name out of a file, fit for a terminal: nothing in it can move the cursor."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def _table(queue: Queue) -> Iterator[str]:
    level = queue.level
    yield (
        f"{plain(queue.name)}: sla is {level.formula} within {level.answer_within_s} s, target "
        f"{_permille(level.target_permille)}; short abandons are below {level.short_abandon_s} s"
    )
    rows = [("", "queue_log", "bridge", "Asterisk")]
    for figure in FIGURES:
        ours = "" if queue.bridge is None else value(figure, queue.bridge.get(figure))
        rows.append((figure, value(figure, queue.queue_log.get(figure)), ours, ""))
    rows += [(_SIDES[name], "", "", value("sla", queue.asterisk[name])) for name in ("perf", "perf2")]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for name, *values in rows:
        cells = (cell.rjust(width) for cell, width in zip(values, widths[1:], strict=True))
        yield f"  {name.ljust(widths[0])}  {'  '.join(cells)}".rstrip()


def _told(difference: Difference, zone: dt.tzinfo | None) -> Iterator[str]:
    figure = difference.figure
    apart = ""
    if difference.by:
        much = value(figure, abs(difference.by)).replace(" %", " points")
        apart = f" ({much} {'more' if difference.by > 0 else 'less'})"
    state = "explained" if difference.explained else "NOT EXPLAINED"
    yield (
        f"  {figure}: queue_log {value(figure, difference.queue_log)}, {_SIDES[difference.side]} "
        f"{value(figure, difference.other)}{apart}, {state}:"
    )
    for reason in difference.reasons:
        yield f"    {sentence(reason, zone)}{_calls(reason.stays)}"


def _calls(stays: tuple[str, ...]) -> str:
    if not stays:
        return ""
    more = f" and {len(stays) - NAMED} more" if len(stays) > NAMED else ""
    return f": {_many(len(stays), 'stay')}: {', '.join(map(plain, stays[:NAMED]))}{more}"


def value(figure: str, number: int | None) -> str:
    """A figure with its unit; – is not known."""
    if number is None:
        return "–"
    if figure == "sla":
        return _permille(number)
    return f"{number // 1000}.{number % 1000:03d} s" if figure.endswith("_ms") else str(number)


def _permille(share: int) -> str:
    return f"{share // 10}.{share % 10} %"


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
