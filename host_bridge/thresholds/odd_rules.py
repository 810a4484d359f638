"""Rules of thresholds.yaml that are legal and can be proved never to fire, never to be seen, or to do nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from config.times import DAY_MIN
from config.yaml_file import KeyPath, Problem, YamlFile
from host_bridge.calendar.calendar import DAYS, Schedule, Week
from host_bridge.calendar.days_off import Opening
from host_bridge.thresholds.rule_kinds import METRICS, Rule, is_off
from host_bridge.thresholds.thresholds import QueueThresholds

MINUTE_MS = 60_000
_WEEK_MIN = 7 * DAY_MIN
_NAMES = {metric.figure: name for name, metric in METRICS.items()}

Condition = dict[str, Any]


def odd_rules(file: YamlFile, path: KeyPath, holds: QueueThresholds) -> Iterator[Problem]:
    """What is odd in the rules that hold for one section; each is told where the file says it."""
    written = file.at(*path, "rules")
    own = written if isinstance(written, dict) else {}
    yield from _off(file, path, own)
    open_ms = _longest_open_min(holds.hours) * MINUTE_MS
    critical = [rule for rule in holds.rules if rule["levels"][-1]["severity"] == "critical"]
    for rule in holds.rules:
        name = _name(rule, own)
        here = (*path, "rules", name) if name is not None else None
        if rule["for_ms"] > open_ms and (here or file.has(*path, "hours")):
            least = f"for is longer than the {open_ms // MINUTE_MS}m that it is ever open at a time: it never fires"
            yield ((*here, "for") if here else (*path, "hours")), f"{rule['id']}: {least}" if not here else least
        if here is not None:
            yield from _of_one(file, here, rule, holds)
            yield from _unseen(here, rule, critical)
        elif file.has(*path, "service_level", "target"):
            yield from _above_target((*path, "service_level", "target"), rule, holds)


def _name(rule: Rule, own: dict[str, Any]) -> str | None:
    """The rule's name in a section, if it stands there."""
    from firmware.core.wire import encode_id  # noqa: PLC0415

    return next((name for name in own if encode_id(name) == rule["id"]), None)


def _off(file: YamlFile, path: KeyPath, own: dict[str, Any]) -> Iterator[Problem]:
    for name, rule in own.items():
        if not is_off(rule):
            continue
        if path == ("defaults",):
            yield (*path, "rules", name), "does nothing: without a rule of this name nothing is on, leave it out"
        elif not isinstance(file.at("defaults", "rules", name), dict):
            yield (*path, "rules", name), "does nothing: the defaults have no such rule to switch off"


def _of_one(file: YamlFile, here: KeyPath, rule: Rule, holds: QueueThresholds) -> Iterator[Problem]:
    for level in rule["levels"]:
        worst = {each["metric"]: each["value"] for each in level["all"]}
        if worst.get("abandoned_permille") == 1000 and "avg_wait_ms" in worst:
            yield here, "never fires: once all hang up (abandoned 100%) nobody is answered, and there is no avg_wait"
            break
    name = str(here[-1])
    if name in METRICS and file.has(*here, "when", name):
        yield (*here, "when", name), f"does nothing: the rule looks at {name} already"
    yield from _above_target((*here, "critical"), rule, holds)


def _above_target(at: KeyPath, rule: Rule, holds: QueueThresholds) -> Iterator[Problem]:
    level = rule["levels"][-1]
    target = holds.service_level.target_permille
    (first, *more) = level["all"]
    if first["metric"] == "sla" and not more and level["severity"] == "critical" and first["value"] > target:
        message = f"critical below {_percent(first['value'])}, although the target is {_percent(target)}"
        yield at, f"{message}: red while the target is met"


def _unseen(here: KeyPath, rule: Rule, criticals: list[Rule]) -> Iterator[Problem]:
    """A warning that can only fire while another rule is critical already: a queue shows its highest severity."""
    for other in criticals:
        last = rule["levels"][-1]
        if other is rule or last["severity"] == "critical" or other["for_ms"] > rule["for_ms"]:
            continue
        lowest = rule["levels"][0]["all"]
        if all(any(_implies(each, needed) for each in lowest) for needed in other["levels"][-1]["all"]):
            yield here, f"never seen: whenever it fires, {other['id']} is critical already"
            return


def _implies(given: Condition, needed: Condition) -> bool:
    if given["metric"] != needed["metric"]:
        return False
    if given["op"] == ">=":
        return bool(given["value"] >= needed["value"])
    return bool(given["value"] <= needed["value"])


def _longest_open_min(hours: Schedule | None) -> int:
    """The longest time without a break, in minutes, days off left aside; a whole week for what never closes."""
    week = hours.week if isinstance(hours, Opening) else hours
    if not isinstance(week, Week):
        return _WEEK_MIN
    spans = sorted(
        (day * DAY_MIN + start, day * DAY_MIN + end)
        for day in range(2 * len(DAYS))
        for start, end in week.days[day % len(DAYS)]
    )
    longest, since, until = 0, 0, 0
    for start, end in spans:
        if start > until:
            since = start
        until = max(until, end)
        longest = max(longest, until - since)
    return min(longest, _WEEK_MIN)


def _percent(permille: int) -> str:
    return f"{permille // 10}%" if permille % 10 == 0 else f"{permille / 10}%"
