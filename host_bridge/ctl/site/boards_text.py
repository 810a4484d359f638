"""The boards of a site as people read them: a line for the bridge, a table, and a line for each pair of twins."""

from __future__ import annotations

from typing import Any

from firmware.core.spelling import one_line
from host_bridge.boards.twins import Who, sentence
from host_bridge.boards.words import about
from host_bridge.ctl.site.state import Message, SiteState

_SHORT = ("BOARD", "STATE", "FAULT", "UP", "VERSION", "ALARMS")
_LONG = ("BOARD", "STATE", "FAULT", "UP", "VERSION", "HOST", "ADDRESS", "SERIAL", "TEMP", "LIGHT", "PROBLEMS", "ALARMS")
MACHINE = ("host", "address", "serial")
DOING = {"identify": "shows its name", "test": "tests itself"}
SELF_TEST = {"running": "runs", "done": "done", "cut": "cut short"}
MAX_PROBLEM = 1_000  # characters, as the bridge has it
_DAY_MS = 86_400_000


def lines(site: str, state: SiteState, now_ms: int, *, long: bool = False) -> list[str]:
    """All of it. `site` is how the heading names the site; `long`: with what a technician looks for."""
    first = f"site {site}: {bridge_line(state, now_ms)}"
    every = state.every()
    if not every:
        return [first, "no board has ever reported to this broker"]
    head = _LONG if long else _SHORT
    table = [head, *(_row(name, board, state, now_ms, head) for name, board in every.items())]
    widths = [max(len(row[column]) for row in table) for column in range(len(head))]
    return [
        first,
        *("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table),
        *(line for name in sorted(state.told) if (line := twins(name, state))),
        *(f"{one_line(name, 60)}: {line}" for name, board in every.items() for line in remarks(board, long=long)),
    ]


def bridge_line(state: SiteState, now_ms: int) -> str:
    """The bridge in a few words."""
    bridge = state.bridge
    if bridge is None:
        return "no bridge has ever reported to this broker"
    if not bridge["online"]:
        return "the bridge is offline"
    problem = one_line(bridge.get("problem", ""), MAX_PROBLEM)
    pbx = f"PBX {bridge.get('pbx', 'unknown')}"
    if problem:  # mostly of the PBX; else of what a person should do
        pbx += f", and says: {problem}" if bridge.get("pbx") == "up" else f" ({problem})"
    return f"the bridge is online, {pbx}" if state.live(now_ms) else f"the bridge says nothing; last it said: {pbx}"


def twins(name: str, state: SiteState) -> str:
    """What is to be done about two boards of one name; "" when there is one, or the bridge's line has it already."""
    twice = state.told.get(name, {}).get("twice")
    machines = [each for each in twice if isinstance(each, dict)] if isinstance(twice, list) else []
    if len(machines) < 2:
        return ""
    found = [Who(_word(each, "host"), _word(each, "address"), _word(each, "serial")) for each in machines]
    told = sentence(one_line(name, 64), tuple(found))
    return "" if told in str((state.bridge or {}).get("problem", "")) else told


def machine(state: Message) -> str:
    """Which machine a board is, as it says itself: `pi-3 (192.0.2.7, serial 1000abcd)`."""
    host, address, serial = (_word(state, key) for key in MACHINE)
    more = ", ".join(filter(None, (address, f"serial {serial}" if serial else "")))
    return f"{host or 'a board'} ({more})" if more else host or "a board"


def condition(state: Message) -> str:
    """Online or not, and what a person has asked of it."""
    if "error" in state:
        return "?"
    if not state["online"]:
        return "offline"
    more = ["muted"] if state.get("muted") else []
    more += [DOING[state["doing"]]] if state.get("doing") else []
    more += ["PANEL DARK"] if state.get("problem") else ["dark"] if state.get("brightness") == 0 else []
    return ", ".join(["online", *more])


def problem(state: Message) -> str:
    """What keeps a board from doing all that it should, and what is to be done; "" while nothing does."""
    return one_line(state.get("problem") or "", MAX_PROBLEM) if state.get("online") else ""


def self_test(state: Message) -> str:
    """What a board's installer's self-test has found; "" when it has had none since its start."""
    found = state.get("self_test") if state.get("online") else None
    if not found:
        return ""
    parts = [
        f"{key} {one_line(str(found[key]), 20)}" for key in ("button", "buzzer", "supply", "link") if found.get(key)
    ]
    return f"self-test {SELF_TEST[found['state']]}: {', '.join(parts)}"


def remarks(state: Message, *, long: bool) -> list[str]:
    """Lines about one board below the table."""
    if "error" in state:
        return []
    return [line for line in (problem(state), self_test(state) if long else "") if line]


def alarm(each: Message, state: SiteState) -> str:
    """One alarm."""
    acked = " (acknowledged)" if each["acked"] else ""
    return f"{one_line(state.queue(each['queue']).name, 60)}: {one_line(each['rule'], 60)} {each['severity']}{acked}"


def clock(local_ms: int) -> str:
    """Ms since local midnight → 14:32; of another day with that day: `14:32 yesterday`, `14:32 in 3 days`."""
    days, ms = divmod(local_ms, _DAY_MS)
    far = f" in {days} days" if days > 0 else f" {-days} days ago"
    day = {0: "", -1: " yesterday", 1: " tomorrow"}.get(days, far)
    return f"{ms // 3_600_000:02d}:{ms // 60_000 % 60:02d}{day}"


def _word(message: Message, key: str) -> str:
    """A text of a message, fit for a terminal."""
    return one_line(str(message.get(key, "")), 64)


def _row(name: str, board: Message, state: SiteState, now_ms: int, head: tuple[str, ...]) -> tuple[str, ...]:
    cells = {"BOARD": one_line(name, 60), "STATE": condition(board)}
    if cells["STATE"] == "offline":
        cells["STATE"] += _since(name, state, now_ms)
    if "error" in board:
        cells["ALARMS"] = one_line(board["error"], 200)
        return tuple(cells.get(column, "") for column in head)
    known = board if board["online"] else state.told.get(name, {})  # a last will does not say which machine it was
    cells |= {column: _cell(known.get(key), unit) for column, (key, unit) in _CELLS.items()}
    if board["online"]:
        cells["FAULT"] = board.get("fault", "-")
        cells["UP"] = about(board["uptime_ms"]) if "uptime_ms" in board else ""
        cells["ALARMS"] = ", ".join(alarm(each, state) for each in board.get("alarms", ())) or "-"
    return tuple(cells.get(column, "") for column in head)


_CELLS = {
    "VERSION": ("version", ""), "HOST": ("host", ""), "ADDRESS": ("address", ""), "SERIAL": ("serial", ""),
    "TEMP": ("temp", "°"), "LIGHT": ("brightness", "%"), "PROBLEMS": ("problems", ""),
}  # fmt: skip


def _cell(value: Any, unit: str) -> str:
    return "" if value is None else one_line(f"{value}{unit}", 64)


def _since(name: str, state: SiteState, now_ms: int) -> str:
    """Since when a board is gone, as the bridge saw it."""
    since = state.told.get(name, {}).get("since")
    bridge_ms = state.bridge_ms(now_ms)
    if bridge_ms is None or type(since) is not int or since > bridge_ms:
        return ""
    gone_ms = bridge_ms - since
    local_ms = state.local_ms(now_ms)
    at = f" since {clock(local_ms - gone_ms)}" if local_ms is not None and gone_ms < _DAY_MS else ""
    return f"{at} ({about(gone_ms)})" if at else f" for {about(gone_ms)}"
