"""The bridge's reader and its truth in this process, in front of a real Asterisk: what was heard and what was counted.

No broker and no settings between: the whole bridge is driven by tests/pbx/chain.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from host_bridge.pbx.ami_link import AmiLink, AmiSettings
from host_bridge.pbx.events import Event, Snapshot
from host_bridge.truth.service_level import ServiceLevel
from host_bridge.truth.truth import Truth
from tests.waiting import wait_until

TICK_S = 0.02
Result = TypeVar("Result")


def clock() -> int:
    """Ms since the epoch: one machine, so the PBX's clock is ours."""
    return time.time_ns() // 1_000_000


class Witness:
    """An AmiLink and a Truth in a loop and a thread of their own, for as long as it is open.

    `events` grows with every event read. Truth is driven as the bridge drives it: asked what it wants to know, and
    settled when it is time.
    """

    def __init__(self, port: int, username: str, secret: str) -> None:
        self.events: list[Event] = []
        self.truth = Truth(lambda queue: ServiceLevel(min_calls=1))
        settings = AmiSettings("127.0.0.1", port, username, secret)
        self.link = AmiLink(settings, self._take, clock, logging.getLogger("pbx"))
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(self._read())
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Witness:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(10)

    def count(self, kind: type[Event]) -> int:
        """How many events of that kind were read."""
        return sum(isinstance(event, kind) for event in self.events)

    def look(self) -> None:
        """Ask for the whole list, and wait until it is taken over."""
        seen = self.count(Snapshot)
        self._loop.call_soon_threadsafe(self.link.ask_status, None)
        wait_until(lambda: self.count(Snapshot) > seen, 5, "no list came")

    def figures(self, queue: str) -> dict[str, int]:
        """The figures of a queue now; KeyError when it is not known."""
        return self._ask(lambda: self.truth.figures(queue, clock()))

    def line(self, queue: str) -> list[str]:
        """The ids of those who wait in a queue, first to be served first."""
        return self._ask(lambda: [stay.call for stay in self.truth._intake.stays.book.lines.get(queue, ())])

    def _take(self, event: Event, now_ms: int) -> None:
        self.truth.apply(event, now_ms)
        self.events.append(event)

    async def _read(self) -> None:
        async with asyncio.TaskGroup() as both:
            both.create_task(self.link.run())
            both.create_task(self._tick())

    async def _tick(self) -> None:
        while True:
            self.truth.settle(clock())
            for queue in self.truth.take_asks():
                self.link.ask_status(queue)
            await asyncio.sleep(TICK_S)

    def _ask(self, question: Callable[[], Result]) -> Result:
        """Put a question in the loop's own thread, so that no event comes in between."""
        answer: Future[Result] = Future()

        def put() -> None:
            try:
                answer.set_result(question())
            except Exception as problem:  # whatever it is, it is the asker's
                answer.set_exception(problem)

        self._loop.call_soon_threadsafe(put)
        return answer.result(5)

    def _run(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._task)
        self._loop.close()
