"""Real processes: a helper that dies is there again, and nothing outlives the board."""

from __future__ import annotations

import faulthandler
import itertools
import logging
import os
import select
import signal
import socket
import time
from pathlib import Path

import pytest

from firmware.pi.nursery import Helper, Nursery, NurseryError
from tests.waiting import wait_until

LOG = logging.getLogger("t")


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def answer(end: socket.socket) -> None:
    """Says its pid at first and then whatever it is told, until the other end closes."""
    end.send(str(os.getpid()).encode())
    while message := end.recv(1000):
        if message == b"crash":
            faulthandler.disable()  # pytest's own, inherited: it would fill the terminal
            os.kill(os.getpid(), signal.SIGSEGV)
        if message == b"end":
            return
        end.send(message)


def hear(end: socket.socket, seconds: float = 5) -> bytes:
    assert select.select([end], [], [], seconds)[0], "nothing heard"
    return end.recv(1000)


def test_children_that_whoever_started_the_board_ignores_are_buried_all_the_same() -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        nursery = Nursery([Helper("echo", answer)], LOG)
        try:
            end = nursery.ends["echo"]
            first = hear(end)
            end.send(b"crash")
            assert hear(end) != first
        finally:
            nursery.close()
    finally:
        signal.signal(signal.SIGCHLD, before)


def test_a_helper_that_crashes_is_there_again_at_the_same_end() -> None:
    nursery = Nursery([Helper("echo", answer)], LOG)
    try:
        end = nursery.ends["echo"]
        first = int(hear(end))
        end.send(b"crash")
        began = time.monotonic()
        second = int(hear(end))
        assert second != first and not alive(first)
        assert time.monotonic() - began < 3
        wait_until(lambda: nursery.deaths() == [("echo", "by SIGSEGV")], otherwise="no word of its death")
        end.send(b"hello")
        assert hear(end) == b"hello"
    finally:
        nursery.close()
    assert not alive(second)


def test_one_that_crashes_again_and_again_is_tried_at_least_every_two_seconds() -> None:
    def crash(end: socket.socket) -> None:
        faulthandler.disable()
        end.send(b"up")
        os.abort()

    nursery = Nursery([Helper("panel", crash), Helper("echo", answer)], LOG)
    try:
        int(hear(nursery.ends["echo"]))
        times = []
        for _ in range(6):
            assert hear(nursery.ends["panel"]) == b"up"
            times.append(time.monotonic())
        gaps = [after - before for before, after in itertools.pairwise(times)]
        assert max(gaps) < 2.2 and gaps[-1] > 2 * gaps[0]  # it backs off
        nursery.ends["echo"].send(b"still there")
        assert hear(nursery.ends["echo"]) == b"still there"  # the other one has noticed nothing
    finally:
        nursery.close()


def test_one_that_hangs_can_be_killed() -> None:
    def hang(end: socket.socket) -> None:
        end.send(str(os.getpid()).encode())
        os.kill(os.getpid(), signal.SIGSTOP)

    nursery = Nursery([Helper("panel", hang)], LOG)
    try:
        first = int(hear(nursery.ends["panel"]))
        nursery.kill("panel")
        assert int(hear(nursery.ends["panel"])) != first
        assert not alive(first)
        wait_until(lambda: nursery.deaths() == [("panel", "by SIGKILL")], otherwise="no word of its death")
    finally:
        nursery.close()


def test_a_bug_in_a_helper_is_told_and_it_is_tried_again(capfd: pytest.CaptureFixture[str]) -> None:
    def wrong(end: socket.socket) -> None:
        end.send(b"up")
        raise ZeroDivisionError

    logging.basicConfig(force=True)
    nursery = Nursery([Helper("panel", wrong)], LOG)
    try:
        for _ in range(2):
            assert hear(nursery.ends["panel"]) == b"up"
        wait_until(lambda: nursery.deaths() == [("panel", "with exit code 1")], otherwise="no word of its death")
    finally:
        nursery.close()
        logging.getLogger().handlers.clear()
    assert "ZeroDivisionError" in capfd.readouterr().err


def test_the_terminals_signals_are_the_boards_alone() -> None:
    nursery = Nursery([Helper("echo", answer)], LOG)
    try:
        end = nursery.ends["echo"]
        pid = int(hear(end))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(pid, number)
        end.send(b"still there")
        assert hear(end) == b"still there"
    finally:
        nursery.close()


def test_a_helper_that_does_not_end_is_killed_when_the_board_leaves() -> None:
    def stubborn(end: socket.socket) -> None:
        end.send(str(os.getpid()).encode())
        while True:
            time.sleep(60)

    nursery = Nursery([Helper("panel", stubborn)], LOG)
    pid = int(hear(nursery.ends["panel"]))
    began = time.monotonic()
    nursery.close()
    assert time.monotonic() - began < 2.5
    assert not alive(pid)


def test_a_board_that_leaves_without_having_heard_of_a_death_is_no_bug(capfd: pytest.CaptureFixture[str]) -> None:
    logging.basicConfig(force=True)
    nursery = Nursery([Helper("echo", answer)], LOG)
    try:
        hear(nursery.ends["echo"])
        nursery.ends["echo"].send(b"end")
        select.select([nursery], [], [], 5)
    finally:
        nursery.close()
        logging.getLogger().handlers.clear()
    assert "Traceback" not in capfd.readouterr().err


def test_nothing_outlives_a_board_that_is_killed() -> None:
    told, tell = os.pipe()
    board = os.fork()
    if board == 0:
        nursery = Nursery([Helper("echo", answer)], LOG)
        os.write(tell, hear(nursery.ends["echo"]) + b" %d" % nursery._pid)
        time.sleep(60)
        os._exit(0)
    pids = [int(each) for each in os.read(told, 100).split()]
    assert len(pids) == 2 and all(map(alive, pids))
    os.kill(board, signal.SIGKILL)
    os.waitpid(board, 0)
    wait_until(lambda: not any(map(alive, pids)), otherwise="somebody outlived the board")


def test_without_the_nurse_the_board_knows_it() -> None:
    nursery = Nursery([Helper("echo", answer)], LOG)
    hear(nursery.ends["echo"])
    os.kill(nursery._pid, signal.SIGKILL)
    select.select([nursery], [], [], 5)
    with pytest.raises(NurseryError):
        nursery.deaths()
    nursery.kill("echo")  # nobody hears it, and nothing is raised
    nursery.close()
