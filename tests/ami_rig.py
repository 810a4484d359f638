"""A model PBX, a network that tears and delays, and the bridge's reader: `AmiSession` and `Truth`, nothing faked.

What the bridge keeps over its end is here a list of rows and what was open; what fills a gap is decided by `Fill`.
Time is the model's; nothing here sleeps. `noise` decides where bytes are cut and what is said twice, so one seed is
one story.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from enum import Enum

from host_bridge.pbx.ami_dialogue import State
from host_bridge.pbx.ami_session import AmiSession
from host_bridge.pbx.events import Event, LinkDown, LinkUp
from host_bridge.pbx.queue_log_lines import parse_line
from host_bridge.truth import ServiceLevel, Truth
from host_bridge.truth.live import Live
from host_bridge.truth.log_fold import LogFold
from host_bridge.truth.outcomes import Record
from tests.model_ami import ModelAmi
from tests.model_pbx import ModelPbx

EPOCH_MS = 1_795_374_000_250  # the PBX's clock at the bridge's 0: no whole second, as in life
LEVEL = ServiceLevel(min_calls=1)
QUIET_MS = 40_000  # two whole lists of every 15 s, and what they tell
SEAM_MS = 500  # after queue_log was read the events of what it told are in
READ_LATER_MS = (0, 0, 20, 300, 1_500)  # how long after LinkUp queue_log is read
BOOT_MS = 3_000
PIECES = (1, 2, 3, 17, 100, 1_000, 1 << 16)


class Fill(Enum):
    """What tells of a gap."""

    ESTIMATE = "the PBX's own counters"
    LOG = "queue_log"


class Journal:
    """The truth's sink: what is on the disk at some instant, and what a bridge started then takes back."""

    def __init__(self) -> None:
        self.rows: dict[int, Record] = {}
        self._kept: tuple[tuple[tuple[int, Record], ...], Live] = ((), Live())

    def added(self, row: int, record: Record) -> None:
        assert row not in self.rows
        self.rows[row] = record

    def revised(self, row: int, old: Record, new: Record) -> None:
        assert self.rows[row] == old
        self.rows[row] = new

    def keep(self, live: Live) -> None:
        """A batch: rows and what is open are of the same instant."""
        self._kept = tuple(self.rows.items()), live

    def load(self) -> tuple[tuple[tuple[int, Record], ...], Live]:
        """What the last batch left."""
        self.rows = dict(self._kept[0])
        return self._kept


