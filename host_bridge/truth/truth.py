"""The truth about every queue of one PBX: events in, exact figures out. No clock, no socket; ms come as arguments.

Life of the facade: `restore` what an earlier run knew, if there was one; `apply` every event in order; publish the
figures of what `take_dirty` names; send a QueueStatus for what `take_asks` names; call `settle` at the latest when
`next_ms` says, as some outcomes are decided by silence (see `evidence`) and rolling windows empty by themselves; `roll`
when the day does. While `has_gap`, and once the first whole list is in: `fill` from queue_log, or `estimate` without.
Hand `live` and what the sink was told to the journal.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence

from host_bridge.pbx import events as ev
from host_bridge.truth.figures import Tally, Waits
from host_bridge.truth.gaps import Filled, Gaps
from host_bridge.truth.intake import Intake
from host_bridge.truth.ledger import Ledger, Sink
from host_bridge.truth.live import Live
from host_bridge.truth.members import Agents
from host_bridge.truth.outcomes import End, Estimate, Record, Talk
from host_bridge.truth.service_level import ServiceLevel
from host_bridge.truth.windows import ALL, Group, Windows

_NOBODY = Waits(0, None, None)


class Truth:
    """State of all queues as a pure function of what was restored, of the events applied and their times."""

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
        sight, or from the last `change`; `queues` limits what is read to these, None is all.

        `groups`, `all_level` and `wait_limit_ms` as in Windows. `sink` is told every record, for the journal.
        `whole_seconds` as in Stays: the source is a queue_log, which does not tell of agents either.
        """
        self._sink = sink
        self._groups = _queues_of(groups or {})
        self._ledger = Ledger(self)
        self._windows = Windows(service_level_of, groups or {}, all_level or ServiceLevel(), wait_limit_ms)
        self._knows_agents = not whole_seconds
        self._intake = Intake(queues, self._ledger, self._windows, whole_seconds=whole_seconds)
        self._gaps = Gaps(self._ledger, self._intake)

    @property
    def queues(self) -> tuple[str, ...]:
        """The ids of all queues known, in the PBX's own order."""
        return tuple(self._intake.listed)

    @property
    def unplaced(self) -> int:
        """Rejected callers who could not be counted, as no event named their queue (class dialplan is missing)."""
        return self._intake.stays.unplaced

    @property
    def dropped(self) -> int:
        """How much was not taken in, or forgotten before its time, as a PBX told more than memory is kept for."""
        return self._intake.dropped + self._ledger.dropped

    @property
    def has_gap(self) -> bool:
        """Whether events were missed and neither `fill` nor `estimate` has closed the gap."""
        return self._gaps.is_open

    @property
    def unsettled(self) -> bool:
        """Whether queue_log may yet tell how some stay ended that no event told, see `settle_from`."""
        return bool(self._ledger.unresolved)

    def apply(self, event: ev.Event, now_ms: int) -> None:
        """Take one event over; `now_ms` of the bridge's clock never falls. Raises KeyError for a kind unknown."""
        kind = type(event)
        is_list = isinstance(event, ev.Snapshot) and event.whole
        if kind is ev.LinkDown:
            self._gaps.begin(now_ms)
        elif is_list:
            self._gaps.before_list()
        self._intake.apply(event, now_ms)
        if is_list:
            self._gaps.listed(now_ms)
        elif kind is ev.Restarted:
            self._gaps.restarted()

    def settle(self, now_ms: int, heard_ms: int | None = None) -> None:
        """Decide what silence decides, and empty the rolling windows.

        `heard_ms`: when the PBX was heard last, anything of it, if that is not now. Of what came later nothing can be
        known yet, so no silence is longer: a wire may hold evidence back for as long as TCP repeats itself.
        """
        self._intake.stays.settle(now_ms if heard_ms is None else heard_ms)
        self._intake.journeys.settle(now_ms)
        for queue in self._windows.expire(now_ms):
            self._intake.changed(queue)
        for name in self._windows.take_expired():  # any queue of a group tells that the group's figures changed
            listed = (queue for queue in self._groups.get(name, self._intake.listed) if queue in self._intake.listed)
            self._intake.dirty.update(itertools.islice(listed, 1))

    def next_ms(self) -> int | None:
        """When `settle` may have something to do by time alone, or None."""
        found = self._windows.next_ms()
        for at_ms in (self._intake.stays.book.deadlines.next_ms(), self._intake.journeys.next_ms()):
            if at_ms is not None and (found is None or at_ms < found):
                found = at_ms
        return found

    def roll(self, day_start_ms: int, now_ms: int) -> None:
        """Today began at `day_start_ms`; when that is another day than before, its windows start anew."""
        self.settle(now_ms)
        if self._windows.roll(day_start_ms):
            self._windows.rebuild(self._windows.queues, self._ledger.records)
            self._intake.dirty.update(self._intake.listed)

    def change(
        self, groups: Mapping[str, Group], all_level: ServiceLevel, wait_limit_ms: int | None, *, today: int | None
    ) -> None:
        """Other thresholds hold from now on, those that `service_level_of` tells among them.

        All figures are then what they would be had these held ever since, as far back as records are kept. `today`:
        when it began, if by another calendar than before; None: by the same.
        """
        before, self._groups = self._groups, _queues_of(groups)
        self._windows.change(groups, all_level, wait_limit_ms, self._ledger.records, today)
        if self._groups != before:  # to put ten thousand agents together takes some ms
            self._intake.regroup()
        self._intake.dirty.update(self._intake.listed)

    def prune(self, before_ms: int) -> None:
        """Forget the records of what ended before: no window reaches back so far any more."""
        self._ledger.prune(before_ms)

    def shift(self, shift_ms: int) -> None:
        """The PBX's clock is the bridge's plus `shift_ms`: its call ids tell when a call began."""
        self._intake.journeys.shift_ms = shift_ms

    def rows(self) -> list[tuple[int, Record]]:
        """All records kept, as the sink was told them."""
        return self._ledger.rows()

    def live(self) -> Live:
        """What is open now; with the records it is all that a bridge started anew must know."""
        intake = self._intake
        return Live(intake.stays.live(), intake.journeys.open(), intake.counters.now())

    def restore(self, rows: Sequence[tuple[int, Record]], live: Live, now_ms: int, next_row: int = 1) -> None:
        """Take back what an earlier run of the bridge knew, before the first event; new rows begin at `next_row`.

        A gap is open then, as it is after any outage.
        """
        self._ledger.restore(rows, next_row)
        self._windows.rebuild({record.queue for _, record in rows}, self._ledger.records)
        self._intake.restore(live, now_ms)
        self._gaps.begin(None)

    def fill(
        self,
        ends: Sequence[End],
        talks: Sequence[Talk],
        now_ms: int,
        waiting: Iterable[tuple[str, str, int]] = (),
        read_ms: int | None = None,
    ) -> Filled:
        """Close the gap by what queue_log tells, in ms of the bridge's clock; nothing is counted twice.

        `waiting`: queue, call and join time of those who wait by it. `read_ms`: when it was read, if that was later
        than the first list since the gap.
        """
        return self._gaps.fill(ends, talks, now_ms, waiting, read_ms)

    def estimate(self, now_ms: int) -> tuple[Estimate, ...]:
        """Close the gap by the PBX's own counters, one record a queue; () as long as no whole list has come."""
        return self._gaps.estimate(now_ms)

    @property
    def missed(self) -> int:
        """How many calls the PBX's own counters say ended in the gap that is open."""
        return self._gaps.missed

    def settle_from(self, ends: Sequence[End], now_ms: int) -> int:
        """Only revise stays of unknown end by what queue_log tells; gives how many."""
        return self._gaps.settle_from(ends, now_ms)

    def take_dirty(self) -> set[str]:
        """The queues whose figures may have changed since the last call."""
        dirty, self._intake.dirty = self._intake.dirty, set()
        return dirty

    def take_asks(self) -> set[str]:
        """The queues whose line the PBX must be asked for (QueueStatus), since the last call."""
        asks, self._intake.stays.asks = self._intake.stays.asks, set()
        return asks

    def gone(self) -> set[str]:
        """The queues that the PBX has no more, each told once."""
        gone, self._intake.gone = self._intake.gone, set()
        return gone

    def figures(self, queue: str, now_ms: int) -> dict[str, int]:
        """The queue snapshot of DESIGN section 5, but for what the calendar and the labels add.

        Integers only; a figure that is not known is absent. Raises KeyError for a queue not in `queues`.
        """
        if queue not in self._intake.listed:
            raise KeyError(queue)
        figures = self._windows.figures(queue, now_ms)
        self._add_now(figures, (queue,), self._intake.members[queue].agents, now_ms)
        return figures

    def group_figures(self, name: str, now_ms: int) -> dict[str, int]:
        """The same of a group, or of "all", the whole centre. Raises KeyError for a group that is not known."""
        figures = self._windows.group_figures(name, now_ms)
        queues = self._groups.get(name, self._intake.listed)
        self._add_now(figures, queues, self._intake.crowds[name].agents, now_ms)
        return figures

    def tally(self, queue: str) -> Tally:
        """What a queue's figures of ends are reckoned from, as of the last `settle`; to be read while thresholds hold.

        Raises KeyError for a queue not in `queues`.
        """
        return self._windows.tally(queue)

    def group_tally(self, name: str) -> Tally:
        """The same of a group, or of "all". Raises KeyError for a group that is not known."""
        return self._windows.group_tally(name)

    def waits(self, queue: str) -> Waits:
        """Who waits in a queue; the caller's clock only where there is a limit to it."""
        line = self._intake.stays.book.lines.get(queue)
        if not line:
            return _NOBODY
        clock_ms = None
        if self._windows.wait_limit_ms is not None:
            clock_ms = self._intake.journeys.oldest_ms([stay.joined_as for stay in line])
        return Waits(len(line), min([stay.joined_ms for stay in line]), clock_ms)

    def added(self, row: int, record: Record) -> None:
        """For the ledger: a new record is counted, and kept."""
        self._windows.add(record)
        self._intake.changed(record.queue)
        if self._sink is not None:
            self._sink.added(row, record)

    def revised(self, row: int, old: Record, new: Record) -> None:
        """For the ledger: a record is known better."""
        if not self._windows.revise(old, new):
            self._windows.rebuild((new.queue,), self._ledger.records)
        self._intake.changed(new.queue)
        if self._sink is not None:
            self._sink.revised(row, old, new)

    def _add_now(self, figures: dict[str, int], queues: Iterable[str], agents: Agents, now_ms: int) -> None:
        """The figures of this instant."""
        lines = [line for queue in queues if (line := self._intake.stays.book.lines.get(queue))]
        figures["waiting"] = sum(map(len, lines))
        if lines:
            figures["oldest_ms"] = max(0, now_ms - min(stay.joined_ms for line in lines for stay in line))
            limit_ms = self._windows.wait_limit_ms
            if limit_ms is not None:
                oldest_ms = self._intake.journeys.oldest_ms(stay.joined_as for line in lines for stay in line)
                if oldest_ms is not None:
                    figures["next_breach_ms"] = max(0, limit_ms - (now_ms - oldest_ms))
        if not self._knows_agents:
            return
        figures["agents_in"] = agents.logged_in
        figures["agents_free"] = agents.free
        figures["agents_busy"] = agents.busy
        figures["agents_paused"] = agents.paused


def _queues_of(groups: Mapping[str, Group]) -> dict[str, tuple[str, ...]]:
    return {name: group.queues for name, group in groups.items() if name != ALL}
