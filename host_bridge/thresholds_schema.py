"""What thresholds.yaml may hold: the kinds of its values and its schema (DESIGN section 4)."""

from __future__ import annotations

from typing import Any

from config import json_schema
from config.described import Choices, Described, Distinct, Named, Parsed, Schema, SchemaOf
from config.json_patterns import duration
from config.times import CLOCK, DAY_MIN, clock_text
from firmware.core import check
from firmware.core.check import (
    Bool,
    Duration,
    Either,
    Field,
    Frequency,
    Int,
    Kind,
    ListOf,
    OneOf,
    Problems,
    Record,
    Share,
    Text,
)
from firmware.core.spelling import did_you_mean, one_line
from firmware.core.units import duration_text
from firmware.core.wire import MAX_FLASH_MHZ, SOUNDS
from host_bridge import calendar, days_off
from host_bridge.calendar import Schedule, Span
from host_bridge.rule_kinds import HOUR_MS, RULES
from host_bridge.truth.service_level import FORMULAS, ServiceLevel
from host_bridge.truth.windows import ALL

MAX_LABEL = 60
TODAY = "today"
_ALL_HAS_ALL = f"unknown key: the group '{ALL}' has every queue of the site"
MAX_QUEUE = 128  # Asterisk's own queue names are at most 127 bytes


class WholeSeconds(Duration):
    """A duration that is compared with the PBX's HoldTime, which has whole seconds → seconds."""

    def read(self, value: Any, path: tuple[str | int, ...], problems: Problems) -> int | None:
        ms = super().read(value, path, problems)
        if ms is not None and ms % 1000:
            problems.add(path, f"{value!r}, expected whole seconds: the PBX's own wait times have no finer ones")
            return None
        return None if ms is None else ms // 1000

    def written(self, value: int) -> str:
        return duration_text(value * 1000)

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        made = json_schema.words(self, duration(self.lo, self.hi))
        made["pattern"] = rf"^(?!.*[1-9]0{{0,2}}\s*[Mm][Ss])(?:{made['pattern']})"  # ms only by the thousand
        return made


SPANS = Parsed(calendar.spans, "a span of time like 08:00-18:00", calendar.SPANS)


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
        whole = json_schema.without(["queues"], _ALL_HAS_ALL)
        about = "The whole centre: every queue of the site, so it has no list of its own."
        made["properties"] = {ALL: {"description": about, "examples": [{"label": "המוקד"}], "allOf": [one, whole]}}
        made["additionalProperties"] = {"allOf": [one], "type": "object", "required": ["queues"]}
        return made


class Hours(Kind):
    """`{sun-thu: "08:00-18:00", fri: "08:00-13:00", holidays: IL, eves: "08:00-13:00", closed: [2026-09-12]}`."""

    _DAYS_OFF = Record(
        (
            Described(
                "holidays",
                Parsed(
                    days_off.country,
                    "a country's code like IL, or of a part of it like DE-BY",
                    days_off.COUNTRY,
                    seen={"if": {"type": "boolean"}, "then": {"const": False}, "else": {"type": "string"}},  # 1.1: NO
                ),
                doc="a country whose public holidays are closed",
                example="IL",
            ),
            Described(
                "eves",
                SPANS,
                doc="the hours of the day before one of the holidays, unless that day is shorter anyway",
                example="08:00-13:00",
            ),
            Described(
                "closed",
                ListOf(Parsed(days_off.date, "a date like 2026-09-12", days_off.DATE)),
                doc="more days that are closed: year, month, day",
                example=["2026-09-14"],
            ),
        )
    )
    shape = "map"

    def expected(self) -> str:
        return 'a section of days and spans, like {sun-thu: "08:00-18:00", fri: "08:00-13:00"}'

    def read(self, value: Any, path: tuple[str | int, ...], problems: Problems) -> Schedule | None:
        if not isinstance(value, dict) or not value:
            self.refuse(value, path, problems, self._hint(value))
            return None
        if problems.full():
            return None
        days: dict[str, tuple[Span, ...]] = {}
        off: dict[str, Any] = {}
        known = {field.name: field.kind for field in self._DAYS_OFF.fields}
        for name, text in value.items():
            here = (*path, name)
            if name in known:
                off[name] = known[name].read(text, here, problems)
                continue
            try:
                calendar.week({**days, name: ()})
            except ValueError as error:
                hint = "" if "did you mean" in str(error) else did_you_mean(name, list(known))
                problems.add(here, f"{error}{hint}")
            else:
                days[name] = SPANS.read(text, here, problems) or ()
        if "eves" in off and "holidays" not in off:
            problems.add((*path, "eves"), "are the days before holidays, expected holidays too, like holidays: IL")
        if len(off) == len(value):
            problems.add(path, f"days off alone, expected {self.expected()} too")
        week = calendar.week(days)
        if not off:
            return week
        closed = frozenset(day for day in off.get("closed") or () if day is not None)
        return days_off.Opening(week, closed, off.get("holidays"), off.get("eves"))

    @staticmethod
    def _hint(value: Any) -> str:
        """Days are what people forget who write a span of time alone."""
        attempt = Problems()
        SPANS.read(value, (), attempt)
        return "" if attempt.found else f"; did you mean '{{sun-thu: {one_line(value, 40)}}}'?"

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        spans = schema_of(SPANS, "spans")
        about = "Opening hours, one span of time or several with commas between; 22:00-06:00 goes on into the next day."
        day = {"description": about, "examples": ["08:00-18:00"], **spans}
        off = json_schema.fields(schema_of, self._DAYS_OFF.fields)
        a_day = json_schema.given(calendar.USUAL_RANGES[0]) | {"errorMessage": f"expected {self.expected()}"}
        names = (*calendar.USUAL_RANGES, *calendar.WEEK)
        rules = [json_schema.when({"propertyNames": {"enum": list(off)}}, a_day)]
        for name in calendar.USUAL_RANGES:
            days = set(calendar.day_range(name))
            twice = [other for other in names if other != name and days & set(calendar.day_range(other))]
            once = f"the days of {name} are given already, expected each day once"
            rules.append(json_schema.when(json_schema.given(name), json_schema.without(twice, once)))
        return {
            "properties": {**dict.fromkeys(names, day), **off},
            "patternProperties": {f"^{calendar.DAY_RANGE}$": spans},
            "additionalProperties": False,
            "dependencies": {"eves": ["holidays"]},
            "allOf": rules,
        } | json_schema.section(self, empty=False)


