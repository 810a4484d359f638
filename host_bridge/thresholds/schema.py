"""What thresholds.yaml may hold: the kinds of its values and its schema (DESIGN section 4)."""

from __future__ import annotations

from typing import Any

from config import json_parts, json_schema
from config.described import Described, Distinct, Named, Parsed, Schema, SchemaOf
from config.times import CLOCK, DAY_MIN, clock_text
from firmware.core import check
from firmware.core.check import (
    Duration,
    Field,
    Frequency,
    ListOf,
    OneOf,
    Problems,
    Record,
    Text,
)
from firmware.core.wire import MAX_FLASH_MHZ, SOUNDS
from host_bridge.calendar import calendar
from host_bridge.thresholds.hours_kind import HOURS, SPANS
from host_bridge.thresholds.rule_kinds import RULES
from host_bridge.thresholds.rule_metrics import HOUR_MS
from host_bridge.thresholds.service_level_kind import WholeSeconds, service_level
from host_bridge.truth.service_level import ServiceLevel
from host_bridge.truth.windows import ALL

MAX_LABEL = 60
_ALL_HAS_ALL = f"unknown key: the group '{ALL}' has every queue of the site"
MAX_QUEUE = 128  # Asterisk's own queue names are at most 127 bytes


class QueueNames(Distinct):
    """The queues of a group → a tuple, each once."""

    def expected(self) -> str:
        return "a list of the PBX's queues"

    def read(self, value: Any, path: tuple[str | int, ...], problems: Problems) -> Any:
        names = super().read(value, path, problems)
        if names is None:
            return None
        seen: set[str | None] = set()
        for index, name in enumerate(names):
            if name is not None and name in seen:
                problems.add((*path, index), f"{name!r} is given twice, expected each queue once")
            seen.add(name)
        return tuple(names)


class WaitLimit(Record):
    """The section `wait_limit`; a supervisor's first try is the limit alone."""

    def expected(self) -> str:
        return "a section like {limit: 6m, offer_at: 3m}; leave it out to have no limit"


class Groups(Named):
    """The section `groups`; the one called "all" has every queue, and so no list of its own."""

    def read(self, value: Any, path: tuple[str | int, ...], problems: Problems) -> Any:
        for name, group in (value if isinstance(value, dict) else {}).items():
            given = isinstance(group, dict) and "queues" in group
            if name == ALL and given:
                problems.add((*path, name, "queues"), _ALL_HAS_ALL)
            elif name != ALL and not given and (isinstance(group, dict) or group == ""):
                whole = f"; did you mean '{ALL}', the whole centre?" if name.lower() == ALL else ""
                problems.add((*path, name), f"no queues, expected queues: a list of those that are summed{whole}")
        return super().read(value, path, problems)

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        made = json_schema.map_of(self, schema_of)
        one = made["additionalProperties"]
        whole = json_parts.without(["queues"], _ALL_HAS_ALL)
        about = "The whole centre: every queue of the site, so it has no list of its own."
        made["properties"] = {ALL: {"description": about, "examples": [{"label": "המוקד"}], "allOf": [one, whole]}}
        made["additionalProperties"] = {"allOf": [one], "type": "object", "required": ["queues"]}
        return made


class Blinking(Frequency):
    """How often something blinks in a second."""

    def expected(self) -> str:
        return f"{super().expected()}: faster can trigger seizures"


_FREQUENCY = Blinking(100, MAX_FLASH_MHZ)


_OWN_SERVICE_LEVEL = Field(
    "service_level", service_level(None), doc="what is other than in `defaults` here, key by key"
)
_OWN_RULES = Field("rules", RULES, doc="when the board warns; each replaces the default rule of the same name whole")
_OWN_HOURS = Field("hours", HOURS, doc="when it is open; replaces the site's hours, and their days off with them")

