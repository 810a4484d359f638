"""How a moment comes out: PNG, GIF, terminal, words, JSON; and what wrong wishes are told."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import re
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from host_bridge.ctl.pictures import show
from host_bridge.ctl.pictures.board import Frame
from host_bridge.ctl.pictures.picture import save_gif
from host_bridge.ctl.pictures.terminal import animate, plain
from host_bridge.demo import past
from tests.test_preview import ctl
from tests.test_preview_moment import moment

ROOT = Path(__file__).parent.parent
LIMITS = ROOT / "config" / "thresholds.example.yaml"
AT = ("--at", "2026-11-22 10:15")
SUPPORT = "support: waiting 7, wait 1:42, sla 71%, free 0/6"
SHOW = ("--thresholds", str(LIMITS), "--queue", SUPPORT, *AT)
UNLIT = (22, 22, 25)


def leds(picture: Image.Image, pitch_px: int) -> Image.Image:
    """A pixel an LED: the middle of each dot."""
    size = picture.width // pitch_px - 2, picture.height // pitch_px - 2
    places = [
        ((x + 1) * pitch_px + pitch_px // 2, (y + 1) * pitch_px + pitch_px // 2)
        for y in range(size[1])
        for x in range(size[0])
    ]
    colours = picture.convert("RGB")
    found = Image.new("RGB", size)
    found.putdata([colours.getpixel(place) for place in places])
    return found


def as_dots(frame: Image.Image) -> Image.Image:
    """What the middle of each dot should be: an LED that is not lit is seen faintly."""
    return ImageChops.lighter(frame, Image.new("RGB", frame.size, UNLIT))


def gif_frames(path: Path) -> list[tuple[Image.Image, int]]:
    """(picture, ms) of each frame."""
    found = []
    with Image.open(path) as gif:
        for number in range(gif.n_frames):  # type: ignore[attr-defined]
            gif.seek(number)
            found.append((gif.convert("RGB"), int(gif.info["duration"])))
    return found


# pictures


def test_a_png_has_the_leds_of_the_board(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "x.png"
    assert ctl(*SHOW, "--out", str(out)) == 0
    said = capsys.readouterr()
    assert said.out.splitlines() == [
        f"{out}: 1300 x 660 pixels",
        "Sun 2026-11-22 10:15:00, queues",
        "CRITICAL  support (תמיכה טכנית): 7 waiting, the first for 1:42, 71% (target 80%), 0 of 6 agents free; by "
        "wait, waiting, agents_free",
    ]
    assert said.err.count("\n") == 1
    frame = moment(SUPPORT).player.image()
    with Image.open(out) as picture:
        apart = ImageChops.difference(leds(picture, 10), as_dots(frame)).convert("L")
    assert sum(1 for value in apart.tobytes() if value > 70) == 0, "apart from the glow, every LED is the board's"


def test_a_gif_has_the_very_leds_of_each_frame_for_as_long_as_the_board_shows_it(tmp_path: Path) -> None:
    out = tmp_path / "x.gif"
    assert ctl(*SHOW, "--out", str(out), "--seconds", "3", "--pitch", "4") == 0
    frames = list(moment(SUPPORT).player.film(3000))
    shown = gif_frames(out)
    assert [ms for _, ms in shown] == [frame.for_ms for frame in frames] == [500] * 6
    for (picture, _), frame in zip(shown, frames, strict=True):
        assert leds(picture, 4).tobytes() == as_dots(frame.image).tobytes()
    with Image.open(out) as gif:
        assert gif.info["loop"] == 0
    assert out.stat().st_size < 150_000


def test_a_gif_of_uneven_times_is_never_off_by_a_tick(tmp_path: Path) -> None:
    view = moment(SUPPORT).player.view
    frames, at_ms = [], 0
    for number, for_ms in enumerate((333, 333, 334, 5, 495, 8, 7, 1000)):
        frames.append(Frame(at_ms, for_ms, view, Image.new("RGB", (64, 32), (number * 30, 0, 0))))
        at_ms += for_ms
    save_gif(frames, tmp_path / "x.gif", 3)
    shown = gif_frames(tmp_path / "x.gif")
    assert [ms for _, ms in shown] == [330, 340, 340, 510, 1000], "what is too short for a viewer goes to its neighbour"
    assert sum(ms for _, ms in shown) == pytest.approx(at_ms, abs=5)


def test_what_stands_still_is_a_gif_of_one_picture(tmp_path: Path) -> None:
    out = tmp_path / "x.gif"
    assert (
        ctl("--thresholds", str(LIMITS), "--queue", "sales: waiting 0", *AT, "--out", str(out), "--seconds", "2") == 0
    )
    assert len(gif_frames(out)) == 1


def test_json_says_what_was_written_and_what_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "x.gif"
    assert ctl(*SHOW, "--out", str(out), "--seconds", "2", "--size", "64x32", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert {key: told[key] for key in ("out", "width", "height", "frames", "seconds", "at", "page", "fault")} == {
        "out": str(out), "width": 330, "height": 170, "frames": 4, "seconds": 2, "at": "2026-11-22T10:15:00+02:00",
        "page": "queues", "fault": None,
    }  # fmt: skip
    assert told["tiles"] == [
        {
            "id": "support", "label": "תמיכה טכנית", "severity": "critical",
            "rules": ["wait", "waiting", "agents_free"], "waiting": 7, "oldest_s": 102,
            "sla": 710, "sla_target": 800, "agents_free": 0,
            "agents_in": 6, "next_breach_s": None, "approx": False, "open": True, "life": "live",
        }
    ]  # fmt: skip
    assert told["alarms"][0] == {
        "queue": "support", "rule": "wait", "severity": "critical", "acked": False, "at": "2026-11-22T10:14:18+02:00",
    }  # fmt: skip
    assert told["notes"] == ["not shown, as the state does not tell of all of it: sales and @service"]


# the terminal


class Terminal(io.StringIO):
    """A terminal that keeps what it is sent."""

    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        return True


def a_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """In place of stdout, 140 columns wide. No fixture, as pytest puts its own stdout back after those."""
    found = Terminal()
    monkeypatch.setattr("sys.stdout", found)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((140, 50)))
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    return found


def screen_of(text: str) -> Image.Image:
    """The picture that a terminal of half blocks shows."""
    rows: list[list[tuple[int, ...]]] = []
    for line in (line for line in text.split("\n") if "▀" in line):
        upper: list[tuple[int, ...]] = []
        lower: list[tuple[int, ...]] = []
        colours = ((0, 0, 0), (0, 0, 0))
        for part in re.finditer(r"\x1b\[38;2;(\d+);(\d+);(\d+);48;2;(\d+);(\d+);(\d+)m|▀", line):
            if part[0] == "▀":
                upper.append(colours[0])
                lower.append(colours[1])
            else:
                numbers = tuple(map(int, part.groups()))
                colours = numbers[:3], numbers[3:]  # type: ignore[assignment]
        rows += [upper, lower]
    found = Image.new("RGB", (len(rows[0]), len(rows)))
    found.putdata([colour for row in rows for colour in row])
    return found


def test_a_terminal_shows_every_led_in_its_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = a_terminal(monkeypatch)
    assert ctl(*SHOW) == 0
    lines = terminal.getvalue().splitlines()
    assert screen_of(terminal.getvalue()).tobytes() == moment(SUPPORT).player.image().tobytes()
    assert all(line.endswith("\x1b[0m") for line in lines if "▀" in line)
    assert lines[-1].startswith("CRITICAL  support")


def test_it_moves_in_place_and_leaves_the_terminal_as_it_was() -> None:
    terminal = Terminal()
    slept: list[float] = []
    now_s = 100.0

    def sleep(seconds: float) -> None:
        nonlocal now_s
        slept.append(round(seconds, 3))
        now_s += seconds + 0.01  # each frame costs something, and that must not add up

    frames = list(moment(SUPPORT).player.film(2000))
    animate(frames, terminal, lambda: now_s, sleep)
    assert slept == [0.5, 0.49, 0.49, 0.49]
    hidden, *moves = terminal.getvalue().split("\x1b[32A")
    assert hidden.startswith("\x1b[?25l") and len(moves) == 3
    for move, frame in zip(moves, frames[1:], strict=True):
        assert screen_of(move.replace("\r", "")).tobytes() == frame.image.tobytes()
    assert terminal.getvalue().endswith("\x1b[0m\x1b[?25h")


def test_ctrl_c_ends_it_with_the_cursor_back() -> None:
    terminal = Terminal()

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    animate(moment(SUPPORT).player.film(2000), terminal, lambda: 0.0, interrupted)
    assert terminal.getvalue().endswith("\r\x1b[0m\x1b[?25h")


def test_seconds_make_the_terminal_move(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = a_terminal(monkeypatch)
    monkeypatch.setattr(animate, "__defaults__", (lambda: 0.0, lambda seconds: None))
    assert ctl(*SHOW, "--seconds", "2") == 0
    assert terminal.getvalue().count("\x1b[32A") == 3


def test_a_terminal_that_is_too_small_is_told_what_is_needed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = a_terminal(monkeypatch)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((80, 24)))
    assert ctl(*SHOW) == 0
    assert "no picture, as it needs a terminal of 128 columns and this one has 80 and 24" in capsys.readouterr().err
    assert "▀" not in terminal.getvalue() and "CRITICAL  support" in terminal.getvalue()
    assert ctl(*SHOW, "--size", "64x64", "--seconds", "2") == 0
    assert "a terminal of 64 columns and 33 lines" in capsys.readouterr().err


@pytest.mark.parametrize("variable", ["NO_COLOR", "TERM"])
def test_where_colours_are_not_wanted_there_are_none(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = a_terminal(monkeypatch)
    monkeypatch.setenv(variable, "dumb")
    assert ctl(*SHOW, "--seconds", "2") == 0
    assert "\x1b" not in terminal.getvalue() and terminal.getvalue().count("█") > 200


def test_a_pipe_gets_the_lit_leds_at_whatever_brightness_and_letters_on_a_plate_are_read(tmp_path: Path) -> None:
    class Pipe(io.StringIO):
        encoding = "ascii"  # type: ignore[assignment]

    image = moment(SUPPORT).player.image()
    blocks = plain(image, io.TextIOWrapper(io.BytesIO(), "utf-8"))
    signs = plain(image, Pipe())
    assert len(blocks) == len(signs) == 32
    assert set("".join(blocks)) == set(" ▀▄█") and set("".join(signs)) == set(' "_#')
    plate = "".join(line[60:].ljust(68) for line in blocks[:12])
    assert 0.1 < 1 - plate.count(" ") / len(plate) < 0.6, "the name is white on a plate that is not"


# wrong wishes


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--queue", SUPPORT), "--thresholds is missing: name the thresholds.yaml whose rules and labels hold"),
        (("--at", "10:15"), "--thresholds is missing"),
        (("--thresholds", str(LIMITS)), 'what is to be shown? Say it with --queue "support: waiting 7, wait 1:42'),
        ((*SHOW, "--for", "2m"), "--for: of which fault? Add --fault pbx, bridge or link"),
        ((*SHOW, "--fault", "pbx", "--for", "2"), "--for: '2', expected a duration like 5s or 2m, at most 24h"),
        ((*SHOW, "--out", "x.jpg"), "--out: 'x.jpg' is neither a .png nor a .gif"),
        ((*SHOW, "--out", "x.png", "--seconds", "3"), "--seconds: a PNG does not move"),
        ((*SHOW, "--seconds", "0"), "--seconds: 0 is outside 1 to 60"),
        ((*SHOW, "--pitch", "5"), "--pitch: the terminal has none"),
        ((*SHOW, "--scene", "calm"), "--scene and --sheet have their own figures"),
        ((*SHOW, "--size", "9x9"), "no layout for a panel of 9x9 LEDs; there is one for: 64x32"),
        ((*SHOW[:-1], "2026-11-22"), "--at: '2026-11-22' is no moment, expected a date and a time of day like"),
        (("--seconds", "3"), "--seconds: scenes do not move"),
        (("--thresholds", "absent.yaml", "--queue", SUPPORT), "absent.yaml: cannot be read: No such file or directory"),
        ((*SHOW, "--state", "absent.yaml"), "absent.yaml: cannot be read: No such file or directory"),
        ((*SHOW, "--board", "absent.yaml"), "absent.yaml: cannot be read: No such file or directory"),
        ((*SHOW, "--queue", "x"), "--queue: 'x' names no queue, expected one like 'support: waiting 7"),
    ],
)
def test_a_wrong_wish_is_one_line_and_exit_2(
    arguments: tuple[str, ...], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ctl(*arguments) == 2
    said = capsys.readouterr()
    assert line in said.err and said.err.count("\n") == 1 and not said.out


def test_a_file_that_cannot_be_written_is_one_line_and_exit_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("x.gif", "x.png"):
        assert ctl(*SHOW, "--out", str(tmp_path / "absent" / name)) == 1
        last = capsys.readouterr().err.splitlines()[-1]
        assert last == f"wallboardctl preview: cannot write {tmp_path / 'absent' / name}: No such file or directory"


def test_a_board_yaml_gives_panel_and_queues(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    board = tmp_path / "board.yaml"
    board.write_text(
        "site: main\nboard: hall\nmqtt: {url: 'mqtt://192.0.2.20', username: x, password_file: none}\nqueues: [sales]\n"
        "panel: {driver: rgbmatrix, rows: 32, cols: 64, brightness: 60}\n"
    )
    assert ctl(*SHOW, "--queue", "sales: waiting 1", "--board", str(board), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [tile["id"] for tile in told["tiles"]] == ["sales"] and told["brightness"] == 60
    assert ctl(*SHOW, "--board", str(board), "--size", "64x32") == 2


def test_the_help_has_the_examples_that_it_names_and_they_work(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SystemExit):
        ctl("--help")
    text = capsys.readouterr().out
    examples = re.findall(r"^  wallboardctl preview (.*)$", text, re.M)
    assert len(examples) >= 3
    state = "\n".join(line.strip() for line in text.splitlines() if re.match(r"  (support|sales): +\{", line))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "thresholds.yaml").write_bytes(LIMITS.read_bytes())
    (tmp_path / "state.yaml").write_text(state)
    past.write(tmp_path / "queue_log.1.gz", dt.date(2026, 11, 23), count=1)
    for example in examples:
        words = [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', example)]
        assert ctl(*words) == 0, example
    assert (tmp_path / "board.gif").exists()


assert show.GIF_S * 1000 > 6000  # a GIF is longer than a page's turn
