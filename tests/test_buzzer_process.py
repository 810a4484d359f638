"""The buzzer's process: silent when its lease ends, when the board dies, and when it is started again."""

from __future__ import annotations

import logging
import os
import signal
import socket
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware.pi.buzzer_process import HUNG_MS, LEASE_MS, NAME, RENEW_MS, BuzzerLink, drive
from firmware.pi.nursery import Helper, Nursery
from tests.waiting import wait_until


class FileBuzzer:
    """Writes each change and its moment into a file, as the processes of these tests share nothing else."""

    dead = False

    def __init__(self, path: Path) -> None:
        self._path = path
        self._on: bool | None = None
        self.sound(False)

    def sound(self, on: bool) -> None:
        if on != self._on:
            self._on = on
            with self._path.open("a") as file:
                file.write(f"{int(on)} {time.monotonic()} {os.getpid()}\n")

    def close(self) -> None:
        self.sound(False)
        with self._path.open("a") as file:
            file.write(f"closed {time.monotonic()}\n")


@pytest.fixture(name="path")
def a_path(tmp_path: Path) -> Path:
    (tmp_path / "sound").touch()
    return tmp_path / "sound"


def states(path: Path) -> list[str]:
    return [line.split()[0] for line in path.read_text().splitlines()]


def nursery_with(path: Path) -> Nursery:
    return Nursery([Helper(NAME, lambda end: drive(end, lambda: FileBuzzer(path)))], logging.getLogger("t"))


