"""The board's side of the panel's process: what is sent again, what is told, and who is ended for hanging."""

from __future__ import annotations

import logging
import socket

import pytest
from PIL import Image

from firmware.pi import panel_wire as wire
from firmware.pi.nursery import NurseryError
from firmware.pi.panel import PanelError
from firmware.pi.panel_link import NAME, START_MS, STUCK_MS, PanelLink

LOG = logging.getLogger("t")
ONE, TWO = (Image.new("RGB", (64, 32), (level,) * 3) for level in (50, 99))


class Nurse:
    """Stands for the nursery: the test says who died, and plays the driver at the other end."""

    def __init__(self) -> None:
        ours, self.driver = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        self.driver.setblocking(False)
        self.ends = {NAME: ours}
        self.died: list[tuple[str, str]] = []
        self.killed: list[str] = []
        self.gone = False

    def deaths(self) -> list[tuple[str, str]]:
        if self.gone:
            raise NurseryError("the nurse is gone")
        died, self.died = self.died, []
        return died

    def kill(self, name: str) -> None:
        self.killed.append(name)

    def heard(self) -> list[bytes]:
        found = []
        while True:
            try:
                found.append(self.driver.recv(1 << 18))
            except BlockingIOError:
                return found


@pytest.fixture(name="nurse")
def a_nurse() -> Nurse:
    return Nurse()


@pytest.fixture(name="link")
def a_link(nurse: Nurse) -> PanelLink:
    return PanelLink(nurse, LOG)  # type: ignore[arg-type]


def ready(nurse: Nurse, link: PanelLink, now_ms: int) -> None:
    nurse.driver.send(wire.READY)
    link.tend(now_ms)


def shown(nurse: Nurse, link: PanelLink, number: int, now_ms: int, held: int = 0) -> None:
    nurse.driver.send(wire.shown(number, held))
    link.tend(now_ms)


def test_a_frame_is_sent_once_the_driver_is_ready(nurse: Nurse, link: PanelLink) -> None:
    link.show(ONE)
    link.tend(0)
    assert nurse.heard() == []
    ready(nurse, link, 100)
    assert nurse.heard() == [wire.frame(1, ONE.tobytes())]
    assert not link.lit
    shown(nurse, link, 1, 110, held=2)
    assert (link.lit, link.frames, link.held, link.restarts) == (True, 1, 2, 0)
    assert nurse.heard() == []


def test_the_driver_hears_every_two_seconds_that_the_frame_is_true(nurse: Nurse, link: PanelLink) -> None:
    ready(nurse, link, 0)
    link.show(ONE)
    assert link.tend(0) <= wire.ALIVE_MS
    shown(nurse, link, 1, 5)
    nurse.heard()
    due_ms = link.tend(6)
    assert due_ms == wire.ALIVE_MS
    link.tend(due_ms)
    assert nurse.heard() == [wire.ALIVE]
    assert link.tend(due_ms + 1) == 2 * wire.ALIVE_MS


