"""When each open stay must be looked at again; asked at every event, so the answer costs nothing."""

from __future__ import annotations

import heapq

from host_bridge.truth.stay import Stay


class Deadlines:
    """One time a stay at most, in ms."""

    def __init__(self) -> None:
        self._of: dict[Stay, int] = {}
        self._heap: list[tuple[int, int, Stay]] = []  # (ms, number, stay); one no longer in `_of` is void
        self._number = 0

    def __len__(self) -> int:
        return len(self._of)

    def get(self, stay: Stay) -> int | None:
        """This stay's time, or None."""
        return self._of.get(stay)

    def set(self, stay: Stay, at_ms: int) -> None:
        """Look at this stay at `at_ms`, and not at a time said before."""
        if self._of.get(stay) != at_ms:
            self._of[stay] = at_ms
            self._number += 1
            heapq.heappush(self._heap, (at_ms, self._number, stay))

    def drop(self, stay: Stay) -> None:
        """This stay needs no look by time."""
        self._of.pop(stay, None)

    def is_due(self, now_ms: int) -> bool:
        """Whether `take_due` is worth a call."""
        return bool(self._heap) and self._heap[0][0] <= now_ms

    def take_due(self, now_ms: int) -> list[Stay]:
        """The stays whose time has come, earliest first; each has no time any more."""
        due: list[Stay] = []
        while self._heap and self._heap[0][0] <= now_ms:
            at_ms, _, stay = heapq.heappop(self._heap)
            if self._of.get(stay) == at_ms:
                del self._of[stay]
                due.append(stay)
        return due

    def next_ms(self) -> int | None:
        """The earliest time of all, or None."""
        while self._heap and self._of.get(self._heap[0][2]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None
