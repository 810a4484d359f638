"""The checks of a Raspberry Pi, on machines made of recorded files and outputs."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.yaml_file import parse
from firmware.pi.panel import PanelSettings
from firmware.pi.settings import build as build_board
from host_bridge.ctl.health import card, os_state, pi_config, pi_panel, pi_pins, pi_power, report, wifi
from host_bridge.ctl.health.finding import ok, warning
from host_bridge.ctl.health.machine import Ran, Space
from tests.doctor.machines import PI4, PI5, levels, machine, told
from tests.other_users import let_in

PANEL = PanelSettings(driver="rgbmatrix", rows=64, cols=64, chain=2)
HAT = PanelSettings(driver="rgbmatrix", rows=32, cols=64, hardware_mapping="adafruit-hat")


@pytest.mark.parametrize(
    ("bits", "expected"),
    [
        ("0x0", ["ok power"]),
        ("0x50005", ["problem power"]),
        ("0x50000", ["warning power"]),
        ("0x1", ["problem power"]),
        ("0xe0008", ["problem temperature", "ok power"]),
        ("0x80000", ["warning temperature", "ok power"]),
        ("0x20002", ["problem temperature", "ok power"]),
    ],
)
def test_what_the_firmware_says_of_the_voltage(tmp_path: Path, bits: str, expected: list[str]) -> None:
    pi = machine(tmp_path, commands={"vcgencmd get_throttled": f"throttled={bits}\n"})
    assert [f"{each.level} {each.area}" for each in pi_power.power(pi)] == expected


def test_the_voltage_without_vcgencmd(tmp_path: Path) -> None:
    sysfs = {"/sys/devices/platform/soc/soc:firmware/get_throttled": "50005\n"}
    assert levels(pi_power.power(machine(tmp_path / "file", sysfs))) == ["problem"]
    alarm = {"/sys/class/hwmon/hwmon0/name": "cpu_thermal\n", "/sys/class/hwmon/hwmon1/name": "rpi_volt\n"}
    low = alarm | {"/sys/class/hwmon/hwmon1/in0_lcrit_alarm": "1\n"}
    assert levels(pi_power.power(machine(tmp_path / "alarm", low))) == ["problem"]
    calm = alarm | {"/sys/class/hwmon/hwmon1/in0_lcrit_alarm": "0\n"}
    assert levels(pi_power.power(machine(tmp_path / "calm", calm))) == ["ok", "unknown"]
    log = {"dmesg": "[    4.1] usb 1-1: new\n[  530.4] hwmon hwmon1: Undervoltage detected!\n"}
    assert levels(pi_power.power(machine(tmp_path / "log", calm, log))) == ["warning"]


def test_a_voltage_that_nobody_tells_is_not_called_fine(tmp_path: Path) -> None:
    denied = {"vcgencmd": Ran(255, "", "VCHI initialization failed\n")}
    assert levels(pi_power.power(machine(tmp_path, commands=denied))) == ["unknown"]
    assert levels(pi_power.power(machine(tmp_path, model="QEMU Virtual Machine"))) == []


@pytest.mark.parametrize(
    ("text", "level"), [("48312", "ok"), ("70000", "warning"), ("81234", "problem"), ("x", "unknown")]
)
def test_heat(tmp_path: Path, text: str, level: str) -> None:
    pi = machine(tmp_path, {"/sys/class/thermal/thermal_zone0/temp": f"{text}\n"})
    assert levels(pi_power.temperature(pi)) == [level]


LOADED = {"/proc/modules": "snd_bcm2835 24576 1 - Live 0x0\nsnd_pcm 1 1 - Live 0x0\n"}
AUDIO = {"/boot/firmware/config.txt": "# Enable audio\ndtparam=audio=on\n[all]\n"}


def test_the_sound_module(tmp_path: Path) -> None:
    assert levels(pi_panel.sound(machine(tmp_path / "a", LOADED), PANEL)) == ["problem"]
    ((level, what),) = told(pi_panel.sound(machine(tmp_path / "b", AUDIO), PANEL))
    assert (level, "config.txt:2" in what) == ("warning", True)
    black = AUDIO | {"/etc/modprobe.d/wallboard.conf": "blacklist snd_bcm2835\n"}
    assert levels(pi_panel.sound(machine(tmp_path / "c", black), PANEL)) == ["ok"]
    off = {"/boot/firmware/config.txt": "dtparam=audio=on\n[pi5]\ndtparam=audio=on\n[all]\ndtparam=audio=off\r\n"}
    assert levels(pi_panel.sound(machine(tmp_path / "d", off), PANEL)) == ["ok"]


@pytest.mark.parametrize(
    ("model", "holds"),
    [
        (PI4, {"pi4"}), (PI5, {"pi5"}), ("Raspberry Pi 3 Model B Plus Rev 1.3", {"pi3", "pi3+"}),
        ("Raspberry Pi Zero 2 W Rev 1.0", {"pi02"}), ("Raspberry Pi Zero W Rev 1.1", {"pi0", "pi0w"}),
        ("Raspberry Pi Model B Plus Rev 1.2", {"pi1"}), ("Raspberry Pi 400 Rev 1.0", {"pi4", "pi400"}),
        ("Raspberry Pi Compute Module 4 Rev 1.0", {"pi4", "cm4"}), ("Raspberry Pi 2 Model B Rev 1.1", {"pi2"}),
    ],
)  # fmt: skip
def test_the_filters_of_config_txt(tmp_path: Path, model: str, holds: set[str]) -> None:
    names = ("pi0", "pi0w", "pi02", "pi1", "pi2", "pi3", "pi3+", "pi4", "pi400", "pi5", "pi500", "cm3", "cm4", "cm5")
    text = "".join(f"[{name}]\n{name}=1\n" for name in (*names, "HDMI:0")) + "[all]\nevery=1\n"
    found = pi_config.boot_config(machine(tmp_path, {"/boot/firmware/config.txt": text}, model=model))
    assert {each.key for each in found.settings} == {*holds, "every"}


def test_sound_matters_only_where_the_pwm_times_the_panel(tmp_path: Path) -> None:
    assert levels(pi_panel.sound(machine(tmp_path, LOADED), HAT)) == []  # OE on GPIO 4
    assert levels(pi_panel.sound(machine(tmp_path, LOADED, model=PI5), PANEL)) == []
    assert levels(pi_panel.sound(machine(tmp_path, LOADED), PanelSettings(driver="image", rows=64, cols=64))) == []


def test_a_core_for_the_panel(tmp_path: Path) -> None:
    cores = {"/sys/devices/system/cpu/present": "0-3\n", "/proc/cmdline": "console=tty1 root=PARTUUID=1 rootwait\n"}
    (finding,) = pi_panel.processor(machine(tmp_path / "a", cores), PANEL)
    assert (finding.level, "isolcpus=3" in finding.do) == ("warning", True)
    apart = cores | {"/proc/cmdline": "root=PARTUUID=1 isolcpus=3 rootwait\n"}
    apart["/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"] = "powersave\n"
    assert levels(pi_panel.processor(machine(tmp_path / "b", apart), PANEL)) == ["ok", "warning"]
    one = machine(tmp_path / "c", {"/sys/devices/system/cpu/present": "0\n"})
    assert levels(pi_panel.processor(one, PANEL)) == ["warning"]


BOARD = """
site: main
board: lobby
mqtt: {url: "mqtt://192.0.2.20"}
panel: {driver: rgbmatrix, rows: 64, cols: 64, chain: 2, hardware_mapping: MAPPING}
buzzer: {gpio: 19}
button: {gpio: 25}
"""
GPIOINFO_1 = """\
gpiochip0 - 58 lines:
\tline   0:     "ID_SDA"       unused   input  active-high
\tline  17:     "GPIO17"       unused  output  active-high
\tline  19:     "GPIO19"         "lg"  output  active-high [used]
\tline  25:     "GPIO25"     "button"   input  active-high [used]
gpiochip1 - 8 lines:
\tline   4:      "BT_ON"   "shutdown"  output  active-high [used]
"""
GPIOINFO_2 = """\
gpiochip0 - 58 lines:
\tline   0:\t"ID_SDA"        \tinput
\tline  19:\t"GPIO19"        \toutput consumer="lg"
\tline  25:\t"GPIO25"        \tinput edges=both consumer="gpio-keys"
gpiochip1 - 8 lines:
\tline   4:\t"BT_ON"         \toutput consumer="shutdown"
"""
DEBUGFS = """\
gpiochip0: GPIOs 512-569, parent: platform/fe200000.gpio, pinctrl-bcm2711:
 gpio-512 (ID_SDA              )
 gpio-531 (GPIO19              |lg                  ) out lo
 gpio-537 (GPIO25              |w1                  ) in  hi

