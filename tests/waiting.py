"""Waiting for something in real processes."""

from __future__ import annotations

import time
from collections.abc import Callable

POLL_S = 0.01


def wait_until(
    true: Callable[[], object],
    seconds: float = 15.0,
    otherwise: str = "nothing happens",
    details: Callable[[], str] = lambda: "",
) -> float:
    """Wait until `true()`; the seconds it took. AssertionError with `otherwise` and `details()` after `seconds`."""
    start = time.monotonic()
    while not true():
        if time.monotonic() - start > seconds:
            raise AssertionError(f"{otherwise} within {seconds} s\n{details()}")
        time.sleep(POLL_S)
    return time.monotonic() - start
