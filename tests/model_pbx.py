"""A model of one PBX's queues for tests: it makes the events that Asterisk makes, and keeps the true counts itself.

Each outcome emits the frames of PBX.md's table, in that order, and writes its line of queue_log. `snapshot` lists the
lines as they are now, so a test that holds events back gets a list that is ahead of them, as on a real PBX.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from host_bridge.pbx import events as ev


class ModelPbx:
    """Ground truth: `lines` and `counts` by queue. `now_ms` is of the bridge's clock, `epoch_ms` the PBX's at its 0."""

    def __init__(self, *queues: str, epoch_ms: int = 0) -> None:
        self.now_ms = 1_000_000
        self.epoch_ms = epoch_ms
        self.lines: dict[str, list[str]] = {queue: [] for queue in queues}
        self.joined_ms: dict[str, int] = {}
        self.counts: dict[str, Counter[str]] = {queue: Counter() for queue in queues}
        self.members: dict[str, list[ev.MemberChanged]] = {queue: [] for queue in queues}
        self.holds_s: dict[tuple[str, str], list[int]] = {}  # (queue, outcome) → PBX's whole seconds of each
        self.talks_s: dict[str, list[int]] = {queue: [] for queue in queues}
        self.completed: Counter[str] = Counter()  # Asterisk's own, since its start; both rise at the end of a call
        self.abandoned: Counter[str] = Counter()
        self.queue_log: list[str] = []
        self.sent: list[ev.Event] = []
        self._moments, self._then = 0, lambda: None

    def take(self) -> list[ev.Event]:
        """The events since the last call."""
        sent, self.sent = self.sent, []
        return sent

    def say(self, event: ev.Event) -> None:
        self.sent.append(event)
        self._pass_a_moment()

    def after_moments(self, moments: int, then: Callable[[], None]) -> None:
        """Do something amid of what it does next: between any two of its events, lines of the log and steps."""
        self._moments, self._then = moments, then

    def _pass_a_moment(self) -> None:
        self._moments -= 1
        if self._moments == 0:
            self._then()

    def wait(self, ms: int) -> None:
        self.now_ms += ms

    def hold_s(self, call: str) -> int:
        """Asterisk's: from whole second to whole second."""
        return (self.now_ms + self.epoch_ms) // 1000 - (self.joined_ms[call] + self.epoch_ms) // 1000

    def log(self, queue: str, call: str, word: str, *data: object, agent: str = "NONE") -> None:
        """A line of queue_log."""
        fields = ((self.now_ms + self.epoch_ms) // 1000, call, queue, agent, word, *data)
        self.queue_log.append("|".join(map(str, fields)))
        self._pass_a_moment()

    def _count(self, queue: str, outcome: str, hold_s: int) -> None:
        self.counts[queue][outcome] += 1
        self.holds_s.setdefault((queue, outcome), []).append(hold_s)

    def _log_end(self, queue: str, call: str, word: str, key: str | None = None) -> None:
        """He is still in the line."""
        place = self.lines[queue].index(call) + 1
        self.log(queue, call, word, *([] if key is None else [key]), place, place, self.hold_s(call))

    def enter(self, queue: str, call: str) -> None:
        self.say(ev.QueueEntered(call, queue, self.now_ms))

    def join(self, queue: str, call: str, position: int | None = None) -> None:
        self.enter(queue, call)
        line = self.lines[queue]
        position = len(line) + 1 if position is None else position
        line.insert(position - 1, call)
        self.joined_ms[call] = self.now_ms
        self.say(ev.Joined(queue, call, call, position, len(line), self.now_ms))
        self.log(queue, call, "ENTERQUEUE", "", "555", position)

    def ring(self, queue: str, call: str, interface: str = "SIP/1") -> None:
        self.say(ev.Rang(queue, call, interface, self.now_ms))

    def ring_no_answer(self, queue: str, call: str, interface: str = "SIP/1") -> None:
        self.say(ev.NotAnswered(queue, call, interface, 2000, self.now_ms))

    def ask_hangup(self, call: str) -> None:
        self.say(ev.HangupAsked(call, self.now_ms))

    def hang_up(self, call: str) -> None:
        self.say(ev.HungUp(call, self.now_ms))

    def status(self, call: str, status: str) -> None:
        self.say(ev.QueueStatusSet(call, status, self.now_ms))

    def abandon(self, queue: str, call: str) -> None:
        position = self.lines[queue].index(call) + 1
        self.abandoned[queue] += 1  # under one lock with the event (record_abandoned in app_queue.c)
        self.say(ev.GaveUp(queue, call, position, self.hold_s(call), self.now_ms))

    def leave(self, queue: str, call: str) -> None:
        line = self.lines[queue]
        position = line.index(call) + 1
        line.remove(call)
        self._pass_a_moment()
        self.say(ev.Left(queue, call, position, len(line), self.now_ms))

    def connect(self, queue: str, call: str, interface: str = "SIP/1", *, other_id: str = "") -> None:
        self.leave(queue, call)
        self.connect_only(queue, other_id or call, self.hold_s(call), interface)

    def connect_only(self, queue: str, call: str, hold_s: int, interface: str = "SIP/1") -> None:
        self.say(ev.Connected(queue, call, interface, hold_s, 1, self.now_ms))
        self._count(queue, "answered", hold_s)
        self.log(queue, call, "CONNECT", hold_s, "9.9", 1, agent=interface)

    def complete(
        self,
        queue: str,
        call: str,
        talk_s: int,
        reason: str = "caller",
        *,
        interface: str = "SIP/1",
        hold_s: int = 0,
        log_id: str = "",
    ) -> None:
        """`call` is "" when the caller's channel was gone first; queue_log knows it (`log_id`) even then."""
        self.say(ev.Completed(queue, call, interface, hold_s, talk_s, reason, self.now_ms))
        self.counts[queue]["transferred"] += reason == "transfer"
        self.talks_s[queue].append(talk_s)
        self.completed[queue] += 1
        words = {"caller": "COMPLETECALLER", "agent": "COMPLETEAGENT", "transfer": "BLINDTRANSFER"}
        to = ("600", "callers") if reason == "transfer" else ()
        self.log(queue, call or log_id, words[reason], *to, hold_s, talk_s, 1, agent=interface)

    # one outcome each, as in PBX.md's table

    def answered(self, queue: str, call: str) -> None:
        self.ring(queue, call)
        self.connect(queue, call)
        self.complete(queue, call, 60)
        self.hang_up(call)

    def hangs_up(self, queue: str, call: str) -> None:
        self.ask_hangup(call)
        self.is_hung_up(queue, call)

    def is_hung_up(self, queue: str, call: str) -> None:
        """By the PBX itself: no media, an operator's command."""
        self.abandon(queue, call)
        self._log_end(queue, call, "ABANDON")
        self.leave(queue, call)
        self.hang_up(call)
        self._count(queue, "abandoned", self.hold_s(call))

    def times_out(self, queue: str, call: str, status: str = "TIMEOUT") -> None:
        self.abandon(queue, call)
        words = {"TIMEOUT": "EXITWITHTIMEOUT", "LEAVEEMPTY": "EXITEMPTY", "LEAVEUNAVAIL": "EXITEMPTY"}
        self._log_end(queue, call, words.get(status, "WITHDRAW"))
        self.leave(queue, call)
        self.status(call, status)
        self._count(queue, "removed" if status == "WITHDRAW" else "overflowed", self.hold_s(call))

    def becomes_empty(self, queue: str, call: str) -> None:
        self.times_out(queue, call, "LEAVEEMPTY")

    def withdrawn(self, queue: str, call: str) -> None:
        self.times_out(queue, call, "WITHDRAW")

    def times_out_hanging_up(self, queue: str, call: str) -> None:
        """Both at one moment: queue_log says timeout."""
        self.ask_hangup(call)
        self.times_out(queue, call)
        self.hang_up(call)

    def presses_key(self, queue: str, call: str) -> None:
        self.enter(queue, call)  # the dialplan's place changes while Queue() still runs
        self._log_end(queue, call, "EXITWITHKEY", "1")
        self.leave(queue, call)
        self.counts[queue]["exited"] += 1

    def redirected(self, queue: str, call: str) -> None:
        self.enter(queue, call)
        self.abandon(queue, call)
        self._log_end(queue, call, "ABANDON")
        self.leave(queue, call)
        self.counts[queue]["removed"] += 1

    def rejected(self, queue: str, call: str, status: str = "FULL") -> None:
        self.enter(queue, call)
        self.status(call, status)
        self.counts[queue]["rejected"] += 1

    def masquerades(self, queue: str, call: str) -> None:
        """Gone from the line without a word; queue_log and Asterisk's counter know of another channel that was."""
        place = self.lines[queue].index(call) + 1
        self.log(queue, f"{call}9", "ABANDON", place, place, self.hold_s(call))
        self.abandoned[queue] += 1
        self.lines[queue].remove(call)
        self.counts[queue]["unresolved"] += 1

    def restarts(self) -> None:
        """Killed and started anew: nobody says what became of the callers, and its counters begin at 0."""
        for queue, line in self.lines.items():
            self.counts[queue]["unresolved"] += len(line)
            line.clear()
        self.completed.clear()
        self.abandoned.clear()
        self.log("NONE", "NONE", "QUEUESTART")

    def snapshot(self, *queues: str) -> ev.Snapshot:
        """The PBX's list now: of these queues, or of all."""
        return ev.Snapshot(
            tuple(
                ev.QueueSnapshot(
                    queue,
                    len(self.lines[queue]),
                    self.completed[queue],
                    self.abandoned[queue],
                    tuple(
                        ev.SnapshotCaller(call, position, self._whole_second_ms(self.joined_ms[call]))
                        for position, call in enumerate(self.lines[queue], 1)
                    ),
                    tuple(self.members[queue]),
                )
                for queue in (queues or self.lines)
            ),
            self.now_ms,
            not queues,
        )

    def _whole_second_ms(self, at_ms: int) -> int:
        """The start of the PBX's second that an instant is in."""
        return at_ms - (at_ms + self.epoch_ms) % 1000
