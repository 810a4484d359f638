"""The truth about every queue of one PBX: events in, exact figures out. No clock, no socket; ms come as arguments.

Life of the facade: `apply` every event in order; publish the figures of what `take_dirty` names; send a
QueueStatus for what `take_asks` names; call `settle` at the latest when `next_ms` says, as some outcomes are
decided by silence (see `stays`) and rolling windows empty by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from host_bridge.pbx import events as ev
from host_bridge.truth.ledger import Ledger, Sink
from host_bridge.truth.live import Live
from host_bridge.truth.members import Members
from host_bridge.truth.outcomes import End, Outcome, Record, Talk
from host_bridge.truth.service_level import ServiceLevel
from host_bridge.truth.stays import Stays
from host_bridge.truth.talks import Talks
from host_bridge.truth.unnamed import Unnamed
from host_bridge.truth.windows import ALL, Group, Windows

SAME_MS = 3_000  # two records of one call so near each other, and alike, are one: told twice
SAME_JOIN_MS = 2_000  # a join time out of whole seconds is that of a stay when it is so near


class Truth:
    """State of all queues as a pure function of the events applied and their times."""

    def __init__(
        self,
        service_level_of: Callable[[str], ServiceLevel],
        queues: frozenset[str] | None = None,
        *,
        groups: Mapping[str, Group] | None = None,
        all_level: ServiceLevel | None = None,
        wait_limit_ms: int | None = None,
        sink: Sink | None = None,
        whole_seconds: bool = False,
    ) -> None:
        """`service_level_of` is asked at each `figures`, but for `window_s`, which holds from a queue's first
        sight; `queues` limits what is read to these, None is all.

        `groups`, `all_level` and `wait_limit_ms` as in Windows. `sink` is told every record, for the journal.
        `whole_seconds` as in Stays.
        """
        self._only = queues
        self._groups = {name: group for name, group in (groups or {}).items() if name != ALL}
        self._sink = sink
        self._ledger = Ledger(self)
        self._windows = Windows(service_level_of, groups or {}, all_level or ServiceLevel(), wait_limit_ms)
        self._stays = Stays(self._ended, self._changed, self._answered_unseen, whole_seconds=whole_seconds)
        self._talks = Talks()
        self._unnamed = Unnamed()
        self._members: dict[str, Members] = {}
        self._listed: dict[str, None] = {}  # known queues in the PBX's order
        self._dirty: set[str] = set()
        self._gone: set[str] = set()
        # Any: each handler takes its own kind of event, which a dict by type cannot say
        self._handlers: dict[type, Callable[[Any, int], None]] = {
            ev.Joined: self._joined,
            ev.Left: self._left,
            ev.GaveUp: lambda event, now_ms: self._stays.gave_up(event),
            ev.Rang: lambda event, now_ms: self._stays.rang(event),
            ev.NotAnswered: lambda event, now_ms: self._stays.not_answered(event),
            ev.Connected: self._connected,
            ev.Completed: self._completed,
            ev.HangupAsked: self._stays.hangup_asked,
            ev.HungUp: self._hung_up,
            ev.QueueStatusSet: self._stays.status_set,
            ev.QueueEntered: self._entered,
            ev.MemberChanged: self._member_changed,
            ev.MemberRemoved: self._member_removed,
            ev.Snapshot: self._snapshot,
            ev.LinkUp: lambda event, now_ms: None,
            ev.LinkDown: self._link_down,
            ev.Restarted: self._restarted,
        }

    @property
    def queues(self) -> tuple[str, ...]:
        """The ids of all queues known, in the PBX's own order."""
        return tuple(self._listed)

    @property
    def unplaced(self) -> int:
        """Rejected callers who could not be counted, as no event named their queue (class dialplan is missing)."""
        return self._stays.unplaced

    def apply(self, event: ev.Event, now_ms: int) -> None:
        """Take one event over; `now_ms` of the bridge's clock never falls. Raises KeyError for a kind unknown."""
        if self._stays.book.deadlines.is_due(now_ms):
            self._stays.settle(now_ms)
        self._handlers[type(event)](event, now_ms)

    def settle(self, now_ms: int) -> None:
        """Decide what silence decides, and empty the rolling windows."""
        self._stays.settle(now_ms)
        for queue in self._windows.expire(now_ms):
            self._changed(queue)

    def next_ms(self) -> int | None:
        """When `settle` has something to do by time alone, or None."""
        times = (self._windows.next_ms(), self._stays.next_ms())
        return min((at_ms for at_ms in times if at_ms is not None), default=None)

    def roll(self, day_start_ms: int, now_ms: int) -> None:
        """Today began at `day_start_ms`; when that is another day than before, its windows start anew."""
        self.settle(now_ms)
        if self._windows.roll(day_start_ms):
            self._windows.rebuild(self._windows.queues, self._ledger.records)
            self._dirty.update(self._listed)

    def prune(self, before_ms: int) -> None:
        """Forget the records of what ended before: no window reaches back so far any more."""
        self._ledger.prune(before_ms)

    def live(self) -> Live:
        """What is open now; with the records it is all that a bridge started anew must know."""
        return Live(self._stays.live())

    def restore(self, rows: Sequence[tuple[int, Record]], live: Live, now_ms: int, next_row: int = 1) -> None:
        """Take back what an earlier run of the bridge knew, before the first event; new rows begin at `next_row`."""
        self._ledger.restore(rows, next_row)
        self._windows.rebuild({record.queue for _, record in rows}, self._ledger.records)
        self._stays.restore((stay for stay in live.stays if self._is_read(stay.queue)), now_ms)

    def take_dirty(self) -> set[str]:
        """The queues whose figures may have changed since the last call."""
        dirty, self._dirty = self._dirty, set()
        return dirty

    def take_asks(self) -> set[str]:
        """The queues whose line the PBX must be asked for (QueueStatus), since the last call."""
        asks, self._stays.asks = self._stays.asks, set()
        return asks

    def gone(self) -> set[str]:
        """The queues that the PBX has no more, each told once."""
        gone, self._gone = self._gone, set()
        return gone

    def figures(self, queue: str, now_ms: int) -> dict[str, int]:
        """The queue snapshot of DESIGN section 5, but for what the calendar and the labels add.

        Integers only; a figure that is not known is absent. Raises KeyError for a queue not in `queues`.
        """
        if queue not in self._listed:
            raise KeyError(queue)
        figures = self._windows.figures(queue, now_ms)
        self._add_waiting(figures, (queue,), now_ms)
        agents = self._members[queue].agents
        figures["agents_in"] = agents.logged_in
        figures["agents_free"] = agents.free
        figures["agents_busy"] = agents.busy
        figures["agents_paused"] = agents.paused
        return figures

    def group_figures(self, name: str, now_ms: int) -> dict[str, int]:
        """The same of a group, or of "all", the whole centre. Raises KeyError for a group that is not known."""
        figures = self._windows.group_figures(name, now_ms)
        group = self._groups.get(name)
        queues = self._listed if group is None else [queue for queue in group.queues if queue in self._listed]
        self._add_waiting(figures, queues, now_ms)
        return figures

    def _add_waiting(self, figures: dict[str, int], queues: Iterable[str], now_ms: int) -> None:
        lines = [line for queue in queues if (line := self._stays.book.lines.get(queue))]
        figures["waiting"] = sum(map(len, lines))
        if lines:
            figures["oldest_ms"] = max(0, now_ms - min(stay.joined_ms for line in lines for stay in line))

    def _wanted(self, queue: str) -> bool:
        """Whether this queue is read at all; a new one is taken up."""
        if queue in self._listed:
            return True
        if not self._is_read(queue):
            return False
        self._listed[queue] = None
        self._gone.discard(queue)
        self._members.setdefault(queue, Members())
        self._windows.open(queue)
        self._dirty.add(queue)
        return True

    def _is_read(self, queue: str) -> bool:
        return bool(queue) and (self._only is None or queue in self._only)

    def _changed(self, queue: str) -> None:
        if queue in self._listed:
            self._dirty.add(queue)

    def _ended(self, end: End) -> None:
        # a stay may outlive its queue's listing; a rejection may be all that is heard of a queue
        if end.queue in self._windows.queues or self._wanted(end.queue):
            self._ledger.add(end)

    def _answered_unseen(self, end: End) -> None:
        """An answer without an open stay: one told twice, one that was given up, or of a caller never seen."""
        for row, known in self._ledger.ends(end.queue, end.call):
            if known.outcome is Outcome.ANSWERED and abs(known.at_ms - end.at_ms) <= SAME_MS:
                return
            if known.outcome is Outcome.UNRESOLVED and abs(known.joined_ms - end.joined_ms) <= SAME_JOIN_MS:
                self._ledger.revise(row, end._replace(journey=known.journey, joined_ms=known.joined_ms))
                return
        self._ended(end)

    def added(self, row: int, record: Record) -> None:
        """For the ledger: a new record is counted, and kept."""
        self._windows.add(record)
        self._changed(record.queue)
        if self._sink is not None:
            self._sink.added(row, record)

    def revised(self, row: int, old: Record, new: Record) -> None:
        """For the ledger: a record is known better."""
        if not self._windows.revise(old, new):
            self._windows.rebuild((new.queue,), self._ledger.records)
        self._changed(new.queue)
        if self._sink is not None:
            self._sink.revised(row, old, new)

    def _joined(self, event: ev.Joined, now_ms: int) -> None:
        if self._wanted(event.queue):
            self._stays.joined(event, now_ms)
        else:
            self._stays.moved_on(event.call, now_ms)

    def _left(self, event: ev.Left, now_ms: int) -> None:
        if self._wanted(event.queue):
            self._stays.left(event, now_ms)

    def _connected(self, event: ev.Connected, now_ms: int) -> None:
        if not event.queue:
            book = self._stays.book
            event = self._unnamed.connected(event, book.open.get(event.call) or book.waiting.get(event.call))
        if self._wanted(event.queue) and self._talks.begin(event.queue, event.interface, event.call, event.hold_s):
            self._stays.connected(event, now_ms)

    def _completed(self, event: ev.Completed, now_ms: int) -> None:
        if not event.queue:
            event = self._unnamed.completed(event)
        if self._wanted(event.queue):
            call = self._talks.end(event.queue, event.interface, event.call, event.hold_s) or event.call
            talk = Talk(event.queue, event.talk_s, event.reason == "transfer", event.at_ms, call, event.hold_s)
            if not self._ledger.has_talk(talk, SAME_MS):
                self._ledger.add(talk)

    def _entered(self, event: ev.QueueEntered, now_ms: int) -> None:
        if event.call not in self._talks:  # a transfer says it again before the call goes elsewhere
            self._stays.entered(event._replace(queue=self._spelled(event.queue)), now_ms)

    def _spelled(self, queue: str) -> str:
        """A queue of the dialplan in its own spelling: the PBX finds it in any case (queue_cmp_cb in app_queue.c)."""
        if queue in self._listed:
            return queue
        return next((listed for listed in self._listed if listed.lower() == queue.lower()), queue)

    def _hung_up(self, event: ev.HungUp, now_ms: int) -> None:
        self._stays.hung_up(event, now_ms)
        self._talks.hung_up(event.call)

    def _member_changed(self, event: ev.MemberChanged, now_ms: int) -> None:
        if self._wanted(event.queue) and self._members[event.queue].change(event):
            self._changed(event.queue)

    def _member_removed(self, event: ev.MemberRemoved, now_ms: int) -> None:
        if self._wanted(event.queue) and self._members[event.queue].remove(event.interface):
            self._changed(event.queue)

    def _snapshot(self, event: ev.Snapshot, now_ms: int) -> None:
        queues = tuple(snapshot for snapshot in event.queues if self._wanted(snapshot.queue))
        if event.whole:
            self._take_list(tuple(snapshot.queue for snapshot in queues), now_ms)
        self._stays.snapshot(queues, now_ms, whole=event.whole)
        for snapshot in queues:
            if self._members[snapshot.queue].replace(snapshot.members):
                self._changed(snapshot.queue)

    def _take_list(self, listed: tuple[str, ...], now_ms: int) -> None:
        """The PBX's order, and what it has no more. The counters of such a queue are kept for its return."""
        for queue in self._listed.keys() - set(listed):
            self._stays.drop_queue(queue, now_ms)
            del self._listed[queue]
            self._gone.add(queue)
            self._dirty.discard(queue)
        self._listed = dict.fromkeys(listed)

    def _link_down(self, event: ev.LinkDown, now_ms: int) -> None:
        self._talks.clear()
        self._unnamed.clear()
        self._stays.link_down(now_ms)

    def _restarted(self, event: ev.Restarted, now_ms: int) -> None:
        self._talks.clear()
        self._unnamed.clear()
        self._stays.restarted(now_ms)
