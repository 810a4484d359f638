"""What contradicts itself in thresholds.yaml across sections: no value alone shows it, and no rule by itself.

What contradicts itself within one rule is told in rule_kinds.py. Each message names the two values that contradict, and
stands at the one that was more likely meant otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from config.yaml_file import KeyPath, Problem, YamlFile
from firmware.core.units import duration
from host_bridge.thresholds.rule_kinds import METRICS, is_off, no_such_metric
from host_bridge.truth.windows import ALL

_BREACH = "next_breach"


def conflicts(clean: dict[str, Any], file: YamlFile) -> Iterator[Problem]:
    """All of them. `clean` is the file as its schema reads it, what is wrong by itself being None or left out."""
    yield from _caller_clock(clean, file)
    yield from _groups(clean)
    known = tuple(name for name, rule in _rules(clean.get("defaults")).items() if rule is not None)
    for path in _rule_paths(file):
        name = path[-1]
        if is_off(file.at(*path)) and name not in METRICS and (path[0] == "defaults" or name not in known):
            yield path, no_such_metric(str(name), () if path[0] == "defaults" else known)


def _rules(section: Any) -> dict[str, Any]:
    return (section or {}).get("rules") or {}


def _rule_paths(file: YamlFile) -> Iterator[KeyPath]:
    """The path of each rule that the file has, right or wrong."""
    sections: list[KeyPath] = [("defaults",)]
    for kind in ("queues", "groups"):
        named = file.at(kind)
        sections += [(kind, name) for name in named] if isinstance(named, dict) else []
    for path in sections:
        rules = file.at(*path, "rules")
        if isinstance(rules, dict):
            yield from ((*path, "rules", name) for name in rules)


def _caller_clock(clean: dict[str, Any], file: YamlFile) -> Iterator[Problem]:
    limit = clean.get("wait_limit") or {}
    limit_s, offer_s = limit.get("limit"), limit.get("offer_at")
    if limit_s is None and file.has("wait_limit"):
        return  # it is told already
    if limit_s is not None and offer_s is not None and offer_s > limit_s:
        late, latest = file.at("wait_limit", "offer_at"), file.at("wait_limit", "limit")
        message = f"offer_at {late} comes after limit {latest}: expected {latest} or less"
        yield ("wait_limit", "offer_at"), message
    for path in _rule_paths(file):
        for here, value_ms in _breach_values(file, path):
            if limit_s is None:
                yield here, "next_breach counts down to wait_limit, expected a section wait_limit: {limit: 6m} too"
                break
            if value_ms is not None and value_ms >= limit_s * 1000:
                most = file.at("wait_limit", "limit")
                message = f"next_breach is never above wait_limit {most}, so {file.at(*here)} always holds"
                yield here, f"{message}: expected less than {most}"


def _breach_values(file: YamlFile, rule: KeyPath) -> Iterator[tuple[KeyPath, int | None]]:
    """Where a rule looks at next_breach, and the ms there; None for what is no duration."""
    sections = [(*rule, key) for key in ("when", "all", "clear") if isinstance(file.at(*rule, key), dict)]
    places = [(*section, _BREACH) for section in sections]
    if rule[-1] == _BREACH and not file.has(*rule, "all"):
        places += [(*rule, key) for key in ("warn", "critical", "clear")]
    for place in places:
        text = file.at(*place)
        if isinstance(text, str):
            yield place, duration(text.strip())


def _groups(clean: dict[str, Any]) -> Iterator[Problem]:
    """A group holds queues of the PBX; a queue may well have the name of a group, if the file says that it is one."""
    groups: dict[str, Any] = clean.get("groups") or {}
    queues: dict[str, Any] = clean.get("queues") or {}
    own = {name for name, group in groups.items() if group and name in (group["queues"] or ())}
    for name, group in groups.items():
        for index, queue in enumerate((group or {}).get("queues") or ()):
            if queue == ALL and queue not in queues:
                whole = "the group 'all' has every queue of the site without being told"
                yield ("groups", name, "queues", index), f"'all' is no queue, expected the PBX's names; {whole}"
            elif queue in groups and queue not in queues and queue not in own and queue != name:
                also = f"if the PBX has a queue {queue!r} too, list it under queues"
                yield ("groups", name, "queues", index), f"{queue!r} is a group, expected the PBX's queues; {also}"
