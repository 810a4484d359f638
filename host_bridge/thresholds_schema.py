"""What thresholds.yaml may hold: the kinds of its values and its schema (DESIGN section 4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
    MapOf,
    OneOf,
    Problems,
    Record,
    Share,
    Text,
)
from firmware.core.spelling import did_you_mean
from firmware.core.wire import MAX_FLASH_MHZ, SOUNDS
from host_bridge import calendar, days_off
from host_bridge.calendar import Schedule, Span
from host_bridge.rule_kinds import HOUR_MS, Rules
from host_bridge.truth.service_level import FORMULAS
from host_bridge.truth.windows import ALL

MAX_LABEL = 60
MAX_QUEUE = 128  # Asterisk's own queue names are at most 127 bytes


class Parsed(Kind):
    """A text that a function of calendar.py or days_off.py reads; its ValueError is the problem."""

    def __init__(self, parse: Callable[[str], Any], what: str) -> None:
        self._parse = parse
        self._what = what

    def expected(self) -> str:
        return self._what

    def read(self, value: Any, path: tuple[str | int, ...], problems: Problems) -> Any:
        if not isinstance(value, str) or not value:
            self.refuse(value, path, problems)
            return None
        if problems.full():
            return None
        try:
            return self._parse(value)
        except ValueError as error:
            problems.add(path, str(error))
            return None


class WholeSeconds(Duration):
    """A duration that is compared with the PBX's HoldTime, which has whole seconds → seconds."""

    def read(self, value: Any, path: tuple[str | int, ...], problems: Problems) -> int | None:
        ms = super().read(value, path, problems)
        if ms is not None and ms % 1000:
            problems.add(path, f"{value!r}, expected whole seconds: the PBX's own wait times have no finer ones")
            return None
        return None if ms is None else ms // 1000


SPANS = Parsed(calendar.spans, "a span of time like 08:00-18:00")


class QueueNames(ListOf):
    """The queues of a group → a tuple, each once."""

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


class Groups(MapOf):
    """The section `groups`; the one called "all" has every queue, and so no list of its own."""

    def read(self, value: Any, path: tuple[str | int, ...], problems: Problems) -> Any:
        for name, group in (value if isinstance(value, dict) else {}).items():
            given = isinstance(group, dict) and "queues" in group
            if name == ALL and given:
                problems.add((*path, name, "queues"), "unknown key: the group 'all' has every queue of the site")
            elif name != ALL and not given and (isinstance(group, dict) or group == ""):
                whole = f"; did you mean '{ALL}', the whole centre?" if name.lower() == ALL else ""
                problems.add((*path, name), f"no queues, expected queues: a list of those that are summed{whole}")
        return super().read(value, path, problems)


class Hours(Kind):
    """`{sun-thu: "08:00-18:00", fri: "08:00-13:00", holidays: IL, eves: "08:00-13:00", closed: [2026-09-12]}`."""

    _DAYS_OFF: dict[str, Kind] = {  # noqa: RUF012 - by key; all other keys are days
        "holidays": Parsed(days_off.country, "a country's code like IL"),
        "eves": SPANS,
        "closed": ListOf(Parsed(days_off.date, "a date like 2026-09-12")),
    }

    def expected(self) -> str:
        return 'a section of days and spans, like {sun-thu: "08:00-18:00", fri: "08:00-13:00"}'

    def read(self, value: Any, path: tuple[str | int, ...], problems: Problems) -> Schedule | None:
        if not isinstance(value, dict) or not value:
            self.refuse(value, path, problems)
            return None
        days: dict[str, tuple[Span, ...]] = {}
        off: dict[str, Any] = {}
        for name, text in value.items():
            here = (*path, name)
            if name in self._DAYS_OFF:
                off[name] = self._DAYS_OFF[name].read(text, here, problems)
                continue
            try:
                calendar.week({**days, name: ()})
            except ValueError as error:
                hint = "" if "did you mean" in str(error) else did_you_mean(name, list(self._DAYS_OFF))
                problems.add(here, f"unknown key: {error}{hint}")
            else:
                days[name] = SPANS.read(text, here, problems) or ()
        if "eves" in off and "holidays" not in off:
            problems.add((*path, "eves"), "rests on holidays, expected holidays: IL or another country's too")
        if len(off) == len(value):
            problems.add(path, f"days off alone, expected {self.expected()} too")
        week = calendar.week(days)
        if not off:
            return week
        closed = frozenset(day for day in off.get("closed") or () if day is not None)
        return days_off.Opening(week, closed, off.get("holidays"), off.get("eves"))


