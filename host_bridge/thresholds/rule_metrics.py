"""What a rule can look at and how it is written: the metrics, conditions, levels, and a rule of one's own.

Only the kinds of single values and sections; what a whole rule comes to is in rule_kinds.py.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from config import json_parts, json_schema
from config.described import Described, Schema, SchemaOf
from firmware.core.check import Duration, Field, Int, Kind, OneOf, Problems, Record, Share
from firmware.core.wire import SEVERITIES

Path = tuple[str | int, ...]

HOUR_MS = 3_600_000
DEFAULT_HOLD_MS = 5_000


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
SIDES = {">=": "at or above", "<=": "at or below", "<": "below"}
_ALL_METRICS = ", ".join(METRICS)


class Conditions(Kind):
    """`{waiting: 5, wait: 3m}` → {metric: value}, at least one."""

    shape = "map"

    def __init__(self) -> None:
        self._record = Record(
            tuple(Field(name, each.kind, doc=f"{each.doc}: {SIDES[each.op]}") for name, each in METRICS.items())
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
        return made | {"minProperties": 1} | json_parts.section(self, empty=False)


CONDITIONS = Conditions()
_COMMON = (
    Field("for", Duration(0, HOUR_MS), default=0, doc="how long it must hold before it fires"),
    Field("hold", Duration(0, HOUR_MS), default=DEFAULT_HOLD_MS, doc="how long it must be past clear before it ends"),
)


class OwnRule(Record):
    """A rule of one's own."""

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        """… which can let go by the metrics by which it fires, and by no other."""
        rules = [
            json_parts.when(
                json_parts.given("clear", json_parts.given(name)),
                json_parts.parts(all={"required": [name], "errorMessage": f"{name} is in clear and not in all"}),
            )
            for name in METRICS
        ]
        return json_schema.record(self, schema_of) | {"allOf": rules}


OWN = OwnRule(
    (
        Described("all", CONDITIONS, required=True, doc="what must hold at once", example={"waiting": 5, "wait": "3m"}),
        Field("severity", OneOf(SEVERITIES), required=True, doc="a warning is amber, critical is red and sounds"),
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
        one = {"anyOf": [json_parts.given(severity) for severity in SEVERITIES]}
        return json_schema.record(self, schema_of) | one | json_parts.section(self, empty=False)


_LEVEL_DOCS = {"warn": "a warning, amber", "critical": "critical, red"}
LEVELS = {
    name: Levels(
        (
            *(
                Described(
                    severity,
                    metric.kind,
                    doc=f"{_LEVEL_DOCS[severity]}: {SIDES[metric.op]} this",
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
