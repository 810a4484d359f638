"""Keeps the history: which alarms fired and who acknowledged, when PBX and broker were lost, when the bridge ran.

The alarms are judged by the boards' own code from what boards are really told, at the moment of its publishing. That
work is done some ms later, in one piece, so that nothing of it stands between an event of the PBX and the wall.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from firmware.core import wire
from host_bridge.alarms import Alarms, Change
from host_bridge.boards import Event
from host_bridge.clock import Clock
from host_bridge.history import History
from host_bridge.history.acks import Acks
from host_bridge.history.entries import BoardEvent, Entry, Run
from host_bridge.history.firings import Firings
from host_bridge.history.history import MARK_MS
from host_bridge.history.outages import Outages
from host_bridge.memory.told import Told

LATER_S = 0.02  # between a publish and what is made of it here: by then the publish has left this machine
SLICE_S = 0.003  # of the loop's time, in one go
BROKER, PBX = "broker", "pbx"


class Figures(dict[str, Any]):
    """A snapshot as it goes out; what is not known of it is None, as wire.read has it."""

    def __missing__(self, name: str) -> None:
        return None


class Recorder:
    """One run of the bridge, `started` at that ms of its clock. Called by the event loop's thread; nothing waits."""

    def __init__(self, history: History, *, started: int, version: str, clock: Clock, log: logging.Logger) -> None:
        self._history = history
        self._clock = clock
        self._told = Told(log)
        self._loop = asyncio.get_running_loop()
        self._alarms = Alarms()
        self._firings = Firings(started)
        self._outages = Outages(started)
        self._acks = Acks()
        self._run = Run(started, version, started, started, None)
        self._mark_ms = started
        self._at_ms = started  # until when the alarms have been judged
        self._todo: deque[Callable[[], None]] = deque()
        self._rules: dict[str, bytes] = {}  # by queue, as taken
        self._timer: asyncio.TimerHandle | None = None
        self._is_pbx_up = self._is_broker_up = False
        self._alarms.pbx(False, started)

    # what boards are told

    def rules(self, queue: str, payload: bytes) -> None:
        """The rules of a queue (by its id on the wire) go out."""
        self._later(partial(self._take_rules, queue, payload, self._clock.ms()))

    def snapshot(self, queue: str, figures: dict[str, int], is_open: bool, now_ms: int) -> None:
        """A snapshot goes out."""
        self._later(partial(self._take_snapshot, queue, Figures(figures, ts=now_ms, open=is_open), now_ms))

    def gone(self, queue: str, now_ms: int) -> None:
        """A queue is no more."""
        self._later(partial(self._take_gone, queue, now_ms))

    def pbx(self, state: str, why: str, now_ms: int) -> None:
        """Boards are told this of the PBX."""
        self._later(partial(self._take_pbx, state, why, now_ms))

    def broker(self, why: str | None) -> None:
        """It is lost, and why; or it is there, None. Boards that hear nothing neither raise nor clear an alarm."""
        self._later(partial(self._take_broker, why, self._clock.ms()))

    # what boards say

    def ack(self, queue: str, rule: str, payload: bytes) -> None:
        """Somebody acknowledged, or took it back."""
        self._later(partial(self._take_ack, queue, rule, payload, self._clock.ms()))

    def boards(self, events: Iterable[Event]) -> None:
        """Boards came and went."""
        shift_ms = self._shift_ms()
        self._keep(
            BoardEvent(
                each.at_ms + shift_ms,
                each.board,
                each.what,
                each.who.host,
                each.who.address,
                each.who.serial,
                each.version,
                each.note,
            )
            for each in events
        )

    # from the bridge

    @property
    def problem(self) -> str:
        """Why nothing is kept at present; "" is fine."""
        return self._history.problem

    def beat(self) -> None:
        """With each heartbeat."""
        now_ms = self._clock.ms()
        self._keep(self._outages.tick(now_ms, self._shift_ms()))
        if now_ms >= self._mark_ms:
            self._mark_ms = now_ms + MARK_MS
            self._keep([self._mark()])
            self._history.renew()
        self._told.count("%d entries never got into the history", self._history.dropped)
        self._told.count("%d acknowledgements made no sense, or were too many, and are not kept", self._acks.refused)

    def prune(self, keep_ms: int) -> None:
        """Forget what was over so long ago."""
        self._history.prune(self._clock.now().utc_ms - keep_ms)

    async def close(self) -> None:
        """Keep what is known at the end of the bridge, and let go of the file."""
        self._do(at_all=True)
        if self._timer is not None:
            self._timer.cancel()
        now_ms, shift_ms = self._clock.ms(), self._shift_ms()
        self._keep([*self._firings.stop(now_ms, shift_ms), *self._outages.stop(now_ms, shift_ms)])
        self._keep([self._mark()._replace(until_ms=now_ms + shift_ms)])
        await asyncio.to_thread(self._history.close)

    def _later(self, work: Callable[[], None]) -> None:
        if not self._todo:
            self._arm(LATER_S)
        self._todo.append(work)

    def _arm(self, in_s: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(in_s, self._do)

    def _do(self, *, at_all: bool = False) -> None:
        """What was put off, in the order in which it came; then what is due by time alone.

        As much as fits into some ms (`at_all`: everything), lest the PBX waits while a thousand queues get their rules.
        """
        began_s = self._loop.time()
        try:
            while self._todo:
                self._todo.popleft()()
                if self._loop.time() - began_s > SLICE_S and not at_all:
                    break
        finally:  # a piece that fails, which the loop tells, leaves the others to be done
            if self._todo:
                self._arm(0)
        if self._todo:
            return
        now_ms = self._clock.ms()
        self._advance(now_ms)
        due_ms = self._alarms.next_ms()
        if due_ms is not None:
            self._arm(max((due_ms - now_ms) / 1000, LATER_S))

    def _advance(self, now_ms: int) -> None:
        """What is due by time alone, at its very ms and not when somebody came to look."""
        while (due_ms := self._alarms.next_ms()) is not None and due_ms <= now_ms:
            self._at_ms = max(due_ms, self._at_ms)
            self._changed(self._alarms.tick(self._at_ms))
            if self._alarms.next_ms() == due_ms:
                break
        self._at_ms = max(now_ms, self._at_ms)

    def _take_rules(self, queue: str, payload: bytes, now_ms: int) -> None:
        if self._rules.get(queue) == payload:
            return
        self._rules[queue] = payload
        self._advance(now_ms)
        rules = wire.read(wire.RULES, payload)
        self._keep(self._acks.rules(queue, frozenset(rule["id"] for rule in rules["rules"]), self._shift_ms()))
        self._alarms.set_rules(queue, rules)
        self._changed(self._alarms.tick(now_ms), gone=True)

    def _take_snapshot(self, queue: str, figures: Figures, now_ms: int) -> None:
        self._advance(now_ms)  # what was due before comes first
        self._changed(self._alarms.told(queue, figures, now_ms))

    def _take_gone(self, queue: str, now_ms: int) -> None:
        self._advance(now_ms)
        self._changed(self._alarms.told(queue, None, now_ms), gone=True)

    def _take_pbx(self, state: str, why: str, now_ms: int) -> None:
        self._is_pbx_up = state == "up"
        self._keep(self._outages.take(PBX, None if self._is_pbx_up else why or state, now_ms, self._shift_ms()))
        self._link(now_ms)

    def _take_broker(self, why: str | None, now_ms: int) -> None:
        self._is_broker_up = why is None
        self._keep(self._outages.take(BROKER, why, now_ms, self._shift_ms()))
        self._link(now_ms)

    def _take_ack(self, queue: str, rule: str, payload: bytes, now_ms: int) -> None:
        ack = self._acks.take(queue, rule, payload, now_ms, self._shift_ms())
        if ack is not None:
            self._keep([ack])

    def _link(self, now_ms: int) -> None:
        self._advance(now_ms)
        self._changed(self._alarms.pbx(self._is_pbx_up and self._is_broker_up, now_ms))

    def _changed(self, changes: list[Change], *, gone: bool = False) -> None:
        if changes:
            self._keep(self._firings.take(changes, self._shift_ms(), gone=gone))

    def _keep(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._history.put(entry)

    def _mark(self) -> Run:
        shift_ms = self._shift_ms()
        return self._run._replace(from_ms=self._run.started + shift_ms, seen_ms=self._clock.ms() + shift_ms)

    def _shift_ms(self) -> int:
        """From the bridge's steady clock to the wall's, which may be corrected at any time."""
        now = self._clock.now()
        return now.utc_ms - now.ms
