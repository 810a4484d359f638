"""board.yaml: right ones are understood, and each mistake is one clear line with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.yaml_file import ConfigError
from firmware.pi.settings import default_state_file, load
from tests.examples import commented_out, in_use

EXAMPLE = Path(__file__).parent.parent / "config" / "board.example.yaml"
GOOD = """\
site: main
board: floor-2
mqtt:
  url: mqtt://broker.example
panel: {driver: image, rows: 64, cols: 64, chain: 2, hardware_mapping: regular, path: frames}
buzzer:
  gpio: 19
queues: [support, "0600", מכירות]
state_file: state/board.json
"""


def mistakes(tmp_path: Path, text: str, *, secrets: bool = True) -> list[str]:
    """The lines that a file is refused with, without the file's name."""
    file = tmp_path / "board.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as refused:
        load(file, "board.yaml", secrets=secrets)
    assert all(line.startswith("board.yaml:") and "\n" not in line for line in refused.value.errors)
    return [line.removeprefix("board.yaml:") for line in refused.value.errors]


def changed(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


def test_a_whole_file(tmp_path: Path) -> None:
    (tmp_path / "board.yaml").write_text(GOOD, "utf-8")
    it = load(tmp_path / "board.yaml")
    assert (it.site, it.board, it.buzzer_gpio) == ("main", "floor-2", 19)
    assert it.queues == ("support", "0600", "מכירות")
    assert it.state_file == tmp_path / "state/board.json"
    assert (it.panel.width, it.panel.height, it.panel.brightness) == (128, 64, 100)
    assert it.panel.path == tmp_path / "frames"
    assert (it.mqtt.host, it.mqtt.port, it.mqtt.tls) == ("broker.example", 1883, None)


def test_the_shipped_example_is_right(tmp_path: Path) -> None:
    settings = load(EXAMPLE, secrets=False)
    assert (settings.panel.driver, settings.panel.width, settings.panel.height) == ("rgbmatrix", 128, 64)
    # what is commented out, all at once but for the second way to name the password
    text = in_use("board", *(name for name in commented_out("board") if name != "mqtt.password_env"))
    (tmp_path / "board.yaml").write_text(text.replace("mqtt://", "mqtts://"), "utf-8")
    full = load(tmp_path / "board.yaml", secrets=False)
    assert full.queues == ("support", "sales")
    assert full.pages == ("queues", "centre", "clock")
    assert full.night == ((1140, 1320, 30), (1320, 360, 0))
    assert full.button_gpio == 26
    assert full.panel.path == Path("/run/wallboard/frames")
    assert full.state_file == tmp_path / "board.json"


def test_an_unknown_mapping(tmp_path: Path) -> None:
    assert mistakes(tmp_path, changed("hardware_mapping: regular", "hardware_mapping: regulr")) == [
        "5:72: panel.hardware_mapping: 'regulr', expected one of: regular, adafruit-hat, adafruit-hat-pwm, classic; "
        "did you mean 'regular'?"
    ]


def test_a_pin_that_the_panel_uses(tmp_path: Path) -> None:
    assert mistakes(tmp_path, changed("gpio: 19", "gpio: 18")) == [
        "7:9: buzzer.gpio: 18 is the panel's output-enable with mapping 'regular'; "
        "free pins: 5, 6, 12, 13, 16, 19, 20, 21, 26; best 19 (place 35 of the header)"
    ]
    hat = changed("regular", "adafruit-hat-pwm").replace("gpio: 19", "gpio: 3")
    assert mistakes(tmp_path, hat) == [
        "7:9: buzzer.gpio: 3 is the HAT's clock chip (SCL) with mapping 'adafruit-hat-pwm'; "
        "free pins: 19, 25; best 19 (place 35 of the header)"
    ]


def test_a_pin_that_a_second_chain_uses(tmp_path: Path) -> None:
    two = changed("rows: 64, cols: 64, chain: 2", "rows: 32, cols: 64, chain: 2, parallel: 2")
    assert mistakes(tmp_path, two) == [
        "7:9: buzzer.gpio: 19 is the panel's r2 of chain 2 with mapping 'regular'; free pins: 16, 21, 26; "
        "best 26 (place 37 of the header)"
    ]


@pytest.mark.parametrize("secrets", [True, False])
def test_a_password_in_two_places_is_told_once(tmp_path: Path, secrets: bool) -> None:
    url = "  url: mqtt://broker.example"
    text = changed(url, f"{url}\n  username: b\n  password_file: x\n  password_env: X")
    assert mistakes(tmp_path, text, secrets=secrets) == [
        "7:17: mqtt.password_env: both password_file and password_env, expected one of them"
    ]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("rows: 64", "rows: 33", "5:30: panel.rows: 33, expected an even number: modules light two rows at a time"),
        ("rows: 64", "rows: 7", "5:30: panel.rows: '7', expected a whole number from 8 to 64"),
        ("rows: 64", "rows: tall", "5:30: panel.rows: 'tall', expected a whole number from 8 to 64"),
        (
            "chain: 2",
            "chain: 5",
            "5:40: panel.cols: these modules make a panel of 320x64 LEDs, expected 64x32 or 64x64 or 128x32 or 128x64 "
            "or 192x64 or 256x64: cols x chain is its width, rows x parallel its height",
        ),
        (
            "regular",
            "classic",
            "5:30: panel.rows: 64, expected at most 32 with mapping 'classic', which has no row line for more",
        ),
        (
            "chain: 2, hardware_mapping: regular",
            "parallel: 2, hardware_mapping: adafruit-hat",
            "5:54: panel.parallel: 2, expected at most 1 with mapping 'adafruit-hat'",
        ),
        (
            ", path: frames",
            "",
            "5:8: panel.path: missing: driver 'image' writes latest.png into the folder of this name",
        ),
        (
            "driver: image",
            "driver: emulater",
            "5:17: panel.driver: 'emulater', expected one of: rgbmatrix, emulator, image; did you mean 'emulator'?",
        ),
        (
            "path: frames",
            "path: x, brightness: 0",
            "5:102: panel.brightness: '0', expected a whole number from 1 to 100",
        ),
        (
            "path: frames",
            "path: frames, night: {noon: off}",
            "5:109: panel.night.noon: 'noon', expected a span of time like 22:00-06:00",
        ),
        (
            "path: frames",
            "path: frames, night: {'22:00-06:00': dark}",
            "5:118: panel.night.22:00-06:00: 'dark', expected off, or percent from 1 to 100",
        ),
        (
            "path: frames",
            "path: frames, night: {'22:00-06:00': off, '05:00-07:00': 30}",
            "5:102: panel.night: 22:00-06:00 and 05:00-07:00 overlap, expected one brightness at a time",
        ),
        (
            "board: floor-2",
            "board: a/b",
            "2:8: board: 'a/b', expected text of 1 to 64 characters without / + # % @ or a space",
        ),
        (
            "gpio: 19",
            "gpio: 28",
            "7:9: buzzer.gpio: '28', expected a whole number from 2 to 27; free pins: 5, 6, 12, 13, 16, 19, 20, 21, "
            "26; best 19 (place 35 of the header)",
        ),
        (
            "gpio: 19",
            'gpio: "one; two"',
            "7:9: buzzer.gpio: 'one; two', expected a whole number from 2 to 27; free pins: 5, 6, 12, 13, 16, 19, 20, "
            "21, 26; best 19 (place 35 of the header)",
        ),
        (
            "gpio: 19",
            "gpio: 19 I think",
            "7:9: buzzer.gpio: '19 I think', expected a whole number from 2 to 27; did you mean '19'?",
        ),
        (
            "state_file: state/board.json",
            "button: {gpio: 19}",
            "9:16: button.gpio: 19 is the buzzer's; free pins: 5, 6, 12, 13, 16, 20, 21, 26; "
            "best 26 (place 37 of the header)",
        ),
        (
            "gpio: 19",
            "gpio: 14",
            "7:9: buzzer.gpio: 14 is the operating system's (the serial console's output); "
            "free pins: 5, 6, 12, 13, 16, 19, 20, 21, 26; best 19 (place 35 of the header)",
        ),
        (
            "state_file: state/board.json",
            "pages: [queues, clocks]",
            "9:17: pages[1]: 'clocks', expected one of: queues, centre, clock; did you mean 'clock'?",
        ),
        (
            "mqtt://broker.example",
            "broker",
            "4:8: mqtt.url: 'broker', expected mqtt://HOST, mqtts://HOST:PORT; did you mean 'mqtt://broker'?",
        ),
        ("broker.example", "b:0", "4:8: mqtt.url: 'mqtt://b:0', expected mqtt://HOST, mqtts://HOST:PORT"),
        (
            "  url: mqtt://broker.example",
            "  url: mqtt://broker.example\n  ca_file: ca.pem",
            "5:12: mqtt.ca_file: of use with mqtts:// alone, expected such a URL, or no certificates",
        ),
        (
            "  url: mqtt://broker.example",
            "  url: mqtt://broker.example\n  password_file: none",
            "3:1: mqtt.username: missing, expected the user that the password belongs to",
        ),
    ],
)
def test_each_mistake_is_one_line(tmp_path: Path, old: str, new: str, line: str) -> None:
    assert mistakes(tmp_path, changed(old, new), secrets=False) == [line]


