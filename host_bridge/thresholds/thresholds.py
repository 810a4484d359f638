"""thresholds.yaml, the supervisors' file: what counts as good in each queue, when it is open, when to be quiet.

thresholds = load(Path("thresholds.yaml"))          # raises ConfigError with all mistakes of the file
thresholds.queue("support").rules                   # ready for the topic rules/support
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.kinds import refuse_other
from config.yaml_file import YamlFile
from config.yaml_file import load as load_yaml
from firmware.core import check
from host_bridge.calendar.calendar import Calendar, Schedule, every_day
from host_bridge.thresholds.conflicts import conflicts
from host_bridge.thresholds.rule_kinds import Rule
from host_bridge.thresholds.schema import SCHEMA
from host_bridge.thresholds.service_level_kind import TODAY
from host_bridge.truth.service_level import ServiceLevel
from host_bridge.truth.windows import ALL, Group

# Keys of `service_level` whose field of ServiceLevel names its unit.
_FIELDS = {
    "answer_within": "answer_within_s",
    "target": "target_permille",
    "short_abandon": "short_abandon_s",
    "window": "window_s",
}


@dataclass(frozen=True)
class QueueThresholds:
    """What holds for one queue or group. `hours` None: always open. `rules` are in the form of the wire."""

    label: str | None
    service_level: ServiceLevel
    hours: Schedule | None
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class GroupThresholds(QueueThresholds):
    """… and the queues of a group; none for the group "all", which has every queue.

    `any_open`: open while any of its queues is, whatever `hours` say: the whole centre without hours of its own.
    """

    queues: tuple[str, ...]
    any_open: bool = False


@dataclass(frozen=True)
class Thresholds:
    """The whole file. `site` holds blink (mHz), repeat_ms and longest_ms as the topic `site` has them.

    Where the file sets a limit to the caller's clock, it has wait_limit_ms too, and perhaps offer_at_ms.
    """

    calendar: Calendar
    quiet: Schedule | None
    site: dict[str, Any]
    queues: dict[str, QueueThresholds]
    groups: dict[str, GroupThresholds]  # in the order of the file; "all" only when the file has it
    others: QueueThresholds
    # by opening hours: from, until (ms of the wall clock) and when the queue closes in between, or None
    _closings: dict[Schedule, tuple[int, int, int | None]] = dataclasses.field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    # by schedule, all that the file has: from, until (ms of the wall clock): it does not change in between
    _steady: dict[Schedule, tuple[int, int]] = dataclasses.field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        hours = (each.hours for each in (*self.queues.values(), *self.groups.values(), self.others))
        self._steady.update((each, (0, 0)) for each in (*hours, self.quiet) if each is not None)

    @property
    def wait_limit_ms(self) -> int | None:
        """The limit of the caller's clock, or None."""
        limit_ms: int | None = self.site.get("wait_limit_ms")
        return limit_ms

    @property
    def named_queues(self) -> tuple[str, ...]:
        """All queues that the file names, by themselves or in a group."""
        return tuple(dict.fromkeys((*self.queues, *(name for group in self.groups.values() for name in group.queues))))

    @property
    def longest_window_ms(self) -> int:
        """How far back a rolling window of the file looks; 0 when all are of today."""
        each = (*self.queues.values(), *self.groups.values(), self.others)
        return max((queue.service_level.window_s or 0) for queue in each) * 1000

    def queue(self, queue: str) -> QueueThresholds:
        """What holds for a queue, named in the file or not."""
        return self.queues.get(queue, self.others)

    def group(self, name: str) -> GroupThresholds:
        """What holds for a group. The whole centre ("all") has figures and no rules when the file does not name it.

        Raises KeyError for any other group that the file does not have.
        """
        if name == ALL and name not in self.groups:
            return GroupThresholds(None, self.others.service_level, None, (), queues=(), any_open=True)
        return self.groups[name]

    def window_groups(self) -> dict[str, Group]:
        """The groups as `Windows` takes them, without the whole centre."""
        return {name: Group(each.queues, each.service_level) for name, each in self.groups.items() if name != ALL}

    def is_open(self, queue: str, utc_ms: int) -> bool:
        """True inside the queue's hours; outside there are figures and no alarms."""
        return self._within(self.queue(queue).hours, utc_ms)

    def is_group_open(self, name: str, queues: Iterable[str], utc_ms: int) -> bool:
        """True inside the group's hours; the whole centre, without hours of its own, while any of `queues` is open."""
        group = self.group(name)
        if not group.any_open:
            return self._within(group.hours, utc_ms)
        closed: set[Schedule | None] = set()
        for queue in queues:  # mostly the first of them is open, and most have the same hours
            hours = self.queue(queue).hours
            if hours not in closed:
                if self._within(hours, utc_ms):
                    return True
                closed.add(hours)
        return False

    def has_closed(self, queue: str, utc_ms: int) -> bool:
        """True from the end of the queue's last hours of the day until the day's end; never on a day without hours."""
        hours = self.queue(queue).hours
        if hours is None:
            return False
        since_ms, until_ms, closes_ms = self._closings.get(hours, (0, 0, None))
        if not since_ms <= utc_ms < until_ms:
            since_ms, until_ms = self.calendar.day_start_ms(utc_ms), self.calendar.next_day_ms(utc_ms)
            closes_ms = self.calendar.closes_ms(hours, utc_ms)
            self._closings[hours] = since_ms, until_ms, closes_ms
        return closes_ms is not None and utc_ms >= closes_ms

    def is_quiet(self, utc_ms: int) -> bool:
        """True when no buzzer may sound."""
        return self.quiet is not None and self.calendar.within(self.quiet, utc_ms)

    def next_change_ms(self, utc_ms: int) -> int | None:
        """The first moment after `utc_ms` at which a queue or a group may open or close, or quiet begin or end.

        Nothing of that changes before. None: never, as the file has no hours at all.
        """
        for schedule, (from_ms, until_ms) in self._steady.items():
            if not from_ms <= utc_ms < until_ms:
                self._steady[schedule] = utc_ms, self.calendar.next_change_ms(schedule, utc_ms)
        return min((until_ms for _, until_ms in self._steady.values()), default=None)

    def _within(self, hours: Schedule | None, utc_ms: int) -> bool:
        return hours is None or self.calendar.within(hours, utc_ms)


