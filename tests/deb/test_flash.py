"""`wallboardctl flash` onto a real drive of the kernel's: a loop device over a file, with a stand-in for Imager.

Raspberry Pi Imager cannot be had here, and not every kernel knows FAT: the stand-in takes Imager's own options, and
mount and umount are mtools' copies of the partition's files.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from host_bridge.ctl.card import imager
from hw.provision import CardError
from tests.at_a_prompt import at_a_prompt
from tests.deb import cards

pytestmark = pytest.mark.debian
START = 8192  # of the boot partition, in sectors of 512 bytes
IMAGER = """#!/bin/sh
# rpi-imager --cli --disable-eject [--sha256 HASH] IMAGE DEVICE
echo "$*" >>"$FAKES/imager.log"
while [ $# -gt 2 ]; do shift; done
xz -dc "$1" | dd of="$2" bs=1M conv=notrunc,fsync status=none
"""
MOUNT = """#!/bin/sh
# mount -t vfat -o OPTIONS PARTITION FOLDER
[ "$1 $2" = "-t vfat" ] || exit 1
echo "$5" >"$FAKES/mounted"
exec mcopy -s -n -i "$5" '::*' "$6"
"""
UMOUNT = """#!/bin/sh
mcopy -s -o -n -i "$(cat "$FAKES/mounted")" "$1"/* :: && rm -r "$1"/*
"""


@pytest.fixture
def fakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of stand-ins, first in the path."""
    made = tmp_path / "fakes"
    made.mkdir()
    for name, text in {"rpi-imager": IMAGER, "mount": MOUNT, "umount": UMOUNT}.items():
        (made / name).write_text(text)
        (made / name).chmod(0o755)
    monkeypatch.setenv("FAKES", str(made))
    monkeypatch.setenv("PATH", f"{made}:{os.environ['PATH']}:/usr/sbin:/sbin")
    monkeypatch.setenv("MTOOLS_SKIP_CHECK", "1")
    return made


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """What there is of an image of Raspberry Pi OS here: two partitions, the first with the stock boot files."""
    path, boot = tmp_path / "os.img", cards.blank(tmp_path / "stock", trixie=True)
    with path.open("wb") as stream:
        stream.truncate(64 << 20)
    table = f"label: dos\nstart={START}, size=65536, type=c\nstart=81920, type=83\n"
    subprocess.run(["/usr/sbin/sfdisk", "--quiet", str(path)], input=table.encode(), check=True)
    command = ["/usr/sbin/mkfs.vfat", "-n", "BOOTFS", "--offset", str(START), str(path), "32768"]
    subprocess.run(command, check=True, capture_output=True)
    files = sorted(map(str, boot.iterdir()))
    subprocess.run(["mcopy", "-i", f"{path}@@{START * 512}", *files, "::"], check=True)
    subprocess.run(["xz", "-0", str(path)], check=True)
    return path.with_suffix(".img.xz")


@pytest.fixture
def drive(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A drive and the file that it is."""
    path = tmp_path / "card.img"
    with path.open("wb") as stream:
        stream.truncate(5 * 10**9)
    command = ["/usr/sbin/losetup", "--partscan", "--show", "--find", str(path)]
    device = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    yield device, path
    subprocess.run(["/usr/sbin/losetup", "--detach", device], check=True)


def flash(folder: Path, image: Path, device: str, answer: str, *more: str) -> subprocess.CompletedProcess[str]:
    package = folder / "wallboard-board_1.0_arm64.deb"
    package.write_bytes(b"!<arch>\n")
    board = ("--board", "lobby", "--site", "main", "--broker", "mqtt://192.0.2.1", "--deb", str(package), *more)
    command = [sys.executable, "-m", "host_bridge.ctl", "flash", "--image", str(image), "--device", device, *board]
    return subprocess.run(command, input=answer, capture_output=True, text=True, check=False)


def test_a_drive_becomes_a_boards_card(tmp_path: Path, fakes: Path, image: Path, drive: tuple[str, Path]) -> None:
    device, path = drive
    done = flash(tmp_path, image, device, device.removeprefix("/dev/") + "\n")
    assert done.returncode == 0, done.stderr
    assert f"EVERYTHING on this drive will be gone:\n  {device}: 5.0 GB" in done.stderr
    assert (fakes / "imager.log").read_text() == f"--cli --disable-eject {image} {device}\n"
    assert "the card of the board 'lobby'" in done.stdout
    subprocess.run(["sync"], check=True)
    command = ["mtype", "-i", f"{path}@@{START * 512}", "::wallboard/board.yaml"]
    assert 'board: "lobby"' in subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("answer", ["", "yes\n"])
def test_without_a_yes_nothing_is_written(
    tmp_path: Path, fakes: Path, image: Path, drive: tuple[str, Path], answer: str
) -> None:
    done = flash(tmp_path, image, drive[0], answer)
    assert done.returncode == 1
    assert done.stderr.endswith("wallboardctl flash: nothing was written\n")
    assert not (fakes / "imager.log").exists()


def test_what_is_wrong_with_the_board_is_told_before_the_card_is_written(
    tmp_path: Path, fakes: Path, image: Path, drive: tuple[str, Path]
) -> None:
    done = flash(tmp_path, image, drive[0], "loop\n", "--buzzer", "18")
    assert (done.returncode, "--buzzer: 18 is the panel's output-enable" in done.stderr) == (2, True)
    assert "EVERYTHING" not in done.stderr


def test_an_imager_that_fails_is_told(tmp_path: Path, fakes: Path, image: Path, drive: tuple[str, Path]) -> None:
    (fakes / "rpi-imager").write_text("#!/bin/sh\necho 'Error: no' >&2\nexit 1\n")
    done = flash(tmp_path, image, drive[0], drive[0].removeprefix("/dev/") + "\n")
    assert done.returncode == 1
    assert f"Error: no\nwallboardctl flash: Raspberry Pi Imager did not write all of {drive[0]} (exit code 1)" in (
        done.stderr
    )
    assert not (fakes / "mounted").exists()


def test_what_is_no_image_is_not_written(tmp_path: Path, fakes: Path, drive: tuple[str, Path]) -> None:
    page = tmp_path / "raspios.img"
    page.write_text("<!DOCTYPE html>" + "x" * 1000)
    done = flash(tmp_path, page, drive[0], drive[0].removeprefix("/dev/") + "\n")
    assert (done.returncode, "raspios.img is no image of a card" in done.stderr) == (2, True)
    assert not (fakes / "imager.log").exists()


def test_a_drive_without_a_boot_partition_is_told(drive: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imager, "APPEARS_S", 0.0)
    with pytest.raises(CardError, match=f"{drive[0]} has no boot partition: is the image one of Raspberry Pi OS?"):
        imager._partition(drive[0])


@pytest.mark.parametrize("where", ["rpi-imager", "mount"])
def test_an_interrupt_leaves_nothing_mounted_and_says_what_the_card_is(
    tmp_path: Path, fakes: Path, image: Path, drive: tuple[str, Path], where: str
) -> None:
    """Ctrl-C goes to all of the terminal's programs: the stand-in sends it, once it has done what it does."""
    program = fakes / where
    program.write_text(program.read_text().replace("exec ", "") + "kill -INT $PPID\nsleep 1\n")
    with at_a_prompt():
        done = flash(tmp_path, image, drive[0], drive[0].removeprefix("/dev/") + "\n")
    assert done.returncode == 1
    assert done.stderr.endswith("wallboardctl flash: interrupted: the card is not complete, flash it again\n")
    assert not list(Path(tempfile.gettempdir()).glob("wallboard-card-*"))


def test_the_drive_that_this_machine_runs_from_is_refused(tmp_path: Path, fakes: Path, image: Path) -> None:
    root = subprocess.run(["findmnt", "-no", "SOURCE", "/"], capture_output=True, text=True, check=True).stdout.strip()
    done = flash(tmp_path, image, root, f"{root.removeprefix('/dev/')}\n")
    assert done.returncode == 2
    assert "may not be written over" in done.stderr or "is no drive" in done.stderr
    assert not (fakes / "imager.log").exists()