_BUZZER = Record(
    (
        Field("warn", OneOf(SOUNDS), default="none", doc="what sounds when a warning begins"),
        Field("critical", OneOf(SOUNDS), default="double", doc="what sounds when a critical alarm begins"),
        Field(
            "repeat",
            Duration(5_000, HOUR_MS),
            default=60_000,
            doc="how often it sounds again while critical and not acknowledged",
        ),
        Field("longest", Duration(100, 60_000), default=5_000, doc="how long one alarm may sound"),
    )
)
_BLINK = Record(
    (
        Field("warn", _FREQUENCY, default=500, doc="how often a warning blinks in a second"),
        Field("critical", _FREQUENCY, default=1_000, doc="how often a critical alarm blinks in a second"),
    )
)
_LABEL = Described(
    "label",
    Text(MAX_LABEL),
    doc="the name on the board, in any language; without it, the name that the PBX has",
    example="תמיכה טכנית",
)
_QUEUE = Record((_LABEL, _OWN_SERVICE_LEVEL, _OWN_RULES, _OWN_HOURS))
_GROUP = Record(
    (
        _LABEL,
        Described(
            "queues",
            QueueNames(Text(MAX_QUEUE), least=1),
            doc="those that are summed, by the PBX's names",
            example=["support", "sales"],
        ),
        _OWN_SERVICE_LEVEL,
        _OWN_RULES,
        _OWN_HOURS,
    )
)
_WAIT_LIMIT = WaitLimit(
    (
        Described(
            "limit",
            WholeSeconds(1_000, 24 * HOUR_MS),
            required=True,
            doc="how long a caller may wait at most, over all queues, from the call's start to the first answer",
            example="6m",
        ),
        Described(
            "offer_at",
            WholeSeconds(1_000, 24 * HOUR_MS),
            doc="when a call-back is offered to the caller, at most the limit",
            example="3m",
        ),
    )
)
_DEFAULTS = Record(
    (
        Field("service_level", service_level(ServiceLevel()), doc="how the service level is reckoned"),
        Field("rules", RULES, doc="when the board warns, by what is looked at; there are no rules but those given"),
    )
)
_ZONE = Parsed(calendar.zone, "a name like Asia/Jerusalem", calendar.ZONE)
# YAML 1.1 counts in sixties: it sees 60 × 8 + 30 in a plain 8:30, yet text in 08:30.
_SIXTIES = {"type": ["string", "integer"], "minimum": 60, "maximum": DAY_MIN - 1}
_DAY_START = Parsed(calendar.day_start, "a time of day like 00:00", rf"\s*{CLOCK}\s*", clock_text, _SIXTIES)
_QUIET = Record(
    (
        Described(
            "every",
            ListOf(SPANS),
            required=True,
            doc="the spans of time, the same on each day",
            example=["12:30-13:00"],
        ),
    )
)


class Thresholds(Record):
    """The whole file."""

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        """… in which next_breach rests on wait_limit."""
        levels = {"type": "object", "not": {"required": ["all"]}}
        none = {
            "if": levels,
            "then": {"type": "string", "errorMessage": "rests on wait_limit, expected that section too"},
        }
        here = json_parts.parts(rules=json_parts.parts(next_breach=none))
        each = {"additionalProperties": here}
        all_of_them = json_parts.parts(defaults=here, queues=each, groups=each)
        rests = json_parts.when({"not": json_parts.given("wait_limit")}, all_of_them)
        return json_schema.record(self, schema_of) | {"allOf": [rests]}


SCHEMA = Thresholds(
    (
        Described("timezone", _ZONE, required=True, doc="the site's time zone", example="Asia/Jerusalem"),
        Field("defaults", _DEFAULTS, doc="for every queue that says nothing else"),
        Described(
            "queues",
            Named(_QUEUE, key=Text(MAX_QUEUE), one="queue", doc="a queue, by the name that the PBX has"),
            doc="the queues by the PBX's names, in the order of the boards; one that is not listed has the defaults",
            example={"support": {"label": _LABEL.example}},
        ),
        Described(
            "groups",
            Groups(_GROUP, key=Text(MAX_QUEUE), one="group", doc="a group of queues, by a name that you choose"),
            doc="queues that are summed, shown and ruled like one more queue; `all` is the whole centre",
            example={"service": {"label": "שירות", "queues": ["support", "sales"]}},
        ),
        Field("day_start", _DAY_START, default=0, doc="when `today` begins"),
        Field("wait_limit", _WAIT_LIMIT, doc="the caller's clock over all queues; without it, there is none"),
        Field("hours", HOURS, doc="when the site is open; outside there are figures and no alarms; without it, always"),
        Field("quiet", _QUIET, doc="when no buzzer sounds; without it, never"),
        Field("buzzer", _BUZZER, default=check.read(_BUZZER, {})[0], doc="what sounds, how often and how long"),
        Field("blink", _BLINK, default=check.read(_BLINK, {})[0], doc="how fast an alarm blinks"),
    )
)
