"""What the demo's PBX answers: every text was said by a real Asterisk 22 to a user who may only read."""

from __future__ import annotations

import hashlib

import pytest

from host_bridge.demo.ami_talk import BANNER, AmiTalk
from host_bridge.demo.centre import Centre
from tests.demo_client import CHALLENGE, SECRET, START_MS, USER, all_frames, ask, said


def logged_in(centre: Centre, now_ms: int = START_MS, events: str = "on") -> AmiTalk:
    talk = AmiTalk(centre, USER, SECRET, CHALLENGE)
    talk.receive(ask("Login", Username=USER, Secret=SECRET, Events=events), now_ms)
    assert talk.logged_in
    return talk


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (ask("Ping", ActionID="1"), "Response: Error|ActionID: 1|Message: Permission denied||"),
        (ask("Nonsense"), "Response: Error|Message: Permission denied||"),
        (b"ActionID: 2\r\n\r\n", "Response: Error|ActionID: 2|Message: Missing action in request||"),
        (b"\r\n", "Response: Error|Message: Missing action in request||"),
        (ask("Challenge", ActionID="3"), "Response: Error|ActionID: 3|Message: Must specify AuthType||"),
        (ask("Challenge", AuthType="SHA"), "Response: Error|Message: Must specify AuthType||"),
        (b"action: challenge\r\nauthtype: md5\r\n\r\n", f"Response: Success|Challenge: {CHALLENGE}||"),
        (ask("Logoff", ActionID="9"), "Response: Goodbye|ActionID: 9|Message: Thanks for all the fish.||"),
    ],
)
def test_before_the_login(request_: bytes, answer: str) -> None:
    talk = AmiTalk(Centre(1, START_MS), USER, SECRET, CHALLENGE)
    assert said(talk, request_).decode() == answer.replace("|", "\r\n")


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (ask("Ping", ActionID="x"), "Response: Success|ActionID: x|Ping: Pong|Timestamp: 1800000000.250000||"),
        (
            ask("Nonsense"),
            "Response: Error|Message: Invalid/unknown command: Nonsense. "
            "Use Action: ListCommands to show available commands.||",
        ),
        (ask("Originate", ActionID="x"), "Response: Error|ActionID: x|Message: Permission denied||"),
        (ask("QueuePause", Queue="sales"), "Response: Error|Message: Permission denied||"),
        (ask("QueueReset"), "Response: Error|Message: Permission denied||"),  # a real one obeys even a reader
        (ask("Events"), "Response: Error|Message: Invalid event mask||"),
        (ask("Events", EventMask="off"), "Response: Success|Events: Off||"),
        (ask("Login", Username="a", Secret="b"), "Response: Success|Message: Already authenticated||"),
        (
            ask("QueueStatus", Queue="nope", ActionID="x"),
            "Response: Success|ActionID: x|EventList: start|Message: Queue status will follow||"
            "Event: QueueStatusComplete|ActionID: x|EventList: Complete|ListItems: 0||",
        ),
        (
            ask("QueueSummary", Queue="nope"),
            "Response: Success|EventList: start|Message: Queue summary will follow||"
            "Event: QueueSummaryComplete|EventList: Complete|ListItems: 0||",
        ),
    ],
)
def test_after_the_login(request_: bytes, answer: str) -> None:
    assert said(logged_in(Centre(1, START_MS)), request_).decode() == answer.replace("|", "\r\n")


def test_a_wrong_secret_is_refused_after_a_second_and_closed() -> None:
    wrong_key = hashlib.md5(b"not it").hexdigest()
    wrong = ({"Secret": "wrong"}, {"AuthType": "MD5", "Key": wrong_key}, {}, {"Username": "else", "Secret": SECRET})
    for fields in wrong:
        talk = AmiTalk(Centre(1, START_MS), USER, SECRET, CHALLENGE)
        talk.receive(ask("Challenge", AuthType="MD5"), START_MS)
        (answer,) = talk.receive(ask("Login", **{"Username": USER, **fields}) + ask("Ping"), START_MS)
        assert answer.data == b"Response: Error\r\nMessage: Authentication failed\r\n\r\n"
        assert (answer.after_ms, answer.close) == (1_000, True)
        assert not talk.logged_in


def test_a_key_without_a_challenge_of_this_connection_is_refused() -> None:
    key = hashlib.md5((CHALLENGE + SECRET).encode()).hexdigest()
    talk = AmiTalk(Centre(1, START_MS), USER, SECRET, CHALLENGE)
    (answer,) = talk.receive(ask("Login", AuthType="MD5", Username=USER, Key=key), START_MS)
    assert answer.close


def test_requests_may_come_in_any_pieces() -> None:
    data = ask("Challenge", AuthType="MD5", ActionID="1") + ask("Ping", ActionID="2")
    whole = said(AmiTalk(Centre(1, START_MS), USER, SECRET, CHALLENGE), data)
    talk = AmiTalk(Centre(1, START_MS), USER, SECRET, CHALLENGE)
    assert b"".join(said(talk, data[at : at + 1]) for at in range(len(data))) == whole
    assert whole.count(b"Response: ") == 2


def test_events_are_sent_by_class() -> None:
    centre = Centre(1, START_MS)
    assert [kind for kind in ("system", "agent", "call", "dialplan") if logged_in(centre).wants(kind)] == [
        "system", "agent", "call", "dialplan",
    ]  # fmt: skip
    some = logged_in(centre, events="agent,call")
    assert [some.wants(kind) for kind in ("system", "agent", "call", "dialplan")] == [False, True, True, False]
    assert not logged_in(centre, events="off").wants("agent")
    quiet = AmiTalk(centre, USER, SECRET, CHALLENGE)
    assert b"FullyBooted" not in said(quiet, ask("Login", Username=USER, Secret=SECRET, Events="off"))


def test_a_summary_counts_who_is_there_and_who_is_free() -> None:
    centre = Centre(2, START_MS - 300_000, speed=6.0)
    seen = set()
    for now_ms in range(START_MS, START_MS + 600_000, 10_000):
        centre.advance(now_ms)
        answer = all_frames(BANNER + said(logged_in(centre), ask("QueueSummary"), now_ms))
        summaries = {each.get("Queue"): each for each in answer if each.event == "QueueSummary"}
        for name, line in centre.lines.items():
            here = [seat for seat in centre.seats if seat.logged_in and name in seat.skills]
            free = [seat for seat in here if seat.caller is None and seat.reason is None]
            assert int(summaries[name].get("LoggedIn")) == len(here)
            assert int(summaries[name].get("Available")) == len(free)
            assert int(summaries[name].get("Callers")) == len(line.callers)
            seen |= {(seat.reason is not None, seat.caller is None) for seat in here}
    assert {(True, True), (False, True), (False, False)} <= seen


def test_one_queue_and_one_member_can_be_asked_for() -> None:
    centre = Centre(2, START_MS - 60_000, speed=6.0)
    centre.advance(START_MS)
    asked = all_frames(BANNER + said(logged_in(centre), ask("QueueStatus", Queue="service", Member="PJSIP/102")))
    assert {each.get("Queue") for each in asked if each.get("Queue")} == {"service"}
    assert [each.get("Location") for each in asked if each.event == "QueueMember"] == ["PJSIP/102"]
