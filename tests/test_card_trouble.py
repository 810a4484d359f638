"""A card that is pulled out, full, at LOCK, or written by two: as it was, or plainly unfinished; once more mends it."""

from __future__ import annotations

import errno
import hashlib
import os
import pty
import shutil
import signal
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config import replace_file
from config.folder_lock import alone
from host_bridge.ctl import program
from hw.provision import writer
from tests.at_a_prompt import at_a_prompt
from tests.forked import in_a_process

STOCK = "console=tty1 root=PARTUUID=8a438930-02 rootfstype=ext4 rootwait resize\n"
UNFINISHED = "FAILED: this card was pulled out before it was written to its end: provision it again."


@pytest.fixture
def boot(tmp_path: Path) -> Path:
    """The boot partition of a card of the board `hall`, with a package of which there is a newer one beside it."""
    made = stock(tmp_path / "bootfs")
    (tmp_path / "wallboard-board_1_arm64.deb").write_bytes(b"!<arch>\nold")
    assert program.main(words(made, "hall")) == 0
    (tmp_path / "wallboard-board_1_arm64.deb").write_bytes(b"!<arch>\nnew")
    return made


def stock(folder: Path) -> Path:
    """A boot partition as Raspberry Pi Imager leaves it."""
    folder.mkdir()
    (folder / "cmdline.txt").write_text(STOCK)
    (folder / "config.txt").write_text("dtparam=audio=on\n")
    (folder / "user-data").write_text("# all comments\n")
    return folder


def words(boot: Path, board: str) -> list[str]:
    package = boot.parent / "wallboard-board_1_arm64.deb"
    place = ["--out", str(boot), "--site", "main", "--broker", "mqtt://192.0.2.1", "--deb", str(package)]
    return ["provision", "--board", board, *place]


def contents(boot: Path) -> dict[str, bytes]:
    return {str(each.relative_to(boot)): each.read_bytes() for each in boot.rglob("*") if each.is_file()}


def is_whole(boot: Path) -> bool:
    """First boot would take this card for a complete one."""
    manifest = boot / "wallboard/MANIFEST"
    return manifest.exists() and all(
        hashlib.sha256((boot / "wallboard" / line[66:]).read_bytes()).hexdigest() == line[:64]
        for line in manifest.read_text().splitlines()
    )


def run_silently(boot: Path) -> int:
    """Provision the board `lobby`; the exit code."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return program.main(words(boot, "lobby"))


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("place", ["before", "after"])
def test_killed_at_any_change_of_a_name_the_card_is_as_it_was_or_plainly_unfinished(
    boot: Path, tmp_path: Path, place: str, fresh: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Names are what a card is read by: a new one, another's place, one that goes."""
    whole = new_card(tmp_path)
    if fresh:
        shutil.rmtree(boot)
        stock(boot)
    old = contents(boot)
    count = 0

    def killed(real: Callable[..., Any]) -> Callable[..., Any]:
        def change(*arguments: Any, **options: Any) -> Any:
            nonlocal count
            count -= 1
            if count == 0 and place == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            done = real(*arguments, **options)
            if count == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return done

        return change

    for changing in ("replace", "unlink", "mkdir"):
        monkeypatch.setattr(Path, changing, killed(getattr(Path, changing)))
    seen = set()
    for number in range(1, 500):
        count = number
        if in_a_process(lambda: run_silently(boot)) != -signal.SIGKILL:
            break
        count = -1
        now = {name: data for name, data in contents(boot).items() if replace_file.PREFIX not in name}
        report = now.pop("wallboard/report.txt", b"").decode()
        if now == old:
            seen.add("old")
        elif is_whole(boot):
            seen.add("new")
            assert now == whole, number
        else:
            seen.add("unfinished")
            assert report == UNFINISHED + "\r\n", number
        assert program.main(words(boot, "lobby")) == 0
        assert contents(boot) == whole, number
        shutil.rmtree(boot)  # and it is the old card again
        for name, data in old.items():
            (boot / name).parent.mkdir(exist_ok=True)
            (boot / name).write_bytes(data)
    assert seen == {"old", "unfinished", "new"}
    assert number > (20 if fresh else 12)


