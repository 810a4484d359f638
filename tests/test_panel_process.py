"""The panel's process: the newest frame, held back by the guard, and never an old one taken for live."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from PIL import Image

from firmware.pi import panel_wire as wire
from firmware.pi.panel import PanelError
from firmware.pi.panel_process import Shutter, drive

SIZE = (64, 32)
BLACK, WHITE, GREY, LOST = (Image.new("RGB", SIZE, (level,) * 3) for level in (0, 255, 100, 30))


class Recorder:
    """A panel that keeps what it shows."""

    width, height = SIZE
    problem = ""

    def __init__(self) -> None:
        self.shown: list[Image.Image] = []
        self.closed = False
        self.broken = False

    def show(self, image: Image.Image) -> None:
        if self.broken:
            raise PanelError("panel.path: the folder is gone")
        self.shown.append(image)

    def close(self) -> None:
        if self.broken:
            raise PanelError("panel.path: the folder is gone")
        self.closed = True


def frame(number: int, image: Image.Image) -> bytes:
    return wire.frame(number, image.tobytes())


def same(one: Image.Image, other: Image.Image) -> bool:
    return one.tobytes() == other.tobytes()


class TestShutter:
    def test_a_frame_is_shown_at_once_and_told(self) -> None:
        panel = Recorder()
        shutter = Shutter(panel, LOST)
        assert shutter.step(0) is None and not panel.shown
        shutter.take(frame(7, GREY))
        told = shutter.step(10)
        assert told is not None
        assert (wire.number_of(told), wire.held_of(told)) == (7, 0)
        assert same(panel.shown[-1], GREY)
        assert shutter.step(20) is None and len(panel.shown) == 1

    def test_the_seventh_change_of_a_second_waits_and_a_newer_frame_takes_its_place(self) -> None:
        panel = Recorder()
        shutter = Shutter(panel, LOST)
        for number in range(7):  # the first is no change
            shutter.take(frame(number, WHITE if number % 2 else BLACK))
            assert shutter.step(number * 50) is not None
        shutter.take(frame(7, WHITE))
        assert shutter.step(350) is None
        assert shutter.next_ms(350) == 1050  # a second after the first change
        shutter.take(frame(8, GREY))
        assert shutter.step(400) is None
        told = shutter.step(1050)
        assert told is not None
        assert (wire.number_of(told), wire.held_of(told)) == (8, 2)
        assert same(panel.shown[-1], GREY) and len(panel.shown) == 8

    def test_a_board_that_falls_silent_is_named_and_its_next_frame_is_shown(self) -> None:
        panel = Recorder()
        shutter = Shutter(panel, LOST)
        shutter.take(frame(1, GREY))
        shutter.step(0)
        shutter.take(wire.ALIVE)
        shutter.step(2000)
        assert shutter.next_ms(2000) == 2000 + wire.SILENT_MS
        assert shutter.step(2000 + wire.SILENT_MS - 1) is None and len(panel.shown) == 1
        assert shutter.step(2000 + wire.SILENT_MS) is None  # no frame of the board's: nothing to tell
        assert same(panel.shown[-1], LOST)
        shutter.step(60_000)
        assert len(panel.shown) == 2
        shutter.take(frame(2, GREY))
        shutter.step(60_001)
        assert same(panel.shown[-1], GREY)

    def test_a_board_that_speaks_again_without_a_new_frame_has_its_last_one_shown(self) -> None:
        panel = Recorder()
        shutter = Shutter(panel, LOST)
        shutter.take(frame(1, GREY))
        shutter.step(0)
        shutter.step(wire.SILENT_MS)
        assert same(panel.shown[-1], LOST)
        shutter.take(wire.ALIVE)
        told = shutter.step(60_000)
        assert told is not None and wire.number_of(told) == 1
        assert same(panel.shown[-1], GREY)
        shutter.take(wire.ALIVE)
        shutter.step(62_000)
        assert len(panel.shown) == 3  # once

    def test_before_the_first_word_of_the_board_nothing_is_shown(self) -> None:
        panel = Recorder()
        shutter = Shutter(panel, LOST)
        shutter.take(wire.ALIVE)
        shutter.step(0)
        assert not panel.shown


@contextmanager
def driven(panel: Recorder) -> Iterator[tuple[socket.socket, threading.Thread]]:
    """drive() in a thread, at the other end of a socket."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    thread = threading.Thread(target=drive, args=(theirs, lambda: panel, LOST))
    thread.start()
    try:
        yield ours, thread
    finally:
        ours.close()
        thread.join(5)
        theirs.close()
        assert not thread.is_alive()


def hear(end: socket.socket) -> bytes:
    assert select.select([end], [], [], 5)[0], "nothing heard"
    return end.recv(1000)


def test_it_says_when_it_is_ready_and_what_it_has_shown_and_goes_black_at_the_end() -> None:
    panel = Recorder()
    with driven(panel) as (end, _):
        assert hear(end) == wire.READY
        end.send(frame(1, GREY))
        assert wire.number_of(hear(end)) == 1
        assert same(panel.shown[-1], GREY)
    assert panel.closed


def test_of_many_frames_the_newest_is_shown() -> None:
    panel = Recorder()
    with driven(panel) as (end, thread):
        assert hear(end) == wire.READY
        for number in range(200):
            end.send(frame(number, GREY))  # blocks while its buffer is full
        end.send(frame(200, WHITE))
        while wire.number_of(hear(end)) != 200:
            pass
        assert same(panel.shown[-1], WHITE)
        assert thread.is_alive()


def test_a_board_that_ends_without_having_read_leaves_a_dark_panel_too() -> None:
    panel = Recorder()
    with driven(panel) as (end, _):
        select.select([end], [], [], 5)  # READY lies there, unread: the driver's end sees a reset instead of an end
    assert panel.closed


@pytest.mark.parametrize("when", ["opened", "shown"])
def test_a_panel_that_cannot_be_had_is_said_and_ends_it(when: str) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    panel = Recorder()
    panel.broken = True

    def refuse() -> Recorder:
        raise PanelError("panel.path: the folder is gone")

    if when == "shown":
        ours.send(frame(1, GREY))
    drive(theirs, refuse if when == "opened" else lambda: panel, LOST)
    theirs.close()
    said = [hear(ours) for _ in range(1 if when == "opened" else 2)]
    assert said[-1] == wire.SORRY + b"panel.path: the folder is gone"
    assert ours.recv(10) == b""


def test_a_panel_that_cannot_go_black_at_the_end_is_no_bug() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.close()
    panel = Recorder()
    panel.broken = True
    drive(theirs, lambda: panel, LOST)  # what it raises would be told as one
    theirs.close()
