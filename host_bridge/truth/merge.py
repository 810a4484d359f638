"""Two accounts of the same calls, laid side by side: which of the one is which of the other. Pure functions.

A caller may enter the same queue again and again under one id, so a stay is known by queue, call and join time. A
masquerade gives a caller another id. Both accounts name a stay by the id of its join, so two ids are two callers; only
one whose join an account has not seen (no journey: a list told of him, or the log begins later) may be there under the
other id, and is looked for by queue, join time and end. Callers who join and leave together are many on a busy day.

The first account is queue_log's, whose times are the PBX's own. The second one's may be later: events that a wire held
back, or that came while this process was stopped, and that carry no time of their own, happened when they were read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from host_bridge.truth.outcomes import End, Outcome, Talk

JOIN_MS = 2_000  # a join time out of whole seconds, or out of a list, against one to the ms
AT_MS = 2_000  # the same of the end
TALK_S = 1  # the PBX reads its clock anew for queue_log
MOST_COMPARED = 40_000  # pairs of one call: beyond, a caller entered some 200 times, and the nearest are taken
LATE_MS = 900_000  # TCP repeats itself for about so long before it gives a line up
UNLIKE_MS = 5_000  # how much farther off a stay is that ended in another way

Item = TypeVar("Item", End, Talk)


class Pairs(NamedTuple):
    """`both`: (index into the first account, index into the second); `first_only`: what only the first has."""

    both: list[tuple[int, int]]
    first_only: list[int]


_Numbered = list[tuple[int, Item]]


class _Best(NamedTuple):
    """A matching of two rows: (-pairs, ms apart), smaller is better; and its pairs, the last first."""

    score: tuple[int, int]
    chain: Any  # (pair, chain) or None: a type cannot name itself here


class _Rule(NamedTuple, Generic[Item]):
    """Whom to compare, and how far they are apart in ms; None: they are two."""

    key: Callable[[Item], Hashable]
    apart: Callable[[Item, Item], int | None]


def pair_ends(first: Sequence[End], second: Sequence[End], fresh: Collection[int] = ()) -> Pairs:
    """Match stays one to one, the nearest first.

    `fresh`: what of the second account happened after the first one was read. The first can hardly have it, so it is
    taken for the same stay only when id and time agree.
    """
    return _pair(first, second, (_BY_ID, _LATE, _BY_TIME), fresh)


def pair_talks(first: Sequence[Talk], second: Sequence[Talk], fresh: Collection[int] = ()) -> Pairs:
    """Match conversations one to one, those of one call before those of an unknown one. `fresh` as in pair_ends."""
    return _pair(first, second, (_TALK_BY_ID, _TALK_LATE, _TALK_BY_TIME), fresh)


def _near_ends(one: End, other: End) -> int | None:
    apart_ms = abs(one.joined_ms - other.joined_ms)
    if apart_ms > JOIN_MS:
        return None
    if one.outcome is not other.outcome and Outcome.UNRESOLVED not in (one.outcome, other.outcome):
        return apart_ms + UNLIKE_MS
    return apart_ms + min(abs(one.at_ms - other.at_ms), UNLIKE_MS)


def _of_one_call(one: End, other: End) -> int | None:
    """As near ends are; or one end at one time: he left and came back in a gap, and left again before the first list,
    by a key, which tells no HoldTime. So the join that is known is of the wait before."""
    apart_ms = _near_ends(one, other)
    if apart_ms is None and one.outcome is other.outcome is not Outcome.UNRESOLVED and other.joined_ms < one.joined_ms:
        apart_ms = abs(one.at_ms - other.at_ms)
        return apart_ms if apart_ms <= AT_MS else None
    return apart_ms


def _late_end(one: End, other: End) -> int | None:
    """The same stay, of which this bridge heard too late to know when it was."""
    same = one.outcome is other.outcome or other.outcome is Outcome.UNRESOLVED
    same |= (one.outcome, other.outcome) == (Outcome.ABANDONED, Outcome.REMOVED)  # the log cannot tell a redirect
    return _late(one.at_ms, other.at_ms) if same and other.joined_ms >= one.joined_ms - JOIN_MS else None


def _late(at_ms: int, heard_ms: int) -> int | None:
    late_ms = max(0, heard_ms - at_ms)
    return late_ms if heard_ms >= at_ms - AT_MS and late_ms <= LATE_MS else None


def _same_end_of_another_id(one: End, other: End) -> int | None:
    """One id at least is no join's; and more must agree, but for a stay whose end one account does not know."""
    if one.journey and other.journey:
        return None
    known = Outcome.UNRESOLVED not in (one.outcome, other.outcome)
    if known and (one.outcome is not other.outcome or abs(one.at_ms - other.at_ms) > AT_MS):
        return None
    return _near_ends(one, other)


def _near_talks(one: Talk, other: Talk) -> int | None:
    apart_ms, apart_s = abs(one.at_ms - other.at_ms), abs(one.talk_s - other.talk_s)
    return None if apart_ms > AT_MS or apart_s > TALK_S else apart_ms + 1_000 * apart_s


def _late_talk(one: Talk, other: Talk) -> int | None:
    """How long they talked, and had waited, is what the PBX wrote into both accounts."""
    alike = one.call and one.hold_s == other.hold_s and abs(one.talk_s - other.talk_s) <= TALK_S
    return _late(one.at_ms, other.at_ms) if alike else None


