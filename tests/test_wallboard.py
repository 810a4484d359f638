"""The board's shell with recorders for parts: drawn once a change, said when it matters, kept when it has settled."""

from __future__ import annotations

import itertools
import json
import logging
from typing import Any

import pytest
from PIL import Image

from firmware.core.board import Board, Setup
from firmware.core.screen import Screen
from firmware.pi.canvas_pillow import load_font
from firmware.pi.inbox import LinkChange, Message, Press
from firmware.pi.parts import Parts
from firmware.pi.wallboard import (
    LEAST_LIFE_MS,
    LOST_MS,
    STATE_EVERY_MS,
    STATE_GAP_MS,
    STORE_DELAY_MS,
    STORE_GAP_MS,
    Wallboard,
)
from tests.wallboard_process import drawn, tile, view

STARTED = 1_700_000_000_000
RULE = {
    "id": "wait",
    "for_ms": 0,
    "hold_ms": 0,
    "sound": {"warn": "none", "critical": "double"},
    "levels": [{"severity": "critical", "all": [{"metric": "waiting", "op": ">=", "value": 5}]}],
}


class Recorder:
    """Panel, buzzer, link and store at once: `did` has everything they were asked to do, with the time."""

    frames = held = restarts = discarded = 0
    address = problem = ""

    def __init__(self) -> None:
        self.now_ms = 0
        self.up = True
        self.did: list[tuple[int, str, Any]] = []
        self.sounding = False

    def show(self, image: Image.Image) -> None:
        self.frames += 1
        self.did.append((self.now_ms, "show", image))

    def tend(self, now_ms: int) -> int:
        return now_ms + 2000

    def sound(self, on: bool, now_ms: int) -> int | None:
        if on != self.sounding:
            self.sounding = on
            self.did.append((self.now_ms, "sound", on))
        return now_ms + 500 if on else None

    def publish(self, topic: str, payload: bytes) -> bool:
        if self.up:
            self.did.append((self.now_ms, topic, json.loads(payload)))
        return self.up

    def close(self, last: bytes) -> None:
        self.did.append((self.now_ms, "close", last))

    def save(self, stored: dict[str, Any]) -> None:
        self.did.append((self.now_ms, "save", stored))

    def all(self, what: str) -> list[Any]:
        return [value for _, each, value in self.did if each == what]


class Bench:
    """A wallboard and its clock: run() steps exactly when the wallboard asked to be stepped."""

    def __init__(self, brightness: int = 100) -> None:
        self.parts = Recorder()
        screen = Screen(128, 64, load_font)
        board = Board(Setup("main", "b1", None, ("queues",), brightness, (), "1.2"), screen)
        it = self.parts
        self.wallboard = Wallboard(
            Parts(board, screen, it, it, it, it), logging.getLogger("t"), lambda: 41, {"host": "pi-1"}
        )
        self.seq = 0
        self.steps = 0
        self.wake_ms = self.step()

    def step(self, *items: LinkChange | Message | Press) -> int:
        self.steps += 1
        self.wake_ms = self.wallboard.step(items, self.parts.now_ms)
        assert self.wake_ms > self.parts.now_ms
        return self.wake_ms

    def run(self, duration_ms: int, beats: bool = True) -> None:
        """Let time pass, with a heartbeat every 2 s."""
        end_ms = self.parts.now_ms + duration_ms
        beat_ms = self.parts.now_ms
        while self.parts.now_ms < end_ms:
            if beats and self.parts.now_ms >= beat_ms:
                beat_ms += 2000
                self.beat()
            self.parts.now_ms = min(self.wake_ms, end_ms, beat_ms if beats else end_ms)
            self.step()

    def beat(self) -> None:
        self.seq += 1
        self.take("bridge/state", online=True, pbx="up", now=STARTED + self.parts.now_ms, seq=self.seq)

    def take(self, topic: str, retained: bool = False, **message: Any) -> None:
        payload = json.dumps({"v": 1, "started": STARTED, **message}).encode()
        self.step(Message(f"wallboard/main/{topic}", payload, retained))

    def queue(self, **figures: Any) -> None:
        calm = {"waiting": 0, "sla": 930, "sla_target": 800, "agents_in": 3, "agents_free": 2}
        self.take("queue/sales", ts=STARTED + self.parts.now_ms, label="sales", **{**calm, **figures})

    def states(self) -> list[tuple[int, dict[str, Any]]]:
        """(when, what) of all state messages."""
        return [(at, value) for at, what, value in self.parts.did if what == "wallboard/main/board/b1/state"]

    def set_up(self) -> None:
        self.step(LinkChange(True))
        self.take("site", queues=[{"id": "sales", "label": "sales", "label_visual": "sales"}])
        self.take("rules/sales", rules=[RULE])
        self.beat()
        self.queue()


