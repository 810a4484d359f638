"""Fourteen days of a call centre as a queue_log: made by a seed, as large as a real one, with every outcome in it."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from itertools import count
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Asia/Jerusalem")
FIRST = dt.date(2026, 3, 16)
"""Summer time begins on the 27th there, so one of the days has 23 hours."""
DAYS = 14
QUEUES = {"banking": 800, "prospects": 360, "securities": 140, "callback": 70, "internet": 18, "banking-en": 7}
"""How many calls a day."""
_LAST_WORDS = ("COMPLETECALLER", "COMPLETECALLER", "COMPLETEAGENT", "BLINDTRANSFER", "ATTENDEDTRANSFER")


def fourteen_days(seed: int = 1999) -> list[str]:
    """The lines, in the order of their time; calls go on over midnight."""
    chance = random.Random(seed)
    serial = count(1)
    begin = int(dt.datetime.combine(FIRST, dt.time(), ZONE).timestamp())
    events: list[tuple[int, int, str, str, str]] = [(begin + 1, 0, "NONE", "NONE", "NONE|QUEUESTART|")]
    for day in range(DAYS):
        midnight = int(dt.datetime.combine(FIRST + dt.timedelta(days=day), dt.time(), ZONE).timestamp())
        for queue, calls in QUEUES.items():
            for _ in range(0 if day % 7 == 5 and queue != "callback" else calls):  # Saturday: one queue alone
                at = midnight + 60 + min(82_000, int(chance.gauss(54_000, 16_000)) % 86_400)
                if chance.random() < 0.01:
                    at = midnight + 86_400 - chance.randrange(1, 300)  # on the line at midnight
                call = f"{at}.{next(serial)}"
                events += [(second, next(serial), call, queue, rest) for second, rest in _call(chance, at, call)]
    events.sort()
    return [f"{second}|{call}|{queue}|{rest}" for second, call, queue, rest in _placed(events)]


def _placed(events: list[tuple[int, int, str, str, str]]) -> Iterator[tuple[int, str, str, str]]:
    """With the callers' places in their lines."""
    lines: dict[str, dict[str, int]] = {queue: {} for queue in (*QUEUES, "NONE")}
    for second, _, call, queue, rest in events:
        line = lines[queue]
        word = rest.split("|")[1]
        if word == "ENTERQUEUE":
            line[call] = len(line) + 1
            rest = rest.replace("PLACE", str(line[call]))
        elif call in line and word != "RINGNOANSWER":
            rest = rest.replace("PLACE", f"{list(line).index(call) + 1}|{line.pop(call)}")
        yield second, call, queue, rest


def _call(chance: random.Random, at: int, call: str) -> Iterator[tuple[int, str]]:
    """One call's lines, from ENTERQUEUE to its end."""
    yield at, "NONE|ENTERQUEUE||0501234567|PLACE"
    hold = min(900, int(chance.expovariate(1 / 45)))
    agent = f"A{chance.randrange(1, 14):02d}"
    kind = chance.random()
    if kind < 0.72:
        if chance.random() < 0.1 and hold > 12:
            yield at + 10, f"{agent}|RINGNOANSWER|10000"
        yield at + hold, f"{agent}|CONNECT|{hold}|{call}9|{min(hold, 3)}"
        talk = int(chance.expovariate(1 / 170))
        word = chance.choice(_LAST_WORDS)
        middle = {"BLINDTRANSFER": "200|from-internal|", "ATTENDEDTRANSFER": "BRIDGE|796cfb60-22ed|"}.get(word, "")
        if chance.random() < 0.995:  # else the PBX never wrote its end
            yield at + hold + talk, f"{agent}|{word}|{middle}{hold}|{talk}|1"
    elif kind < 0.9:
        yield at + hold, f"NONE|ABANDON|PLACE|{hold}"
    elif kind < 0.94:
        yield at + hold, f"NONE|EXITWITHTIMEOUT|PLACE|{hold}"
    elif kind < 0.96:
        yield at + hold, f"NONE|EXITEMPTY|PLACE|{hold}"
    elif kind < 0.98:
        yield at + hold, f"NONE|EXITWITHKEY|5|PLACE|{hold}"
    else:
        yield at + hold, f"NONE|WITHDRAW|PLACE|{hold}"
