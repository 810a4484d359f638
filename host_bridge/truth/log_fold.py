"""queue_log as an account of what ended: its lines through the same rules that the live events go through.

Used to fill gaps of the live events, and to check the bridge's figures. Times are ms of the PBX's clock, in whole
seconds; a wait is the whole seconds that the PBX wrote, and nothing finer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from host_bridge.pbx import events as ev
from host_bridge.pbx.queue_log_events import LogEvents
from host_bridge.pbx.queue_log_lines import LogLine
from host_bridge.truth.outcomes import End, Talk
from host_bridge.truth.stays import Stays


class LogFold:
    """Lines in, in the order written; the stays and conversations that ended in them out."""

    def __init__(self) -> None:
        self._events = LogEvents()
        self._ends: list[End] = []
        self._talks: list[Talk] = []
        self._stays = Stays(self._ends.append, lambda queue: None, whole_seconds=True)
        # Any: each handler takes its own kind of event, which a dict by type cannot say
        self._handlers: dict[type, Callable[[Any, int], None]] = {
            ev.Joined: self._stays.joined,
            ev.Left: self._stays.left,
            ev.GaveUp: self._stays.gave_up,
            ev.Rang: lambda event, now_ms: self._stays.rang(event),
            ev.Connected: self._stays.connected,
            ev.HangupAsked: self._stays.hangup_asked,
            ev.HungUp: self._stays.hung_up,
            ev.QueueStatusSet: self._stays.status_set,
            ev.QueueEntered: self._stays.entered,
            ev.Completed: self._completed,
            ev.Restarted: lambda event, now_ms: self._stays.restarted(now_ms),
        }

    def apply(self, lines: Iterable[LogLine]) -> None:
        """Take lines over."""
        for line in lines:
            now_ms = line.at_s * 1000
            if self._stays.book.deadlines.is_due(now_ms):
                self._stays.settle(now_ms)
            for event in self._events.apply(line):
                self._handlers[type(event)](event, now_ms)
        self._stays.asks.clear()  # there is nobody to ask

    def ends(self) -> list[End]:
        """Every stay that ended, in the order of the log; `wait_ms` is `hold_s` in ms."""
        return list(self._ends)

    def talks(self) -> list[Talk]:
        """Every conversation that ended, in the order of the log."""
        return list(self._talks)

    def shifted(self, by_ms: int, since_ms: int = 0) -> tuple[list[End], list[Talk]]:
        """What ended since `since_ms` (of the PBX's clock), with `by_ms` added to its times.

        For the bridge's clock that is minus how far the PBX's is ahead.
        """
        ends = [
            end._replace(at_ms=end.at_ms + by_ms, joined_ms=end.joined_ms + by_ms)
            for end in self._ends
            if end.at_ms >= since_ms
        ]
        return ends, [talk._replace(at_ms=talk.at_ms + by_ms) for talk in self._talks if talk.at_ms >= since_ms]

    def waiting(self, by_ms: int) -> list[tuple[str, str, int]]:
        """Who entered and has not left yet: queue, call and when he joined, with `by_ms` added as in `shifted`."""
        return [(stay.queue, stay.joined_as, stay.joined_ms + by_ms) for stay in self._stays.book.waiting.values()]

    def prune(self, before_ms: int) -> None:
        """Forget what ended before, in place."""
        if self._ends and self._ends[0].at_ms < before_ms:
            self._ends[:] = [end for end in self._ends if end.at_ms >= before_ms]
        if self._talks and self._talks[0].at_ms < before_ms:
            self._talks[:] = [talk for talk in self._talks if talk.at_ms >= before_ms]

    def _completed(self, event: ev.Completed, now_ms: int) -> None:
        transferred = event.reason == "transfer"
        self._talks.append(Talk(event.queue, event.talk_s, transferred, event.at_ms, event.call, event.hold_s))