gpiochip1: GPIOs 570-577, parent: platform/soc:firmware:gpio, raspberrypi-exp-gpio, can sleep:
 gpio-574 (BT_ON               |shutdown            ) out hi
"""


def board(mapping: str = "adafruit-hat-pwm") -> object:
    return build_board(parse(BOARD.replace("MAPPING", mapping).encode(), "board.yaml"), Path("/"), secrets=False)


def test_a_pin_that_another_program_holds(tmp_path: Path) -> None:
    for number, (files, commands) in enumerate(
        [({}, {"gpioinfo": GPIOINFO_1}), ({}, {"gpioinfo": GPIOINFO_2}), ({"/sys/kernel/debug/gpio": DEBUGFS}, {})]
    ):
        pi = machine(tmp_path / str(number), files, commands)
        ((level, what),) = told(pi_pins.pins(pi, board()))
        assert (level, what.startswith("GPIO 25 is the button's")) == ("problem", True), what


def test_our_own_hold_on_the_pins_is_fine_and_nobody_to_ask_is_not(tmp_path: Path) -> None:
    ours = DEBUGFS.replace("w1 ", "lg ")
    assert levels(pi_pins.pins(machine(tmp_path / "a", {"/sys/kernel/debug/gpio": ours}), board())) == ["ok"]
    assert levels(pi_pins.pins(machine(tmp_path / "b"), board())) == ["unknown"]


def test_buses_on_the_panels_pins(tmp_path: Path) -> None:
    lines = "dtparam=i2c_arm=on\n#dtparam=spi=on\ndtparam=spi=on\nenable_uart=1\ndtoverlay=w1-gpio,gpiopin=25\n"
    files = {"/boot/firmware/config.txt": lines, "/sys/kernel/debug/gpio": "gpiochip0: x, pinctrl-bcm2835:\n"}
    found = told(pi_pins.pins(machine(tmp_path, files), board()))
    # I²C is the HAT's clock chip, SPI and the serial port are free on a HAT; 1-Wire sits on the button
    assert [what.split(",")[0] for _, what in found] == ["1-Wire has GPIO 25"]
    regular = build_board(
        parse(BOARD.replace("MAPPING", "regular").replace("25", "26").encode(), "b"), Path("/"), secrets=False
    )
    found = told(pi_pins.pins(machine(tmp_path / "r", files), regular))
    assert [what.split(",")[0] for _, what in found] == [
        "SPI has GPIO 7 and 4 more", "the serial port has GPIO 15", "1-Wire has GPIO 25",
    ]  # fmt: skip


WIRELESS = """\
Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
 wlan0: 0000   54.  LEVEL  -256        0      0      0      1    107        0
