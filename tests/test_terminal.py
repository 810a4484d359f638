"""Who can be asked: nobody where there is no terminal, and nobody at Windows' NUL, which says that it is one."""

from __future__ import annotations

import ctypes
import getpass
import os
import pty
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from config.terminal import can_ask
from host_bridge.ctl import program


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Standard input is a terminal."""
    other, here = pty.openpty()
    with os.fdopen(here) as stdin:
        monkeypatch.setattr(sys, "stdin", stdin)
        yield stdin
    os.close(other)


@pytest.fixture
def windows(terminal: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """This is Windows, whose API says that the handle 77 of standard input has a console's mode, or has none."""

    def says(mode: int) -> None:
        def get_console_mode(handle: ctypes.c_void_p, where: Any) -> int:
            assert handle.value == 77
            return mode

        handle = {terminal.fileno(): 77}
        kernel32 = SimpleNamespace(GetConsoleMode=get_console_mode)
        monkeypatch.setattr("config.terminal.sys", SimpleNamespace(platform="win32", stdin=terminal))
        monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel32), raising=False)
        monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(get_osfhandle=handle.__getitem__))

    return says


def test_a_terminal_of_posix(terminal: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert can_ask()
    terminal.close()
    assert not can_ask()
    with Path(os.devnull).open() as null:
        monkeypatch.setattr(sys, "stdin", null)
        assert not can_ask()
    monkeypatch.setattr(sys, "stdin", None)
    assert not can_ask()


def test_a_console_of_windows_and_its_nul(windows: Callable[[int], None]) -> None:
    windows(1)
    assert can_ask()
    windows(0)
    assert not can_ask()


def test_nobody_is_asked_for_a_passphrase_at_nul(
    windows: Callable[[int], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    windows(0)
    monkeypatch.setattr(getpass, "getpass", lambda prompt: pytest.fail("somebody is asked, and nobody is there"))
    boot, deb = tmp_path / "boot", tmp_path / "wallboard-board_1.2.3_arm64.deb"
    boot.mkdir()
    for name in ("config.txt", "cmdline.txt", "user-data", "meta-data", "network-config"):
        (boot / name).write_text("# root=x rootwait\n")
    deb.write_bytes(b"!<arch>\nbody")
    site = ("--site", "main", "--board", "lobby", "--broker", "mqtt://192.0.2.20")
    assert program.main(["provision", "--out", str(boot), "--deb", str(deb), *site, "--wifi", "net"]) == 2
    assert capsys.readouterr().err == (
        "wallboardctl provision: the passphrase of --wifi: give it with --wifi-passphrase-file or "
        "--wifi-passphrase-env\n"
    )
