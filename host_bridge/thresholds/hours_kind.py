"""The sections `hours` of thresholds.yaml, and spans of time."""

from __future__ import annotations

from typing import Any

from config import json_parts, json_schema
from config.described import Described, Parsed, Schema, SchemaOf
from firmware.core.check import (
    Kind,
    ListOf,
    Problems,
    Record,
)
from firmware.core.spelling import did_you_mean, one_line
from host_bridge.calendar import Schedule, Span, calendar, days_off

SPANS = Parsed(calendar.spans, "a span of time like 08:00-18:00", calendar.SPANS)


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
        a_day = json_parts.given(calendar.USUAL_RANGES[0]) | {"errorMessage": f"expected {self.expected()}"}
        names = (*calendar.USUAL_RANGES, *calendar.WEEK)
        rules = [json_parts.when({"propertyNames": {"enum": list(off)}}, a_day)]
        for name in calendar.USUAL_RANGES:
            days = set(calendar.day_range(name))
            twice = [other for other in names if other != name and days & set(calendar.day_range(other))]
            once = f"the days of {name} are given already, expected each day once"
            rules.append(json_parts.when(json_parts.given(name), json_parts.without(twice, once)))
        return {
            "properties": {**dict.fromkeys(names, day), **off},
            "patternProperties": {f"^{calendar.DAY_RANGE}$": spans},
            "additionalProperties": False,
            "dependencies": {"eves": ["holidays"]},
            "allOf": rules,
        } | json_parts.section(self, empty=False)


HOURS = Hours()