def test_all_mistakes_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = (
        changed("floor-2", "").replace("gpio: 19", "gpoi: 19").replace("regular", "nonsense").replace("queues", "qeues")
    )
    lines = mistakes(tmp_path, text)
    assert [line.split(": ")[1] for line in lines] == [
        "board",
        "panel.hardware_mapping",
        "buzzer.gpoi",
        "qeues",
    ]
    assert "did you mean 'gpio'?" in lines[2]


def test_mistakes_that_only_the_machine_can_tell(tmp_path: Path) -> None:
    text = changed("  url: mqtt://", "  username: b\n  password_file: secret\n  ca_file: ca.pem\n  url: mqtts://")
    assert [line.split(": ", 1)[1] for line in mistakes(tmp_path, text)] == [
        f"mqtt.password_file: {tmp_path}/secret cannot be read: No such file or directory",
        "mqtt.ca_file: ca.pem cannot be read: No such file or directory",
    ]


def test_a_secret_is_read_and_never_shown(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s3cret\n")
    text = changed("  url:", "  username: b\n  password_file: secret\n  url:")
    (tmp_path / "board.yaml").write_text(text, "utf-8")
    settings = load(tmp_path / "board.yaml")
    assert settings.mqtt.password == "s3cret"
    assert "s3cret" not in repr(settings)


def test_no_file_and_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml: cannot be read: No such file or directory"):
        load(Path("nowhere.yaml"))
    assert [line.split(": ")[1] for line in mistakes(tmp_path, "")] == ["site", "board", "mqtt", "panel"]
    assert len(mistakes(tmp_path, "- a list")) == 1


def test_more_queues_than_a_board_can_hold(tmp_path: Path) -> None:
    text = changed("""[support, "0600", מכירות]""", f"[{', '.join(map(str, range(2001)))}]")
    assert mistakes(tmp_path, text) == ["8:9: queues: 2001 items, expected 1 to 2000"]


def test_nowhere_to_keep_the_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's user of whom /etc/passwd knows nothing has no home."""
    monkeypatch.setenv("HOME", "~")  # what Path.home() makes a RuntimeError of
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.delenv("STATE_DIRECTORY", raising=False)
    (line,) = mistakes(tmp_path, changed("state_file: state/board.json\n", ""))
    assert line.endswith("state_file: missing, expected a file's name: this user has no home folder to keep it in")


def test_where_the_state_file_is_when_nobody_says() -> None:
    names = {"site": "main", "board": "b1"}
    under_systemd = {"STATE_DIRECTORY": "/var/lib/wallboard:/other", "XDG_STATE_HOME": "/x"}
    assert default_state_file(under_systemd, names) == Path("/var/lib/wallboard/main-b1.json")
    assert default_state_file({"XDG_STATE_HOME": "/x"}, names) == Path("/x/wallboard/main-b1.json")
    assert default_state_file({}, names) == Path.home() / ".local/state/wallboard/main-b1.json"
    # /root is closed to whom root becomes
    assert default_state_file({}, names, becomes_another=True) == Path("/var/lib/wallboard/main-b1.json")
    assert default_state_file({"XDG_STATE_HOME": "/x"}, names, becomes_another=True).is_relative_to("/x")
    assert default_state_file({"STATE_DIRECTORY": "/y"}, names, becomes_another=True).is_relative_to("/y")


@pytest.mark.parametrize(
    ("user_id", "driver", "moved"), [(0, "rgbmatrix", True), (0, "image", False), (9, "rgbmatrix", False)]
)
def test_only_root_that_opens_the_leds_keeps_its_state_where_the_service_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, user_id: int, driver: str, moved: bool
) -> None:
    for name in ("STATE_DIRECTORY", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.geteuid", lambda: user_id)
    file = tmp_path / "board.yaml"
    file.write_text(
        GOOD.replace("state_file: state/board.json\n", "").replace("driver: image", f"driver: {driver}"), "utf-8"
    )
    assert (load(file).state_file == Path("/var/lib/wallboard/main-floor-2.json")) is moved
