"""The `rules:` of thresholds.yaml → the rules of DESIGN 5's `rules/<queue>`, checked and expanded.

Two forms. A metric with levels, `wait: {warn: 30s, critical: 60s}`; and a rule of one's own where several must hold at
once, `pressed: {all: {waiting: 5, wait: 3m}, severity: critical}`. A level fires when all its conditions hold. `clear`
is where the lowest level lets go; a higher one steps down when it no longer holds. So a rule that would never fire or
never clear is a mistake in the file, and told as such.
"""

from __future__ import annotations

from typing import Any

from config import json_parts
from config.described import Schema, SchemaOf
from config.json_patterns import either, whole_text, word
from firmware.core.check import Field, Kind, Problems
from firmware.core.check_hints import unknown
from firmware.core.spelling import one_line, shown
from firmware.core.wire import SEVERITIES, encode_id
from host_bridge.thresholds.rule_metrics import DEFAULT_HOLD_MS, HOUR_MS, LEVELS, METRICS, OWN, SIDES, Metric, Path

__all__ = [
    "DEFAULT_HOLD_MS",
    "HOUR_MS",
    "METRICS",
    "OFF",
    "RULES",
    "Rule",
    "Rules",
    "is_off",
    "no_such_metric",
]

Rule = dict[str, Any]

OFF = ("off", "no", "false")
MAX_NAME = 40
MAX_RULES = 64  # a message holds no more


class Rules(Kind):
    """A section `rules` → {name: rule, or None for one that is off}; `sound` is added by thresholds.py."""

    shape = "map"
    fields = tuple(Field(name, metric.kind) for name, metric in METRICS.items())  # what stands here and nowhere else

    def expected(self) -> str:
        return "a section of rules"

    def read(self, value: Any, path: Path, problems: Problems) -> dict[str, Rule | None]:
        if value == "":
            return {}
        if not isinstance(value, dict):
            self.refuse(value, path, problems)
            return {}
        if len(value) > MAX_RULES:
            problems.add(path, f"{len(value)} rules, expected at most {MAX_RULES}")
            return {}
        return {name: self._rule(name, value[name], (*path, name), problems) for name in value}

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        own = schema_of(OWN, "rule_of_your_own")
        known = {}
        for name, metric in METRICS.items():
            about = f"{metric.doc[0].upper()}{metric.doc[1:]}: {SIDES[metric.op]}. `off`: no such rule here."
            levels = schema_of(LEVELS[name], f"levels_of_{name}")
            known[name] = {
                "description": about,
                "examples": [metric.example],
                "if": {"type": "object", "required": ["all"]},
                "then": own,
                "else": {"anyOf": [levels, _OFF]},
            }
        return {
            "properties": known,
            "additionalProperties": {
                "description": "A rule of your own, where several things must hold at once; `off`: not for this queue.",
                "if": {"type": "object"},
                "then": own,
                "else": _OFF,
            },
            "maxProperties": MAX_RULES,
            "propertyNames": {"minLength": 1, "maxLength": MAX_NAME},
        } | json_parts.section(self, empty=True)

    def _rule(self, name: str, value: Any, path: Path, problems: Problems) -> Rule | None:
        if len(name) > MAX_NAME or not name:
            problems.add(path, f"unknown key, expected a name of 1 to {MAX_NAME} characters")
        elif isinstance(value, dict) and "all" in value:
            return _own_rule(name, value, path, problems)
        elif is_off(value):
            return None  # whether there is such a rule to switch off, conflicts.py looks
        elif name not in METRICS:
            problems.add(path, _no_such_rule(name, value))
        elif not isinstance(value, dict):
            found = shown(value) if isinstance(value, str) and value else "no levels"
            hint = f"; did you mean '{{warn: {one_line(value, 40)}}}'?" if isinstance(value, str) and value else ""
            problems.add(path, f"{found}, expected a section with warn and critical, or off{hint}")
        else:
            return _metric_rule(name, value, path, problems)
        return None


# An editor of YAML 1.1 sees a truth value in `off`, `no` and `false`; what is true is none of them.
_OFF: Schema = {
    "if": {"type": "boolean"},
    "then": {"const": False},
    "else": {"type": "string", "pattern": whole_text(either(word(each, any_case=True) for each in OFF))},
    "errorMessage": "expected a section with warn and critical, or off",
}
RULES = Rules()


def is_off(value: Any) -> bool:
    """True for what switches a rule of the defaults off."""
    return isinstance(value, str) and value.strip().lower() in OFF


def no_such_metric(name: str, more: tuple[str, ...] = ()) -> str:
    """The message for a rule that is neither of a metric, nor one of `more`, nor has what an own rule needs."""
    return unknown(name, (*METRICS, *more), ", or a rule of your own with all and severity")


