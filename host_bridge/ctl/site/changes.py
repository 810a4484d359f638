"""What has changed at a site between two moments, for who watches it: by name for people, whole for programs. Pure."""

from __future__ import annotations

from typing import Any, NamedTuple

from firmware.core.spelling import one_line
from host_bridge.ctl.site import boards_text
from host_bridge.ctl.site.state import Message, SiteState


class Facts(NamedTuple):
    """A moment of a site. `bridge`: its line; `boards`: what each says; `twins`: the line about those of a name."""

    bridge: str
    bridge_known: bool
    boards: dict[str, Message]
    twins: dict[str, str]
    forgotten: frozenset[str]


class Change(NamedTuple):
    """`lines` for people. `board` is None where it is the bridge's."""

    board: str | None
    lines: list[str]


def facts(state: SiteState, now_ms: int) -> Facts:
    """The site at this moment."""
    return Facts(
        boards_text.bridge_line(state, now_ms),
        state.bridge is not None,
        {name: {**board, "alarms": _alarms(board, state)} for name, board in state.every().items()},
        {name: line for name in state.told if (line := boards_text.twins(name, state))},
        frozenset(state.forgotten),
    )


def kept(before: Facts, after: Facts) -> Facts:
    """`after`, with the bridge and the boards that a broker which has just started anew does not know yet."""
    missing = {name: board for name, board in before.boards.items() if name not in after.forgotten}
    bridge = after.bridge if after.bridge_known else before.bridge
    return after._replace(bridge=bridge, boards={**missing, **after.boards})


def changes(before: Facts | None, after: Facts) -> list[Change]:
    """What is to be told; `before` None: everything."""
    found = [] if before is not None and before.bridge == after.bridge else [Change(None, [after.bridge])]
    old = before.boards if before is not None else {}
    for name in sorted({*old, *after.boards}):
        shown = one_line(name, 60)
        new = after.boards.get(name)
        gone = "is forgotten" if name in after.forgotten else "has not come back with the broker"
        lines = [f"{shown}: {line}" for line in ([gone] if new is None else _told(old.get(name), new))]
        if lines:
            found.append(Change(name, lines))
    for name, line in sorted(after.twins.items()):
        if before is None or before.twins.get(name) != line:
            found.append(Change(name, [line]))
    return found


def _told(old: Message | None, new: Message) -> list[str]:
    """What is new of one board."""
    if "error" in new:
        return [] if old == new else [f"says what cannot be read: {new['error']}"]
    old = old if old is not None and "error" not in old else {"alarms": {}}
    lines = []
    if old.get("online") != new["online"]:
        version = f", version {one_line(new['version'], 64)}" if new.get("version") else ""
        lines.append(f"online{version}" if new["online"] else "offline")
    if not new["online"]:
        return lines
    if old.get("online"):
        lines += _restarted(old, new)
    if old.get("fault") != new.get("fault"):
        lines.append(f"NO {new['fault']}" if new.get("fault") else f"{old['fault']} is back")
    if bool(old.get("muted")) != bool(new.get("muted")):
        lines.append("muted" if new.get("muted") else "no longer muted")
    if boards_text.problem(old) != boards_text.problem(new):
        lines.append(boards_text.problem(new) or "its panel is lit again")
    before, after = ((each.get("self_test") or {}).get("state") for each in (old, new))
    if after not in (None, "running", before):
        lines.append(boards_text.self_test(new))
    if old.get("doing") != new.get("doing"):
        lines.append(boards_text.DOING.get(new.get("doing", ""), "shows the queues again"))
    lines += [line for key, line in new["alarms"].items() if old["alarms"].get(key) != line]
    lines += [f"{key[0]}: {key[1]} is over" for key in old["alarms"] if key not in new["alarms"]]
    return lines


def _restarted(old: Message, new: Message) -> list[str]:
    """A board that went and came so fast that only its words tell."""
    if any(old.get(key) != new.get(key) for key in boards_text.MACHINE):
        return [f"is {boards_text.machine(new)} now, it was {boards_text.machine(old)}"]
    if new.get("uptime_ms", 0) < old.get("uptime_ms", 0):
        return ["has started anew"]
    if old.get("version") != new.get("version"):
        return [f"version {one_line(str(new.get('version')), 64)}"]
    return []


def _alarms(board: Message, state: SiteState) -> dict[Any, str]:
    """(queue, rule) → its line."""
    return {
        (one_line(state.queue(each["queue"]).name, 60), one_line(each["rule"], 60)): boards_text.alarm(each, state)
        for each in board.get("alarms", ())
    }
