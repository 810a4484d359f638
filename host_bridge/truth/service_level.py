"""Service level: six formulas by name, each in whole seconds and rounded down.

Let A = answered within T, ANS = answered, AB = abandoned, ABs = abandoned before the short-abandon limit, ABt =
abandoned within T. "Within" includes T itself, as app_queue.c compares HoldTime with servicelevel. Rounding down
keeps "below 80 %" exact: a share is below a whole ‰ just when its rounded figure is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


class Counts(NamedTuple):
    """What a formula may rest on, all of one window."""

    answered: int
    answered_in: int
    abandoned: int
    abandoned_in: int
    abandoned_short: int
    overflowed: int
    overflowed_in: int
    exited: int


@dataclass(frozen=True)
class ServiceLevel:
    """How a queue's service level is reckoned; one queue's `service_level` of thresholds.yaml.

    `window_s` None is today. `count_overflow` and `count_exits` count these stays as failed. Fewer than
    `min_calls`: no figure. Raises ValueError for a formula that does not exist.
    """

    answer_within_s: int = 20
    target_permille: int = 800
    formula: str = "answered_of_offered"
    short_abandon_s: int = 5
    window_s: int | None = None
    min_calls: int = 10
    count_overflow: bool = False
    count_exits: bool = False

    def __post_init__(self) -> None:
        if self.formula not in FORMULAS:
            raise ValueError(f"formula: {self.formula!r} is not known, expected one of {', '.join(sorted(FORMULAS))}")

    def of(self, counts: Counts) -> tuple[int | None, int]:
        """The service level in ‰, or None when it rests on too few calls; and the calls that it rests on."""
        good, calls = FORMULAS[self.formula](counts)
        if self.count_overflow and self.formula != "asterisk_perf2":  # which has them among the abandoned
            calls += counts.overflowed
        if self.count_exits:
            calls += counts.exited
        if calls < max(1, self.min_calls):
            return None, calls
        return good * 1000 // calls, calls


def _answered_of_offered(c: Counts) -> tuple[int, int]:
    """Good answers of all answered and abandoned calls but the short abandons: contact-centre standard practice."""
    return c.answered_in, c.answered + c.abandoned - c.abandoned_short


def _answered_of_answered(c: Counts) -> tuple[int, int]:
    """Good answers of the answered calls, abandons are invisible: Asterisk's ServicelevelPerf."""
    return c.answered_in, c.answered


def _asterisk_perf2(c: Counts) -> tuple[int, int]:
    """A quick hang-up is a success, and a timeout is an abandon: Asterisk's ServicelevelPerf2."""
    return (
        c.answered_in + c.abandoned_in + c.overflowed_in,
        c.answered + c.abandoned + c.overflowed,
    )


def _abandoned_ignored(c: Counts) -> tuple[int, int]:
    """Good answers of all calls but those that hung up within the time: Cisco's "ignore"."""
    return c.answered_in, c.answered + c.abandoned - c.abandoned_in


def _abandoned_negative(c: Counts) -> tuple[int, int]:
    """Good answers of all answered and abandoned calls: Cisco's "negative", Genesys."""
    return c.answered_in, c.answered + c.abandoned


def _abandoned_positive(c: Counts) -> tuple[int, int]:
    """A quick hang-up counts as a good answer: Cisco's "positive"."""
    return c.answered_in + c.abandoned_in, c.answered + c.abandoned


FORMULAS: dict[str, Callable[[Counts], tuple[int, int]]] = {
    "answered_of_offered": _answered_of_offered,
    "answered_of_answered": _answered_of_answered,
    "asterisk_perf2": _asterisk_perf2,
    "abandoned_ignored": _abandoned_ignored,
    "abandoned_negative": _abandoned_negative,
    "abandoned_positive": _abandoned_positive,
}