def _no_such_rule(name: str, value: Any) -> str:
    metrics = [key for key in value if key in METRICS] if isinstance(value, dict) else []
    if metrics:
        inner = ", ".join(f"{key}: {one_line(str(value[key]), 12)}" for key in metrics)
        return f"no all around its metrics, expected {{all: {{{inner}}}, severity: warn}}"
    return no_such_metric(name)


def _known_keys(value: dict[str, Any], foreign: dict[str, str], path: Path, problems: Problems) -> dict[str, Any]:
    """The section without those keys of the other form of a rule that it has; each is told with what to write here."""
    for key in value:
        if key in foreign:
            problems.add((*path, key), f"unknown key: {foreign[key]}")
    return {key: each for key, each in value.items() if key not in foreign}


def _metric_rule(name: str, value: dict[str, Any], path: Path, problems: Problems) -> Rule | None:
    metric = METRICS[name]
    before = len(problems.found)
    foreign = {"severity": "the levels tell the severity here, write warn or critical"}
    clean = LEVELS[name].read(_known_keys(value, foreign, path, problems), path, problems) or {}
    given = [severity for severity in SEVERITIES if clean.get(severity) is not None]
    if not given and len(problems.found) == before:
        problems.add(path, "no level, expected warn, critical or both")
    if not given:
        return None
    warn, critical = clean["warn"], clean["critical"]
    if len(given) == 2 and not _beyond(metric, critical, warn):
        how = "the same as" if critical == warn else "easier to reach than"
        least = f"{_side(metric, outer=True)} than {_said(value, 'warn')}"
        message = f"critical {_said(value, 'critical')} is {how} warn {_said(value, 'warn')}: expected {least}"
        problems.add((*path, "critical"), message)
    lowest = clean[given[0]]
    clear = lowest if clean["clear"] is None else clean["clear"]
    if _beyond(metric, clear, lowest):
        said = _said(value, "clear"), _said(value, given[0]), given[0]
        problems.add((*path, "clear"), _beyond_firing(metric, *said))
    besides: dict[str, int] = clean["when"] or {}
    if name in besides and _beyond(metric, besides[name], lowest):
        less = f"when {_said(value['when'], name)} is harder to reach than {given[0]} {_said(value, given[0])}"
        problems.add((*path, "when", name), f"{less}, which then means nothing: expected other metrics here")
    if len(problems.found) > before:
        return None
    wire = []
    for severity in given:
        fires = [*_wire({name: clean[severity]}), *_wire(besides)]
        lets_go = [*_wire({name: clear}), *_wire(besides)] if severity == given[0] else fires
        wire.append({"severity": severity, "all": fires, "clear": lets_go})
    return {"id": encode_id(name), "for_ms": clean["for"], "hold_ms": clean["hold"], "levels": wire}


def _own_rule(name: str, value: dict[str, Any], path: Path, problems: Problems) -> Rule | None:
    before = len(problems.found)
    foreign = dict.fromkeys(SEVERITIES, "a rule with all has one level, the one that severity names")
    foreign |= {"when": "a rule with all has each condition there, write it there too"}
    foreign |= {metric: f"a condition stands in all, write all: {{{metric}: …}}" for metric in METRICS}
    clean = OWN.read(_known_keys(value, foreign, path, problems), path, problems) or {}
    fires: dict[str, int] = clean.get("all") or {}
    clear: dict[str, int] = clean.get("clear") or {}
    for metric, end in clear.items():
        here = (*path, "clear", metric)
        if metric not in value["all"]:
            problems.add(here, f"{metric} is not in all, so it ends nothing: expected {' or '.join(fires)}")
        elif metric in fires and _beyond(METRICS[metric], end, fires[metric]):
            said = _said(value["clear"], metric), _said(value["all"], metric)
            problems.add(here, _beyond_firing(METRICS[metric], *said))
    if len(problems.found) > before:
        return None
    level = {"severity": clean["severity"], "all": _wire(fires), "clear": _wire({**fires, **clear})}
    return {"id": encode_id(name), "for_ms": clean["for"], "hold_ms": clean["hold"], "levels": [level]}


def _beyond_firing(metric: Metric, clear: str, fires: str, level: str = "") -> str:
    side, beyond = ("less", "above") if metric.op == ">=" else ("more", "below")
    begins = f"{level} {fires}".lstrip()
    return f"clear {clear} is {beyond} {begins}, where the alarm begins: expected {fires} or {side}"


def _said(section: dict[str, Any], key: str) -> str:
    """A value as it stands in the file: whoever wrote 60s does not look for 1m."""
    return one_line(str(section[key]).strip(), 20)


def _wire(conditions: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"metric": METRICS[name].figure, "op": METRICS[name].op, "value": value} for name, value in conditions.items()
    ]


def _beyond(metric: Metric, value: int, other: int) -> bool:
    """True when `value` is strictly worse than `other`."""
    return value > other if metric.op == ">=" else value < other


def _side(metric: Metric, *, outer: bool) -> str:
    return "more" if (metric.op == ">=") == outer else "less"
