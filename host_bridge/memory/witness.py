"""What the bridge watches beside its work: the boards; and, where a history is kept, all that belongs into it.

It hears everything through the announcer, which also publishes what there is to tell of it: `notice` and `listing`.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Any

from firmware.core import wire
from firmware.core.wire import WireError
from host_bridge.boards import BoardsWatch, Talk
from host_bridge.clock import Clock
from host_bridge.memory.recorder import Recorder
from host_bridge.status import Boards

SLICE = 10  # messages of boards taken in one go: a ms, for when five hundred speak at once
MOST_PENDING = 5_000


class Witness:
    """One run of the bridge. `recorder` None: no history is kept. Called by the event loop's thread; nothing waits."""

    def __init__(self, site: str, recorder: Recorder | None, clock: Clock, log: logging.Logger) -> None:
        self.recorder = recorder
        self._site = site
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._watch = BoardsWatch()
        self._talk = Talk(self._watch, log)
        self._timer: asyncio.TimerHandle | None = None
        # Bounded, lest a flood take the memory; a board whose message it discards speaks again within 10 s.
        self._inbox: deque[tuple[str, bytes, bool, int]] = deque(maxlen=MOST_PENDING)
        self._listing_topic = wire.topic(site, "bridge", "boards")
        self.filters = [wire.topic(site, "board", "+", "state"), self._listing_topic]
        """Topics to hear; acknowledgements too, which are heard for other reasons as well, see announce/strays.py."""

    def connected(self) -> None:
        """The broker is there, and has been told everything anew."""
        self._watch.connected(self._clock.ms())
        if self.recorder is not None:
            self.recorder.broker(None)

    def disconnected(self, why: str) -> None:
        """The broker is lost."""
        self._watch.disconnected()
        if self.recorder is not None:
            self.recorder.broker(why)

    def message(self, topic: str, payload: bytes, retained: bool) -> bool:
        """Take what is of boards or an acknowledgement; False: it is of others. Nothing that arrives raises."""
        try:
            parts = wire.parts_of(self._site, topic)
        except WireError:
            return False
        now_ms = self._clock.ms()
        if topic == self._listing_topic:
            if retained:
                self._watch.restore(payload, now_ms)
            return True
        if len(parts) != 3 or parts[0] not in ("board", "ack"):
            return False
        if parts[0] == "board":
            if not self._inbox:
                self._loop.call_soon(self._take)
            self._inbox.append((parts[1], payload, retained, now_ms))
        elif self.recorder is not None:
            self.recorder.ack(parts[1], parts[2], payload)
        return True

    def beat(self) -> None:
        """With each heartbeat."""
        self._watch.tick(self._clock.ms())
        self._look()
        if self.recorder is not None:
            self.recorder.beat()

    @property
    def problem(self) -> str:
        """What a person should do, in one line; "" is fine."""
        return "; ".join(filter(None, (self._talk.problem, self.recorder.problem if self.recorder else "")))

    def boards(self) -> Boards | None:
        """How many are there; None before all have had time to speak."""
        if not self._watch.is_settled:
            return None
        online = [each.online for each in self._watch.boards.values()]
        return Boards(online.count(True), online.count(False))

    def notice(self) -> str:
        """What the bridge itself has to say on every board; "" for nothing."""
        return self._watch.notice(self._clock.ms())

    def listing(self) -> list[dict[str, Any]] | None:
        """The boards for bridge/boards, if they are others than last time; not before all have had time to speak."""
        if not (self._watch.dirty and self._watch.is_settled):
            return None
        self._watch.dirty = False
        return self._watch.listing()

    async def close(self) -> None:
        """At the end of the bridge."""
        if self._timer is not None:
            self._timer.cancel()
        if self.recorder is not None:
            await self.recorder.close()

    def _take(self) -> None:
        """Some of what boards have said; the loop looks at the PBX before the next."""
        for _ in range(min(SLICE, len(self._inbox))):
            self._watch.receive(*self._inbox.popleft())
        self._look(at_all=False)
        if self._inbox:
            self._loop.call_soon(self._take)

    def _look(self, *, at_all: bool = True) -> None:
        now_ms = self._clock.ms()
        events = self._talk.look(now_ms, at_all=at_all)
        if events and self.recorder is not None:
            self.recorder.boards(events)
        due_ms = self._talk.next_ms()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if due_ms is not None:
            self._timer = self._loop.call_later(max(due_ms - now_ms, 1) / 1000, self._look)
