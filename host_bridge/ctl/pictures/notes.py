"""What a person must know who looks at a preview: which rules were not judged, what is closed, what is not shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from firmware.core import wire
from firmware.core.spelling import did_you_mean, one_line
from firmware.core.units import duration_text
from host_bridge.ctl.pictures.state import Figures, State
from host_bridge.ctl.pictures.when import wall_text
from host_bridge.thresholds import Thresholds
from host_bridge.truth.windows import ALL

_NAMES = {  # figures on the wire, as people give them
    "waiting": "waiting",
    "oldest_ms": "wait",
    "sla": "sla",
    "avg_wait_ms": "avg_wait",
    "abandoned_permille": "offered and abandoned",
    "agents_free": "free",
    "next_breach_ms": "next_breach",
}
_CHANGES = 200  # of opening hours, looked through for the next time that something opens: some weeks
_MOST_NAMES = 8  # in a line
_NEAR_MS = 120_000  # as in the board: firmware.core.showing


def of_state(given: State, whole: State, shown: Sequence[str] | None, thresholds: Thresholds, utc_ms: int) -> list[str]:
    """One line each. `given`: by a person; `whole`: what the board is told; `shown`: by it, None: all."""
    return [
        *_strangers(given, thresholds),
        *_left_out(whole, shown, thresholds),
        *_unjudged(whole, shown, thresholds),
        *_callers_clock(given, thresholds),
        *closed(whole, shown, thresholds, utc_ms),
    ]


def closed(state: State, shown: Sequence[str] | None, thresholds: Thresholds, utc_ms: int) -> list[str]:
    """What is outside its hours, where no alarm fires; and when it opens."""
    opens: dict[int | None, list[str]] = {}
    for name in _names(state, shown, thresholds):
        if not _is_open(name, state, thresholds, utc_ms):
            opens.setdefault(_opens_ms(name, state, thresholds, utc_ms), []).append(name)
    lines = []
    for opens_ms, names in opens.items():
        later = (
            "" if opens_ms is None else f"; --at {wall_text(opens_ms, thresholds.calendar)[4:-3]!r} is when it opens"
        )
        lines.append(f"closed at {wall_text(utc_ms, thresholds.calendar)[:-3]}, so no alarm: {listed(names)}{later}")
    return lines


def unjudged(names: Iterable[tuple[str, Figures]], thresholds: Thresholds, why: str) -> list[str]:
    """The rules that cannot fire, as a figure that they need is not known; those of the same kind in one line.

    `why`: `not given`.
    """
    found: dict[tuple[str, str], list[str]] = {}
    for name, figures in names:
        section = thresholds.group(name[1:]) if name.startswith("@") else thresholds.queue(name)
        missing: dict[str, None] = {}
        rules = []
        for rule in section.rules:
            needed = {each["metric"] for level in rule["levels"] for each in level["all"]}
            lacking = [metric for metric in _NAMES if metric in needed and not _is_known(metric, figures)]
            if lacking:
                rules.append(wire.decode_id(rule["id"]))
                missing.update((_NAMES[metric], None) for metric in lacking)
        if rules:
            found.setdefault((listed(missing), listed(rules)), []).append(name)
    return [
        f"{listed(names)}: {missing} {_is(missing)} {why}, so the {_rules(rules)} cannot fire"
        for (missing, rules), names in found.items()
    ]


def _strangers(given: State, thresholds: Thresholds) -> list[str]:
    known = thresholds.named_queues
    labels = {thresholds.queue(name).label: name for name in known}

    def hint(name: str) -> str:
        return f"; it is the label of {one_line(labels[name], 60)}" if name in labels else did_you_mean(name, known)

    strangers = {name: hint(name) for name in given.queues if name not in known}
    lines = [_stranger([name], hint) for name, hint in strangers.items() if hint]
    others = [name for name, hint in strangers.items() if not hint]
    return [*lines, *([_stranger(others, "")] if others else [])]


def _stranger(names: Sequence[str], hint: str) -> str:
    it, them = ("is", "it") if len(names) == 1 else ("are", "them")
    return f"{listed(names)} {it} not in thresholds.yaml, so the defaults hold for {them}{hint}"


def _left_out(whole: State, shown: Sequence[str] | None, thresholds: Thresholds) -> list[str]:
    if shown is None:
        return []
    hidden = [name for name in (*whole.queues, *(f"@{name}" for name in thresholds.groups)) if name not in shown]
    return [f"not shown, as the state does not tell of all of it: {listed(hidden)}"] if hidden else []


def _unjudged(whole: State, shown: Sequence[str] | None, thresholds: Thresholds) -> list[str]:
    figures = {name: _figures(name, whole) for name in _names(whole, shown, thresholds)}
    nothing = [name for name, each in figures.items() if set(each) <= {"sla_target"}]
    known = ((name, each) for name, each in figures.items() if name not in nothing)
    lines = [f"no figure is given of {listed(nothing)}"] if nothing else []
    return [*lines, *unjudged(known, thresholds, "not given")]


def _callers_clock(given: State, thresholds: Thresholds) -> list[str]:
    """A wait so long that the board would count down, if it knew when the first caller's call began."""
    limit_ms, offer_ms = thresholds.wait_limit_ms, thresholds.site.get("offer_at_ms")
    if limit_ms is None:
        return []
    from_ms = limit_ms - _NEAR_MS if offer_ms is None else offer_ms
    lines = []
    for name, figures in given.queues.items():
        wait_ms = figures.get("oldest_ms", 0)
        if wait_ms >= from_ms and "next_breach_ms" not in figures:
            left = duration_text(max(limit_ms - wait_ms, 0) // 1000 * 1000)
            lines.append(
                f"{name}: no caller's clock, as next_breach is not given; if he waited only here, it is {left}"
            )
    return lines


def _is_known(metric: str, figures: Figures) -> bool:
    if metric == "abandoned_permille":
        return "offered" in figures and "abandoned" in figures
    if metric in ("oldest_ms", "next_breach_ms") and figures.get("waiting") == 0:
        return True  # there is none to be known
    return metric in figures


def _names(state: State, shown: Sequence[str] | None, thresholds: Thresholds) -> Sequence[str]:
    """What the board watches, by the names of board.yaml."""
    groups = [name for name in state.groups if name != ALL or ALL in thresholds.groups]
    known = (*state.queues, *(f"@{name}" for name in groups))
    return known if shown is None else [name for name in shown if name in known]


def _figures(name: str, state: State) -> Figures:
    return state.groups[name[1:]] if name.startswith("@") else state.queues[name]


def _is_open(name: str, state: State, thresholds: Thresholds, utc_ms: int) -> bool:
    if name.startswith("@"):
        return thresholds.is_group_open(name[1:], state.queues, utc_ms)
    return thresholds.is_open(name, utc_ms)


def _opens_ms(name: str, state: State, thresholds: Thresholds, utc_ms: int) -> int | None:
    at_ms: int | None = utc_ms
    for _ in range(_CHANGES):
        at_ms = thresholds.next_change_ms(at_ms) if at_ms is not None else None
        if at_ms is None or _is_open(name, state, thresholds, at_ms):
            return at_ms
    return None


def _is(listed: str) -> str:
    return "are" if " and " in listed else "is"


def _rules(listed: str) -> str:
    return f"rules {listed}" if " and " in listed else f"rule {listed}"


def listed(names: Iterable[str]) -> str:
    """`a, b and c`; of one at least, and of many the first."""
    found = list(names)
    if len(found) > _MOST_NAMES:
        return f"{', '.join(found[: _MOST_NAMES - 1])} and {len(found) - _MOST_NAMES + 1} more"
    return f"{', '.join(found[:-1])} and {found[-1]}" if len(found) > 1 else found[0]
