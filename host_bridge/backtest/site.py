"""The site that is replayed: the bridge's own truth, days, hours and alarms, at one moment after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from host_bridge.alarms import Alarms
from host_bridge.backtest.firings import Firings
from host_bridge.backtest.log_truth import answer, roll, truth_of
from host_bridge.backtest.order import in_order
from host_bridge.backtest.result import QueueTest, Result, Span
from host_bridge.backtest.shown import Shown
from host_bridge.backtest.span import NEVER_MS, Chosen, days_of
from host_bridge.backtest.timeline import Timeline
from host_bridge.pbx.queue_log_events import LogEvents
from host_bridge.pbx.queue_log_lines import LogLine
from host_bridge.thresholds import Thresholds
from host_bridge.truth.windows import ALL


class Site:
    """All that goes on from `began_ms` on. Times are ms of the PBX's clock, which is the bridge's here."""

    def __init__(self, thresholds: Thresholds, chosen: Chosen, began_ms: int, *, series: bool) -> None:
        self._thresholds = thresholds
        self._chosen = chosen
        self._now_ms = began_ms
        self._events = LogEvents()
        self._truth = truth_of(thresholds)
        self._alarms = Alarms()
        self._firings = Firings()
        self._timeline = Timeline(max(chosen.from_ms, began_ms)) if series else None
        self._queues: dict[str, Shown] = {}  # by name, in the order in which the log names them
        self._groups = {name: Shown.of_group(thresholds, self._truth, name) for name in thresholds.groups}
        for shown in self._groups.values():
            self._alarms.set_rules(shown.id, shown.message)
        self._changes_ms = self._ends_ms = 0  # when something may open or close; when today ends
        self._settles_ms: int | None = None  # when the truth has something to decide by time alone
        self._calls: dict[str, Counter[str]] = {}  # by the queue's name: how many on which date
        self._date = ""
        self._lines = 0
        self._last_ms = 0  # of the lines in the chosen days
        self._lead_in: tuple[int, int] | None = None  # `unseen` and `endless` of before the chosen days
        self.covers_ms = 0  # the end of the chosen days, when the log goes on after it
        self._restarts = 0

    def lines(self, at_ms: int, lines: list[LogLine]) -> None:
        """Take over the lines of one second, and before that all that comes to pass by time alone."""
        while (due_ms := self._due_ms()) < at_ms:
            self._moment(due_ms, ())
        if self._lead_in is None and at_ms >= self._chosen.from_ms:
            self._lead_in = self._events.unseen, self._events.endless
        self._moment(at_ms, lines)
        if at_ms >= self._chosen.from_ms:
            self._lines += len(lines)
            self._last_ms = at_ms

    def goes_on(self) -> None:
        """The log has more lines, after the chosen days: all that comes to pass in them by time alone is known."""
        until_ms = self.covers_ms = self._chosen.until_ms
        while (due_ms := self._due_ms()) < until_ms:
            self._moment(due_ms, ())

    def result(self, dropped: int, log_ms: int, notes: Iterable[str]) -> Result:
        """All that was found; `dropped` lines were not understood, and the log begins at `log_ms`."""
        covered = Span(
            max(log_ms, self._chosen.from_ms), self.covers_ms or self._last_ms + 1000
        )  # of the last second all was told
        waiting = 0 if self.covers_ms else sum(len(queue.callers) for queue in self._events.snapshot())
        queues = [self._queues[name] for name in in_order(self._queues, self._thresholds)]
        return Result(
            covered=covered,
            days=days_of(self._thresholds, covered, self._queues),
            queues=tuple(self._tested(shown) for shown in (*queues, *self._groups.values())),
            firings=self._firings.since(self._chosen.from_ms),
            series=() if self._timeline is None else self._timeline.series(),
            lines=self._lines,
            dropped=dropped + self._events.dropped + self._truth.dropped,
            calls=sum(each.total() for each in self._calls.values()),
            notes=(*notes, *self._notes(waiting, begins=log_ms >= self._chosen.from_ms)),
        )

    def _due_ms(self) -> int:
        """When something may come to pass by time alone."""
        due_ms = min(self._ends_ms, self._changes_ms)
        if self._settles_ms is not None and self._settles_ms < due_ms:
            due_ms = self._settles_ms
        alarm_ms = self._alarms.next_ms()
        if alarm_ms is not None and alarm_ms < due_ms:
            due_ms = alarm_ms
        return max(self._now_ms, due_ms)

    def _moment(self, now_ms: int, lines: Iterable[LogLine]) -> None:
        """Take in all that there is at this moment; then the alarms judge."""
        self._now_ms = now_ms
        truth = self._truth
        if now_ms >= self._ends_ms:
            self._roll(now_ms)
        for line in lines:
            self._take(line, now_ms)
        self._settles_ms = truth.next_ms()
        if self._settles_ms is not None and self._settles_ms <= now_ms:
            truth.settle(now_ms)
            self._settles_ms = truth.next_ms()
        if answer(truth, self._events, now_ms):
            self._settles_ms = truth.next_ms()
        dirty = truth.take_dirty()
        changed: dict[Shown, None] = {}
        if not self._queues.keys() >= dirty:
            self._meet(now_ms, changed)
        if now_ms >= self._changes_ms:
            self._open_and_close(now_ms, changed)
        for name in dirty:
            queue = self._queues[name]
            waits = truth.waits(name)
            if waits != queue.waits:
                queue.waits = waits
                changed[queue] = None
                for shown in queue.groups:
                    shown.is_stale = True
                    changed[shown] = None
            else:
                for shown in queue.whole:
                    if shown.may_have_news:
                        changed[shown] = None
        for shown in changed:
            self._tell(shown, now_ms)
        self._firings.add(self._alarms.tick(now_ms))

    def _take(self, line: LogLine, now_ms: int) -> None:
        if line.event == "ENTERQUEUE" and now_ms >= self._chosen.from_ms:
            self._calls.setdefault(line.queue, Counter())[self._date] += 1
        elif line.event == "QUEUESTART" and self._lines:  # not where the log begins
            self._restarts += 1
        for event in self._events.apply(line):
            self._truth.apply(event, now_ms)

    def _roll(self, now_ms: int) -> None:
        start_ms, self._ends_ms = roll(self._truth, self._thresholds, now_ms)
        self._date = self._thresholds.calendar.date(start_ms)
        if self._timeline is not None:
            self._timeline.day(self._date, now_ms)

    def _meet(self, now_ms: int, changed: dict[Shown, None]) -> None:
        """A queue that the log had not named before."""
        for name in self._truth.queues:
            if name in self._queues:
                continue
            shown = self._queues[name] = Shown.of_queue(self._thresholds, self._truth, name)
            self._alarms.set_rules(shown.id, shown.message)
            for each, group in self._groups.items():
                if each == ALL or name in self._thresholds.groups[each].queues:
                    shown.groups.append(group)
                    shown.whole.append(group)
                    group.members.append(shown)
        self._open_and_close(now_ms, changed)

    def _open_and_close(self, now_ms: int, changed: dict[Shown, None]) -> None:
        changes_ms = self._thresholds.next_change_ms(now_ms)
        self._changes_ms = NEVER_MS if changes_ms is None else changes_ms
        for shown in (*self._queues.values(), *self._groups.values()):
            is_open = shown.is_open(self._queues, now_ms)
            if is_open != shown.open:
                shown.open = is_open
                if shown.told:
                    changed[shown] = None

    def _tell(self, shown: Shown, now_ms: int) -> None:
        if not shown.has_rules and self._timeline is None:
            return
        shown.told = True
        if shown.is_stale:
            shown.add_up()
        if self._timeline is not None:
            self._timeline.told(shown.id, shown.waits, shown.shares(), now_ms)
        if shown.has_rules:
            news = shown.news(now_ms, self._thresholds.wait_limit_ms)
            if news is not None:
                self._firings.add(self._alarms.told(shown.id, news, now_ms))

    def _tested(self, shown: Shown) -> QueueTest:
        if shown.is_group:
            names = self._thresholds.groups[shown.name].queues or tuple(self._queues)
        else:
            names = (shown.name,)
        calls: Counter[str] = Counter()
        for name in names:
            calls.update(self._calls.get(name, ()))
        return QueueTest(shown.id, shown.name, shown.label, shown.is_group, calls.total(), shown.rules, dict(calls))

    def _notes(self, waiting: int, *, begins: bool) -> Iterable[str]:
        """What a person should know of the log in the chosen days, and whether it begins there: what it cannot tell."""
        before = self._lead_in or (self._events.unseen, self._events.endless)
        unseen, endless = self._events.unseen - before[0], self._events.endless - before[1]
        if unseen and begins:
            yield f"{_callers(unseen)} waited already when the log began, or a part is missing: not seen waiting"
        elif unseen:
            yield f"the log does not tell when {_callers(unseen)} came: not seen waiting, a part of it may be missing"
        if endless:
            yield f"the log does not tell how the wait of {_callers(endless)} ended: a part of it may be missing"
        if waiting:
            yield f"{_callers(waiting)} waited still when the log ended"
        if self._restarts:
            yield f"the PBX was started anew {_times(self._restarts)}, and whoever waited was gone"


def _callers(count: int) -> str:
    return "1 caller" if count == 1 else f"{count} callers"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
