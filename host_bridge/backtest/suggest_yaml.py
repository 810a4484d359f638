"""A suggestion as YAML to paste, and as the thresholds that it would make of those in use."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from config.yaml_file import YamlFile, parse
from firmware.core.units import duration_text
from host_bridge import thresholds as thresholds_file
from host_bridge.backtest.suggest import Choice, Suggestion
from host_bridge.backtest.summary_words import rate, rule_name
from host_bridge.thresholds import GroupThresholds, QueueThresholds, Thresholds
from host_bridge.thresholds.rule_kinds import DEFAULT_HOLD_MS, OFF

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_Some = TypeVar("_Some", bound=QueueThresholds)
_WORDS = frozenset(("yes", "no", "on", "off", "true", "false", "null", "y", "n"))


def snippet(suggestions: Mapping[str, Suggestion], current: Thresholds, heading: str) -> str:
    """A file of its own that `wallboardctl check` passes; its queues' rules are what is to be copied.

    `suggestions` by id as reports have it ("sales", "@service"); `heading` stands above as a comment.
    """
    lines = [*(f"# {line}" for line in heading.splitlines()), f"timezone: {current.calendar.zone.key}"]
    chosen = {name: each for name, each in suggestions.items() if each.choices or each.reasons}
    used = {metric for each in chosen.values() for metric in each.choices}
    if "next_breach" in used and current.wait_limit_ms is not None:
        lines.append(f"wait_limit: {{limit: {duration_text(current.wait_limit_ms)}}}")
    for kind in ("queues", "groups"):
        sections = {name: each for name, each in chosen.items() if name.startswith("@") == (kind == "groups")}
        entries = [_section(name, each, current) for name, each in sections.items()]
        if any(entries):
            lines += [f"{kind}:", *(line for entry in entries for line in entry)]
    return "\n".join(lines) + "\n"


def applied(text: str, current: Thresholds) -> Thresholds:
    """The thresholds in use with the rules of a snippet in the place of those of the same name. Raises ConfigError."""
    file = parse(text.encode(), "the suggestion")
    suggested = thresholds_file.build(file)
    queues = dict(current.queues)
    for name, theirs in suggested.queues.items():
        queues[name] = _merged(current.queue(name), theirs, _off(file, "queues", name))
    groups = dict(current.groups)
    for name, group in suggested.groups.items():
        groups[name] = _merged(groups[name], group, _off(file, "groups", name))
    return dataclasses.replace(current, queues=queues, groups=groups)


def switched_off(file: YamlFile) -> dict[str, frozenset[str]]:
    """The rules that thresholds.yaml itself says are off, by the queue's or group's id ("sales", "@service")."""
    found = {}
    for kind, mark in (("queues", ""), ("groups", "@")):
        for name in _dict(_dict(file.data).get(kind)):
            found[mark + name] = _off(file, kind, name)
    return found


def _off(file: YamlFile, kind: str, name: str) -> frozenset[str]:
    rules = _dict(_dict(_dict(_dict(file.data).get(kind)).get(name)).get("rules"))
    return frozenset(rule for rule, value in rules.items() if isinstance(value, str) and value.strip().lower() in OFF)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _merged(ours: _Some, theirs: QueueThresholds, off: Iterable[str]) -> _Some:
    """Our rules in their order, those that are suggested in the place of ours, and the new ones behind them."""
    rules = {rule_name(rule): rule for rule in ours.rules if rule_name(rule) not in set(off)}
    rules |= {rule_name(rule): rule for rule in theirs.rules}
    return dataclasses.replace(ours, rules=tuple(rules.values()))


def _section(name: str, suggestion: Suggestion, current: Thresholds) -> list[str]:
    """The lines of one queue or group; none when there is nothing to say for it."""
    is_group = name.startswith("@")
    own = current.group(name[1:]) if is_group else current.queue(name)
    present = {rule_name(rule) for rule in own.rules}
    off = {metric: why for metric, why in suggestion.reasons.items() if metric in suggestion.off & present}
    if not suggestion.choices and not off:
        return []
    wide = max(len(metric) for metric in (*suggestion.choices, *off)) + 1
    lines = [f"  {_key(name[1:] if is_group else name)}:"]
    if isinstance(own, GroupThresholds) and own.queues:
        lines.append(f"    queues: [{', '.join(map(_key, own.queues))}]")
    lines.append("    rules:")
    rules = [(f"{metric}:".ljust(wide), _rule(choice), _gave(choice)) for metric, choice in suggestion.choices.items()]
    rules += [(f"{metric}:".ljust(wide), "off", why) for metric, why in off.items()]
    column = max(len(rule) for _, rule, _ in rules)
    return lines + [f"      {metric} {rule.ljust(column)}  # {note}" for metric, rule, note in rules]


def _rule(choice: Choice) -> str:
    """`{warn: 4m, critical: 8m, hold: 30s}`."""
    warn = choice.warn.candidate
    values = [f"warn: {warn.text}"]
    if choice.critical is not None:
        values.append(f"critical: {choice.critical.text}")
    if warn.hold_ms != DEFAULT_HOLD_MS:
        values.append(f"hold: {duration_text(warn.hold_ms)}")
    return f"{{{', '.join(values)}}}"


def _gave(choice: Choice) -> str:
    figures = choice.warn.tally
    days = figures.days or 1
    critical = f", {rate(choice.critical_alarms / days)} of them critical" if choice.critical is not None else ""
    return f"{rate(figures.per_day)} a day{critical}"


def _key(name: str) -> str:
    """A queue's name as YAML reads it back, quoted where it must be."""
    if _PLAIN.match(name) and name.lower() not in _WORDS:
        return name
    return json.dumps(name, ensure_ascii=not name.isprintable())