def new_card(folder: Path) -> dict[str, bytes]:
    """What the card of `lobby` is to be."""
    made = stock(folder / "new")
    assert program.main(words(made, "lobby")) == 0
    return contents(made)


def test_no_card_is_written_by_two_at_once(boot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = contents(boot)
    with alone(boot):
        assert program.main(words(boot, "lobby")) == 1
    assert capsys.readouterr().err == (
        f"wallboardctl provision: {boot}: another wallboardctl is writing to this card: wait for it\n"
    )
    assert contents(boot) == before
    assert program.main(words(boot, "lobby")) == 0


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.EROFS, "Read-only file system: is the switch on the card's side at LOCK? As it is, nothing can be"),
        (errno.ENOSPC, "No space left on device: the card is not complete; delete what else is on"),
        (errno.EIO, "Input/output error: the card is not complete, provision it again"),
        (errno.ENODEV, "No such device: the card is not complete, provision it again"),
    ],
)
def test_what_the_card_refuses_is_one_line_with_the_file(
    boot: Path, number: int, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(replace_file, "_begin", refuses)
    assert program.main(words(boot, "lobby")) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"wallboardctl provision: {boot}/wallboard/report.txt: {told}")
    assert said.count("\n") == 1


def test_a_card_at_lock_is_told_on_windows_too(
    boot: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuses(path: Path, *_: object, **__: object) -> None:
        error = PermissionError(errno.EACCES, "The media is write protected", str(path))
        error.winerror = 19  # type: ignore[attr-defined]
        raise error

    monkeypatch.setattr("hw.provision.writer.replace_file", refuses)
    assert program.main(words(boot, "lobby")) == 1
    assert "The media is write protected: is the switch on the card's side at LOCK?" in capsys.readouterr().err


def test_an_interrupt_in_the_middle_says_that_the_card_is_not_complete(boot: Path) -> None:
    code = """
import os, signal, sys
from hw.provision import writer
real = writer._write
def write(folder, file):
    if file.name == "wallboard/words.sh":
        os.kill(os.getpid(), signal.SIGINT)
    real(folder, file)
writer._write = write
from host_bridge.ctl.__main__ import main
sys.exit(main())
"""
    (boot / "wallboard/words.sh").unlink()
    command = [sys.executable, "-c", code, *words(boot, "lobby")]
    with at_a_prompt():
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "wallboardctl provision: interrupted: the card is not complete, provision it again\n"
    assert (boot / "wallboard/report.txt").read_text("utf-8").splitlines() == [UNFINISHED]


@pytest.mark.parametrize("mounted_at", ["bootfs", "wallboard"])
def test_a_larger_package_needs_no_room_for_two(boot: Path, mounted_at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    boot = boot.rename(boot.parent / mounted_at)
    there = []
    real = writer.replace_file

    def seen(path: Path, data: bytes, **options: Any) -> None:
        there.extend([path.name] * path.exists())
        real(path, data, **options)

    monkeypatch.setattr(writer, "replace_file", seen)
    assert program.main(words(boot, "lobby")) == 0
    assert not [name for name in there if name.endswith(".deb")]
    assert "user-data" in there, "what a Pi starts with has no moment without it"


def test_an_interrupt_at_the_passphrase_leaves_a_terminal_that_shows_what_is_typed(boot: Path) -> None:
    before = contents(boot)
    ours, theirs = pty.openpty()
    command = [*words(boot, "lobby"), "--wifi", "net", "--country", "IL"]
    program_words = [sys.executable, "-m", "host_bridge.ctl", *command]
    with at_a_prompt():
        child = subprocess.Popen(program_words, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    told = ""
    while "Passphrase" not in told:
        told += os.read(ours, 4096).decode()
    child.send_signal(signal.SIGINT)
    assert child.wait(30) == 1
    assert termios.tcgetattr(theirs)[3] & termios.ECHO
    while "written" not in told:
        told += os.read(ours, 4096).decode()
    os.close(ours)
    os.close(theirs)
    assert "wallboardctl provision: interrupted: nothing was written\r\n" in told and contents(boot) == before
