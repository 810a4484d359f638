"""The caller's clock over all queues: it runs from the call's start and is not reset by moving between queues.

It stops at the first answer, or when the caller is gone: he hung up, or waits nowhere for a minute. A later wait of an
answered call (it was transferred back) is a new one. Only time spent on this PBX can be seen.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Iterable

from host_bridge.truth.live import OpenJourney
from host_bridge.truth.outcomes import End, JourneyEnd, Outcome

GONE_MS = 60_000  # who waits nowhere for so long, or hung up so long ago, is gone
LONGEST_CALL_MS = 4 * 3_600_000  # a call that began earlier did not wait all the time; an older answer is forgotten
AHEAD_MS = 1_000  # how far the PBX's clock may seem to be ahead: its ids have whole seconds
MAX_JOURNEYS = 50_000  # at once, past all that is real: a PBX gone mad must not fill the memory
# Asterisk's Linkedid is the Uniqueid of the call's first channel, [systemname-]EPOCH.SEQ (ast_channel_alloc).
_FIRST_CHANNEL = re.compile(r"(?:^|-)(\d{9,11})\.\d+$", re.ASCII)


class _Clock:
    """One caller's. While `calls` is empty he waits nowhere, since `left_ms`."""

    __slots__ = (
        "answered",
        "call",
        "calls",
        "deadline_ms",
        "hung",
        "journey",
        "known",
        "left_ms",
        "queue",
        "seen",
        "started_ms",
    )

    def __init__(self, journey: str, started_ms: int) -> None:
        self.journey = journey
        self.started_ms = started_ms
        self.answered = False
        self.calls: dict[str, tuple[str, int]] = {}  # call → queue where it waits, since; one of most callers
        self.call = self.queue = ""  # the last of them
        self.seen: set[str] = set()  # all calls of this journey
        self.left_ms = started_ms
        self.known = True  # how the last wait ended
        self.hung = False
        self.deadline_ms: int | None = None


