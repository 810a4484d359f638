"""A queue_log that is hard to follow, out of a seed: all that a PBX writes, and more than a quiet one does in a month.

Bursts within a second; callers from one queue to the next, and over midnight; transfers, keys, timeouts, emptied
queues; who left under another id than he came with, who was never seen to enter, whose end is missing; a PBX that
starts anew, a clock that is set back by some seconds, a queue that the log names late, and lines that are none.
"""

from __future__ import annotations

import datetime as dt
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

BEGINS = "2026-11-22T23:10:00"
LASTS_S = 5_400
ZONE = "Asia/Jerusalem"
LATE_QUEUE = "vip+1"  # + is no character of an id
QUEUES = ("sales", "support", "night", LATE_QUEUE)
MIDNIGHT_S = 3_000  # from the beginning

LIMITS = f"""\
timezone: {ZONE}
defaults:
  service_level: {{answer_within: 20s, target: 80%, min_calls: 4, window: 10m}}
  rules:
    wait:    {{warn: 30s, critical: 60s}}
    waiting: {{warn: 2, critical: 4, for: 3s}}
    sla:     {{warn: 85%, critical: 70%, clear: 90%, hold: 0s}}
queues:
  sales:
    service_level: {{window: today}}
    hours: {{sun-sat: "23:20-00:05, 00:12-00:30"}}
    rules:
      wait: {{warn: 20s, critical: 45s, clear: 10s, hold: 12s, for: 4s}}
      pressed: {{all: {{waiting: 3, wait: 25s}}, severity: critical, clear: {{waiting: 2}}}}
      abandoned: {{warn: 10%, critical: 20%, hold: 30s}}
      avg_wait: {{warn: 15s, critical: 25s, for: 20s}}
  night: {{hours: {{sun-sat: "22:00-23:45"}}}}
  support:
    service_level: {{formula: abandoned_negative, short_abandon: 3s}}
    rules:
      agents_free: {{warn: 1, critical: 0, when: {{waiting: 1}}}}
      next_breach: {{warn: 50s, critical: 20s}}
      soon: {{all: {{next_breach: 70s, waiting: 2}}, severity: warn, hold: 1s}}
groups:
  service: {{queues: [sales, support], service_level: {{window: 3m}}, rules: {{next_breach: {{critical: 30s}}}}}}
  late: {{queues: ["{LATE_QUEUE}", night], rules: {{wait: {{critical: 15s, hold: 1s}}}}}}
  all: {{rules: {{waiting: {{warn: 5, critical: 9, for: 0s, hold: 0s}}, sla: off}}}}
wait_limit: {{limit: 2m}}
hours: {{sun-sat: "23:15-00:35"}}
"""


class _Call(NamedTuple):
    call: str
    queue: str
    joined_s: int


def hard_day(seed: int) -> list[str]:
    """Its lines, in the order written."""
    return _Day(seed).lines


