"""Which drives may be written over: by what lsblk tells of a laptop."""

from __future__ import annotations

import gzip
import io
import lzma
import zipfile
from pathlib import Path
from typing import Any

import pytest

from host_bridge.ctl import flash, program
from host_bridge.ctl.card import imager
from host_bridge.ctl.card.drives import COLUMNS, Drive, read
from hw.provision import ProvisionError

GB = 10**9


def disk(path: str, size: int, **more: Any) -> dict[str, Any]:
    """A drive as lsblk tells of it; a partition of it for each of `parts`, (type, mount points, children)."""
    parts = [
        {"path": f"{path}{number}", "type": kind, "mountpoints": places, "children": children}
        for number, (kind, places, children) in enumerate(more.pop("parts", ()), 1)
    ]
    usual = {"type": "disk", "rm": False, "hotplug": False, "tran": None, "ro": False, "mountpoints": [None]}
    return {"path": path, "size": size, "model": None, "serial": None, **usual, **more, "children": parts}


def judged(each: dict[str, Any]) -> Drive:
    (found,) = read({"blockdevices": [each]})
    return found


CARD = {"rm": True, "hotplug": True, "tran": "usb", "model": "Card Reader ", "serial": "0042"}


def test_a_card_in_a_reader_may_be_written_over_though_a_desktop_has_mounted_it() -> None:
    found = judged(disk("/dev/sdb", 32 * GB, **CARD, parts=[("part", ["/media/me/bootfs"], []), ("part", [None], [])]))
    assert found.refused == ""
    assert str(found) == "/dev/sdb: 32.0 GB, Card Reader (0042), mounted at /media/me/bootfs"
    assert found.partitions == ("/dev/sdb1", "/dev/sdb2")


def test_a_built_in_reader_is_a_reader() -> None:
    assert judged(disk("/dev/mmcblk0", 16 * GB)).refused == ""


@pytest.mark.parametrize(
    ("each", "why"),
    [
        (disk("/dev/sda", 500 * GB, **CARD, parts=[("part", ["/"], [])]), "this computer runs from it (/)"),
        (disk("/dev/mmcblk0", 16 * GB, parts=[("part", ["/boot/firmware"], [])]), "this computer runs from it"),
        (disk("/dev/sda", 500 * GB, **CARD, parts=[("part", ["[SWAP]"], [])]), "this computer runs from it ([SWAP])"),
        (
            disk(
                "/dev/sda", 500 * GB, **CARD, parts=[("part", [], [{"path": "x", "type": "lvm", "mountpoints": ["/"]}])]
            ),
            "this computer runs from it (/)",
        ),
        (
            disk("/dev/sdc", 500 * GB, **CARD, parts=[("part", [], [{"path": "x", "type": "crypt"}])]),
            "it is encrypted, or part of a pool",
        ),
        (disk("/dev/sda", 500 * GB, tran="sata"), "it is built in"),
        (disk("/dev/nvme0n1", 500 * GB, tran="nvme"), "it is built in"),
        (disk("/dev/sdb", 32 * GB, **{**CARD, "ro": True}), "it is write-protected"),
        (disk("/dev/sdb", 0, **CARD), "no card is in it"),
        (disk("/dev/sdb", 2 * GB, **CARD), "it has 2.0 GB, and 4 are needed"),
        (disk("/dev/sdb", 4000 * GB, **CARD), "it has 4000 GB, more than a memory card"),
    ],
)
def test_what_may_not_be_written_over(each: dict[str, Any], why: str) -> None:
    assert judged(each).refused.startswith(why)
    with pytest.raises(ProvisionError, match="may not be written over"):
        flash._chosen([judged(each)], each["path"])


def test_lsblk_is_asked_for_a_tree() -> None:
    assert "NAME" in COLUMNS.split(",")


def test_without_a_device_those_that_may_be_are_listed() -> None:
    found = [judged(disk("/dev/sda", 500 * GB, tran="sata")), judged(disk("/dev/sdb", 32 * GB, **CARD))]
    with pytest.raises(ProvisionError, match=r"which card\? These may be written over:\n  /dev/sdb: 32.0 GB, Card"):
        flash._chosen(found, None)
    with pytest.raises(ProvisionError, match="/dev/sdx is no drive"):
        flash._chosen(found, "/dev/sdx")
    with pytest.raises(ProvisionError, match="none: is the card in the reader"):
        flash._chosen(found[:1], None)
    assert flash._chosen(found, "/dev/sdb") is found[1]


@pytest.mark.parametrize(
    ("answer", "agreed"), [("sdb\n", True), ("y\n", False), ("yes\n", False), ("", False), ("sda\n", False)]
)
def test_nothing_but_the_drives_own_name_is_a_yes(
    answer: str, agreed: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    assert flash._agreed(judged(disk("/dev/sdb", 32 * GB, **CARD))) is agreed
    assert "EVERYTHING on this drive will be gone:\n  /dev/sdb: 32.0 GB, Card Reader (0042)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--sha256", "abc"), "--sha256 'abc': expected 64 hex digits"),
        (("--imager", "/nowhere/imager"), "/nowhere/imager is no program"),
        (("--imager", "/bin/true"), "--image FILE: which image?"),
        (("--imager", "/bin/true", "--image", "none.img"), "--image: none.img is not there"),
    ],
)
def test_what_is_missing_is_one_line(
    options: tuple[str, ...], why: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert program.main(["flash", "--board", "lobby", *options]) == 2
    assert capsys.readouterr().err.startswith(f"wallboardctl flash: {why}")


def packed(path: Path, first: bytes) -> Path:
    """A file that begins so, packed as its name says."""
    data = first + bytes(1000)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("raspios.img", data)
    else:
        path.write_bytes({".xz": lzma.compress, ".gz": gzip.compress}.get(path.suffix, bytes)(data))
    return path


@pytest.mark.parametrize("name", ["os.img", "os.img.xz", "os.img.gz", "os.zip"])
def test_only_what_holds_a_partition_table_is_an_image(tmp_path: Path, name: str) -> None:
    imager.check(packed(tmp_path / name, bytes(510) + b"\x55\xaa"))
    with pytest.raises(ProvisionError, match=f"--image: .*{name} is no image of a card: "):
        imager.check(packed(tmp_path / name, b"<!DOCTYPE html>" + bytes(600)))
    if name != "os.img":
        whole = packed(tmp_path / name, bytes(510) + b"\x55\xaa").read_bytes()
        (tmp_path / name).write_bytes(whole[:12])
        with pytest.raises(ProvisionError, match=f"--image: .*{name} is damaged, get it again: "):
            imager.check(tmp_path / name)


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + bytes(18), b"\xfd7zXZ\0", b"\x1f\x8b\x08"])
def test_a_download_that_ended_early_is_no_image(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "os").write_bytes(content)
    with pytest.raises(ProvisionError, match=r"is damaged, get it again|is no image of a card"):
        imager.check(tmp_path / "os")


@pytest.mark.parametrize(
    ("platform", "user", "why"), [("win32", 0, "this is for Linux"), ("linux", 1000, "needs root")]
)
def test_where_it_cannot_work_it_says_what_to_do(
    platform: str, user: int, why: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr("os.geteuid", lambda: user)
    assert program.main(["flash", "--board", "lobby"]) == 2
    assert why in capsys.readouterr().err
