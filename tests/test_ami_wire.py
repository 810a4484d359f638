"""AMI bytes to frames: every message whole, byte by byte and with what follows it, by one helper."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_bridge.pbx.ami_wire import ALLOWED_ACTIONS, FRAME_CAP, AmiParser, AmiWireError, Frame, encode_action

CAPTURE = (Path(__file__).parent / "captures" / "asterisk22_all_outcomes.ami").read_bytes()
BANNER = b"Asterisk Call Manager/11.0.0\r\n"

Told = list[tuple[str, list[tuple[str, str]]]]


def told(frames: list[Frame]) -> Told:
    return [(frame.event, frame.lines()) for frame in frames]


def feed(pieces: list[bytes], interesting: set[str] | None = None) -> Told:
    parser = AmiParser(interesting)
    return [frame for piece in pieces for frame in told(parser.feed(piece))]


def check_parse(data: bytes, expected: Told, interesting: set[str] | None = None) -> None:
    """`data` follows a banner and ends with a frame's end; `expected` is what it holds."""
    data = BANNER + data
    assert feed([data], interesting) == expected
    assert feed([bytes([byte]) for byte in data], interesting) == expected
    assert feed([data[:-1], data[-1:]], interesting) == expected
    trailing = b"Event: Reload\r\nModule: Al"  # not complete: must stay inside, and come out when it is
    assert feed([data + trailing], interesting) == expected
    assert feed([data + trailing, b"l\r\n\r\n"], None if interesting is None else interesting | {"Reload"}) == [
        *expected,
        ("Reload", [("Event", "Reload"), ("Module", "All")]),
    ]
    noise = random.Random(22)
    for _ in range(20):
        cuts = sorted(noise.randrange(len(data)) for _ in range(noise.randrange(1, 9)))
        pieces = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
        assert feed(pieces, interesting) == expected


def test_an_event() -> None:
    check_parse(
        b"Event: Hangup\r\nUniqueid: 17.1\r\nCause-txt: Normal: Clearing\r\nLanguage: \r\n\r\n",
        [
            (
                "Hangup",
                [("Event", "Hangup"), ("Uniqueid", "17.1"), ("Cause-txt", "Normal: Clearing"), ("Language", "")],
            )
        ],
    )


def test_a_response_and_an_event() -> None:
    check_parse(
        b"Response: Success\r\nActionID: 1\r\n\r\nEvent: Reload\r\n\r\n",
        [("", [("Response", "Success"), ("ActionID", "1")]), ("Reload", [("Event", "Reload")])],
    )


def test_empty_frames_are_skipped() -> None:
    check_parse(
        b"\r\nEvent: A\r\n\r\n\r\nEvent: B\r\n\r\n\r\n\r\nEvent: C\r\n\r\n",
        [("A", [("Event", "A")]), ("B", [("Event", "B")]), ("C", [("Event", "C")])],
    )


def test_events_nobody_wants_are_passed_over_and_counted() -> None:
    data = b"Event: Newchannel\r\nUniqueid: 1\r\n\r\nEvent: Hangup\r\nUniqueid: 1\r\n\r\nResponse: Error\r\n\r\n"
    check_parse(
        data,
        [("Hangup", [("Event", "Hangup"), ("Uniqueid", "1")]), ("", [("Response", "Error")])],
        {"Hangup"},
    )
    parser = AmiParser({"Hangup"})
    parser.feed(BANNER + data)
    assert parser.skipped == 1


def test_characters_torn_by_the_transport_are_whole() -> None:
    check_parse(
        "Event: X\r\nMemberName: רחל é 😀\r\n\r\n".encode(), [("X", [("Event", "X"), ("MemberName", "רחל é 😀")])]
    )


def test_bytes_that_are_no_utf8_break_nothing() -> None:
    check_parse(
        b"Event: X\r\nA: Ren\xe9\r\nB: 1\r\n\r\n",
        [("X", [("Event", "X"), ("A", "Ren\N{REPLACEMENT CHARACTER}"), ("B", "1")])],
    )


def test_of_a_repeated_key_the_first_counts_and_all_are_there() -> None:
    (frame,) = AmiParser().feed(BANNER + b"Event: X\r\nVar: a=1\r\nVar: b=2\r\nLast: z\r\n\r\n")
    assert frame.get("Var") == "a=1"
    assert frame.all("Var") == ["a=1", "b=2"]
    assert frame.fields() == {"Event": "X", "Var": "a=1", "Last": "z"}
    assert frame.get("Last") == "z"


def test_a_missing_key_is_the_default_and_no_key_is_found_inside_a_value() -> None:
    (frame,) = AmiParser().feed(BANNER + b"Event: X\r\nName: Queue: sales\r\nDestQueue: 7\r\n\r\n")
    assert frame.get("Queue") == ""
    assert frame.get("Queue", "none") == "none"
    assert frame.response == ""


