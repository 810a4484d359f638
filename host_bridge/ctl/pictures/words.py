"""What a board shows, said in words and as data: for scripts, for logs, and for who sees no picture."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from firmware.core import wire
from firmware.core.view import CENTRE, CLOCK, DARK, QUEUES, Tile, View
from host_bridge.announce.messages import group_id
from host_bridge.thresholds import Thresholds

PAGES = {QUEUES: "queues", CENTRE: "centre", CLOCK: "clock", DARK: "dark"}
SEVERITIES = ("none", "warn", "critical")
_LIVES = ("live", "struck out", "dashes", "no data")
_WIDTH = 8  # of the longest severity


def page(view: View) -> str:
    """The page that has its turn, of how many: `queues, page 1 of 3`."""
    name = PAGES.get(view.kind, "service")
    return f"{name}, page {view.page + 1} of {view.pages}" if view.pages > 1 else name


def tile_data(tile: Tile, alarms: Iterable[dict[str, Any]], thresholds: Thresholds) -> dict[str, Any]:
    """A queue or group as the board shows it. Shares are permille, as on the wire; what is not known is null."""
    return {
        "id": name_of(tile.id),
        "label": label_of(tile.id, thresholds),
        "severity": SEVERITIES[tile.severity],
        "rules": [wire.decode_id(alarm["rule"]) for alarm in alarms if alarm["queue"] == tile.id],
        "waiting": tile.waiting,
        "oldest_s": tile.oldest_s,
        "sla": tile.sla,
        "sla_target": tile.sla_target,
        "agents_free": tile.agents_free,
        "agents_in": tile.agents_in,
        "next_breach_s": tile.next_breach_s,
        "approx": tile.approx,
        "open": tile.open,
        "life": _LIVES[tile.life],
    }


def tile_line(data: dict[str, Any]) -> str:
    """`CRITICAL  support (תמיכה): 7 waiting, the first for 1:42, 71% (target 80%), 0 of 6 agents free; by wait`."""
    severity = data["severity"]
    word = {"none": "fine", "warn": "WARNING", "critical": "CRITICAL"}[severity]
    if data["life"] != "live":
        word = "lost"
    elif not data["open"]:
        word = "closed"
    elif data["waiting"] is None and severity == "none":
        word = "unknown"
    label = f" ({data['label']})" if data["label"] != data["id"] else ""
    by = f"; by {', '.join(data['rules'])}" if data["rules"] and severity != "none" else ""
    return f"{word:<{_WIDTH}}  {data['id']}{label}: {', '.join(_figures(data))}{by}"


def name_of(queue_id: str) -> str:
    """A queue by the PBX's name, a group as `@service`."""
    return "@" + wire.decode_id(queue_id[1:]) if queue_id.startswith("@") else wire.decode_id(queue_id)


def label_of(queue_id: str, thresholds: Thresholds) -> str:
    """The label as it is written, in reading order."""
    name = name_of(queue_id)
    if name.startswith("@"):
        known = next((each for each in thresholds.groups if group_id(each) == queue_id), None)
        return name if known is None else thresholds.groups[known].label or name
    return thresholds.queue(name).label or name


def clock(seconds: int) -> str:
    """`1:42`, as the board has it."""
    return f"{seconds // 60}:{seconds % 60:02}"


def _figures(data: dict[str, Any]) -> list[str]:
    if data["life"] in ("dashes", "no data"):
        return ["dashes, as nothing is known" if data["life"] == "no data" else "dashes, as the figures are too old"]
    waiting, said = data["waiting"], []
    if waiting is not None:
        said.append("nobody waits" if waiting == 0 else f"{waiting} waiting")
        if waiting and data["oldest_s"] is not None:
            said.append(f"the first for {clock(data['oldest_s'])}")
    if data["next_breach_s"] is not None:
        said.append(f"limit in {clock(data['next_breach_s'])}" if data["next_breach_s"] else "past the limit")
    if data["sla"] is not None:
        said.append(f"{'~' if data['approx'] else ''}{data['sla'] / 10:g}% (target {data['sla_target'] / 10:g}%)")
    if data["agents_free"] is not None:
        of = "" if data["agents_in"] is None else f" of {data['agents_in']}"
        said.append(f"{data['agents_free']}{of} agents free")
    elif data["agents_in"] is not None:
        said.append(f"{data['agents_in']} agents in")
    if data["life"] == "struck out":
        said.append("struck out")
    return said or ["no figure is known"]
