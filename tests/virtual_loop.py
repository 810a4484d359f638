"""An asyncio event loop that never waits: while there is anything to do its clock stands still, then it jumps.

Work for threads is done at once, while time stands still too. Of several timers that are due at the same ms the one
that was set last goes first, and all that follows from it is done before the next: which of them is first no real loop
promises either.
"""

from __future__ import annotations

import asyncio
import contextvars
import heapq
import selectors
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

_NO_DRIFT_S = 1e-6  # timers are set in s, as floats; time goes by whole ms


class VirtualLoop(asyncio.SelectorEventLoop):
    """`ms` is its clock. `on_idle` is called when nothing more is to do at this ms, and may give the next ms that
    somebody else waits for, or None.
    """

    def __init__(self) -> None:
        self.ms = 0
        self.on_idle: Callable[[], int | None] = lambda: None
        self._timers: list[tuple[int, int, asyncio.TimerHandle]] = []
        self._number = 0
        super().__init__(_NeverWaits(self))

    def time(self) -> float:
        return self.ms / 1000

    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: contextvars.Context | None = None
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self._number += 1
        due_ms = max(self.ms, -int(-(when - _NO_DRIFT_S) * 1000 // 1))
        heapq.heappush(self._timers, (due_ms, -self._number, handle))
        return handle

    def run_in_executor(self, executor: Executor | None, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done

    def go_on(self) -> None:
        """Nothing is ready: run the next timer. RuntimeError when there is none, as that would be for ever."""
        while self._timers and self._timers[0][2].cancelled():
            heapq.heappop(self._timers)
        if self._timers and self._timers[0][0] <= self.ms:
            self.call_soon(heapq.heappop(self._timers)[2]._run)
            return
        other_ms = self.on_idle()
        if self._ready:
            return
        due_ms = min(at_ms for at_ms in (other_ms, *(each[0] for each in self._timers[:1])) if at_ms is not None)
        self.ms = max(self.ms, due_ms)

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """For TimerHandle.cancel(): it is passed over when its time comes."""


class _NeverWaits(selectors.DefaultSelector):
    """The loop asks it when it has nothing to do but to wait."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            self._loop.go_on()
        return []  # nothing comes from outside
