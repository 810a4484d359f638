"""The people of the demo's centre and where they stand: callers in lines, agents at seats."""

from __future__ import annotations

from collections import Counter

from host_bridge.demo.happenings import IDLE, IN_USE, PHONE_RINGING, Leg, MemberState


class Caller:
    """Somebody on the line. `order` numbers all stays, so that a plan for an earlier stay is known to be void."""

    def __init__(self, leg: Leg) -> None:
        self.leg = leg
        self.queue = ""
        self.order = 0
        self.joined_ms = 0
        self.held_s = 0
        self.first_position = 0
        self.seat: Seat | None = None
        """The seat that rings for them, or talks with them."""

    def hold_s(self, epoch_ms: int) -> int:
        """The wait as Asterisk tells it: a difference of whole clock seconds."""
        return epoch_ms // 1000 - self.joined_ms // 1000


class Line:
    """One queue: who waits, and what Asterisk itself would have counted since its start.

    `outcomes` counts the ends of stays by the names of DESIGN section 3, and `rejected`, `transferred` beside them.
    """

    def __init__(self, name: str, longest: int, service_level_s: int) -> None:
        self.name = name
        self.longest = longest
        self.service_level_s = service_level_s
        self.callers: list[Caller] = []
        self.outcomes: Counter[str] = Counter()
        self.completed = self.completed_in_time = 0
        self.abandoned = self.abandoned_in_time = 0
        self.hold_s = self.talk_s = 0

    @property
    def is_full(self) -> bool:
        """Whether the next caller is turned away."""
        return len(self.callers) >= self.longest

    def answered(self, hold_s: int) -> None:
        """Take a wait into the moving average that app_queue keeps."""
        self.hold_s = self._moved(self.hold_s, hold_s)
        self.outcomes["answered"] += 1

    def finished(self, hold_s: int, talk_s: int) -> None:
        """Count a call at its end, as app_queue does."""
        self.talk_s = self._moved(self.talk_s, talk_s)
        self.completed += 1
        self.completed_in_time += hold_s <= self.service_level_s

    def _moved(self, average_s: int, new_s: int) -> int:
        """A quarter of the new and cut to whole seconds; until a call has ended, the new alone."""
        return (3 * average_s + new_s) >> 2 if self.completed + self.abandoned else new_s

    def gave_up(self, hold_s: int, outcome: str) -> None:
        """Count a wait without an answer; for app_queue a timeout is an abandon too."""
        self.abandoned += 1
        self.abandoned_in_time += hold_s <= self.service_level_s
        self.outcomes[outcome] += 1


class Duty:
    """What a queue knows of one of its agents. `calls` and times are of this queue alone, as in Asterisk."""

    def __init__(self, penalty: int) -> None:
        self.penalty = penalty
        self.calls = 0
        self.last_call_s = 0
        self.last_pause_s = 0
        self.login_s = 0


class Seat:
    """An agent. `skills`: queue → penalty, 0 for the queues rung first. `works_h`: from and to, hours of the day."""

    def __init__(self, extension: str, name: str, skills: dict[str, int], works_h: tuple[float, float]) -> None:
        self.extension = extension
        self.name = name
        self.works_h = works_h
        self.skills = skills
        self.duties = {queue: Duty(penalty) for queue, penalty in skills.items()}
        self.logged_in = False
        self.leaving = False
        self.reason: str | None = None
        """Why they are paused; None when they are not."""
        self.resting = False
        """Just after a talk: idle for the PBX, and not rung."""
        self.caller: Caller | None = None
        self.phone: Leg | None = None
        self.rang_ms = 0
        self.talks_since_ms: int | None = None
        self.free_since = 0

    @property
    def interface(self) -> str:
        """The member's address in Asterisk."""
        return f"PJSIP/{self.extension}"

    @property
    def status(self) -> int:
        """The state of the phone."""
        if self.caller is None:
            return IDLE
        return PHONE_RINGING if self.talks_since_ms is None else IN_USE

    @property
    def is_free(self) -> bool:
        """Whether a call may ring here."""
        return self.logged_in and not self.leaving and not self.resting and self.reason is None and self.caller is None

    def member(self, queue: str) -> MemberState:
        """How `queue` sees this agent now."""
        duty = self.duties[queue]
        talks = self.talks_since_ms is not None and self.caller is not None and self.caller.queue == queue
        return MemberState(
            queue,
            self.name,
            self.interface,
            duty.penalty,
            duty.calls,
            duty.last_call_s,
            duty.last_pause_s,
            duty.login_s,
            talks,
            self.status,
            self.reason is not None,
            self.reason or "",
        )

    def members(self) -> tuple[MemberState, ...]:
        """How all the queues see this agent now."""
        return tuple(self.member(queue) for queue in self.skills)
