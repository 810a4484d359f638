"""Which days a back-test tells of, when what was open in them, and how long before them the replay begins."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from firmware.core.wire import encode_id
from host_bridge.announce.messages import group_id
from host_bridge.backtest.result import Day, Span
from host_bridge.pbx.queue_log_events import LONGEST_WAIT_S
from host_bridge.thresholds import Thresholds
from host_bridge.truth.windows import ALL

NEVER_MS = 1 << 62
_NOON = dt.time(12)
_SLACK_MS = 3_600_000  # for what ends at the very edge of a window


@dataclass(frozen=True)
class Chosen:
    """The days asked for, from `from_ms` until `until_ms`; what the first of them rests on begins at `warm_ms`."""

    warm_ms: int
    from_ms: int
    until_ms: int

    @classmethod
    def of(cls, thresholds: Thresholds, from_day: str | None, until_day: str | None) -> Chosen:
        """Days like "2026-11-22", both among those told of; None: as far as the log reaches. ValueError for no day."""
        calendar = thresholds.calendar
        from_ms, until_ms = 0, NEVER_MS
        if from_day is not None:
            from_ms = calendar.day_start_ms(_noon_ms(thresholds, from_day))
        if until_day is not None:
            until_ms = calendar.next_day_ms(_noon_ms(thresholds, until_day))
        if until_ms <= from_ms:
            raise ValueError(f"{until_day} is before {from_day}, expected a day that is not")
        before_ms = max(LONGEST_WAIT_S * 1000, thresholds.longest_window_ms) + _SLACK_MS
        return cls(max(0, from_ms - before_ms), from_ms, until_ms)


def is_closed(thresholds: Thresholds, days: Iterable[Day]) -> bool:
    """Whether no queue that the file names, nor any other, has opening hours in these days."""
    sections = (*thresholds.queues.values(), *thresholds.groups.values(), thresholds.others)
    hours = {section.hours for section in sections if not getattr(section, "any_open", False)}
    for day in days:
        at_ms = day.from_ms
        while at_ms < day.until_ms:
            if any(each is None or thresholds.calendar.within(each, at_ms) for each in hours):
                return False
            change_ms = thresholds.next_change_ms(at_ms)
            at_ms = day.until_ms if change_ms is None else change_ms
    return True


def days_of(thresholds: Thresholds, covered: Span, queues: Iterable[str]) -> tuple[Day, ...]:
    """The days of a log, and when in them these queues, all groups and the whole centre were open."""
    queues = tuple(queues)
    found: list[Day] = []
    from_ms = covered.from_ms
    while from_ms < covered.until_ms:
        until_ms = min(thresholds.calendar.next_day_ms(from_ms), covered.until_ms)
        opened = _opened(thresholds, Span(from_ms, until_ms), queues)
        date = thresholds.calendar.date(thresholds.calendar.day_start_ms(from_ms))
        found.append(Day(date, from_ms, until_ms, {name: tuple(spans) for name, spans in opened.items()}))
        from_ms = until_ms
    return tuple(found)


def _opened(thresholds: Thresholds, day: Span, queues: tuple[str, ...]) -> dict[str, list[Span]]:
    groups = (*dict.fromkeys((*thresholds.groups, ALL)),)
    ids = (*map(encode_id, queues), *map(group_id, groups))
    opened: dict[str, list[Span]] = {each: [] for each in ids}
    at_ms = day.from_ms
    while at_ms < day.until_ms:
        change_ms = thresholds.next_change_ms(at_ms)
        until_ms = day.until_ms if change_ms is None else min(change_ms, day.until_ms)
        now_open = [encode_id(name) for name in queues if thresholds.is_open(name, at_ms)]
        now_open += [group_id(name) for name in groups if thresholds.is_group_open(name, queues, at_ms)]
        for name in now_open:
            spans = opened[name]
            if spans and spans[-1].until_ms == at_ms:
                spans[-1] = Span(spans[-1].from_ms, until_ms)
            else:
                spans.append(Span(at_ms, until_ms))
        at_ms = until_ms
    return opened


def _noon_ms(thresholds: Thresholds, day: str) -> int:
    noon = dt.datetime.combine(dt.date.fromisoformat(day), _NOON, thresholds.calendar.zone)
    return int(noon.timestamp()) * 1000
