"""Who is there: the boards of a site by what they, and the broker in their name, say on board/<id>/state.

Boards say their state every 10 s, and the broker says a last will for one that it has lost; both are retained. So what
comes live proves something, and what is retained only that somebody once said it. Pure: no clock and no socket; times
are ms of the bridge's steady clock.

    watch.connected(now_ms)                              # to the broker, anew
    watch.receive("hall-1", payload, retained, now_ms)   # board/<id>/state
    watch.tick(now_ms)                                   # with each heartbeat
    watch.notice(now_ms), watch.listing()                # for the other boards, and for bridge/boards

An outage of the broker is not one of the boards. While the bridge is not connected nothing is known, and nothing
changes; from then on wills and silence count only once SETTLE_MS have passed, in which every board has come back that
can. So it is when this process itself was held up.
"""

from __future__ import annotations

import json
from typing import Any

from firmware.core import wire
from firmware.core.check import Bool, Field, Int, ListOf, Record, Text, read
from firmware.core.printable import one_line
from firmware.core.wire import WireError
from host_bridge.boards.twins import Twins, Who
from host_bridge.boards.words import listed

SETTLE_MS = 30_000  # a board tries again after at most 15 s, and needs 5 s at most to connect
SILENT_MS = 35_000  # three of a board's messages: its broker has no will of it, or it hangs
TOLD_MS = 60_000  # offline so long, a board is told of on the others
OLD_MS = 24 * 3_600_000  # … and no longer than this
HELD_UP_MS = 10_000  # between two ticks: nothing was heard meanwhile, and no board is to blame
MOST = 1_000  # boards
NAMED = 5  # boards that a notice names
MAX_BYTES = 64 * 1024  # of a state
MAX_ID = 64  # characters, as board.yaml has it

_MS = Int()
_STATE = Record(  # what is of use here, of firmware.core.reports.BOARD: the rest may be whatever it wants
    (
        Field("online", Bool(), required=True),
        Field("version", Text(64, least=0)),
        Field("uptime_ms", _MS),
        Field("host", Text(64, least=0)),
        Field("address", Text(64, least=0)),
        Field("serial", Text(64, least=0)),
    )
)
_BEFORE = Record(
    (Field("id", Text(MAX_ID), required=True), Field("online", Bool(), required=True), Field("since", _MS))
)
_LISTING = Record(
    (Field("started", _MS, required=True), Field("boards", ListOf(_BEFORE, most=MOST, least=0), required=True))
)


