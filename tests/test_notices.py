"""Notices: what people set, what boards are told, and what becomes of an earlier run's; the clock is the test's."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from config.yaml_file import parse
from firmware.core import wire
from host_bridge.announce.messages import Messages
from host_bridge.announce.notices import Notices
from host_bridge.announce.publisher import Publisher
from host_bridge.thresholds import build

STARTED = 1_763_000_000_000
LOG = logging.getLogger("test.notices")
HOUR_MS = 3_600_000


class Rig:
    """A bridge's notices, a broker that acknowledges at once, and what it holds retained on `notice`."""

    def __init__(self, started: int = STARTED) -> None:
        self.now_ms = started + 1_000
        self.publisher = Publisher()
        limits = build(parse(b"timezone: Asia/Jerusalem\n", "t.yaml"))
        self.notices = Notices(Messages("test", started, "1", limits), self.publisher, LOG)
        self.published: list[bytes] = []

    def set(self, text: Any = "Lunch", retained: bool = False, **fields: Any) -> None:
        self.raw(json.dumps({"v": 1, "text": text, **fields}).encode(), retained)

    def raw(self, payload: bytes, retained: bool = False) -> None:
        self.notices.receive("wallboard/test/notice/set", payload, retained, self.now_ms)
        self.send()

    def found(self, payload: bytes) -> None:
        """What the broker held when the bridge subscribed."""
        self.notices.receive("wallboard/test/notice", payload, True, self.now_ms)
        self.send()

    def wait(self, ms: int) -> None:
        """Time passes, and a heartbeat comes."""
        self.now_ms += ms
        self.notices.tick(self.now_ms)
        self.send()

    def own(self, text: str) -> None:
        """What the bridge itself has to say."""
        self.notices.add(text, self.now_ms)
        self.send()

    def send(self) -> None:
        for topic, payload in self.publisher.take(self.now_ms):
            assert topic == "wallboard/test/notice"
            self.published.append(payload)
            self.publisher.acked(topic)

    @property
    def notice(self) -> dict[str, Any] | None:
        """As a board reads it."""
        return wire.read(wire.NOTICE, self.published[-1]) if self.published[-1] else None


@pytest.fixture(autouse=True)
def listen(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "test.notices")


def left_over(text: str = "Lunch", started: int = STARTED - HOUR_MS, **fields: Any) -> bytes:
    return json.dumps({"v": 1, "started": started, "text": text, "text_visual": text, **fields}).encode()


def test_a_notice_reaches_boards_in_display_order() -> None:
    rig = Rig()
    rig.set('ישיבת צוות (חדר 3) בשעה 14:30 בחו"ל', until=STARTED + HOUR_MS)
    assert rig.notice == {
        "v": 1,
        "started": STARTED,
        "text": 'ישיבת צוות (חדר 3) בשעה 14:30 בחו"ל',
        "text_visual": 'ל"וחב 14:30 העשב (3 רדח) תווצ תבישי',
        "rtl": True,
        "until": STARTED + HOUR_MS,
    }


def test_a_length_is_counted_from_when_it_is_heard() -> None:
    rig = Rig()
    rig.set(for_ms=90_000)
    assert rig.notice is not None and rig.notice["until"] == rig.now_ms + 90_000


def test_a_notice_is_taken_back_when_its_time_has_passed() -> None:
    rig = Rig()
    rig.set(for_ms=90_000)
    rig.wait(89_999)
    assert rig.notice is not None
    rig.wait(1)
    assert rig.published[1:] == [b""]
    rig.wait(HOUR_MS)
    assert len(rig.published) == 2, "once is enough"


def test_without_a_time_it_stays_until_an_empty_text_takes_it_back() -> None:
    rig = Rig()
    rig.set()
    rig.wait(400 * 24 * HOUR_MS)
    assert rig.notice is not None and rig.notice["until"] is None
    rig.set(" \n\u200f", until=1)
    assert rig.published[1:] == [b""]
    rig.wait(1_000)
    rig.set("")
    assert len(rig.published) == 2, "there was none"


def test_the_newest_holds_with_its_own_time() -> None:
    rig = Rig()
    rig.set("one", for_ms=60_000)
    rig.wait(1_000)
    rig.set("two")
    rig.wait(120_000)
    assert rig.notice is not None and rig.notice["text"] == "two"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one\ntwo\r\n\tthree  four", "one two three four"),
        ("\u2067א\u2069\u0000 \u200fב\u0007", "א ב"),
        ("חֲדָשׁ", "חדש"),
        ("half \ud83d", "half ?"),
        ("x" * 500, "x" * 500),
        ("\u05b0" * 900 + "x" * 500, "x" * 500),
    ],
)
def test_any_text_is_made_one_line_of_what_boards_can_draw(text: str, shown: str) -> None:
    rig = Rig()
    rig.set(text)
    assert rig.notice is not None and rig.notice["text"] == shown


