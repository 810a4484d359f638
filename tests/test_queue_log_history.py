"""One file of queue_log's history: where to begin in a log that nobody ever rotated."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from host_bridge.pbx.queue_log_file import CLOCK_SLACK_S, LogFile
from host_bridge.pbx.queue_log_history import BLOCK_BYTES, Part

FIRST_S = 1_600_000_000
EVERY_S = 60
LINES = 40_000


@pytest.fixture
def years(tmp_path: Path) -> Path:
    """A file of LINES lines, one every EVERY_S; some 2 MB."""
    path = tmp_path / "queue_log"
    path.write_text("".join(_line(number) for number in range(LINES)))
    return path


def _line(number: int) -> str:
    return f"{FIRST_S + number * EVERY_S}|{number}|q|NONE|ENTERQUEUE||0501234567|1\n"


def _second(number: int) -> int:
    return FIRST_S + number * EVERY_S


@pytest.mark.parametrize("number", [-5, 0, 1, 1_500, 20_000, LINES - 1, LINES, LINES + 7])
def test_a_long_file_is_begun_shortly_before_what_is_wanted(years: Path, number: int) -> None:
    part = Part(years)
    part.skip_before(_second(number))
    began = part.offset
    rest = part.read(1 << 30)
    part.close()
    assert began == 0 or years.read_bytes()[began - 1 : began] == b"\n"
    assert "".join(_line(each) for each in range(max(0, number), LINES)).encode() in rest
    wanted = sum(len(_line(each)) for each in range(max(0, number), LINES))
    assert len(rest) - wanted <= 2 * BLOCK_BYTES


@pytest.mark.parametrize("since", [0, 17_000, LINES - 3])
def test_a_follower_reads_just_what_is_wanted(years: Path, since: int) -> None:
    file = LogFile(years, _second(since))
    found = []
    while lines := file.read():
        found += [int(line.call) for line in lines]
    file.close()
    assert found == list(range(since, LINES))
    assert file.dropped == 0


def test_a_clock_that_was_set_back_by_an_hour(years: Path) -> None:
    """The hour before is told a second time, and none of it is left out."""
    back = CLOCK_SLACK_S // EVERY_S
    with years.open("a") as log:
        log.writelines(_line(number) for number in range(LINES - back, LINES + 3_000))
    file = LogFile(years, _second(LINES - back))
    found = []
    while lines := file.read():
        found += [int(line.call) for line in lines]
    file.close()
    assert found == [*range(LINES - back, LINES), *range(LINES - back, LINES + 3_000)]


def test_a_file_of_nonsense_is_read_from_its_start(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_bytes(b"x" * (9 * BLOCK_BYTES) + b"\n" + b"nothing\n" * 100_000 + _line(3).encode())
    part = Part(path)
    part.skip_before(_second(2))
    assert _line(3).encode() in part.read(1 << 30)
    part.close()


def test_a_packed_file_is_read_from_its_start(years: Path) -> None:
    packed = years.with_name("queue_log.1.gz")
    packed.write_bytes(gzip.compress(years.read_bytes()))
    part = Part(packed)
    part.skip_before(_second(LINES))
    assert part.read(20) == _line(0).encode()[:20]
    part.close()
