"""Calls between a caller and an agent in the demo's centre: the ringing, the talk, and what comes after it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from host_bridge.demo import calibration
from host_bridge.demo.exchange import Exchange
from host_bridge.demo.floor import Floor
from host_bridge.demo.happenings import (
    DOWN,
    RINGING,
    UP,
    Completed,
    Connected,
    HangupAsked,
    HungUp,
    Left,
    Leg,
    NotAnswered,
    QueueRun,
    Rang,
    RingCancelled,
)
from host_bridge.demo.manners import (
    AGENT_ENDS_ODDS,
    AUTO_PAUSE,
    AUTO_PAUSE_MS,
    CALLERS,
    LET_RING_ODDS,
    MANNERS,
    OUTSIDE,
    OUTSIDE_TALK_MS,
    PASSED_ON_ODDS,
    PASSED_TO_QUEUE_ODDS,
    RING_TIMEOUT_MS,
    Reason,
)
from host_bridge.demo.people import Caller, Line, Seat


class Talks:
    """All the calls of one centre. `pass_on` puts a caller into a queue, `send_out` out of the centre for some ms."""

    def __init__(
        self,
        exchange: Exchange,
        floor: Floor,
        lines: dict[str, Line],
        pass_on: Callable[[Caller, str], None],
        send_out: Callable[[Caller, int], None],
    ) -> None:
        self._exchange = exchange
        self._rng = exchange.rng
        self._floor = floor
        self._lines = lines
        self._pass_on = pass_on
        self._send_out = send_out

    def ring(self, caller: Caller, seat: Seat) -> None:
        """Ring an agent for a caller, who goes on waiting meanwhile."""
        exchange = self._exchange
        uniqueid, name = exchange.channel(seat.extension)
        leg = caller.leg
        seat.phone = Leg(
            uniqueid, leg.linkedid, name, seat.extension, leg.number, "from-internal", leg.exten, 1, RINGING
        )
        seat.caller, caller.seat, seat.rang_ms = caller, seat, exchange.now_ms
        dialled = seat.phone._replace(state=DOWN)
        exchange.tell(Rang(leg, dialled, seat.member(caller.queue), exchange.now_ms))
        self._floor.say(seat)
        lets_ring = self._rng.random() < LET_RING_ODDS
        after_ms = RING_TIMEOUT_MS if lets_ring else min(calibration.ring_ms(self._rng), RING_TIMEOUT_MS - 1)
        exchange.after(after_ms, partial(self._not_answered if lets_ring else self._connect, seat, seat.phone))

    def cancel(self, caller: Caller) -> None:
        """The caller leaves while a phone rings for them: it stops."""
        seat = caller.seat
        if seat is None or seat.phone is None:
            return
        exchange, phone = self._exchange, seat.phone
        rang_ms = exchange.now_ms - seat.rang_ms
        exchange.tell(
            RingCancelled(caller.leg, seat.member(caller.queue), rang_ms, exchange.now_ms),
            HungUp(phone, exchange.now_ms),
        )
        self._let_go(seat)
        self._floor.rest(seat, calibration.after_talk_ms(self._rng))

    def end_all(self) -> None:
        """End every talk, as if all the callers hung up."""
        for seat in self._floor.seats:
            if seat.talks_since_ms is not None and seat.phone is not None:
                self._finish(seat, seat.phone, "caller")

    def _not_answered(self, seat: Seat, phone: Leg) -> None:
        caller = seat.caller
        if seat.phone is not phone or caller is None:
            return  # the caller was gone before
        now_ms = self._exchange.now_ms
        member, ring_ms = seat.member(caller.queue), now_ms - seat.rang_ms
        self._exchange.tell(NotAnswered(caller.leg, phone, member, ring_ms, now_ms))
        self._floor.pause(seat, AUTO_PAUSE, AUTO_PAUSE_MS)
        self._exchange.tell(HungUp(phone, now_ms))
        self._let_go(seat)
        self._floor.rest(seat, 0)

    def _connect(self, seat: Seat, phone: Leg) -> None:
        caller = seat.caller
        if seat.phone is not phone or caller is None:
            return  # the caller was gone before
        exchange, line = self._exchange, self._lines[caller.queue]
        now_ms = exchange.now_ms
        position = line.callers.index(caller) + 1
        line.callers.remove(caller)
        seat.phone = phone = phone._replace(state=UP)
        exchange.tell(Left(caller.leg, line.name, position, len(line.callers), now_ms))
        caller.leg = caller.leg._replace(connected=seat.extension)
        caller.held_s = caller.hold_s(now_ms)
        seat.talks_since_ms = now_ms
        ring_s = (now_ms - seat.rang_ms) // 1000
        exchange.tell(Connected(caller.leg, phone, seat.member(line.name), caller.held_s, ring_s, now_ms))
        self._floor.say(seat)
        line.answered(caller.held_s)
        draw = self._rng.random()
        reason: Reason = "transfer" if draw < PASSED_ON_ODDS else "agent" if draw > 1 - AGENT_ENDS_ODDS else "caller"
        exchange.after(calibration.talk_ms(line.name, self._rng), partial(self._finish, seat, phone, reason))

    def _finish(self, seat: Seat, phone: Leg, reason: Reason) -> None:
        caller = seat.caller
        if seat.phone is not phone or caller is None or seat.talks_since_ms is None:
            return  # ended before, with all the others
        exchange, line = self._exchange, self._lines[caller.queue]
        now_ms = exchange.now_ms
        talk_s = now_ms // 1000 - seat.talks_since_ms // 1000
        target = MANNERS[line.name].passes_to if self._rng.random() < PASSED_TO_QUEUE_ODDS else None
        moved_to = None
        if reason == "transfer":
            line.outcomes["transferred"] += 1
            moved_to = OUTSIDE if target is None else (MANNERS[target].extension, CALLERS)
        elif reason == "caller":
            exchange.tell(HangupAsked(caller.leg, now_ms))
        else:
            exchange.tell(HangupAsked(phone, now_ms))
        member = seat.member(line.name)
        exchange.tell(
            Completed(caller.leg, phone, member, caller.held_s, talk_s, reason, caller.first_position, moved_to, now_ms)
        )
        if moved_to is not None:
            caller.leg = caller.leg._replace(exten=moved_to[0], context=moved_to[1], priority=1, connected="")
            exchange.tell(QueueRun(caller.leg, line.name, now_ms))
        exchange.tell(HungUp(phone, now_ms))
        line.finished(caller.held_s, talk_s)
        duty = seat.duties[line.name]
        duty.calls, duty.last_call_s = duty.calls + 1, now_ms // 1000
        self._let_go(seat)
        if reason == "transfer":
            self._send_on(caller, target)
        else:
            exchange.tell(HungUp(caller.leg, now_ms))
        self._floor.rest(seat, calibration.after_talk_ms(self._rng))

    def _send_on(self, caller: Caller, target: str | None) -> None:
        if target is None:
            self._send_out(caller, OUTSIDE_TALK_MS)
        else:
            self._pass_on(caller, target)

    def _let_go(self, seat: Seat) -> None:
        """The phone is idle again; what the agent does next is the floor's matter."""
        if seat.caller is not None:
            seat.caller.seat = None
        seat.caller = seat.phone = seat.talks_since_ms = None
        self._floor.say(seat)
