"""A model of one PBX's queues for tests: it makes the events that Asterisk makes, and keeps the true counts itself.

Each outcome emits the frames of PBX.md's table, in that order. `snapshot` lists the lines as they are now, so a test
that holds events back gets a list that is ahead of them, as on a real PBX.
"""

from __future__ import annotations

from collections import Counter

from host_bridge.pbx import events as ev


class ModelPbx:
    """Ground truth: `line` and `counts` by queue. `now_ms` is the PBX's and the bridge's clock at once."""

    def __init__(self, *queues: str) -> None:
        self.now_ms = 1_000_000
        self.lines: dict[str, list[str]] = {queue: [] for queue in queues}
        self.joined_ms: dict[str, int] = {}
        self.counts: dict[str, Counter[str]] = {queue: Counter() for queue in queues}
        self.members: dict[str, list[ev.MemberChanged]] = {queue: [] for queue in queues}
        self.sent: list[ev.Event] = []

    def take(self) -> list[ev.Event]:
        """The events since the last call."""
        sent, self.sent = self.sent, []
        return sent

    def wait(self, ms: int) -> None:
        self.now_ms += ms

    def hold_s(self, call: str) -> int:
        """Asterisk's: from whole second to whole second."""
        return self.now_ms // 1000 - self.joined_ms[call] // 1000

    def enter(self, queue: str, call: str) -> None:
        self.sent.append(ev.QueueEntered(call, queue, self.now_ms))

    def join(self, queue: str, call: str, position: int | None = None) -> None:
        self.enter(queue, call)
        line = self.lines[queue]
        position = len(line) + 1 if position is None else position
        line.insert(position - 1, call)
        self.joined_ms[call] = self.now_ms
        self.sent.append(ev.Joined(queue, call, call, position, len(line), self.now_ms))

    def ring(self, queue: str, call: str, interface: str = "SIP/1") -> None:
        self.sent.append(ev.Rang(queue, call, interface, self.now_ms))

    def ring_no_answer(self, queue: str, call: str, interface: str = "SIP/1") -> None:
        self.sent.append(ev.NotAnswered(queue, call, interface, 2000, self.now_ms))

    def ask_hangup(self, call: str) -> None:
        self.sent.append(ev.HangupAsked(call, self.now_ms))

    def hang_up(self, call: str) -> None:
        self.sent.append(ev.HungUp(call, self.now_ms))

    def status(self, call: str, status: str) -> None:
        self.sent.append(ev.QueueStatusSet(call, status, self.now_ms))

    def abandon(self, queue: str, call: str) -> None:
        position = self.lines[queue].index(call) + 1
        self.sent.append(ev.GaveUp(queue, call, position, self.hold_s(call), self.now_ms))

    def leave(self, queue: str, call: str) -> None:
        line = self.lines[queue]
        position = line.index(call) + 1
        line.remove(call)
        self.sent.append(ev.Left(queue, call, position, len(line), self.now_ms))

    def connect(self, queue: str, call: str, interface: str = "SIP/1", *, other_id: str = "") -> None:
        self.leave(queue, call)
        self.connect_only(queue, other_id or call, self.hold_s(call), interface)

    def connect_only(self, queue: str, call: str, hold_s: int, interface: str = "SIP/1") -> None:
        self.sent.append(ev.Connected(queue, call, interface, hold_s, 1, self.now_ms))
        self.counts[queue]["answered"] += 1

    def complete(
        self, queue: str, call: str, talk_s: int, reason: str = "caller", *, interface: str = "SIP/1", hold_s: int = 0
    ) -> None:
        self.sent.append(ev.Completed(queue, call, interface, hold_s, talk_s, reason, self.now_ms))
        self.counts[queue]["transferred"] += reason == "transfer"

    # one outcome each, as in PBX.md's table

    def answered(self, queue: str, call: str) -> None:
        self.ring(queue, call)
        self.connect(queue, call)
        self.complete(queue, call, 60)
        self.hang_up(call)

    def hangs_up(self, queue: str, call: str) -> None:
        self.ask_hangup(call)
        self.abandon(queue, call)
        self.leave(queue, call)
        self.hang_up(call)
        self.counts[queue]["abandoned"] += 1

    def times_out(self, queue: str, call: str, status: str = "TIMEOUT") -> None:
        self.abandon(queue, call)
        self.leave(queue, call)
        self.status(call, status)
        self.counts[queue]["removed" if status == "WITHDRAW" else "overflowed"] += 1

    def presses_key(self, queue: str, call: str) -> None:
        self.enter(queue, call)  # the dialplan's place changes while Queue() still runs
        self.leave(queue, call)
        self.counts[queue]["exited"] += 1

    def redirected(self, queue: str, call: str) -> None:
        self.enter(queue, call)
        self.abandon(queue, call)
        self.leave(queue, call)
        self.counts[queue]["removed"] += 1

    def rejected(self, queue: str, call: str, status: str = "FULL") -> None:
        self.enter(queue, call)
        self.status(call, status)
        self.counts[queue]["rejected"] += 1

    def masquerades(self, queue: str, call: str) -> None:
        """Gone from the line without a word."""
        self.lines[queue].remove(call)
        self.counts[queue]["unresolved"] += 1

    def snapshot(self, *queues: str) -> ev.Snapshot:
        """The PBX's list now: of these queues, or of all."""
        return ev.Snapshot(
            tuple(
                ev.QueueSnapshot(
                    queue,
                    len(self.lines[queue]),
                    0,
                    0,
                    tuple(
                        ev.SnapshotCaller(call, position, self.joined_ms[call] // 1000 * 1000)
                        for position, call in enumerate(self.lines[queue], 1)
                    ),
                    tuple(self.members[queue]),
                )
                for queue in (queues or self.lines)
            ),
            self.now_ms,
            not queues,
        )