def _same_talk_of_another_id(one: Talk, other: Talk) -> int | None:
    """They must have waited as long, too."""
    return _near_talks(one, other) if one.hold_s == other.hold_s else None


_BY_ID = _Rule[End](lambda end: (end.queue, end.call), _of_one_call)
_LATE = _Rule[End](lambda end: (end.queue, end.call), _late_end)
_BY_TIME = _Rule[End](lambda end: end.queue, _same_end_of_another_id)
_TALK_BY_ID = _Rule[Talk](lambda talk: (talk.queue, talk.call), _near_talks)
_TALK_LATE = _Rule[Talk](lambda talk: (talk.queue, talk.call), _late_talk)
_TALK_BY_TIME = _Rule[Talk](lambda talk: talk.queue, _same_talk_of_another_id)


def _pair(
    first: Sequence[Item],
    second: Sequence[Item],
    rules: tuple[_Rule[Item], _Rule[Item], _Rule[Item]],
    fresh: Collection[int],
) -> Pairs:
    """By one rule after the other, each for what is left: same id and time, same id, same time."""
    by_id, late, by_time = rules
    one, other = list(enumerate(first)), list(enumerate(second))
    both = _in_order(one, other, by_id)
    one, other = _left(one, other, both)
    other = [numbered for numbered in other if numbered[0] not in fresh]
    found = _in_order(one, other, late)
    one, other = _left(one, other, found)
    both += found
    found = _nearest(one, other, by_time)
    one, _ = _left(one, other, found)
    return Pairs(both + found, [index for index, _ in one])


def _left(
    one: _Numbered[Item], other: _Numbered[Item], both: Sequence[tuple[int, int]]
) -> tuple[_Numbered[Item], _Numbered[Item]]:
    firsts, seconds = {index for index, _ in both}, {index for _, index in both}
    return [item for item in one if item[0] not in firsts], [item for item in other if item[0] not in seconds]


def _in_order(first: _Numbered[Item], second: _Numbered[Item], rule: _Rule[Item]) -> list[tuple[int, int]]:
    """Match the items of each key in their order, as many as can be, and of these ways the nearest.

    Only so a caller who enters again each second is told right, as whole seconds may be nearer to the wrong one.
    """
    mine: dict[Hashable, _Numbered[Item]] = defaultdict(list)
    others: dict[Hashable, _Numbered[Item]] = defaultdict(list)
    for account, groups in ((first, mine), (second, others)):
        for numbered in account:
            groups[rule.key(numbered[1])].append(numbered)
    both: list[tuple[int, int]] = []
    for key, group in mine.items():
        other = others.get(key, [])
        if len(group) == len(other) == 1:
            if rule.apart(group[0][1], other[0][1]) is not None:
                both.append((group[0][0], other[0][0]))
        elif len(group) * len(other) > MOST_COMPARED:
            both += _nearest(group, other, rule)
        elif other:
            both += _align(sorted(group, key=_time), sorted(other, key=_time), rule)
    return both


def _align(first: _Numbered[Item], second: _Numbered[Item], rule: _Rule[Item]) -> list[tuple[int, int]]:
    """The best matching of two rows that crosses nothing: most pairs, then least apart. A table of the best so far."""
    row: list[_Best] = [_Best((0, 0), None)] * (len(second) + 1)
    for index, item in first:
        left = _Best((0, 0), None)
        new = [left]
        for place, (other, candidate) in enumerate(second):
            best = min(row[place + 1], left, key=_score)
            ms = rule.apart(item, candidate)
            if ms is not None:
                (pairs, apart_ms), chain = row[place]
                best = min(best, _Best((pairs - 1, apart_ms + ms), ((index, other), chain)), key=_score)
            left = best
            new.append(left)
        row = new
    both: list[tuple[int, int]] = []
    chain = row[-1].chain
    while chain is not None:
        pair, chain = chain
        both.append(pair)
    return both


def _nearest(first: _Numbered[Item], second: _Numbered[Item], rule: _Rule[Item]) -> list[tuple[int, int]]:
    """Match items of one key, the nearest first. Only neighbours in time are compared, lest it take for ever."""
    buckets: dict[tuple[Hashable, int], list[tuple[int, Item]]] = defaultdict(list)
    for numbered in second:
        buckets[rule.key(numbered[1]), _bucket(numbered[1])].append(numbered)
    near: list[tuple[int, int, int]] = []
    for index, item in first:
        name, middle = rule.key(item), _bucket(item)
        for step in (-1, 0, 1):
            for other, candidate in buckets.get((name, middle + step), ()):
                ms = rule.apart(item, candidate)
                if ms is not None:
                    near.append((ms, index, other))
    near.sort()
    taken_first: set[int] = set()
    taken_second: set[int] = set()
    both: list[tuple[int, int]] = []
    for _, index, other in near:
        if index not in taken_first and other not in taken_second:
            taken_first.add(index)
            taken_second.add(other)
            both.append((index, other))
    return both


def _score(best: _Best) -> tuple[int, int]:
    return best.score


def _time(numbered: tuple[int, End | Talk]) -> int:
    item = numbered[1]
    return item.joined_ms if isinstance(item, End) else item.at_ms


def _bucket(item: End | Talk) -> int:
    """A span of time so wide that what may match is in the same one or in the next."""
    return _time((0, item)) // (max(JOIN_MS, AT_MS) + 1)
