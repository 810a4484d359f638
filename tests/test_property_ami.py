"""Any day of any PBX, in bytes, torn, delayed and said twice: line and counters are the PBX's own at every quiet point.

WALLBOARD_EXAMPLES=20000 pytest tests/test_property_ami.py      a long run; the default is sized for CI
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from host_bridge.pbx import events as ev
from host_bridge.truth.outcomes import Outcome
from tests.ami_rig import LEVEL, Rig

EXAMPLES = int(os.environ.get("WALLBOARD_EXAMPLES", "2000"))
QUEUES = ("q1", "q2")
AGENTS = ("SIP/1", "SIP/2", "SIP/3", "SIP/4")
HOLD_MS = 400  # a wire holds bytes no longer: the evidence after a Leave is waited for 500 ms

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
STILL_ALIVE = ("times_out", "becomes_empty", "withdrawn", "presses_key", "redirected")
STEPS = (
    *("join",) * 6,
    *("answer", "talk ends") * 3,
    *ENDINGS,
    *("ring", "no answer", "rejected", "comes back", "hangs up elsewhere", "agent", "agent leaves"),
    *("wait", "deliver", "list") * 2,
    *("lists ahead", "reload", "quiet"),
)


class Day:
    """Steps by name; each takes a number that chooses among what is there."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.pbx = rig.pbx
        self.calls = 0
        self.outside: list[str] = []  # calls out of every queue, and not hung up
        self.ringing: dict[str, str] = {}  # call → interface
        self.connecting: list[tuple[str, str, int, str]] = []  # queue, call, hold_s, interface: a membergosub runs
        self.talking: list[tuple[str, str, int, str]] = []

    def step(self, name: str, n: int) -> None:
        queue = QUEUES[n % 2]
        line = self.pbx.lines[queue]
        call = line[n % len(line)] if line else ""
        if name in ENDINGS:
            if call:
                self.ringing.pop(call, None)
                getattr(self.pbx, name)(queue, call)
                if name in STILL_ALIVE:
                    self.outside.append(call)
        else:
            getattr(self, name.replace(" ", "_"))(n, queue, call)

    def join(self, n: int, queue: str, _call: str) -> None:
        self.calls += 1
        self.pbx.join(queue, f"{self.calls}.1", 1 + n % (len(self.pbx.lines[queue]) + 1))

    def rejected(self, n: int, queue: str, _call: str) -> None:
        self.calls += 1
        self.pbx.rejected(queue, f"{self.calls}.1", ("FULL", "JOINEMPTY", "JOINUNAVAIL")[n % 3])
        self.outside.append(f"{self.calls}.1")

    def comes_back(self, n: int, queue: str, _call: str) -> None:
        if self.outside:
            self.pbx.join(queue, self.outside.pop(n % len(self.outside)))

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
        while self.connecting:
            talk = self.connecting.pop()
            self.pbx.connect_only(*talk)
            self.talking.append(talk)
        if call and call not in self.ringing:
            self.ring(n, queue, call)
        if call in self.ringing:
            talk = queue, call, self.pbx.hold_s(call), self.ringing.pop(call)
            self.pbx.leave(queue, call)
            if n % 3 == 0:
                self.connecting.append(talk)
            else:
                self.pbx.connect_only(*talk)
                self.talking.append(talk)

    def talk_ends(self, n: int, _queue: str, _call: str) -> None:
        """Complete and Hangup in either order, and without the call's id when it was gone first."""
        if not self.talking:
            return
        queue, call, hold_s, interface = self.talking.pop(n % len(self.talking))
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
        self.pbx.sent.append(member)

    def agent_leaves(self, n: int, queue: str, _call: str) -> None:
        members = self.pbx.members[queue]
        if members:
            gone = members.pop(n % len(members))
            self.pbx.sent.append(ev.MemberRemoved(queue, gone.interface, self.pbx.now_ms))

    def wait(self, n: int, _queue: str, _call: str) -> None:
        self.rig.wait((1, 40, 300, 1_000, 2_345, 7_000, 20_000)[n % 7], HOLD_MS)

    def deliver(self, n: int, _queue: str, _call: str) -> None:
        self.rig.deliver(None if n % 2 else n * 37)

    def list(self, n: int, queue: str, _call: str) -> None:
        self.rig.session.ask_status(queue if n % 3 else None, self.rig.now_ms)
        self.rig.deliver()

    def lists_ahead(self, n: int, _queue: str, _call: str) -> None:
        self.rig.lists_ahead = n % 2 == 0

    def reload(self, _n: int, _queue: str, _call: str) -> None:
        self.rig.ami.say_reload()

    def quiet(self, _n: int, _queue: str, _call: str) -> None:
        self.rig.quiet()
        check(self.rig)


def check(rig: Rig) -> None:
    """What the truth says of each queue is what the model did."""
    pbx = rig.pbx
    assert set(rig.truth.queues) == set(pbx.lines)
    for queue, line in pbx.lines.items():
        figures = rig.truth.figures(queue, rig.now_ms)
        counts = pbx.counts[queue]
        assert {outcome.value: figures[outcome.value] for outcome in Outcome} == {
            outcome.value: counts[outcome.value] for outcome in Outcome
        }, queue
        assert figures["offered"] == sum(counts[outcome.value] for outcome in Outcome if outcome != Outcome.REJECTED)
        assert figures["waiting"] == len(line)
        if line:
            oldest_ms = rig.now_ms - min(pbx.joined_ms[call] for call in line)
            assert abs(figures["oldest_ms"] - oldest_ms) <= 1_000
        assert figures["transferred"] == counts["transferred"]
        talks_s = pbx.talks_s[queue]
        assert figures.get("aht_ms") == (sum(talks_s) * 1000 // len(talks_s) if talks_s else None)
        answered, abandoned = (pbx.holds_s.get((queue, each), []) for each in ("answered", "abandoned"))
        short = sum(hold_s < LEVEL.short_abandon_s for hold_s in abandoned)
        assert figures["short_abandoned"] == short
        of = len(answered) + len(abandoned) - short
        in_time = sum(hold_s <= LEVEL.answer_within_s for hold_s in answered)
        assert figures.get("sla") == (in_time * 1000 // of if of else None)
        members = pbx.members[queue]
        assert figures["agents_in"] == sum(member.status not in (4, 5) for member in members)
        assert figures["agents_free"] == sum(member.status in (0, 1) and not member.paused for member in members)


steps = st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 30)), min_size=1, max_size=80)


@settings(max_examples=EXAMPLES, deadline=None, report_multiple_bugs=False, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 1 << 32), st.booleans(), st.booleans(), steps)
def test_any_day_in_bytes_counts_as_the_pbx_itself(
    seed: int, stamps: bool, twice: bool, day: list[tuple[str, int]]
) -> None:
    rig = Rig(*QUEUES, seed=seed, stamps=stamps, twice=twice)
    story = Day(rig)
    for name, n in day:
        story.step(name, n)
    story.quiet(0, "", "")
