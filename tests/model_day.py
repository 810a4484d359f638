"""Anything that callers and agents of a model PBX may do, and any manners of its line: steps by name and number."""

from __future__ import annotations

from host_bridge.pbx import events as ev
from tests.ami_rig import Rig

QUEUES = ("q1", "q2")
AGENTS = ("SIP/1", "SIP/2", "SIP/3", "SIP/4")
RECOGNISED_MS = 4_000  # lists have whole seconds: one who came again sooner, unseen, looks like one who stayed
BY_THE_LOG_MS = 2_000  # … but for queue_log, which has both waits, unless both began within about a second
HOLD_MS = 400  # a wire holds bytes no longer where events carry no time: evidence is waited for 500 ms

ENDINGS = (
    "hangs_up",
    "is_hung_up",
    "times_out",
    "times_out_hanging_up",
    "becomes_empty",
    "withdrawn",
    "presses_key",
    "redirected",
    "masquerades",
)
_STILL_ALIVE = ("times_out", "becomes_empty", "withdrawn", "presses_key", "redirected")


class Day:
    """Steps by name; each takes a number that chooses among what is there."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.pbx = rig.pbx
        self.gaps = False
        """Whether the line may be cut: what only a line that is heard can tell apart is left out then."""
        self.membergosub = True
        """Whether some answers are not connected at once, and some callers leave a queue half unseen, and live on."""
        self.recognised_ms = RECOGNISED_MS
        self.calls = 0
        self.hold_ms = HOLD_MS
        self.outside: list[str] = []  # calls out of every queue, and not hung up
        self.shifted: set[str] = set()  # queues whose line is in another order by queue_log
        self.ringing: dict[str, str] = {}  # call → interface
        self.connecting: list[tuple[str, str, str]] = []  # queue, call, interface: a membergosub runs
        self.talking: list[tuple[str, str, int, str]] = []  # queue, call, hold_s, interface
        for queue in QUEUES:
            self.pbx.members[queue] = [ev.MemberChanged(queue, each, "N", 1, False, False, 0) for each in AGENTS]

    def step(self, name: str, n: int) -> None:
        self.rig.wait(1, self.hold_ms)
        queue = QUEUES[n % 2]
        line = self.pbx.lines[queue]
        call = line[n % len(line)] if line else ""
        if name in ENDINGS:
            if call and self._can_be_told(name, queue):
                self.ringing.pop(call, None)
                getattr(self.pbx, name)(queue, call)
                if name in _STILL_ALIVE:
                    self.outside.append(call)
        else:
            getattr(self, name.replace(" ", "_"))(n, queue, call)

    def _can_be_told(self, name: str, queue: str) -> bool:
        """With gaps some things cannot: a hang-up without its QUEUESTATUS; in queue_log a shifted place."""
        shifted = self.connecting or queue in self.shifted
        return not self.gaps or not (name == "times_out_hanging_up" or (name == "masquerades" and shifted))

    def nothing(self, _n: int, _queue: str, _call: str) -> None:
        """What a story is shortened to."""

    def join(self, n: int, queue: str, _call: str) -> None:
        self.calls += 1
        self._join(queue, f"{self.calls}.1", 1 + n % (len(self.pbx.lines[queue]) + 1))

    def rejected(self, n: int, queue: str, _call: str) -> None:
        self.calls += 1
        self.pbx.rejected(queue, f"{self.calls}.1", ("FULL", "JOINEMPTY", "JOINUNAVAIL")[n % 3])
        self.outside.append(f"{self.calls}.1")

    def comes_back(self, n: int, queue: str, _call: str) -> None:
        if not self.outside:
            return
        call = self.outside[n % len(self.outside)]
        soon = self.pbx.now_ms - self.pbx.joined_ms.get(call, -self.recognised_ms) < self.recognised_ms
        if not (soon and self.gaps):
            self.outside.remove(call)
            self._join(queue, call, len(self.pbx.lines[queue]) + 1)

    def hangs_up_elsewhere(self, n: int, _queue: str, _call: str) -> None:
        if self.outside:
            call = self.outside.pop(n % len(self.outside))
            if n % 2:
                self.pbx.ask_hangup(call)
            self.pbx.hang_up(call)

    def ring(self, n: int, queue: str, call: str) -> None:
        busy = {interface for *_, interface in (*self.connecting, *self.talking)} | set(self.ringing.values())
        free = [interface for interface in AGENTS if interface not in busy]
        if call and free and call not in self.ringing:
            self.ringing[call] = free[n % len(free)]
            named = n % 5 > 0  # an agent whose name is not UTF-8 rings without a name
            self.pbx.ring(queue, call, self.ringing[call] if named else "")

    def no_answer(self, _n: int, queue: str, call: str) -> None:
        if call in self.ringing:
            self.pbx.ring_no_answer(queue, call, self.ringing.pop(call))

    def answer(self, n: int, queue: str, call: str) -> None:
        """A phone rings, it is taken, and with a membergosub the connection comes only at the next such step."""
        self.connect_all()
        if call and call not in self.ringing:
            self.ring(n, queue, call)
        if call in self.ringing:
            talk = queue, call, self.ringing.pop(call)
            self.pbx.leave(queue, call)
            if n % 3 == 0 and self.membergosub:
                self.connecting.append(talk)
            else:
                self._connect(*talk)

    def connect_all(self) -> None:
        """Whoever left for an agent has him now."""
        while self.connecting:
            self._connect(*self.connecting.pop())

    def end(self) -> None:
        """Nobody stays half way."""
        self.connect_all()
        while self.outside:
            self.pbx.hang_up(self.outside.pop())

    def talk_ends(self, n: int, _queue: str, _call: str) -> None:
        """Complete and Hangup in either order, and without the call's id when it was gone first."""
        if not self.talking:
            return
        queue, call, hold_s, interface = self.talking.pop(n % len(self.talking))
        self._note_in_call(queue, interface, in_call=False)
        reason = ("caller", "agent", "transfer")[n % 3]
        gone_first = n % 4 == 0
        if gone_first:
            self.pbx.hang_up(call)
        self.pbx.complete(queue, "" if n % 8 == 0 else call, n, reason, interface=interface, hold_s=hold_s, log_id=call)
        if not gone_first:
            self.pbx.hang_up(call)

    def agent(self, n: int, queue: str, _call: str) -> None:
        member = ev.MemberChanged(queue, AGENTS[n % 4], "N", n % 9, n % 5 == 0, n % 9 == 2, self.pbx.now_ms)
        members = self.pbx.members[queue]
        self.pbx.members[queue] = [each for each in members if each.interface != member.interface] + [member]
        self.pbx.say(member)

    def agent_leaves(self, n: int, queue: str, _call: str) -> None:
        members = self.pbx.members[queue]
        if members:
            gone = members.pop(n % len(members))
            self.pbx.say(ev.MemberRemoved(queue, gone.interface, self.pbx.now_ms))

    def wait(self, n: int, _queue: str, _call: str) -> None:
        self.rig.wait((1, 40, 300, 1_000, 2_345, 7_000, 20_000)[n % 7], self.hold_ms)

    def deliver(self, n: int, _queue: str, _call: str) -> None:
        """All, or a part; the rest may hang on the line, perhaps in the middle of a frame."""
        self.rig.ami.say()
        self.rig.deliver(None if n % 2 else len(self.rig.ami.out) * n // 31)
        if n % 4 == 0:
            self.rig.wait(self.hold_ms - 10, self.hold_ms)

    def list(self, n: int, queue: str, _call: str) -> None:
        self.rig.session.ask_status(queue if n % 3 else None, self.rig.now_ms)
        self.rig.deliver()

    def lists_ahead(self, n: int, _queue: str, _call: str) -> None:
        self.rig.ami.lag_ms = (0, 5, 20, 100)[n % 4]

    def reload(self, _n: int, _queue: str, _call: str) -> None:
        self.rig.ami.say_reload()

    def cut(self, _n: int, _queue: str, _call: str) -> None:
        if self.rig.is_connected:
            self.rig.cut()

    def connect(self, _n: int, _queue: str, _call: str) -> None:
        if not self.rig.is_connected:
            self.rig.connect()
            self.rig.deliver()

    def login_amid(self, n: int, queue: str, call: str) -> None:
        """A list at any moment of a caller's leaving, and perhaps coming back, the line lives to tell the rest."""
        name = ENDINGS[n % len(ENDINGS)]
        if self.rig.is_connected or not call or not (self.membergosub or name != "redirected"):
            return
        self.pbx.after_moments(1 + n % 11, lambda: self.login(n, queue, call))
        soon = self.pbx.now_ms - self.pbx.joined_ms[call] < self.recognised_ms
        self.step(name, n)
        if n % 3 and not soon and self.outside and self.outside[-1] == call:
            self._join(queue, self.outside.pop(), len(self.pbx.lines[queue]) + 1)
        self.pbx.after_moments(0, lambda: None)
        self.connect(n, queue, call)
        self.rig.deliver()

    def login(self, n: int, _queue: str, _call: str) -> None:
        """Perhaps a slow one: events come before the list is told, or even asked for."""
        if not self.rig.is_connected:
            self.rig.connect()
            for _ in range(n % 8):
                self.rig.deliver(40)

    def journal(self, _n: int, _queue: str, _call: str) -> None:
        self.rig.keep()

    def kill(self, n: int, _queue: str, _call: str) -> None:
        if n % 2:
            self.rig.keep()
        self.rig.kill()

    def restart(self, _n: int, _queue: str, _call: str) -> None:
        """Of the PBX: nobody will ever say what became of anybody."""
        for queue, *_ in self.connecting:
            self.pbx.counts[queue]["unresolved"] += 1
        self.rig.restart_pbx()
        for each in (self.outside, self.shifted, self.ringing, self.connecting, self.talking):
            each.clear()
        for queue in QUEUES:
            for interface in AGENTS:
                self._note_in_call(queue, interface, in_call=False)

    def _join(self, queue: str, call: str, position: int) -> None:
        """By queue_log one who left for his agent is in the line until he has him, so a place is counted with him."""
        if any(each == queue for each, *_ in self.connecting):
            self.shifted.add(queue)
        elif not self.pbx.lines[queue]:
            self.shifted.discard(queue)
        self.pbx.join(queue, call, position)

    def _connect(self, queue: str, call: str, interface: str) -> None:
        hold_s = self.pbx.hold_s(call)
        self.pbx.connect_only(queue, call, hold_s, interface)
        self.talking.append((queue, call, hold_s, interface))
        self._note_in_call(queue, interface, in_call=True)

    def _note_in_call(self, queue: str, interface: str, *, in_call: bool) -> None:
        """For the next list."""
        members = self.pbx.members[queue]
        members[:] = [m._replace(in_call=in_call) if m.interface == interface else m for m in members]
