"""What is said of the boards in the log, and kept in the history: once each, and nothing of what was a moment.

A board that connects anew is offline for some hundred ms, and of five that lose the same switch one line names all. One
that comes and goes all day is told of once. Pure: no clock; `now_ms` is ms of the bridge's.
"""

from __future__ import annotations

import logging
from typing import NamedTuple

from host_bridge.boards.twins import Who, sentence
from host_bridge.boards.watch import TOLD_MS, Board, BoardsWatch
from host_bridge.boards.words import listed, span

SAY_MS = 1_000  # between a change and its line
OFTEN, LATELY_MS = 4, 600_000  # one that went so often in this time comes and goes
LISTED = 20  # boards that one line names


class Event(NamedTuple):
    """For the history; `what` as in history.entries.BoardEvent."""

    at_ms: int
    board: str
    what: str
    who: Who
    version: str
    note: str = ""


class _Said:
    """Of one board: what the log knows, and what it does not know yet."""

    def __init__(self) -> None:
        self.online: bool | None = None  # as told; None: nothing yet
        self.gone_ms = 0  # since when it was offline, as told
        self.seen: bool | None = None  # as of the last look
        self.differs_ms: int | None = None  # since when it is not as told
        self.due_ms: int | None = None  # when that is to be said
        self.went_ms: list[int] = []  # when it went, lately
        self.flaps = False
        self.twins = 0  # boards of this name, as told


class Talk:
    """Looks at a watch, and says what is new."""

    def __init__(self, watch: BoardsWatch, log: logging.Logger) -> None:
        self._watch = watch
        self._log = log
        self._said: dict[str, _Said] = {}
        self._open: set[str] = set()  # boards of which there is, or will be, something to say
        self._due_ms: int | None = None
        self._shared: dict[str, str] = {}  # names that more than one board has, in a sentence each
        self._refused: set[str] = set()

    @property
    def problem(self) -> str:
        """What a person should do about the boards, in one line; "" is fine."""
        return "; ".join(self._shared.values()) if self._shared else ""

    def look(self, now_ms: int, *, at_all: bool = True) -> list[Event]:
        """Say what there is to say, and give what is to be kept of it.

        After each tick of the watch and when next_ms() says; after each message not `at_all`, only at its board.
        """
        events = self._forget(self._watch.forgotten, now_ms)
        self._watch.forgotten.clear()
        for kind in self._watch.refused.keys() - self._refused:
            self._refused.add(kind)
            self._log.warning("%s (told once)", self._watch.refused[kind])
        ripe = []
        self._open |= self._watch.touched
        names = self._open if at_all else self._watch.touched
        self._due_ms = None if at_all else self._due_ms
        for name in sorted(names):
            board = self._watch.boards.get(name)
            if board is None:
                self._open.discard(name)
                continue
            said = self._said.setdefault(name, _Said())
            events += self._twins(board, said, now_ms)
            if self._is_ripe(board, said, now_ms):
                ripe.append((board, said))
            elif said.differs_ms is None and not said.flaps and not said.twins:
                self._open.discard(name)
            if said.due_ms is not None:
                self._due_ms = said.due_ms if self._due_ms is None else min(self._due_ms, said.due_ms)
        self._watch.touched.clear()
        return events + self._changes(ripe, now_ms)

    def next_ms(self) -> int | None:
        """When to look again; what is later than the next heartbeat has the time until then."""
        return self._due_ms

    def _is_ripe(self, board: Board, said: _Said, now_ms: int) -> bool:
        """Whether the board has been another than told for long enough to tell."""
        if said.seen is not board.online:
            said.seen = board.online
            if board.online is False:
                said.went_ms = [*said.went_ms[-OFTEN:], now_ms]
        said.flaps = said.flaps and now_ms - said.went_ms[-1] < LATELY_MS
        said.due_ms = None
        if board.online is said.online:
            said.differs_ms = None
            return False
        if said.differs_ms is None:
            said.differs_ms = now_ms
        if said.online is None and not self._watch.is_settled:
            return False  # at the start of the bridge one line names all
        if board.twins.found or said.flaps:
            return board.online is False and now_ms - board.since_ms >= TOLD_MS
        if now_ms - said.differs_ms >= SAY_MS:
            return True
        said.due_ms = said.differs_ms + SAY_MS
        return False

    def _changes(self, ripe: list[tuple[Board, _Said]], now_ms: int) -> list[Event]:
        """One line for all that went, one for all that came."""
        events, gone, new, back = [], [], [], []
        for board, said in ripe:
            if board.online:
                if said.online is False:
                    back.append((board, board.since_ms - said.gone_ms))
                else:
                    new.append(board)
            elif len([each for each in said.went_ms if now_ms - each < LATELY_MS]) >= OFTEN and not said.flaps:
                said.flaps = True
                self._log.warning(
                    "board %s comes and goes, %d times in %s: look at its network and its power (told once)",
                    board.label, OFTEN, span(LATELY_MS),
                )  # fmt: skip
            else:
                gone.append(board)
            if not board.online:
                said.gone_ms = board.since_ms
            said.online, said.differs_ms = board.online, None
            what, note = "online" if board.online else "offline", "comes and goes" if said.flaps else ""
            events.append(Event(board.since_ms, board.name, what, board.who, board.version, note))
        self._say_gone(gone, now_ms)
        self._say(logging.INFO, [board.label for board in new], "online")
        if len(back) == 1:
            self._log.info("board %s is back after %s", back[0][0].label, span(back[0][1]))
        else:
            self._say(logging.INFO, [board.name for board, _ in back], "back")
        return events

    def _say_gone(self, gone: list[Board], now_ms: int) -> None:
        if len(gone) == 1 and now_ms - gone[0].since_ms >= TOLD_MS:
            self._log.warning("board %s has been offline for %s", gone[0].label, span(now_ms - gone[0].since_ms))
        else:
            self._say(logging.WARNING, [board.label for board in gone], "offline")

    def _say(self, level: int, names: list[str], what: str) -> None:
        if len(names) == 1:
            self._log.log(level, "board %s is %s", names[0], what)
        elif names:
            self._log.log(level, "%d boards are %s: %s", len(names), what, listed(sorted(names), LISTED))

    def _twins(self, board: Board, said: _Said, now_ms: int) -> list[Event]:
        found = board.twins.found
        count, said.twins = said.twins, len(found)
        if len(found) > count:
            self._shared[board.name] = line = sentence(board.name, found)
            self._log.warning("%s", line)
            return [Event(now_ms, board.name, "twins", board.who, board.version, line)]
        if count and not found:
            del self._shared[board.name]
            self._log.info("one board alone calls itself '%s' again", board.name)
        return []

    def _forget(self, boards: list[Board], now_ms: int) -> list[Event]:
        """Of one that was never told of there is nothing to say: anybody may publish, and clear, what he likes."""
        told = []
        for board in boards:
            self._open.discard(board.name)
            is_shared = self._shared.pop(board.name, None) is not None
            said = self._said.pop(board.name, None)
            # before all is settled an earlier run may have told of it
            if is_shared or not self._watch.is_settled or (said is not None and said.online is not None):
                told.append(board)
        if len(told) == 1:
            self._log.info("board %s is forgotten: somebody cleared its state", told[0].label)
        else:
            self._say(logging.INFO, [board.label for board in told], "forgotten")
        return [Event(now_ms, board.name, "forgotten", board.who, board.version) for board in told]