def test_a_frame_from_the_first_moment_and_none_without_a_change() -> None:
    bench = Bench()
    assert len(bench.parts.all("show")) == 1
    bench.set_up()
    assert bench.parts.all("show")[-1].tobytes() == drawn(view(tile("sales")), (128, 64)).tobytes()
    frames = len(bench.parts.all("show"))
    steps = bench.steps
    bench.run(60_000)
    assert len(bench.parts.all("show")) == frames == bench.wallboard.frames
    assert bench.steps - steps < 100  # 30 heartbeats, each a step for the message and one for the time


def test_brightness_is_applied_to_what_is_shown() -> None:
    full, dim = Bench(), Bench(brightness=50)
    for bench in (full, dim):
        bench.set_up()
    bright = max(value for _, value in full.parts.all("show")[-1].convert("L").getcolors())
    half = max(value for _, value in dim.parts.all("show")[-1].convert("L").getcolors())
    assert half == pytest.approx(bright / 2, abs=2)


def test_its_state_is_said_on_each_change_and_every_ten_seconds() -> None:
    bench = Bench()
    bench.set_up()
    bench.run(1000)
    bench.parts.did.clear()
    bench.run(30_500)
    times = [at for at, _ in bench.states()]
    assert len(times) == 3
    assert {after - at for at, after in itertools.pairwise(times)} == {STATE_EVERY_MS}
    bench.queue(waiting=6)
    at, state = bench.states()[-1]
    assert at == bench.parts.now_ms
    assert [(alarm["queue"], alarm["severity"]) for alarm in state["alarms"]] == [("sales", "critical")]
    assert (state["online"], state["version"], state["temp"]) == (True, "1.2", 41)
    assert (state["frames"], state["uptime_ms"]) == (bench.wallboard.frames, at)


def test_its_state_says_which_machine_it_is_and_what_it_was_asked_to_do() -> None:
    bench = Bench()
    bench.parts.address = "192.0.2.7"
    bench.set_up()
    bench.run(1000)
    state = bench.states()[-1][1]
    assert (state["host"], state["address"]) == ("pi-1", "192.0.2.7")
    assert "doing" not in state and "serial" not in state
    for do, seconds in (("identify", 30), ("test", 27)):
        bench.take("board/b1/command", do=do)
        bench.run(500)
        assert bench.states()[-1][1]["doing"] == do
        bench.run(seconds * 1000)
        assert "doing" not in bench.states()[-1][1]


def test_a_flapping_alarm_is_not_said_more_often_than_the_gap() -> None:
    bench = Bench()
    bench.set_up()
    bench.run(1000)
    bench.parts.did.clear()
    for number in range(100):
        bench.queue(waiting=6 if number % 2 else 0)
        bench.run(20, beats=False)
    times = [at for at, _ in bench.states()]
    assert 4 <= len(times) <= 2000 // STATE_GAP_MS + 1
    assert min(after - at for at, after in itertools.pairwise(times)) >= STATE_GAP_MS


def test_each_connection_hears_its_state_anew() -> None:
    bench = Bench()
    bench.set_up()
    bench.parts.up = False
    bench.step(LinkChange(False))
    bench.parts.did.clear()
    bench.run(30_000, beats=False)
    assert bench.states() == []
    bench.parts.up = True
    bench.step(LinkChange(True))
    assert len(bench.states()) == 1
    bench.run(7000, beats=False)
    assert [state["fault"] for _, state in bench.states()] == ["LINK", "BRIDGE"]


def test_a_breach_is_seen_and_heard() -> None:
    bench = Bench()
    bench.set_up()
    bench.run(5000)
    bench.parts.did.clear()
    bench.queue(waiting=6)
    began = bench.parts.now_ms
    bench.run(3500)
    sounds = [(at - began, on) for at, what, on in bench.parts.did if what == "sound"]
    assert [on for _, on in sounds] == [True, False, True, False]  # double
    assert sounds[0][0] == 0
    phases = [drawn(view(tile("sales", waiting=6, severity=2, phase=phase)), (128, 64)).tobytes() for phase in (0, 1)]
    shown = [phases.index(image.tobytes()) for image in bench.parts.all("show")]
    assert all(one != two for one, two in itertools.pairwise(shown))
    assert 7 <= len(shown) <= 9  # 1 Hz: two phases a second


def test_rules_are_kept_once_they_have_settled() -> None:
    bench = Bench()
    bench.set_up()
    bench.take("rules/sales", rules=[])
    bench.take("rules/sales", rules=[RULE])
    bench.run(STORE_DELAY_MS + 100)
    (stored,) = bench.parts.all("save")
    assert stored["rules"]["sales"]["rules"][0]["id"] == "wait"
    bench.take("rules/sales", rules=[RULE])
    bench.run(20_000)
    assert len(bench.parts.all("save")) == 1
    bench.take("rules/sales", rules=[])
    bench.wallboard.close()
    assert bench.parts.all("save")[-1]["rules"]["sales"]["rules"] == []


def test_rules_that_change_all_the_time_are_written_once_a_minute() -> None:
    bench = Bench()
    bench.set_up()
    for number in range(150):
        bench.take("rules/sales", rules=[RULE] if number % 2 else [])
        bench.run(1000)
    writes = [at for at, what, _ in bench.parts.did if what == "save"]
    assert len(writes) == 3
    assert min(after - at for at, after in itertools.pairwise(writes)) >= STORE_GAP_MS


