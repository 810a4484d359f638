"""What systemd hears of a program: ready once, alive from its loop, what it does, and when it goes."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.systemd import NEVER_MS, Systemd


@pytest.fixture(name="heard")
def a_listener(tmp_path: Path) -> Iterator[Callable[[], list[str]]]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(str(tmp_path / "notify"))
        end.setblocking(False)

        def heard() -> list[str]:
            found = []
            while True:
                try:
                    found.append(end.recv(1000).decode())
                except BlockingIOError:
                    return found

        yield heard


def test_ready_once_alive_in_time_and_the_status_when_it_changes(
    tmp_path: Path, heard: Callable[[], list[str]]
) -> None:
    systemd = Systemd({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "20000000"})
    assert systemd.tell(0, False, lambda: "not connected") == 10_000
    assert heard() == ["STATUS=not connected", "WATCHDOG=1"]
    assert systemd.tell(500, True, lambda: "live") == 10_000
    assert heard() == ["READY=1", "STATUS=live"]
    assert systemd.tell(10_000, True, lambda: "live") == 20_000
    assert heard() == ["WATCHDOG=1"]
    systemd.stopping()
    assert heard() == ["STOPPING=1"]


def test_without_a_watchdog_none_is_fed(tmp_path: Path, heard: Callable[[], list[str]]) -> None:
    for more in ({}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": str(os.getpid() + 1)}):
        systemd = Systemd({"NOTIFY_SOCKET": str(tmp_path / "notify"), **more})
        assert systemd.tell(0, True, lambda: "live") == NEVER_MS
        assert heard() == ["READY=1", "STATUS=live"]


def test_an_abstract_socket_and_one_that_is_gone() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        name = f"wallboard-test-{os.getpid()}"
        end.bind("\0" + name)
        systemd = Systemd({"NOTIFY_SOCKET": "@" + name})
        systemd.tell(0, True, lambda: "live")
        assert end.recv(100) == b"READY=1"
    systemd.tell(0, True, lambda: "lost")  # nobody listens any more: nothing is raised


def test_without_systemd_nothing_is_said_and_no_summary_is_made() -> None:
    def unwanted() -> str:
        raise AssertionError

    systemd = Systemd({})
    assert systemd.tell(0, True, unwanted) == NEVER_MS
    systemd.stopping()
