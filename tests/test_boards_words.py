"""How long something took, and how long it has lasted: one wording for logs, commands and doctor."""

from __future__ import annotations

from pathlib import Path

import pytest

from host_bridge.boards.words import about, span
from host_bridge.ctl.health import os_state
from tests.doctor.machines import machine, told

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


@pytest.mark.parametrize(
    ("ms", "took", "lasts"),
    [
        (-5, "0 s", "0 s"),
        (59_999, "59 s", "59 s"),
        (MINUTE, "1 min", "1 min"),
        (3 * MINUTE + 20_000, "3 min 20 s", "3 min"),
        (HOUR - 1, "59 min 59 s", "59 min"),
        (2 * HOUR, "2 h", "2 h"),
        (2 * HOUR + 5 * MINUTE + 59_000, "2 h 05 min", "2 h 05 min"),
        (48 * HOUR, "2 d", "2 d"),
        (3 * DAY + 4 * HOUR + MINUTE, "3 d 4 h", "3 d 4 h"),
    ],
)
def test_a_length_of_time(ms: int, took: str, lasts: str) -> None:
    assert (span(ms), about(ms)) == (took, lasts)


def test_doctor_says_so_since_when_a_machine_is_up(tmp_path: Path) -> None:
    files = {"/proc/uptime": "7500.31 9.9\n", "/proc/sys/kernel/osrelease": "6.12\n"}
    found = told(os_state.what_it_is(machine(tmp_path, files), panel_here=True))
    assert found == [("ok", "Raspberry Pi 4 Model B Rev 1.4, Linux 6.12, up 2 h 05 min")]
