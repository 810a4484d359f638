"""The PBX's own counters of each queue, followed between its lists: by how much they rose in a gap is what was missed.

app_queue.c: `completed` rises when a conversation ends (update_queue), `abandoned` with each QueueCallerAbandon
(record_abandoned), so timeouts and emptied queues are in it, and key exits are in neither. Both run since the PBX
started or the queue was reset.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from host_bridge.pbx.events import QueueSnapshot
from host_bridge.truth.live import PbxCounters
from host_bridge.truth.outcomes import End, Estimate, Outcome

AHEAD = 10  # what of a queue is counted twice between two lists: a list had it, and its event came after
LATE_MS = 2_000  # how much later than its estimate a call may seem to have ended: whole seconds, and two clocks


class Missed(NamedTuple):
    """How many stays of a queue ended in a gap."""

    answered: int
    abandoned: int

    def at_least_none(self) -> Missed:
        """Fewer than none are none."""
        return Missed(max(0, self.answered), max(0, self.abandoned))


class Counters:
    """Each list sets them; what is counted between two lists may run ahead of the PBX, never behind it.

    So a difference that is taken over a gap is rather too small than too large: no call is counted twice.
    """

    def __init__(self) -> None:
        self.uncounted: Mapping[str, Missed] = {}  # what rose in gaps that are not closed yet
        self.awaits_list = False
        """A gap is open, and no list has come since: a conversation that ends now may have begun in the gap, so fewer
        than none may talk."""
        self._of: dict[str, PbxCounters] = {}

    def heard(self) -> tuple[PbxCounters, ...]:
        """All queues' counters as they are now."""
        return tuple(self._of.values())

    def now(self) -> tuple[PbxCounters, ...]:
        """The same, less what is not counted yet: a bridge that is killed meanwhile must find it at its next start."""
        if not self.uncounted:
            return self.heard()
        return tuple(_less(each, self.uncounted.get(each.queue, Missed(0, 0))) for each in self._of.values())

    def restore(self, counters: Iterable[PbxCounters]) -> None:
        """Take back what an earlier run knew."""
        self._of = {each.queue: each for each in counters}

    def take(self, snapshot: QueueSnapshot) -> None:
        """Take over the PBX's list of one queue."""
        self._of[snapshot.queue] = listed(snapshot)

    def connected(self, queue: str) -> None:
        """AgentConnect: one talks more."""
        self._add(queue, 0, 0, 1)

    def completed(self, queue: str) -> None:
        """AgentComplete."""
        self._add(queue, 1, 0, -1)

    def gave_up(self, queue: str) -> None:
        """QueueCallerAbandon."""
        self._add(queue, 0, 1, 0)

    def restarted(self) -> None:
        """The PBX started anew, and so did its counters."""
        self._of = {queue: PbxCounters(queue, 0, 0, 0) for queue in self._of}

    def drop(self, queue: str) -> None:
        """The PBX has this queue no more."""
        self._of.pop(queue, None)

    def _add(self, queue: str, completed: int, abandoned: int, talking: int) -> None:
        now = self._of.get(queue)
        if now is not None:
            talking += now.talking
            if not self.awaits_list:
                talking = max(0, talking)
            self._of[queue] = PbxCounters(queue, now.completed + completed, now.abandoned + abandoned, talking)


def _less(now: PbxCounters, rose: Missed) -> PbxCounters:
    """Counters from which `missed` tells what rose, and all that rises after `now`; none is less than nothing."""
    talking = min(now.talking, rose.answered)
    completed = max(0, now.completed - (rose.answered - talking))
    return PbxCounters(now.queue, completed, max(0, now.abandoned - rose.abandoned), now.talking - talking)


def less(now: PbxCounters, before: PbxCounters) -> PbxCounters:
    """By how much each of a queue's counters is more than before."""
    completed, abandoned = now.completed - before.completed, now.abandoned - before.abandoned
    return PbxCounters(now.queue, completed, abandoned, now.talking - before.talking)


def listed(snapshot: QueueSnapshot) -> PbxCounters:
    """A queue's counters as a list tells them."""
    talking = sum(member.in_call for member in snapshot.members)
    return PbxCounters(snapshot.queue, snapshot.completed, snapshot.abandoned, talking)


def missed(before: PbxCounters, after: PbxCounters) -> Missed:
    """What ended between two readings of one queue's counters.

    An answered call completes later, so those who talk now were answered too, unless they talked before. Counters that
    fell began anew: the PBX was restarted, and whoever talked before is gone. But a few fewer are no fall: what is
    counted by events may be ahead, and were they taken for a fall all calls of the day would be counted once more.
    """
    if after.completed < before.completed - AHEAD or after.abandoned < before.abandoned - AHEAD:
        before = PbxCounters(before.queue, 0, 0, 0)
    answered = after.completed - before.completed + after.talking - before.talking
    return Missed(max(0, answered), max(0, after.abandoned - before.abandoned))


def less_what_is_told(estimates: Sequence[tuple[int, Estimate]], ends: Iterable[End]) -> list[tuple[int, Estimate]]:
    """The estimates, by row, that hold fewer calls now that queue_log tells of these ends, which nobody heard.

    Each as it is now. A call was estimated once: in the first estimate of its queue since it ended that has one left.
    """
    now = dict(estimates)
    rows = sorted(now, key=lambda row: now[row].at_ms)
    for end in ends:
        is_answer = end.outcome is Outcome.ANSWERED
        if not is_answer and end.outcome not in (Outcome.ABANDONED, Outcome.OVERFLOWED, Outcome.REMOVED):
            continue  # the PBX counts no other
        for row in rows:
            each = now[row]
            if each.queue != end.queue or end.at_ms > each.at_ms + LATE_MS:
                continue
            if (each.answered if is_answer else each.abandoned) > 0:
                now[row] = each._replace(answered=each.answered - is_answer, abandoned=each.abandoned - (not is_answer))
                break
    return [(row, now[row]) for row, each in estimates if now[row] != each]
