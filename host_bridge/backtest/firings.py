"""Changes of severity, put together to firings."""

from __future__ import annotations

from collections.abc import Iterable

from host_bridge.alarms import Change
from host_bridge.backtest.result import Firing


class Firings:
    """Takes changes in the order of time."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], list[tuple[int, int]]] = {}
        self._over: list[Firing] = []

    def add(self, changes: Iterable[Change]) -> None:
        """Some rules have another severity."""
        for at_ms, queue, rule, severity in changes:
            steps = self._open.setdefault((queue, rule), [])
            steps.append((at_ms, severity))
            if not severity:
                self._over.append(_firing(queue, rule, self._open.pop((queue, rule)), at_ms))

    def since(self, from_ms: int) -> tuple[Firing, ...]:
        """Those that were not over by then, by when they began; some of them may still fire."""
        still = [_firing(*key, steps, None) for key, steps in self._open.items()]
        found = [each for each in (*self._over, *still) if each.until_ms is None or each.until_ms > from_ms]
        return tuple(sorted(found, key=lambda each: (each.from_ms, each.queue, each.rule)))


def _firing(queue: str, rule: str, steps: list[tuple[int, int]], until_ms: int | None) -> Firing:
    return Firing(queue, rule, max(severity for _, severity in steps), steps[0][0], until_ms, tuple(steps))