def test_closing_is_said() -> None:
    bench = Bench()
    bench.set_up()
    bench.parts.did.clear()
    bench.wallboard.close()
    assert bench.parts.all("close") == [b'{"v":1,"online":false}']


def press(bench: Bench, ms: int) -> None:
    """A finger on the button for so long."""
    bench.step(Press(True, bench.parts.now_ms))
    bench.run(ms)
    bench.step(Press(False, bench.parts.now_ms))
    bench.run(100)


def test_a_press_that_the_loop_hears_of_late_counts_all_the_same() -> None:
    bench = Bench()
    bench.set_up()
    bench.queue(waiting=6)
    bench.run(3000)
    now_ms = bench.parts.now_ms
    bench.step(Press(True, now_ms - 400), Press(False, now_ms - 250))
    assert len(bench.parts.all("wallboard/main/ack/sales/wait")) == 1


def test_a_short_press_acknowledges_all_and_tells_the_other_boards() -> None:
    bench = Bench()
    bench.set_up()
    bench.queue(waiting=6)
    bench.run(3000)
    press(bench, 200)
    (ack,) = bench.parts.all("wallboard/main/ack/sales/wait")
    assert ack == {"v": 1, "at": pytest.approx(STARTED + bench.parts.now_ms, abs=150), "by": "b1"}
    assert bench.states()[-1][1]["alarms"][0]["acked"] is True
    steady = len(bench.parts.all("show"))
    bench.run(5000)
    assert len(bench.parts.all("show")) == steady  # it blinks no longer


def test_an_acknowledgement_without_a_broker_is_kept_until_there_is_one() -> None:
    bench = Bench()
    bench.set_up()
    bench.queue(waiting=6)
    bench.run(3000)
    bench.parts.up = False  # the broker hangs: nobody has noticed yet
    press(bench, 200)
    assert bench.parts.all("wallboard/main/ack/sales/wait") == []
    bench.step(LinkChange(False))
    bench.run(500)
    bench.parts.up = True
    bench.step(LinkChange(True))
    bench.run(500)
    assert len(bench.parts.all("wallboard/main/ack/sales/wait")) == 1


def test_an_acknowledgement_that_went_into_a_dead_line_is_said_again() -> None:
    bench = Bench()
    bench.set_up()
    bench.queue(waiting=6)
    bench.run(3000)
    press(bench, 200)  # the broker hangs, and nobody has noticed yet: what is published is gone
    bench.run(LOST_MS - 2000, beats=False)
    bench.step(LinkChange(False))
    bench.run(60_000, beats=False)
    bench.step(LinkChange(True))
    said = bench.parts.all("wallboard/main/ack/sales/wait")
    assert len(said) == 2 and said[0] == said[1]
    bench.run(LOST_MS)
    bench.step(LinkChange(False))
    bench.step(LinkChange(True))
    assert len(bench.parts.all("wallboard/main/ack/sales/wait")) == 2  # this time it was heard


def test_a_long_press_mutes_the_buzzer_for_an_hour() -> None:
    bench = Bench()
    bench.set_up()
    press(bench, 2500)
    assert bench.states()[-1][1]["muted"] is True
    bench.queue(waiting=6)
    bench.parts.did.clear()
    bench.run(10_000)
    assert bench.parts.all("sound") == []
    bench.run(3_600_000)
    assert bench.states()[-1][1]["muted"] is False
    assert bench.parts.all("sound")[0] is True  # what is critical is heard again


def test_a_restart_is_carried_out_once_the_board_has_run_for_some_time() -> None:
    bench = Bench()
    bench.set_up()
    bench.run(2000)
    bench.take("board/b1/command", do="restart")
    assert not bench.wallboard.restart_asked(bench.parts.now_ms)
    bench.run(LEAST_LIFE_MS)
    assert bench.wallboard.restart_asked(bench.parts.now_ms)


def test_what_a_panel_has_gone_through_is_in_its_state() -> None:
    bench = Bench()
    bench.set_up()
    assert not {"held", "restarts"} & set(bench.states()[-1][1])
    bench.parts.held, bench.parts.restarts, bench.parts.discarded = 3, 2, 7
    bench.run(STATE_EVERY_MS)
    state = bench.states()[-1][1]
    assert (state["held"], state["restarts"], state["problems"]) == (3, 2, 7)


def test_its_summary_is_a_line() -> None:
    bench = Bench()
    assert bench.wallboard.summary() == "NO LINK"
    bench.set_up()
    bench.queue(waiting=6)
    bench.run(1000)
    assert bench.wallboard.summary() == "live, 1 alarm"


def test_what_cannot_be_used_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.set_up()
    for _ in range(3):
        bench.step(Message("wallboard/main/queue/sales", b"{", False))
    (line,) = [record.getMessage() for record in caplog.records]
    assert line.startswith("wallboard/main/queue/sales: no JSON")
