"""`wallboardctl preview`: what a board shows, drawn by the code that draws the panel, before anybody sees it there."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
import time

from config.mistakes import ConfigError
from firmware.core import layout
from firmware.core.units import duration
from firmware.pi import settings as board_settings
from host_bridge import thresholds
from host_bridge.ctl.pictures import live, scenes, state, wire
from host_bridge.ctl.pictures.args import FAULTS, UsageError, add_parser, asks_for_a_moment, check
from host_bridge.ctl.pictures.board import wall_of
from host_bridge.ctl.pictures.log import log_moment
from host_bridge.ctl.pictures.moment import Moment, Wish, state_moment
from host_bridge.ctl.pictures.show import GIF_S, show
from host_bridge.ctl.pictures.when import EXAMPLE as A_MOMENT
from host_bridge.ctl.pictures.when import WhenError, moment_ms
from host_bridge.ctl.progress import Progress
from host_bridge.ctl.site import args as site_args
from host_bridge.ctl.site.link import LinkError
from host_bridge.pbx.queue_log_set import SourceError
from host_bridge.thresholds import Thresholds

__all__ = ["add_parser", "run"]

_FAULT_MS = 5_000  # how long it has lasted, unless somebody says otherwise: the figures are struck out, not yet dashes
_MOST_FAULT_MS = 24 * 3_600_000


def run(args: argparse.Namespace) -> int:
    """0 when all was shown or written, 1 when it cannot be written, 2 for a wrong wish or a wrong file."""
    try:
        check(args)
        if args.scene is None and args.sheet is None and asks_for_a_moment(args):
            return show(_moment(args), args.out, args.pitch, args.seconds, as_json=args.json)
        return _scenes(args)
    except ConfigError as error:
        print("\n".join(error.errors), file=sys.stderr)
        return 2
    except LinkError as error:
        print(f"wallboardctl preview: {error}", file=sys.stderr)
        return 1
    except (UsageError, site_args.UsageError, WhenError, layout.LayoutError) as error:
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


def _moment(args: argparse.Namespace) -> Moment:
    """Raises UsageError, WhenError, ConfigError, and LinkError with --live."""
    if args.live:
        return live.moment(args, _wish(args))
    if args.thresholds is None:
        raise UsageError("--thresholds is missing: name the thresholds.yaml whose rules and labels hold")
    if args.queue_log:
        if args.state is not None or args.queue:
            raise UsageError("--queue-log: its figures are those of the log: leave out --state and --queue")
        if args.at is None:
            raise UsageError(f"--at is missing: at which moment of the log, like {A_MOMENT!r}?")
    elif args.state is None and not args.queue:
        raise UsageError(
            f'what is to be shown? Say it with --queue "{state.EXAMPLE}", write it into a file for --state, '
            "or name a --queue-log and a time --at; `wallboardctl preview --help` tells more"
        )
    limits = thresholds.load(args.thresholds)
    utc_ms = _utc_ms(args.at, limits)
    wish = _wish(args)
    if args.queue_log:
        with Progress(sys.stderr, "replaying", shown=sys.stderr.isatty()) as progress:
            return log_moment(args.queue_log, limits, utc_ms, (args.seconds or GIF_S) * 1000, wish, progress=progress)
    return state_moment(_state(args, limits), limits, utc_ms, wish)


def _state(args: argparse.Namespace, limits: Thresholds) -> state.State:
    states = []
    if args.state is not None:
        data = state.load_bytes(args.state)
        read = wire.from_lines if wire.is_wire(data) else state.from_yaml
        states.append(read(data, str(args.state), limits))
    if args.queue:
        states.append(state.from_words(args.queue, limits))
    return state.merged(states)


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
    panel = layout.choose(*(_size(args.size) if args.size else scenes.SIZE))
    names = scenes.names(panel)
    if args.scene == "list":
        print(json.dumps(names) if args.json else "\n".join(names))
        return 0
    scene = None if args.scene is None else scenes.named(args.scene)
    if scene is not None and scene not in names:
        raise UsageError(f"--scene: there is no scene {args.scene!r}; `wallboardctl preview --scene list` prints them")
    if args.sheet:
        write = scenes.SHEETS[args.sheet]
        written = [write(args.out, args.pitch)]
    elif scene is not None:
        written = [scenes.write_scene(panel, scene, args.out, args.pitch)]
    elif args.size is not None:
        written = [scenes.write_sheet(panel, args.out, args.pitch)]
    else:
        written = scenes.write_folder(args.out, args.pitch)
    for path, picture in written:
        size = {"out": str(path), "width": picture.width, "height": picture.height}
        print(json.dumps(size) if args.json else f"{path}: {picture.width} x {picture.height} pixels")
    return 0
