"""A reconciled day as people read it: a table a queue, and each cause of a difference in a sentence with its calls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from host_bridge.truth.reconcile import FIGURES, Difference, Reason
from host_bridge.truth.reconcile_pairs import Gap, Why
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
_HARMLESS = (Why.WHOLE_SECONDS, Why.CLOCK_READ_TWICE, Why.ROUNDED)  # told last: nobody need act on them
_SIDES = {"bridge": "bridge", "perf": "ServicelevelPerf", "perf2": "ServicelevelPerf2"}
_WORDS = {
    "short_abandoned": "short abandons",
    "sla": "service level",
    "sla_of": "of calls",
    "avg_wait_ms": "average wait",
    "longest_ms": "longest wait",
    "aht_ms": "average talk",
}
# Left out of a table in which nobody has any.
_RARER = frozenset(("short_abandoned", "overflowed", "exited", "removed", "unresolved", "rejected", "transferred"))
_UNEXPLAINED = "NOT EXPLAINED"


class Queue(NamedTuple):
    """One queue's day on all sides; `bridge` None: no journal was given."""

    name: str
    level: ServiceLevel
    queue_log: Mapping[str, int]
    bridge: Mapping[str, int] | None
    asterisk: Mapping[str, int | None]
    differences: tuple[Difference, ...]

    @property
    def is_quiet(self) -> bool:
        """Nothing happened here on this day, on any side."""
        sides = (self.queue_log, self.bridge or {})
        shares = any(share is not None for share in self.asterisk.values())
        return not (self.differences or shares or any(each.get(name) for each in sides for name in FIGURES))


def sentence(reason: Reason, zone: dt.tzinfo | None) -> str:
    """Why, in words; `zone` None is this machine's."""
    gap = ""
    if reason.gap is not None:
        words = (("from", reason.gap[0]), ("until", reason.gap[1]))
        gap = " ".join(f"{word} {clock(at_ms, zone)}" for word, at_ms in words if at_ms is not None)
    return _SENTENCES[reason.why].format(gap=gap)


def lines(queues: Sequence[Queue], zone: dt.tzinfo | None) -> Iterator[str]:
    """All of the output but for its head and its last line."""
    for queue in queues:
        if queue.is_quiet:
            continue
        yield ""
        yield from _table(queue)
        yield from _causes(queue.differences, zone)
    if quiet := [plain(queue.name) for queue in queues if queue.is_quiet]:
        yield ""
        yield f"no call on this day: {', '.join(quiet)}"


def verdict(queues: Sequence[Queue]) -> str:
    """The last line: how much was compared, and what is to be thought of it."""
    stays = sum(queue.queue_log.get("offered", 0) for queue in queues)
    busy = sum(not queue.is_quiet for queue in queues)
    compared = f"{_many(stays, 'stay')} in {_many(busy, 'queue')}"
    differences = [(queue.name, each) for queue in queues for each in queue.differences]
    wrong: dict[str, dict[str, None]] = {}
    for name, each in differences:
        if not each.explained:
            wrong.setdefault(plain(name), {})[_what(each)] = None
    if wrong:
        told = "; ".join(f"{name}: {', '.join(figures)}" for name, figures in wrong.items())
        return f"{_UNEXPLAINED}, of {compared}: {told}"
    ours = sum(each.side == "bridge" for _, each in differences)
    theirs = len(differences) - ours
    if not differences:
        return f"{compared}: no difference"
    sides = [] if all(queue.bridge is None for queue in queues) else [f"{ours} of the bridge's figures differ"]
    sides.append(f"{theirs} of Asterisk's")
    if len(sides) == 1:
        sides[0] += " figures differ"
    return f"{compared}: {' and '.join(sides)}, explained to the last call"


