"""What a caller's own events say: who waits, in which order, and how each stay ended.

Events alone do not say how a stay ended: QueueCallerAbandon comes for a timeout, an emptied queue, a withdrawal
and a redirect too. So a caller who left is out of the line at once, and his outcome waits for its evidence:

==================================  ==========================================================================
AgentConnect                        answered
QUEUESTATUS after the Leave         overflowed (TIMEOUT, LEAVEEMPTY), removed (WITHDRAW)
Abandon, then Hangup                abandoned, whether a HangupRequest was seen or not: the PBX ends a call of its
                                    own (no media, an operator's hang-up) without one, and that caller is gone too
Abandon, then Queue() or a Join     removed: redirected into a queue
Abandon, then nothing for 500 ms    abandoned if a HangupRequest came (even after the Leave: Local channels do
                                    that), else removed: redirected to somewhere else
Newexten of Queue(), then Abandon   removed: a redirect, whatever comes next
Newexten of Queue(), then Leave     exited: a key was pressed
Leave only, and no phone rang       exited: nobody can have answered
Leave only, while a phone rang      open until AgentConnect (a membergosub may run for long); exited at the
                                    Hangup or at the next Queue()
Leave only, just after a login      unresolved at the same moments: an Abandon may have come before the login
==================================  ==========================================================================

Newexten comes for a caller who waits already when his channel is pointed to another place of the dialplan, just
before he leaves for it (seen on Asterisk 22; manager_channels.c compares the place). Without class dialplan the
other rows do, a little later.

QUEUESTATUS is waited for even when a HangupRequest came before: a caller may hang up at the very moment of a
timeout, and queue_log then says timeout. It costs nothing, as the Hangup follows within a millisecond.

Source: PBX.md, measured on Asterisk 22 and read in app_queue.c of 13 to 22.
"""

from __future__ import annotations

from collections.abc import Callable

from host_bridge.pbx import events as ev
from host_bridge.truth.endings import Endings
from host_bridge.truth.outcomes import ENDED_BY_STATUS, REJECTED_BY_STATUS, End, Outcome
from host_bridge.truth.stay import GRACE_MS, SECOND_LOOK_MS, Stage, Stay
from host_bridge.truth.strangers import Strangers

MAX_LINE = 5_000  # callers in one line, past all that is real: a PBX gone mad must not fill the memory


