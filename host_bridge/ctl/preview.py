"""`wallboardctl preview`: what a board shows, drawn by the code that draws the panel, before anybody sees it there."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from config.mistakes import ConfigError
from firmware.core import layout
from firmware.core.units import duration
from firmware.pi import settings as board_settings
from host_bridge import thresholds
from host_bridge.ctl import preview_scenes, preview_state, preview_wire
from host_bridge.ctl.backtest_progress import Progress
from host_bridge.ctl.preview_board import wall_of
from host_bridge.ctl.preview_log import log_moment
from host_bridge.ctl.preview_moment import Moment, Wish, state_moment
from host_bridge.ctl.preview_show import GIF_S, show
from host_bridge.ctl.preview_when import EXAMPLE as A_MOMENT
from host_bridge.ctl.preview_when import WhenError, moment_ms
from host_bridge.pbx.queue_log_set import SourceError
from host_bridge.thresholds import Thresholds

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

FAULTS = ("pbx", "bridge", "link")
_FAULT_MS = 5_000  # how long it has lasted, unless somebody says otherwise: the figures are struck out, not yet dashes
_MOST_FAULT_MS = 24 * 3_600_000
_MOST_S = 60

DESCRIPTION = """\
Shows what a board would show: for a state that you write down, or for any instant of the PBX's own log. A real board
is told what the bridge would say by your thresholds; its rules fire, its screen draws. So you see what a change of
thresholds.yaml does before anybody on the floor does.

  wallboardctl preview --thresholds thresholds.yaml --queue "support: waiting 7, wait 1:42, sla 71%, free 0/6"
  wallboardctl preview --thresholds thresholds.yaml --state state.yaml --at "2026-11-22 10:15" --out board.gif
  wallboardctl preview --thresholds thresholds.yaml --state state.yaml --fault pbx --for 2m
  wallboardctl preview --thresholds thresholds.yaml --queue-log queue_log.1.gz --at "2026-11-22 10:15:30"

A state.yaml has a line a queue, in the units of thresholds.yaml; groups are summed from their queues. What you leave
out is not known: the board shows dashes for it, and no rule on it fires. The state is taken to have lasted for longer
than every rule's `for`.

  support: {waiting: 7, wait: 1:42, sla: 71%, free: 0/6}
  sales:   {waiting: 0, sla: 92%, free: 3/5}

KEYS
What a bridge publishes will do too, so that you see the figures of this minute under other thresholds:

  mosquitto_sub -v -W 3 -t 'wallboard/main/queue/#' | wallboardctl preview --thresholds new.yaml --state -

