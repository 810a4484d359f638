"""The `rules:` of thresholds.yaml → the rules of DESIGN 5's `rules/<queue>`, checked and expanded.

Two forms. A metric with levels, `wait: {warn: 30s, critical: 60s}`; and a rule of one's own where several must hold at
once, `pressed: {all: {waiting: 5, wait: 3m}, severity: critical}`. A level fires when all its conditions hold. `clear`
is where the lowest level lets go; a higher one steps down when it no longer holds. So a rule that would never fire or
never clear is a mistake in the file, and told as such.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from config import json_schema
from config.described import Described, Schema, SchemaOf
from config.json_patterns import either, whole_text, word
from firmware.core.check import Duration, Field, Int, Kind, OneOf, Problems, Record, Share
from firmware.core.spelling import did_you_mean
from firmware.core.wire import SEVERITIES, encode_id

Path = tuple[str | int, ...]
Rule = dict[str, Any]

HOUR_MS = 3_600_000
DEFAULT_HOLD_MS = 5_000
OFF = ("off", "no", "false")
MAX_NAME = 40
MAX_RULES = 64  # a message holds no more


class Metric(NamedTuple):
    """What a rule can look at: the figure's name on the wire, when it is bad, and how people write its values.

    `doc`: what it is, a line for people; `example`: levels as they write them.
    """

    figure: str
    op: str
    kind: Kind
    doc: str
    example: dict[str, Any]


METRICS = {
    "wait": Metric(
        "oldest_ms",
        ">=",
        Duration(1_000, 24 * HOUR_MS),
        "how long the caller at the head of the queue waits right now",
        {"warn": "30s", "critical": "60s"},
    ),
    "waiting": Metric(
        "waiting",
        ">=",
        Int(1, 100_000),
        "how many callers wait right now",
        {"warn": 3, "critical": 6, "for": "5s"},
    ),
    "sla": Metric(
        "sla",
        "<",
        Share(1, 1000),
        "the service level",
        {"warn": "85%", "critical": "80%"},
    ),
    "avg_wait": Metric(
        "avg_wait_ms",
        ">=",
        Duration(1_000, 24 * HOUR_MS),
        "the mean wait of the answered callers in the service level's window",
        {"warn": "40s", "critical": "60s"},
    ),
    "abandoned": Metric(
        "abandoned_permille",
        ">=",
        Share(1, 1000),
        "the share of the callers who hung up before an answer",
        {"warn": "5%", "critical": "10%"},
    ),
    "agents_free": Metric(
        "agents_free",
        "<=",
        Int(0, 100_000),
        "how many agents are free right now",
        {"warn": 1, "critical": 0, "when": {"waiting": 1}},
    ),
    "next_breach": Metric(
        "next_breach_ms",
        "<=",
        Duration(0, 24 * HOUR_MS),
        "how long until the first waiting caller passes the wait_limit",
        {"warn": "90s", "critical": "30s"},
    ),
}
_SIDES = {">=": "at or above", "<=": "at or below", "<": "below"}
_ALL_METRICS = ", ".join(METRICS)


class Conditions(Kind):
    """`{waiting: 5, wait: 3m}` → {metric: value}, at least one."""

    shape = "map"

    def __init__(self) -> None:
        self._record = Record(
            tuple(Field(name, each.kind, doc=f"{each.doc}: {_SIDES[each.op]}") for name, each in METRICS.items())
        )

    def expected(self) -> str:
        return f"a section of metrics ({_ALL_METRICS}) and values"

    def read(self, value: Any, path: Path, problems: Problems) -> dict[str, int] | None:
        if not isinstance(value, dict) or not value:
            self.refuse(value, path, problems)
            return None
        clean = self._record.read(value, path, problems) or {}
        return {name: clean[name] for name in METRICS if clean.get(name) is not None}

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        made = {"properties": json_schema.fields(schema_of, self._record.fields), "additionalProperties": False}
        return made | {"minProperties": 1} | json_schema.section(self, empty=False)


CONDITIONS = Conditions()
_COMMON = (
    Field("for", Duration(0, HOUR_MS), default=0, doc="how long it must hold before it fires"),
    Field("hold", Duration(0, HOUR_MS), default=DEFAULT_HOLD_MS, doc="how long it must be past clear before it ends"),
)
_OWN = Record(
    (
        Described("all", CONDITIONS, required=True, doc="what must hold at once", example={"waiting": 5, "wait": "3m"}),
        Field("severity", OneOf(SEVERITIES), required=True, doc="amber and slow, or red, fast and with the buzzer"),
        Described(
            "clear",
            CONDITIONS,
            doc="where it lets go, for some or all of the metrics; for the others, where it fires",
            example={"wait": "2m"},
        ),
        *_COMMON,
    )
)


class Levels(Record):
    """A metric's rule: warn and critical, or one of them."""

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        one = {"anyOf": [json_schema.given(severity) for severity in SEVERITIES]}
        return json_schema.record(self, schema_of) | one | json_schema.section(self, empty=False)


