"""A state of the queues as a supervisor writes it down: figures by queue, in the units of thresholds.yaml.

support: {waiting: 7, wait: 1:42, sla: 71%, free: 0/6}      # queues by the PBX's names, groups as in thresholds.yaml
sales:   {waiting: 0, free: 3, in: 5}

What is not given is not known, and is not made up: a board shows no such figure, and no rule that needs it fires.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from config.mistakes import ConfigError, Mistake
from config.yaml_file import KeyPath, Problem, Value, dotted, parse
from firmware.core import check
from firmware.core.check import Bool, Duration, Field, Int, Kind, MapOf, Problems, Record, Share, Text
from firmware.core.spelling import did_you_mean, shown
from firmware.core.units import digits
from host_bridge.thresholds import Thresholds
from host_bridge.thresholds.schema import MAX_QUEUE
from host_bridge.truth.windows import ALL

Figures = dict[str, int]  # as on the wire

EXAMPLE = "support: waiting 7, wait 1:42, sla 71%, free 0/6"
_MOST = 100_000
_MOST_BYTES = 16 << 20
_DAY_MS = 24 * 3_600_000


class State(NamedTuple):
    """What is known at the moment that is to be shown: the figures of queues and of groups, by their names."""

    queues: dict[str, Figures]
    groups: dict[str, Figures]


class Clock(Duration):
    """A duration, or the same as the board shows it: `1:42`."""

    def expected(self) -> str:
        return f"{super().expected()}, or like 1:42"

    def parse(self, text: str) -> int | None:
        parts = text.split(":")
        if len(parts) in (2, 3) and all(len(part) == 2 and part < "60" for part in parts[1:]):
            numbers = [digits(part) for part in parts]
            if None not in numbers:
                seconds = 0
                for number in numbers:
                    seconds = seconds * 60 + (number or 0)
                return seconds * 1000
        return super().parse(text)


class Free(Kind):
    """`0/6`: none of six agents is free; `0`: none is → (free, in or None)."""

    def expected(self) -> str:
        return "how many agents are free, like 2, or of how many, like 2/6"

    def read(self, value: Any, path: KeyPath, problems: Problems) -> tuple[int, int | None] | None:
        free, slash, logged_in = str(value).partition("/") if isinstance(value, str) else ("", "", "")
        numbers = [digits(part.strip()) for part in ((free, logged_in) if slash else (free,))]
        if any(number is None or number > _MOST for number in numbers):
            self.refuse(value, path, problems)
            return None
        return numbers[0] or 0, numbers[1] if slash else None


class Calls(Int):
    """How many calls. A supervisor whose rule is `abandoned: 5%` will try the share."""

    def expected(self) -> str:
        return "a number of calls: the share is that of abandoned in offered"

    def hint(self, text: str) -> str:
        return ""


class QueueState(Record):
    """The figures of one queue → Figures."""

    def expected(self) -> str:
        return "figures, like {waiting: 7, wait: 1:42, free: 0/6}"

    def read(self, value: Any, path: KeyPath, problems: Problems) -> Figures | None:
        clean = super().read(value, path, problems)
        if clean is None:
            return None
        if clean["free"] is not None:
            clean["free"], of = clean["free"]
            if of is not None and clean["in"] is not None:
                problems.add((*path, "in"), "given twice, as free tells it too: keep one")
            clean["in"] = of if of is not None else clean["in"]
        _contradictions(clean, path, problems)
        return {_WIRE[name]: int(value) for name, value in clean.items() if value is not None and value is not False}


_WIRE = {
    "waiting": "waiting",
    "wait": "oldest_ms",
    "sla": "sla",
    "free": "agents_free",
    "in": "agents_in",
    "avg_wait": "avg_wait_ms",
    "offered": "offered",
    "answered": "answered",
    "abandoned": "abandoned",
    "over_limit": "over_limit",
    "next_breach": "next_breach_ms",
    "approx": "approx",
}
FIGURES = tuple(_WIRE.values())
_QUEUE = QueueState(
    (
        Field("waiting", Int(0, _MOST), doc="callers waiting now"),
        Field("wait", Clock(0, _DAY_MS), doc="how long the first of them has waited, 1:42 or 1m42s"),
        Field("sla", Share(), doc="the service level, 71%"),
        Field("free", Free(), doc="agents who are free, or of how many who are logged in: 0/6"),
        Field("in", Int(0, _MOST), doc="agents who are logged in"),
        Field("avg_wait", Duration(0, _DAY_MS), doc="the mean wait of answered callers"),
        Field("offered", Calls(0, 10**9), doc="calls whose wait has ended today, or in the window"),
        Field("answered", Calls(0, 10**9), doc="those of them that were answered"),
        Field("abandoned", Calls(0, 10**9), doc="… and that hung up"),
        Field("over_limit", Share(), doc="the share of callers who waited longer than the wait_limit"),
        Field("next_breach", Clock(0, _DAY_MS), doc="until the first caller passes the wait_limit"),
        Field("approx", Bool(), doc="yes: a part of it is an estimate"),
    )
)
SCHEMA = MapOf(_QUEUE, key=Text(MAX_QUEUE), most=1000)
KEYS = tuple((field.name, field.doc) for field in _QUEUE.fields)


def from_yaml(data: bytes, name: str, thresholds: Thresholds) -> State:
    """The state of a file's bytes; `name` stands in messages. Raises ConfigError with all its mistakes."""
    file = parse(data, name)
    clean, problems = check.read(SCHEMA, file.data)
    if isinstance(file.data, dict) and not file.data:
        problems.append(((), f"nothing in it, expected queues and their figures, like {EXAMPLE}"))
    file.refuse([*problems, *_strangers(clean or {}, thresholds)])
    return _sorted(clean, thresholds)


