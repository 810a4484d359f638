"""A back-test as one HTML page that needs nothing else: no network, no second file, any browser of 2023 or newer.

The figures are JSON, packed with deflate, some 5 bytes a change; the page unpacks them. Whatever a queue is called, it
is text there, never markup: names stand only inside the packed JSON, which the page puts into text nodes, and a policy
lets it run this very script and nothing else.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import html
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any

from host_bridge.backtest.summary import GLANCE_MS, Alarm
from host_bridge.backtest.summary_curve import Curve
from host_bridge.backtest.summary_report import QueueReport, Report, RuleReport
from host_bridge.backtest.summary_words import condition_value, extras, levels, metric_name
from host_bridge.thresholds.rule_kinds import METRICS

_SCRIPTS = ("model", "overview", "chart", "cursor", "main")
_SEVERITIES = {"warn": 1, "critical": 2}


def page(reports: Sequence[Report], curves: Mapping[str, Curve], targets: Mapping[str, int], about: str) -> bytes:
    """The page of one report, or of two that stand one above the other; curves and targets (permille) by queue id."""
    title = f"Back-test: {' and '.join(report.name for report in reports)}"
    packed = base64.b64encode(zlib.compress(_dumps(_data(reports, curves, targets, about)), 9)).decode()
    folder = files("host_bridge.backtest") / "page"
    style = (folder / "page.css").read_text("utf-8")
    script = '"use strict";\n' + "".join((folder / f"{name}.js").read_text("utf-8") for name in _SCRIPTS)
    policy = f"default-src 'none'; script-src '{_hash(script)}'; style-src '{_hash(style)}'"
    text = (folder / "page.html").read_text("utf-8")
    values = {"POLICY": policy, "TITLE": html.escape(title), "STYLE": style, "SCRIPT": script, "DATA": packed}
    pieces = text.split("{{")
    filled = [pieces[0]]
    for piece in pieces[1:]:  # each once, so that no value is looked into
        name, _, rest = piece.partition("}}")
        filled += [values[name], rest]
    return "".join(filled).encode("utf-8", "replace")


def _data(
    reports: Sequence[Report], curves: Mapping[str, Curve], targets: Mapping[str, int], about: str
) -> dict[str, Any]:
    first = reports[0]
    start_ms = first.days[0].from_ms
    return {
        "names": [report.name for report in reports],
        "about": about,
        "notes": list(dict.fromkeys(note for report in reports for note in report.notes)),
        "glance": GLANCE_MS // 1000,
        "until": (first.ends_ms - start_ms) // 1000,
        "days": [
            [day.date.isoformat(), (day.from_ms - start_ms) // 1000, (day.until_ms - start_ms) // 1000]
            for day in first.days
        ],
        "wall": _wall(first, start_ms),
        "queues": [_queue(each, start_ms, curves, targets) for each in _pairs(reports)],
    }


def _pairs(reports: Sequence[Report]) -> Iterable[list[QueueReport | None]]:
    """Each queue that any of the reports has, as each of them has it."""
    by_id = [{queue.id: queue for queue in report.queues} for report in reports]
    for name in dict.fromkeys(name for queues in by_id for name in queues):
        yield [queues.get(name) for queues in by_id]


def _queue(
    sides: Sequence[QueueReport | None], start_ms: int, curves: Mapping[str, Curve], targets: Mapping[str, int]
) -> dict[str, Any]:
    known = next(side for side in sides if side is not None)
    return {
        "id": known.id,
        "label": known.label,
        "target": targets.get(known.id, 0),
        "calls": list(known.calls_by_day),
        "open": [
            [[(since - start_ms) // 1000, (until - start_ms) // 1000] for since, until in (side or known).open_spans]
            for side in sides
        ],
        "rules": [[_rule(rule) for rule in side.rules] if side is not None else [] for side in sides],
        "firings": [_firings(side, start_ms) if side is not None else [] for side in sides],
        "series": _series(curves.get(known.id), start_ms),
    }


def _rule(each: RuleReport) -> dict[str, Any]:
    told = [
        [_SEVERITIES[level["severity"]], metric_name(first["metric"]), first["value"], condition_value(first)]
        for level in each.rule["levels"]
        for first in level["all"][:1]
    ]
    found = {"id": each.name, "levels": told if each.name in METRICS else [], "words": levels(each.rule)}
    found["more"] = extras(each.rule)
    return found if each.untested is None else {**found, "untested": each.untested}


def _firings(queue: QueueReport, start_ms: int) -> list[list[int]]:
    """[place of the rule, from, severity, s to the next step, severity, …], last 0 when it ended, else −1."""
    found = [[place, *_steps(alarm, start_ms)] for place, rule in enumerate(queue.rules) for alarm in rule.alarms]
    return sorted(found, key=lambda firing: firing[1])


def _steps(alarm: Alarm, start_ms: int) -> Iterable[int]:
    before = start_ms
    for at_ms, severity in (*alarm.steps, (alarm.until_ms, 0 if alarm.ended else -1)):
        yield from ((at_ms - start_ms) // 1000 - (before - start_ms) // 1000, severity)
        before = at_ms


def _series(curve: Curve | None, start_ms: int) -> list[list[int]]:
    """Seconds to the next change, waiting, age of the longest wait or −1, permille or −1; the last of each second."""
    columns: list[list[int]] = [[], [], [], []]
    if curve is None:
        return columns
    before = 0
    for at_ms, waiting, since_ms, sla in zip(*curve, strict=True):
        at = (at_ms - start_ms) // 1000
        row = (waiting, -1 if since_ms < 0 else max(0, (at_ms - since_ms) // 1000), sla)
        if columns[0] and at == before:
            for column, value in zip(columns[1:], row, strict=True):
                column[-1] = value
            continue
        if columns[0] and row == (columns[1][-1], -1, columns[3][-1]):
            continue  # nothing that is seen has changed
        for column, value in zip(columns, (at - before, *row), strict=True):
            column.append(value)
        before = at
    return columns


def _wall(report: Report, start_ms: int) -> list[list[int]]:
    """[from, s to add for the time of day at the site]: one entry, and one more for each change of summer time."""
    end_ms = report.days[-1].until_ms
    found: list[list[int]] = []
    for at_ms in range(start_ms, end_ms + 1, 15 * 60_000):
        at = dt.datetime.fromtimestamp(at_ms // 1000, report.zone)
        since = (at_ms - start_ms) // 1000
        shift = (at.hour * 3600 + at.minute * 60 + at.second - since) % 86_400
        if not found or found[-1][1] != shift:
            found.append([since, shift])
    return found


def _dumps(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _hash(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
