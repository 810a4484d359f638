"""What all of the demo's centre shares: one agenda, one dice, one list of what happened, one series of channels.

The centre counts ms of its own from the opening of its first day, the nights left out. The wall's clock is epoch ms.
At speed 6 a minute of the centre takes ten seconds of the wall's; the order of things is the same at any speed.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from random import Random

from host_bridge.demo.happenings import Happening


class Exchange:
    """`start_ms` (epoch) is when the centre's own clock shows `from_ms`."""

    def __init__(self, seed: int, start_ms: int, from_ms: int, speed: float) -> None:
        self.rng = Random(seed)
        self.own_ms = from_ms
        """The centre's own time."""
        self._start_ms = start_ms
        self._from_ms = from_ms
        self._speed = speed
        self._serial = 0
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._told: list[Happening] = []
        self._channels = 0

    @property
    def now_ms(self) -> int:
        """Now, on the wall's clock."""
        return self._to_epoch(self.own_ms)

    def at(self, own_ms: int, act: Callable[[], None]) -> None:
        """Do `act` at that time of the centre; what is due at the same ms happens in the order it was asked."""
        self._serial += 1
        heapq.heappush(self._due, (max(own_ms, self.own_ms), self._serial, act))

    def after(self, delay_ms: int, act: Callable[[], None]) -> None:
        """Do `act` that much of the centre's time later."""
        self.at(self.own_ms + delay_ms, act)

    def next_ms(self) -> int | None:
        """When the next thing happens, on the wall's clock; None when nothing will."""
        return self._to_epoch(self._due[0][0]) if self._due else None

    def run(self, until_ms: int) -> None:
        """Let everything happen that is due by then (epoch ms)."""
        while self._due and self._to_epoch(self._due[0][0]) <= until_ms:
            self.own_ms, _, act = heapq.heappop(self._due)
            act()

    def clear(self) -> None:
        """Nothing is to happen any more."""
        self._due.clear()

    def tell(self, *happenings: Happening) -> None:
        """Note what a PBX would notice."""
        self._told.extend(happenings)

    def take(self) -> list[Happening]:
        """Return what was told since the last time."""
        told, self._told = self._told, []
        return told

    def channel(self, peer: str) -> tuple[str, str]:
        """Return the Uniqueid and the name of a new channel."""
        self._channels += 1
        return f"{self.now_ms // 1000}.{self._channels}", f"PJSIP/{peer}-{self._channels:08x}"

    def _to_epoch(self, own_ms: int) -> int:
        return self._start_ms + int((own_ms - self._from_ms) / self._speed)
