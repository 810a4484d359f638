"""`wallboardctl boards`: one look at the site: is the bridge there, which boards are alive, what do they show."""

from __future__ import annotations

import argparse
import json
from typing import Any

from host_bridge.ctl.boards_watch import watch
from host_bridge.ctl.site import boards_text, names
from host_bridge.ctl.site.args import Place, add_site_options
from host_bridge.ctl.site.command import CONFIRM_S, at_site, connected, heading, hear_bridge, now_ms, say
from host_bridge.ctl.site.state import SiteState

DESCRIPTION = """\
Reads what the bridge and the boards of a site last said of themselves and prints it, a line a board: whether it is
connected (and since when not), which fault it shows (PBX, BRIDGE or LINK lost), how long it has been running, and what
fires on it. It listens for up to 3 seconds whether the bridge is alive. Two boards with one name are told apart by
their machines.

  wallboardctl boards                  # one look
  wallboardctl boards --watch          # goes on: redrawn in place on a terminal, else a line for each change
  wallboardctl boards --long           # with host name, address, serial number, temperature, brightness
  wallboardctl boards --forget hall-2  # it was taken down for good: it is listed as offline no longer
"""
EPILOG = """\
Exit codes: 0 looked (or Ctrl-C after --watch), 1 the broker cannot be reached, or a board is not to be forgotten,
2 wrong usage or wrong configuration.
"""
FILTERS = (("bridge", "state"), ("bridge", "boards"), ("site",), ("board", "+", "state"))
SPEAKS_S = 12.0  # a board that is alive speaks every 10 s


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command `boards`."""
    parser = subparsers.add_parser(
        "boards",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=EPILOG,
    )
    way = parser.add_mutually_exclusive_group()
    way.add_argument("--watch", action="store_true", help="go on until Ctrl-C")
    way.add_argument("--forget", metavar="BOARD", help="clear what is kept of a board that is offline for good")
    parser.add_argument("--long", action="store_true", help="more of each board, for technicians")
    parser.add_argument(
        "--json",
        action="store_true",
        help="print {bridge, live, boards, told} as on the wire; with --watch a JSON line for each change",
    )
    add_site_options(parser)


def run(args: argparse.Namespace) -> int:
    """0 when the broker told, 1 when it cannot be reached, 2 when the configuration is wrong."""
    if args.watch:
        return at_site(args, lambda place: watch(args, place, FILTERS))
    return at_site(args, lambda place: _forget(args, place) if args.forget is not None else _look(args, place))


def as_json(state: SiteState, live: bool) -> dict[str, Any]:
    """The look, as on the wire."""
    boards = dict(sorted(state.boards.items()))
    return {"bridge": state.bridge, "live": live, "boards": boards, "told": dict(sorted(state.told.items()))}


def _look(args: argparse.Namespace, place: Place) -> int:
    link, state = connected(place, FILTERS)
    with link:
        link.settle()
        live = hear_bridge(link, state)
    if args.json:
        print(json.dumps(as_json(state, live), ensure_ascii=False, indent=2))
    else:
        print("\n".join(boards_text.lines(heading(args, place), state, now_ms(), long=args.long)))
    return 0


def _forget(args: argparse.Namespace, place: Place) -> int:
    link, state = connected(place, FILTERS)
    with link:
        link.settle()
        (name,) = names.boards([args.forget], state.every())
        if state.every()[name].get("online", True) and link.wait(lambda: state.heard.get(name), SPEAKS_S):
            return say(args, f"{name} is online, and would be listed again at its next word: switch it off first", 1)
        link.publish(("board", name, "state"), b"", retain=True)
        if not link.wait(lambda: name in state.forgotten, CONFIRM_S):
            return say(args, f"{name} is still kept: may this user of the broker write to its topic?", 1)
    print(json.dumps({"forgotten": name}, ensure_ascii=False) if args.json else f"{name} is forgotten")
    return 0
