"""Who else holds a pin of the panel, the buzzer or the button: the OS's buses, and other programs.

board.yaml itself is held against hw/pins.yaml when it is read; this is about the machine it is on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from firmware.pi.settings import BoardSettings
from host_bridge.ctl.health import files
from host_bridge.ctl.health.finding import Finding, NotCheckedError, ok, problem, warning
from host_bridge.ctl.health.machine import AS_ROOT, Machine
from host_bridge.ctl.health.pi_config import BootConfig, boot_config, is_on
from hw.pins import mappings

PINS = "pins"
OURS = ("lg", "wallboard", "gpiozero")  # lgpio names its lines `lg`

_GPIOINFO = re.compile(r'^\s*line\s+(\d+):\s+(?:"[^"]*"|unnamed)\s+(.*)$')
_CONSUMER = re.compile(r'consumer="?([^"]+)"?$|^"([^"]+)"')
_DEBUG = re.compile(r"^ gpio-(\d+)\s+\([^|)]*\|([^)]*)\)")


def pins(machine: Machine, board: BoardSettings) -> Iterator[Finding]:
    """Is anything else on our pins?"""
    if board.panel.driver != "rgbmatrix" and board.buzzer_gpio is None and board.button_gpio is None:
        return
    ours = wired(board)
    if not machine.model():
        return  # os_state.what_it_is() says so
    taken = list(_buses(boot_config(machine), ours))
    yield from taken
    users = line_users(machine)
    if users is None:
        raise NotCheckedError("who else holds a pin: there is no gpioinfo, and the kernel tells only root", AS_ROOT)
    others = {pin: user for pin, user in users.items() if pin in ours and user not in OURS}
    for pin, user in sorted(others.items()):
        free = "stop it, or give the board another pin (wallboardctl check names the free ones)"
        yield problem(PINS, f"GPIO {pin} is {ours[pin]}, and {user!r} holds it", free)
    if not others and not taken:
        named = [f"{name} {pin}" for name, pin in (("buzzer", board.buzzer_gpio), ("button", board.button_gpio)) if pin]
        yield ok(PINS, f"nothing else holds a pin of the board ({', '.join(named) or 'no buzzer, no button'})")


def access(machine: Machine, board: BoardSettings, name: str) -> Iterator[Finding]:
    """May the service's user have them? With driver rgbmatrix root opens them; with any other the user itself does.

    `name`: the user's. A group that a drop-in gives the unit does not count: the board takes on those of /etc/group.
    """
    parts = [part for part, pin in (("buzzer", board.buzzer_gpio), ("button", board.button_gpio)) if pin is not None]
    who = files.user(name)
    chip = next(iter(machine.glob("/dev/gpiochip*")), None)
    if board.panel.driver == "rgbmatrix" or not parts or who is None or chip is None:
        return
    if files.obstacle(machine.path(chip), who, files.WRITE):
        group = files.owner(machine.path(chip).stat()).partition(":")[2]
        what = f"{name} may not use {chip}, so {' and '.join(parts)} stay dead with panel.driver: {board.panel.driver}"
        yield problem(PINS, what, f"sudo usermod -aG {group} {name}, then sudo systemctl restart wallboard")


def wired(board: BoardSettings) -> dict[int, str]:
    """Pin → what it is on this board. Pins that are only reserved (a HAT's clock chip) are not ours."""
    used: dict[int, str] = {}
    if board.panel.driver == "rgbmatrix":
        uses = mappings()[board.panel.hardware_mapping].uses(board.panel.parallel)
        used = {pin: use for pin, use in uses.items() if use.startswith("the panel's ")}
    for name, pin in (("buzzer", board.buzzer_gpio), ("button", board.button_gpio)):
        if pin is not None:
            used[pin] = f"the {name}'s"
    return used


def line_users(machine: Machine) -> dict[int, str] | None:
    """Pin → the program or driver that holds it, of the header's chip; None when nobody tells."""
    ran = machine.run("gpioinfo")
    if ran is not None and ran.code == 0:
        return _of_gpioinfo(ran.out)
    try:
        text = machine.read("/sys/kernel/debug/gpio")
    except NotCheckedError:
        return None
    return None if text is None else _of_debugfs(text)


def _of_gpioinfo(text: str) -> dict[int, str]:
    """Of libgpiod 1 (Bookworm: `"GPIO17" "lg" output active-high [used]`) and 2 (Trixie: `output consumer="lg"`)."""
    users: dict[int, str] = {}
    header = False
    for line in text.splitlines():
        if line.startswith("gpiochip"):
            header = _is_header(line)
            continue
        found = _GPIOINFO.match(line) if header else None
        consumer = _CONSUMER.search(found[2]) if found else None
        if found and consumer:
            users[int(found[1])] = consumer[1] or consumer[2]
    return users


def _of_debugfs(text: str) -> dict[int, str]:
    """Of /sys/kernel/debug/gpio (drivers/gpio/gpiolib.c); the chip's first line has a number of its own."""
    users: dict[int, str] = {}
    header, base = False, 0
    for line in text.splitlines():
        if line.startswith("gpiochip"):
            header = _is_header(line)
            span = re.search(r"GPIOs (\d+)-", line)
            base = int(span[1]) if span else 0
            continue
        found = _DEBUG.match(line) if header else None
        if found and found[2].strip():
            users[int(found[1]) - base] = found[2].strip()
    return users


def _is_header(line: str) -> bool:
    """Which chip the header is on: gpioinfo names only its number of lines, 54 or 58, which no other has."""
    return re.search(r"pinctrl-bcm2|pinctrl-rp1|\b5[48] lines", line) is not None


def _buses(config: BootConfig, ours: dict[int, str]) -> Iterator[Finding]:
    """Buses that config.txt gives pins of the header to."""
    for name, taken, on, where in (
        ("I²C", (2, 3), is_on(config.parameter("i2c_arm") or config.parameter("i2c")), "dtparam=i2c_arm"),
        ("SPI", (7, 8, 9, 10, 11), is_on(config.parameter("spi")), "dtparam=spi"),
        ("I²S", (18, 19, 20, 21), is_on(config.parameter("i2s")), "dtparam=i2s"),
        ("the serial port", (14, 15), is_on(config.value("enable_uart")), "enable_uart"),
        ("1-Wire", (_one_wire(config),), config.overlay("w1-gpio") is not None, "dtoverlay=w1-gpio"),
    ):
        clash = [pin for pin in taken if pin in ours] if on else []
        if clash:
            first = clash[0]
            more = f" and {len(clash) - 1} more" if len(clash) > 1 else ""
            what = f"{name} has GPIO {first}{more}, which is {ours[first]}"
            yield warning(PINS, what, f"take {where} out of {config.path}, and restart")


def _one_wire(config: BootConfig) -> int:
    found = config.overlay("w1-gpio")
    pin = re.search(r"gpiopin=(\d+)", found.value) if found else None
    return int(pin[1]) if pin else 4
