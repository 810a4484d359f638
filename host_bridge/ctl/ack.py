"""`wallboardctl ack`: acknowledge what fires, as a board's button does, and see that the boards took it."""

from __future__ import annotations

import argparse
import json
from typing import Any, NamedTuple

from firmware.core import wire
from firmware.core.spelling import one_line
from firmware.core.units import duration_text
from host_bridge.ctl.site import boards_text, names
from host_bridge.ctl.site.args import Place, add_site_options
from host_bridge.ctl.site.command import (
    CONFIRM_S,
    at_site,
    connected,
    duration,
    hear_bridge,
    now_ms,
    person,
    say,
)
from host_bridge.ctl.site.state import Message, SiteState, gravest

DESCRIPTION = """\
Acknowledges what fires: it stops blinking and sounding on every board, and keeps its colour, until it is over or gets
worse. A short press on the button of a board does the same for all that fires.

  wallboardctl ack                     # all that fires now
  wallboardctl ack support             # what fires for this queue: its name on the PBX, @group, or its label
  wallboardctl ack support wait        # one rule of it
  wallboardctl ack --for 10m           # … and after 10 minutes it blinks again, if it still fires
  wallboardctl ack --withdraw          # take it back
"""
EPILOG = """\
Exit codes: 0 every board that shows it has taken it, or nothing fires; 1 the named queue or rule does not fire, a board
has not taken it, or bridge or broker cannot be reached; 2 wrong usage, an unknown name or wrong configuration.
"""
FILTERS = (("bridge", "state"), ("site",), ("board", "+", "state"), ("rules", "+"), ("ack", "+", "+"))
MOST_MS = 86_400_000


