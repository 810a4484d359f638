"""Machines for the checks: a folder as root, and what commands say. Outputs are as real ones print them.

vcgencmd: Raspberry Pi's documentation. /proc/net/wireless, gpioinfo of libgpiod 1 and 2, `iw get power_save`: as their
users paste them. /sys/kernel/debug/gpio: lib of Linux, drivers/gpio/gpiolib.c. systemctl show: systemd 252.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from host_bridge.ctl.health.finding import Finding, Level, NotCheckedError
from host_bridge.ctl.health.machine import Machine, Ran, Space

NOW_S = 1_795_738_000.0  # 2026-11-26
PI4 = "Raspberry Pi 4 Model B Rev 1.4"
PI5 = "Raspberry Pi 5 Model B Rev 1.0"


class Recorded:
    """Commands with recorded answers, by their first words; what is not recorded is not installed."""

    def __init__(self, answers: dict[str, Ran | str]) -> None:
        self.answers = answers
        self.asked: list[Sequence[str]] = []

    def __call__(self, command: Sequence[str]) -> Ran | None:
        self.asked.append(command)
        line = " ".join(command)
        found = next((answer for words, answer in self.answers.items() if line.startswith(words)), None)
        return Ran(0, found) if isinstance(found, str) else found


def machine(
    root: Path,
    files: dict[str, str] | None = None,
    commands: dict[str, Ran | str] | None = None,
    *,
    model: str = PI4,
    now_s: float = NOW_S,
    space: Space | None = None,
) -> Machine:
    """A machine of these files and commands."""
    wanted = {"/proc/device-tree/model": f"{model}\0", **(files or {})}
    for name, text in wanted.items():
        path = root / name.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Machine(root, Recorded(commands or {}), lambda: now_s, 0, lambda _: space or Space(20 * 10**9, 30 * 10**9))


def told(found: Iterable[Finding]) -> list[tuple[str, str]]:
    """(level, what) of each; a check that cannot look is its own line."""
    lines: list[tuple[str, str]] = []
    try:
        lines.extend((str(each.level), each.what) for each in found)
    except NotCheckedError as error:
        lines.append((str(Level.UNKNOWN), error.why))
    return lines


def levels(found: Iterable[Finding]) -> list[str]:
    """The levels alone."""
    return [level for level, _ in told(found)]
