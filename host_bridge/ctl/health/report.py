"""The findings for people (a line each, the worst last: it is what stays on the screen) and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from firmware.core.spelling import one_line
from host_bridge.ctl.health.finding import Finding, Level

_LABELS = {Level.OK: "ok", Level.UNKNOWN: "not checked", Level.WARNING: "warning", Level.PROBLEM: "PROBLEM"}
_WIDTH = max(map(len, _LABELS.values()))


def ordered(found: Sequence[Finding]) -> list[Finding]:
    """The worst last; equals in the order they were found in."""
    levels = list(Level)
    return sorted(found, key=lambda finding: levels.index(finding.level))


def lines(found: Sequence[Finding], head: str, *, brief: bool = False, note: str = "") -> list[str]:
    """`head`, a line a finding, and the sum. `brief` leaves out what is fine; `note`: for who mends what is told."""
    told = [each for each in ordered(found) if not brief or each.level is not Level.OK]
    body = [f"{_LABELS[each.level]:{_WIDTH}}  {each.area}: {each.text}" for each in told]
    mends = [note] if note and any(each.do for each in found) else []
    return [head, *body, summary(found), *mends]


def summary(found: Sequence[Finding]) -> str:
    """How many of each, the worst first."""
    counts = Counter(each.level for each in found)
    parts = [
        f"{counts[level]} {noun if counts[level] == 1 else plural}"
        for level, noun, plural in (
            (Level.PROBLEM, "problem", "problems"),
            (Level.WARNING, "warning", "warnings"),
            (Level.UNKNOWN, "could not be checked", "could not be checked"),
            (Level.OK, "fine", "fine"),
        )
        if counts[level]
    ]
    return ", ".join(parts) or "nothing was checked"


def as_json(found: Sequence[Finding], about: dict[str, Any]) -> dict[str, Any]:
    """`about`: what is known of machine and settings."""
    counts = Counter(each.level for each in found)
    return {
        "ok": not counts[Level.PROBLEM],
        **about,
        "counts": {str(level): counts[level] for level in Level},
        "findings": [
            {
                "level": str(each.level),
                "area": each.area,
                "what": one_line(each.what, 500),
                "do": one_line(each.do, 500),
            }
            for each in ordered(found)
        ],
    }
