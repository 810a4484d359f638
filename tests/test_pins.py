"""hw/pins.yaml against what is known of the mappings: DISPLAY.md's lists of free pins, and the header itself."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from config.yaml_file import ConfigError
from hw import pins, pins_clash
from hw.pins import Mapping, mappings, wiring, wiring_of

HAT_FREE = [7, 8, 9, 10, 11, 14, 15, 19, 25]


@pytest.mark.parametrize(
    ("name", "parallel", "free", "buzzer"),
    [
        ("regular", 1, [2, 3, 5, 6, 12, 13, 14, 16, 19, 20, 21, 26], 19),
        ("regular", 2, [2, 3, 14, 16, 21, 26], 26),
        ("regular", 3, [], None),
        ("adafruit-hat", 1, HAT_FREE, 19),
        ("adafruit-hat-pwm", 1, HAT_FREE, 19),
    ],
)
def test_free_pins(name: str, parallel: int, free: list[int], buzzer: int | None) -> None:
    assert mappings()[name].free(parallel) == free
    assert mappings()[name].suggested_buzzer(parallel) == buzzer


@pytest.mark.parametrize("mapping", mappings().values(), ids=lambda each: each.name)
def test_no_pin_has_two_uses(mapping: Mapping) -> None:
    colours = [pin for chain in mapping.chains for pin in chain]
    assert len(colours) == 6 * mapping.most_parallel
    assert len({*mapping.fixed, *colours}) == len(mapping.fixed) + len(colours)
    assert set(mapping.uses(3)) <= set(mapping.header)
    assert set(mapping.buzzer) <= set(mapping.free(1))


def test_uses_are_named_as_people_call_them() -> None:
    regular = mappings()["regular"]
    assert regular.uses(1)[18] == "the panel's output-enable"
    assert regular.uses(1)[15] == "the panel's row line e"
    assert regular.uses(2)[19] == "the panel's r2 of chain 2"
    assert 19 not in regular.uses(1)
    assert mappings()["adafruit-hat-pwm"].uses(1)[4] == "bridged to the output-enable"


def test_what_a_mapping_can_drive() -> None:
    each = {name: (it.most_parallel, it.most_rows, it.hardware_pulses) for name, it in mappings().items()}
    assert each == {
        "regular": (3, 64, True),
        "adafruit-hat": (1, 64, False),
        "adafruit-hat-pwm": (1, 64, True),
        "classic": (3, 32, False),
    }


def test_the_header_has_each_gpio_once() -> None:
    header = mappings()["regular"].header
    assert sorted(header) == list(range(2, 28))
    power_and_id = {1, 2, 4, 6, 9, 14, 17, 20, 25, 27, 28, 30, 34, 39}
    assert set(header.values()) == set(range(1, 41)) - power_and_id


@pytest.mark.parametrize(
    ("name", "parallel", "usable", "button"),
    [
        ("regular", 1, [5, 6, 12, 13, 16, 19, 20, 21, 26], 26),
        ("regular", 2, [16, 21, 26], 16),
        ("regular", 3, [], None),
        ("adafruit-hat", 1, [19, 25], 25),
        ("adafruit-hat-pwm", 1, [19, 25], 25),
    ],
)
def test_what_the_operating_system_leaves(name: str, parallel: int, usable: list[int], button: int | None) -> None:
    mapping = mappings()[name]
    assert mapping.usable(parallel) == usable
    assert mapping.suggested_button(parallel) == button
    if usable:
        best = mapping.suggested_buzzer(parallel)
        assert best not in mapping.pulled_up, "it would sound while the Pi starts"
        assert mapping.suggested_button(parallel, buzzer=button) not in (None, button)


def test_the_buzzer_is_at_place_5_of_the_next_connector_of_an_adapter() -> None:
    """WIRING.md says so: the pin that is best for a buzzer is r2 of the first chain that is not used."""
    regular = mappings()["regular"]
    assert wiring().connector[5].signal == "r2"
    for chains in (1, 2):
        assert regular.suggested_buzzer(chains) == regular.signals[chains]["r2"]


def test_the_pico_board() -> None:
    """Against drivers/hub75/hub75.hpp of pimoroni-pico: colours, rows, clock, strobe and enable, from 0 on."""
    board = wiring().boards["interstate-75-w"]
    order = ("r1", "g1", "b1", "r2", "g2", "b2", "a", "b", "c", "d", "e", "clock", "strobe", "output_enable")
    assert [board.signals[0][signal] for signal in order] == list(range(14))
    assert (board.suggested_buzzer(1), board.suggested_button(1)) == (26, 27)
    assert board.place(26) == "pad A0"
    found = pins_clash.clashes(board, 1, {"buzzer": 14, "button": 13})
    assert [clash.message for clash in found] == [
        "14 is the board's own button A with mapping 'interstate-75-w'; free pins: 19, 26, 27; best 26 (pad A0)",
        "13 is the panel's output-enable with mapping 'interstate-75-w'; free pins: 19, 27; best 27 (pad A1)",
    ]


def test_a_buzzer_that_would_sound_while_the_pi_starts() -> None:
    regular = mappings()["regular"]
    assert not list(pins_clash.odd(regular, 1, {"buzzer": 19, "button": 5}))
    assert [(clash.who, clash.message) for clash in pins_clash.odd(regular, 1, {"buzzer": 6})] == [
        ("buzzer", "6 is pulled up while the Pi starts, and the buzzer may sound so long; "
         "19 (place 35 of the header) is not")
    ]  # fmt: skip


def test_the_last_free_pin_is_told_without_calling_it_the_best() -> None:
    hat = mappings()["adafruit-hat"]
    assert [clash.message for clash in pins_clash.clashes(hat, 1, {"buzzer": 19, "button": 19})] == [
        "19 is the buzzer's; free pins: 25"
    ]


def test_who_follows_all_lines_at_once_has_no_clash_left() -> None:
    """Whatever pins two have: the pins that are told as the best, or as the last, do not meet."""
    for name, mapping in mappings().items():
        for parallel in range(1, mapping.most_parallel + 1):
            for buzzer in range(2, 28):
                for button in range(2, 28):
                    pins = {"buzzer": buzzer, "button": button}
                    for who, message in list(pins_clash.clashes(mapping, parallel, pins)):
                        told = re.findall(r"best (\d+)", message) or re.findall(r"free pins: (\d+)", message)
                        del pins[who]
                        if told:  # else no pin is free
                            pins[who] = int(told[0])
                    assert not list(pins_clash.clashes(mapping, parallel, pins)), (name, parallel, buzzer, button)


def test_an_adapter_whose_chains_are_all_used_has_no_place_for_a_buzzer() -> None:
    found = pins_clash.clashes(mappings()["regular"], 3, {"buzzer": 26, "button": 16})
    assert [clash.message.partition("; ")[2] for clash in found] == [
        "no pin is free with so many chains: use a networked sounder",
        "no pin is free with so many chains",
    ]


SLIPS = [
    ("    strobe: 4\n", "    strobe: 17\n", "mappings.regular.strobe: 17 is clock already"),
    ("    strobe: 4\n", "    strobe: 44\n", "mappings.regular.strobe: '44', expected a whole number from 2 to 27"),
    ("    strobe: 4\n", "", "mappings.regular.strobe: missing, expected a whole number from 2 to 27"),
    ("      - {r1: 12, g1: 5,", "      - {r1: 11, g1: 5,", "mappings.regular.chains[1].r1: 11 is chains.0.r1 already"),
    ("    buzzer: [19, 26]  #", "    buzzer: [18, 26]  #", "mappings.regular.buzzer[0]: 18 is not free"),
    ("    button: [26, 16]  #", "    button: [26, 14]  #", "mappings.regular.button[1]: 14 is not free"),
    ("    button: [27, 19]", "    button: [14]", "boards.interstate-75-w.button[0]: 14 is not free"),
    ("  27: 13\n", "  27: 12\n", "header.27: place 12 is GPIO18 already"),
    ("  39: ground\n", "", "header: nothing is said of place 39"),
    ("  2: {signal: g1,", "  2: {signal: r1,", "connector.2.signal: r1 is at place 1 already"),
    ("  2: {signal: g1,", "  2: {signal: ground,", "connector: missing: g1"),
    ("button_ground: BK", "button_ground: BLACK", "wires.button_ground: 'BLACK', expected one of: BK"),
    ("uses: regular, chains: 2", "uses: regulr, chains: 2", "sheets.adapter-2.uses: 'regulr', expected one of:"),
    ("hat-pwm, chains: 1", "hat-pwm, chains: 2", "sheets.hat.chains: 2, expected at most 1"),
    ("rows: {a: 7, b: 8, c: 9, d: 10}", "rows: {a: 7, b: 8, f: 9, d: 10}", "mappings.classic.rows.f: no row line"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), SLIPS)
def test_a_slip_in_the_file_names_its_line(old: str, new: str, told: str) -> None:
    text = files("hw").joinpath("pins.yaml").read_text("utf-8")
    assert old in text, "the test's own text is no longer in the file"
    with pytest.raises(ConfigError) as caught:
        wiring_of(text.replace(old, new, 1).encode(), "pins.yaml")
    found = [error for error in caught.value.errors if told in error]
    assert found, caught.value.errors
    place, _, _ = found[0].partition(": ")
    name, line, _column = place.split(":")
    assert name == "pins.yaml"
    section = told.partition(".")[0].partition(":")[0]
    line_of_section = text[: text.index(f"\n{section}:")].count("\n") + 2
    line_of_change = text[: text.index(old)].count("\n") + 1
    assert line_of_section <= int(line) <= line_of_change


@pytest.mark.parametrize(
    "words",
    [
        ("host_bridge.ctl", "check", "config/board.example.yaml"),
        ("host_bridge.ctl", "power", "--rows", "64", "--cols", "64"),
        ("firmware.pi", "--config", "config/board.example.yaml"),
    ],
    ids=" ".join,
)
def test_a_program_whose_own_file_is_broken_says_so_in_a_line(words: tuple[str, ...], tmp_path: Path) -> None:
    """Somebody has edited it on the board: no traceback, and the exit code of a wrong configuration."""
    root = Path(__file__).parent.parent
    for folder in ("config", "firmware", "host_bridge"):
        (tmp_path / folder).symlink_to(root / folder)
    (tmp_path / "hw").mkdir()
    for module in (root / "hw").glob("*.py"):
        (tmp_path / "hw" / module.name).symlink_to(module)
    text = (root / "hw/pins.yaml").read_text("utf-8").replace("strobe: 4", "strobe: 17", 1)
    (tmp_path / "hw/pins.yaml").write_text(text, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert re.fullmatch(r"hw/pins\.yaml:\d+:\d+: mappings\.regular\.strobe: 17 is clock already\n", done.stderr), (
        done.stderr
    )
    assert done.returncode == 2
    assert not done.stdout


def test_the_file_is_read_once() -> None:
    assert pins.wiring() is pins.wiring()
