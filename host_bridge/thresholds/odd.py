"""What is legal in thresholds.yaml and yet hardly meant: names that are mixed up, hours that overlap, lasting noise.

Only what can be proved from the file alone, and what a person would want to know: a warning that is wrong once is read
no more. What rests on the PBX or on the board's letters is told by `wallboardctl check` besides.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from config.times import DAY_MIN
from config.yaml_file import KeyPath, Problem, YamlFile
from firmware.core.spelling import one_line
from host_bridge.calendar import calendar
from host_bridge.thresholds.odd_rules import odd_rules
from host_bridge.thresholds.thresholds import QueueThresholds, Thresholds

_OFF_DAYS = ("holidays", "eves", "closed")


class Place(NamedTuple):
    """A section that rules hold for: its path, what holds there, and its name on the board (None for the defaults)."""

    path: KeyPath
    holds: QueueThresholds
    label: str | None


def odd(file: YamlFile, thresholds: Thresholds) -> list[Problem]:
    """All of it, for a file that has no mistake."""
    places = [Place(("defaults",), thresholds.others, None)]
    places += [Place(("queues", name), each, each.label or name) for name, each in thresholds.queues.items()]
    places += [Place(("groups", name), each, each.label or name) for name, each in thresholds.groups.items()]
    found = [*_calendar(file, thresholds), *_sounds(file), *_names(file, thresholds, places)]
    for path, holds, _ in places:
        found += [*_service_level(file, path, holds), *odd_rules(file, path, holds)]
    return found


def _service_level(file: YamlFile, path: KeyPath, holds: QueueThresholds) -> Iterator[Problem]:
    level, here = holds.service_level, (*path, "service_level")
    own = file.at(*here)
    if not isinstance(own, dict):
        return
    if level.short_abandon_s >= level.answer_within_s and ("short_abandon" in own or "answer_within" in own):
        key = "short_abandon" if "short_abandon" in own else "answer_within"
        message = (
            f"nobody who hangs up within the {level.answer_within_s}s of answer_within counts, as short_abandon is "
            f"{level.short_abandon_s}s: mostly it is 5s or 10s"
        )
        yield (*here, key), message
    if level.window_s is not None and level.min_calls > level.window_s and ("min_calls" in own or "window" in own):
        message = f"{level.min_calls} calls in {level.window_s}s are more than one a second: the board shows no share"
        yield (*here, "min_calls" if "min_calls" in own else "window"), message


def _sounds(file: YamlFile) -> Iterator[Problem]:
    from firmware.core.units import decimal, duration  # noqa: PLC0415

    buzzer, blink = file.at("buzzer"), file.at("blink")
    if isinstance(buzzer, dict):
        said = {key: str(buzzer.get(key, default)) for key, default in _BUZZER.items()}
        if said["critical"] == "none" != said["warn"]:
            yield ("buzzer", "critical"), f"silent, while a mere warning sounds ({said['warn']}): the other way round?"
        elif said["critical"] != "none" and (duration(said["longest"]) or 0) >= (duration(said["repeat"]) or 1):
            key = "longest" if "longest" in buzzer else "repeat"
            message = f"each alarm may sound for {said['longest']} and begins again every {said['repeat']}: no silence"
            yield ("buzzer", key), f"{message} between them"
    if isinstance(blink, dict):
        said = {key: str(blink.get(key, default)).lower() for key, default in _BLINK.items()}
        warn, critical = (decimal(said[key].removesuffix("hz").rstrip(), 3) or 0 for key in ("warn", "critical"))
        if warn >= critical:
            how = "as fast as" if warn == critical else "faster than"
            key = "warn" if "warn" in blink else "critical"
            yield ("blink", key), f"a warning blinks {how} a critical alarm ({said['warn']}, {said['critical']})"


_BUZZER = {"warn": "none", "critical": "double", "repeat": "60s", "longest": "5s"}
_BLINK = {"warn": "0.5hz", "critical": "1hz"}


def _calendar(file: YamlFile, thresholds: Thresholds) -> Iterator[Problem]:
    zone = str(file.at("timezone"))
    if zone.upper().startswith("ETC/GMT") and zone[7:]:
        yield ("timezone",), f"{zone!r} has no summer time, and its sign is the other way round: name a city instead"
    if thresholds.quiet is not None:
        minutes = {minute % DAY_MIN for start, end in calendar.spans(_all_quiet(file)) for minute in range(start, end)}
        if len(minutes) == DAY_MIN:
            yield ("quiet", "every"), "covers the whole day, so no buzzer ever sounds: buzzer: {critical: none} says so"
    sections: list[KeyPath] = [("hours",)]
    sections += [("queues", name, "hours") for name in thresholds.queues]
    sections += [("groups", name, "hours") for name in thresholds.groups]
    for path in sections:
        hours = file.at(*path)
        days = (
            {name: str(text) for name, text in hours.items() if name not in _OFF_DAYS}
            if isinstance(hours, dict)
            else {}
        )
        for name, text in days.items():
            spans = calendar.spans(text)
            if any(one[1] > two[0] for one, two in pairwise(spans)):
                yield (*path, name), f"two spans of {one_line(text, 40)!r} overlap: they hold as one"
        start = thresholds.calendar.day_start_min
        if start and days and path == ("hours",) and all(_within(start, calendar.spans(t)) for t in days.values()):
            yield (
                ("day_start",),
                f"{file.at('day_start')!r} is inside the hours: the day's figures begin anew while open",
            )


def _all_quiet(file: YamlFile) -> str:
    every = file.at("quiet", "every")
    return ",".join(map(str, every)) if isinstance(every, list) else ""


def _within(minute: int, spans: tuple[calendar.Span, ...]) -> bool:
    """True well inside a span of less than 18 hours: where it never closes, the day has to begin somewhere inside."""
    return any(start < minute < end and end - start < 18 * 60 for start, end in spans)


def _names(file: YamlFile, thresholds: Thresholds, places: list[Place]) -> Iterator[Problem]:
    first: dict[str, KeyPath] = {}
    for path, _, label in places:
        if label is None:
            continue
        other = first.setdefault(label, path)
        if other != path:
            message = f"{label!r} is the name of {'.'.join(map(str, other))} too: on a board nobody tells the two apart"
            yield ((*path, "label") if file.has(*path, "label") else path), message
    for name, group in thresholds.groups.items():
        for index, queue in enumerate(group.queues):
            meant = None if queue in thresholds.queues else _slip(queue, thresholds.queues)
            if meant is not None:
                yield (
                    ("groups", name, "queues", index),
                    f"{queue!r} is not under queues, but {meant!r} is: is it meant?",
                )


def _slip(name: str, others: dict[str, Any]) -> str | None:
    """A name that differs as a slip of the finger does: a letter lost, doubled or swapped with its neighbour.

    Not by a letter or figure that is another: sales_a and sales_b, 601 and 602 are often two queues of one site.
    """
    for other in others:
        if name.lower() == other.lower():
            return other
        if sorted(name) == sorted(other) and sum(a != b for a, b in zip(name, other, strict=True)) == 2:
            return None if any(char.isdigit() for char in name) else other
        longer, shorter = (name, other) if len(name) > len(other) else (other, name)
        if len(longer) == len(shorter) + 1 and len(shorter) > 3:
            lost = next((at for at, char in enumerate(shorter) if char != longer[at]), len(shorter))
            if longer[:lost] + longer[lost + 1 :] == shorter and longer[lost].isalpha() and lost < len(shorter):
                return other
    return None