def test_the_response_of_a_response() -> None:
    (frame,) = AmiParser().feed(BANNER + b"Response: Error\r\nMessage: Authentication failed\r\n\r\n")
    assert (frame.event, frame.response, frame.get("Message")) == ("", "Error", "Authentication failed")


def test_the_banner_comes_alone_in_pieces_or_with_the_first_answer() -> None:
    for pieces in ([BANNER], [bytes([byte]) for byte in BANNER], [BANNER + b"Response: Success\r\n\r\n"]):
        parser = AmiParser()
        assert parser.banner is None
        for piece in pieces:
            parser.feed(piece)
        assert parser.banner == "11.0.0"


@pytest.mark.parametrize(
    "first", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400 Bad Request\r\n", b"\x15\x03\x03\x00\x02", b"\r\n"]
)
def test_what_is_no_manager_is_told(first: bytes) -> None:
    with pytest.raises(AmiWireError, match="no Asterisk manager"):
        AmiParser().feed(first)


def test_a_banner_that_does_not_end_is_an_error() -> None:
    with pytest.raises(AmiWireError):
        AmiParser().feed(b"Asterisk Call Manager/" + b"1" * 300)


@pytest.mark.parametrize("piece", [1 << 20, 4096])
def test_a_frame_that_does_not_end_is_capped(piece: int) -> None:
    parser = AmiParser()
    parser.feed(BANNER)
    parser.feed(b"Event: X\r\nA: ")
    with pytest.raises(AmiWireError, match=str(FRAME_CAP)):
        for _ in range(2 * FRAME_CAP // piece):
            parser.feed(b"x" * piece)


def test_the_cap_is_a_frames_and_not_a_reads() -> None:
    parser = AmiParser(cap=100)
    frame = b"Event: X\r\nA: 1\r\n\r\n"
    assert len(parser.feed(BANNER + frame * 50)) == 50
    with pytest.raises(AmiWireError):
        parser.feed(b"Event: X\r\nA: " + b"x" * 100 + b"\r\n\r\n")


def test_the_recorded_capture() -> None:
    body = CAPTURE.removeprefix(BANNER)
    assert len(body) == len(CAPTURE) - len(BANNER)
    expected: Told = []
    for text in body.decode().split("\r\n\r\n")[:-1]:
        pairs = [(line.split(": ", 1)[0], line.split(": ", 1)[1]) for line in text.split("\r\n")]
        expected.append((pairs[0][1] if pairs[0][0] == "Event" else "", pairs))
    assert len(expected) == 300
    check_parse(body, expected)
    names = Counter(event for event, _ in expected)
    assert (names["QueueCallerJoin"], names["QueueCallerAbandon"], names["Hangup"]) == (13, 6, 56)


KEYS = st.text("ABCdef-", min_size=1, max_size=6)
VALUES = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=20)


@given(st.lists(st.lists(st.tuples(KEYS, VALUES), max_size=5), max_size=5), st.integers(1, 30))
def test_whatever_is_framed_comes_back(frames: list[list[tuple[str, str]]], size: int) -> None:
    wire = "".join(
        "".join(f"{key}: {value}\r\n" for key, value in [("Event", "X"), *pairs]) + "\r\n" for pairs in frames
    )
    data = BANNER + wire.encode()
    got = feed([data[at : at + size] for at in range(0, len(data), size)])
    assert got == [("X", [("Event", "X"), *pairs]) for pairs in frames]


def test_an_action_on_the_wire() -> None:
    assert encode_action("QueueStatus", ActionID="list-1", Queue="מכירות") == (
        "Action: QueueStatus\r\nActionID: list-1\r\nQueue: מכירות\r\n\r\n".encode()
    )
    assert all(encode_action(name) == f"Action: {name}\r\n\r\n".encode() for name in ALLOWED_ACTIONS)


@pytest.mark.parametrize("name", ["QueueReset", "QueueWithdrawCaller", "Originate", "Command", "login", ""])
def test_no_other_action_can_be_sent(name: str) -> None:
    with pytest.raises(AmiWireError, match="not one that a reader sends"):
        encode_action(name)


def test_the_longest_line_that_asterisk_reads_whole() -> None:
    longest = "x" * (1024 - len("Queue: \r\n"))
    assert longest.encode() in encode_action("QueueStatus", Queue=longest)
    with pytest.raises(AmiWireError, match="longer than"):
        encode_action("QueueStatus", Queue=longest + "x")


@pytest.mark.parametrize("value", ["a\rb", "a\nb", "a\0b", "x\r\nAction: QueueReset", "x" * 1024])
def test_no_value_can_smuggle_a_line_or_be_cut(value: str) -> None:
    with pytest.raises(AmiWireError, match="Queue of action QueueStatus"):
        encode_action("QueueStatus", Queue=value)