class Evidence(Endings):
    """The rules of events; those of lists and outages are in `stays`.

    Every handler is idempotent: what a snapshot already said may come again as an event.
    """

    def __init__(
        self,
        ended: Callable[[End], None],
        changed: Callable[[str], None],
        stray: Callable[[End], None] | None = None,
        *,
        whole_seconds: bool = False,
    ) -> None:
        """All but `stray` as in Endings.

        `stray` is told the answer of a stay that is not open: it was never seen, or has ended before; None: `ended`.
        """
        super().__init__(ended, changed, whole_seconds=whole_seconds)
        self.unplaced = 0  # rejected callers whose queue no event named
        self._stray = ended if stray is None else stray
        self._strangers = Strangers()
        self._refused = 0

    @property
    def dropped(self) -> int:
        """Callers and ids not taken in, or forgotten, past what memory is kept for."""
        return self._refused + self._strangers.dropped

    def joined(self, event: ev.Joined, now_ms: int) -> None:
        """A caller joined. A known id keeps its join time; an open stay of before is settled: it moved on."""
        self._strangers.take_entered(event.call)
        self.moved_on(event.call, now_ms)
        stay = self.book.waiting.get(event.call)
        if stay is not None and (stay.queue != event.queue or stay.unlisted):  # or back already, left in a gap
            if stay.queue != event.queue and stay.is_just_listed(now_ms):
                self.book.close(stay)  # a list was ahead of this Join and of the later one there, which comes
            else:
                self._vanish(stay, now_ms)
            stay = None
        if stay is None:
            if len(self.book.lines.get(event.queue, ())) >= MAX_LINE:
                self._refused += 1
                return
            stay = Stay(event.queue, event.call, event.at_ms, event.at_ms, announced=True, journey=event.journey)
            self.book.join(stay, event.position)
        elif not stay.announced:  # a list was ahead of this Join
            stay.note_join(event.journey)
        self._check(event.queue, event.count)

    def rang(self, event: ev.Rang) -> None:
        """A phone rings for a caller: from now on a bare Leave may be an answer."""
        stay = self.book.waiting.get(event.call) or self.book.open.get(event.call)  # a list may be ahead of his leaving
        if stay is not None:
            stay.note_ringing(event.interface)

    def not_answered(self, event: ev.NotAnswered) -> None:
        """That phone rings no more; the caller goes on waiting."""
        stay = self.book.waiting.get(event.call) or self.book.open.get(event.call)
        if stay is not None and stay.ringing is not None:
            stay.ringing.discard(event.interface)

    def hangup_asked(self, event: ev.HangupAsked, now_ms: int) -> None:
        """A channel was asked to hang up. Agents' channels come here too, and are forgotten at their Hangup."""
        stay = self.book.waiting.get(event.call) or self._open(event.call, event.at_ms, now_ms)
        if stay is not None:
            elsewhere = stay.moved_by(event.at_ms) or (stay.gap and stay.stage is not Stage.WAITING)
            stay.asked = stay.asked or not elsewhere  # one redirected, or lost sight of, hangs up there
        else:
            self._strangers.asked(event.call)

    def gave_up(self, event: ev.GaveUp, now_ms: int) -> None:
        """QueueCallerAbandon: the wait ended without an answer; why is open, and the Leave follows."""
        stay = self.book.find(event.queue, event.call)
        joined_ms = event.at_ms - event.hold_s * 1000
        if stay is not None and stay.stage is Stage.WAITING and stay.is_before(joined_ms):
            stay = self._came_back(stay, joined_ms, now_ms)
        if stay is None:
            self._strangers.gave_up(event)
        else:
            stay.note_gave_up(event.hold_s, event.at_ms)

    def left(self, event: ev.Left, now_ms: int) -> None:
        """A caller is out of the line at once; the outcome as the module says. An unknown id counts nothing,
        unless the line is one too long: then its position tells who it was."""
        book = self.book
        stay = book.find(event.queue, event.call)
        if stay is None:
            stay = book.at_position(event, now_ms - SECOND_LOOK_MS)
            if stay is not None:
                heard, gave_up = self._strangers.take(event.call)
                stay.asked = stay.asked or heard
                if gave_up is not None:
                    stay.note_gave_up(gave_up.hold_s, gave_up.at_ms)
        if stay is not None and stay.stage is not Stage.LEFT:
            if event.hold_s is not None:
                stay.hold_s = event.hold_s
            self._settle_other(stay, now_ms)
            moved = stay.moved_by(event.at_ms)
            book.take_out(stay, Stage.LEFT, event.at_ms, now_ms + GRACE_MS if stay.gave_up else None)
            no_answer = moved or (stay.ringing is not None and not stay.ringing)
            if stay.hung or (no_answer and not stay.gave_up):
                self._end(stay, stay.verdict(), now_ms)
        self._check(event.queue, event.count)

    def connected(self, event: ev.Connected, now_ms: int) -> None:
        """Answered. A stay that was never seen waiting counts too: HoldTime tells its wait, and whose answer it is.

        One who came back in a gap, and was on his way to his agent before it was over, is in no list and has no Join.
        """
        stay = self.book.find(event.queue, event.call)
        wait_ms = event.hold_s * 1000
        joined_ms = event.at_ms - wait_ms
        if stay is not None and stay.is_before(joined_ms):
            self._outlived(stay, now_ms)
            stay = None
        if stay is None:
            end = End(event.queue, Outcome.ANSWERED, wait_ms, event.hold_s, event.at_ms, event.call, "", joined_ms)
            self._stray(end)
            return
        stay.hold_s = event.hold_s
        stay.until_ms = event.at_ms
        self._end(stay, Outcome.ANSWERED, now_ms)

    def hung_up(self, event: ev.HungUp, now_ms: int) -> None:
        """A channel is gone: the last evidence for a caller who left, a riddle for one who did not."""
        self._strangers.forget(event.call)
        stay = self._open(event.call, event.at_ms, now_ms)
        if stay is not None:
            stay.hung = True
            if stay.stage is Stage.LEFT:
                self._end(stay, stay.verdict(), now_ms)
            else:
                self.book.deadlines.set(stay, now_ms + stay.look_ms)
        stay = self.book.waiting.get(event.call)
        if stay is not None:
            stay.hung = True
            self._vanish(stay, now_ms)

    def status_set(self, event: ev.QueueStatusSet, now_ms: int) -> None:
        """QUEUESTATUS: how the stay just left ended, or that a caller was not let in."""
        outcome = ENDED_BY_STATUS.get(event.status)
        later = self.book.waiting.get(event.call)
        if outcome is not None and later is not None and later.unlisted:  # its Leave was before anybody listened
            self._vanish(later, now_ms)
            return
        stay = self._open(event.call, event.at_ms, now_ms)
        if outcome is not None and stay is not None:
            self._end(stay, outcome, now_ms)
        elif event.status in REJECTED_BY_STATUS:
            self.moved_on(event.call, now_ms)
            queue = self._strangers.take_entered(event.call)
            if queue is None:
                self.unplaced += 1
            else:
                self._ended(End(queue, Outcome.REJECTED, 0, 0, event.at_ms, event.call, "", event.at_ms))

    def entered(self, event: ev.QueueEntered, now_ms: int) -> None:
        """The dialplan ran Queue(): remembered, as no event names the queue of a caller whom it rejects.

        It comes for a caller who waits there already too, when a key or a redirect points him elsewhere.
        """
        stay = self.book.find(event.queue, event.call)
        is_ahead = stay is not None and stay.stage is Stage.GONE and not stay.gap  # a list, of his leaving
        if stay is not None and (stay.stage is Stage.WAITING or is_ahead) and stay.is_in_line(event.at_ms):
            stay.moved_ms = event.at_ms
            if is_ahead or stay.unlisted:  # or he left unseen and is back, and may be turned away now
                self._strangers.entered(event.call, event.queue)
            return
        self.moved_on(event.call, now_ms)
        if not self._whole_seconds:  # queue_log tells of nobody who was turned away, nor when a channel is gone
            self._strangers.entered(event.call, event.queue)

    def _check(self, queue: str, count: int) -> None:
        """Count is a checksum of the line: when it fails, ask for the line itself."""
        if len(self.book.lines.get(queue, ())) != count:
            self.asks.add(queue)
