"""The demo's PBX on the wire: what it says is shaped like the captures."""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from host_bridge.demo import queue_log
from host_bridge.demo.ami_talk import BANNER, AmiTalk
from host_bridge.demo.centre import Centre
from host_bridge.demo.frames import frames
from host_bridge.demo.happenings import MembersChanged
from host_bridge.demo.lists import params
from host_bridge.demo.people import Line
from host_bridge.pbx.ami_wire import Frame
from tests.demo_client import CHALLENGE, SECRET, START_MS, USER, all_frames, ask, said

CAPTURES = Path(__file__).parent / "captures"

Shape = tuple[str, ...]


def shape_of(frame: Frame) -> Shape:
    """The keys of a frame in their order, without the ActionID that only some requests have."""
    return tuple(key for key, _ in frame.lines() if key not in ("", "ActionID"))


def value_class(text: str) -> str:
    for name, pattern in (("empty", ""), ("int", r"-?\d+"), ("decimal", r"\d+\.\d+")):
        if re.fullmatch(pattern, text):
            return name
    return "text"


def name_of(frame: Frame) -> str:
    """An event's name, or what tells a response from the others."""
    return frame.event or f"{frame.response} {frame.get('Message') or ' '.join(shape_of(frame))}"


def recorded() -> list[Frame]:
    """All frames of all captures. The first one was taken without `timestampevents`' filters, all with its stamps."""
    return [each for path in sorted(CAPTURES.glob("*.ami")) for each in all_frames(path.read_bytes())]


def busy_centre() -> Centre:
    """Half an hour of a very busy day, with callers turned away and agents who come and go."""
    return Centre(1, START_MS, hour=15.5, load=2.5)


def everything() -> bytes:
    """All that a client is sent in a long half hour, and the answers to all that a reader asks."""
    centre = busy_centre()
    data = BANNER
    happenings = centre.advance(START_MS + 5_400_000)
    data += b"".join(event for happening in happenings for _, event in frames(happening))
    now_ms = START_MS + 5_400_000
    talk = AmiTalk(centre, USER, SECRET, CHALLENGE)
    data += said(talk, ask("Challenge", AuthType="MD5", ActionID="1"), now_ms)
    key = hashlib.md5((CHALLENGE + SECRET).encode()).hexdigest()
    data += said(talk, ask("Login", AuthType="MD5", Username=USER, Key=key, Events="on", ActionID="2"), now_ms)
    for action in ("Ping", "QueueStatus", "QueueSummary"):
        data += said(talk, ask(action, ActionID="3"), now_ms)
    return data


def test_every_frame_has_the_keys_of_asterisk_in_its_order() -> None:
    real: dict[str, set[Shape]] = defaultdict(set)
    for each in recorded():
        real[name_of(each)].add(shape_of(each))
    mine: Counter[str] = Counter()
    for each in all_frames(everything()):
        name = name_of(each)
        mine[name] += 1
        assert shape_of(each) in real[name], f"{name}: {shape_of(each)}\nASTERISK: {real[name]}"
    expected = {
        "Newexten", "QueueCallerJoin", "QueueCallerLeave", "QueueCallerAbandon", "AgentCalled", "AgentConnect",
        "AgentComplete", "AgentRingNoAnswer", "VarSet", "HangupRequest", "Hangup", "QueueMemberStatus",
        "QueueMemberPause", "QueueMemberAdded", "QueueMemberRemoved", "FullyBooted", "QueueParams", "QueueMember",
        "QueueEntry", "QueueStatusComplete", "QueueSummary", "QueueSummaryComplete",
        "Success Authentication accepted", "Success Queue status will follow",
    }  # fmt: skip
    assert expected <= set(mine)


def test_every_value_is_of_a_class_that_asterisk_sends() -> None:
    real: dict[tuple[str, str], set[str]] = defaultdict(set)
    for each in recorded():
        for key, value in each.lines():
            real[name_of(each), key].add(value_class(value))
    # A number that is not known is "<unknown>", which the captures have in other frames (Hangup); a queue has a length.
    free = {"CallerIDName", "ConnectedLineNum", "DestConnectedLineNum", "ConnectedLineName", "DestCallerIDName"}
    free |= {"DestConnectedLineName", "ActionID", "PausedReason", "Exten", "Extension", "DestExten"}
    for each in all_frames(everything()):
        for key, value in each.lines():
            if key == "Timestamp":
                assert re.fullmatch(r"\d{10}\.\d{6}", value)
            if key.startswith("ServicelevelPerf"):
                assert re.fullmatch(r"\d+\.\d", value)
            if key not in free:
                assert value_class(value) in real[name_of(each), key], f"{name_of(each)}: {key}: {value}"


