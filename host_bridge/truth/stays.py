"""Who waits and how each stay ended: by the events (see `evidence`), and by lists where events are not enough.

A snapshot is never older than the events received before it, so a caller missing from it is out of the line at
once. His Leave may be on the way; he is unresolved when a second snapshot, at least a second later, has him neither.
After an outage, of the PBX's line or of the bridge, only lists tell who is still there. Source: PBX.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from host_bridge.pbx import events as ev
from host_bridge.truth.evidence import Evidence
from host_bridge.truth.live import OpenStay
from host_bridge.truth.outcomes import End, Outcome
from host_bridge.truth.stay import Stage, Stay

GAP_GRACE_MS = 60_000  # how long an answer may be outstanding after a gap in which it may have been missed


class Stays(Evidence):
    """Events, lists and outages, in the order in which they came."""

    def __init__(
        self,
        ended: Callable[[End], None],
        changed: Callable[[str], None],
        stray: Callable[[End], None] | None = None,
        *,
        whole_seconds: bool = False,
    ) -> None:
        """All as in Evidence."""
        super().__init__(ended, changed, stray, whole_seconds=whole_seconds)
        self._after_gap = True  # what the first list of all names came unseen too

    def snapshot(self, queues: tuple[ev.QueueSnapshot, ...], now_ms: int, *, whole: bool) -> None:
        """Take over these queues' lines as the PBX lists them; a second look settles who was missing before."""
        named = {snapshot.queue for snapshot in queues}
        suspects = [s for s in self.book.open.values() if s.stage is Stage.GONE and s.queue in named]
        for snapshot in queues:
            for stay in self.book.take_line(snapshot.queue, snapshot.callers, now_ms, after_gap=self._after_gap):
                stay.gap = stay.gap or self._after_gap
                self._vanish(stay, now_ms)
            joins = {caller.call: caller.joined_ms for caller in snapshot.callers} if self._after_gap else {}
            for stay in self.book.lines[snapshot.queue]:
                if stay.gap:
                    stay.begin_anew()
                if joins:
                    stay.note_listed(joins[stay.call], now_ms)
        for stay in suspects:
            is_open = self.book.open.get(stay.call) is stay  # neither listed again nor ended by what was just listed
            if is_open and now_ms - stay.gone_ms >= stay.look_ms:
                self._end(stay, stay.verdict(), now_ms)
        if whole:
            self._after_gap = False

    def drop_queue(self, queue: str, now_ms: int) -> None:
        """The PBX has this queue no more, so no list will ever tell who is missing from its line."""
        gone = [stay for stay in self.book.open.values() if stay.stage is Stage.GONE and stay.queue == queue]
        for stay in (*self.book.lines.get(queue, ()), *gone):
            self._end(stay, stay.verdict(), now_ms)
        self.book.lines.pop(queue, None)

    def link_down(self, now_ms: int) -> None:
        """Events will be missed: what is open must end without them, and a bare Leave may be an answer."""
        self._after_gap = True
        self._strangers.clear()
        for stay in self.book.waiting.values():
            stay.ringing = None
            stay.unlisted = True
        for stay in self.book.open.values():
            stay.gap = True
            if stay.stage is Stage.LEFT and self.book.deadlines.get(stay) is None:
                self.book.deadlines.set(stay, now_ms + GAP_GRACE_MS)

    def restarted(self, now_ms: int) -> None:
        """The PBX started anew: every caller of before is gone, and nobody will say how."""
        for stay in (*self.book.waiting.values(), *self.book.open.values()):
            stay.gap = True
            self._end(stay, stay.verdict(), now_ms)
        self._strangers.clear()

    def live(self) -> tuple[OpenStay, ...]:
        """The stays without an outcome, those in a line first."""
        return tuple(stay.open() for stay in self.book.stays())

    def restore(self, stays: Iterable[OpenStay], now_ms: int) -> None:
        """Take back what was open when an earlier run ended; the next list tells who still waits, as after a gap."""
        self.link_down(now_ms)
        for known in stays:
            stay = Stay.of(known, now_ms)
            if stay.call in self.book.waiting:
                self._vanish(stay, now_ms)
            else:
                self.book.join(stay, len(self.book.lines.get(stay.queue, ())) + 1)

    def resolve(self, stay: Stay, outcome: Outcome, hold_s: int, at_ms: int) -> None:
        """Somebody else, queue_log, knows how this stay ended, whose end was missed."""
        stay.hold_s, stay.until_ms = hold_s, at_ms
        self._end(stay, outcome, at_ms)

    def give_up(self, stay: Stay, now_ms: int) -> None:
        """Nobody knows more about this stay than its own events tell."""
        self._end(stay, stay.verdict(), now_ms)
