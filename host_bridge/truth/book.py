"""Where each stay is: in a queue's line, or out of it with its outcome still open. No rule of outcomes in here."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator

from host_bridge.pbx.events import Left, SnapshotCaller
from host_bridge.truth.deadlines import Deadlines
from host_bridge.truth.stay import Stage, Stay

REJOINED_MS = 3_000  # a snapshot's join time is exact to a second: one so much younger is another stay's
REPEAT_MS = 3_000  # the same Leave again within so long is told twice
MOST_LEFT = 1_000  # calls whose Leave may yet be told twice, past all that is real


class Book:
    """The lines in the PBX's own order, and the stays that left them."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        """`changed` is told the queue whose line changed."""
        self.lines: dict[str, list[Stay]] = {}
        self.waiting: dict[str, Stay] = {}  # by call: a caller waits in one queue at a time
        self.open: dict[str, Stay] = {}  # by call: out of the line, outcome open
        self.deadlines = Deadlines()  # of some of the open ones
        self._left: OrderedDict[str, tuple[str, int]] = OrderedDict()  # call → queue and when, the newest last
        self._changed = changed

    def find(self, queue: str, call: str) -> Stay | None:
        """This call's stay in this queue, waiting or open."""
        stay = self.waiting.get(call)
        if stay is not None and stay.queue == queue:
            return stay
        stay = self.open.get(call)
        return stay if stay is not None and stay.queue == queue else None

    def stays(self) -> Iterator[Stay]:
        """All of them, those in a line first."""
        yield from self.waiting.values()
        yield from self.open.values()

    def missed(self) -> list[Stay]:
        """The stays whose end was surely not seen, or may not have been."""
        return [stay for stay in self.open.values() if stay.stage is Stage.GONE or stay.gap]

    def join(self, stay: Stay, position: int) -> None:
        """Put a new stay into its line; `position` counts from 1."""
        self.waiting[stay.call] = stay
        self.lines.setdefault(stay.queue, []).insert(max(0, position - 1), stay)
        self._changed(stay.queue)

    def at_position(self, event: Left, learned_before_ms: int) -> Stay | None:
        """The stay that a Leave with an unknown id means, now under that id.

        Only when the line is exactly one too long: else the Leave is of a caller whom a snapshot already
        left out. Only a stay of some age, as a fresh one may itself be ahead of its Join event; and only one that a
        list has named since the last gap. And no Leave that is told twice: the one too many is a ghost then, of whom
        it tells nothing.
        """
        line = self.lines.get(event.queue, [])
        queue, at_ms = self._left.get(event.call, ("", 0))
        if queue == event.queue and abs(event.at_ms - at_ms) <= REPEAT_MS:
            return None
        if event.call in self.waiting or len(line) != event.count + 1 or not 1 <= event.position <= len(line):
            return None
        stay = line[event.position - 1]
        if stay.learned_ms > learned_before_ms or stay.unlisted:
            return None
        del self.waiting[stay.call]
        stay.call = event.call
        self.waiting[stay.call] = stay
        return stay

    def take_out(self, stay: Stay, stage: Stage, until_ms: int, deadline_ms: int | None) -> None:
        """Out of the line, or already: the outcome is open, until `deadline_ms` if one is given.

        The caller sees to it that no other stay of the same call is open.
        """
        self._out_of_line(stay)
        if stage is Stage.LEFT:
            self._left.pop(stay.call, None)
            self._left[stay.call] = stay.queue, until_ms
            if len(self._left) > MOST_LEFT:
                self._left.popitem(last=False)
        stay.stage = stage
        if stay.until_ms is None:
            stay.until_ms = until_ms
        self.open[stay.call] = stay
        if deadline_ms is None:
            self.deadlines.drop(stay)
        else:
            self.deadlines.set(stay, deadline_ms)

    def close(self, stay: Stay) -> None:
        """The outcome is known: forget the stay."""
        self._out_of_line(stay)
        if self.open.get(stay.call) is stay:
            del self.open[stay.call]
        self.deadlines.drop(stay)

    def take_line(self, queue: str, callers: tuple[SnapshotCaller, ...], now_ms: int, *, after_gap: bool) -> list[Stay]:
        """Make the line equal to a snapshot's; gives the stays that are not in it and must be taken out.

        `after_gap`: a caller may have left and come back unseen, which only his younger join time tells.
        """
        line: list[Stay] = []
        old = self.lines.get(queue, [])
        moved: list[Stay] = []
        # by call, as a list that names one twice must not put him into the line twice
        for caller in sorted({caller.call: caller for caller in callers}.values(), key=_position):
            stay = self.find(queue, caller.call)
            if stay is not None and after_gap and caller.joined_ms - stay.joined_ms > REJOINED_MS:
                stay = None
            elif stay is not None and stay.stage is Stage.GONE:
                self._take_back(stay)
            elif stay is not None and stay.stage is Stage.LEFT:
                stay = None  # back already: the events that say so are on their way
            if stay is None:
                stay = Stay(queue, caller.call, caller.joined_ms, now_ms, announced=False)
                elsewhere = self.waiting.get(caller.call)
                if elsewhere is not None and elsewhere.queue != queue:
                    self._out_of_line(elsewhere)
                    moved.append(elsewhere)
            self.waiting[caller.call] = stay
            line.append(stay)
        self.lines[queue] = line
        if old != line:
            self._changed(queue)
        listed = set(line)
        missing = [stay for stay in old if stay not in listed]
        for stay in missing:
            if self.waiting.get(stay.call) is stay:
                del self.waiting[stay.call]
        return moved + missing

    def _take_back(self, stay: Stay) -> None:
        stay.stage = Stage.WAITING
        stay.until_ms = None
        stay.hung = False
        del self.open[stay.call]
        self.deadlines.drop(stay)

    def _out_of_line(self, stay: Stay) -> None:
        if self.waiting.get(stay.call) is stay:
            del self.waiting[stay.call]
            self.lines[stay.queue].remove(stay)
            self._changed(stay.queue)


def _position(caller: SnapshotCaller) -> int:
    return caller.position
