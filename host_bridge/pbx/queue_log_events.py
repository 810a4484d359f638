"""From queue_log lines to the events that every PBX reader yields, times in ms of the PBX's own clock.

A line says at once how a wait ended, where AMI lets it be gathered from several events; so each line becomes the
events that AMI would have brought, evidence and all:

=================  ==================================================================================
ENTERQUEUE         Joined
CONNECT            Rang, Left, Connected (a bare Left would be a key that was pressed)
COMPLETE*          Completed
*TRANSFER          Completed, by transfer
ABANDON            HangupAsked, GaveUp, Left, HungUp (a redirect writes it too, and only AMI can tell)
EXITWITHTIMEOUT    GaveUp, Left, QueueStatusSet TIMEOUT
EXITEMPTY          GaveUp, Left, QueueStatusSet LEAVEEMPTY
WITHDRAW           GaveUp, Left, QueueStatusSet WITHDRAW
EXITWITHKEY        Left, QueueEntered (AMI tells so that the caller goes elsewhere; nothing else may follow)
QUEUESTART         Restarted
=================  ==================================================================================

A caller whose channel was masqueraded while he waited leaves under another id than he came with. He is known again by
his join second, which is the line's second less the wait, and by his position. One of whom no ENTERQUEUE was seen, as
the log began while he waited, joins now, at that second, and without a journey: nobody may have joined under his id.
One whose end is missing in the log, as a part of it was lost, is hung up when his call enters a queue anew, or at the
next call after LONGEST_WAIT_S: no ghost waits for ever.
Neither agents nor what rings are told: the log does not know who is logged in.
"""

from __future__ import annotations

from typing import NamedTuple

from host_bridge.pbx import events as ev
from host_bridge.pbx.queue_log_lines import LogLine

JOIN_SLACK_S = 1  # the PBX reads its clock at the entering, and again for the line
LONGEST_WAIT_S = 4 * 3_600
MAX_LINE = 5_000  # callers in one line, past all that is real: a file of nonsense must not fill the memory
MAX_QUEUES = 20_000

_STATUS = {"EXITWITHTIMEOUT": "TIMEOUT", "EXITEMPTY": "LEAVEEMPTY", "WITHDRAW": "WITHDRAW"}
_COMPLETE = {
    "COMPLETECALLER": "caller",
    "COMPLETEAGENT": "agent",
    "BLINDTRANSFER": "transfer",
    "ATTENDEDTRANSFER": "transfer",
    "TRANSFER": "transfer",
}


class _Caller(NamedTuple):
    call: str
    joined_s: int