class _Day:
    def __init__(self, seed: int) -> None:
        self.lines: list[str] = []
        self._rng = Random(seed)
        begins = dt.datetime.fromisoformat(BEGINS).replace(tzinfo=ZoneInfo(ZONE))
        self._begins_s = self._now_s = int(begins.timestamp())
        self._number = 0
        self._waiting: list[_Call] = []
        self._talking: list[tuple[int, _Call, int]] = []
        self._write("NONE", "NONE", "NONE", "QUEUESTART", "")
        self._leave(_Call(self._id(), "sales", self._now_s - 40))  # of him nobody saw the beginning
        while self._now_s < self._begins_s + LASTS_S:
            self._step()

    def _step(self) -> None:
        rng = self._rng
        self._now_s += rng.choice((0, 0, 1, 1, 2, 3, 5, 8, 13)) if rng.random() < 0.97 else rng.randrange(20, 90)
        for talk in [talk for talk in self._talking if talk[0] <= self._now_s]:
            self._talking.remove(talk)
            self._end_talk(talk[1], talk[2])
        busy = len(self._waiting) > (12 if self._now_s - self._begins_s < MIDNIGHT_S - 120 else 5)
        chance = rng.random()
        if chance < (0.25 if busy else 0.5):
            for _ in range(rng.choice((1, 1, 1, 1, 2, 5))):
                self._enter(self._queue(), self._id())
        elif chance < 0.94 and self._waiting:
            for _ in range(rng.choice((1, 1, 1, 2, 4))):
                if self._waiting:
                    self._leave(self._waiting.pop(rng.choice((0, 0, 0, -1)) if rng.random() < 0.9 else 0))
        elif chance >= 0.94:
            self._oddity()

    def _oddity(self) -> None:
        kind = self._rng.randrange(7)
        if kind == 0 and self._waiting:  # nothing more is said of him, until he comes again
            self._waiting.pop(0)
        elif kind == 1 and self._waiting:
            lost = self._waiting.pop(0)
            self._enter(self._queue(), lost.call)
        elif kind == 2:  # who comes now is known late
            self._now_s -= self._rng.randrange(1, 9)
            for _ in range(3):
                self._enter(self._queue(), self._id())
        elif kind == 3:
            self.lines.append(self._rng.choice(("\0\0\0", "nothing of a log", "17|x|y")))
        elif kind == 4:
            self._leave(_Call(self._id(), self._queue(), self._now_s - self._rng.randrange(0, 90)))
        elif kind == 5:
            self._write("NONE", self._queue(), "A1", "PAUSE", "lunch")
        elif self._rng.random() < 0.4:
            self._waiting.clear()
            self._talking.clear()
            self._write("NONE", "NONE", "NONE", "QUEUESTART", "")

    def _enter(self, queue: str, call: str) -> None:
        place = sum(each.queue == queue for each in self._waiting) + 1
        self._waiting.append(_Call(call, queue, self._now_s))
        self._write(call, queue, "NONE", "ENTERQUEUE", "", "0501234567", place)

    def _leave(self, caller: _Call) -> None:
        rng = self._rng
        hold_s = max(0, self._now_s - caller.joined_s)
        place = 1 + sum(each.queue == caller.queue and each.joined_s < caller.joined_s for each in self._waiting)
        how = rng.random()
        call = caller.call if rng.random() < 0.96 else self._id()  # a masquerade
        if how < 0.6:
            self._write(call, caller.queue, f"A{rng.randrange(9)}", "CONNECT", hold_s, "1.2", min(hold_s, 3))
            self._talking.append((self._now_s + rng.randrange(0, 200), caller, hold_s))
        elif how < 0.8:
            self._write(call, caller.queue, "NONE", "ABANDON", place, place, hold_s)
        else:
            event = rng.choice(("EXITWITHTIMEOUT", "EXITEMPTY", "WITHDRAW", "EXITWITHKEY"))
            key = ("7",) if event == "EXITWITHKEY" else ()
            self._write(call, caller.queue, "NONE", event, *key, place, place, hold_s)
            if event != "WITHDRAW" and rng.random() < 0.7:  # to the next queue, at once or after a while
                self._now_s += rng.choice((0, 0, 1, 30))
                self._enter(self._queue(), call)

    def _end_talk(self, caller: _Call, hold_s: int) -> None:
        event = self._rng.choice(("COMPLETECALLER", "COMPLETEAGENT", "BLINDTRANSFER"))
        moved = ("200", "internal") if event == "BLINDTRANSFER" else ()
        self._write(caller.call, caller.queue, "A1", event, *moved, hold_s, self._rng.randrange(1, 200), 1)

    def _queue(self) -> str:
        late = self._now_s - self._begins_s > MIDNIGHT_S - 900
        return self._rng.choice(("sales", "sales", "support", "support", "night", LATE_QUEUE if late else "sales"))

    def _id(self) -> str:
        self._number += 1
        return f"{self._now_s - self._rng.choice((0, 0, 20))}.{self._number}"

    def _write(self, call: str, queue: str, agent: str, event: str, *data: object) -> None:
        self.lines.append("|".join([str(self._now_s), call, queue, agent, event, *map(str, data)]))