_SERVICE_LEVEL = Record(
    (
        Field("answer_within", WholeSeconds(0, HOUR_MS), doc="T, an answer within which is a good one"),
        Field("target", Share(1, 1000), doc="the share to reach"),
        Field("formula", OneOf(tuple(FORMULAS)), doc="which of the formulas in use"),
        Field("short_abandon", WholeSeconds(0, HOUR_MS), doc="who hangs up before this does not count"),
        Field("window", Either(OneOf(("today",)), WholeSeconds(60_000, 24 * HOUR_MS)), doc="today, or the last 30m"),
        Field("min_calls", Int(1, 1_000_000), doc="fewer calls give no figure"),
        Field("count_overflow", Bool(), doc="whether overflowed callers count as failed"),
        Field("count_exits", Bool(), doc="whether callers who pressed a key count as failed"),
    )
)
_BUZZER = Record(
    (
        Field("warn", OneOf(SOUNDS), default="none"),
        Field("critical", OneOf(SOUNDS), default="double"),
        Field("repeat", Duration(5_000, HOUR_MS), default=60_000, doc="while critical and not acknowledged"),
        Field("longest", Duration(100, 60_000), default=5_000, doc="how long one alarm may sound"),
    )
)
_BLINK = Record(
    (
        Field("warn", Frequency(100, MAX_FLASH_MHZ), default=500),
        Field("critical", Frequency(100, MAX_FLASH_MHZ), default=1_000),
    )
)
_QUEUE = Record(
    (
        Field("label", Text(MAX_LABEL), doc="its name on the board"),
        Field("service_level", _SERVICE_LEVEL),
        Field("rules", Rules()),
        Field("hours", Hours()),
    )
)
_GROUP = Record(
    (
        Field("label", Text(MAX_LABEL), doc="its name on the board"),
        Field("queues", QueueNames(Text(MAX_QUEUE), least=1), doc="those that are summed, by the PBX's names"),
        Field("service_level", _SERVICE_LEVEL),
        Field("rules", Rules()),
        Field("hours", Hours()),
    )
)
_WAIT_LIMIT = WaitLimit(
    (
        Field("limit", WholeSeconds(1_000, 24 * HOUR_MS), required=True, doc="how long a caller may wait over all"),
        Field("offer_at", WholeSeconds(1_000, 24 * HOUR_MS), doc="when a call-back is offered to him"),
    )
)
_DEFAULTS = Record((Field("service_level", _SERVICE_LEVEL), Field("rules", Rules())))
_ZONE = Parsed(calendar.zone, "a name like Asia/Jerusalem")
_QUIET = Record((Field("every", ListOf(SPANS), required=True),))

SCHEMA = Record(
    (
        Field("timezone", _ZONE, required=True, doc="the site's time zone"),
        Field("defaults", _DEFAULTS, doc="for every queue that says nothing else"),
        Field("queues", MapOf(_QUEUE, key=Text(MAX_QUEUE)), doc="by the PBX's names, in the order of the boards"),
        Field("groups", Groups(_GROUP, key=Text(MAX_QUEUE)), doc="queues that are summed, shown and ruled like one"),
        Field("day_start", Parsed(calendar.day_start, "a time of day"), default=0, doc="when today begins"),
        Field("wait_limit", _WAIT_LIMIT, doc="the caller's clock over all queues"),
        Field("hours", Hours(), doc="when the site is open"),
        Field("quiet", _QUIET, doc="when no buzzer sounds"),
        Field("buzzer", _BUZZER, default=check.read(_BUZZER, {})[0]),
        Field("blink", _BLINK, default=check.read(_BLINK, {})[0]),
    )
)
