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


def test_a_clock_that_was_set_back(tmp_path: Path) -> None:
    """Its last second before that counts, though older ones were written behind it."""
    path = tmp_path / "queue_log"
    seconds = [FIRST_S + number // 20 for number in range(CLOCK_SLACK_S * 20)]
    path.write_text("".join(f"{second}|{number}|q|A|PAUSE|\n" for number, second in enumerate(seconds * 2)))
    file = LogFile(path, seconds[-1])
    found = []
    while lines := file.read():
        found += [int(line.call) for line in lines]
    file.close()
    assert found == [*range(len(seconds) - 20, len(seconds)), *range(2 * len(seconds) - 20, 2 * len(seconds))]


def test_all_lines_of_the_second_are_wanted(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    path.write_text(_line(7) * 20_000)
    part = Part(path)
    part.skip_before(_second(7))
    assert part.offset == 0
    part.close()


def test_what_is_wanted_stands_before_nonsense(years: Path) -> None:
    with years.open("ab") as log:
        log.write(b"x" * (9 * BLOCK_BYTES) + b"\n" + b"nothing\n" * 400_000)
    part = Part(years)
    part.skip_before(_second(LINES - 2))
    assert part.read(1 << 30).count(_line(LINES - 2).encode()) == 1
    part.close()


def test_a_packed_file_is_read_from_its_start(years: Path) -> None:
    packed = years.with_name("queue_log.1.gz")
    packed.write_bytes(gzip.compress(years.read_bytes()))
    part = Part(packed)
    part.skip_before(_second(LINES))
    assert part.read(20) == _line(0).encode()[:20]
    part.close()