def load(path: Path, name: str | None = None) -> Thresholds:
    """Read and check the file. Raises ConfigError with all its mistakes; `name` stands in them."""
    return build(load_yaml(path, name))


def build(file: YamlFile) -> Thresholds:
    """The thresholds of a file that is read already. Raises ConfigError."""
    refuse_other(file, "thresholds")
    clean, problems = check.read(SCHEMA, file.data)
    file.refuse([*problems, *conflicts(clean or {}, file)])
    buzzer = clean["buzzer"]
    defaults = clean["defaults"] or {}
    service_level = _service_level(ServiceLevel(), defaults.get("service_level"))
    rules: dict[str, Rule | None] = defaults.get("rules") or {}
    sound = {severity: buzzer[severity] for severity in ("warn", "critical")}

    def fields(section: dict[str, Any]) -> dict[str, Any]:
        own = {**rules, **(section.get("rules") or {})}  # a queue's rule replaces the default one whole
        return {
            "label": section.get("label"),
            "service_level": _service_level(service_level, section.get("service_level")),
            "hours": section.get("hours") or clean["hours"],
            "rules": tuple({**rule, "sound": sound} for rule in own.values() if rule is not None),
        }

    day_spans = [span for spans in (clean["quiet"] or {}).get("every", ()) for span in spans]
    return Thresholds(
        calendar=Calendar(clean["timezone"], clean["day_start"]),
        quiet=every_day(tuple(day_spans)) if day_spans else None,
        site={
            "blink": clean["blink"],
            "repeat_ms": buzzer["repeat"],
            "longest_ms": buzzer["longest"],
            **_caller_clock(clean["wait_limit"]),
        },
        queues={name: QueueThresholds(**fields(section)) for name, section in (clean["queues"] or {}).items()},
        groups={
            name: GroupThresholds(
                **fields(section),
                queues=section["queues"] or (),
                any_open=name == ALL and section["hours"] is None,
            )
            for name, section in (clean["groups"] or {}).items()
        },
        others=QueueThresholds(**fields({})),
    )


def _caller_clock(section: dict[str, int | None] | None) -> dict[str, int]:
    names = {"limit": "wait_limit_ms", "offer_at": "offer_at_ms"}
    return {names[name]: seconds * 1000 for name, seconds in (section or {}).items() if seconds is not None}


def _service_level(base: ServiceLevel, section: dict[str, Any] | None) -> ServiceLevel:
    """`base` with what a section gives; a queue's service level replaces the default one key by key."""
    given = {_FIELDS.get(k, k): v for k, v in (section or {}).items() if v is not None}
    if given.get("window_s") == TODAY:
        given["window_s"] = None
    return dataclasses.replace(base, **given)