HOURS = Hours()


class Blinking(Frequency):
    """How often something blinks in a second."""

    def expected(self) -> str:
        return f"{super().expected()}: faster can trigger seizures"


_FREQUENCY = Blinking(100, MAX_FLASH_MHZ)


def _service_level(usual: ServiceLevel | None) -> Record:
    """The section `service_level`; `usual` is what holds where the file says nothing, or None where `defaults` hold."""

    def usually(name: str) -> Any:
        return None if usual is None else getattr(usual, name)

    return Record(
        (
            Described(
                "answer_within",
                WholeSeconds(0, HOUR_MS),
                doc="an answer after at most so long is a good one",
                absent=usually("answer_within_s"),
            ),
            Described(
                "target",
                Share(1, 1000),
                doc="the share of good answers to reach; it stands beside the figure on the board",
                absent=usually("target_permille"),
            ),
            Described(
                "formula",
                Choices({name: (formula.__doc__ or "").strip() for name, formula in FORMULAS.items()}),
                doc="how the share is reckoned; take the formula of your own reports",
                absent=usually("formula"),
            ),
            Described(
                "short_abandon",
                WholeSeconds(0, HOUR_MS),
                doc="who hangs up sooner than this does not count (formula answered_of_offered)",
                absent=usually("short_abandon_s"),
            ),
            Described(
                "window",
                Either(OneOf((TODAY,)), WholeSeconds(60_000, 24 * HOUR_MS)),
                doc="which calls count: all of today, or those of the last 30m, 1h …",
                absent=usual and (usual.window_s or TODAY),
            ),
            Described(
                "min_calls",
                Int(1, 1_000_000),
                doc="with fewer calls there is no figure",
                absent=usually("min_calls"),
            ),
            Described(
                "count_overflow",
                Bool(),
                doc="whether callers whom the queue sent on count as failed",
                absent=usually("count_overflow"),
            ),
            Described(
                "count_exits",
                Bool(),
                doc="whether callers who pressed a key to leave count as failed",
                absent=usually("count_exits"),
            ),
        )
    )


_OWN_SERVICE_LEVEL = Field(
    "service_level", _service_level(None), doc="what is other than in `defaults` here, key by key"
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
        Field("service_level", _service_level(ServiceLevel()), doc="how the service level is reckoned"),
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
        here = json_schema.parts(rules=json_schema.parts(next_breach=none))
        each = {"additionalProperties": here}
        all_of_them = json_schema.parts(defaults=here, queues=each, groups=each)
        rests = json_schema.when({"not": json_schema.given("wait_limit")}, all_of_them)
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
