"""What `wallboardctl reconcile` reads and what it refuses: each in one clear line."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from host_bridge.ctl import program as ctl
from tests.small_log import DAY, LINES, NOON, call, log, refused

__all__ = ["log"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_rotated_files_in_any_order_and_packed_or_not(
    pack: Callable[[bytes], bytes], log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = LINES.splitlines(keepends=True)
    older = log.with_name("queue_log.1")
    older.write_bytes(pack("".join(lines[:4]).encode()))
    log.write_text("".join(lines[4:]) + f"{NOON + 50}|c4|support|NONE|ENTERQUEUE|||1\n")  # waits still
    code, out, _ = call(capsys, log, "--json")
    assert (code, json.loads(out)["queues"]["support"]["queue_log"]["answered"]) == (0, 0)  # it is in the older one
    code, out, _ = call(capsys, log, "--json", "--queue-log", older)
    support = json.loads(out)["queues"]["support"]["queue_log"]
    assert (code, support["answered"], support["abandoned"], support["aht_ms"]) == (0, 1, 1, 20_000)
    assert support["unresolved"] == 0  # the older one's QUEUESTART is no end for who joined later


def test_a_missing_file_is_one_line(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = log.with_name("nothing")
    assert refused(capsys, missing) == f"wallboardctl reconcile: {missing}: No such file or directory"
    (log.parent / "folder").mkdir()
    assert ctl.main(["reconcile", "--queue-log", str(log.parent / "folder"), "--day", DAY]) == 2
    assert capsys.readouterr().err == f"wallboardctl reconcile: {log.parent / 'folder'}: Is a directory\n"
    assert f"journal {missing}: there is no such file" in refused(capsys, log, "--journal", missing)
    no_journal = "no journal of a bridge: name the file that bridge.yaml calls journal"
    assert f"journal {log}: {no_journal}" in refused(capsys, log, "--journal", log)  # a file of another kind
    assert f"journal {log.parent}: a folder: name the file" in refused(capsys, log, "--journal", log.parent)


def test_damaged_gzip_is_one_line(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packed = log.with_name("queue_log.1.gz")
    whole = gzip.compress(LINES.encode() * 200)
    torn = whole[: len(whole) // 2]
    garbled = whole[:40] + bytes(byte ^ 0x5A for byte in whole[40:80]) + whole[80:]
    wrong_sum = whole[:-8] + bytes(8)
    for damaged in (torn, garbled, wrong_sum, whole[:5]):
        packed.write_bytes(damaged)
        assert f"{packed}: damaged packed data after line " in refused(capsys, packed)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"hello\nworld\n", random.Random(1).randbytes(4096), b"x" * 300_000])
def test_what_is_no_queue_log_is_one_line(content: bytes, log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.write_bytes(content)
    assert "no line in it is one of queue_log, expected epoch|call|queue|" in refused(capsys, log)


def test_lines_that_are_not_understood_are_counted(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    too_long = f"{NOON}|c8|support|NONE|ENTERQUEUE||{'5' * 70_000}|1\n".encode()
    log.write_bytes(b"\xff\xfe rubbish\n\0\0\n" + too_long + LINES.encode())
    code, out, err = call(capsys, log, "--json")
    assert (code, json.loads(out)["queues"]["support"]["queue_log"]["offered"]) == (0, 2)
    assert "2 lines of queue_log were not understood" in err


def test_a_line_that_a_dying_pbx_left_unfinished(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unfinished = f"{NOON + 50}|c9|support|NONE|ENTERQUEUE|||1\n{NOON + 60}|c9|supp"
    log.write_text(f"{LINES}{unfinished}{NOON + 90}|NONE|NONE|NONE|QUEUESTART|\n")
    support = json.loads(call(capsys, log, "--json")[1])["queues"]["support"]["queue_log"]
    assert (support["offered"], support["unresolved"]) == (3, 1)


def test_a_day_that_the_log_does_not_reach_is_one_line(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, log, day="2026-04-01") == (
        f"wallboardctl reconcile: {log}: no line is of 2026-04-01: "
        "the lines are from 2026-03-16 12:00:00 to 2026-03-16 12:00:39"
    )
    assert "no line is of " in refused(capsys, log, day="yesterday")


@pytest.mark.parametrize("day", ["2026-02-30", "monday", "1.3.2026", ""])
def test_a_day_that_is_none_is_wrong_usage(day: str, log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call(capsys, log, day=day)
    assert ended.value.code == 2
    assert f"{day!r} is no day, expected one like 2026-09-12, today or yesterday" in capsys.readouterr().err


def test_wrong_thresholds_are_told_with_their_places(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    thresholds = log.parent / "thresholds.yaml"
    thresholds.write_text("timezone: Asia/Jerusalme\n")
    assert refused(capsys, log).startswith(f"{thresholds}:1:11: timezone: ")


def test_the_same_file_twice_would_count_twice(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = ctl.main(["reconcile", "--queue-log", str(log), str(log), "--day", DAY])
    assert code == 2
    assert "named twice" in capsys.readouterr().err


def test_names_out_of_the_log_cannot_move_the_cursor(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.write_text(LINES.replace("c2|", "c2\x1b[2J|").replace("|sales|", "|\x1b[31msales|"))
    code, out, _ = call(capsys, log)
    assert code == 0
    assert "\x1b" not in out
    assert "c2\N{REPLACEMENT CHARACTER}[2J" in out