UNUSABLE = [
    (b"[]", "expected a JSON object"),
    (b"{", "no JSON: "),
    (b"\xff\xfe", "no JSON: "),
    (b'{"text": "x"}', "v is missing, expected 1"),
    (b'{"v": 2, "text": "x"}', "v is 2, "),
    (b'{"v": 1}', "text: missing, expected text of 0 to 500 characters"),
    (b'{"v": 1, "text": 5}', "text: 5, expected text of 0 to 500 characters"),
    (b'{"v": 1, "text": "x", "until": "14:30"}', "until: '14:30', expected a whole number, 0 or more"),
    (b'{"v": 1, "text": "x", "until": 1763000000}', "until: 1763000000 has passed, the bridge's clock is at "),
    (b'{"v": 1, "text": "x", "for_ms": 999}', "for_ms: 999, expected a whole number from 1000 to "),
    (b'{"v": 1, "text": "x", "for_ms": 1500.5}', "holds a number that is not whole"),
    (b'{"v": 1, "text": "x", "for_ms": 1000, "until": 99999999999999}', "until and for_ms, expected one of them"),
    (b'{"v": 1, "text": "%s"}' % (b"x" * 501), "text: 501 characters, expected at most 500"),
    (b'{"v": 1, "text": "%s"}' % (b"x" * 99_999), "text: 99999 characters, expected at most 500"),
    (b'{"v": 1, "text": "%s"}' % (b"x" * 999_999), "1000019 bytes, expected at most "),
]


@pytest.mark.parametrize(("payload", "line"), UNUSABLE)
def test_what_cannot_be_used_changes_nothing_and_is_told_once(
    payload: bytes, line: str, caplog: pytest.LogCaptureFixture
) -> None:
    rig = Rig()
    rig.set("Lunch")
    for _ in range(3):
        rig.raw(payload)
        rig.wait(1_000)
    assert len(rig.published) == 1 and rig.notice is not None
    assert rig.notices.refused == 3
    (told,) = caplog.messages
    assert told.startswith(f"notice/set: {line}")
    assert told.endswith(" (told once; it changes nothing)")


def test_a_retained_wish_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig()
    rig.set("Old", retained=True)
    rig.raw(b"", retained=False)  # somebody clears it
    assert rig.published == []
    assert caplog.messages == [
        "notice/set: is retained, and would be set at each connection: clear it, and set it without retain "
        "(told once; it changes nothing)"
    ]