class Journeys:
    """The clocks of all callers. Times are ms of the bridge's clock."""

    def __init__(self, told: Callable[[JourneyEnd], None]) -> None:
        """`told` every clock that stopped, once."""
        self.shift_ms = 0  # from the bridge's clock to the PBX's, which made the ids
        self.dropped = 0  # callers without a clock, past MAX_JOURNEYS
        self._told = told
        self._clocks: dict[str, _Clock] = {}
        self._of_call: dict[str, _Clock] = {}
        self._due: list[tuple[int, int, _Clock]] = []  # (ms, number, clock); void unless it is the clock's deadline
        self._number = 0

    def joined(self, journey: str, call: str, queue: str, at_ms: int) -> None:
        """A caller began to wait. `journey` is "" when only a list told of him: then his call's id stands for it."""
        clock = self._take(journey, call, at_ms)
        if clock is None:
            return
        if clock.answered and call not in clock.calls:
            clock.started_ms = at_ms
            clock.answered = False
        if clock.calls.get(call, ("", 0))[0] != queue:
            clock.calls[call] = queue, at_ms
        self._note(clock, call, queue)
        clock.known, clock.hung, clock.deadline_ms = True, False, None

    def ended(self, end: End) -> None:
        """A stay ended: with the first answer the clock stops, else it runs until the caller is gone."""
        if end.outcome is Outcome.REJECTED:
            return
        joined_ms = end.joined_ms or end.at_ms - end.wait_ms
        clock = self._take(end.journey, end.call, joined_ms)
        if clock is None:
            return
        waits = clock.calls.get(end.call)
        if waits is not None:
            queue, since_ms = waits
            if queue != end.queue or (end.joined_ms < since_ms and end.at_ms <= since_ms):
                return  # he waits elsewhere already, and this is what was before
            del clock.calls[end.call]
            if clock.answered:
                return  # another leg of this call was answered first
        elif clock.answered:
            clock.started_ms, clock.answered = joined_ms, False  # transferred back, and nobody saw him wait
        self._note(clock, end.call, end.queue)
        if end.outcome is Outcome.ANSWERED:
            self._tell(clock, end.at_ms, answered=True)
            clock.answered, clock.left_ms = True, end.at_ms
            self._look(clock, end.at_ms + LONGEST_CALL_MS)
        elif not clock.calls:
            clock.left_ms, clock.known = end.at_ms, end.outcome is not Outcome.UNRESOLVED
            if clock.hung or end.outcome is Outcome.ABANDONED:
                self._gone(clock)
            else:
                self._look(clock, end.at_ms + GONE_MS)

    def hung_up(self, call: str, now_ms: int) -> None:
        """A channel is gone, of a caller or not. Of one who waited, the end of his stay follows."""
        clock = self._of_call.get(call)
        if clock is None:
            return
        if clock.calls:
            clock.hung = clock.hung or call in clock.calls
        elif clock.answered:
            self._look(clock, now_ms + GONE_MS)  # another leg of an attended transfer may join a queue
        else:
            self._gone(clock)

    def settle(self, now_ms: int) -> None:
        """Stop the clocks of those who wait nowhere any more."""
        while self._due and self._due[0][0] <= now_ms:
            at_ms, _, clock = heapq.heappop(self._due)
            if clock.deadline_ms == at_ms:
                self._gone(clock)

    def next_ms(self) -> int | None:
        """When `settle` may have something to do, or None."""
        while self._due and self._due[0][2].deadline_ms != self._due[0][0]:
            heapq.heappop(self._due)
        return self._due[0][0] if self._due else None

    def started_ms(self, call: str) -> int | None:
        """When the clock of a caller who has no answer yet began; None when it has stopped, or there is none."""
        clock = self._of_call.get(call)
        return None if clock is None or clock.answered else clock.started_ms

    def oldest_ms(self, calls: Iterable[str]) -> int | None:
        """When the oldest clock of these callers began, or None."""
        starts = (self.started_ms(call) for call in calls)
        return min((start_ms for start_ms in starts if start_ms is not None), default=None)

    def open(self) -> tuple[OpenJourney, ...]:
        """All clocks, for the journal; one with several waiting calls once for each."""
        found: list[OpenJourney] = []
        for each in self._clocks.values():
            if not each.calls:
                found.append(
                    OpenJourney(each.journey, each.call, each.queue, each.started_ms, each.answered, each.left_ms)
                )
            for call, (queue, _) in each.calls.items():
                found.append(OpenJourney(each.journey, call, queue, each.started_ms, each.answered, None))
        return tuple(found)

    def restore(self, journeys: Iterable[OpenJourney], now_ms: int) -> None:
        """Take back the clocks of an earlier run, before any event; they ran on meanwhile."""
        for each in journeys:
            clock = self._take(each.journey, each.call, each.started_ms)
            if clock is None:
                continue
            clock.started_ms, clock.answered = each.started_ms, each.answered
            self._note(clock, each.call, each.queue)
            if each.left_ms is None:
                clock.calls[each.call] = each.queue, each.started_ms
            else:
                clock.left_ms = each.left_ms
                # he may have joined another queue while nobody looked: the list tells
                self._look(clock, max(each.left_ms + LONGEST_CALL_MS if each.answered else 0, now_ms + GONE_MS))

    def _take(self, journey: str, call: str, at_ms: int) -> _Clock | None:
        """The clock of a call, a new one if need be; None when there are too many of them."""
        clock = self._find(journey, call)
        if clock is None and len(self._clocks) >= MAX_JOURNEYS:
            self.dropped += 1
        elif call not in self._of_call and len(self._of_call) >= 2 * MAX_JOURNEYS:
            self.dropped += 1
            clock = None
        elif clock is None:
            journey = journey or call
            clock = self._clocks[journey] = _Clock(journey, self._began_ms(journey, at_ms))
        return clock

    def _find(self, journey: str, call: str) -> _Clock | None:
        """The clock of a call. One that was known by its call alone, or by another journey, is of this one from now."""
        mine, clock = self._of_call.get(call), self._clocks.get(journey or call)
        if mine is None or mine is clock or not journey:
            return clock if mine is None else mine
        if clock is None:
            del self._clocks[mine.journey]
            if mine.journey == call:  # which tells less of the start
                mine.started_ms = self._began_ms(journey, mine.started_ms)
            mine.journey = journey
            self._clocks[journey] = mine
            return mine
        clock.started_ms = min(clock.started_ms, mine.started_ms)
        if call in mine.calls:
            clock.calls[call] = mine.calls.pop(call)
        self._note(clock, call, mine.queue)
        if not mine.calls:
            self._forget(mine)
        return clock

    def _began_ms(self, journey: str, joined_ms: int) -> int:
        return _call_began_ms(journey, joined_ms + self.shift_ms) - self.shift_ms

    def _note(self, clock: _Clock, call: str, queue: str) -> None:
        clock.call, clock.queue = call, queue
        clock.seen.add(call)
        self._of_call[call] = clock

    def _look(self, clock: _Clock, at_ms: int) -> None:
        clock.deadline_ms = at_ms
        self._number += 1
        heapq.heappush(self._due, (at_ms, self._number, clock))

    def _tell(self, clock: _Clock, at_ms: int, *, answered: bool) -> None:
        wait_ms = max(0, at_ms - clock.started_ms)
        self._told(JourneyEnd(clock.queue, clock.journey, wait_ms, answered, at_ms))

    def _gone(self, clock: _Clock) -> None:
        """His clock stopped when he left his last queue. How long a ghost waited, nobody knows."""
        self._forget(clock)
        if clock.known and not clock.answered:
            self._tell(clock, clock.left_ms, answered=False)

    def _forget(self, clock: _Clock) -> None:
        clock.deadline_ms = None
        if self._clocks.get(clock.journey) is clock:
            del self._clocks[clock.journey]
        for call in clock.seen:
            if self._of_call.get(call) is clock:
                del self._of_call[call]


def _call_began_ms(journey: str, joined_ms: int) -> int:
    """When the call began by its id, to the second; when he joined, if the id does not tell. Ms of the PBX's clock."""
    match = _FIRST_CHANNEL.search(journey)
    began_ms = int(match[1]) * 1000 if match else 0
    return min(began_ms, joined_ms) if joined_ms - LONGEST_CALL_MS <= began_ms <= joined_ms + AHEAD_MS else joined_ms