class Fired(NamedTuple):
    """An alarm that fires, as the boards of `shown` report it."""

    queue: str  # its id on the wire
    rule: str
    shown: dict[str, Message]

    def is_on(self, state: SiteState, board: str) -> Message | None:
        """The alarm as this board reports it now; None: it is over there."""
        for alarm in state.boards.get(board, {}).get("alarms", ()):
            if (alarm["queue"], alarm["rule"]) == (self.queue, self.rule):
                found: Message = alarm
                return found
        return None

    def title(self, state: SiteState) -> str:
        """`support (תמיכה): wait critical`."""
        severity = wire.SEVERITIES[gravest(self.shown.values()) - 1]
        return f"{one_line(state.queue(self.queue).titled, 80)}: {one_line(self.rule, 60)} {severity}"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command `ack`."""
    parser = subparsers.add_parser(
        "ack", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter, epilog=EPILOG
    )
    parser.add_argument("queue", metavar="QUEUE", nargs="?", help="the queue, @group or label; all when absent")
    parser.add_argument("rule", metavar="RULE", nargs="?", help="one of its rules, as in thresholds.yaml")
    how = parser.add_mutually_exclusive_group()
    how.add_argument(
        "--for", dest="for_ms", metavar="TIME", type=duration(1000, MOST_MS), help="how long: 90s, 10m, 1h30m"
    )
    how.add_argument("--withdraw", action="store_true", help="let what was acknowledged blink and sound again")
    parser.add_argument("--by", metavar="NAME", help="who acknowledges, for the history (user@host)")
    parser.add_argument(
        "--json", action="store_true", help="print a list of {queue, rule, severity, confirmed, silent}"
    )
    add_site_options(parser)


def run(args: argparse.Namespace) -> int:
    """0 when the boards took it or nothing fires, else 1; 2 for wrong usage."""
    return at_site(args, lambda place: _ack(args, place))


def _ack(args: argparse.Namespace, place: Place) -> int:
    link, state = connected(place, FILTERS)
    with link:
        link.settle()
        live = hear_bridge(link, state)
        wanted = _wanted(args, state)
        if not live:
            return say(
                args, f"{boards_text.bridge_line(state, now_ms())}: without its clock nothing can be acknowledged", 1
            )
        if not state.online():
            return say(args, "no board is online, and boards alone know what fires", 1)
        if not wanted:
            return _nothing(args, state)
        todo = [fired for fired in wanted if args.for_ms is not None or not _took(args, fired, state)]
        for fired in todo:
            link.publish(("ack", fired.queue, fired.rule), _message(args, fired, state), retain=True)
        link.wait(lambda: all(_took(args, fired, state) for fired in todo), CONFIRM_S)
    return _report(args, wanted, todo, state)


def _wanted(args: argparse.Namespace, state: SiteState) -> list[Fired]:
    """What fires of what is meant. Raises NoSuchNameError."""
    fires = [Fired(*key, shown) for key, shown in state.firing().items()]
    if args.queue is None:
        return fires
    queue = names.queue(args.queue, state.queues)
    fires = [fired for fired in fires if fired.queue == queue.id]
    if args.rule is None:
        return fires
    rule = names.rule(args.rule, {*state.rules.get(queue.id, ()), *(fired.rule for fired in fires)}, queue)
    return [fired for fired in fires if fired.rule == rule]


def _message(args: argparse.Namespace, fired: Fired, state: SiteState) -> bytes:
    """What is retained for it; nothing when it is withdrawn."""
    if args.withdraw:
        return b""
    rose_ms = max(alarm.get("at", 0) for alarm in fired.shown.values())
    at_ms = max(state.bridge_ms(now_ms()) or 0, rose_ms)  # never before the rise that is on the wall
    message = {"v": wire.VERSION, "at": at_ms, "by": one_line(args.by or person(), 200)}
    return wire.dumps(message if args.for_ms is None else {**message, "until": at_ms + args.for_ms})


def _took(args: argparse.Namespace, fired: Fired, state: SiteState) -> bool:
    """Every board that shows it agrees."""
    return not _silent(args, fired, state)


def _silent(args: argparse.Namespace, fired: Fired, state: SiteState) -> list[str]:
    """Boards on which it is not as it was asked for."""
    now = {board: fired.is_on(state, board) for board in fired.shown}
    return [board for board, alarm in now.items() if alarm is not None and alarm["acked"] == args.withdraw]


def _nothing(args: argparse.Namespace, state: SiteState) -> int:
    """Nothing of what is meant fires."""
    if args.json:
        print("[]")
    if args.queue is None:
        if not args.json:
            print("nothing fires")
        return 0
    what = names.queue(args.queue, state.queues).titled + (f": {args.rule}" if args.rule else "")
    others = names.listed(Fired(*key, shown).title(state) for key, shown in state.firing().items())
    return say(args, f"{what} does not fire" + (f"; what fires: {others}" if others else ", and nothing else does"), 1)


def _report(args: argparse.Namespace, wanted: list[Fired], todo: list[Fired], state: SiteState) -> int:
    """What became of it."""
    silent = {fired.queue + "/" + fired.rule: _silent(args, fired, state) for fired in todo}
    rows: list[dict[str, Any]] = []
    for fired in wanted:
        lost = silent.get(fired.queue + "/" + fired.rule, [])
        took = [board for board in fired.shown if board not in lost]
        severity = wire.SEVERITIES[gravest(fired.shown.values()) - 1]
        rows.append({"queue": fired.queue, "rule": fired.rule, "severity": severity, "confirmed": took, "silent": lost})
        if args.json:
            continue
        if took:
            print(f"{fired.title(state)} {_became(args, fired, fired in todo, state)} ({names.listed(took)})")
        if lost:
            say(args, f"{fired.title(state)}: not confirmed within {CONFIRM_S:.0f} s by {names.listed(lost)}", 1)
    if args.json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    return int(any(silent.values()))


def _became(args: argparse.Namespace, fired: Fired, is_new: bool, state: SiteState) -> str:
    by = state.acks.get((fired.queue, fired.rule), {}).get("by")
    if args.withdraw:
        return "blinks and sounds again" if is_new else "is not acknowledged"
    if not is_new:
        return "was acknowledged already" + (f" by {one_line(by, 60)}" if by else "")
    until = "until it is over or gets worse" if args.for_ms is None else f"for {duration_text(args.for_ms)}"
    return f"is acknowledged {until}"
