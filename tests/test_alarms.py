"""host_bridge.alarms judges as a board does: the same messages to both, and the same alarms at the same ms.

WALLBOARD_EXAMPLES=20000 pytest tests/test_alarms.py      a long run; the default is sized for CI
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.core import wire
from firmware.core.board import PAGES, Board, Setup
from host_bridge.alarms import Alarms, Change
from tests.core.rig import AnyScreen

EXAMPLES = int(os.environ.get("WALLBOARD_EXAMPLES", "150"))
SITE, STARTED, BEAT_MS = "main", 7_000, 2_000
BOARD_AHEAD_MS = 123_456  # the board's clock minus the bridge's
QUEUES = ("sales", "@service")
SEVERITIES = {"warn": 1, "critical": 2}


class Both:
    """A board and the alarms, told the same."""

    def __init__(self) -> None:
        self.now_ms = 1_000_000
        self.board = Board(Setup(SITE, "wall", None, PAGES, 100, (), ""), AnyScreen(6))  # type: ignore[no-untyped-call]
        self.alarms = Alarms()
        self.changes: list[Change] = []
        self.board_changes: list[Change] = []
        self._fires: dict[tuple[str, str], int] = {}
        self._pbx = "up"
        self._seq = 0
        self._beat_ms = self.now_ms
        self.board.link(True, self.now_ms + BOARD_AHEAD_MS)
        self._send(("site",), {"queues": [{"id": queue} for queue in QUEUES]})
        self.wait(0)

    def rules(self, queue: str, rules: list[dict[str, Any]] | None) -> None:
        payload = self._send(("rules", queue), None if rules is None else {"rules": rules})
        self.alarms.set_rules(queue, wire.read(wire.RULES, payload) if payload else None)
        self._both_tick()

    def queue(self, queue: str, figures: dict[str, Any] | None, late_ms: int = 0) -> None:
        """A snapshot that was on its way for `late_ms`; an older one than the last may be overtaken so."""
        ts = self.now_ms - late_ms
        payload = self._send(("queue", queue), None if figures is None else {"ts": ts, **figures})
        snapshot = wire.read(wire.QUEUE, payload) if payload else None
        self.changes += self.alarms.told(queue, snapshot, self.now_ms)
        self._both_tick()

    def pbx(self, state: str) -> None:
        self._pbx = state
        self._beat()

    def lose(self, state: str, ms: int) -> None:
        """The PBX is not up for a while."""
        self.pbx(state)
        self.wait(ms)
        self.pbx("up")

    def wait(self, ms: int) -> None:
        until_ms = self.now_ms + ms
        while True:
            due = self.board.next_wake_ms(self.now_ms + BOARD_AHEAD_MS) - BOARD_AHEAD_MS, self.alarms.next_ms()
            self.now_ms = max(self.now_ms, min(until_ms, self._beat_ms, *(at for at in due if at is not None)))
            if self.now_ms >= self._beat_ms:
                self._beat_ms += BEAT_MS
                self._beat()
            self._both_tick()
            if self.now_ms >= until_ms:
                return

    def _beat(self) -> None:
        self._seq += 1
        self._send(("bridge", "state"), {"online": True, "pbx": self._pbx, "now": self.now_ms, "seq": self._seq})
        self.changes += self.alarms.pbx(self._pbx == "up", self.now_ms)
        self._both_tick()

    def _send(self, parts: tuple[str, ...], message: dict[str, Any] | None) -> bytes:
        payload = b"" if message is None else wire.dumps({"v": 1, "started": STARTED, **message})
        self.board.receive(wire.topic(SITE, *parts), payload, False, self.now_ms + BOARD_AHEAD_MS)
        return payload

    def _both_tick(self) -> None:
        self.changes += self.alarms.tick(self.now_ms)
        board_ms = self.now_ms + BOARD_AHEAD_MS
        self.board.tick(board_ms)
        reports = self.board.state(board_ms)["alarms"]
        fires = {(each["queue"], each["rule"]): SEVERITIES[each["severity"]] for each in reports}
        for key in dict.fromkeys((*self._fires, *fires)):
            if fires.get(key, 0) != self._fires.get(key, 0):
                self.board_changes.append(Change(self.now_ms, *key, fires.get(key, 0)))
        self._fires = fires
        assert fires == self.alarms.firing()
        assert not self.board.lines()


def moments(changes: list[Change]) -> list[Change]:
    """In one order: within a ms the board reports by queue, and the alarms as they are told."""
    return sorted(changes)


conditions = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["waiting", "agents_free"]), st.integers(0, 4)),
        st.tuples(
            st.sampled_from(["oldest_ms", "next_breach_ms", "avg_wait_ms"]), st.integers(0, 8).map((500).__mul__)
        ),
        st.tuples(st.sampled_from(["sla", "abandoned_permille"]), st.integers(0, 4).map((250).__mul__)),
    ).flatmap(
        lambda pair: st.sampled_from([">=", "<=", ">", "<"]).map(
            lambda op: {"metric": pair[0], "op": op, "value": pair[1]}
        )
    ),
    min_size=1,
    max_size=2,
)
levels = st.one_of(
    st.lists(
        st.fixed_dictionaries(
            {"severity": st.sampled_from(["warn", "critical"]), "all": conditions}, optional={"clear": conditions}
        ),
        min_size=1,
        max_size=1,
    ),
    st.tuples(
        st.fixed_dictionaries({"severity": st.just("warn"), "all": conditions}, optional={"clear": conditions}),
        st.fixed_dictionaries({"severity": st.just("critical"), "all": conditions}, optional={"clear": conditions}),
    ).map(list),
)
rules = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(["one", "two", "three"]),
            "for_ms": st.sampled_from([0, 0, 1_000, 3_500]),
            "hold_ms": st.sampled_from([0, 1_000, 5_000]),
            "levels": levels,
        }
    ),
    max_size=3,
    unique_by=lambda rule: rule["id"],
)
figures = st.fixed_dictionaries(
    {"open": st.sampled_from([True, True, True, False])},
    optional={
        "waiting": st.integers(0, 5),
        "oldest_ms": st.integers(0, 6_000),
        "next_breach_ms": st.integers(0, 6_000),
        "avg_wait_ms": st.integers(0, 5_000),
        "sla": st.integers(0, 1_000),
        "abandoned": st.integers(0, 3),
        "offered": st.integers(0, 5),
        "agents_free": st.integers(0, 4),
    },
)
queues = st.sampled_from(QUEUES)
steps = st.one_of(
    st.tuples(st.just("queue"), queues, figures),
    st.tuples(st.just("queue"), queues, figures),
    st.tuples(st.just("queue"), queues, figures, st.integers(0, 3_000)),
    st.tuples(st.just("wait"), st.integers(0, 3_000)),
    st.tuples(st.just("wait"), st.sampled_from([0, 1, 500, 1_000, 12_000])),
    st.tuples(st.just("rules"), queues, rules),
    st.tuples(st.just("lose"), st.sampled_from(["down", "syncing"]), st.integers(0, 5_000)),
    st.tuples(st.just("queue"), queues, st.none()),
    st.tuples(st.just("rules"), queues, st.none()),
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(rules, st.lists(steps, min_size=10, max_size=60))
def test_the_same_messages_make_the_same_alarms(first: list[dict[str, Any]], story: list[tuple[Any, ...]]) -> None:
    both = Both()
    for queue in QUEUES:
        both.rules(queue, first)
    for name, *values in story:
        getattr(both, name)(*values)
    both.wait(20_000)
    assert moments(both.changes) == moments(both.board_changes)


WAIT = {
    "id": "wait",
    "for_ms": 3_500,
    "levels": [{"severity": "warn", "all": [{"metric": "oldest_ms", "op": ">=", "value": 3_000}]}],
}


def test_a_wait_that_was_not_seen_before_holds_since_it_was_surely_not_there() -> None:
    both = Both()
    both.rules("sales", [WAIT])
    for offered in range(10):  # nothing that the rule looks at
        both.queue("sales", {"waiting": 0, "offered": offered})
        both.wait(1_000)
    both.queue("sales", {"waiting": 1, "oldest_ms": 6_000})
    both.wait(10_000)
    assert both.changes == both.board_changes
    assert [change.at_ms - 1_000_000 for change in both.changes] == [9_000 + 1 + 3_500]


def test_time_stands_still_while_the_pbx_is_not_up() -> None:
    both = Both()
    both.rules("sales", [WAIT])
    both.queue("sales", {"waiting": 1, "oldest_ms": 0})
    both.wait(4_000)
    both.lose("down", 60_000)
    assert not both.changes
    both.wait(10_000)
    assert both.changes == both.board_changes
    assert [change.at_ms - 1_000_000 for change in both.changes] == [3_000 + 3_500 + 60_000]
