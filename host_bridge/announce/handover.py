"""In which order a board is told of new thresholds, lest it raises for a moment what fires neither before nor after.

A queue's rules and its figures are two messages, and both may change: a service level by another formula is another
figure, and the limit was moved with it. A board that has only one of the two so far judges new figures by old rules, or
old figures by new rules. For one of the two orders that raises nothing, mostly for both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from firmware.core import wire
from firmware.core.rules import METRICS, Figures, compile_rules, holds

_NO_FIGURES: dict[str, int | None] = dict.fromkeys((*METRICS, "abandoned", "offered"))


class Told(NamedTuple):
    """What a board knows of a queue, or will: the payload of `rules/<queue>`, the figures, and whether it is open."""

    rules: bytes
    figures: Mapping[str, int]
    is_open: bool


def rules_first(old: Told, new: Told) -> bool:
    """Whether a board must hear of the new rules before the new figures."""
    before, after = _severities(old), _severities(new)
    if _raises(_severities(old._replace(rules=new.rules)), before, after):
        return False
    return _raises(_severities(new._replace(rules=old.rules)), before, after)


def still(figures: Mapping[str, int], now_ms: int) -> dict[str, int]:
    """Figures with moments in the place of what grows older or falls by itself: equal, as long as nothing happens."""
    found = dict(figures)
    if "oldest_ms" in found:
        found["oldest_ms"] = now_ms - found["oldest_ms"]
    if found.get("next_breach_ms"):
        found["next_breach_ms"] += now_ms
    return found


def moved(stood: Mapping[str, int], now_ms: int) -> dict[str, int]:
    """… and back: the figures as they are at this moment."""
    found = dict(stood)
    if "oldest_ms" in found:
        found["oldest_ms"] = now_ms - found["oldest_ms"]
    if found.get("next_breach_ms"):
        found["next_breach_ms"] = max(found["next_breach_ms"] - now_ms, 0)
    return found


def _severities(told: Told) -> dict[str, int]:
    """By rule: the highest severity that the figures call for."""
    if not told.is_open:
        return {}
    rules, _ = compile_rules(wire.read(wire.RULES, told.rules))
    known = Figures({**_NO_FIGURES, **told.figures}, 0, 0, True)
    return {
        rule.id: max((level.severity for level in rule.levels if holds(level.all, known)), default=0) for rule in rules
    }


def _raises(between: Mapping[str, int], before: Mapping[str, int], after: Mapping[str, int]) -> bool:
    """Whether something fires in between that fires so neither before nor after."""
    return any(severity > max(before.get(rule, 0), after.get(rule, 0)) for rule, severity in between.items())
