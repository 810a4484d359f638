"""`wallboardctl mute`, `unmute`, `identify` and `test`: what one board is to do, and whether it does it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from typing import NamedTuple

from firmware.core import wire
from firmware.core.service import IDENTIFY_MS, MOST_IDENTIFY_MS, MUTE_MS, TEST_MS
from firmware.core.units import duration_text
from host_bridge.ctl.site import names
from host_bridge.ctl.site.args import Place, UsageError, add_site_options
from host_bridge.ctl.site.command import CONFIRM_S, at_site, connected, duration, say
from host_bridge.ctl.site.state import Message, SiteState

FILTERS = (("board", "+", "state"), ("bridge", "boards"))
CONFIRMED, SILENT, BUSY, OFFLINE = "confirmed", "not confirmed", "shows what is critical", "offline"
TESTING = "tests itself"
EPILOG = """\
Exit codes: 0 every board that was asked does it, 1 one of them does not say so, is offline, or the broker cannot be
reached, 2 wrong usage, an unknown board or wrong configuration.
"""


class Order(NamedTuple):
    """A command of DESIGN 5. `done`: a board's state says that it is carried out. `most_ms` 0: it takes no time.

    `yields`: a board goes on to show what is critical, as long as nobody has acknowledged it.
    """

    description: str
    done: Callable[[Message], bool]
    says: str  # of boards that do it, with the time
    usual_ms: int = 0
    most_ms: int = 0
    yields: bool = False


ORDERS = {
    "mute": Order(
        """\
Silences the buzzer of boards, for an hour unless --for says otherwise; they go on blinking. Two seconds on a board's
own button do the same.
""",
        lambda state: state.get("muted") is True,
        "muted for {}",
        MUTE_MS,
        86_400_000,
    ),
    "unmute": Order(
        "Lets the buzzer of boards sound again.\n", lambda state: state.get("muted") is False, "may sound again"
    ),
    "identify": Order(
        "Lets boards show their own name, with a short sound: which of them is hall-1?\n",
        lambda state: state.get("doing") == "identify",
        "shows its name for {}",
        IDENTIFY_MS,
        MOST_IDENTIFY_MS,
        yields=True,
    ),
    "test": Order(
        "Lets boards show the self-test (red, green, blue, white, a grid and their name), with a short sound.\n",
        lambda state: state.get("doing") == "test",
        f"shows the self-test, which takes {duration_text(TEST_MS)}",
        yields=True,
    ),
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the four commands."""
    for name, order in ORDERS.items():
        parser = subparsers.add_parser(
            name,
            description=order.description,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            epilog=EPILOG,
        )
        parser.add_argument("boards", metavar="BOARD", nargs="*", help="`wallboardctl boards` lists them")
        parser.add_argument("--all", action="store_true", help="every board that is online")
        if order.most_ms:
            parser.add_argument(
                "--for",
                dest="for_ms",
                metavar="TIME",
                type=duration(1000, order.most_ms),
                help=f"how long: 90s, 10m, 1h30m ({duration_text(order.usual_ms)})",
            )
        parser.add_argument(
            "--json", action="store_true", help="print {do, for_ms, boards: {BOARD: what became of it}}"
        )
        add_site_options(parser)


def run(args: argparse.Namespace) -> int:
    """0 when every board does it, else 1; 2 for wrong usage."""
    return at_site(args, lambda place: _order(args, place))


def _order(args: argparse.Namespace, place: Place) -> int:
    order = ORDERS[args.command]
    for_ms = getattr(args, "for_ms", None)
    link, state = connected(place, FILTERS)
    with link:
        link.settle()
        every = state.every()
        asked = _asked(args, every)
        told = [name for name in asked if every[name].get("online", True)]  # one whose state cannot be read may hear
        message = {"v": wire.VERSION, "do": args.command, **({} if for_ms is None else {"for_ms": for_ms})}
        for name in told:
            link.publish(("board", name, "command"), wire.dumps(message))
        link.wait(lambda: all(_became(order, name, state) == CONFIRMED for name in told), CONFIRM_S)
    became = {name: _became(order, name, state) if name in told else OFFLINE for name in asked}
    if args.json:
        print(json.dumps({**{key: message.get(key) for key in ("do", "for_ms")}, "boards": became}, ensure_ascii=False))
    else:
        _print(args, order.says.format(duration_text(for_ms or order.usual_ms)), became)
    does = [name for name, what in became.items() if what == CONFIRMED]
    excused = [name for name, what in became.items() if what == OFFLINE and args.all]
    return int(not does or len(does) + len(excused) < len(became))


def _asked(args: argparse.Namespace, every: dict[str, Message]) -> list[str]:
    """The boards that are meant."""
    if args.all and args.boards:
        raise UsageError("--all and the names of boards: give one of the two")
    if args.all:
        return list(every)
    if not args.boards:
        there = names.listed(every) or "none: no board has ever reported to this broker"
        raise UsageError(f"name the boards, or --all of them; boards: {there}")
    return names.boards(args.boards, every)


def _became(order: Order, name: str, state: SiteState) -> str:
    """What the board says of itself by now."""
    board = state.boards.get(name, {})
    if order.done(board):
        return CONFIRMED
    if order.yields and board.get("doing") == "test":  # the installer's test lasts for minutes, and yields to nobody
        return TESTING
    critical = any(alarm["severity"] == "critical" and not alarm["acked"] for alarm in board.get("alarms", ()))
    return BUSY if order.yields and critical else SILENT


def _print(args: argparse.Namespace, does: str, became: dict[str, str]) -> None:
    """A line of those that do it, and one of each other kind."""
    by = {what: names.listed(name for name in became if became[name] == what) for what in became.values()}
    if CONFIRMED in by:
        print(f"{by[CONFIRMED]}: {does}")
    if SILENT in by:
        why = "was sent, and may have been lost; may this user of the broker order boards?"
        say(args, f"not confirmed within {CONFIRM_S:.0f} s by {by[SILENT]}: {why}", 1)
    if BUSY in by:
        why = "something critical fires, which nothing hides: acknowledge it (wallboardctl ack), and ask again"
        say(args, f"not on {by[BUSY]}: {why}", 1)
    if TESTING in by:
        until = "it tests itself, and shows nothing else until that is over: ask again then"
        say(args, f"not on {by[TESTING]}: {until}", 1)
    if OFFLINE in by:
        say(args, f"offline, and not asked: {by[OFFLINE]}", 1)
    if not became:
        say(args, "no board has ever reported to this broker", 1)