def test_a_talk_whose_caller_was_gone_first_has_no_channel_of_theirs() -> None:
    done = [each for each in all_frames(everything()) if each.event == "AgentComplete"]
    without = [each for each in done if not each.get("Uniqueid")]
    assert without
    assert len(without) < len(done) / 10
    assert all(each.get("DestUniqueid") and each.get("Queue") and each.get("Interface") for each in without)


def test_queue_log_lines_have_the_fields_of_asterisk() -> None:
    def shape(line: str) -> tuple[str, Shape]:
        epoch, call, queue, agent, event, *data = line.split("|")
        return event, tuple(value_class(each) for each in (epoch, call, queue, agent, *data))

    real = {shape(line) for path in CAPTURES.glob("*.queue_log") for line in path.read_text().splitlines()}
    centre = busy_centre()
    happenings = centre.advance(START_MS + 5_400_000)
    mine = [line for happening in happenings for line in queue_log.lines(happening)]
    mine.append(queue_log.started(START_MS))
    for line in mine:
        assert shape(line) in real, line
    assert {line.split("|")[4] for line in mine} == {
        "QUEUESTART", "ENTERQUEUE", "CONNECT", "COMPLETECALLER", "COMPLETEAGENT", "BLINDTRANSFER", "ABANDON",
        "EXITWITHTIMEOUT", "EXITWITHKEY", "RINGNOANSWER", "RINGCANCELED", "ADDMEMBER", "REMOVEMEMBER", "PAUSE",
        "UNPAUSE", "PAUSEALL", "UNPAUSEALL",
    }  # fmt: skip


def test_names_in_hebrew_go_over_the_wire_as_utf8() -> None:
    names = {each.get("MemberName") for each in all_frames(everything()) if each.event == "QueueMemberStatus"}
    assert "נועה" in names or "שירה" in names


@pytest.mark.parametrize("capture", sorted(CAPTURES.glob("*.ami")), ids=lambda path: path.stem)
def test_the_figures_of_a_queue_are_those_that_asterisk_counted(capture: Path) -> None:
    """The events of a capture, counted by a Line, make the QueueParams that stand in the same capture.

    Not where Asterisk counts what it says in no event: a masquerade (an abandon without one), an agent who drops the
    call and one with a delay before the talk (waits without an AgentConnect, or shorter than its HoldTime).
    """
    apart = {"asterisk22_refused_and_moved": {"support"}, "asterisk22_all_outcomes": {"qdump", "qdelay"}}
    lines: dict[str, Line] = {}
    checked = 0
    for each in all_frames(capture.read_bytes()):
        line = lines.setdefault(each.get("Queue"), Line(each.get("Queue"), 0, 20))
        hold_s = int(each.get("HoldTime") or 0)
        if each.event == "AgentConnect":
            line.answered(hold_s)
        elif each.event == "AgentComplete":
            line.finished(hold_s, int(each.get("TalkTime")))
        elif each.event == "QueueCallerAbandon":
            line.gave_up(hold_s, "abandoned")
        elif each.event == "QueueParams" and line.name not in apart.get(capture.stem, ()):
            line.service_level_s = int(each.get("ServiceLevel"))
            mine = dict(params(line))
            for key in ("Holdtime", "TalkTime", "Completed", "Abandoned"):
                assert str(mine[key]) == each.get(key), (line.name, key)
            if capture.stem == "asterisk22_two_queues":  # one service level, and known from the start
                assert mine["ServicelevelPerf"] == each.get("ServicelevelPerf")
                assert mine["ServicelevelPerf2"] == each.get("ServicelevelPerf2")
            checked += line.completed > 0
    assert checked


def test_a_change_of_members_is_told_by_every_queue_they_serve() -> None:
    centre = Centre(1, START_MS)
    added = next(each for each in centre.advance(START_MS + 10) if isinstance(each, MembersChanged))
    told = [event for _, event in frames(added)]
    assert len(told) == len(added.members) > 1
    assert all(b"Event: QueueMemberAdded\r\n" in event for event in told)