class LogEvents:
    """Lines in, events out; keeps who waits. `dropped` counts callers past what memory is kept for.

    `unseen`: who left and was never seen to enter; `endless`: who entered, and no line told how his wait ended.
    """

    def __init__(self) -> None:
        self.dropped = self.unseen = self.endless = 0
        self._lines: dict[str, list[_Caller]] = {}  # by queue, in its order
        self._queue_of: dict[str, str] = {}  # of each who waits

    def apply(self, line: LogLine) -> list[ev.Event]:
        """The events of one line; none for a line that tells of no caller."""
        event, at_ms = line.event, line.at_s * 1000
        if len(self._lines) >= MAX_QUEUES and line.queue not in self._lines:
            self.dropped += event == "ENTERQUEUE"
            return []
        if event == "ENTERQUEUE":
            return self._enter(line, at_ms)
        if event in _COMPLETE:
            hold_s, reason = line.hold_s or 0, _COMPLETE[event]
            return [ev.Completed(line.queue, line.call, line.agent, hold_s, line.talk_s, reason, at_ms)]
        if event in _STATUS or event in ("CONNECT", "ABANDON", "EXITWITHKEY"):
            return self._leave(line, at_ms)
        if event == "QUEUESTART":
            for callers in self._lines.values():
                callers.clear()
            self._queue_of.clear()
            return [ev.Restarted(at_ms)]
        return []

    def snapshot(self, only: frozenset[str] | None = None) -> tuple[ev.QueueSnapshot, ...]:
        """Who waits, in every queue seen so far and `only` those; counters and members are not known."""
        names = self._lines if only is None else [name for name in self._lines if name in only]
        return tuple(self._queue(name) for name in names)

    def _queue(self, name: str) -> ev.QueueSnapshot:
        callers = tuple(
            ev.SnapshotCaller(caller.call, place, caller.joined_s * 1000)
            for place, caller in enumerate(self._lines[name], 1)
        )
        return ev.QueueSnapshot(name, len(callers), 0, 0, callers, ())

    def _enter(self, line: LogLine, at_ms: int) -> list[ev.Event]:
        callers = self._lines.setdefault(line.queue, [])
        events = self._drop_ghosts(line, callers, at_ms)
        if len(callers) >= MAX_LINE:
            self.dropped += 1
            return events
        place = _place(callers, line.call)  # there is one when the file tells it twice
        if place < 0:
            place = min(line.position or MAX_LINE, len(callers) + 1) - 1
            callers.insert(place, _Caller(line.call, line.at_s))
            self._queue_of[line.call] = line.queue
        events.append(ev.Joined(line.queue, line.call, line.call, place + 1, len(callers), at_ms))
        return events

    def _drop_ghosts(self, line: LogLine, callers: list[_Caller], at_ms: int) -> list[ev.Event]:
        """Take out those of whom no line will tell any more; one call waits in one queue at a time."""
        ghosts = [c.call for c in callers if line.at_s - c.joined_s > LONGEST_WAIT_S]
        queue = self._queue_of.get(line.call)
        if queue is not None:
            was = self._lines[queue][_place(self._lines[queue], line.call)]
            if queue != line.queue or line.at_s - was.joined_s > JOIN_SLACK_S:
                ghosts.append(line.call)
        self.endless += len(ghosts)
        for call in dict.fromkeys(ghosts):
            waiting = self._lines[self._queue_of.pop(call)]
            del waiting[_place(waiting, call)]
        return [ev.HungUp(call, at_ms) for call in dict.fromkeys(ghosts)]

    def _leave(self, line: LogLine, at_ms: int) -> list[ev.Event]:
        callers = self._lines.setdefault(line.queue, [])
        events: list[ev.Event] = []
        place = self._find(callers, line)
        if place is None:
            self.unseen += 1
            events = self._drop_ghosts(line, callers, at_ms)
            joined_s = line.at_s - (line.hold_s or 0)
            place = min(max(line.position, 1) - 1, len(callers))
            callers.insert(place, _Caller(line.call, joined_s))
            count = len(callers)
            events.append(ev.Joined(line.queue, line.call, "", place + 1, count, joined_s * 1000))
        caller = callers.pop(place)
        self._queue_of.pop(caller.call, None)
        hold_s = max(0, line.at_s - caller.joined_s) if line.hold_s is None else line.hold_s
        left = ev.Left(line.queue, caller.call, place + 1, len(callers), at_ms, hold_s)
        return events + _ending(line, caller.call, hold_s, left)

    @staticmethod
    def _find(callers: list[_Caller], line: LogLine) -> int | None:
        """The place of the one who leaves, from 0; None for one never seen."""
        place = _place(callers, line.call)
        if place >= 0 or line.hold_s is None:
            return None if place < 0 else place
        joined_s = line.at_s - line.hold_s
        near = [p for p, caller in enumerate(callers) if abs(caller.joined_s - joined_s) <= JOIN_SLACK_S]
        return min(near, key=lambda p: (p + 1 != line.position, abs(callers[p].joined_s - joined_s)), default=None)


def _ending(line: LogLine, call: str, hold_s: int, left: ev.Left) -> list[ev.Event]:
    """How a wait ended, as AMI would tell it. `call` is the id that the caller came with."""
    at_ms = left.at_ms
    if line.event == "CONNECT":
        answer = ev.Connected(line.queue, call, line.agent, hold_s, line.ring_s, at_ms)
        return [ev.Rang(line.queue, call, line.agent, at_ms), left, answer]
    if line.event == "EXITWITHKEY":
        return [left, ev.QueueEntered(call, line.queue, at_ms)]
    gave_up = ev.GaveUp(line.queue, call, left.position, hold_s, at_ms)
    if line.event == "ABANDON":
        return [ev.HangupAsked(call, at_ms), gave_up, left, ev.HungUp(call, at_ms)]
    return [gave_up, left, ev.QueueStatusSet(call, _STATUS[line.event], at_ms)]


def _place(callers: list[_Caller], call: str) -> int:
    return next((place for place, caller in enumerate(callers) if caller.call == call), -1)
