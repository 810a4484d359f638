"""The options of `wallboardctl preview`: their help, and which of them go together."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from host_bridge.ctl.log_args import add_queue_log
from host_bridge.ctl.pictures.show import GIF_S
from host_bridge.ctl.pictures.state import KEYS
from host_bridge.ctl.pictures.when import EXAMPLE as A_MOMENT
from host_bridge.ctl.site.args import add_config

if TYPE_CHECKING:
    Subparsers = argparse._SubParsersAction[argparse.ArgumentParser]

FAULTS = ("pbx", "bridge", "link")
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

Where bridge.yaml lies, `wallboardctl preview --live` asks the broker itself, and goes by that bridge's thresholds.yaml.

Without --out the picture comes in the terminal; with --out it is a PNG, or a GIF that moves as the board does.
Without --thresholds: the scenes of the screen (calm, warn, critical, faults …), as pictures.
"""
EPILOG = """\
Exit codes: 0 shown or written, 1 the file cannot be written or the broker not reached, 2 wrong usage or wrong files.
"""


class UsageError(ValueError):
    """Options that do not go together, or lack something; one clear line."""


def add_parser(subparsers: Subparsers) -> None:
    """Adds the command."""
    keys = "".join(f"  {name:<12} {doc}\n" for name, doc in KEYS)
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
    state.add_argument("--live", action="store_true", default=None, help="the figures of this minute, from the broker")
    add_config(state)
    add_queue_log(state, ", instead: what was shown --at a moment of theirs", required=False)
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
    scenes.add_argument(
        "--sheet",
        choices=["story", "install", "faults"],
        help="the few pages that tell the story; the installer's self-test; or that of a panel that is set wrong",
    )


def asks_for_a_moment(args: argparse.Namespace) -> bool:
    """Whether a board is to be shown, and no scene."""
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
            args.live,
        )
    )


def check(args: argparse.Namespace) -> None:
    """Raises UsageError for options that do not go together."""
    if args.pitch is not None and not 3 <= args.pitch <= 16:
        raise UsageError(f"--pitch: {args.pitch} is outside 3 to 16 pixels an LED")
    if args.seconds is not None and not 1 <= args.seconds <= _MOST_S:
        raise UsageError(f"--seconds: {args.seconds} is outside 1 to {_MOST_S}")
    moment = asks_for_a_moment(args)
    if args.config is not None and not args.live:
        raise UsageError("--config names the bridge whose figures --live shows: add --live")
    if args.live and (args.state is not None or args.queue or args.queue_log or args.at is not None):
        raise UsageError("--live shows this minute as it is: leave out --state, --queue, --queue-log and --at")
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
