"""`wallboardctl preview`: pictures of every scene, and clear answers to wrong wishes."""

import argparse
import json
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from config.yaml_file import parse
from firmware.core import layout, scenes
from firmware.pi import panel_shape, settings
from firmware.pi.panel import MULTIPLEXINGS
from firmware.pi.panel_schema import LEAST_HZ
from firmware.pi.selftest.pictures_panel import Bars, Corners, Lines
from host_bridge.ctl import preview
from host_bridge.ctl.pictures import faults, install, sheet
from host_bridge.ctl.pictures.picture import HASH_KEY
from host_bridge.ctl.pictures.scenes import one_scene

ROOT = Path(__file__).parent.parent


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


def test_the_file_has_the_colours_of_the_panel(tmp_path: Path) -> None:
    """One free agent's green cell among red and amber: few colours make a small file, and keep the rare ones."""
    out = tmp_path / "one.png"
    assert ctl("--scene", "twelve_critical_last_page", "--size", "64x32", "--out", str(out)) == 0
    drawn = one_scene(layout.choose(64, 32), "twelve_critical_last_page", 10)
    with Image.open(out) as picture:
        apart = ImageChops.difference(picture.convert("RGB"), drawn).getextrema()
    assert max(most for _, most in apart) <= 10


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


def test_a_sheet_of_one_size_holds_its_scenes_and_is_as_wide_as_a_browser_shows(tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    assert ctl("--size", "64x32", "--out", str(out)) == 0
    number = len(scenes.scenes(layout.choose(64, 32).slots(99)))
    with Image.open(out) as picture:
        assert number > 50 and picture.width * picture.height > number * 64 * 32 * 9
        assert picture.width <= 1600


def test_all_of_them_are_a_folder_with_an_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sheet, "led_look", lambda frame, pitch_px: frame)  # LEDs are not what is asked here
    folder = tmp_path / "preview"
    for _ in range(2):
        assert ctl("--out", str(folder), "--json") == 0
    sizes = [f"{width}x{height}.png" for width, height in layout.SIZES]
    assert sorted(path.name for path in folder.iterdir()) == sorted([*sizes, "story.png", "index.html"])
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [Path(line["out"]).name for line in told] == ["story.png", *sizes] * 2
    index = (folder / "index.html").read_text("utf-8")
    assert all(f'src="{name}"' in index for name in sizes)


def test_the_picture_in_the_repository_shows_what_the_panel_shows() -> None:
    """It bears the hash of its LEDs; when this fails, look at it and commit it anew:

    wallboardctl preview --sheet story --out firmware/screens.png
    """
    path = ROOT / "firmware" / "screens.png"
    with Image.open(path) as picture:
        assert picture.text[HASH_KEY] == sheet.story_hash()  # type: ignore[attr-defined]
        assert picture.size == sheet.story(3).size
    assert path.stat().st_size < 500_000


def test_the_story_is_told_in_words_too() -> None:
    """SCREENS.md has a line for each page of the picture, by its size and name."""
    told = (ROOT / "firmware" / "SCREENS.md").read_text("utf-8")
    for shot in sheet.STORY:
        assert f"`{shot.scene}`" in told and f"{shot.size[0]}×{shot.size[1]}" in told, shot


def test_a_changed_led_changes_the_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    before = sheet.story_hash()
    calm = scenes.CALM
    monkeypatch.setattr(scenes, "_LIVE", (("calm", (scenes.with_fields(calm, waiting=2), calm)), *scenes._LIVE[1:]))
    assert sheet.story_hash() != before


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
        (("--sheet", "story", "--size", "64x32"), "--sheet: it has its own scenes and sizes"),
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


def test_the_installers_self_test_has_scenes_and_a_sheet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert ctl("--scene", "list") == 0
    assert {"install_modules", "never_linked_broker"} <= set(capsys.readouterr().out.split())
    out = tmp_path / "one.png"
    assert ctl("--scene", "install_red", "--size", "64x32", "--pitch", "4", "--out", str(out)) == 0
    with Image.open(out) as picture:
        assert _lit(picture.convert("RGB"), 0) > 10_000
    assert ctl("--sheet", "install", "--out", str(tmp_path / "sheet.png")) == 0
    with Image.open(tmp_path / "sheet.png") as picture:
        assert picture.width <= 1000 and picture.height > 400
    named = set(sheet.frames(layout.choose(64, 32)))
    assert {name for name, _ in install.SHOTS} <= named


def test_the_picture_of_the_self_test_is_the_one_that_is_drawn_now() -> None:
    """wallboardctl preview --sheet install --out firmware/self-test.png"""
    path = ROOT / "firmware" / "self-test.png"
    with Image.open(path) as picture:
        assert picture.text[HASH_KEY] == install.install_hash()  # type: ignore[attr-defined]
        assert picture.size == install.install(3).size
    assert path.stat().st_size < 200_000
    told = (ROOT / "firmware" / "SCREENS.md").read_text("utf-8")
    assert "(self-test.png)" in told


def test_the_picture_of_the_faults_is_the_one_that_is_drawn_now() -> None:
    """wallboardctl preview --sheet faults --out hw/self-test-faults.png"""
    path = ROOT / "hw" / "self-test-faults.png"
    with Image.open(path) as picture:
        assert picture.text[HASH_KEY] == faults.faults_hash()  # type: ignore[attr-defined]
        assert picture.size == faults.faults(3).size
    assert path.stat().st_size < 100_000
    told = (ROOT / "hw" / "SELFTEST.md").read_text("utf-8")
    assert "(self-test-faults.png)" in told


def test_each_fault_looks_wrong_and_its_mend_is_a_setting() -> None:
    right = [sheet.self_test_frame((64, 32), each) for each in (Bars(), Corners(), Lines(row=21))]
    looks = {image.tobytes() for image in right} | {fault.draw().tobytes() for fault in faults.FAULTS}
    assert len(looks) == 3 + len(faults.FAULTS)
    keys = {fault.mend.partition(":")[0] for fault in faults.FAULTS if ": " in fault.mend}
    assert keys == {"led_rgb_sequence", "multiplexing", "pixel_mapper"}
    for fault in faults.FAULTS:
        key, colon, value = fault.mend.partition(": ")
        if colon:
            panel = f"{{driver: rgbmatrix, rows: 32, cols: 64, chain: 2, {key}: {value}}}"
            board = f"site: a\nboard: b\nmqtt: {{url: mqtt://h}}\npanel: {panel}\n"
            built = settings.build(parse(board.encode(), "board.yaml"), Path(), secrets=False)
            assert str(getattr(built.panel, key)) == value


def test_the_technicians_page_names_every_key_and_value() -> None:
    told = (ROOT / "hw" / "SELFTEST.md").read_text("utf-8")
    assert all(name in told for name in ("panel_type", "FM6126A", "FM6127", "row_address_type", "gpio_slowdown"))
    assert all(each in told for each in (panel_shape.FROM_LEFT, panel_shape.FOLDED, panel_shape.SERPENTINE))
    assert f"1 to {MULTIPLEXINGS[-1]}" in told and f"{LEAST_HZ} is the least" in told
