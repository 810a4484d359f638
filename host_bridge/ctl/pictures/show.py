"""A moment as it comes out: a PNG, a GIF, the terminal, and in any case what is shown in words or as JSON."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from host_bridge.ctl.pictures import terminal, words
from host_bridge.ctl.pictures.moment import Moment
from host_bridge.ctl.pictures.picture import framed, save_gif, save_png
from host_bridge.ctl.pictures.when import wall_text

GIF_S = 8  # a page's turn and some seconds of the next
_PNG_PITCH_PX, _GIF_PITCH_PX = 10, 5


def show(moment: Moment, out: Path | None, pitch_px: int | None, seconds: int | None, *, as_json: bool) -> int:
    """Write or print it; notes go to stderr. Returns the exit code. Raises OSError when the file cannot be written."""
    data = _data(moment)  # before a film moves the board on
    lines = [_heading(moment), *map(words.tile_line, data["tiles"])]
    for note in moment.notes:
        print(f"wallboardctl preview: {note}", file=sys.stderr)
    if out is not None:
        data = _write(moment, out, pitch_px, seconds) | data
    if as_json:
        print(json.dumps(data, ensure_ascii=False, indent=2))
        return 0
    if out is None:
        _in_terminal(moment, seconds)
    else:
        print(f"{out}: {data['width']} x {data['height']} pixels")
    print("\n".join(lines))
    return 0


def _write(moment: Moment, out: Path, pitch_px: int | None, seconds: int | None) -> dict[str, Any]:
    """What was written."""
    if out.suffix.lower() == ".gif":
        frames = list(moment.player.film((seconds or GIF_S) * 1000))
        path, picture = save_gif(frames, out, pitch_px or _GIF_PITCH_PX)
        more = {"frames": len(frames), "seconds": seconds or GIF_S}
    else:
        path, picture = save_png(framed(moment.player.image(), pitch_px or _PNG_PITCH_PX), out)
        more = {}
    return {"out": str(path), "width": picture.width, "height": picture.height, **more}


def _in_terminal(moment: Moment, seconds: int | None) -> None:
    player, out = moment.player, sys.stdout
    image = player.image()
    if out.isatty() and (lack := _lack(image.width, image.height // 2 + 1 if seconds is not None else 0)):
        print(f"wallboardctl preview: {lack}", file=sys.stderr)
    elif not terminal.has_colours(out, os.environ):
        print("\n".join(terminal.plain(player.image(min(player.view.brightness, 1) * 100), out)))
    elif seconds is None:
        print("\n".join(terminal.coloured(image)))
    else:
        terminal.animate(player.film(seconds * 1000), out)


def _lack(columns: int, lines: int) -> str:
    """What a terminal that is too small for this is told; "" when there is room."""
    room = shutil.get_terminal_size()
    if room.columns >= columns and room.lines >= lines:
        return ""
    needed = f"{columns} columns" + (f" and {lines} lines" if lines else "")
    return (
        f"no picture, as it needs a terminal of {needed} and this one has {room.columns} and {room.lines}: "
        "make it larger, or its letters smaller, or write a picture with --out board.png"
    )


def _data(moment: Moment) -> dict[str, Any]:
    player, calendar = moment.player, moment.thresholds.calendar
    at = dt.datetime.fromtimestamp(moment.utc_ms // 1000, calendar.zone)
    alarms = player.alarms()
    return {
        "at": at.isoformat(),
        "page": words.PAGES.get(player.view.kind, "service"),
        "pages": player.view.pages,
        "fault": player.view.fault,
        "brightness": player.view.brightness,
        "tiles": [words.tile_data(tile, alarms, moment.thresholds) for tile in player.tiles()],
        "alarms": [
            {**alarm, "queue": words.name_of(alarm["queue"]), "at": _iso(moment, alarm["at"])} for alarm in alarms
        ],
        "notes": moment.notes,
    }


def _heading(moment: Moment) -> str:
    """`Sun 2026-11-22 10:15:00, NO PBX, queues, page 1 of 2`."""
    view = moment.player.view
    parts = [wall_text(moment.utc_ms, moment.thresholds.calendar), f"NO {view.fault}" if view.fault else ""]
    dimmed = f"brightness {view.brightness}%" if view.brightness not in (0, 100) else ""
    return ", ".join(filter(None, [*parts, words.page(view), dimmed]))


def _iso(moment: Moment, bridge_ms: int) -> str:
    """A moment of the bridge's clock on the wall's."""
    utc_ms = bridge_ms - moment.player.now_ms + moment.utc_ms
    return dt.datetime.fromtimestamp(utc_ms // 1000, moment.thresholds.calendar.zone).isoformat()
