"""QueueStatus: when to ask for the list, and its answer gathered frame by frame into one Snapshot.

QueueParams opens a queue, QueueMember and QueueEntry fill it, QueueStatusComplete ends the list. All carry the
ActionID of the question. The entries stand in order of priority, so the longest wait is not position 1.
"""

from __future__ import annotations

from host_bridge.pbx.ami_events import member, number
from host_bridge.pbx.ami_wire import Frame
from host_bridge.pbx.events import MemberChanged, QueueSnapshot, Snapshot, SnapshotCaller

LIST_EVENTS = frozenset({"QueueParams", "QueueMember", "QueueEntry", "QueueStatusComplete"})
LIST_GAP_MS = 200
"""At least so long between two lists: a queue whose count never agrees must not busy the PBX."""
LIST_RETRY_MS = 1_000
"""A PBX still loading app_queue does not know QueueStatus yet."""


class _Queue:
    """One queue of a list still coming in."""

    def __init__(self, calls: int, completed: int, abandoned: int) -> None:
        self.counters = (calls, completed, abandoned)
        self.callers: list[SnapshotCaller] = []
        self.members: list[MemberChanged] = []


class QueueList:
    """One list under way. `asked` is the queue it was asked for, None for all; `action_id` that of the question."""

    def __init__(self, action_id: str, asked: str | None) -> None:
        self.action_id = action_id
        self.asked = asked
        self._queues: dict[str, _Queue] = {}

    @property
    def names(self) -> list[str]:
        """Every queue that came so far, in the PBX's order."""
        return list(self._queues)

    def add(self, frame: Frame, now_ms: int, pbx_offset_ms: int | None) -> None:
        """Take one frame of the list.

        `pbx_offset_ms` is the bridge's clock minus the PBX's, None when the PBX does not tell its own. Wait is the
        difference of two whole seconds of the PBX's clock (apps/app_queue.c: `now - qe->start`), so the second the
        caller joined in is known and the fraction is not: `joined_ms` is that second's start, in every list alike.
        Raises AmiFrameError.
        """
        name = frame.get("Queue")
        if frame.event == "QueueParams":
            self._queues[name] = _Queue(number(frame, "Calls"), number(frame, "Completed"), number(frame, "Abandoned"))
            return
        queue = self._queues.get(name)
        if queue is None:  # of a queue whose opening was left out: kept, since the caller is real
            queue = self._queues[name] = _Queue(0, 0, 0)
        if frame.event == "QueueMember":
            queue.members.append(member(frame, "Name", "Location", now_ms))
        elif frame.event == "QueueEntry":
            age_ms = number(frame, "Wait") * 1000
            if pbx_offset_ms is not None:
                age_ms += (now_ms - pbx_offset_ms) % 1000
            caller = SnapshotCaller(frame.get("Uniqueid"), number(frame, "Position"), now_ms - age_ms)
            queue.callers.append(caller)

    def snapshot(self, now_ms: int, wanted: frozenset[str] | None) -> Snapshot:
        """Return what came, of the `wanted` queues (None: all), in the PBX's order."""
        queues = tuple(
            QueueSnapshot(name, *queue.counters, tuple(queue.callers), tuple(queue.members))
            for name, queue in self._queues.items()
            if wanted is None or name in wanted
        )
        return Snapshot(queues, now_ms, self.asked is None)


class Lists:
    """One list at a time: all queues every `poll_ms`, and one queue when somebody asks.

    `patience_ms`: a list of which nothing came for so long will never be finished.
    """

    def __init__(self, poll_ms: int, patience_ms: int) -> None:
        self.current: QueueList | None = None
        self._poll_ms = poll_ms
        self._patience_ms = patience_ms
        self._asks: dict[str | None, None] = {}
        self._heard_ms = 0
        self._not_before_ms = 0
        self._poll_at_ms = 0
        self._serial = 0

    def start(self, now_ms: int) -> None:
        """A connection is new: the whole list is due, and nothing else is."""
        self.current = None
        self._asks = {None: None}
        self._not_before_ms = self._poll_at_ms = now_ms

    def ask(self, queue: str | None) -> None:
        """Ask for one queue, or for all (None), when the list under way is done."""
        self._asks[queue] = None

    def next_ms(self) -> int:
        """When to look again."""
        if self.current is not None:
            return self._heard_ms + self._patience_ms
        return self._not_before_ms if self._asks else max(self._poll_at_ms, self._not_before_ms)

    def is_stuck(self, now_ms: int) -> bool:
        """Whether the list under way will not be finished any more."""
        return self.current is not None and now_ms >= self._heard_ms + self._patience_ms

    def question(self, now_ms: int) -> QueueList | None:
        """Return the list to ask for now, None when none is due."""
        if self.current is not None or now_ms < self.next_ms():
            return None
        if not self._asks or None in self._asks or now_ms >= self._poll_at_ms:
            self._asks.clear()  # the whole list holds every queue
            asked = None
            self._poll_at_ms = now_ms + self._poll_ms
        else:
            asked = next(iter(self._asks))
            del self._asks[asked]
        self._serial += 1
        self.current = QueueList(f"list-{self._serial}", asked)
        self._heard_ms = now_ms
        self._not_before_ms = now_ms + LIST_GAP_MS
        return self.current

    def belongs(self, frame: Frame, now_ms: int) -> QueueList | None:
        """Return the list that a frame is part of, None for one of an earlier connection's or nobody's question."""
        if self.current is None or frame.get("ActionID") != self.current.action_id:
            return None
        self._heard_ms = now_ms
        return self.current

    def finish(self) -> QueueList:
        """Return the list that was under way, now complete. Raises RuntimeError when there is none."""
        done, self.current = self.current, None
        if done is None:
            raise RuntimeError("no list is under way")
        return done

    def refused(self, now_ms: int) -> None:
        """The PBX would not list: ask again, a little later."""
        if self.current is not None:
            self._asks[self.current.asked] = None
        self.current = None
        self._not_before_ms = now_ms + LIST_RETRY_MS
