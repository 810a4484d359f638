"""thresholds.yaml, the supervisors' file: what counts as good in each queue, when it is open, when to be quiet.

thresholds = load(Path("thresholds.yaml"))          # raises ConfigError with all mistakes of the file
thresholds.queue("support").rules                   # ready for the topic rules/support
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.yaml_file import YamlFile
from config.yaml_file import load as load_yaml
from host_bridge.calendar import Calendar, Week, every_day
from host_bridge.rule_kinds import Rule
from host_bridge.thresholds_schema import SCHEMA
from host_bridge.truth.service_level import ServiceLevel

# Keys of `service_level` whose field of ServiceLevel names its unit.
_FIELDS = {
    "answer_within": "answer_within_s",
    "target": "target_permille",
    "short_abandon": "short_abandon_s",
    "window": "window_s",
}


@dataclass(frozen=True)
class QueueThresholds:
    """What holds for one queue. `hours` None: always open. `rules` are in the form of the wire."""

    label: str | None
    service_level: ServiceLevel
    hours: Week | None
    rules: tuple[Rule, ...]


@dataclass(frozen=True)
class Thresholds:
    """The whole file. `site` holds blink (mHz), repeat_ms and longest_ms as the topic `site` has them."""

    calendar: Calendar
    quiet: Week | None
    site: dict[str, Any]
    queues: dict[str, QueueThresholds]
    others: QueueThresholds

    def queue(self, queue: str) -> QueueThresholds:
        """What holds for a queue, named in the file or not."""
        return self.queues.get(queue, self.others)

    def is_open(self, queue: str, utc_ms: int) -> bool:
        """True inside the queue's hours; outside there are figures and no alarms."""
        hours = self.queue(queue).hours
        return hours is None or self.calendar.within(hours, utc_ms)

    def is_quiet(self, utc_ms: int) -> bool:
        """True when no buzzer may sound."""
        return self.quiet is not None and self.calendar.within(self.quiet, utc_ms)


def load(path: Path, name: str | None = None) -> Thresholds:
    """Read and check the file. Raises ConfigError with all its mistakes; `name` stands in them."""
    return build(load_yaml(path, name))


def build(file: YamlFile) -> Thresholds:
    """The thresholds of a file that is read already. Raises ConfigError."""
    clean = file.typed(SCHEMA)
    buzzer = clean["buzzer"]
    defaults = clean["defaults"] or {}
    service_level = _service_level(ServiceLevel(), defaults.get("service_level"))
    rules: dict[str, Rule | None] = defaults.get("rules") or {}

    def queue(section: dict[str, Any]) -> QueueThresholds:
        own = {**rules, **(section.get("rules") or {})}  # a queue's rule replaces the default one whole
        sound = {severity: buzzer[severity] for severity in ("warn", "critical")}
        return QueueThresholds(
            label=section.get("label"),
            service_level=_service_level(service_level, section.get("service_level")),
            hours=section.get("hours") or clean["hours"],
            rules=tuple({**rule, "sound": sound} for rule in own.values() if rule is not None),
        )

    day_spans = [span for spans in (clean["quiet"] or {}).get("every", ()) for span in spans]
    return Thresholds(
        calendar=Calendar(clean["timezone"], clean["day_start"]),
        quiet=every_day(tuple(day_spans)) if day_spans else None,
        site={
            "blink": clean["blink"],
            "repeat_ms": buzzer["repeat"],
            "longest_ms": buzzer["longest"],
        },
        queues={name: queue(section) for name, section in (clean["queues"] or {}).items()},
        others=queue({}),
    )


def _service_level(base: ServiceLevel, section: dict[str, Any] | None) -> ServiceLevel:
    """`base` with what a section gives; a queue's service level replaces the default one key by key."""
    given = {_FIELDS.get(k, k): v for k, v in (section or {}).items() if v is not None}
    if given.get("window_s") == "today":
        given["window_s"] = None
    return dataclasses.replace(base, **given)