_LEVEL_DOCS = {"warn": "a warning, amber", "critical": "critical, red"}
_LEVELS = {
    name: Levels(
        (
            *(
                Described(
                    severity,
                    metric.kind,
                    doc=f"{_LEVEL_DOCS[severity]}: {_SIDES[metric.op]} this",
                    example=metric.example[severity],
                )
                for severity in SEVERITIES
            ),
            Field("clear", metric.kind, doc="where the lowest level lets go; its own value unless given"),
            *_COMMON,
            Described("when", CONDITIONS, doc="what must hold besides", example={"waiting": 1}),
        )
    )
    for name, metric in METRICS.items()
}


class Rules(Kind):
    """A section `rules` → {name: rule, or None for one that is off}; `sound` is added by thresholds.py."""

    shape = "map"

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
        own = schema_of(_OWN, "rule_of_your_own")
        known = {}
        for name, metric in METRICS.items():
            about = f"{metric.doc[0].upper()}{metric.doc[1:]}: {_SIDES[metric.op]}. `off`: no such rule here."
            levels = schema_of(_LEVELS[name], f"levels_of_{name}")
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
                "description": "A rule of your own, where several things must hold at once.",
                **own,
            },
            "maxProperties": MAX_RULES,
            "propertyNames": {"minLength": 1, "maxLength": MAX_NAME},
        } | json_schema.section(self, empty=True)

    def _rule(self, name: str, value: Any, path: Path, problems: Problems) -> Rule | None:
        if len(name) > MAX_NAME or not name:
            problems.add(path, f"unknown key, expected a name of 1 to {MAX_NAME} characters")
        elif isinstance(value, dict) and "all" in value:
            return _own_rule(name, value, path, problems)
        elif name not in METRICS:
            own = "or a rule of your own with all and severity"
            problems.add(path, f"unknown key, expected {_ALL_METRICS}, {own}{did_you_mean(name, list(METRICS))}")
        elif isinstance(value, str) and value.strip().lower() in OFF:
            return None
        elif not isinstance(value, dict):
            found = f"{value!r}" if isinstance(value, str) and value else "no levels"
            problems.add(path, f"{found}, expected a section with warn and critical, or off")
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


def _metric_rule(name: str, value: dict[str, Any], path: Path, problems: Problems) -> Rule | None:
    metric = METRICS[name]
    before = len(problems.found)
    clean = _LEVELS[name].read(value, path, problems)
    if clean is None or len(problems.found) > before:
        return None
    given = [severity for severity in SEVERITIES if clean[severity] is not None]
    if not given:
        problems.add(path, "no level, expected warn, critical or both")
        return None
    if len(given) == 2 and not _beyond(metric, clean["critical"], clean["warn"]):
        problems.add((*path, "critical"), f"not beyond warn, expected {_side(metric, outer=True)} than warn")
        return None
    lowest = clean[given[0]]
    clear = lowest if clean["clear"] is None else clean["clear"]
    if clear != lowest and not _beyond(metric, lowest, clear):
        problems.add((*path, "clear"), f"beyond {given[0]}, expected {_side(metric, outer=False)} than {given[0]}")
        return None
    besides = _wire(clean["when"] or {})
    wire = []
    for severity in given:
        fires = [*_wire({name: clean[severity]}), *besides]
        lets_go = [*_wire({name: clear}), *besides] if severity == given[0] else fires
        wire.append({"severity": severity, "all": fires, "clear": lets_go})
    return {"id": encode_id(name), "for_ms": clean["for"], "hold_ms": clean["hold"], "levels": wire}


def _own_rule(name: str, value: dict[str, Any], path: Path, problems: Problems) -> Rule | None:
    before = len(problems.found)
    clean = _OWN.read(value, path, problems)
    if clean is None or len(problems.found) > before:
        return None
    fires: dict[str, int] = clean["all"]
    clear: dict[str, int] = clean["clear"] or {}
    for metric, end in clear.items():
        here = (*path, "clear", metric)
        if metric not in fires:
            problems.add(here, f"not among all, expected {', '.join(fires)}")
        elif end != fires[metric] and not _beyond(METRICS[metric], fires[metric], end):
            problems.add(here, f"beyond where it fires, expected {_side(METRICS[metric], outer=False)}")
    if len(problems.found) > before:
        return None
    level = {"severity": clean["severity"], "all": _wire(fires), "clear": _wire({**fires, **clear})}
    return {"id": encode_id(name), "for_ms": clean["for"], "hold_ms": clean["hold"], "levels": [level]}


def breach_limits_ms(rule: Rule) -> list[int]:
    """The values at which a rule looks at `next_breach`; none when it does not."""
    conditions = [each for level in rule["levels"] for each in (*level["all"], *level["clear"])]
    return [each["value"] for each in conditions if each["metric"] == METRICS["next_breach"].figure]


def _wire(conditions: dict[str, int]) -> list[dict[str, Any]]:
    return [
        {"metric": METRICS[name].figure, "op": METRICS[name].op, "value": value} for name, value in conditions.items()
    ]


def _beyond(metric: Metric, value: int, other: int) -> bool:
    """True when `value` is strictly worse than `other`."""
    return value > other if metric.op == ">=" else value < other


def _side(metric: Metric, *, outer: bool) -> str:
    return "more" if (metric.op == ">=") == outer else "less"
