"""Runs the checks: groups side by side, one deadline for all, and no check spoils another.

A name that a dead resolver is asked for, a disk that hangs: some waits no program can end. So each group has a thread
of its own that nobody waits for longer than the deadline, and what it found until then counts.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from host_bridge.ctl.health.finding import Finding, NotCheckedError, unknown
from host_bridge.ctl.health.machine import AS_ROOT

DEADLINE_S = 16.0  # with the settings read before (2 s at most) and the start, under 20 s


class Check(NamedTuple):
    """`area` names it in the report when it cannot be made."""

    area: str
    look: Callable[[], Iterable[Finding]]


Group = Sequence[Check]


class _Round(threading.Thread):
    """One group: its checks one after the other."""

    def __init__(self, checks: Group) -> None:
        super().__init__(daemon=True)
        self.found: list[Finding] = []
        self.left = list(checks)

    def run(self) -> None:
        while self.left:
            self.found += made(self.left[0])
            del self.left[0]


def made(check: Check) -> list[Finding]:
    """The findings of one check; one that cannot look, or fails itself, is a finding too."""
    found: list[Finding] = []
    try:
        found.extend(check.look())
    except NotCheckedError as error:
        found.append(unknown(check.area, error.why, error.do))
    except PermissionError as error:
        found.append(unknown(check.area, f"{error.filename or check.area} may not be looked at", AS_ROOT))
    except Exception as error:  # whatever it met: the other checks are worth having
        what = f"this check failed itself ({type(error).__name__}: {error})"
        found.append(unknown(check.area, what, "please report it to the wallboard's makers"))
    return found


def examine(groups: Iterable[Group], deadline_s: float = DEADLINE_S) -> list[Finding]:
    """All findings, in the order of groups and checks; what had no time is told as not checked."""
    rounds = [_Round(group) for group in groups]
    end = time.monotonic() + deadline_s
    for each in rounds:
        each.start()
    found: list[Finding] = []
    for each in rounds:
        each.join(max(end - time.monotonic(), 0.0))
        late = list(each.left) if each.is_alive() else []
        found += each.found
        found += [unknown(check.area, f"it had no end within {deadline_s:.0f} s") for check in late[:1]]
        found += [unknown(check.area, f"no time was left: {late[0].area} took it all") for check in late[1:]]
    return found
