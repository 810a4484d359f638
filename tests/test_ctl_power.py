"""`wallboardctl power`: what a technician reads, what a program reads, and one clear line for what is wrong."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from host_bridge.ctl.program import main
from hw.power_facts import FACTS

TWO = ("--rows", "64", "--cols", "64", "--chain", "2")


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["power", *words]) == 0
    return capsys.readouterr().out


def parsed(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(told(capsys, *words, "--json"))
    return data


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["power", *words]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert err.count("\n") == 1
    return err.strip()


def test_a_bent_chain_is_as_wide_as_half_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its size is that of what hangs on the wall, whatever the brightness; its modules are those of the chain."""
    board = tmp_path / "board.yaml"
    panel = "{driver: rgbmatrix, rows: 32, cols: 64, chain: 4, pixel_mapper: U-mapper, hardware_mapping: adafruit-hat}"
    board.write_text(f"site: a\nboard: b\nmqtt: {{url: mqtt://h}}\npanel: {panel}\n")
    for more in ((), ("--brightness", "50")):
        out = told(capsys, "--board", str(board), "--pitch", "4", *more)
        assert out.startswith("128x64 LEDs: 4 modules of 64x32 in one chain, brightness ")
        assert "512 x 256 mm; heat" in out


def test_two_modules(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, *TWO)
    assert out.startswith("128x64 LEDs: 2 modules of 64x64 in one chain, brightness 100 %\n")
    assert re.search(r"^  full white, 100 % +16\.0 +80  what supply, leads and fuses are for$", out, re.M)
    assert "Supply     5 V, 20 A or more (full white and a quarter more: 20.0 A)" in out
    assert "  2: chain 1, module 2: 8.0 A, fuse 10 A\n" in out
    assert "  1 m: 2.5 mm² (0.14 V) or AWG 12 (0.11 V)\n" in out
    assert "Raspberry Pi 4: its own supply of 5.1 V, 3 A or more" in out
    assert "brightness 100" not in out.partition("\n")[2], "full white is told once"
    assert max(map(len, out.splitlines())) <= 120


def test_a_board_yaml_brings_its_panel_and_brightness(capsys: pytest.CaptureFixture[str]) -> None:
    of_board = parsed(capsys, "--board", "config/board.example.yaml")
    assert of_board["panel"]["brightness"] == 60
    assert of_board == parsed(capsys, *TWO, "--brightness", "60")
    brighter = parsed(capsys, "--board", "config/board.example.yaml", "--brightness", "100")
    assert brighter["amps"]["busiest"] > of_board["amps"]["busiest"]
    assert brighter["supplies"] == of_board["supplies"] == [20]  # a command can make it brighter: it must bear that


def test_the_order_of_what_it_draws(capsys: pytest.CaptureFixture[str]) -> None:
    amps = parsed(capsys, *TWO, "--brightness", "60")["amps"]
    assert amps["black"] < amps["calm"] < amps["busiest"] < amps["white_at_brightness"] < amps["white"] == 16


def test_what_is_on_half_the_day_costs_half(capsys: pytest.CaptureFixture[str]) -> None:
    day = parsed(capsys, *TWO)["kwh_a_year"]
    half = parsed(capsys, *TWO, "--hours", "12")["kwh_a_year"]
    assert half["busiest"] == pytest.approx(day["busiest"] / 2, abs=0.01)
    data = parsed(capsys, *TWO)
    assert day["calm"] == pytest.approx(data["mains_w"]["calm"] * 24 * 365 / 1000, abs=0.01)


def test_one_length_and_another_loss(capsys: pytest.CaptureFixture[str]) -> None:
    (cable,) = parsed(capsys, *TWO, "--length", "2.5", "--drop", "0.3")["cables"]
    assert cable == {"length": 2.5, "mm2": 4.0, "mm2_drop": 0.225, "awg": 12, "awg_drop": 0.272}
    assert "20 m: too long for any: move the supply nearer" in told(capsys, *TWO, "--length", "20")


def test_the_label_of_a_module(capsys: pytest.CaptureFixture[str]) -> None:
    data = parsed(capsys, *TWO, "--amps", "20", "--chain", "4")
    assert data["supplies"] == [60, 60]
    assert len(data["leads"]) == 12
    out = told(capsys, *TWO, "--amps", "20", "--chain", "4")
    assert "  10 to 12: chain 1, module 4: 6.7 A each, fuse 10 A\n" in out
    assert "their grounds are joined, their 5 V never" in out
    assert "Planned with" not in out and "Planned with 8 A for each module" in told(capsys, *TWO)


def test_size_and_heat(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, *TWO, "--pitch", "2.5")
    assert "320 x 160 mm; heat " in out
    assert f"{80 / (0.32 * 0.16):.0f} W/m² at full white" in out


def test_the_numbers_behind_it(capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, "--facts")
    for fact in FACTS:
        assert fact.source in out
    assert len(parsed(capsys, "--facts")["facts"]) == len(FACTS)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ((), "of which panel? Give --board board.yaml, or --rows and --cols of one module"),
        (("--rows", "64"), "of which panel? Give --board board.yaml, or --rows and --cols of one module"),
        (("--rows", "65", "--cols", "64"), "--rows: 65, expected 8 to 64 LEDs"),
        (("--rows", "33", "--cols", "64"), "--rows: 33, expected an even number: modules light two rows at a time"),
        ((*TWO, "--amps", "nan"), "--amps: nan, expected 0.5 to 40 A"),
        ((*TWO, "--length", "0"), "--length: 0, expected 0.1 to 20 m"),
        ((*TWO, "--hours", "25"), "--hours: 25, expected 0 to 24 h"),
        ((*TWO, "--brightness", "0"), "--brightness: 0, expected 1 to 100 percent"),
        (
            ("--board", "config/board.example.yaml", "--cols", "32"),
            "--cols: the panel of --board has its own: leave out one of them",
        ),
    ],
)
def test_wrong_usage(words: tuple[str, ...], line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, *words) == f"wallboardctl power: {line}"


def test_a_panel_of_no_known_size(capsys: pytest.CaptureFixture[str]) -> None:
    line = refused(capsys, "--rows", "64", "--cols", "64", "--chain", "5")
    assert line.startswith("wallboardctl power: --cols: these modules make a panel of 320x64 LEDs, expected 64x32 or ")


def test_a_wrong_board_yaml(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "--board", str(tmp_path / "none.yaml")).endswith("cannot be read: No such file or directory")
    text = Path("config/board.example.yaml").read_text("utf-8").replace("rows: 64 ", "rows: 63 ")
    (tmp_path / "board.yaml").write_text(text, "utf-8")
    assert "panel.rows: 63, expected an even number" in refused(capsys, "--board", str(tmp_path / "board.yaml"))
