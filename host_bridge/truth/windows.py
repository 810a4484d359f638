"""The windows of all queues, of groups of them and of the whole centre: each record is counted in all that it touches.

A record counts when its wait ended (`at_ms`), in today or in the last so many seconds. Figures of a group are those of
its queues put together before any share or mean is taken, never a mean of means.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from host_bridge.truth.figures import Tally
from host_bridge.truth.outcomes import Record
from host_bridge.truth.service_level import ServiceLevel

ALL = "all"  # the group that has every queue
SAME_DAY_MS = 3_600_000  # a start of today that moves by less is the same day: the wall clock was corrected


@dataclass(frozen=True)
class Group:
    """Queues that are summed and shown as one."""

    queues: tuple[str, ...]
    level: ServiceLevel


class Windows:
    """A tally a queue, a group, and one for the whole centre. Times are ms of one clock, which the caller chooses."""

    def __init__(
        self,
        level_of: Callable[[str], ServiceLevel],
        groups: Mapping[str, Group],
        all_level: ServiceLevel,
        wait_limit_ms: int | None,
    ) -> None:
        """`level_of` a queue is asked at each `figures`, but for `window_s`, which holds from its first sight.

        `wait_limit_ms`: whole seconds, or None. A group called "all" is the whole centre, by `all_level`; of
        `groups` it has no use.
        """
        self.wait_limit_ms = wait_limit_ms
        self._level_of = level_of
        self._since_ms: int | None = None
        self._queues: dict[str, Tally] = {}
        self._groups: dict[str, Tally] = {}
        self._levels: dict[str, ServiceLevel] = {}  # of the groups
        self._members: dict[str, frozenset[str]] = {}  # … and their queues
        self._groups_of: dict[str, list[str]] = {}
        self._names: dict[Tally, str] = {}
        self._touched: dict[str, tuple[Tally, ...]] = {}  # by queue: the tallies that its records are counted in
        self._expired: set[str] = set()  # groups
        # When a rolling window may next lose a sample: (ms, number, tally, queue). Void unless it is in _scheduled.
        self._due: list[tuple[int, int, Tally, str]] = []
        self._scheduled: dict[Tally, int] = {}
        self._number = 0
        self._divide(groups, all_level)

    def change(
        self,
        groups: Mapping[str, Group],
        all_level: ServiceLevel,
        wait_limit_ms: int | None,
        records_of: Callable[[Collection[str]], Iterable[Record]],
        day_start_ms: int | None = None,
    ) -> None:
        """Other groups and levels from now on, `level_of` a queue among them; then the figures are as if ever so.

        What has the window and the queues that it had keeps its counts, as a limit may change at any time; all else is
        counted anew from the records that are kept. `day_start_ms`: when today began, if by another calendar; None: by
        the same.
        """
        self.wait_limit_ms = wait_limit_ms
        kept = {*self._queues.values(), *self._groups.values()}
        if day_start_ms is not None:
            self._since_ms = day_start_ms
            kept = {tally for tally in kept if tally.window_ms is not None}
        self._divide(groups, all_level)
        self._queues = {queue: self._same(tally, self._level_of(queue)) for queue, tally in self._queues.items()}
        self._touched = {queue: self._tallies_of(queue) for queue in self._queues}
        self._expired &= self._groups.keys()
        self._due, self._scheduled = [], {}
        self._recount({*self._queues.values(), *self._groups.values()} - kept, records_of)
        for queue, tallies in self._touched.items():
            for tally in tallies:
                self._schedule(tally, queue)

    @property
    def queues(self) -> Collection[str]:
        """All queues with a window, gone ones too: their counters are kept for their return."""
        return self._queues.keys()

    @property
    def groups(self) -> tuple[str, ...]:
        """The names that `group_figures` takes: the groups, and "all"."""
        return tuple(self._groups)

    def groups_of(self, queue: str) -> tuple[str, ...]:
        """The groups whose figures change with this queue's, "all" among them."""
        return (*self._groups_of.get(queue, ()), ALL)

    def open(self, queue: str) -> None:
        """Let a queue have a window; one that has it keeps it."""
        if queue not in self._queues:
            self._queues[queue] = self._tally(self._level_of(queue))
            self._touched[queue] = self._tallies_of(queue)

    def add(self, record: Record) -> None:
        """Count a record; its queue is opened when it is new."""
        touched = self._touched.get(record.queue)
        if touched is None:
            self.open(record.queue)
            touched = self._touched[record.queue]
        for tally in touched:
            tally.add(record)
            if tally.window_ms is not None:
                self._schedule(tally, record.queue)

    def revise(self, old: Record, new: Record) -> bool:
        """Count `new` in the place of `old`, of the same queue; False: `rebuild` that queue, to be exact."""
        self.open(old.queue)
        exact = True
        for tally in self._touched[old.queue]:
            exact = tally.revise(old, new) and exact
            self._schedule(tally, old.queue)
        return exact

    def rebuild(self, queues: Collection[str], records_of: Callable[[Collection[str]], Iterable[Record]]) -> None:
        """Count these queues anew, and the groups that have one of them, from all records that are kept.

        `records_of` some queues gives their records, by at_ms for speed.
        """
        for queue in queues:
            self.open(queue)
        self._recount({tally for queue in queues for tally in self._touched[queue]}, records_of)

    def _recount(self, stale: Collection[Tally], records_of: Callable[[Collection[str]], Iterable[Record]]) -> None:
        """Count what is in these tallies anew."""
        for tally in stale:
            tally.clear(self._since_ms)
        touched = {
            queue: affected
            for queue, tallies in self._touched.items()
            if (affected := tuple(tally for tally in tallies if tally in stale))
        }
        for record in records_of(touched.keys()) if touched else ():
            for tally in touched[record.queue]:
                tally.add(record)
        for queue, affected in touched.items():
            for tally in affected:
                self._schedule(tally, queue)

    def roll(self, day_start_ms: int) -> bool:
        """Today began at `day_start_ms`. True when that is another day than before.

        Its windows are empty then: `rebuild` all queues, lest what ended since its start be missing. The start of the
        same day may move a little, as the wall clock is corrected.
        """
        before_ms, self._since_ms = self._since_ms, day_start_ms
        same = before_ms is not None and abs(day_start_ms - before_ms) < SAME_DAY_MS
        for tally in (*self._queues.values(), *self._groups.values()):
            if tally.window_ms is None:
                if same:
                    tally.since_ms = day_start_ms
                else:
                    tally.clear(day_start_ms)
        return not same

    def expire(self, now_ms: int) -> set[str]:
        """Empty the rolling windows of what is too old; the queues that changed. For groups see `take_expired`."""
        changed = set()
        while self._due and self._due[0][0] <= now_ms:
            at_ms, _, tally, queue = heapq.heappop(self._due)
            if self._scheduled.get(tally) == at_ms:
                del self._scheduled[tally]
                tally.expire(now_ms)
                group = self._names.get(tally)
                if group is None:
                    changed.add(queue)
                else:
                    self._expired.add(group)
                self._schedule(tally, queue)
        return changed

    def take_expired(self) -> set[str]:
        """The groups that `expire` changed since the last call; all else that changes a group changes a queue of it."""
        expired, self._expired = self._expired, set()
        return expired

    def next_ms(self) -> int | None:
        """When `expire` may have something to do, or None."""
        return self._due[0][0] if self._due else None

    def figures(self, queue: str, now_ms: int) -> dict[str, int]:
        """A queue's figures of DESIGN section 5 that rest on ends. Raises KeyError for one that is not open."""
        tally = self._queues[queue]
        tally.expire(now_ms)
        return tally.figures(self._level_of(queue), self.wait_limit_ms)

    def group_figures(self, name: str, now_ms: int) -> dict[str, int]:
        """The same for a group, or for "all", the whole centre. Raises KeyError for a group unknown."""
        tally = self._groups[name]
        tally.expire(now_ms)
        return tally.figures(self._levels[name], self.wait_limit_ms)

    def _divide(self, groups: Mapping[str, Group], all_level: ServiceLevel) -> None:
        """Let there be these groups and the whole centre; one of the same window and queues keeps its tally."""
        members = {name: frozenset(group.queues) for name, group in groups.items() if name != ALL}
        self._levels = {name: group.level for name, group in groups.items()} | {ALL: all_level}
        self._groups = {
            name: self._same(self._groups.get(name) if members.get(name) == self._members.get(name) else None, level)
            for name, level in self._levels.items()
        }
        self._members = members
        self._groups_of = {}
        for name, queues in members.items():
            for queue in queues:
                self._groups_of.setdefault(queue, []).append(name)
        self._names = {tally: name for name, tally in self._groups.items()}

    def _tallies_of(self, queue: str) -> tuple[Tally, ...]:
        return (self._queues[queue], *(self._groups[name] for name in self.groups_of(queue)))

    def _same(self, tally: Tally | None, level: ServiceLevel) -> Tally:
        """The tally itself, if its window is that of the level, or a new one."""
        return tally if tally is not None and tally.window_ms == _window_ms(level) else self._tally(level)

    def tally(self, queue: str) -> Tally:
        """A queue's window itself, to be read while the thresholds hold. Raises KeyError for one that is not open."""
        return self._queues[queue]

    def group_tally(self, name: str) -> Tally:
        """The same of a group, or of "all". Raises KeyError for a group unknown."""
        return self._groups[name]

    def _tally(self, level: ServiceLevel) -> Tally:
        return Tally(_window_ms(level), self._since_ms)

    def _schedule(self, tally: Tally, queue: str) -> None:
        at_ms = tally.expires_ms()
        planned_ms = self._scheduled.get(tally)
        if at_ms is not None and (planned_ms is None or at_ms < planned_ms):
            self._scheduled[tally] = at_ms
            self._number += 1
            heapq.heappush(self._due, (at_ms, self._number, tally, queue))


def _window_ms(level: ServiceLevel) -> int | None:
    return None if level.window_s is None else level.window_s * 1000
