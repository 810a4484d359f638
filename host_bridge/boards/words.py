"""Lengths of time and lists of names, for people."""

from __future__ import annotations

from collections.abc import Sequence


def span(ms: int) -> str:
    """A length of time: 45 s, 3 min 20 s, 2 h 05 min, 3 d 4 h."""
    seconds = max(ms, 0) // 1000
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86_400
    if seconds < 60:
        return f"{seconds} s"
    if minutes < 60:
        return f"{minutes} min {seconds % 60:02d} s" if seconds % 60 else f"{minutes} min"
    if hours < 48:
        return f"{hours} h {minutes % 60:02d} min" if minutes % 60 else f"{hours} h"
    return f"{days} d {hours % 24} h" if hours % 24 else f"{days} d"


def about(ms: int) -> str:
    """… that still lasts or is long ago, so from a minute on without its seconds: 45 s, 3 min, 2 h 05 min, 3 d 4 h."""
    return span(ms - ms % 60_000 if ms >= 60_000 else ms)


def listed(names: Sequence[str], most: int) -> str:
    """`a, b and c`; beyond `most` names, how many more there are."""
    if len(names) > most:
        return f"{', '.join(names[: most - 1])} and {len(names) - most + 1} others"
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)