class Rig:
    """What happens to `pbx` reaches `truth` through bytes."""

    def __init__(
        self, *queues: str, seed: int = 0, stamps: bool = True, twice: bool = False, fill: Fill = Fill.ESTIMATE
    ) -> None:
        self.noise = random.Random(seed)
        self.pbx = ModelPbx(*queues, epoch_ms=EPOCH_MS)
        self.ami = ModelAmi(self.pbx, stamps=stamps, said_twice=lambda: twice and self.noise.random() < 0.2)
        self.session = AmiSession("wallboard", "secret")
        self.fill = fill
        self.journal = Journal()
        self.truth = Truth(lambda queue: LEVEL, sink=self.journal)
        self._read_at_ms: int | None = None
        self._fill_at_ms: int | None = None
        self._log_then: tuple[str, ...] = ()
        self._held_ms: int | None = None
        self.connect()
        self.deliver()

    @property
    def now_ms(self) -> int:
        return self.pbx.now_ms

    @property
    def is_connected(self) -> bool:
        return self.session.state is not State.CLOSED

    def connect(self) -> None:
        """A new connection; the login is under way."""
        self.session.connected(self.now_ms)
        self.ami.connect()

    def cut(self, reason: str = "the line was cut") -> None:
        """The connection is gone, and what was on it."""
        self.ami.cut()
        self._held_ms = None
        self._apply(self.session.closed(reason, self.now_ms))

    def keep(self) -> None:
        """The journal's batch is on the disk."""
        self.journal.keep(self.truth.live())

    def kill(self) -> None:
        """The bridge is killed, and another one begins with what the journal has."""
        self.ami.cut()
        self._held_ms = self._read_at_ms = self._fill_at_ms = None
        self.session = AmiSession("wallboard", "secret")
        self.truth = Truth(lambda queue: LEVEL, sink=self.journal)
        self.truth.restore(*self.journal.load(), self.now_ms)

    def restart_pbx(self) -> None:
        """Asterisk is killed and begins anew."""
        self.cut("the PBX closed the connection")
        self.pbx.restarts()
        self.wait(BOOT_MS)
        self.ami.booted_ms = self.now_ms

    def deliver(self, size: int | None = None) -> None:
        """So many bytes of what the PBX said, or all, arrive now, in pieces."""
        self.ami.say()
        while self.ami.out and (size is None or size > 0):
            piece = self.noise.choice(PIECES) if size is None else size
            data = bytes(self.ami.out[:piece])
            del self.ami.out[:piece]
            size = None if size is None else 0
            self._apply(self.session.receive(data, self.now_ms))
        self._note_held()

    def wait(self, ms: int, hold_ms: int = 0) -> None:
        """Time passes; timers run when due, and what is on the line arrives after `hold_ms` at the latest."""
        until_ms = self.now_ms + ms
        self.ami.say()
        self._note_held()
        for _ in range(10_000):
            due = [due_ms for due_ms in (self.session.next_timer_ms(), self._settles_ms()) if due_ms is not None]
            if self._held_ms is not None:
                due.append(self._held_ms + hold_ms)
            timers = self._read_at_ms, self._fill_at_ms, self.ami.says_at_ms
            due += [due_ms for due_ms in timers if due_ms is not None]
            at_ms = min([max(self.now_ms, each) for each in due], default=until_ms)
            if at_ms >= until_ms:
                break
            self.pbx.now_ms = at_ms
            self.ami.say()
            self._note_held()
            if self._held_ms is not None and at_ms >= self._held_ms + hold_ms:
                self.deliver()
            if self._read_at_ms is not None and at_ms >= self._read_at_ms:
                self._read_log()
            if self._fill_at_ms is not None and at_ms >= self._fill_at_ms:
                self._close_gap()
            self.truth.settle(at_ms, self._heard_ms())
            self._apply(self.session.on_timer(at_ms))
        else:
            raise AssertionError("a timer is due again and again")
        self.pbx.now_ms = until_ms

    def _heard_ms(self) -> int:
        """Of a line that is gone nothing more can come."""
        return self.session.heard_ms if self.session.state is State.UP else self.now_ms

    def _settles_ms(self) -> int | None:
        """When the truth has something to decide; what is due already waits for the PBX to be heard."""
        due_ms = self.truth.next_ms()
        if due_ms is not None and self._heard_ms() < due_ms <= self.now_ms:
            return None
        return due_ms

    def quiet(self) -> None:
        """Until all is told that will ever be told."""
        self.deliver()
        if not self.is_connected:
            self.connect()
            self.deliver()
        self.ami.lag_ms = 0
        self.wait(QUIET_MS)
        self.deliver()
        if self.fill is Fill.LOG and self.truth.unsettled:
            self.truth.settle_from(_folded(self.pbx.queue_log).shifted(-EPOCH_MS)[0], self.now_ms)

    def _apply(self, events: list[Event]) -> None:
        for event in events:
            self.truth.apply(event, self.now_ms)
            if isinstance(event, LinkUp) and self.truth.has_gap:
                if self.fill is Fill.LOG:
                    self._read_at_ms = self.now_ms + self.noise.choice(READ_LATER_MS)
                else:
                    self.truth.estimate(self.now_ms)
            elif isinstance(event, LinkDown):
                self._read_at_ms = self._fill_at_ms = None
        for queue in self.truth.take_asks():
            self.session.ask_status(queue, self.now_ms)
        asked = self.session.outgoing()
        if asked:
            self.ami.hear(asked)
            self._note_held()

    def _read_log(self) -> None:
        self._read_at_ms = None
        self._log_then = tuple(self.pbx.queue_log)
        self._fill_at_ms = self.now_ms + SEAM_MS

    def _close_gap(self) -> None:
        self._fill_at_ms = None
        log = _folded(self._log_then)
        shifted, waiting = log.shifted(-EPOCH_MS), log.waiting(-EPOCH_MS)
        self.truth.fill(*shifted, self.now_ms, waiting, read_ms=self.now_ms - SEAM_MS)

    def _note_held(self) -> None:
        """Since when bytes are on the line."""
        if not self.ami.out:
            self._held_ms = None
        elif self._held_ms is None:
            self._held_ms = self.now_ms


def _folded(lines: Iterable[str]) -> LogFold:
    """What these lines of queue_log tell, in the PBX's time."""
    fold = LogFold()
    read = [parse_line(line.encode()) for line in lines]
    assert None not in read
    fold.apply(line for line in read if line is not None)
    return fold


def check_service_level(rig: Rig, queue: str) -> None:
    """Answered within 20 s of all answered and abandoned, the short ones left out: by the PBX's whole seconds."""
    figures = rig.truth.figures(queue, rig.now_ms)
    answered, abandoned = (rig.pbx.holds_s.get((queue, each), []) for each in ("answered", "abandoned"))
    short = sum(hold_s < LEVEL.short_abandon_s for hold_s in abandoned)
    assert figures["short_abandoned"] == short
    of = len(answered) + len(abandoned) - short
    in_time = sum(hold_s <= LEVEL.answer_within_s for hold_s in answered)
    assert figures.get("sla") == (in_time * 1000 // of if of else None)
