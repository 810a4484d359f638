"""A state out of what a bridge publishes, as `mosquitto_sub -v -W 3 -t 'wallboard/main/queue/#'` prints it.

So new thresholds can be looked at with the figures of this very minute. Of each topic the last line counts; rules,
labels and opening hours are those of thresholds.yaml, whatever the bridge has.
"""

from __future__ import annotations

from typing import Any

from config.mistakes import ConfigError, Mistake, Place
from firmware.core import wire
from host_bridge.ctl.pictures.state import FIGURES, Figures, State
from host_bridge.thresholds import Thresholds
from host_bridge.truth.windows import ALL

_PREFIX = b"wallboard/"
_NOTHING = (b"", b"(null)")  # what mosquitto_sub prints of an empty payload


def is_wire(data: bytes) -> bool:
    """Whether a file's content is lines of topics and payloads, and no YAML."""
    return data.lstrip().startswith(_PREFIX)


def from_lines(data: bytes, name: str, thresholds: Thresholds) -> State:
    """The state at the newest of its snapshots. Raises ConfigError with every line that cannot be used."""
    wrong: list[Mistake] = []
    found: dict[str, dict[str, Any]] = {}
    site = None
    for number, line in enumerate(data.splitlines(), 1):
        topic, _, payload = line.strip().partition(b" ")
        parts = topic.decode("utf-8", "replace").split("/")
        if len(parts) != 4 or parts[2] != "queue":
            if topic and not topic.startswith(_PREFIX):
                wrong.append(
                    _mistake(name, number, "expected a topic and its payload, as mosquitto_sub -v prints them")
                )
            continue
        if site not in (None, parts[1]):
            wrong.append(_mistake(name, number, f"a second site, {parts[1]}: expected those of {site} alone"))
            continue
        site = parts[1]
        if payload.strip() in _NOTHING:
            found.pop(parts[3], None)  # the queue is gone
            continue
        try:
            wire.decode_id(parts[3])
            found[parts[3]] = wire.read(wire.QUEUE, payload)
        except wire.WireError as error:
            wrong.append(_mistake(name, number, str(error)))
    if not found and not wrong:
        message = "no snapshot of a queue in it, expected lines like wallboard/main/queue/support {…}"
        wrong.append(Mistake(name, None, "", message))
    if wrong:
        raise ConfigError(wrong)
    at_ms = max(values["ts"] for values in found.values())
    state = State({}, {})
    for queue, values in found.items():
        figures = _figures(values, at_ms)
        if not queue.startswith("@"):
            state.queues[wire.decode_id(queue)] = figures
        elif (group := wire.decode_id(queue[1:])) in (*thresholds.groups, ALL):  # else the new file has it no more
            state.groups[group] = figures
    return state


def _mistake(name: str, line: int, message: str) -> Mistake:
    return Mistake(name, Place(line, 1), "", message)


def _figures(values: dict[str, Any], at_ms: int) -> Figures:
    """Those of a snapshot, as they are at `at_ms`."""
    figures = {name: int(values[name]) for name in FIGURES if values[name] is not None and values[name] is not False}
    age_ms = at_ms - values["ts"]
    if "oldest_ms" in figures:
        figures["oldest_ms"] += age_ms
    if "next_breach_ms" in figures:
        figures["next_breach_ms"] = max(figures["next_breach_ms"] - age_ms, 0)
    return figures