class Board:
    """One board. `online` None: not known yet. `since_ms`: since when it is so, as far as anybody knows."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.online: bool | None = None
        self.since_ms = 0
        self.heard_ms: int | None = None  # itself, live
        self.word: tuple[bool, int] | None = None  # online or not, as said in this connection, and when
        self.who = Who()
        self.version = ""
        self.twins = Twins()

    @property
    def label(self) -> str:
        """Its name, and which machine it is."""
        machine = ", ".join(filter(None, (self.who.host, self.who.address)))
        return f"{self.name} ({machine})" if machine else self.name

    def entry(self) -> dict[str, Any]:
        """As bridge/boards has it. A last will does not say which machine it was, so of one that is gone this does."""
        entry: dict[str, Any] = {"id": self.name, "online": bool(self.online), "since": self.since_ms}
        if not self.online:
            entry |= _machine(self.who) | ({"version": self.version} if self.version else {})
        if self.twins.found:
            entry["twice"] = [_machine(who) for who in self.twins.found]
        return entry


class BoardsWatch:
    """All boards of a site. `dirty`: what listing() gives has changed since somebody set it to False."""

    def __init__(self) -> None:
        self.boards: dict[str, Board] = {}
        self.dirty = False
        self.touched: set[str] = set()
        """Boards that came, went or turned out to be two, since whoever tells of them emptied it."""
        self.is_settled = False
        """Whether it is known of every board whether it is there."""
        self.refused: dict[str, str] = {}
        """What could not be used, a line each kind; for the log."""
        self.forgotten: list[Board] = []
        """Those whose retained state somebody cleared, since whoever tells of them emptied the list."""
        self._up_ms: int | None = None  # when the connection, or the time after a hold-up of this process, began
        self._ticked_ms: int | None = None
        self._before: dict[str, int] = {}  # since when a board was offline, as an earlier run knew

    def connected(self, now_ms: int) -> None:
        """A new connection: what is retained follows, and boards may have lost theirs too."""
        self._up_ms = now_ms
        self.is_settled = False
        for board in self.boards.values():
            board.word = None

    def disconnected(self) -> None:
        """Nothing is heard from here on."""
        self._up_ms = None

    def restore(self, payload: bytes, now_ms: int) -> None:
        """What an earlier run published as bridge/boards: since when boards have been away."""
        try:
            clean, problems = read(_LISTING, wire.loads(payload), wire=True)
        except WireError:
            return
        if not problems and clean["started"] <= now_ms:  # else the clock was set back since
            self._before = {
                each["id"]: each["since"]
                for each in clean["boards"]
                if not each["online"] and each["since"] is not None and each["since"] <= now_ms
            }

    def receive(self, name: str, payload: bytes, retained: bool, now_ms: int) -> None:
        """Take a message of board/<name>/state. Nothing that arrives raises."""
        if not 0 < len(name) <= MAX_ID or one_line(name, MAX_ID) != name:
            self._refuse("name", f"board/{one_line(name, MAX_ID)}/state: no name of a board")
        elif not payload:
            if (board := self.boards.pop(name, None)) is not None:
                self.forgotten.append(board)
                self.dirty = True
        elif name not in self.boards and len(self.boards) >= MOST:
            self._refuse("many", f"more than {MOST} boards have spoken: those beyond are not watched")
        else:
            try:
                state = _state(payload)
            except WireError as error:
                self._refuse(error.kind, f"board/{name}/state: {error}")
            else:
                self._take(self.boards.setdefault(name, Board(name)), state, retained, now_ms)

    def tick(self, now_ms: int) -> None:
        """Go on to `now_ms`: silence, and what the settling has shown."""
        if self._up_ms is not None and self._ticked_ms is not None and now_ms - self._ticked_ms > HELD_UP_MS:
            self.connected(now_ms)
        self._ticked_ms = now_ms
        for board in self.boards.values():
            found = board.twins.found
            board.twins.tick(now_ms)
            self._changed(board, found != board.twins.found)
        if self._up_ms is None or now_ms - self._up_ms < SETTLE_MS:
            return
        if not self.is_settled:
            self.is_settled = self.dirty = True
            for board in self.boards.values():
                self._settle(board, self._up_ms)
        for board in self.boards.values():
            if board.online and now_ms - max(board.heard_ms or 0, self._up_ms) >= SILENT_MS:
                self._set(board, False, board.heard_ms or self._up_ms)

    def offline(self, now_ms: int) -> list[str]:
        """Those that the other boards are told of, by name."""
        return sorted(
            board.name
            for board in self.boards.values()
            if board.online is False and TOLD_MS <= now_ms - board.since_ms < OLD_MS
        )

    def notice(self, now_ms: int) -> str:
        """What the other boards show of those that are offline; "" for nothing."""
        names = self.offline(now_ms)
        if len(names) == 1:
            return f"board {names[0]} is offline"
        return f"boards {listed(names, NAMED)} are offline" if names else ""

    def listing(self) -> list[dict[str, Any]]:
        """The boards as bridge/boards tells them, by name; those of which nothing is known yet are left out."""
        return [board.entry() for _, board in sorted(self.boards.items()) if board.online is not None]

    def _take(self, board: Board, state: dict[str, Any], retained: bool, now_ms: int) -> None:
        online: bool = state["online"]
        board.version = state["version"] or board.version
        if online and not (retained and board.who.name):
            board.who = Who(state["host"] or "", state["address"] or "", state["serial"] or "", state["uptime_ms"])
        board.word = (online, now_ms)
        if retained:
            return  # what it is worth, the settling shows
        if online:
            board.heard_ms = now_ms
            found = board.twins.found
            board.twins.heard(board.who, now_ms)
            self._changed(board, found != board.twins.found)
            self._set(board, True, now_ms)
        elif self.is_settled:
            self._set(board, False, now_ms)

    def _settle(self, board: Board, up_ms: int) -> None:
        """All have had the time to speak: one that has not, or whose last word was a will, is not there."""
        said = board.word
        if board.online is False or (said and said[0] and board.heard_ms is not None and board.heard_ms >= up_ms):
            return
        since_ms = said[1] if said and not said[0] else board.heard_ms or up_ms
        if board.online is None:
            since_ms = min(self._before.get(board.name, since_ms), since_ms)
        self._set(board, False, since_ms)

    def _set(self, board: Board, online: bool, since_ms: int) -> None:
        if board.online is not online:
            board.online, board.since_ms = online, since_ms
            self._changed(board, True)

    def _changed(self, board: Board, is_so: bool) -> None:
        if is_so:
            self.dirty = True
            self.touched.add(board.name)

    def _refuse(self, kind: str, line: str) -> None:
        self.refused.setdefault(kind, line)


def _state(payload: bytes) -> dict[str, Any]:
    """What is of use here of a board's state, read without a look at the rest: there may be many boards."""
    if len(payload) > MAX_BYTES:
        raise WireError(f"{len(payload)} bytes, expected at most {MAX_BYTES}", "bytes")
    try:
        message = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise WireError(f"no JSON: {one_line(str(error), 60)}", "JSON") from None
    if not isinstance(message, dict):
        raise WireError("expected a JSON object", "JSON")
    if type(message.get("v")) is not int or message["v"] != wire.VERSION:
        raise WireError(f"v is {one_line(str(message.get('v')), 20)}, expected {wire.VERSION}", "v")
    state, problems = read(_STATE, message, wire=True)
    if problems:
        raise WireError(f"{problems[0][0][0]}: {problems[0][1]}", "field")
    clean: dict[str, Any] = state
    return clean


def _machine(who: Who) -> dict[str, str]:
    return {name: value for name in ("host", "address", "serial") if (value := str(getattr(who, name)))}
