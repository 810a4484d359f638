"""The `rules:` of thresholds.yaml → the rules of DESIGN 5's `rules/<queue>`, checked and expanded.

Two forms. A metric with levels, `wait: {warn: 30s, critical: 60s}`; and a rule of one's own where several must hold at
once, `pressed: {all: {waiting: 5, wait: 3m}, severity: critical}`. A level fires when all its conditions hold. `clear`
is where the lowest level lets go; a higher one steps down when it no longer holds. So a rule that would never fire or
never clear is a mistake in the file, and told as such.
"""

from __future__ import annotations

from typing import Any, NamedTuple

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
    """What a rule can look at: the figure's name on the wire, when it is bad, and how people write its values."""

    figure: str
    op: str
    kind: Kind


METRICS = {
    "wait": Metric("oldest_ms", ">=", Duration(1_000, 24 * HOUR_MS)),
    "waiting": Metric("waiting", ">=", Int(1, 100_000)),
    "sla": Metric("sla", "<", Share(1, 1000)),
    "avg_wait": Metric("avg_wait_ms", ">=", Duration(1_000, 24 * HOUR_MS)),
    "abandoned": Metric("abandoned_permille", ">=", Share(1, 1000)),
    "agents_free": Metric("agents_free", "<=", Int(0, 100_000)),
    "next_breach": Metric("next_breach_ms", "<=", Duration(0, 24 * HOUR_MS)),
}
_ALL_METRICS = ", ".join(METRICS)


class Conditions(Kind):
    """`{waiting: 5, wait: 3m}` → {metric: value}, at least one."""

    def __init__(self) -> None:
        self._record = Record(tuple(Field(name, metric.kind) for name, metric in METRICS.items()))

    def expected(self) -> str:
        return f"a section of metrics ({_ALL_METRICS}) and values"

    def read(self, value: Any, path: Path, problems: Problems) -> dict[str, int] | None:
        if not isinstance(value, dict) or not value:
            self.refuse(value, path, problems)
            return None
        clean = self._record.read(value, path, problems) or {}
        return {name: clean[name] for name in METRICS if clean.get(name) is not None}


_COMMON = (
    Field("for", Duration(0, HOUR_MS), default=0, doc="how long it must hold before it fires"),
    Field("hold", Duration(0, HOUR_MS), default=DEFAULT_HOLD_MS, doc="how long it must be past clear before it ends"),
)
_OWN = Record(
    (
        Field("all", Conditions(), required=True, doc="what must hold at once"),
        Field("severity", OneOf(SEVERITIES), required=True),
        Field("clear", Conditions(), doc="where it lets go, for some or all of the metrics"),
        *_COMMON,
    )
)


class Rules(Kind):
    """A section `rules` → {name: rule, or None for one that is off}; `sound` is added by thresholds.py."""

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


def _metric_rule(name: str, value: dict[str, Any], path: Path, problems: Problems) -> Rule | None:
    metric = METRICS[name]
    levels = Record(
        (
            *(Field(severity, metric.kind) for severity in SEVERITIES),
            Field("clear", metric.kind, doc="where the lowest level lets go"),
            *_COMMON,
            Field("when", Conditions(), doc="what must hold besides"),
        )
    )
    before = len(problems.found)
    clean = levels.read(value, path, problems)
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
