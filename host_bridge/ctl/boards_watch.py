"""`wallboardctl boards --watch`: the boards, until Ctrl-C. A broker that is gone is said, and waited for.

On a terminal the table is redrawn in place; into a pipe or a file goes a line for each change, or JSON.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from functools import partial
from typing import NoReturn, Protocol

from host_bridge.boards.words import about
from host_bridge.ctl.site import boards_text
from host_bridge.ctl.site.args import Place
from host_bridge.ctl.site.changes import Facts, changes, facts, kept
from host_bridge.ctl.site.command import connected, heading, hear_bridge, now_ms
from host_bridge.ctl.site.link import LinkError, SiteLink
from host_bridge.ctl.site.state import SiteState

EVERY_S = 1.0  # how often what changes by time alone is looked at, and a lost broker called
BACK_S = 20.0  # boards try again at least every 15 s: by then all are back at a broker that has started anew
# The other screen, as editors use: what stood on the terminal before is there again at the end. The cursor is hidden.
BEGIN, END = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
_HOME, _REST_OF_LINE, _REST = "\x1b[H", "\x1b[K", "\x1b[J"


class View(Protocol):
    """How it is shown."""

    def show(self, state: SiteState, *, whole: bool) -> None:
        """What the site says now; not `whole`: a broker that has started anew may not know all of it yet."""

    def lost(self, why: str) -> None:
        """The broker is gone."""

    def close(self) -> None:
        """The end."""


def watch(args: argparse.Namespace, place: Place, filters: Sequence[tuple[str, ...]]) -> int:
    """0 after Ctrl-C. Raises LinkError when the broker cannot be reached at the start."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # see config/interrupt.py
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # so that the terminal is left as it was
    view: View | None = None
    try:
        while True:
            try:
                link, state = connected(place, filters)
                with link:
                    link.settle()
                    hear_bridge(link, state)
                    back_s = time.monotonic() + BACK_S if view is not None else 0.0
                    view = view or _view(args, place)
                    _show(view, link, state, back_s)
            except LinkError as error:
                if view is None:
                    raise
                view.lost(str(error))
            time.sleep(EVERY_S)
    except KeyboardInterrupt:
        return 0
    finally:
        if view is not None:
            view.close()


def _show(view: View, link: SiteLink, state: SiteState, back_s: float) -> NoReturn:
    """Until the broker is lost: LinkError."""
    while True:
        view.show(state, whole=time.monotonic() >= back_s)
        link.wait(partial(_more, state, state.count), EVERY_S)


def _more(state: SiteState, seen: int) -> bool:
    """Something came since."""
    return state.count != seen


def _view(args: argparse.Namespace, place: Place) -> View:
    if args.json:
        return Json()
    return Screen(heading(args, place), long=args.long) if sys.stdout.isatty() else Lines()


class Screen:
    """The table, in place."""

    def __init__(self, site: str, *, long: bool) -> None:
        self._site = site
        self._long = long
        self._shown: list[str] = []
        self._lost_s: float | None = None
        sys.stdout.write(BEGIN)

    def show(self, state: SiteState, *, whole: bool) -> None:
        self._lost_s = None
        self._shown = boards_text.lines(self._site, state, now_ms(), long=self._long)
        self._draw([*self._shown, "", "Ctrl-C ends."])

    def lost(self, why: str) -> None:
        """What was known last stays, and is said to be old."""
        if self._lost_s is None:
            self._lost_s = time.monotonic()
        old = about(int((time.monotonic() - self._lost_s) * 1000))
        self._draw([f"this is {old} old, trying again: {why}", *self._shown, "", "Ctrl-C ends."])

    def close(self) -> None:
        sys.stdout.write(END)
        sys.stdout.flush()

    def _draw(self, lines: list[str]) -> None:
        sys.stdout.write(screenful(lines, *shutil.get_terminal_size()))
        sys.stdout.flush()


def screenful(lines: list[str], columns: int, rows: int) -> str:
    """The lines as a terminal is to show them, over what it shows: no wider and no higher than it is."""
    if len(lines) > rows:
        lines = [*lines[: rows - 1], f"… and {len(lines) - rows + 1} more lines"]
    return _HOME + "\r\n".join(line[:columns] + _REST_OF_LINE for line in lines) + _REST


class Lines:
    """A line for each change, with the time."""

    def __init__(self) -> None:
        self._facts: Facts | None = None
        self._lost = False

    def show(self, state: SiteState, *, whole: bool) -> None:
        if self._lost:
            self._lost = False
            self.say("the broker is back")
        now = facts(state, now_ms())
        if not whole and self._facts is not None:
            now = kept(self._facts, now)
        for change in changes(self._facts, now):
            self.tell(change.board, change.lines, state)
        self._facts = now

    def lost(self, why: str) -> None:
        if not self._lost:
            self._lost = True
            self.say(f"{why}: trying again")

    def close(self) -> None:
        """Nothing is open."""

    def tell(self, board: str | None, lines: list[str], state: SiteState) -> None:
        """A change of a board, or of the bridge."""
        for line in lines:
            self.say(line)

    def say(self, line: str) -> None:
        """A line of the site as a whole."""
        print(f"{dt.datetime.now():%Y-%m-%d %H:%M:%S} {line}", flush=True)


class Json(Lines):
    """The same as JSON: what changed, in words, and what is said now, as on the wire."""

    def tell(self, board: str | None, lines: list[str], state: SiteState) -> None:
        if board is None:
            self._print(bridge=state.bridge, live=state.live(now_ms()), changes=lines)
        else:
            told = {"told": state.told[board]} if board in state.told else {}
            self._print(board=board, state=state.boards.get(board), **told, changes=lines)

    def say(self, line: str) -> None:
        self._print(broker=line)

    def _print(self, **message: object) -> None:
        at = dt.datetime.now().astimezone().isoformat(timespec="milliseconds")
        print(json.dumps({"at": at, **message}, ensure_ascii=False), flush=True)
