"""A month of a centre of fifty agents as a queue_log, drawn from the demo's calibration: some 100,000 calls."""

from __future__ import annotations

import datetime as dt
import heapq
from collections import deque
from collections.abc import Iterator
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from host_bridge.demo.calibration import CLOSES_H, CUSTOMS, OPENS_H, next_arrival_ms, patience_ms, talk_ms

DAYS = 30
LOAD = 2.3  # times the calls of the demo's bank
ON_DUTY = 12  # of the fifty, at once: shifts, breaks and what follows a talk
ZONE = "Asia/Jerusalem"
FIRST = dt.date(2026, 11, 1)
DAY_MS = (CLOSES_H - OPENS_H) * 3_600_000

LIMITS = f"""\
timezone: {ZONE}
defaults:
  service_level: {{answer_within: 20s, target: 80%}}
  rules:
    wait:    {{warn: 45s, critical: 90s, hold: 10s}}
    waiting: {{warn: 3, critical: 6, for: 5s}}
    sla:     {{warn: 85%, critical: 75%}}
queues:
  service:
    service_level: {{window: 30m}}
    rules: {{abandoned: {{warn: 8%, critical: 15%}}}}
  sales:
    rules: {{pressed: {{all: {{waiting: 5, wait: 3m}}, severity: critical}}}}
groups:
  phones: {{queues: [sales, service], rules: {{sla: off}}}}
  all: {{rules: {{waiting: {{warn: 8, critical: 15}}, wait: off, sla: off}}}}
hours: {{sun-sat: "07:00-24:00"}}
"""


class _Caller(NamedTuple):
    number: int
    queue: str
    joined_ms: int


def centre_month(seed: int = 1, days: int = DAYS, load: float = LOAD) -> Iterator[str]:
    """Its lines, in the order written."""
    numbers = iter(range(1, 1 << 60))
    for day in range(days):
        opens = dt.datetime.combine(FIRST + dt.timedelta(days=day), dt.time(OPENS_H), ZoneInfo(ZONE))
        yield from _day(Random(f"{seed} {day}"), int(opens.timestamp()) * 1000, load, numbers)


def _day(rng: Random, opens_ms: int, load: float, numbers: Iterator[int]) -> Iterator[str]:
    free = ON_DUTY
    lines: dict[str, deque[_Caller]] = {queue: deque() for queue in CUSTOMS}
    events: list[tuple[int, int, str, _Caller | None]] = []  # ms, a number, what, of whom

    def plan(at_ms: int, what: str, caller: _Caller | None = None) -> None:
        heapq.heappush(events, (at_ms, next(numbers), what, caller))

    def written(at_ms: int, caller: _Caller, event: str, *data: object) -> str:
        call = f"{(opens_ms + caller.joined_ms) // 1000}.{caller.number}"
        agent = "A1" if event.startswith("CO") else "NONE"
        return "|".join([str((opens_ms + at_ms) // 1000), call, caller.queue, agent, event, *map(str, data)])

    for queue in CUSTOMS:
        plan(next_arrival_ms(queue, 0, load, rng), queue)
    while events:
        now_ms, number, what, caller = heapq.heappop(events)
        if caller is None and what in CUSTOMS and now_ms < DAY_MS:
            arrived = _Caller(number, what, now_ms)
            lines[what].append(arrived)
            yield written(now_ms, arrived, "ENTERQUEUE", "", "", len(lines[what]))
            plan(now_ms + patience_ms(what, rng), "gives up", arrived)
            plan(next_arrival_ms(what, now_ms, load, rng), what)
        elif what == "gives up" and caller is not None and caller in lines[caller.queue]:
            place = lines[caller.queue].index(caller) + 1
            lines[caller.queue].remove(caller)
            hold_s = now_ms // 1000 - caller.joined_ms // 1000
            yield written(now_ms, caller, "ABANDON", place, place, hold_s)
        elif what == "ends" and caller is not None:
            free += 1
            talk_s = (now_ms - caller.joined_ms) // 1000
            yield written(now_ms, caller, "COMPLETECALLER", 0, talk_s, 1)
        while free and any(lines.values()):
            queue = min((q for q in lines if lines[q]), key=lambda q: lines[q][0].joined_ms)
            first = lines[queue].popleft()
            free -= 1
            yield written(now_ms, first, "CONNECT", now_ms // 1000 - first.joined_ms // 1000, "1.1", 1)
            plan(now_ms + talk_ms(queue, rng), "ends", first)
