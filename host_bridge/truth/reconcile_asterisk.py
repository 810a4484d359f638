"""Asterisk's ServicelevelPerf and ServicelevelPerf2 of a day, and the calls that set them apart from our share.

As app_queue.c of 13 to 22 reckons them: a call counts when its conversation ENDS, as good when it was answered within
`servicelevel`. Perf is good completed ÷ completed, so abandons are invisible. Perf2 is (good completed + abandoned
within servicelevel) ÷ (completed + abandoned), where a timeout, an emptied queue and a withdrawal are abandons too and
a key exit is in neither. Asterisk itself counts since its last restart or reset; here it is one day of its log.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from host_bridge.truth.figures import Tally
from host_bridge.truth.outcomes import End, Outcome, Record, Talk
from host_bridge.truth.reconcile import Difference, Reason, figures
from host_bridge.truth.reconcile_pairs import Span, Why, matched
from host_bridge.truth.service_level import ServiceLevel

# record_abandoned() of app_queue.c runs for each of these
_ABANDONED = (Outcome.ABANDONED, Outcome.OVERFLOWED, Outcome.REMOVED)

Part = tuple[int, int]  # what one call adds to a share: to the good ones, to all


class Call(NamedTuple):
    """A stay and the conversation after it, as queue_log has them; None: the log does not tell it."""

    end: End | None
    talk: Talk | None

    @property
    def call(self) -> str:
        """The call's id."""
        side = self.end or self.talk
        return side.call if side is not None else ""

    @property
    def hold_s(self) -> int:
        """The wait in whole seconds."""
        side = self.end or self.talk
        return side.hold_s if side is not None else 0


def calls_of(log: Sequence[Record]) -> list[Call]:
    """Each stay of a queue with its conversation, which ended at the same second as the answer or later."""
    ends = [record for record in log if isinstance(record, End)]
    talks = [record for record in log if isinstance(record, Talk)]
    answered = [end for end in ends if end.outcome is Outcome.ANSWERED]
    pairs, silent, lone = matched(answered, talks, lambda record: record.call, _after)
    return [
        *(Call(end, talk) for end, talk in pairs),
        *(Call(end, None) for end in silent),
        *(Call(None, talk) for talk in lone),
        *(Call(end, None) for end in ends if end.outcome is not Outcome.ANSWERED),
    ]


def perfs(calls: Iterable[Call], day: Span, limit_s: int) -> dict[str, int | None]:
    """{"perf", "perf2"} of the day in ‰, as Asterisk would print them; None without calls."""
    known = list(calls)
    return {
        "perf": asterisk_share(*_sum(_perf(call, day, limit_s) for call in known)),
        "perf2": asterisk_share(*_sum(_perf2(call, day, limit_s) for call in known)),
    }


def compare_with_asterisk(
    log: Sequence[Record], day: Span, covered: Span, level: ServiceLevel
) -> tuple[dict[str, int | None], list[Difference]]:
    """{"perf", "perf2"}, and for each that is not our `sla` the calls that the two count in other ways."""
    calls = calls_of(log)
    found = perfs(calls, day, level.answer_within_s)
    ours = figures((record for record in log if record.at_ms in day), level, of_log=True)
    sla = ours.get("sla")
    differences = []
    kinds: tuple[tuple[str, Callable[[Call, Span, int], Part]], ...] = (("perf", _perf), ("perf2", _perf2))
    for name, part_of in kinds:
        if sla == found[name]:
            continue
        reasons = _reasons(calls, day, covered, level, part_of)
        good, of = _sum(_sla(call, day, level) for call in calls)
        proved = of == ours["sla_of"] and sla in (None, good * 1000 // max(1, of))
        if sla is None and of:
            reasons.append(Reason(Why.TOO_FEW))
        if not reasons:
            reasons.append(Reason(Why.ROUNDED if proved else Why.UNACCOUNTED))
        explained = proved and all(reason.explained for reason in reasons)
        differences.append(Difference("sla", name, sla, found[name], explained, tuple(reasons)))
    return found, differences


def asterisk_share(good: int, of: int) -> int | None:
    """100 × (float) good ÷ (float) of, printed as "%.1f": the nearest tenth, in C's single precision; as ‰."""
    if of == 0:
        return None
    percent = _float(100 * _float(_float(good) / _float(of)))
    return int(f"{percent:.1f}".replace(".", ""))


def _float(value: float) -> float:
    single: float = struct.unpack("f", struct.pack("f", value))[0]
    return single


def _after(end: End | Talk, talk: End | Talk) -> int | None:
    return talk.at_ms - end.at_ms if talk.at_ms >= end.at_ms else None


def _sum(parts: Iterable[Part]) -> Part:
    good = of = 0
    for part in parts:
        good += part[0]
        of += part[1]
    return good, of


def _perf(call: Call, day: Span, limit_s: int) -> Part:
    if call.talk is None or call.talk.at_ms not in day:
        return 0, 0
    return int(call.hold_s <= limit_s), 1


def _perf2(call: Call, day: Span, limit_s: int) -> Part:
    if call.end is not None and call.end.outcome in _ABANDONED and call.end.at_ms in day:
        return int(call.hold_s <= limit_s), 1
    return _perf(call, day, limit_s)


def _sla(call: Call, day: Span, level: ServiceLevel) -> Part:
    """What the stay adds to our share: all formulas are sums over stays, so a window with it alone tells."""
    if call.end is None or call.end.at_ms not in day:
        return 0, 0
    tally = Tally(None)
    tally.add(call.end)
    counts = tally.counts(level)
    share, of = replace(level, min_calls=1).of(counts)
    return (share or 0) * of // 1000, of


def _reasons(
    calls: Iterable[Call], day: Span, covered: Span, level: ServiceLevel, part_of: Callable[[Call, Span, int], Part]
) -> list[Reason]:
    """The calls that the two shares do not count alike, by cause."""
    behind: dict[Why, list[Call]] = {}
    for call in calls:
        ours, theirs = _sla(call, day, level), part_of(call, day, level.answer_within_s)
        if ours != theirs:
            behind.setdefault(_why(call, theirs, day, covered), []).append(call)
    return list(_told(behind))


def _told(behind: dict[Why, list[Call]]) -> Iterator[Reason]:
    for why, calls in behind.items():
        calls.sort(key=lambda call: (call.end or call.talk or Talk("", 0, False, 0)).at_ms)
        yield Reason(why, tuple(call.call for call in calls))


def _why(call: Call, theirs: Part, day: Span, covered: Span) -> Why:
    if call.end is None:
        began_before = call.talk is not None and call.talk.at_ms - call.talk.talk_s * 1000 <= covered.from_ms
        return Why.LOG_BEGINS if began_before else Why.UNACCOUNTED
    if call.end.outcome is Outcome.ANSWERED:
        if call.talk is None:
            return Why.NEVER_ENDED
        return Why.ENDED_LATER if call.end.at_ms in day else Why.ENDED_TODAY
    if call.end.outcome is Outcome.ABANDONED:
        if theirs[1] == 0:
            return Why.ABANDONED_UNSEEN
        return Why.ABANDONED_GOOD if theirs[0] else Why.ABANDONED_BAD
    return Why.NOT_ANSWERED
