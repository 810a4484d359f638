"""Compares what the bridge published, and when, with what Asterisk said, and when. Pure; times are s of one clock."""

from __future__ import annotations

from typing import NamedTuple

SLACK = 0.25  # seconds within which a change at Asterisk must be published
SKEW = 0.15  # on a busy machine the test may read an event so much later than the bridge has read and published it


class Step(NamedTuple):
    """The number of callers waiting from `at` on."""

    at: float
    waiting: int


def in_force(steps: list[Step], since: float, until: float) -> set[int]:
    """The values that held at some instant of [since, until]: the one standing at `since` and every later one."""
    standing = [step.waiting for step in steps if step.at <= since][-1:]
    return {*standing, *(step.waiting for step in steps if since < step.at <= until)}


def unlike_polls(published: list[Step], polls: list[tuple[float, float, int]]) -> list[str]:
    """The polls (asked, answered, waiting) that no published value of the time up to SLACK after the answer equals."""
    wrong = []
    for asked, answered, waiting in polls:
        shown = in_force(published, asked, answered + SLACK)
        if waiting not in shown:
            wrong.append(f"at {answered:.3f} Asterisk said {waiting}; published then: {sorted(shown)}")
    return wrong


def late_changes(published: list[Step], changes: list[Step]) -> list[str]:
    """The changes at Asterisk, of those that lasted SLACK, that were not what was published SLACK later."""
    wrong = []
    for change, following in zip(changes, [*changes[1:], None], strict=True):
        due = change.at + SLACK
        if following is None or following.at > due:
            (shown,) = in_force(published, due, due) or {-1}
            if shown != change.waiting:
                wrong.append(f"at {change.at:.3f} it became {change.waiting}; {SLACK} s later {shown} stood published")
    return wrong


def never_true(published: list[Step], changes: list[Step]) -> list[str]:
    """The published values that were true at no instant of the SLACK before they were published (nor SKEW after)."""
    wrong = []
    for step in published:
        true = in_force(changes, step.at - SLACK, step.at + SKEW)
        if step.waiting not in true:
            near = [f"{change.waiting} from {change.at:.3f}" for change in changes if abs(change.at - step.at) < 1]
            wrong.append(f"at {step.at:.3f} {step.waiting} was published; true then: {sorted(true)}; {near}")
    return wrong


def delays(published: list[Step], changes: list[Step]) -> list[float]:
    """For each change that lasted SLACK: seconds until its value stood published, shortest first."""
    found = []
    for change, following in zip(changes, [*changes[1:], None], strict=True):
        if following is None or following.at > change.at + SLACK:
            shown = [step.at for step in published if step.at >= change.at - SKEW and step.waiting == change.waiting]
            found += [shown[0] - change.at] if shown else []
    return sorted(found)
