"""`wallboardctl notice`: the text that every board shows, set and taken back; without any, the one there is."""

from __future__ import annotations

import argparse
import json

from config.times import time_of_day
from firmware.core import wire
from firmware.core.messages_rare import MAX_NOTICE
from firmware.core.spelling import one_line
from host_bridge.announce.bidi import printable
from host_bridge.boards.words import about
from host_bridge.ctl.site import boards_text
from host_bridge.ctl.site.args import Place, UsageError, add_site_options
from host_bridge.ctl.site.command import CONFIRM_S, at_site, connected, duration, hear_bridge, now_ms, say
from host_bridge.ctl.site.state import SiteState

DESCRIPTION = """\
Sets the text that every board shows beside the time, in turn with the queues, until it is taken back. It survives a
restart of the bridge.

  wallboardctl notice Team meeting in room 3 --until 16:30     # by the clock of the site
  wallboardctl notice "ישיבת צוות ב-14:30" --for 30m
  wallboardctl notice --clear                                  # take it back
  wallboardctl notice                                          # which one is there?
"""
EPILOG = """\
Exit codes: 0 the bridge has done it, 1 it has not, or bridge or broker cannot be reached, 2 wrong usage or wrong
configuration.
"""
FILTERS = (("bridge", "state"), ("notice",))
DAY_MS = 86_400_000
MOST_MS = 366 * DAY_MS
SLACK_MS = 1_000  # by which we may be off, having the bridge's clock by hearsay: 16:30 is not to be told as 16:29


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command `notice`."""
    parser = subparsers.add_parser(
        "notice", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EPILOG
    )
    parser.add_argument("text", metavar="TEXT", nargs="*", help=f"at most {MAX_NOTICE} characters, in any language")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--for", dest="for_ms", metavar="TIME", type=duration(1000, MOST_MS), help="how long: 30m, 1h30m")
    how.add_argument("--until", metavar="HH:MM", type=_time_of_day, help="the next time that it is so late at the site")
    how.add_argument("--clear", action="store_true", help="take it back")
    parser.add_argument("--json", action="store_true", help="print {notice: {text, until …} or null, live}")
    add_site_options(parser)


def run(args: argparse.Namespace) -> int:
    """0 when the bridge has done it, else 1; 2 for wrong usage."""
    return at_site(args, lambda place: _notice(args, place))


def _notice(args: argparse.Namespace, place: Place) -> int:
    text = " ".join(printable(" ".join(args.text)).split())  # as the bridge will have it
    _refuse(args, text)
    link, state = connected(place, FILTERS)
    with link:
        link.settle()
        live = hear_bridge(link, state)
        if not (args.text or args.clear):
            return _show(args, state, live)
        if not live:
            return say(args, f"{boards_text.bridge_line(state, now_ms())}: it is the bridge that tells notices", 1)
        if args.clear and not said(state):
            return _show(args, state, live)
        before = state.notices
        link.publish(("notice", "set"), _message(args, text, state))
        if not link.wait(lambda: state.notices > before and said(state) == text, CONFIRM_S):
            why = "may this user of the broker write to notice/set? The bridge's log tells what it refuses"
            return say(args, f"the bridge has not taken it within {CONFIRM_S:.0f} s: {why}", 1)
    return _show(args, state, live)


def said(state: SiteState) -> str:
    """What somebody has set; "" when nobody has. The bridge itself may have something to say behind it."""
    return "" if state.notice is None else str(state.notice["text"])[: state.notice["said"]]


def _refuse(args: argparse.Namespace, text: str) -> None:
    """Raise UsageError for what no bridge would take."""
    if args.clear and args.text:
        raise UsageError("--clear takes the notice back: leave out the text")
    if not args.text and (args.for_ms is not None or args.until is not None):
        raise UsageError("--for and --until need a text")
    if args.text and not text:
        raise UsageError("the text is empty: --clear takes a notice back")
    if len(text) > MAX_NOTICE:
        raise UsageError(f"the text has {len(text)} characters, expected at most {MAX_NOTICE}")


def _message(args: argparse.Namespace, text: str, state: SiteState) -> bytes:
    """The wish. `until` by the bridge's clock, as a clock on the wall of the site will show it."""
    message = {"v": wire.VERSION, "text": text}
    if args.for_ms is not None:
        message["for_ms"] = args.for_ms
    if args.until is not None:
        at_ms = now_ms()
        bridge_ms, local_ms = state.bridge_ms(at_ms), state.local_ms(at_ms)
        assert bridge_ms is not None
        if local_ms is None:
            raise UsageError("--until: this bridge does not tell what time it is there; give --for")
        message["until"] = bridge_ms + ((args.until * 60_000 - local_ms) % DAY_MS or DAY_MS)
    return wire.dumps(message)


def _show(args: argparse.Namespace, state: SiteState, live: bool) -> int:
    """What there is now."""
    bridge_ms, local_ms = state.bridge_ms(now_ms()), state.local_ms(now_ms())
    notice = state.notice
    if notice is not None and bridge_ms is not None and notice.get("until", bridge_ms + 1) <= bridge_ms:
        notice = None  # its time has passed, and the boards know it
    if args.json:
        print(json.dumps({"notice": notice, "live": live}, ensure_ascii=False))
        return 0
    if not live:
        say(args, f"{boards_text.bridge_line(state, now_ms())}: what follows may be old", 0)
    text = said(state) if notice is not None else ""
    if not text:
        print("no notice")
    else:
        print(f"{one_line(text, MAX_NOTICE)}\n{_how_long(notice or {}, bridge_ms, local_ms)}")
    own = str(notice["text"])[notice["said"] :].strip(" ·") if notice is not None else ""
    if own:
        print(f"the bridge itself says: {one_line(own, MAX_NOTICE)}")
    return 0


def _how_long(notice: dict[str, object], bridge_ms: int | None, local_ms: int | None) -> str:
    """Until when it stands."""
    until = notice.get("until")
    if not isinstance(until, int):
        return "stands until it is taken back: wallboardctl notice --clear"
    if bridge_ms is None:
        return "stands until a time that the bridge alone knows"
    left_ms = until - bridge_ms + SLACK_MS
    at = "" if local_ms is None else f"until {boards_text.clock(local_ms + left_ms)}, "
    return f"stands {at}for {about(left_ms)} more"


def _time_of_day(text: str) -> int:
    try:
        return time_of_day(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
