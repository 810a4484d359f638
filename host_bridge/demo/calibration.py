"""How the demo's centre behaves: figures of a real one, and the draws made from them.

The figures are those of fourteen days (1 to 14 February 1999) of an Israeli bank's centre, the "Anonymous Bank" whose
call records Ilan Guedj collected and the Service Engineering group of the Technion (Avishai Mandelbaum) published:
16,290 calls, of which 1,885 were abandoned. Only figures are here; no record of a call is part of this project.

How they were made, over a queue_log of those calls:

- arrivals: calls that entered the queue in each hour, the mean of the ten full days (Sunday to Thursday);
- patience: Kaplan-Meier over the fourteen days, an abandon being the end of a patience and an answer the censoring of
  it (the caller would have waited longer). Past 300 s few callers are left to learn from, so from there on the
  hazard is the queue's abandons over its whole time waited;
- talk: log-normal through the median and the mean of the ten full days (a fit of the logs gives too long a tail,
  since some 5 in 100 calls last only seconds);
- overhead: from the end of an agent's talk to their next, while callers waited: 3 s, 5 s, 16 s (10, 50, 90 in 100).

The bank's `callback`, `internet` and `banking-en`, of some 60 calls a day together, are one queue here, `support`.
What the bank's records do not tell (ringing, transfers, breaks, keys pressed) is a plausible guess, and named so.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from random import Random
from typing import NamedTuple

OPENS_H, CLOSES_H = 7, 24
"""Hours of the centre's day. The demo skips the night: 24:00 is followed by 07:00."""

HOUR_MS = 3_600_000
_LONGEST_TALK_S = 3_600


class Custom(NamedTuple):
    """The custom of one queue. Times are seconds of the centre's own time."""

    arrivals: tuple[float, ...]
    """Calls in each hour of the day, OPENS_H first."""
    patience: tuple[tuple[int, int], ...]
    """(s, ‰ of callers whose patience is longer than that), from 0 s and 1000 ‰ on."""
    hazard: float
    """Share of the waiting who give up in a second, beyond the last row of `patience`."""
    talk_median_s: float
    talk_mean_s: float


CUSTOMS: dict[str, Custom] = {
    "service": Custom(  # the bank's `banking`
        (31.2, 57.0, 70.3, 84.2, 73.0, 61.1, 67.6, 67.4, 62.4, 57.5, 45.9, 54.1, 47.1, 43.2, 59.0, 45.4, 31.2),
        ((0, 1000), (2, 997), (5, 992), (10, 973), (15, 957), (20, 943), (30, 925), (45, 892), (60, 854), (90, 790),
         (120, 754), (180, 703), (240, 666), (300, 640)),
        0.00235,
        112,
        175.6,
    ),
    "sales": Custom(  # `prospects`
        (6.6, 36.5, 20.3, 18.9, 19.7, 17.5, 19.9, 28.7, 26.9, 54.8, 38.7, 25.0, 13.1, 13.3, 8.8, 6.7, 7.5),
        ((0, 1000), (2, 974), (5, 957), (10, 915), (15, 885), (20, 855), (30, 802), (45, 752), (60, 688), (90, 605),
         (120, 555), (180, 441), (240, 375), (300, 347)),
        0.00484,
        58,
        99.0,
    ),
    "securities": Custom(
        (0.5, 3.6, 10.6, 12.9, 10.3, 7.3, 8.3, 12.6, 14.9, 6.8, 4.3, 5.8, 4.6, 4.8, 4.0, 3.7, 3.1),
        ((0, 1000), (5, 999), (10, 991), (15, 986), (20, 977), (30, 970), (45, 946), (60, 920), (90, 893), (120, 846),
         (180, 791), (240, 711), (300, 680)),
        0.00128,
        176,
        258.1,
    ),
    "support": Custom(  # `callback`, `internet` and `banking-en`
        (1.5, 1.6, 4.5, 5.5, 6.0, 5.3, 3.9, 4.3, 4.4, 5.4, 4.2, 3.3, 2.4, 0.9, 2.2, 1.8, 1.2),
        ((0, 1000), (5, 989), (10, 974), (20, 957), (30, 948), (45, 927), (60, 898), (90, 847), (120, 828), (180, 729),
         (240, 652), (300, 620)),
        0.00182,
        54.5,
        143.7,
    ),
}  # fmt: skip

BUSY_DAY = 1.19
"""The busiest of the ten full days had 1,788 calls, the mean one 1,498."""


def next_arrival_ms(queue: str, now_ms: int, load: float, rng: Random) -> int:
    """Return when the next call comes: a Poisson process whose rate is that of each hour, times `load`.

    `now_ms` counts from the opening of the first day, the nights left out. A draw that crosses the end of an hour is
    made anew from there, which the process's lack of memory allows.
    """
    rates = CUSTOMS[queue].arrivals
    at_ms = float(now_ms)
    while True:
        hour = int(at_ms // HOUR_MS)
        at_ms += rng.expovariate(rates[hour % len(rates)] * load) * HOUR_MS
        if at_ms < (hour + 1) * HOUR_MS:
            return math.ceil(at_ms)
        at_ms = (hour + 1) * HOUR_MS


def patience_ms(queue: str, rng: Random) -> int:
    """Return how long a caller is ready to wait, drawn from the survival curve, straight between its rows."""
    custom = CUSTOMS[queue]
    share = 1000 * (1 - rng.random())
    last_s, last_share = custom.patience[-1]
    if share <= last_share:
        return math.ceil(1000 * (last_s + math.log(last_share / share) / custom.hazard))
    after = bisect_left(custom.patience, -share, key=lambda row: -row[1])
    (early_s, above), (late_s, below) = custom.patience[after - 1], custom.patience[after]
    return math.ceil(1000 * (early_s + (late_s - early_s) * (above - share) / (above - below)))


def talk_ms(queue: str, rng: Random) -> int:
    """Return how long a conversation lasts: log-normal, at least 1 s and at most an hour."""
    custom = CUSTOMS[queue]
    return _log_normal_ms(custom.talk_median_s, custom.talk_mean_s, rng)


def ring_ms(rng: Random) -> int:
    """Return how long a phone rings before its agent answers: with `after_talk_ms` the overhead, half of it each."""
    return _log_normal_ms(2.5, 3.5, rng)


def after_talk_ms(rng: Random) -> int:
    """Return how long an agent needs after a talk before they can be rung."""
    return _log_normal_ms(2.5, 4.5, rng)


def break_ms(rng: Random) -> int:
    """Return how long an agent's break lasts (a guess)."""
    return _log_normal_ms(300, 420, rng)


def _log_normal_ms(median_s: float, mean_s: float, rng: Random) -> int:
    sigma = math.sqrt(2 * math.log(mean_s / median_s))
    return math.ceil(1000 * min(max(rng.lognormvariate(math.log(median_s), sigma), 1), _LONGEST_TALK_S))
