"""How stays come to their end, whatever tells of it: each once, and one of a gap where the gap is counted."""

from __future__ import annotations

from collections.abc import Callable

from host_bridge.truth.book import Book
from host_bridge.truth.outcomes import End, Outcome
from host_bridge.truth.stay import Stage, Stay


class Endings:
    """What ends a stay: a word of the PBX, a silence, its caller's being elsewhere. Which word is for `evidence`."""

    def __init__(
        self, ended: Callable[[End], None], changed: Callable[[str], None], *, whole_seconds: bool = False
    ) -> None:
        """`ended` is told every end exactly once, `changed` the queue whose line changed.

        `whole_seconds`: the source tells no ms, so a wait is hold_s seconds and nothing finer.
        """
        self.asks: set[str] = set()  # queues whose line must be asked for
        self.book = Book(changed)
        self.counted_before: Callable[[str], None] = lambda queue: None
        """Is told the queue of an end that the PBX's counters had by the list after a gap already."""
        self.absorb: Callable[[Stay, int], bool] = lambda stay, now_ms: False
        """Leaves a stay that ended in the gap which is open to what closes it; False: none is."""
        self._ended = ended
        self._whole_seconds = whole_seconds

    def moved_on(self, call: str, now_ms: int) -> None:
        """The call does something else by now, so no more evidence can come for its open stay."""
        stay = self.book.open.get(call)
        if stay is not None:
            self._outlived(stay, now_ms)

    def settle(self, now_ms: int) -> None:
        """Decide what has waited long enough for its evidence."""
        for stay in self.book.deadlines.take_due(now_ms):
            if stay.stage is Stage.GONE and not (stay.hung or stay.gave_up):
                self.asks.add(stay.queue)  # the second look, which tells a ghost from a late Leave
            else:
                self._end(stay, stay.verdict(), now_ms)

    def _open(self, call: str, at_ms: int, now_ms: int) -> Stay | None:
        """The call's stay that is out of the line; one whose silence had lasted long enough by `at_ms` ends first."""
        stay = self.book.open.get(call)
        if stay is not None and stay.is_silent(at_ms):
            self._end(stay, stay.verdict(), now_ms)
            return None
        return stay

    def _came_back(self, before: Stay, joined_ms: int, now_ms: int) -> Stay:
        """The wait that an event tells of is a later one than is known, which a gap has hidden: that has ended."""
        position = self.book.lines[before.queue].index(before) + 1
        self._vanish(before, now_ms)
        stay = Stay(before.queue, before.call, joined_ms, now_ms, announced=False, journey=before.journey)
        stay.asked, stay.moved_ms = before.asked, before.moved_ms  # heard since the login, so of this wait
        self.book.join(stay, position)
        return stay

    def _vanish(self, stay: Stay, now_ms: int) -> None:
        """Surely not in the line, and no Leave said so."""
        self._settle_other(stay, now_ms)
        stay.gap = stay.gap or stay.unlisted
        stay.gone_ms = now_ms
        self.book.take_out(stay, Stage.GONE, now_ms, now_ms + stay.look_ms)

    def _settle_other(self, stay: Stay, now_ms: int) -> None:
        other = self.book.open.get(stay.call)
        if other is not None and other is not stay:
            self._outlived(other, now_ms)

    def _outlived(self, stay: Stay, now_ms: int) -> None:
        """The caller is elsewhere, so no event will tell more of this stay; whatever closes the gap may."""
        outcome = stay.verdict()
        if outcome is Outcome.UNRESOLVED and stay.gap and stay.stage is not Stage.LEFT and self.absorb(stay, now_ms):
            return
        self._end(stay, outcome, now_ms)

    def _end(self, stay: Stay, outcome: Outcome, now_ms: int) -> None:
        self.book.close(stay)
        if stay.was_counted_before(outcome):
            self.counted_before(stay.queue)
        self._ended(stay.end(outcome, now_ms, whole_seconds=self._whole_seconds))