def test_the_next_driver_is_sent_the_newest_frame_and_all_is_told_in_two_lines(
    nurse: Nurse, link: PanelLink, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ready(nurse, link, 0)
    link.show(ONE)
    link.tend(0)
    shown(nurse, link, 1, 5, held=4)
    nurse.heard()
    for number in range(3):  # it crashes at each start
        nurse.died = [(NAME, "by SIGSEGV")]
        link.tend(1000 + number)
        link.show(TWO)
        link.tend(1010 + number)
        assert nurse.heard() == []
    ready(nurse, link, 3000)
    assert nurse.heard() == [wire.frame(4, TWO.tobytes())]
    shown(nurse, link, 4, 3005, held=1)
    assert (link.restarts, link.frames, link.held) == (3, 2, 5)
    link.show(ONE)
    link.tend(20_000)
    shown(nurse, link, 5, 20_005, held=1)
    assert [record.getMessage() for record in caplog.records] == [
        "the panel's driver ended by SIGSEGV: it is started again",
        "the panel is back",
    ]


def test_a_successor_that_spoke_before_the_death_was_heard_of_is_taken(nurse: Nurse, link: PanelLink) -> None:
    ready(nurse, link, 0)
    link.show(ONE)
    link.tend(0)
    nurse.heard()
    nurse.died = [(NAME, "by SIGABRT")]
    ready(nurse, link, 500)
    assert nurse.heard() == [wire.frame(1, ONE.tobytes())]


def test_a_driver_that_shows_nothing_is_ended(nurse: Nurse, link: PanelLink, caplog: pytest.LogCaptureFixture) -> None:
    ready(nurse, link, 0)
    link.show(ONE)
    due_ms = link.tend(0)
    while due_ms < STUCK_MS:
        assert not nurse.killed
        due_ms = link.tend(due_ms)
    link.tend(STUCK_MS)
    assert nurse.killed == [NAME]
    assert [record.getMessage() for record in caplog.records] == ["the panel's driver hangs: it is started again"]


def test_a_nurse_that_hangs_too_ends_the_board(nurse: Nurse, link: PanelLink) -> None:
    ready(nurse, link, 0)
    for at_ms in (0, STUCK_MS):
        link.show(ONE)
        link.tend(at_ms)
    link.show(ONE)
    link.tend(STUCK_MS + 1)
    with pytest.raises(PanelError, match="and so does the process"):
        link.tend(2 * STUCK_MS + 1)


def test_one_that_hangs_again_after_its_death_is_ended_again(nurse: Nurse, link: PanelLink) -> None:
    for at_ms in (0, 10_000):
        ready(nurse, link, at_ms)
        link.show(ONE)
        link.tend(at_ms)
        link.tend(at_ms + STUCK_MS)
        nurse.died = [(NAME, "by SIGKILL")]
        link.tend(at_ms + STUCK_MS + 1)
    assert nurse.killed == [NAME, NAME]


def test_another_process_that_dies_again_and_again_is_one_line(
    nurse: Nurse, link: PanelLink, caplog: pytest.LogCaptureFixture
) -> None:
    ready(nurse, link, 0)
    for at_ms in range(0, 9000, 1500):
        nurse.died = [("buzzer", "by SIGKILL")]
        link.tend(at_ms)
    assert len(caplog.records) == 1
    nurse.died = [("buzzer", "by SIGKILL")]
    link.tend(60_000)
    assert [record.getMessage() for record in caplog.records] == [
        "the buzzer's process ended by SIGKILL: it is started again"
    ] * 2


def test_one_that_never_comes_up_is_ended_too(nurse: Nurse, link: PanelLink) -> None:
    link.tend(0)
    link.tend(START_MS - 1)
    assert not nurse.killed
    link.tend(START_MS)
    link.tend(START_MS + 1)
    assert nurse.killed == [NAME]


def test_one_that_shows_older_frames_is_slow_and_not_stuck(nurse: Nurse, link: PanelLink) -> None:
    ready(nurse, link, 0)
    for number in range(1, 10):
        link.show(ONE)
        link.tend(number * 1000)
        shown(nurse, link, number - 1, number * 1000 + 900)
    assert not nurse.killed


def test_a_full_socket_keeps_the_newest_frame(nurse: Nurse, link: PanelLink) -> None:
    ready(nurse, link, 0)
    for number in range(200):
        link.show(TWO if number == 199 else ONE)
        due_ms = link.tend(number)
    assert due_ms <= 199 + 50
    assert 1 < len(nurse.heard()) < 200
    link.tend(due_ms)
    assert nurse.heard() == [wire.frame(200, TWO.tobytes())]


def test_a_panel_that_cannot_be_had_at_all_ends_the_board(nurse: Nurse, link: PanelLink) -> None:
    nurse.driver.send(wire.SORRY + b"panel.port: 127.0.0.1:8888 cannot be used")
    with pytest.raises(PanelError, match="cannot be used"):
        link.tend(0)


def test_one_that_was_lit_is_tried_again_and_told_once(
    nurse: Nurse, link: PanelLink, caplog: pytest.LogCaptureFixture
) -> None:
    ready(nurse, link, 0)
    link.show(ONE)
    link.tend(0)
    shown(nurse, link, 1, 5)
    for at_ms in (100, 200, 300):
        nurse.driver.send(wire.SORRY + b"panel.path: no folder")
        nurse.died = [(NAME, "with exit code 0")]
        link.tend(at_ms)
    assert [record.getMessage() for record in caplog.records] == ["panel.path: no folder; trying again"]


def test_without_the_nurse_the_board_ends(nurse: Nurse, link: PanelLink) -> None:
    nurse.gone = True
    with pytest.raises(PanelError, match="nurse"):
        link.tend(0)
