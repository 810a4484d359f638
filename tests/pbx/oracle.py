"""What Asterisk itself says: its queues, asked again and again on a connection apart, and its queue_log, counted."""

from __future__ import annotations

import threading
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.pbx.agreement import Step
from tests.pbx.ami import Ami, AmiError

OUTCOME = {  # queue_log event → how the stay ended
    "CONNECT": "answered",
    "ABANDON": "abandoned",
    "EXITWITHTIMEOUT": "overflowed",
    "EXITEMPTY": "overflowed",
    "EXITWITHKEY": "exited",
    "WITHDRAW": "removed",
}


class QueueTruth(NamedTuple):
    """One queue in one answer: callers waiting, the longest wait in whole seconds (None: nobody) and members paused."""

    waiting: int
    longest_wait_s: int | None
    paused: int


class Look(NamedTuple):
    """One answer of Asterisk: true at some instant between `asked` and `answered` (seconds of time.monotonic())."""

    asked: float
    answered: float
    queues: dict[str, QueueTruth]


class Oracle:
    """Asks QueueStatus every `every` seconds in a thread of its own, for as long as it is open, and hears all events.

    It makes no calls: Asterisk sends a connection no event while it carries out an action for it, and PlayDTMF takes
    100 ms.
    """

    def __init__(self, port: int, username: str, secret: str, every: float) -> None:
        self.looks: list[Look] = []
        self._ami = Ami(port, username, secret)
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="oracle", daemon=True)

    def __enter__(self) -> Oracle:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(timeout=10)
        self._ami.close()

    def changes(self, queue: str) -> list[Step]:
        """Each change of the number that wait in a queue, as its event was heard."""
        return [
            Step(event.at, int(event.frame["Count"]))
            for event in list(self._ami.events)
            if event.frame["Event"] in ("QueueCallerJoin", "QueueCallerLeave") and event.frame["Queue"] == queue
        ]

    def _run(self) -> None:
        due = time.monotonic()
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            due += self._every
            try:
                self.looks.append(look(self._ami))
            except AmiError:
                return  # Asterisk is gone; the test that killed it knows


def look(ami: Ami) -> Look:
    """Ask once how the queues stand."""
    asked = time.monotonic()
    frames = ami.items("QueueStatus")
    answered = time.monotonic()
    waiting: dict[str, int] = {}
    waits: dict[str, list[int]] = {}
    paused: Counter[str] = Counter()
    for frame in frames:
        queue = frame["Queue"]
        if frame["Event"] == "QueueParams":
            waiting[queue] = int(frame["Calls"])
        elif frame["Event"] == "QueueEntry":
            waits.setdefault(queue, []).append(int(frame["Wait"]))
        elif frame["Event"] == "QueueMember":
            paused[queue] += int(frame["Paused"])
    return Look(
        asked,
        answered,
        {q: QueueTruth(count, max(waits.get(q, [0])) if count else None, paused[q]) for q, count in waiting.items()},
    )


class Stay(NamedTuple):
    """One stay out of queue_log: how it ended, the wait and the talk in whole seconds (None: no talk, or not ended)."""

    outcome: str
    wait_s: int
    talk_s: int | None
    transferred: bool


def stays(queue_log: Path, queue: str) -> list[Stay]:
    """Every ended stay of a queue, folded from queue_log in the order of the stays' ends.

    Fields by event: CONNECT hold|agent's uniqueid|ring · COMPLETE* hold|talk|position · ABANDON, EXITWITHTIMEOUT,
    EXITEMPTY and WITHDRAW position|original position|wait · EXITWITHKEY key|position|original position|wait ·
    BLINDTRANSFER extension|context|hold|talk|position · ATTENDEDTRANSFER method|…|hold|talk|position.
    """
    found: list[tuple[str, Stay]] = []
    talks: dict[str, int] = {}
    transferred: set[str] = set()
    for line in queue_log.read_text(errors="replace").splitlines():
        _epoch, call, of_queue, _agent, event, *data = line.split("|")
        if of_queue != queue:
            continue
        if event in ("COMPLETECALLER", "COMPLETEAGENT"):
            talks[call] = int(data[1])
        elif event in ("BLINDTRANSFER", "ATTENDEDTRANSFER"):
            talks[call] = int(data[-2])
            transferred.add(call)
        elif event in OUTCOME:
            wait = int(data[{"CONNECT": 0, "EXITWITHKEY": 3}.get(event, 2)])
            found.append((call, Stay(OUTCOME[event], wait, None, False)))
    return [
        stay._replace(talk_s=talks.get(call), transferred=call in transferred) if stay.outcome == "answered" else stay
        for call, stay in found
    ]
