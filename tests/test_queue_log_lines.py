"""queue_log lines: every event of every Asterisk, and everything that is no line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_bridge.pbx.queue_log_lines import LINE_BYTES, LogLine, parse_line, split_lines

CAPTURES = sorted((Path(__file__).parent / "captures").glob("*.queue_log"))


def data(rest: str) -> tuple[int, int | None, int, int] | None:
    line = parse_line(f"1795323814|c.1|q|Alice|{rest}\n".encode())
    return None if line is None else line[5:]


def test_all_fields() -> None:
    assert parse_line(b"1795323820|1795323819.0|q1|Alice|CONNECT|1|1795323819.2|2\n") == LogLine(
        1795323820, "1795323819.0", "q1", "Alice", "CONNECT", 0, 1, 0, 2
    )


@pytest.mark.parametrize(
    ("rest", "position", "hold_s", "talk_s", "ring_s"),
    [
        ("ENTERQUEUE||555|3", 3, None, 0, 0),
        ("ENTERQUEUE|http://x|a|b|c|3", 3, None, 0, 0),  # a caller's name with bars
        ("ENTERQUEUE||555", 0, None, 0, 0),  # Asterisk 1.6
        ("CONNECT|7|1.2|4", 0, 7, 0, 4),
        ("CONNECT|7", 0, 7, 0, 0),  # Asterisk 1.4
        ("COMPLETECALLER|7|30|1", 0, 7, 30, 0),
        ("COMPLETEAGENT|7|30", 0, 7, 30, 0),
        ("BLINDTRANSFER|200|ctx|7|30|1", 0, 7, 30, 0),
        ("TRANSFER|200|ctx|7|30", 0, 7, 30, 0),
        ("ATTENDEDTRANSFER|BRIDGE|796cfb60|7|30|1", 0, 7, 30, 0),
        ("ATTENDEDTRANSFER|LINK|a|b|7|30|1", 0, 7, 30, 0),
        ("ATTENDEDTRANSFER|APP|Play|with|bars|7|30|1", 0, 7, 30, 0),
        ("ABANDON|1|2|9", 1, 9, 0, 0),
        ("EXITWITHTIMEOUT|1|2|9", 1, 9, 0, 0),
        ("EXITWITHTIMEOUT|1", 1, None, 0, 0),  # Asterisk 1.4
        ("EXITEMPTY|1|2|9", 1, 9, 0, 0),
        ("WITHDRAW|1|2|9|why", 1, 9, 0, 0),
        ("WITHDRAW|1|2|9|", 1, 9, 0, 0),
        ("EXITWITHKEY|5|1|2|9", 1, 9, 0, 0),
        ("EXITWITHKEY|5|1", 1, None, 0, 0),
        ("RINGNOANSWER|2000", 0, None, 0, 0),
        ("DID|0501234567", 0, None, 0, 0),
        ("OWN_EVENT|CONNECT|x", 0, None, 0, 0),  # of the application QueueLog()
        ("PAUSE|a|ABANDON|b", 0, None, 0, 0),
        ("CONNECT|-1|1.2|0", 0, 0, 0, 0),  # a clock set back
    ],
)
def test_data_of_each_event(rest: str, position: int, hold_s: int | None, talk_s: int, ring_s: int) -> None:
    assert data(rest) == (position, hold_s, talk_s, ring_s)


@pytest.mark.parametrize(
    "rest",
    ["ABANDON", "ABANDON|x|1|2", "CONNECT|", "COMPLETEAGENT|7", "ATTENDEDTRANSFER|1", "EXITWITHKEY|5", "CONNECT|٣|a|1"],
)
def test_numbers_that_are_none(rest: str) -> None:
    assert data(rest) is None


@pytest.mark.parametrize(
    "raw",
    [b"", b"\n", b"hello\n", b"1|2|3|4\n", b"x|c|q|a|ABANDON|1|1|1\n", b"1" * 99 + b"|c|q|a|PAUSE|\n"],
)
def test_what_is_no_line(raw: bytes) -> None:
    assert parse_line(raw) is None


def test_a_line_too_long() -> None:
    assert parse_line(b"1795323814|c|q|a|ENTERQUEUE||" + b"5" * LINE_BYTES + b"|1") is None


def test_a_member_whose_name_holds_bars() -> None:
    line = parse_line(b"1795323814|c|q|Al|ice|CONNECT|7|1.2|4\n")
    assert line is not None
    assert (line.agent, line.event, line.hold_s, line.ring_s) == ("Al|ice", "CONNECT", 7, 4)


def test_bytes_that_are_no_text() -> None:
    line = parse_line(b"\0\0\0001795323814|c|\xe9t\xe9|Ren\xe9|ABANDON|1|1|1\r\n")
    assert line is not None
    assert (line.at_s, line.queue, line.agent) == (1795323814, "�t�", "Ren�")


def test_a_line_that_a_power_cut_left_unfinished() -> None:
    start = b"1795323900|NONE|NONE|NONE|QUEUESTART|"
    torn = b"1795323814|c.1|q|NONE|ABAND"
    assert split_lines(torn + start) == [torn, start]
    for whole in (start, torn, b"", b"\n", b"|NONE|NONE|NONE|QUEUESTART|"):
        assert split_lines(whole) == [whole]


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: path.stem)
def test_every_line_that_asterisk_wrote_is_understood(path: Path) -> None:
    lines = path.read_bytes().splitlines()
    assert lines
    assert all(parse_line(line) is not None for line in lines)


@given(st.lists(st.sampled_from([b"|", b"ABANDON", b"CONNECT", b"1", b"-", b"\0", b"\xff", b"QUEUESTART", b" "])))
def test_nothing_is_an_error(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    parse_line(raw)
    assert b"".join(split_lines(raw)) == raw