def test_a_flood_of_mistakes_is_one_line_a_kind(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig()
    for number in range(500):
        rig.raw(b'{"v": 1, "text": "x", "until": %d}' % number)
        rig.raw(b'{"v": 1, "text": "x", "until": "%d o\'clock"}' % number)
        rig.raw(b'{"v": %d, "text": "x"}' % (number + 2))
        rig.raw(b"%d no JSON {" % number)
        rig.raw(b"\xff" * number + b"x")
        rig.set("y" * (501 + number))
    assert rig.notices.refused == 3_000
    assert len(caplog.messages) == 5, caplog.messages  # what is no JSON is one kind
    assert rig.published == []


def test_a_flood_of_notices_goes_out_at_the_rate_of_any_topic_and_the_last_one_arrives() -> None:
    rig = Rig()
    for number in range(1_000):
        rig.set(f"number {number}")
        rig.now_ms += 1
        rig.send()
    rig.wait(200)
    assert len(rig.published) <= 6
    assert rig.notice is not None and rig.notice["text"] == "number 999"


def test_after_an_outage_of_the_broker_the_notice_goes_out_again() -> None:
    rig = Rig()
    rig.set("Lunch", for_ms=HOUR_MS)
    rig.publisher.connected(rig.now_ms)
    rig.send()
    assert rig.published == [rig.published[0]] * 2
    rig.found(rig.published[0])  # a broker that keeps what is retained
    rig.wait(1_000)
    assert len(rig.published) == 2


def test_what_a_broker_restored_of_this_run_and_is_no_more_is_cleared() -> None:
    rig = Rig()
    rig.set("Lunch")
    old = rig.published[0]
    rig.wait(1_000)
    rig.set("")
    rig.wait(1_000)
    rig.found(old)
    assert rig.published[1:] == [b"", b""]


def test_a_notice_of_an_earlier_run_is_carried_over_with_what_remains_of_its_time(
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = Rig(STARTED - 2 * HOUR_MS)
    before.set("תור (2)", for_ms=3 * HOUR_MS)
    rig = Rig()
    rig.found(before.published[0])
    assert rig.notice is not None
    assert (rig.notice["started"], rig.notice["until"]) == (STARTED, before.now_ms + 3 * HOUR_MS)
    assert (rig.notice["text"], rig.notice["text_visual"], rig.notice["rtl"]) == ("תור (2)", "(2) רות", True)
    rig.wait(HOUR_MS)
    assert rig.notice is None
    assert caplog.messages == []


def test_one_without_a_time_is_carried_over_whatever_the_clocks_say() -> None:
    rig = Rig()
    rig.found(left_over(started=STARTED + HOUR_MS))
    assert rig.notice is not None and (rig.notice["text"], rig.notice["until"]) == ("Lunch", None)


@pytest.mark.parametrize(
    ("payload", "why"),
    [
        (left_over(until=STARTED + 1_000), "the time of 'Lunch' has passed"),
        (left_over(started=STARTED + HOUR_MS, until=STARTED + 2 * HOUR_MS), "'Lunch': the clock was set back since, "),
        (b"tea at four", "nobody can read it: no JSON: "),
        (left_over("x" * 501), "nobody can read it: text: "),
    ],
)
def test_one_whose_time_is_over_or_unknown_is_taken_from_the_boards_aloud(
    payload: bytes, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    rig = Rig()
    rig.found(payload)
    assert rig.published == [b""]
    (line,) = caplog.messages
    assert line.startswith(f"the notice of an earlier run is taken from the boards: {why}")


@pytest.mark.parametrize(("text", "published"), [("New", 1), ("", 2)])
def test_what_this_run_decided_goes_before_what_an_earlier_one_left(text: str, published: int) -> None:
    """The broker may deliver the one that is retained after one that was just set."""
    rig = Rig()
    rig.set(text)
    rig.found(left_over("Old"))
    assert len(rig.published) == published
    assert (rig.notice or {}).get("text", "") == text


def test_a_notice_of_points_alone_is_none() -> None:
    rig = Rig()
    rig.found(left_over("\u05b0"))
    assert rig.published == [b""]


def test_what_others_publish_on_notice_itself_is_not_ours_to_answer() -> None:
    rig = Rig()
    rig.notices.receive("wallboard/test/notice", left_over(), False, rig.now_ms)  # our own comes back like this
    assert rig.publisher.take(rig.now_ms) == []


OFFLINE = "board hall-2 is offline"


def test_what_the_bridge_itself_says_stands_alone_and_goes() -> None:
    rig = Rig()
    rig.own("")
    assert rig.published == []
    rig.own(OFFLINE)
    assert rig.notice is not None and (rig.notice["text"], rig.notice["until"]) == (OFFLINE, None)
    rig.own(OFFLINE)
    assert len(rig.published) == 1
    rig.wait(1_000)
    rig.own("")
    assert rig.published[1:] == [b""]


def test_it_stands_behind_what_somebody_has_set_and_survives_its_end() -> None:
    rig = Rig()
    rig.set("ישיבה 14:30", for_ms=60_000)
    rig.wait(1_000)
    rig.own(OFFLINE)
    assert rig.notice is not None
    assert rig.notice["text"] == f"ישיבה 14:30 · {OFFLINE}"
    assert rig.notice["text_visual"] == f"{OFFLINE} · 14:30 הבישי"
    assert rig.notice["until"] == STARTED + 61_000
    rig.wait(60_000)
    assert rig.notice is not None and (rig.notice["text"], rig.notice["until"]) == (OFFLINE, None)
    rig.set("Lunch")
    rig.wait(1_000)
    rig.own("")
    rig.wait(1_000)
    assert rig.notice is not None and (rig.notice["text"], rig.notice["until"]) == ("Lunch", None)


def test_who_takes_the_notice_back_does_not_take_back_what_the_bridge_says() -> None:
    rig = Rig()
    rig.own(OFFLINE)
    rig.wait(1_000)
    rig.set("Lunch")
    rig.wait(1_000)
    rig.set("")
    rig.wait(1_000)
    assert rig.notice is not None and rig.notice["text"] == OFFLINE


def test_the_longest_notice_makes_room_for_it() -> None:
    rig = Rig()
    rig.set("x" * 500)
    rig.wait(1_000)
    rig.own(OFFLINE)
    assert rig.notice is not None
    assert len(rig.notice["text"]) == 500 and rig.notice["text"].endswith(f"x · {OFFLINE}")
    rig.own("")
    rig.wait(1_000)
    assert rig.notice["text"] == "x" * 500


@pytest.mark.parametrize("text", ["תור (2)", "", "a · b"])
def test_a_new_run_takes_over_what_somebody_has_set_and_not_what_the_earlier_one_said(text: str) -> None:
    before = Rig(STARTED - HOUR_MS)
    if text:
        before.set(text)
        before.wait(1_000)
    before.own(OFFLINE)
    rig = Rig()
    rig.found(before.published[-1])
    assert (rig.notice or {}).get("text", "") == text
    rig.own("board hall-3 is offline")
    rig.wait(1_000)
    assert rig.notice is not None and rig.notice["text"].endswith("board hall-3 is offline")
    assert OFFLINE not in rig.notice["text"]


@pytest.mark.parametrize("said", [-1, "x", 10**9, True, None])
def test_a_length_that_makes_no_sense_is_no_length(said: object) -> None:
    rig = Rig()
    rig.found(left_over("L", said=said))
    assert rig.notice is not None and rig.notice["text"] == "L"
