"""The sections `service_level` of thresholds.yaml, and durations as the PBX's reports have them."""

from __future__ import annotations

from typing import Any

from config import json_parts
from config.described import Choices, Described, Schema, SchemaOf
from config.json_patterns import duration
from firmware.core.check import (
    Bool,
    Duration,
    Either,
    Int,
    OneOf,
    Problems,
    Record,
    Share,
)
from firmware.core.units import duration_text
from host_bridge.thresholds.rule_metrics import HOUR_MS
from host_bridge.truth.service_level import FORMULAS, ServiceLevel

TODAY = "today"


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
        made = json_parts.words(self, duration(self.lo, self.hi))
        made["pattern"] = rf"^(?!.*[1-9]0{{0,2}}\s*[Mm][Ss])(?:{made['pattern']})"  # ms only by the thousand
        return made


def service_level(usual: ServiceLevel | None) -> Record:
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