"""


@pytest.mark.parametrize(
    ("dbm", "expected"),
    [("-56.", "strong"), ("-67.", "good"), ("-74.", "weak"), ("-84.", "too weak"), ("176.", "weak")],
)
def test_wifi_in_words(tmp_path: Path, dbm: str, expected: str) -> None:
    pi = machine(tmp_path, {"/proc/net/wireless": WIRELESS.replace("LEVEL", dbm)}, {"iw": "Power save: off\n"})
    first, second = wifi.wifi(pi)
    assert expected in first.what
    assert second.level == "ok"


def test_power_saving(tmp_path: Path) -> None:
    files = {"/proc/net/wireless": WIRELESS.replace("LEVEL", "-56.")}
    assert levels(wifi.wifi(machine(tmp_path / "a", files, {"iw": "Power save: on\n"}))) == ["ok", "warning"]
    assert levels(wifi.wifi(machine(tmp_path / "b", files))) == ["ok", "unknown"]
    assert levels(wifi.wifi(machine(tmp_path / "c"))) == []


def test_the_clock(tmp_path: Path) -> None:
    kept = {"timedatectl": "NTP=yes\nNTPSynchronized=yes\n"}
    alone = {"timedatectl": "NTP=no\nNTPSynchronized=no\n"}
    assert levels(os_state.clock(machine(tmp_path, commands=kept), board_only=False)) == ["ok"]
    assert levels(os_state.clock(machine(tmp_path, commands=alone), board_only=False)) == ["warning"]
    assert levels(os_state.clock(machine(tmp_path, commands=alone), board_only=True)) == ["ok"]
    assert levels(os_state.clock(machine(tmp_path, now_s=300.0), board_only=True)) == ["ok"]
    assert levels(os_state.clock(machine(tmp_path, now_s=300.0), board_only=False)) == ["problem"]
    assert levels(os_state.clock(machine(tmp_path), board_only=False)) == ["unknown"]


@pytest.mark.parametrize(
    ("free", "level"), [(20 * 10**9, "ok"), (600 * 10**6, "ok"), (400 * 10**6, "warning"), (10 * 10**6, "problem")]
)
def test_free_space(tmp_path: Path, free: int, level: str) -> None:
    pi = machine(tmp_path, space=Space(free, 30 * 10**9))
    assert levels(os_state.space(pi, {Path("/"): "the system", Path("/var/lib/wallboard"): "the board"})) == [level]


MOUNTS = "/dev/mmcblk0p2 / ext4 rw,noatime 0 0\n/dev/mmcblk0p1 /boot/firmware vfat rw 0 0\n"
OVERLAY = "/dev/mmcblk0p2 /mnt/card ext4 ro 0 0\nwallboard-overlay / overlay rw,lowerdir=/ 0 0\n"
STATE = "/dev/mmcblk0p3 /mnt/state ext4 rw 0 0\n"
INIT = "root=PARTUUID=1 init=/usr/lib/wallboard/wallboard-init cloud-init=disabled\n"


@pytest.mark.parametrize(
    ("files", "level", "words", "do"),
    [
        ({"/proc/mounts": OVERLAY + STATE, "/proc/cmdline": INIT}, "ok", "pulling the plug does no harm", ""),
        ({"/proc/mounts": "overlayroot / overlay rw 0 0\n"}, "ok", "not written to (overlay)", ""),
        ({"/proc/mounts": MOUNTS.replace("rw,", "ro,")}, "ok", "not written to (ext4)", ""),
        ({"/proc/mounts": MOUNTS}, "warning", "is written to", "wallboardctl provision"),
        (
            {"/proc/mounts": MOUNTS, "/usr/lib/wallboard/wallboard-writable": "#!/bin/sh\n"},
            "warning", "is written to", "sudo wallboard-writable --off",
        ),
        ({"/proc/mounts": MOUNTS, "/boot/firmware/cmdline.txt": INIT}, "warning", "until the next start", "restart"),
        ({"/proc/mounts": MOUNTS, "/proc/cmdline": INIT}, "problem", "to be read-only and is written to:", "restart"),
        (
            {"/proc/mounts": MOUNTS, "/proc/cmdline": INIT, "/run/wallboard-unprotected": "no overlay\n"},
            "problem", "is to be read-only and is written to (no overlay):", "provision",
        ),
    ],
)  # fmt: skip
def test_the_card(tmp_path: Path, files: dict[str, str], level: str, words: str, do: str) -> None:
    (finding,) = card.card(machine(tmp_path, files))
    assert (str(finding.level), words in finding.what, do in finding.do) == (level, True, True), finding


def test_a_state_that_is_in_memory_is_a_problem_of_the_card(tmp_path: Path) -> None:
    files = {"/proc/mounts": OVERLAY, "/proc/cmdline": INIT}
    pi = machine(tmp_path, files)
    assert levels(card.card(pi)) == ["ok", "problem"] and card.is_protected(pi)
    assert levels(card.card(machine(tmp_path, files, model="QEMU"))) == ["ok", "problem"]  # set up like a Pi
    assert levels(card.card(machine(tmp_path, {"/proc/cmdline": "root=1\n"}, model="a PC"))) == []


def test_who_mends_a_read_only_board_is_told_how(tmp_path: Path) -> None:
    mended, fine = warning("card", "x", "do"), ok("card", "x")
    assert report.lines([mended], "h", note=card.BY_HAND)[-1] == card.BY_HAND
    assert report.lines([fine], "h", note=card.BY_HAND)[-1] == "1 fine"


def test_memory_that_is_not_counted(tmp_path: Path) -> None:
    boot = {"/boot/firmware/cmdline.txt": "root=1\n"}
    for said, level in (("cpuset cpu io memory pids\n", "ok"), ("cpuset cpu io pids\n", "warning")):
        pi = machine(tmp_path, {**boot, "/sys/fs/cgroup/cgroup.controllers": said})
        assert levels(os_state.memory(pi)) == [level]
    assert levels(os_state.memory(machine(tmp_path / "b"))) == ["unknown"]
    assert levels(os_state.memory(machine(tmp_path / "c", model="a PC"))) == []


def test_a_user_who_may_not_use_the_pins(tmp_path: Path) -> None:
    """Root opens them for the LEDs; with any other driver the service's user does. Who runs this is root or not."""
    text = BOARD.replace("rgbmatrix", "image, path: x").replace("MAPPING", "adafruit-hat-pwm")
    seen = build_board(parse(text.encode(), "board.yaml"), Path("/"), secrets=False)
    pi = machine(tmp_path, {"/dev/gpiochip0": ""})
    let_in(tmp_path)
    chip = tmp_path / "dev/gpiochip0"
    chip.chmod(0o660)
    ((level, what),) = told(pi_pins.access(pi, seen, "nobody"))
    assert (level, what) == (
        "problem", "nobody may not use /dev/gpiochip0, so buzzer and button stay dead with panel.driver: image",
    )  # fmt: skip
    assert levels(pi_pins.access(pi, board(), "nobody")) == []
    assert levels(pi_pins.access(pi, seen, "no such user")) == []
    chip.chmod(0o666)
    assert levels(pi_pins.access(pi, seen, "nobody")) == []


def test_the_watchdog(tmp_path: Path) -> None:
    assert levels(os_state.watchdog(machine(tmp_path / "c"))) == ["warning"]
    there = {"/dev/watchdog0": ""}
    for said, level in (("RuntimeWatchdogUSec=15s\n", "ok"), ("RuntimeWatchdogUSec=0\n", "warning")):
        pi = machine(tmp_path / "d", there, {"systemctl show --property=RuntimeWatchdogUSec": said})
        assert levels(os_state.watchdog(pi)) == [level]
    assert levels(os_state.watchdog(machine(tmp_path / "d", there))) == ["unknown"]
