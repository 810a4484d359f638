"""What has the panel before the board's pages, in its real shell: the self-test, and the way until it is linked."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from firmware.core.board import Board, Setup
from firmware.core.check import read
from firmware.core.reports import BOARD
from firmware.core.scenes_pages import a_page
from firmware.core.screen import Screen
from firmware.core.service import TEST_MS
from firmware.core.view import IDENTIFY, SELF_TEST
from firmware.pi.canvas_pillow import load_font
from firmware.pi.front import FILE, GRACE_MS, Front, Outside
from firmware.pi.inbox import LinkChange, Press
from firmware.pi.panel import PanelSettings
from firmware.pi.parts import Parts
from firmware.pi.selftest.pictures_link import Chain
from firmware.pi.selftest.pictures_panel import Fill, White
from firmware.pi.selftest.plan import Plan, modules_of
from firmware.pi.selftest.sheet import ShadesCanvas, Sheet
from firmware.pi.selftest.way import Broker, Network
from firmware.pi.wallboard import Wallboard
from tests.test_wallboard import RULE, Bench
from tests.wallboard_process import drawn, tile, view

SIZE = (128, 64)


class Installed(Bench):
    """A board with a front: `file` is its self-test."""

    def __init__(self, folder: Path, *, test: bool = True, known: bool = False, held: bool = False) -> None:
        super().__init__()
        self.file = folder / FILE
        if test:
            self.file.touch()
        self.outside = Outside(
            Network(True, True, "192.0.2.7"), Broker("b", 1883, False, "refused"), False, False, False
        )
        self.looks = 0
        plan = Plan(*SIZE, modules_of(PanelSettings("image", 32, 64, 2, 2)), "b1", "PIN 35", "PIN 37")
        self.front = Front(plan, "main", self.file, self._look, logging.getLogger("t"))
        if known:
            self.front.know()
        if held:
            self.front.hold()
        it = self.parts
        it.did.clear()
        it.frames = 0
        screen = Screen(*SIZE, load_font)
        board = Board(Setup("main", "b1", None, ("queues",), 100, (), "1.2"), screen)
        self.wallboard = Wallboard(Parts(board, screen, it, it, it, it, self.front), logging.getLogger("t"))
        self.step()

    def _look(self) -> Outside:
        self.looks += 1
        return self.outside

    def connect(self) -> None:
        self.outside = self.outside._replace(broker=Broker("b", 1883, True, ""))
        self.step(LinkChange(True))

    def shows(self, picture: Any) -> bool:
        canvas = ShadesCanvas(*SIZE)
        picture.draw(Sheet(canvas))
        return bool(self.parts.all("show")[-1].tobytes() == canvas.image().tobytes())

    def shows_queue(self, **figures: Any) -> bool:
        return bool(self.parts.all("show")[-1].tobytes() == drawn(view(tile("sales", **figures)), SIZE).tobytes())


def ask(bench: Installed) -> dict[str, Any]:
    """The newest state, which its own schema must take."""
    state: dict[str, Any] = bench.states()[-1][1]
    clean, problems = read(BOARD, state)
    assert problems == [], problems
    assert clean["self_test"] == state.get("self_test")
    return state


def test_the_file_begins_the_test_and_its_end_removes_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    bench = Installed(tmp_path)
    bench.outside = bench.outside._replace(broker=Broker("b", 1883, True, ""))
    bench.set_up()
    bench.run(500)
    assert bench.shows(Fill("RED"))
    assert ask(bench)["doing"] == "test" and ask(bench)["self_test"]["state"] == "running"
    assert bench.wallboard.summary() == "self-test, live"
    bench.run(20_000)
    assert bench.file.exists()  # a power cut now, and it comes again
    bench.run(360_000)
    assert not bench.file.exists()
    assert bench.shows_queue()
    state = ask(bench)
    assert "doing" not in state
    assert state["self_test"] == {
        "state": "done", "seen": 19, "steps": 19, "button": "silent", "buzzer": "played", "supply": "fine",
        "link": "fine",
    }  # fmt: skip
    assert [record.getMessage() for record in caplog.records] == [
        "self-test: it begins; a press goes on, two seconds end it",
        "self-test: done, 19 of 19 pictures shown; button silent, buzzer played, supply fine, link fine",
    ]


def test_its_pictures_begin_when_the_panel_is_lit(tmp_path: Path) -> None:
    """A driver may take seconds to come up: what nobody can see is not counted as seen."""
    bench = Installed(tmp_path)
    bench.parts.frames = 0
    bench.parts.show = lambda image: bench.parts.did.append((bench.parts.now_ms, "show", image))  # type: ignore[method-assign]
    bench.run(10_000)
    assert not bench.front.testing
    bench.parts.frames = 1
    bench.run(1000)
    assert bench.shows(Fill("RED"))


def test_without_the_file_there_is_no_test_and_the_held_button_asks_for_it(tmp_path: Path) -> None:
    plain = Installed(tmp_path, test=False, known=True)
    plain.set_up()
    plain.run(1000)
    assert plain.shows_queue() and "self_test" not in ask(plain)
    assert plain.looks == 0  # a board at work asks the machine nothing
    held = Installed(tmp_path, test=False, known=True, held=True)
    held.set_up()
    held.run(1000)
    assert held.shows(Fill("RED"))
    held.step(Press(False, held.parts.now_ms))  # the finger leaves, and the picture stays
    held.run(1000)
    assert held.shows(Fill("RED"))


def test_the_button_is_the_tests_and_afterwards_the_boards(tmp_path: Path) -> None:
    bench = Installed(tmp_path)
    bench.set_up()
    bench.queue(waiting=6)
    bench.run(1000)
    bench.step(Press(True, bench.parts.now_ms))
    bench.run(2200)
    bench.step(Press(False, bench.parts.now_ms))
    bench.run(200)
    assert not bench.file.exists() and not bench.front.testing
    assert ask(bench)["self_test"]["state"] == "cut"
    assert ask(bench)["muted"] is False and bench.parts.all("wallboard/main/ack/sales/wait") == []
    bench.step(Press(True, bench.parts.now_ms))
    bench.run(200)
    bench.step(Press(False, bench.parts.now_ms))
    bench.run(200)
    assert len(bench.parts.all("wallboard/main/ack/sales/wait")) == 1


def test_an_alarm_meanwhile_is_told_and_heard_once_the_test_is_over(tmp_path: Path) -> None:
    bench = Installed(tmp_path)
    bench.set_up()
    bench.run(1000)
    bench.queue(waiting=6)
    bench.run(3000)
    assert bench.parts.all("sound") == [] and not bench.shows_queue(waiting=6, severity=2, phase=0)
    assert ask(bench)["alarms"][0]["severity"] == "critical"
    bench.run(400_000)
    bench.parts.did.clear()
    bench.run(61_000)
    assert True in bench.parts.all("sound")


def test_a_link_that_is_lost_in_the_middle_is_shown_and_nothing_stale_after_it(tmp_path: Path) -> None:
    bench = Installed(tmp_path)
    bench.set_up()
    bench.run(5000)
    bench.parts.up = False
    bench.step(LinkChange(False))
    bench.run(380_000, beats=False)
    assert not bench.front.testing
    dashes = view(tile("sales", life=2), fault="LINK")._replace(fault_min=6)
    assert bench.parts.all("show")[-1].tobytes() == drawn(dashes, SIZE).tobytes()


def test_until_a_board_was_ever_linked_it_shows_how_far_the_way_holds(tmp_path: Path) -> None:
    bench = Installed(tmp_path, test=False)
    assert bench.parts.all("show")[-1].tobytes() == drawn(view(fault="LINK"), SIZE).tobytes()  # give it time
    bench.run(GRACE_MS + 100, beats=False)
    chain = bench.front.tick(bench.parts.now_ms, "LINK", True)
    assert isinstance(chain, Chain) and (chain.whole, chain.fault, chain.lines[0]) == (2, "LINK", "REFUSED")
    assert bench.shows(chain)
    bench.connect()
    bench.run(7000, beats=False)  # nothing is heard of a bridge
    chain = bench.front.tick(bench.parts.now_ms, "BRIDGE", True)
    assert isinstance(chain, Chain) and (chain.whole, chain.fault, chain.lines[0]) == (3, "BRIDGE", "NO BRIDGE")
    assert bench.shows(chain)
    bench.run(4000)  # it lives, and lists no queue
    chain = bench.front.tick(bench.parts.now_ms, None, True)
    assert isinstance(chain, Chain) and (chain.whole, chain.fault, chain.lines[0]) == (5, "", "NO QUEUES")
    bench.take("site", queues=[{"id": "sales", "label": "sales", "label_visual": "sales"}])
    bench.take("rules/sales", rules=[RULE])
    bench.queue()
    bench.run(500)
    assert bench.shows_queue()
    looks = bench.looks
    bench.step(LinkChange(False))
    bench.run(60_000, beats=False)
    assert bench.looks == looks  # from now on it is the ordinary page that says NO LINK


def test_what_a_person_asks_of_it_is_seen_before_it_was_ever_linked(tmp_path: Path) -> None:
    """Which of these is hall-1? That is asked when not all is right yet: no bridge has ever spoken here."""
    bench = Installed(tmp_path, test=False)
    bench.run(GRACE_MS + 100, beats=False)
    bench.connect()
    bench.run(7000, beats=False)
    bench.take("board/b1/command", do="identify")
    bench.run(1000, beats=False)
    assert bench.parts.all("show")[-1].tobytes() == drawn(a_page(IDENTIFY, text="b1"), SIZE).tobytes()
    assert ask(bench)["doing"] == "identify" and True in bench.parts.all("sound")
    bench.take("board/b1/command", do="test")
    bench.run(1000, beats=False)
    assert bench.parts.all("show")[-1].tobytes() == drawn(a_page(SELF_TEST, text="b1 1.2"), SIZE).tobytes()
    assert ask(bench)["doing"] == "test"
    bench.run(TEST_MS, beats=False)
    chain = bench.front.tick(bench.parts.now_ms, "BRIDGE", True)
    assert isinstance(chain, Chain) and bench.shows(chain)
    assert "doing" not in ask(bench)


def test_a_board_that_knows_its_queues_shows_them_at_once(tmp_path: Path) -> None:
    bench = Installed(tmp_path, test=False, known=True)
    bench.run(60_000, beats=False)
    assert bench.parts.all("show")[-1].tobytes() == drawn(view(fault="LINK"), SIZE).tobytes()
    assert bench.looks == 0


def test_a_file_that_cannot_be_removed_is_one_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / FILE).mkdir()
    (tmp_path / FILE / "in the way").touch()
    bench = Installed(tmp_path, test=False)
    bench.set_up()
    bench.run(400_000)
    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert line.startswith(f"{tmp_path}/{FILE} cannot be removed: ") and "remove it" in line


def test_full_white_is_in_it_at_the_brightness_of_board_yaml(tmp_path: Path) -> None:
    bench = Installed(tmp_path)
    bench.set_up()
    canvas = ShadesCanvas(*SIZE)
    White().draw(Sheet(canvas))
    bench.run(60_000)
    assert canvas.image().tobytes() in [image.tobytes() for image in bench.parts.all("show")]
    assert max(len(image.getcolors(5000)) for image in bench.parts.all("show")) > 60  # the ramp


def test_a_dark_panel_is_in_its_state_and_in_its_summary(tmp_path: Path) -> None:
    bench = Installed(tmp_path, test=False, known=True)
    bench.set_up()
    bench.parts.problem = "panel.driver: 'rgbmatrix' needs …"
    bench.run(1000)
    assert ask(bench)["problem"] == bench.parts.problem
    assert bench.wallboard.summary() == "THE PANEL IS DARK (panel.driver: 'rgbmatrix' needs …), live"
