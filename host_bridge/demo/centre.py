"""The demo's call centre: callers who come, wait, lose patience, talk and are passed on, as pure discrete events.

A seed, a start and a speed make a day. `advance(now_ms)` returns what happened until then; no clock is read, no file,
no socket. The same seed gives the same day at every speed, and however it is cut into steps.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from host_bridge.demo import calibration
from host_bridge.demo.exchange import Exchange
from host_bridge.demo.floor import Floor
from host_bridge.demo.happenings import (
    GaveUp,
    HangupAsked,
    Happening,
    HungUp,
    Joined,
    Left,
    Leg,
    PressedKey,
    QueueRun,
    StatusSet,
)
from host_bridge.demo.manners import (
    CALLERS,
    KEY,
    KEY_CONTEXT,
    KEY_FROM_MS,
    KEY_ODDS,
    MANNERS,
    MESSAGE_MS,
    SERVICE_LEVEL_S,
)
from host_bridge.demo.people import Caller, Line, Seat
from host_bridge.demo.talks import Talks


class Centre:
    """`start_ms` (epoch) is when its PBX starts; the centre's own clock then shows `hour`. Times given are epoch ms.

    `speed` divides every duration, `load` multiplies the arrivals of a mean day.
    """

    def __init__(self, seed: int, start_ms: int, *, speed: float = 1.0, hour: float = 10.0, load: float = 1.0) -> None:
        self.start_ms = start_ms
        self.lines = {
            queue: Line(queue, manner.longest, max(1, round(SERVICE_LEVEL_S / speed)))
            for queue, manner in MANNERS.items()
        }
        self._exchange = Exchange(seed, start_ms, int((hour - calibration.OPENS_H) * calibration.HOUR_MS), speed)
        self._rng = self._exchange.rng
        self._load = load
        self._serial = 0
        self._elsewhere: dict[str, Caller] = {}
        """Those who hear a message or talk outside the centre, by their Uniqueid."""
        self._floor = Floor(self._exchange, self._offer)
        self._talks = Talks(self._exchange, self._floor, self.lines, self._enter, self._leave_to_dialplan)
        for queue in self.lines:
            self._await_next(queue)

    @property
    def seats(self) -> list[Seat]:
        """All the seats, taken or not."""
        return self._floor.seats

    def next_ms(self) -> int | None:
        """When `advance` has something to tell."""
        return self._exchange.next_ms()

    def advance(self, now_ms: int) -> list[Happening]:
        """Let the centre live until then; return what happened, in its order."""
        self._exchange.run(now_ms)
        return self._exchange.take()

    def close(self, now_ms: int) -> list[Happening]:
        """Hang up on everybody, as a PBX does that is told to stop in good order."""
        self._exchange.run(now_ms)
        self._floor.close()
        for line in self.lines.values():
            for caller in line.callers.copy():
                self._hang_up(caller)
        self._talks.end_all()
        for caller in list(self._elsewhere.values()):
            self._drop(caller)
        self._exchange.clear()
        return self._exchange.take()

    # Coming

    def _await_next(self, queue: str) -> None:
        own_ms = calibration.next_arrival_ms(queue, self._exchange.own_ms, self._load, self._rng)
        self._exchange.at(own_ms, partial(self._arrive, queue))

    def _arrive(self, queue: str) -> None:
        self._await_next(queue)
        uniqueid, name = self._exchange.channel("trunk")
        number = f"050555{self._rng.randrange(10_000):04d}"
        self._enter(Caller(Leg(uniqueid, uniqueid, name, number, "", CALLERS, MANNERS[queue].extension, 1)), queue)

    def _enter(self, caller: Caller, queue: str) -> None:
        line, now_ms = self.lines[queue], self._exchange.now_ms
        caller.leg = caller.leg._replace(context=CALLERS, exten=MANNERS[queue].extension, priority=1)
        self._exchange.tell(QueueRun(caller.leg, queue, now_ms))
        if line.is_full:
            line.outcomes["rejected"] += 1
            self._exchange.tell(StatusSet(caller.leg, "FULL", now_ms))
            self._leave_to_dialplan(caller, MESSAGE_MS)
            return
        line.callers.append(caller)
        self._serial += 1
        caller.queue, caller.order, caller.joined_ms = queue, self._serial, now_ms
        caller.first_position = len(line.callers)
        self._exchange.tell(Joined(caller.leg, queue, len(line.callers), len(line.callers), now_ms))
        self._plan_end(caller)
        self._offer()

    def _plan_end(self, caller: Caller) -> None:
        """Decide how this wait ends unless an agent ends it."""
        patience_ms = calibration.patience_ms(caller.queue, self._rng)
        timeout_ms = MANNERS[caller.queue].timeout_s * 1000
        end: Callable[[Caller], None] = self._hang_up
        if patience_ms > timeout_ms:
            patience_ms, end = timeout_ms, self._time_out
        elif patience_ms > KEY_FROM_MS and self._rng.random() < KEY_ODDS:
            end = self._press_key
        self._exchange.after(patience_ms, partial(self._if_waiting, caller, caller.order, end))

    def _if_waiting(self, caller: Caller, order: int, end: Callable[[Caller], None]) -> None:
        if caller.order == order and caller in self.lines[caller.queue].callers:
            end(caller)

    def _offer(self) -> None:
        """Ring free seats for those who wait, whoever came first, first."""
        waiting = [caller for line in self.lines.values() for caller in line.callers if caller.seat is None]
        for caller in sorted(waiting, key=lambda caller: caller.order):
            seat = self._floor.free_for(caller.queue)
            if seat is not None:
                self._talks.ring(caller, seat)

    # Leaving the line without an agent

    def _hang_up(self, caller: Caller) -> None:
        self._exchange.tell(HangupAsked(caller.leg, self._exchange.now_ms))
        self._talks.cancel(caller)
        self._give_up(caller, timed_out=False)
        self._exchange.tell(HungUp(caller.leg, self._exchange.now_ms))

    def _time_out(self, caller: Caller) -> None:
        self._talks.cancel(caller)
        self._give_up(caller, timed_out=True)
        self._exchange.tell(StatusSet(caller.leg, "TIMEOUT", self._exchange.now_ms))
        target = MANNERS[caller.queue].overflows_to
        if target is None:
            self._leave_to_dialplan(caller, MESSAGE_MS)
        else:
            self._enter(caller, target)

    def _give_up(self, caller: Caller, *, timed_out: bool) -> None:
        line, now_ms = self.lines[caller.queue], self._exchange.now_ms
        position, hold_s = line.callers.index(caller) + 1, caller.hold_s(now_ms)
        line.gave_up(hold_s, "overflowed" if timed_out else "abandoned")
        line.callers.remove(caller)
        self._exchange.tell(
            GaveUp(caller.leg, line.name, position, caller.first_position, hold_s, timed_out, now_ms),
            Left(caller.leg, line.name, position, len(line.callers), now_ms),
        )

    def _press_key(self, caller: Caller) -> None:
        self._talks.cancel(caller)
        line, now_ms = self.lines[caller.queue], self._exchange.now_ms
        position, hold_s = line.callers.index(caller) + 1, caller.hold_s(now_ms)
        line.outcomes["exited"] += 1
        line.callers.remove(caller)
        caller.leg = caller.leg._replace(context=KEY_CONTEXT, exten=KEY, priority=0)
        self._exchange.tell(
            QueueRun(caller.leg, line.name, now_ms),
            PressedKey(caller.leg, line.name, KEY, position, caller.first_position, hold_s, now_ms),
            Left(caller.leg, line.name, position, len(line.callers), now_ms),
        )
        self._leave_to_dialplan(caller, MESSAGE_MS)

    def _leave_to_dialplan(self, caller: Caller, for_ms: int) -> None:
        """A caller who is in no queue hears a message, or talks outside, and is hung up on then."""
        self._elsewhere[caller.leg.uniqueid] = caller
        self._exchange.after(for_ms, partial(self._drop, caller))

    def _drop(self, caller: Caller) -> None:
        del self._elsewhere[caller.leg.uniqueid]
        caller.leg = caller.leg._replace(priority=caller.leg.priority + 2)
        self._exchange.tell(HungUp(caller.leg, self._exchange.now_ms))
