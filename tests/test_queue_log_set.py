"""queue_log files that a person named, as one log."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from host_bridge.pbx.queue_log_lines import LINE_BYTES
from host_bridge.pbx.queue_log_set import FAR_S, LONG_AGO_S, LogSet, SourceError

BEGIN_S = 1_795_000_000


def line(at_s: int) -> str:
    return f"{BEGIN_S + at_s}|{BEGIN_S + at_s}.1|sales|NONE|ENTERQUEUE||050|1\n"


def written(path: Path, *seconds: int) -> Path:
    path.write_text("".join(map(line, seconds)))
    return path


def seconds(log: LogSet) -> list[int]:
    return [each.at_s - BEGIN_S for each in log.lines()]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_files_in_any_order_packed_or_not(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    packed = tmp_path / "queue_log-20261122"
    packed.write_bytes(pack("".join(map(line, range(5_000))).encode()))
    log = LogSet([written(tmp_path / "queue_log", 6_000, 6_001), packed, written(tmp_path / "queue_log.1", 5_500)])
    assert seconds(log) == [*range(5_000), 5_500, 6_000, 6_001]
    assert (log.dropped, log.late) == (0, 0)
    assert log.read_bytes == log.all_bytes


def test_the_same_log_twice_would_count_twice(tmp_path: Path) -> None:
    log = written(tmp_path / "queue_log", 1, 2, 3)
    with pytest.raises(SourceError, match=r"queue_log: named twice, its calls would count twice"):
        LogSet([log, tmp_path / "x" / ".." / "queue_log"])
    copy = tmp_path / "queue_log.gz"
    copy.write_bytes(gzip.compress(log.read_bytes() + line(4).encode()))  # the live file has grown since, or the copy
    with pytest.raises(SourceError, match=r"queue_log(\.gz)?: begins as .*queue_log(\.gz)? does; name one of them"):
        LogSet([log, copy])


def test_lines_as_long_as_one_likes_are_cut_and_counted_once(tmp_path: Path) -> None:
    path = tmp_path / "queue_log"
    for length in (LINE_BYTES, 5 * LINE_BYTES, 20 * LINE_BYTES + 17):
        path.write_bytes(line(1).encode() + b"x" * length + b"\n" + line(2).encode() + b"y" * length)
        log = LogSet([path])
        assert (seconds(log), log.dropped) == ([1, 2], 2)


def test_what_is_understood_does_not_depend_on_where_pieces_of_the_file_end(tmp_path: Path) -> None:
    rng = random.Random(7)
    for _ in range(20):
        parts, whole = [], 0
        while sum(map(len, parts)) < 9 * LINE_BYTES:
            if rng.random() < 0.3:
                parts.append("x" * rng.choice((1, 9_000, LINE_BYTES, 4 * LINE_BYTES, 5 * LINE_BYTES)) + "\n")
            else:
                whole += 1
                parts.append(line(whole))
        path = tmp_path / "queue_log"
        path.write_text("".join(parts))
        log = LogSet([path])
        assert seconds(log) == list(range(1, whole + 1))
        assert log.dropped == len(parts) - whole


def test_a_single_second_of_another_time_is_damage(tmp_path: Path) -> None:
    far = 50 * 365 * 86_400
    for at_s in (far, -far, FAR_S + 100, -LONG_AGO_S - 100):
        log = LogSet([written(tmp_path / "queue_log", 10, 11, at_s, 12)])
        assert (seconds(log), log.dropped) == ([10, 11, 12], 1)
    for at_s in (far, -far):  # the very first, and the last
        log = LogSet([written(tmp_path / "queue_log", at_s, 10, 11)])
        assert (seconds(log), log.dropped) == ([10, 11], 1)
    log = LogSet([written(tmp_path / "queue_log", 10, 11, far)])
    assert (seconds(log), log.dropped) == ([10, 11], 1)


def test_a_long_silence_is_none(tmp_path: Path) -> None:
    log = LogSet([written(tmp_path / "queue_log", 10, 11, 90 * 86_400, 90 * 86_400 + 5)])
    assert (seconds(log), log.dropped) == ([10, 11, 90 * 86_400, 90 * 86_400 + 5], 0)
    assert seconds(LogSet([written(tmp_path / "queue_log", 10)])) == [10]


def test_a_clock_that_was_set_back(tmp_path: Path) -> None:
    log = LogSet([written(tmp_path / "queue_log", 10, 11, 11, 8, 12, 3_700, 101, 102)])
    assert seconds(log) == [10, 11, 11, 8, 12, 3_700, 101, 102]
    assert (log.dropped, log.late, log.late_s) == (0, 3, 3_599)
