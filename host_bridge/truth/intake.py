"""Each event to those whom it concerns: lines, conversations, agents, callers' clocks and the PBX's counters.

What ends goes into the ledger, and from there into the windows. No clock, no socket; ms come as arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from host_bridge.pbx import events as ev
from host_bridge.truth.counters import Counters
from host_bridge.truth.journeys import Journeys
from host_bridge.truth.ledger import Ledger
from host_bridge.truth.live import Live
from host_bridge.truth.members import Crowd, Members
from host_bridge.truth.outcomes import End, JourneyEnd, Outcome, Talk
from host_bridge.truth.stays import Stays
from host_bridge.truth.talks import Talks
from host_bridge.truth.unnamed import Unnamed
from host_bridge.truth.windows import Windows

SAME_MS = 3_000  # two records of one call so near each other, and alike, are one: told twice
SAME_JOIN_MS = 2_000  # a join time out of whole seconds is that of a stay when it is so near
MAX_QUEUES = 20_000  # past all that is real: a PBX gone mad must not fill the memory


class Intake:
    """What is open now, as a pure function of the events applied and their times."""

    def __init__(
        self, only: frozenset[str] | None, ledger: Ledger, windows: Windows, *, whole_seconds: bool = False
    ) -> None:
        """`only` these queues are read, None is all. `whole_seconds` as in Stays."""
        self.listed: dict[str, None] = {}  # known queues in the PBX's order
        self.dirty: set[str] = set()  # queues whose figures may have changed
        self.gone: set[str] = set()  # queues that the PBX has no more
        self.members: dict[str, Members] = {}
        self.crowds = {name: Crowd() for name in windows.groups}
        self.stays = Stays(self._ended, self.changed, self._answered_unseen, whole_seconds=whole_seconds)
        self.talks = Talks()
        self._unnamed = Unnamed()
        self.counters = Counters()
        self.journeys = Journeys(self._clock_stopped)
        self._only = only
        self._ledger = ledger
        self._windows = windows
        self._dropped = 0
        # Any: each handler takes its own kind of event, which a dict by type cannot say
        self._handlers: dict[type, Callable[[Any, int], None]] = {
            ev.Joined: self._joined,
            ev.Left: self._left,
            ev.GaveUp: self._gave_up,
            ev.Rang: lambda event, now_ms: self.stays.rang(event),
            ev.NotAnswered: lambda event, now_ms: self.stays.not_answered(event),
            ev.Connected: self._connected,
            ev.Completed: self._completed,
            ev.HangupAsked: self.stays.hangup_asked,
            ev.HungUp: self._hung_up,
            ev.QueueStatusSet: self.stays.status_set,
            ev.QueueEntered: self._entered,
            ev.MemberChanged: self._member_changed,
            ev.MemberRemoved: self._member_removed,
            ev.Snapshot: self._snapshot,
            ev.LinkUp: lambda event, now_ms: None,
            ev.LinkDown: self._link_down,
            ev.Restarted: self._restarted,
        }

    @property
    def dropped(self) -> int:
        """How much was not taken in, or forgotten before its time, as a PBX told more than memory is kept for."""
        return self._dropped + self.stays.dropped + self.talks.dropped + self.journeys.dropped

    def apply(self, event: ev.Event, now_ms: int) -> None:
        """Take one event over. Raises KeyError for a kind unknown."""
        self._handlers[type(event)](event, now_ms)

    def restore(self, live: Live, now_ms: int) -> None:
        """Take back what was open when an earlier run ended, before any event."""
        self.journeys.restore(live.journeys, now_ms)
        self.counters.restore(each for each in live.counters if self.is_read(each.queue))
        self.stays.restore((stay for stay in live.stays if self.is_read(stay.queue)), now_ms)

    def regroup(self) -> None:
        """The windows have other groups: put the agents together anew."""
        self.crowds = {name: Crowd() for name in self._windows.groups}
        for queue, members in self.members.items():
            members.join(self._crowds_of(queue))

    def is_read(self, queue: str) -> bool:
        """Whether this queue is one of those to read."""
        return bool(queue) and (self._only is None or queue in self._only)

    def changed(self, queue: str) -> None:
        """Some figure of this queue may have."""
        if queue in self.listed:
            self.dirty.add(queue)

    def _wanted(self, queue: str) -> bool:
        """Whether this queue is read at all; a new one is taken up."""
        if queue in self.listed:
            return True
        if not self.is_read(queue):
            return False
        if len(self.members) >= MAX_QUEUES and queue not in self.members:
            self._dropped += 1
            return False
        self.listed[queue] = None
        self.gone.discard(queue)
        if queue not in self.members:
            self.members[queue] = Members(self._crowds_of(queue))
        self._windows.open(queue)
        self.dirty.add(queue)
        return True

    def _crowds_of(self, queue: str) -> tuple[Crowd, ...]:
        return tuple(self.crowds[name] for name in self._windows.groups_of(queue))

    def _ended(self, end: End) -> None:
        # a stay may outlive its queue's listing; a rejection may be all that is heard of a queue
        if end.queue in self._windows.queues or self._wanted(end.queue):
            self._ledger.add(end)
            self.journeys.ended(end)

    def _clock_stopped(self, end: JourneyEnd) -> None:
        self._ledger.add(end)

    def _answered_unseen(self, end: End) -> None:
        """An answer without an open stay: one told twice, one that was given up, or of a caller never seen."""
        for row, known in self._ledger.ends(end.queue, end.call):
            if known.outcome is Outcome.ANSWERED and abs(known.at_ms - end.at_ms) <= SAME_MS:
                return
            if known.outcome is Outcome.UNRESOLVED and abs(known.joined_ms - end.joined_ms) <= SAME_JOIN_MS:
                known_better = end._replace(journey=known.journey, joined_ms=known.joined_ms)
                self._ledger.revise(row, known_better)
                self.journeys.ended(known_better)
                return
        self._ended(end)

    def _joined(self, event: ev.Joined, now_ms: int) -> None:
        if self._wanted(event.queue):
            self.stays.joined(event, now_ms)
            if event.call in self.stays.book.waiting:
                self.journeys.joined(event.journey, event.call, event.queue, event.at_ms)
        else:
            self.stays.moved_on(event.call, now_ms)

    def _left(self, event: ev.Left, now_ms: int) -> None:
        if self._wanted(event.queue):
            self.stays.left(event, now_ms)

    def _gave_up(self, event: ev.GaveUp, now_ms: int) -> None:
        if not self.counters.awaits_list or self.stays.book.find(event.queue, event.call) is not None:
            self.counters.gave_up(event.queue)  # else nobody's stay ends here, and the next list tells of it
        self.stays.gave_up(event, now_ms)

    def _connected(self, event: ev.Connected, now_ms: int) -> None:
        if not event.queue:
            book = self.stays.book
            event = self._unnamed.connected(event, book.open.get(event.call) or book.waiting.get(event.call))
        if self._wanted(event.queue) and self.talks.begin(event.queue, event.interface, event.call, event.hold_s):
            self.counters.connected(event.queue)
            self.stays.connected(event, now_ms)

    def _completed(self, event: ev.Completed, now_ms: int) -> None:
        if not event.queue:
            event = self._unnamed.completed(event)
        if not self._wanted(event.queue) or self.talks.is_repeat(event):
            return
        call = self.talks.end(event.queue, event.interface, event.call, event.hold_s)
        self.talks.note_end(event, call)
        talk = Talk(event.queue, event.talk_s, event.reason == "transfer", event.at_ms, call, event.hold_s)
        if not self._ledger.has_talk(talk, SAME_MS):
            self.counters.completed(event.queue)
            self._ledger.add(talk)

    def _entered(self, event: ev.QueueEntered, now_ms: int) -> None:
        if event.call not in self.talks:  # a transfer says it again before the call goes elsewhere
            self.stays.entered(event._replace(queue=self._spelled(event.queue)), now_ms)

    def _spelled(self, queue: str) -> str:
        """A queue of the dialplan in its own spelling: the PBX finds it in any case (queue_cmp_cb in app_queue.c)."""
        if queue in self.listed:
            return queue
        return next((listed for listed in self.listed if listed.lower() == queue.lower()), queue)

    def _hung_up(self, event: ev.HungUp, now_ms: int) -> None:
        self.stays.hung_up(event, now_ms)
        self.talks.hung_up(event.call)
        self._unnamed.hung_up(event.call)
        self.journeys.hung_up(event.call, now_ms)

    def _member_changed(self, event: ev.MemberChanged, now_ms: int) -> None:
        if self._wanted(event.queue) and self.members[event.queue].change(event):
            self.changed(event.queue)

    def _member_removed(self, event: ev.MemberRemoved, now_ms: int) -> None:
        if self._wanted(event.queue) and self.members[event.queue].remove(event.interface):
            self.changed(event.queue)

    def _snapshot(self, event: ev.Snapshot, now_ms: int) -> None:
        queues = tuple(snapshot for snapshot in event.queues if self._wanted(snapshot.queue))
        if event.whole:
            self._take_list(tuple(snapshot.queue for snapshot in queues), now_ms)
        self.stays.snapshot(queues, now_ms, whole=event.whole)
        for snapshot in queues:
            self.counters.take(snapshot)
            for stay in self.stays.book.lines[snapshot.queue]:
                self.journeys.joined(stay.journey, stay.joined_as, stay.queue, stay.joined_ms)
            if self.members[snapshot.queue].replace(snapshot.members):
                self.changed(snapshot.queue)

    def _take_list(self, listed: tuple[str, ...], now_ms: int) -> None:
        """The PBX's order, and what it has no more. The counters of such a queue are kept for its return."""
        for queue in self.listed.keys() - set(listed):
            self.stays.drop_queue(queue, now_ms)
            self.counters.drop(queue)
            self.members[queue].replace(())
            del self.listed[queue]
            self.gone.add(queue)
            self.dirty.discard(queue)
        self.listed = dict.fromkeys(listed)

    def _link_down(self, event: ev.LinkDown, now_ms: int) -> None:
        self.talks.clear()
        self._unnamed.clear()
        self.stays.link_down(now_ms)

    def _restarted(self, event: ev.Restarted, now_ms: int) -> None:
        self.talks.clear()
        self._unnamed.clear()
        self.counters.restarted()
        self.stays.restarted(now_ms)