def test_it_sounds_while_the_board_says_so_and_no_longer(path: Path) -> None:
    nursery = nursery_with(path)
    try:
        link = BuzzerLink(nursery.ends[NAME], lambda: nursery.kill(NAME))
        began_ms = time.monotonic_ns() // 1_000_000
        due_ms: int | None = 0
        while due_ms is not None and due_ms < 2 * LEASE_MS:  # renewed for longer than one lease lasts
            time.sleep(max(due_ms - (time.monotonic_ns() // 1_000_000 - began_ms), 0) / 1000)
            due_ms = link.sound(True, due_ms)
        assert states(path) == ["0", "1"]
        link.sound(False, 2 * LEASE_MS)
        wait_until(lambda: states(path) == ["0", "1", "0"], otherwise="it sounds on")
    finally:
        nursery.close()
    assert states(path)[-1] == "closed"


@pytest.mark.parametrize("dead", [False, True])
def test_one_that_never_sounds_says_so(path: Path, monkeypatch: pytest.MonkeyPatch, dead: bool) -> None:
    monkeypatch.setattr(FileBuzzer, "dead", dead)
    nursery = nursery_with(path)
    try:
        link = BuzzerLink(nursery.ends[NAME], lambda: nursery.kill(NAME))
        link.sound(True, 0)
        wait_until(lambda: states(path) == ["0", "1"], otherwise="it was not asked to sound")
        wait_until(lambda: link.sound(True, 10) == RENEW_MS and link._unanswered_ms is None, otherwise="no answer")
        assert link.dead is dead
    finally:
        nursery.close()


def test_a_board_that_hangs_lets_the_lease_end(path: Path) -> None:
    nursery = nursery_with(path)
    try:
        BuzzerLink(nursery.ends[NAME], lambda: nursery.kill(NAME)).sound(True, 0)
        wait_until(lambda: states(path) == ["0", "1"], otherwise="no sound")
        wait_until(lambda: states(path) == ["0", "1", "0"], LEASE_MS / 1000 + 1, "it sounds for ever")
        on, off = (float(line.split()[1]) for line in path.read_text().splitlines()[1:])
        assert off - on == pytest.approx(LEASE_MS / 1000, abs=0.3)
    finally:
        nursery.close()


def test_a_board_that_is_killed_while_it_sounds_leaves_silence(path: Path) -> None:
    board = os.fork()
    if board == 0:
        nursery = nursery_with(path)
        BuzzerLink(nursery.ends[NAME], lambda: nursery.kill(NAME)).sound(True, 0)
        time.sleep(60)
        os._exit(0)
    wait_until(lambda: states(path) == ["0", "1"], otherwise="no sound")
    os.kill(board, signal.SIGKILL)
    killed = time.monotonic()
    os.waitpid(board, 0)
    wait_until(lambda: states(path)[-1] == "closed", otherwise="it outlived the board")
    off = float(path.read_text().splitlines()[2].split()[1])
    assert states(path) == ["0", "1", "0", "closed"]
    assert off - killed < 0.5  # at once, and not when the lease ends


def test_one_that_is_killed_is_started_again_silent(path: Path) -> None:
    nursery = nursery_with(path)
    try:
        link = BuzzerLink(nursery.ends[NAME], lambda: nursery.kill(NAME))
        link.sound(True, 0)
        wait_until(lambda: states(path) == ["0", "1"], otherwise="no sound")
        nursery.kill(NAME)
        wait_until(lambda: states(path) == ["0", "1", "0"], otherwise="no successor")
        link.sound(True, RENEW_MS)
        wait_until(lambda: states(path)[-1] == "1", otherwise="the successor hears nothing")
    finally:
        nursery.close()


def test_one_that_hangs_while_it_sounds_is_killed_and_so_is_its_tone(path: Path) -> None:
    nursery = nursery_with(path)
    try:
        link = BuzzerLink(nursery.ends[NAME], lambda: nursery.kill(NAME))
        began_ns = time.monotonic_ns()

        def sound(on: bool) -> list[str]:
            link.sound(on, (time.monotonic_ns() - began_ns) // 1_000_000)
            return states(path)

        wait_until(lambda: sound(True) == ["0", "1"], otherwise="no sound")
        os.kill(int(path.read_text().split()[2]), signal.SIGSTOP)
        wait_until(lambda: sound(True)[:3] == ["0", "1", "0"], otherwise="no successor")  # which claims the pin, silent
        wait_until(lambda: sound(True)[-1] == "1", otherwise="the successor hears nothing")
        wait_until(lambda: sound(False)[-1] == "0", otherwise="it sounds on")
    finally:
        nursery.close()


class TestLink:
    def link(self) -> tuple[BuzzerLink, Callable[[], list[bytes]]]:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        theirs.setblocking(False)
        self.theirs = theirs
        self.killed = 0

        def heard() -> list[bytes]:
            found = []
            while True:
                try:
                    found.append(theirs.recv(16))
                except BlockingIOError:
                    return found

        return BuzzerLink(ours, self.kill), heard

    def kill(self) -> None:
        self.killed += 1

    def test_it_is_told_of_changes_and_renewed_while_on(self) -> None:
        link, heard = self.link()
        assert link.sound(False, 0) is None and heard() == []
        assert link.sound(True, 100) == 100 + RENEW_MS
        assert link.sound(True, 200) == 100 + RENEW_MS
        assert heard() == [b"1"]
        assert link.sound(True, 100 + RENEW_MS) == 100 + 2 * RENEW_MS
        assert heard() == [b"1"]
        self.theirs.send(b".")
        assert link.sound(False, 700) == 700 + RENEW_MS
        self.theirs.send(b".")
        assert link.sound(False, 5000) is None
        assert heard() == [b"0"]
        assert self.killed == 0

    def test_what_is_not_answered_is_said_again_and_then_it_hangs(self) -> None:
        link, heard = self.link()
        due_ms: int | None = 0
        times = []
        while due_ms is not None and not self.killed:
            times.append(due_ms)
            due_ms = link.sound(False, due_ms) if len(times) > 1 else link.sound(True, 0)
        assert heard() == [b"1", b"0", b"0", b"0", b"0"]
        assert (times[-1], due_ms, self.killed) == (HUNG_MS, None, 1)
        assert link.sound(False, 60_000) is None
        assert self.killed == 1

    def test_one_that_died_before_it_answered_has_a_successor_that_does(self) -> None:
        link, heard = self.link()
        link.sound(True, 0)
        link.sound(False, 100)
        assert heard() == [b"1", b"0"]  # and died of it
        assert link.sound(False, 100 + RENEW_MS) == 100 + 2 * RENEW_MS
        assert heard() == [b"0"]
        self.theirs.send(b".")
        assert link.sound(False, HUNG_MS) is None
        assert self.killed == 0

    def test_without_a_buzzer_or_with_a_dead_one_nothing_is_raised(self) -> None:
        link, _ = self.link()
        assert BuzzerLink(None, self.kill).sound(True, 0) is None
        self.theirs.close()
        assert link.sound(True, 0) == RENEW_MS
