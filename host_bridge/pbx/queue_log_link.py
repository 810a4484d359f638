"""A PBX of which nothing but its queue_log can be read: `type: queue_log`.

It shows what AmiLink shows. First the log of the last days is read, to know who waits; then come the list, LinkUp, and
each line as it is written. What ended before LinkUp is no event: whoever fills gaps takes it from the same log. Only
lines tell anything here, so agents are not known, and times are whole seconds.

Files are read in a thread. The file is looked at five times a second: a stat of a file costs some microseconds, and
needs nothing that a network file system does not have.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from firmware.core.units import duration_text
from host_bridge.pbx.events import Event, LinkDown, LinkUp, QueueSnapshot, Snapshot
from host_bridge.pbx.queue_log_events import LogEvents
from host_bridge.pbx.queue_log_file import LogFile

POLL_S = 0.2
READ_S = 10.0  # a step takes some ms; a network file system whose server is gone lets a read wait for ever
LOOK_BACK_S = 4 * 86_400  # of the log, at the start: which queues there are, over a weekend too, and who waits
STEP_BYTES = 1 << 16  # of the file at a time: some thousand lines, for the loop to take over in some ms
BURST = 200  # events between two chances for the rest of the loop


@dataclass(frozen=True)
class QueueLogSettings:
    """Which file, which queues (None: all), and after how many ms without a line it is called down (None: never)."""

    path: Path
    queues: frozenset[str] | None = None
    silent_after_ms: int | None = None


class QueueLogLink:
    """Reads one queue_log for ever. `sink` gets each event with the time it was taken over, in the loop's thread.

    `clock` gives ms of the bridge's steady clock; `shift_ms` what to add to them for the PBX's clock, which the log
    has; `is_open` whether any queue is inside its opening hours. Logs one line an outage and one a recovery.
    """

    shift_ms = None
    """The PBX's clock minus the bridge's, as AmiLink has it: no file tells it."""

    def __init__(
        self,
        settings: QueueLogSettings,
        sink: Callable[[Event, int], None],
        clock: Callable[[], int],
        log: logging.Logger,
        *,
        shift_ms: Callable[[], int],
        is_open: Callable[[], bool],
    ) -> None:
        self._settings = settings
        self._sink = sink
        self._clock = clock
        self._log = log
        self._shift_ms = shift_ms
        self._is_open = is_open
        self._file = LogFile(settings.path, step_bytes=STEP_BYTES)
        self._events = LogEvents()
        self._asked: set[str | None] = set()
        self._heard_ms = 0  # when a line came last, or when the centre was closed
        self._told_dropped = False
        self._told_hole = ""
        self.pbx = "syncing"
        """What bridge/state says of the PBX: up, down or syncing."""
        self.problem = ""
        """One line for bridge/state, "" when all is well."""

    @property
    def heard_ms(self) -> int:
        """Now: a line says all that there is to say, so no evidence is ever on its way."""
        return self._clock()

    def ask_status(self, queue: str | None) -> None:
        """Ask for the list of one queue, or of all (None); it comes within a moment."""
        self._asked.add(queue)

    async def run(self) -> None:
        """Read until cancelled. An exception of the sink ends it too: that is a bug."""
        self._file.since_s = (self._clock() + self._shift_ms()) // 1000 - LOOK_BACK_S
        self._heard_ms = self._clock()
        try:
            while True:
                lines, events = await self._read_in_time()
                self._look_at_time(lines)
                if self.pbx == "up":
                    await self._tell(events)
                elif not lines and not self.problem:
                    self._up()
                if not lines:
                    await asyncio.sleep(POLL_S)
        finally:
            self._file.close()

    async def _read_in_time(self) -> tuple[int, list[Event]]:
        """Read a step; while a read hangs the PBX is down, as what is shown grows old."""
        reading = asyncio.create_task(asyncio.to_thread(self._read))
        try:
            done, _ = await asyncio.wait({reading}, timeout=READ_S)
            if not done:
                self._notice(f"{self._settings.path} cannot be read: no answer within {READ_S:g} s")
            return await reading
        finally:
            reading.cancel()

    def _read(self) -> tuple[int, list[Event]]:
        """In a thread, while nobody else touches file and events: how many lines are new, and what they say."""
        lines = self._file.read()
        return len(lines), [event for line in lines for event in self._events.apply(line)]

    def _look_at_time(self, lines: int) -> None:
        """What the file's state, and silence, say about the PBX."""
        now_ms = self._clock()
        after_ms = self._settings.silent_after_ms
        if lines or not self._is_open():
            self._heard_ms = now_ms
        problem = self._file.problem
        if not problem and after_ms is not None and now_ms - self._heard_ms >= after_ms:
            silent = duration_text(after_ms)
            problem = f"nothing was written to {self._settings.path} for {silent} of opening hours: does the PBX run?"
        self._notice(problem)
        self._tell_losses()

    def _notice(self, problem: str) -> None:
        """Why the PBX is not read, "" when it is."""
        now_ms = self._clock()
        if problem and not self.problem:
            self._say(logging.ERROR, f"down: {problem}; looking again until a line comes")
        if problem and self.pbx == "up":
            self._sink(LinkDown(problem, now_ms), now_ms)
        self.problem = problem
        if problem:
            self.pbx = "down"
        elif self.pbx == "down":
            self.pbx = "syncing"

    def _up(self) -> None:
        """All is read that there is: from here on every line is an event."""
        now_ms = self._clock()
        self._asked.clear()
        self._sink(self._snapshot(self._settings.queues, now_ms, whole=True), now_ms)
        self.pbx = "up"
        self._sink(LinkUp(now_ms), now_ms)
        self._say(logging.INFO, "up")

    async def _tell(self, events: list[Event]) -> None:
        shift_ms = self._shift_ms()
        for count, event in enumerate(events, 1):
            now_ms = self._clock()
            # A clock of the PBX that is ahead of ours must not make times of the future.
            at_ms = min(event.at_ms - shift_ms, now_ms)
            self._sink(event._replace(at_ms=at_ms), now_ms)
            if count % BURST == 0:
                await asyncio.sleep(0)
        while self._asked:
            queue, now_ms = self._asked.pop(), self._clock()
            only = self._settings.queues if queue is None else frozenset((queue,))
            self._sink(self._snapshot(only, now_ms, whole=queue is None), now_ms)

    def _snapshot(self, only: frozenset[str] | None, now_ms: int, *, whole: bool) -> Snapshot:
        """The lines as the log tells them. A queue of the settings that it never named has nobody waiting."""
        known = {snapshot.queue: snapshot for snapshot in self._events.snapshot(only)}
        for queue in sorted(only or ()):
            known.setdefault(queue, QueueSnapshot(queue, 0, 0, 0, (), ()))
        shift_ms = self._shift_ms()
        queues = tuple(
            snapshot._replace(
                callers=tuple(
                    caller._replace(joined_ms=min(caller.joined_ms - shift_ms, now_ms)) for caller in snapshot.callers
                )
            )
            for snapshot in known.values()
        )
        return Snapshot(queues, now_ms, whole)

    def _tell_losses(self) -> None:
        """One line each, the first time."""
        if self._file.hole != self._told_hole:
            self._told_hole = self._file.hole
            self._log.warning("PBX: calls are missing: %s", self._told_hole)
        if self._file.dropped and not self._told_dropped:
            self._told_dropped = True
            self._say(logging.WARNING, "some lines are none of queue_log and were passed over")

    def _say(self, level: int, text: str) -> None:
        self._log.log(level, "PBX %s: %s", self._settings.path, text)
