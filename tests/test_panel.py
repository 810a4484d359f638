"""The choice of a panel: which settings are right, and what of them the drivers get."""

from __future__ import annotations

import errno
import logging
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from firmware.pi.drivers import open_panel
from firmware.pi.panel import MULTIPLEXINGS, PanelError, PanelSettings, check
from hw.pins import mappings

LOG = logging.getLogger("t")


def settings(**changes: Any) -> PanelSettings:
    return PanelSettings(**{"driver": "image", "rows": 64, "cols": 64, "chain": 2, "path": Path("frames"), **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"cols": 128, "chain": 1},
        {"rows": 32, "parallel": 2},
        {"rows": 32, "chain": 1},
        {"rows": 32, "cols": 32},
        {"rows": 16, "chain": 1, "parallel": 2},
        {"hardware_mapping": "adafruit-hat"},
        {"driver": "emulator", "path": None},
        {"pixel_mapper": "Rotate:180"},
        {"rows": 32, "chain": 4, "pixel_mapper": "U-mapper"},
        {"rows": 32, "pixel_mapper": "V-mapper:Z"},
        {"rows": 32, "cols": 128, "pixel_mapper": "V-mapper;Rotate:180", "hardware_mapping": "adafruit-hat"},
        {"rows": 16, "chain": 4, "multiplexing": 18, "pixel_mapper": "V-mapper"},
    ],
)
def test_panels_that_there_are(changes: dict[str, Any]) -> None:
    assert check(settings(**changes)) == []


@pytest.mark.parametrize(
    ("changes", "keys"),
    [
        ({"rows": 33}, ["rows"]),
        ({"rows": 48}, ["rows"]),
        ({"chain": 5}, ["cols"]),
        ({"rows": 32, "parallel": 2, "hardware_mapping": "adafruit-hat-pwm"}, ["parallel"]),
        ({"hardware_mapping": "classic"}, ["rows"]),
        ({"rows": 32, "chain": 3, "pixel_mapper": "U-mapper"}, ["chain"]),
        ({"rows": 64, "chain": 4, "pixel_mapper": "U-mapper"}, ["rows"]),
        ({"rows": 32, "chain": 4, "pixel_mapper": "V-mapper"}, ["rows"]),
        ({"rows": 8, "chain": 4, "multiplexing": 7, "pixel_mapper": "V-mapper"}, ["multiplexing"]),
        ({"rows": 33, "parallel": 2, "hardware_mapping": "adafruit-hat", "path": None}, ["rows", "parallel", "path"]),
    ],
)
def test_panels_that_kill_the_library_or_have_no_layout(changes: dict[str, Any], keys: list[str]) -> None:
    assert [key for key, _ in check(settings(**changes))] == keys


def test_no_panel_of_ours_has_so_few_rows_in_one_that_the_library_aborts() -> None:
    """framebuffer.cc asserts four rows or more and an even number, after a multiplexing has put 2 or 4 into one."""
    for rows in range(8, 65, 2):
        for chain in range(1, 17):
            for multiplexing in MULTIPLEXINGS[1:]:
                panel = settings(rows=rows, chain=chain, pixel_mapper="V-mapper", multiplexing=multiplexing)
                left = rows // (4 if multiplexing in (7, 9, 15, 18) else 2)
                assert check(panel) or (left >= 4 and left % 2 == 0), panel


@pytest.mark.parametrize("mapping", mappings())
def test_every_mapping_can_drive_a_panel(mapping: str) -> None:
    rows = min(mappings()[mapping].most_rows, 32)
    assert check(settings(hardware_mapping=mapping, rows=rows, chain=1)) == []


def test_driver_image_leaves_whole_frames_only(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    panel = open_panel(settings(path=folder), "", LOG)
    assert (panel.width, panel.height) == (128, 64)
    assert Image.open(folder / "latest.png").getcolors() == [(8192, (0, 0, 0))]
    red = Image.new("RGB", (128, 64), (255, 30, 20))
    before = (folder / "latest.png").stat().st_ino
    panel.show(red)
    assert (folder / "latest.png").stat().st_ino != before  # replaced, not written over
    assert Image.open(folder / "latest.png").tobytes() == red.tobytes()
    assert [each.name for each in folder.iterdir()] == ["latest.png"]
    panel.close()
    assert Image.open(folder / "latest.png").getcolors() == [(8192, (0, 0, 0))]


def test_driver_image_without_its_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(PanelError, match=r"^panel.path: .*/file/frames cannot be made: Not a directory$"):
        open_panel(settings(path=tmp_path / "file" / "frames"), "", LOG)
    panel = open_panel(settings(path=tmp_path / "frames"), "", LOG)
    for each in (tmp_path / "frames").iterdir():
        each.unlink()
    (tmp_path / "frames").rmdir()
    with pytest.raises(PanelError, match=r"latest.png cannot be written: No such file or directory"):
        panel.show(Image.new("RGB", (128, 64)))


def test_driver_image_leaves_nothing_behind_where_it_cannot_write_and_no_old_frame(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = open_panel(settings(path=tmp_path), "", LOG)

    def is_full(file: Path, data: bytes) -> int:
        file.touch()
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", is_full)
    with pytest.raises(PanelError, match=r"latest.png cannot be written: No space left on device"):
        panel.show(Image.new("RGB", (128, 64)))
    assert list(tmp_path.iterdir()) == []