Without --out the picture comes in the terminal; with --out it is a PNG, or a GIF that moves as the board does.
Without --thresholds: the scenes of the screen (calm, warn, critical, faults …), as pictures.
"""
EPILOG = "Exit codes: 0 shown or written, 1 the file cannot be written, 2 wrong usage or wrong files."


class UsageError(ValueError):
    """Options that do not go together, or lack something; one clear line."""


def add_parser(subparsers: Subparsers) -> None:
    """Adds the command `preview`."""
    keys = "".join(f"  {name:<12} {doc}\n" for name, doc in preview_state.KEYS)
    parser = subparsers.add_parser(
        "preview",
        description=DESCRIPTION.replace("KEYS\n", keys + "\n"),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=EPILOG,
    )
    state = parser.add_argument_group("what to show")
    state.add_argument("--thresholds", metavar="FILE", type=Path, help="the rules, labels and hours that hold")
    state.add_argument("--state", metavar="FILE", type=Path, help="the queues' figures; - reads them from a pipe")
    state.add_argument("--queue", metavar="TEXT", action="append", help="those of one queue, like the first line above")
    state.add_argument(
        "--queue-log",
        metavar="FILE",
        nargs="+",
        action="extend",
        type=Path,
        help="queue_log files, packed or not, instead: what was shown --at a moment of theirs",
    )
    state.add_argument("--at", metavar="TIME", help=f"when, on the site's clock: {A_MOMENT!r} or 10:15; now without it")
    state.add_argument("--fault", choices=FAULTS, help="the board has lost the PBX, the bridge, or its link")
    state.add_argument("--for", metavar="2m", dest="fault_for", help="how long the fault has lasted (5s)")
    look = parser.add_argument_group("how to look at it")
    look.add_argument("--out", metavar="FILE", type=Path, help="the .png or .gif to write")
    look.add_argument("--board", metavar="FILE", type=Path, help="a board.yaml: its panel, queues, pages, brightness")
    look.add_argument("--size", metavar="WxH", help="the panel instead, for example 64x32 (128x64)")
    look.add_argument("--seconds", metavar="N", type=int, help=f"how long a GIF ({GIF_S}) or the terminal moves")
    look.add_argument("--pitch", type=int, help="pixels an LED, 3 to 16 (10; 5 in a GIF; 3 in sheets)")
    look.add_argument("--json", action="store_true", help="print what was written, and what is shown, as JSON")
    scenes = parser.add_argument_group("scenes of the screen, without --thresholds")
    scenes.add_argument("--scene", metavar="NAME", help="one scene alone; `list` prints the names")
    scenes.add_argument("--sheet", choices=["story"], help="the few pages that tell the story, of all panel sizes")


def run(args: argparse.Namespace) -> int:
    """0 when all was shown or written, 1 when it cannot be written, 2 for a wrong wish or a wrong file."""
    try:
        _check_look(args)
        if args.scene is None and args.sheet is None and _asks_for_a_moment(args):
            return show(_moment(args), args.out, args.pitch, args.seconds, as_json=args.json)
        return _scenes(args)
    except ConfigError as error:
        print("\n".join(error.errors), file=sys.stderr)
        return 2
    except (UsageError, WhenError, layout.LayoutError) as error:
        print(f"wallboardctl preview: {error}", file=sys.stderr)
        return 2
    except SourceError as error:
        print(f"wallboardctl preview: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        if error.filename is None:
            raise
        print(f"wallboardctl preview: cannot write {error.filename}: {error.strerror or error}", file=sys.stderr)
        return 1


# the moment


def _asks_for_a_moment(args: argparse.Namespace) -> bool:
    return any(
        each is not None
        for each in (
            args.thresholds,
            args.state,
            args.queue,
            args.queue_log,
            args.at,
            args.fault,
            args.fault_for,
            args.board,
        )
    )


def _moment(args: argparse.Namespace) -> Moment:
    """Raises UsageError, WhenError, ConfigError."""
    if args.thresholds is None:
        raise UsageError("--thresholds is missing: name the thresholds.yaml whose rules and labels hold")
    if args.queue_log:
        if args.state is not None or args.queue:
            raise UsageError("--queue-log: its figures are those of the log: leave out --state and --queue")
        if args.at is None:
            raise UsageError(f"--at is missing: at which moment of the log, like {A_MOMENT!r}?")
    elif args.state is None and not args.queue:
        raise UsageError(
            f'what is to be shown? Say it with --queue "{preview_state.EXAMPLE}", write it into a file for --state, '
            "or name a --queue-log and a time --at; `wallboardctl preview --help` tells more"
        )
    limits = thresholds.load(args.thresholds)
    utc_ms = _utc_ms(args.at, limits)
    wish = _wish(args)
    if args.queue_log:
        with Progress(sys.stderr, "replaying", shown=sys.stderr.isatty()) as progress:
            return log_moment(args.queue_log, limits, utc_ms, (args.seconds or GIF_S) * 1000, wish, progress=progress)
    return state_moment(_state(args, limits), limits, utc_ms, wish)


def _state(args: argparse.Namespace, limits: Thresholds) -> preview_state.State:
    states = []
    if args.state is not None:
        data = preview_state.load_bytes(args.state)
        read = preview_wire.from_lines if preview_wire.is_wire(data) else preview_state.from_yaml
        states.append(read(data, str(args.state), limits))
    if args.queue:
        states.append(preview_state.from_words(args.queue, limits))
    return preview_state.merged(states)


def _utc_ms(at: str | None, limits: Thresholds) -> int:
    now_ms = time.time_ns() // 1_000_000
    if at is None:
        return now_ms
    today = dt.date.fromisoformat(limits.calendar.date(now_ms))
    try:
        return moment_ms(at, limits.calendar, today)
    except WhenError as error:
        raise WhenError(f"--at: {error}") from None


def _wish(args: argparse.Namespace) -> Wish:
    fault = None
    if args.fault_for is not None and args.fault is None:
        raise UsageError(f"--for: of which fault? Add --fault {', '.join(FAULTS[:-1])} or {FAULTS[-1]}")
    if args.fault is not None:
        for_ms = _FAULT_MS if args.fault_for is None else duration(args.fault_for)
        if for_ms is None or for_ms > _MOST_FAULT_MS:
            raise UsageError(f"--for: {args.fault_for!r}, expected a duration like 5s or 2m, at most 24h")
        fault = (args.fault.upper(), for_ms)
    if args.board is None:
        return Wish(_size(args.size or "128x64"), None, fault)
    board = wall_of(board_settings.load(args.board, secrets=False))
    return Wish(board.size, board, fault)


# the look


def _check_look(args: argparse.Namespace) -> None:
    if args.pitch is not None and not 3 <= args.pitch <= 16:
        raise UsageError(f"--pitch: {args.pitch} is outside 3 to 16 pixels an LED")
    if args.seconds is not None and not 1 <= args.seconds <= _MOST_S:
        raise UsageError(f"--seconds: {args.seconds} is outside 1 to {_MOST_S}")
    moment = _asks_for_a_moment(args)
    if args.scene is not None or args.sheet is not None:
        if moment:
            raise UsageError("--scene and --sheet have their own figures: leave out what is of a state, or them")
        return
    if args.board is not None and args.size is not None:
        raise UsageError("--size: the panel of --board has its own: leave out one of them")
    if not moment:
        if args.seconds is not None:
            raise UsageError("--seconds: scenes do not move; a state does, see --thresholds and --state")
        return
    suffix = None if args.out is None else args.out.suffix.lower()
    if suffix not in (None, ".png", ".gif"):
        raise UsageError(f"--out: {str(args.out)!r} is neither a .png nor a .gif")
    if suffix == ".png" and args.seconds is not None:
        raise UsageError("--seconds: a PNG does not move; name a .gif, or leave --out away for the terminal")
    if suffix is None and args.pitch is not None:
        raise UsageError("--pitch: the terminal has none; name a picture with --out")


def _size(text: str) -> tuple[int, int]:
    """Raises UsageError, LayoutError with a line that names the sizes there are."""
    width, cross, height = text.lower().partition("x")
    if not (cross and width.isdigit() and height.isdigit()):
        raise UsageError(f"--size: {text!r} is not WIDTHxHEIGHT, for example 128x64")
    layout.choose(int(width), int(height))
    return int(width), int(height)


# scenes


def _scenes(args: argparse.Namespace) -> int:
    """Raises UsageError, LayoutError, OSError."""
    if args.sheet and (args.scene or args.size):
        raise UsageError("--sheet: it has its own scenes and sizes; leave out --scene and --size")
    panel = layout.choose(*(_size(args.size) if args.size else preview_scenes.SIZE))
    names = preview_scenes.names(panel)
    if args.scene == "list":
        print(json.dumps(names) if args.json else "\n".join(names))
        return 0
    scene = None if args.scene is None else preview_scenes.named(args.scene)
    if scene is not None and scene not in names:
        raise UsageError(f"--scene: there is no scene {args.scene!r}; `wallboardctl preview --scene list` prints them")
    if args.sheet:
        written = [preview_scenes.write_story(args.out, args.pitch)]
    elif scene is not None:
        written = [preview_scenes.write_scene(panel, scene, args.out, args.pitch)]
    elif args.size is not None:
        written = [preview_scenes.write_sheet(panel, args.out, args.pitch)]
    else:
        written = preview_scenes.write_folder(args.out, args.pitch)
    for path, picture in written:
        size = {"out": str(path), "width": picture.width, "height": picture.height}
        print(json.dumps(size) if args.json else f"{path}: {picture.width} x {picture.height} pixels")
    return 0