def from_words(words: list[str], thresholds: Thresholds) -> State:
    """The state of `support: waiting 7, wait 1:42, free 0/6`, a text a queue. Raises ConfigError."""
    data: dict[str, Value] = {}
    wrong: list[Mistake] = []
    for text in words:
        name, colon, rest = text.partition(":")
        name = name.strip()
        if not colon or not name:
            wrong.append(_mistake("", f"{shown(text)} names no queue, expected one like {EXAMPLE!r}"))
        elif name in data:
            wrong.append(_mistake(name, "given twice: keep one"))
        else:
            figures: dict[str, Value] = {}
            for part in filter(None, map(str.strip, rest.split(","))):
                key, _, value = part.replace("=", " ", 1).partition(" ")
                key = key.rstrip(":")
                if key in figures:
                    wrong.append(_mistake(f"{name}.{key}", "given twice: keep one"))
                figures[key] = value.strip()
            data[name] = figures
    clean, problems = check.read(SCHEMA, data)
    problems += _strangers(clean or {}, thresholds)
    wrong += [_mistake(dotted(path), message) for path, message in problems]
    if wrong:
        raise ConfigError(wrong)
    return _sorted(clean, thresholds)


def merged(states: list[State]) -> State:
    """All of them as one; what a later one says of a queue is what counts."""
    return State(
        {name: figures for state in states for name, figures in state.queues.items()},
        {name: figures for state in states for name, figures in state.groups.items()},
    )


def _sorted(clean: dict[str, Figures], thresholds: Thresholds) -> State:
    state = State({}, {})
    for name, figures in clean.items():
        group = _group(name, thresholds)
        if group is None:
            state.queues[name] = figures
        else:
            state.groups[group] = figures
    return state


def _group(name: str, thresholds: Thresholds) -> str | None:
    """The group that is meant: `@service`, as in board.yaml; or `service`, where no queue is called so."""
    if name.startswith("@"):
        return name[1:]
    return name if name in (*thresholds.groups, ALL) and name not in thresholds.named_queues else None


def _strangers(clean: dict[str, Any], thresholds: Thresholds) -> list[Problem]:
    """Groups that thresholds.yaml does not have. A queue may be unlisted: the defaults hold for it."""
    groups = (*thresholds.groups, ALL)
    found: list[Problem] = []
    for name in clean:
        if name.startswith("@") and name[1:] not in groups:
            near = did_you_mean(name, [f"@{each}" for each in groups])
            found.append(((name,), f"unknown key: thresholds.yaml has no such group{near}"))
    return found


def _contradictions(clean: dict[str, Any], path: KeyPath, problems: Problems) -> None:
    """What each figure alone does not show."""
    if clean["waiting"] == 0:
        for name in ("wait", "next_breach"):
            if clean[name] is not None:
                problems.add((*path, name), f"nobody waits, as waiting is 0: leave {name} out")
    if None not in (clean["free"], clean["in"]) and clean["free"] > clean["in"]:
        problems.add((*path, "free"), f"{clean['free']} of {clean['in']} agents are free, expected no more than are in")
    ended = (clean["answered"] or 0) + (clean["abandoned"] or 0)
    if clean["offered"] is not None and ended > clean["offered"]:
        problems.add((*path, "offered"), f"{clean['offered']}, expected at least the {ended} answered and abandoned")


def load_bytes(path: Path) -> bytes:
    """The bytes of a state file; `-` is what comes in by a pipe. Raises ConfigError."""
    try:
        with (Path("/dev/stdin") if str(path) == "-" else path).open("rb") as stream:
            return stream.read(_MOST_BYTES + 1)
    except OSError as error:
        raise ConfigError([Mistake(str(path), None, "", f"cannot be read: {error.strerror or error}")]) from None


def _mistake(path: str, message: str) -> Mistake:
    return Mistake("--queue", None, path, message)
