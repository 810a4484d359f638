"""The section `panel.night` of board.yaml: `{"22:00-06:00": off, "19:00-22:00": 30}`, spans of local time → light."""

from __future__ import annotations

from typing import Any

from config import json_parts
from config.described import Named, Schema, SchemaOf
from config.json_patterns import whole, whole_text
from config.times import CLOCK, DAY_MIN, END_OF_DAY, clock_text, time_of_day
from firmware.core.check import Int, Kind, Problems

OFF = "off"
Span = tuple[int, int]  # minutes since local midnight; one that ends before it begins goes on into the next day


class _SpanKind(Kind):
    def expected(self) -> str:
        return "a span of time like 22:00-06:00"

    def read(self, value: Any, path: tuple[str | int, ...], problems: Problems) -> Span | None:
        start, dash, end = str(value).replace("–", "-").partition("-")
        try:
            span = time_of_day(start), time_of_day(end)
        except ValueError as error:
            if dash:
                problems.add(path, str(error))
            else:
                self.refuse(value, path, problems)
            return None
        if span[0] == span[1] or span[0] == DAY_MIN:
            problems.add(path, f"{value!r} is an empty span, expected one like 22:00-06:00")
            return None
        return span

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        return json_parts.words(self, rf"{CLOCK}\s*[-–]\s*(?:{CLOCK}|{END_OF_DAY})")


class _Light(Int):
    """Percent of the full brightness, or `off`."""

    def __init__(self) -> None:
        super().__init__(1, 100)

    def expected(self) -> str:
        return "off, or percent from 1 to 100"

    def read(self, value: Any, path: tuple[str | int, ...], problems: Problems) -> int | None:
        if value == OFF:
            return 0
        return super().read(value, path, problems)

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        """An editor of YAML 1.1 sees a truth value in `off`."""
        percent = whole_text(whole(self.lo, self.hi))
        return {
            "if": {"type": "boolean"},
            "then": {"const": False},
            "else": {"type": ["integer", "string"], "errorMessage": f"expected {self.expected()}"},
            "minimum": self.lo,
            "maximum": self.hi,
            "pattern": f"^{OFF}$|{percent}",
            "errorMessage": f"expected {self.expected()}",
            "defaultSnippets": [{"label": OFF, "body": OFF}],
        }


NIGHT = Named(_Light(), _SpanKind(), one="light", doc="from when until when, local time", most=24)


def spans(section: dict[Span, int] | None) -> tuple[tuple[int, int, int], ...]:
    """(from, until, percent) of a section that was read, as the core's Setup has them; 0 percent is dark."""
    return tuple((start, end, percent) for (start, end), percent in (section or {}).items())


def overlap(section: dict[Span, int] | None) -> str | None:
    """A line that names two spans in which one minute would have two brightnesses; None when there are none."""
    owners: dict[int, Span] = {}
    for start, end in section or {}:
        for minute in range(start, end if end > start else end + DAY_MIN):
            other = owners.setdefault(minute % DAY_MIN, (start, end))
            if other != (start, end):
                return f"{_text(other)} and {_text((start, end))} overlap, expected one brightness at a time"
    return None


def _text(span: Span) -> str:
    return "-".join(map(clock_text, span))