def clock(at_ms: int, zone: dt.tzinfo | None) -> str:
    """An instant of the PBX's clock as the site reads it."""
    return dt.datetime.fromtimestamp(at_ms // 1000, zone).strftime("%Y-%m-%d %H:%M:%S")


def plain(text: str) -> str:
    """A name out of a file, fit for a terminal: nothing in it can move the cursor."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def value(figure: str, number: int | None) -> str:
    """A figure with its unit; – is not known."""
    if number is None:
        return "–"
    if figure == "sla":
        return _permille(number)
    return f"{number // 1000}.{number % 1000:03d} s" if figure.endswith("_ms") else str(number)


def _table(queue: Queue) -> Iterator[str]:
    level = queue.level
    yield (
        f"{plain(queue.name)}: service level is {level.formula} within {level.answer_within_s} s, target "
        f"{_permille(level.target_permille)}; short abandons are below {level.short_abandon_s} s"
    )
    beside = {(each.figure, each.side): each for each in queue.differences}
    rows = [
        (
            "",
            "queue_log",
            "" if queue.bridge is None else "bridge",
            "Asterisk",
            "differs by" if queue.differences else "",
        )
    ]
    for figure in FIGURES:
        theirs, ours = queue.queue_log.get(figure), None if queue.bridge is None else queue.bridge.get(figure)
        if figure in _RARER and not theirs and not ours:
            continue
        shown = "" if queue.bridge is None else value(figure, ours)
        rows.append((word(figure), value(figure, theirs), shown, "", _apart(beside.get((figure, "bridge")))))
    for side in ("perf", "perf2"):
        apart = _apart(beside.get(("sla", side)))
        rows.append((_SIDES[side], "", "", value("sla", queue.asterisk[side]), apart))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for name, *values, apart in rows:
        cells = (cell.rjust(width) for cell, width in zip(values, widths[1:], strict=True) if width)
        yield f"  {name.ljust(widths[0])}  {'  '.join(cells)}  {apart}".rstrip()


def _apart(difference: Difference | None) -> str:
    """What the other side has more or less than queue_log, where they differ."""
    if difference is None:
        return ""
    figure, by = difference.figure, difference.by
    told = []
    if by:
        told.append(("+" if by > 0 else "\N{MINUS SIGN}") + value(figure, abs(by)).replace(" %", " points"))
    if not difference.explained:
        told.append(_UNEXPLAINED)
    return "  ".join(told)


def _causes(differences: Iterable[Difference], zone: dt.tzinfo | None) -> Iterator[str]:
    """Each cause once, with the figures that it changes and its calls: what nobody can explain comes first."""
    figures: dict[tuple[Why, Gap | None], dict[str, None]] = {}
    reasons: dict[tuple[Why, Gap | None], Reason] = {}
    for difference in differences:
        for each in difference.reasons:
            cause = each.why, each.gap
            figures.setdefault(cause, {})[_what(difference)] = None
            known = reasons.get(cause, Reason(each.why, (), each.gap))
            reasons[cause] = known._replace(stays=tuple(dict.fromkeys((*known.stays, *each.stays))))
    for cause, reason in sorted(reasons.items(), key=lambda each: (each[1].explained, each[0][0] in _HARMLESS)):
        mark = "" if reason.explained else f"{_UNEXPLAINED}: "
        yield f"  {', '.join(figures[cause])}: {mark}{sentence(reason, zone)}{_calls(reason.stays)}"


def _what(difference: Difference) -> str:
    """A figure's name, or that of Asterisk's own."""
    return word(difference.figure) if difference.side == "bridge" else _SIDES[difference.side]


def word(figure: str) -> str:
    """A figure of the queue snapshot in words."""
    return _WORDS.get(figure, figure)


def _calls(stays: tuple[str, ...]) -> str:
    if not stays:
        return ""
    more = f" and {len(stays) - NAMED} more" if len(stays) > NAMED else ""
    return f": {_many(len(stays), 'stay')}: {', '.join(map(plain, stays[:NAMED]))}{more}"


def _permille(share: int) -> str:
    return f"{share // 10}.{share % 10} %"


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
