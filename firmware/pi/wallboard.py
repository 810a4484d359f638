"""The board's shell: what came in → the core → panel, buzzer, state message and state file. Drawn only when it changes.

    wallboard = Wallboard(Parts(board, screen, panel, buzzer, link, store), log)
    while not stopped and not wallboard.restart_asked(now_ms):
        waker.wait(wallboard.step(inbox.take(), now_ms) - now_ms)
    wallboard.close()

No clock and no thread of its own: the loop in program.py has them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from firmware.core import wire
from firmware.core.canvas import BLACK
from firmware.core.font import Fonts
from firmware.core.view import IDENTIFY, SELF_TEST, View
from firmware.pi.canvas_pillow import load_font
from firmware.pi.inbox import LinkChange, Message, Press
from firmware.pi.selftest.sheet import ShadesCanvas, Sheet

if TYPE_CHECKING:
    from firmware.pi.parts import Parts
    from firmware.pi.selftest.pictures_panel import Picture

STATE_EVERY_MS = 10_000
STATE_GAP_MS = 250  # between two state messages, however much changes
STORE_DELAY_MS = 2_000  # one write for all the rules that a bridge sends in a row: the board's disk is an SD card …
STORE_GAP_MS = 60_000  # … which a bridge that changes its rules all the time is not to wear out
LEAST_SLEEP_MS = 2  # of what is due by time alone; what comes in wakes the loop at once
LOST_MS = 10_000  # a line that is dead is found so within half of it: what was published shortly before is lost
_DOING = {IDENTIFY: "identify", SELF_TEST: "test"}  # by the page that is shown: what a person has asked for
LEAST_LIFE_MS = 20_000  # before a command may restart the board: one that is sent again and again stops nothing


class Wallboard:
    """One board from its first frame to its last. All times are ms of the board's monotonic clock."""

    def __init__(
        self,
        parts: Parts,
        log: logging.Logger,
        temperature: Callable[[], int | None] = lambda: None,
        identity: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """`identity`: what its state says of the machine, see identity.py."""
        self.frames = 0  # drawn
        self._parts = parts
        self._log = log
        self._temperature = temperature
        self._identity = identity
        self._canvas = ShadesCanvas(parts.screen.width, parts.screen.height)
        self._fonts = Fonts(load_font)  # of the front's pictures
        self._shown: View | Picture | None = None
        self._told: dict[str, Any] | None = None  # board.state() as last published
        self._told_ms = 0
        self._due_ms = 0  # when the board changes by time alone
        self._store_ms: int | None = None  # when the state file is due
        self._stored_ms = -STORE_GAP_MS  # when it was written last
        self._unsent: dict[str, bytes] = {}  # by topic: acknowledgements that no broker has yet
        self._sent: dict[str, tuple[bytes, int]] = {}  # … and those published lately, and when

    def step(self, items: Iterable[LinkChange | Message | Press], now_ms: int) -> int:
        """Take what came in, bring everything up to date, and return when to step again at the latest.

        Raises PanelError when there is no panel to be had.
        """
        items = list(items)
        if items or now_ms >= self._due_ms:  # else the panel has something to say, or the buzzer is to be told again
            self._due_ms = self._advance(items, now_ms)
        times = [self._due_ms, self._parts.panel.tend(now_ms)]
        sound_ms = self._parts.buzzer.sound(self._sounds(now_ms), now_ms)
        if sound_ms is not None:
            times.append(sound_ms)
        return max(min(times), now_ms + LEAST_SLEEP_MS)

    def restart_asked(self, now_ms: int) -> bool:
        """Somebody has sent the command `restart`, and the board has run for long enough to carry it out."""
        return self._parts.board.restart_asked and now_ms >= LEAST_LIFE_MS

    def summary(self) -> str:
        """What the board does, in one line for `systemctl status`."""
        told = self._told or {}
        parts = [f"THE PANEL IS DARK ({self._parts.panel.problem})"] if self._parts.panel.problem else []
        parts += ["self-test"] if self._parts.front is not None and self._parts.front.testing else []
        parts.append(f"NO {told['fault']}" if told.get("fault") else "live" if told else "not connected")
        alarms = len(told.get("alarms", ()))
        if alarms:
            parts.append(f"{alarms} alarm" + "s" * (alarms > 1))
        return ", ".join(parts)

    def close(self) -> None:
        """Say good-bye, and keep the rules of the last moment. The panel and the buzzer end with the nursery."""
        board, link, store = self._parts.board, self._parts.link, self._parts.store
        link.close(wire.dumps(board.offline()))
        if self._store_ms is not None or board.stored_changed:
            store.save(board.stored())

    def _advance(self, items: list[LinkChange | Message | Press], now_ms: int) -> int:
        """The board at this moment; when it changes by time alone."""
        board, front = self._parts.board, self._parts.front
        for item in items:
            if isinstance(item, Message):
                board.receive(item.topic, item.payload, item.retained, now_ms)
                if front is not None:
                    front.hear(item)
            elif isinstance(item, Press):
                if front is None or not front.press(item.down, item.at_ms):
                    board.press(item.down, item.at_ms)
            else:
                if not item.up:
                    self._take_back(now_ms)
                board.link(item.up, now_ms)
                self._told = None  # a broker may have forgotten, or published the will
        board.tick(now_ms)
        times = [self._show(now_ms)]
        for line in board.lines():
            self._log.warning("%s", line)
        self._send(now_ms)
        times += [self._say(now_ms), self._keep(now_ms), board.next_wake_ms(now_ms)]
        return min(times)

    def _show(self, now_ms: int) -> int:
        """What is to be seen now, if it is not seen yet; when to look again."""
        front, panel, board = self._parts.front, self._parts.panel, self._parts.board
        view = board.view(now_ms)
        if front is not None and front.wanted:
            picture = front.tick(now_ms, board.state(now_ms).get("fault"), panel.frames > 0)
            # What a person asks of a board is asked when not all is right yet: the way to the PBX never covers it.
            if picture is not None and (front.testing or view.kind not in _DOING):
                if picture != self._shown:
                    self._canvas.fill(BLACK)
                    picture.draw(Sheet(self._canvas, self._fonts))
                    self._put(picture, board.setup.brightness)
                return front.next_ms(now_ms)
        if view != self._shown:
            self._parts.screen.draw(self._canvas, view)
            self._put(view, view.brightness)
        return now_ms + STATE_EVERY_MS if front is None else front.next_ms(now_ms)

    def _put(self, shown: View | Picture, brightness: int) -> None:
        self._parts.panel.show(self._canvas.image(brightness))
        self._shown = shown
        self.frames += 1

    def _sounds(self, now_ms: int) -> bool:
        """The buzzer is on."""
        front = self._parts.front
        of_test = None if front is None else front.buzzer(now_ms)
        return self._parts.board.buzzer(now_ms) if of_test is None else of_test

    def _send(self, now_ms: int) -> None:
        """What somebody has acknowledged here, for the other boards; kept until there is a connection."""
        self._unsent.update(self._parts.board.outbox())
        for topic, payload in list(self._unsent.items()):
            if not self._parts.link.publish(topic, payload):
                return
            del self._unsent[topic]
            self._sent[topic] = payload, now_ms

    def _take_back(self, now_ms: int) -> None:
        """The line is dead, and who knows since when. What comes twice does no harm."""
        for topic, (payload, at_ms) in self._sent.items():
            if now_ms - at_ms < LOST_MS:
                self._unsent.setdefault(topic, payload)
        self._sent.clear()

    def _say(self, now_ms: int) -> int:
        """Publish the board's state when it has changed or is due; when to look again."""
        board = self._parts.board
        state = {**board.state(now_ms), **self._identity}
        if isinstance(self._shown, View) and self._shown.kind in _DOING:
            state["doing"] = _DOING[self._shown.kind]
        front, panel = self._parts.front, self._parts.panel
        if panel.problem:
            state["problem"] = panel.problem
        if front is not None and front.report():
            state["self_test"] = front.report()
            if front.testing:
                state["doing"] = _DOING[SELF_TEST]
        changed = state != self._told
        gap_ms = STATE_GAP_MS if changed and self._told is not None else STATE_EVERY_MS
        if self._told is not None and now_ms < self._told_ms + gap_ms:
            return self._told_ms + gap_ms
        problems = board.problems + self._parts.link.discarded
        measured: dict[str, int | str] = {"frames": panel.frames, "uptime_ms": now_ms, "problems": problems}
        if panel.restarts:
            measured["restarts"] = panel.restarts
        if panel.held:
            measured["held"] = panel.held
        if self._parts.link.address:
            measured["address"] = self._parts.link.address
        temperature = self._temperature()
        if temperature is not None:
            measured["temp"] = temperature
        if self._parts.link.publish(board.state_topic, wire.dumps({**state, **measured})):
            self._told = state
        self._told_ms = now_ms
        # Without a connection nothing is to be said: the next one asks for it.
        return now_ms + STATE_EVERY_MS

    def _keep(self, now_ms: int) -> int:
        """Write the state file when it is due; when to look again."""
        board = self._parts.board
        if board.stored_changed and self._store_ms is None:
            self._store_ms = max(now_ms + STORE_DELAY_MS, self._stored_ms + STORE_GAP_MS)
        if self._store_ms is None:
            return now_ms + STATE_EVERY_MS
        if now_ms < self._store_ms:
            return self._store_ms
        self._store_ms = None
        self._stored_ms = now_ms
        self._parts.store.save(board.stored())
        return now_ms + STATE_EVERY_MS
