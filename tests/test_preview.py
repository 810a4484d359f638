"""`wallboardctl preview`: pictures of every scene, and clear answers to wrong wishes."""

import argparse
import json
from pathlib import Path

import pytest
from PIL import Image

from firmware.core import layout, scenes
from host_bridge.ctl import preview


def ctl(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    preview.add_parser(parser.add_subparsers())
    return preview.run(parser.parse_args(["preview", *arguments]))


def test_one_scene_is_the_frame_at_led_look(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "one.png"
    assert ctl("--scene", "calm", "--size", "64x32", "--pitch", "4", "--out", str(out), "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"out": str(out), "width": 66 * 4, "height": 34 * 4}
    with Image.open(out) as picture:
        assert picture.size == (264, 136)
        assert _lit(picture.convert("RGB"), 1) > 100


def test_the_readme_picture_shows_a_critical_and_a_calm_queue(tmp_path: Path) -> None:
    out = tmp_path / "readme.png"
    assert ctl("--scene", "readme", "--out", str(out)) == 0
    with Image.open(out) as picture:
        colours = picture.convert("RGB")
        upper, lower = colours.crop((0, 0, 1300, 320)), colours.crop((0, 340, 1300, 660))
    assert _lit(upper, 0) > 1000 and _lit(lower, 1) > 1000 and _lit(lower, 0) == 0


def _lit(part: Image.Image, channel: int) -> int:
    """Pixels that are bright in channel 0 (red) or 1 (green) and not in the other."""
    values = part.tobytes()
    pairs = zip(values[channel::3], values[1 - channel :: 3], strict=True)
    return sum(1 for bright, other in pairs if bright > 180 and other < 90)


def test_the_sheet_holds_every_scene_of_every_size(tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    assert ctl("--out", str(out), "--pitch", "3") == 0
    number = sum(len(scenes.scenes(panel.slots(99))) for panel in [layout.choose(*size) for size in layout.SIZES])
    area = sum(
        panel.width * panel.height * 9 * len(scenes.scenes(panel.slots(99)))
        for panel in [layout.choose(*size) for size in layout.SIZES]
    )
    with Image.open(out) as picture:
        assert number > 50 and picture.width * picture.height > area


def test_names_of_scenes_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert ctl("--scene", "list") == 0
    assert "critical_second_phase" in capsys.readouterr().out.split()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--scene", "clam"), "--scene: there is no scene 'clam'"),
        (("--size", "huge"), "--size: 'huge' is not WIDTHxHEIGHT"),
        (("--size", "96x48"), "there is one for: 64x32, 64x64, 128x32, 128x64, 192x64, 256x64"),
        (("--pitch", "99"), "--pitch: 99 is outside 3 to 16"),
    ],
)
def test_wrong_wishes_are_one_line_and_exit_2(
    arguments: tuple[str, ...], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ctl(*arguments) == 2
    said = capsys.readouterr().err
    assert line in said and said.count("\n") == 1


def test_a_picture_that_cannot_be_written_is_one_line_and_exit_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ctl("--scene", "calm", "--out", str(tmp_path / "absent" / "x.png")) == 1
    assert "cannot write" in capsys.readouterr().err
