"""Twenty callers and two agents who pause: one minute, for the recorded capture and for the test of the whole chain."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from tests.pbx.ami import Ami
from tests.pbx.calls import NEVER, Call, Calls


class Caller(NamedTuple):
    """One caller of the script, `at` seconds after its start.

    `ends` is how the stay is meant to end. `ring` and `talk` are the agent's seconds, `patience` the queue's. `after`
    is when the caller acts: hangs up or presses the key so long after calling, or hangs up so long after the answer.
    """

    at: float
    queue: str
    ends: str
    ring: int = NEVER
    talk: int = NEVER
    patience: int | None = None
    after: float | None = None


# Alice (101) serves support, Carol (103) sales, Bob (102) both. Where `ring` is NEVER the agent lets it ring, and is
# not free meanwhile.
CALLERS = (
    Caller(0, "support", "answered", ring=2, talk=6),
    Caller(1, "sales", "answered", ring=1, talk=5),
    Caller(2, "support", "answered", ring=2, after=3),
    Caller(4, "sales", "abandoned", after=4),
    Caller(6, "support", "abandoned", after=3),
    Caller(9, "support", "exited", after=4),
    Caller(10, "sales", "overflowed", patience=5),
    Caller(12, "support", "overflowed", patience=6),
    Caller(13, "sales", "exited", after=3),
    Caller(16, "sales", "answered", ring=2, talk=4),
    Caller(18, "support", "answered", ring=1, talk=3),
    # from here on nobody serves support, until LUNCH ends
    Caller(23, "support", "answered", ring=2, talk=4),
    Caller(25, "support", "abandoned", after=6),
    Caller(27, "sales", "answered", ring=1, talk=3),
    Caller(29, "support", "overflowed", patience=8),
    Caller(31, "sales", "abandoned", after=2),
    Caller(33, "sales", "answered", ring=1, after=4),
    Caller(36, "support", "answered", ring=1, talk=3),
    Caller(40, "support", "exited", after=3),
    Caller(47, "sales", "answered", ring=2, talk=2),
)


class Pause(NamedTuple):
    """An agent pauses, or comes back, in one queue or (`queue` empty) in all of theirs."""

    at: float
    agent: str
    paused: bool
    queue: str = ""


LUNCH = (22.0, 45.0)  # nobody serves support: the caller of second 23 waits for 22 s
PAUSES = (
    Pause(LUNCH[0], "101", True),
    Pause(LUNCH[0], "102", True, "support"),
    Pause(LUNCH[1], "101", False),
    Pause(LUNCH[1], "102", False, "support"),
)


class _Minute:
    """The script in progress: what is due when, and who talks until when."""

    def __init__(self, control: Ami) -> None:
        self._control = control
        self.calls = Calls(control)
        self._due: list[tuple[float, Callable[[], None]]] = []
        self._leaves_after: dict[str, tuple[Call, float]] = {}  # callers who hang up so long after being answered
        self._heard = len(control.events)
        self.placed: list[Call] = []

    def later(self, at: float, do: Callable[[], None]) -> None:
        self._due.append((at, do))
        self._due.sort(key=lambda due: due[0])

    def arrive(self, caller: Caller, start: float) -> None:
        call = self.calls.call(caller.queue, caller.ring, caller.talk, caller.patience)
        self.placed.append(call)
        if caller.after is None:
            return
        if caller.ends == "answered":
            self._leaves_after[call.uniqueid] = (call, caller.after)
        elif caller.ends == "exited":
            self.later(start + caller.at + caller.after, partial(self.calls.press, call, "5"))
        else:
            self.later(start + caller.at + caller.after, partial(self.calls.hang_up, call))

    def pause(self, pause: Pause) -> None:
        self.calls.pause(pause.agent, pause.paused, pause.queue)

    def run(self, on_tick: Callable[[float], None], start: float) -> None:
        while self._due or self._leaves_after:
            now = time.monotonic()
            on_tick(now - start)
            while self._due and self._due[0][0] <= now:
                self._due.pop(0)[1]()
            self._hear()
            time.sleep(0.02)

    def _hear(self) -> None:
        fresh = self._control.events[self._heard :]
        self._heard += len(fresh)
        for event in fresh:
            if event.frame["Event"] == "AgentConnect":
                call, after = self._leaves_after.pop(event.frame["Uniqueid"], (None, 0.0))
                if call is not None:
                    self.later(event.at + after, partial(self.calls.hang_up, call))


def play(control: Ami, on_tick: Callable[[float], None] = lambda second: None) -> list[Call]:
    """Play the whole script (about a minute) and return its calls once every one of them is over.

    `on_tick` is called some 50 times a second with the script's time. AmiError when a call does not go as scripted.
    """
    minute = _Minute(control)
    start = time.monotonic()
    for caller in CALLERS:
        minute.later(start + caller.at, partial(minute.arrive, caller, start))
    for pause in PAUSES:
        minute.later(start + pause.at, partial(minute.pause, pause))
    minute.run(on_tick, start)
    for call in minute.placed:
        minute.calls.settle(call)
    return minute.placed
