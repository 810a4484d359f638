"""Who works when in the demo's centre: shifts, breaks, and the choice of the phone that rings.

Thirteen seats, as the bank had; who serves what follows its agents too: nearly all take `service`, half `sales`, a few
`securities`. Its shifts are not in its records; these give the number of agents that its talks show in each hour.
"""

from __future__ import annotations

from collections.abc import Callable

from host_bridge.demo.calibration import CLOSES_H, HOUR_MS, OPENS_H, break_ms
from host_bridge.demo.exchange import Exchange
from host_bridge.demo.happenings import MembersChanged
from host_bridge.demo.people import Seat

DAY_MS = (CLOSES_H - OPENS_H) * HOUR_MS
LATE_MS = 600_000
"""Agents come and go up to so much after the hour, that a shift does not change in one second."""

BREAK_ODDS = 0.05
"""After so many of their talks agents take a break, while at most a quarter of them are away (a guess)."""
REASONS = ("break", "lunch", "coaching")

# Extension, name, what they serve (queue: penalty), hours. No name is anybody's.
STAFF: tuple[tuple[str, str, dict[str, int], tuple[float, float]], ...] = (
    ("101", "נועה", {"service": 0, "securities": 1}, (7, 14)),
    ("102", "איתן", {"service": 0, "support": 1}, (7, 15)),
    ("103", "מיכל", {"securities": 0, "service": 1}, (7, 15)),
    ("104", "דניאל", {"service": 0, "sales": 0}, (7, 14.5)),
    ("105", "רותם", {"service": 0, "sales": 1}, (8, 16)),
    ("106", "גלית", {"support": 0, "service": 1}, (8, 17)),
    ("107", "יואב", {"securities": 0, "service": 1}, (9, 18)),
    ("108", "שירה", {"service": 0, "sales": 0}, (10, 19)),
    ("109", "אורי", {"sales": 0, "service": 1, "support": 1}, (14, 23)),
    ("110", "תמר", {"service": 0, "securities": 0}, (14.5, 24)),
    ("111", "עידן", {"service": 0, "sales": 0, "support": 1}, (15, 24)),
    ("112", "הילה", {"service": 0, "support": 1}, (16, 24)),
    ("113", "אסף", {"service": 0, "securities": 0}, (17, 24)),
)


class Floor:
    """The agents of one centre; `freed` is called when a seat may be rung."""

    def __init__(self, exchange: Exchange, freed: Callable[[], None]) -> None:
        self.seats = [Seat(extension, name, dict(skills), hours) for extension, name, skills, hours in STAFF]
        self._exchange = exchange
        self._rng = exchange.rng
        self._freed = freed
        self._closed = False
        for seat in self.seats:
            self._plan(seat)

    def free_for(self, queue: str) -> Seat | None:
        """Return the seat to ring for `queue`: the lowest penalty, then who has been free the longest."""
        free = [seat for seat in self.seats if queue in seat.skills and seat.is_free and not self._closed]
        return min(free, key=lambda seat: (seat.skills[queue], seat.free_since), default=None)

    def say(self, seat: Seat) -> None:
        """Tell all the queues of a seat the state of its phone."""
        self._exchange.tell(MembersChanged("Status", seat.members(), self._exchange.now_ms))

    def rest(self, seat: Seat, delay_ms: int) -> None:
        """The phone is idle: go home, or on a break, or be ready for the next in `delay_ms`."""
        if self._closed:
            return
        if seat.leaving:
            self._log_out(seat)
        elif seat.reason is not None:
            return  # paused by the queue; they come back by themselves
        elif self._rng.random() < BREAK_ODDS and self._away() * 4 < self._present():
            self.pause(seat, self._rng.choice(REASONS), break_ms(self._rng))
        else:
            seat.resting = True
            self._exchange.after(delay_ms, lambda: self._rested(seat))

    def close(self) -> None:
        """Ring nobody any more, and let nobody come, go or rest."""
        self._closed = True

    def pause(self, seat: Seat, reason: str, for_ms: int) -> None:
        """Pause an agent in all queues; they come back by themselves."""
        seat.reason = reason
        self._tell_pause(seat)
        self._exchange.after(for_ms, lambda: self._unpause(seat))

    def _unpause(self, seat: Seat) -> None:
        if seat.reason is not None:  # else they went home meanwhile
            seat.reason = None
            self._tell_pause(seat)
            self._ready(seat)

    def _tell_pause(self, seat: Seat) -> None:
        now_s = self._exchange.now_ms // 1000
        for duty in seat.duties.values():
            if seat.reason is not None:
                duty.last_pause_s = now_s
        self._exchange.tell(MembersChanged("Pause", seat.members(), self._exchange.now_ms))

    def _rested(self, seat: Seat) -> None:
        seat.resting = False
        self._ready(seat)

    def _ready(self, seat: Seat) -> None:
        seat.free_since = self._exchange.own_ms
        self._freed()

    def _plan(self, seat: Seat) -> None:
        """Put the first change of shift on the agenda; who is at work already is there at once."""
        day_ms, (comes_ms, goes_ms) = self._exchange.own_ms // DAY_MS * DAY_MS, self._shift(seat)
        if day_ms + comes_ms <= self._exchange.own_ms < day_ms + goes_ms:
            self._exchange.after(0, lambda: self._log_in(seat))
            return
        late_ms = self._rng.randrange(LATE_MS)
        next_ms = day_ms + comes_ms + (0 if self._exchange.own_ms < day_ms + comes_ms else DAY_MS)
        self._exchange.at(next_ms + late_ms, lambda: self._log_in(seat))

    @staticmethod
    def _shift(seat: Seat) -> tuple[int, int]:
        comes_h, goes_h = seat.works_h
        return int((comes_h - OPENS_H) * HOUR_MS), int((goes_h - OPENS_H) * HOUR_MS)

    def _log_in(self, seat: Seat) -> None:
        seat.logged_in, seat.leaving, seat.reason, seat.resting = True, False, None, False
        for duty in seat.duties.values():
            duty.calls = duty.last_call_s = duty.last_pause_s = 0
            duty.login_s = self._exchange.now_ms // 1000
        self._exchange.tell(MembersChanged("Added", seat.members(), self._exchange.now_ms))
        goes_ms = self._exchange.own_ms // DAY_MS * DAY_MS + self._shift(seat)[1]
        self._exchange.at(goes_ms + self._rng.randrange(LATE_MS), lambda: self._go_home(seat))
        self._ready(seat)

    def _go_home(self, seat: Seat) -> None:
        seat.leaving = True
        if seat.caller is None:
            self._log_out(seat)

    def _log_out(self, seat: Seat) -> None:
        self._exchange.tell(MembersChanged("Removed", seat.members(), self._exchange.now_ms))
        seat.logged_in, seat.reason = False, None
        day_ms, (comes_ms, _) = self._exchange.own_ms // DAY_MS * DAY_MS, self._shift(seat)
        comes_ms += day_ms + self._rng.randrange(LATE_MS)
        while comes_ms <= self._exchange.own_ms:
            comes_ms += DAY_MS
        self._exchange.at(comes_ms, lambda: self._log_in(seat))

    def _present(self) -> int:
        return sum(seat.logged_in for seat in self.seats)

    def _away(self) -> int:
        return sum(seat.logged_in and seat.reason is not None for seat in self.seats)
