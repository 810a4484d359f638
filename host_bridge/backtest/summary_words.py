"""Durations, shares and rules as people say them: `1:42`, `3 h 05 m`, `wait 30s/60s`."""

from __future__ import annotations

import unicodedata
from typing import Any

from firmware.core.printable import one_line
from firmware.core.units import duration_text, scaled
from firmware.core.wire import decode_id
from host_bridge.thresholds.rule_kinds import METRICS, Rule

_NAMES = {metric.figure: name for name, metric in METRICS.items()}
_SHARES = frozenset(("sla", "abandoned"))
_DURATIONS = frozenset(("wait", "avg_wait", "next_breach"))
_PARTS = (
    (900, "nearly all"),
    (700, "three in four"),
    (580, "two in three"),
    (430, "half"),
    (290, "one in three"),
    (225, "one in four"),
    (150, "one in five"),
    (90, "one in ten"),
)
_MARK = "\N{LEFT-TO-RIGHT MARK}"
_MOST = 60  # characters of a name or a label


def length(ms: int) -> str:
    """`8 s`, `1:42` (minutes and seconds), `3 h 05 m`."""
    seconds = ms // 1000
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3_600:
        return f"{seconds // 60}:{seconds % 60:02d}"
    return f"{seconds // 3_600:,} h {seconds // 60 % 60:02d} m"


def percent(permille: int) -> str:
    """`42 %`; what is not nothing never reads as 0 %."""
    return "< 1 %" if 0 < permille < 10 else f"{permille // 10} %"


def rate(number: float) -> str:
    """`0.3`, `5.6`, `41`: as exact as anybody reads it. What is not nothing never reads as 0."""
    if 0 < number < 0.05:
        return "< 0.1"
    return f"{number:.1f}" if 0 < number < 9.95 else f"{number:,.0f}"


def many(count: int, what: str) -> str:
    """`1 day`, `14 days`."""
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def part(permille: int) -> str:
    """A share in words, for a sentence: `one in three`."""
    return next((word for least, word in _PARTS if permille >= least), "a few")


def shown(text: str, most: int = _MOST) -> str:
    """A name out of a file, fit for a terminal and for the middle of a line: Hebrew cannot reorder what follows it."""
    line = one_line(text, most)
    has_rtl = any(unicodedata.bidirectional(char) in ("R", "AL", "AN") for char in line)
    return f"{_MARK}{line}{_MARK}" if has_rtl else line


def width(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return sum(_columns(char) for char in text)


def left(text: str, columns: int) -> str:
    """The text at the left of so many columns; cut, and marked so, when it is longer."""
    return _cut(text, columns) + " " * max(0, columns - width(text))


def right(text: str, columns: int) -> str:
    """… at their right."""
    return " " * max(0, columns - width(text)) + text


def rule_name(rule: Rule) -> str:
    """The rule's name in thresholds.yaml, out of its id on the wire."""
    name: str = decode_id(rule["id"])
    return name


def levels(rule: Rule) -> str:
    """`30s/60s` (warn/critical), `–/60s` for a critical level alone; of a rule of one's own what must hold at once."""
    own = METRICS.get(rule_name(rule))
    if own is None:
        (level,) = rule["levels"]
        return " and ".join(condition(each) for each in level["all"])
    values = {level["severity"]: condition_value(level["all"][0]) for level in rule["levels"]}
    return f"{values.get('warn', '–')}/{values.get('critical', '–')}"


def extras(rule: Rule) -> str:
    """What else the rule says: `for 5s, hold 10s, clear 40s, when waiting 1`; empty when it is all as unless set."""
    own = METRICS.get(rule_name(rule))
    first = rule["levels"][0]
    fires, lets_go = first["all"], first["clear"] or first["all"]
    words = [f"for {duration_text(rule['for_ms'])}"] if rule["for_ms"] else []
    words.append(f"hold {duration_text(rule['hold_ms'])}")
    cleared = [each for each in lets_go if each not in fires]
    if cleared:
        told = condition_value(cleared[0]) if own else " and ".join(condition(each) for each in cleared)
        words.append(f"clear {told}")
    if own and len(fires) > 1:
        words.append("when " + " and ".join(condition(each) for each in fires[1:]))
    return ", ".join(words)


def condition(item: dict[str, Any]) -> str:
    """`waiting 5`."""
    return f"{metric_name(item['metric'])} {condition_value(item)}"


def condition_value(item: dict[str, Any]) -> str:
    """The value as people write it in thresholds.yaml: `30s`, `85%`, `5`."""
    return value_text(metric_name(item["metric"]), item["value"])


def metric_name(figure: str) -> str:
    """The name in thresholds.yaml of a figure of the wire."""
    return _NAMES.get(figure, figure)


def value_text(metric: str, value: int) -> str:
    """A metric's value as people write it in thresholds.yaml."""
    if metric in _SHARES:
        return f"{scaled(value, 10)}%"
    return duration_text(value) if metric in _DURATIONS else str(value)


def _cut(text: str, columns: int) -> str:
    if width(text) <= columns:
        return text
    kept, used = "", 0
    for char in text:
        if used + _columns(char) > columns - 1:
            break
        kept, used = kept + char, used + _columns(char)
    return f"{kept}…{_MARK if _MARK in kept else ''}"


def _columns(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
