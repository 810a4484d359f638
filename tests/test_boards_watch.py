"""Which boards are there: wills, silence, outages of the broker, restarts, strangers; each a story, without a clock."""

from __future__ import annotations

import json
import logging
import time

import pytest

from host_bridge.boards.watch import MOST, OLD_MS, SETTLE_MS, SILENT_MS, TOLD_MS
from tests.boards_story import BEAT_MS, LOG, SAYS_MS, START, Board, Site

WILL = b'{"v":1,"online":false}'


@pytest.fixture(autouse=True)
def listen(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, LOG.name)


def test_a_board_whose_power_is_cut_is_told_at_once_in_the_log_and_after_a_minute_on_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    hall, lobby = Board("hall-1"), Board("lobby", "pi-b", "10.0.0.9")
    site = Site(hall, lobby)
    site.settle()
    assert caplog.messages == ["2 boards are online: hall-1 and lobby (pi-b, 10.0.0.9)"]
    caplog.clear()
    site.dies(lobby)
    site.wait(1_000)
    assert caplog.messages == ["board lobby (pi-b, 10.0.0.9) is offline"]
    site.wait(TOLD_MS - 1_000 - BEAT_MS)
    assert site.notice == ""
    site.wait(BEAT_MS)
    assert site.notice == "board lobby is offline"
    assert site.states == {"hall-1": True, "lobby": False}
    site.wait(140_000)
    site.returns(lobby)
    assert site.notice == "", "at once"
    site.wait(1_000)
    assert caplog.messages[1:] == ["board lobby (pi-b, 10.0.0.9) is back after 3 min 20 s"]
    assert [(each.board, each.what) for each in site.events[-2:]] == [("lobby", "offline"), ("lobby", "online")]


def test_at_the_start_of_the_bridge_one_line_names_all_however_they_come(caplog: pytest.LogCaptureFixture) -> None:
    boards = [Board(f"hall-{number}") for number in range(4)]
    site = Site()
    site.connect()
    for board in boards:
        site.boards.append(board)
        site.wait(5_000)
    site.wait(SETTLE_MS)
    assert caplog.messages == ["4 boards are online: hall-0, hall-1, hall-2 and hall-3"]
    site.boards.append(Board("hall-4"))
    site.wait(4_000)
    assert caplog.messages[1:] == ["board hall-4 is online"]


def test_a_board_that_connects_anew_is_not_gone(caplog: pytest.LogCaptureFixture) -> None:
    board = Board("hall-1")
    site = Site(board)
    site.settle()
    caplog.clear()
    site.dies(board)
    site.wait(500)
    board.is_on = True
    site.says(board)
    site.wait(5_000)
    assert caplog.messages == []


def test_silence_is_offline_too(caplog: pytest.LogCaptureFixture) -> None:
    """A board that hangs while its connection lives, or a broker that has no will of it."""
    board = Board("hall-1")
    site = Site(board)
    site.settle()
    caplog.clear()
    board.is_on = False
    site.wait(SILENT_MS - SAYS_MS)
    assert site.states == {"hall-1": True}
    site.wait(SAYS_MS + BEAT_MS)
    assert site.states == {"hall-1": False}
    site.wait(TOLD_MS)
    assert site.notice == "board hall-1 is offline"


def test_a_board_that_was_offline_when_the_bridge_started_counts_too(caplog: pytest.LogCaptureFixture) -> None:
    site = Site(Board("hall-1"), retained={"hall-1": WILL, "old": WILL})
    site.connect()
    site.wait(SETTLE_MS - BEAT_MS)
    assert site.states == {"hall-1": True}, "of the other nothing is known yet"
    site.wait(TOLD_MS)
    assert site.notice == "board old is offline"
    assert caplog.messages == ["board hall-1 is online", "board old is offline"]


def test_for_how_long_it_has_been_an_earlier_run_of_the_bridge_knew(caplog: pytest.LogCaptureFixture) -> None:
    first = Site(retained={"hall-1": WILL, "old": WILL})
    first.settle()
    first.wait(OLD_MS - 3 * 3_600_000)
    listing = {"v": 1, "started": first.now_ms - OLD_MS, "boards": first.watch.listing()}
    second = Site(retained={"hall-1": WILL, "old": WILL})
    second.now_ms = first.now_ms + 2 * 3_600_000
    second.watch.restore(json.dumps(listing).encode(), second.now_ms)
    second.settle()
    assert second.notice == "boards hall-1 and old are offline", "without a further minute"
    assert caplog.messages[-1] == "2 boards are offline: hall-1 and old"
    second.wait(2 * 3_600_000)
    assert second.notice == "", "nobody is nagged for ever"
    assert second.states == {"hall-1": False, "old": False}, "it stays in the list"


@pytest.mark.parametrize(
    "listing",
    [
        b"",
        b"tea",
        b"[]",
        b'{"v":1,"started":1}',
        b'{"v":1,"started":99999999999999,"boards":[{"id":"old","online":false,"since":1}]}',
        b'{"v":1,"started":1,"boards":[{"id":"old","online":false,"since":99999999999999}]}',
        b'{"v":1,"started":1,"boards":[{"id":"old","online":"x","since":-5}, 7]}',
    ],
)
def test_what_an_earlier_run_left_is_not_believed_blindly(listing: bytes) -> None:
    site = Site(retained={"old": WILL})
    site.watch.restore(listing, site.now_ms)
    site.settle()
    assert site.watch.listing()[0]["since"] == START + 3_600_000


def test_a_retained_online_of_a_board_that_is_dead_is_found_out() -> None:
    """A broker with a memory, after a power cut: nobody published the will."""
    board = Board("hall-1")
    site = Site(retained={"hall-1": json.dumps(board.state(START)).encode()})
    site.connect()
    site.wait(SETTLE_MS - BEAT_MS)
    assert site.states == {}
    site.wait(TOLD_MS)
    assert site.notice == "board hall-1 is offline"


def test_a_board_whose_state_is_cleared_is_forgotten(caplog: pytest.LogCaptureFixture) -> None:
    board = Board("hall-1")
    site = Site(board, Board("lobby"))
    site.settle()
    site.dies(board)
    site.wait(2 * TOLD_MS)
    site.publish("hall-1", b"")
    assert (site.notice, site.states) == ("", {"lobby": True})
    assert caplog.messages[-1] == "board hall-1 is forgotten: somebody cleared its state"
    assert site.events[-1].what == "forgotten"
    site.publish("hall-1", b"")
    site.publish("never", b"")
    assert site.states == {"lobby": True}


def test_names_that_somebody_invents_and_clears_are_neither_told_nor_kept(caplog: pytest.LogCaptureFixture) -> None:
    site = Site(Board("lobby"))
    site.settle()
    caplog.clear()
    kept = len(site.events)
    for number in range(50):
        site.publish(f"x{number}", b'{"v":1,"online":true}')
        site.publish(f"x{number}", b"")
    site.wait(2 * SAYS_MS)
    assert (caplog.messages, site.events[kept:], site.states) == ([], [], {"lobby": True})


@pytest.mark.parametrize("is_settled", [True, False])
def test_boards_that_are_forgotten_at_once_are_one_line(is_settled: bool, caplog: pytest.LogCaptureFixture) -> None:
    site = Site(Board("lobby"), Board("hall-1"))
    if is_settled:
        site.settle()
    else:  # an earlier run may have told that they are offline: that has an end now
        site.connect()
        for name in ("lobby", "hall-1"):
            site.watch.receive(name, WILL, True, site.now_ms)
    caplog.clear()
    site.boards.clear()
    for name in ("lobby", "hall-1"):
        site.watch.receive(name, b"", False, site.now_ms)
    site.wait(BEAT_MS)
    assert caplog.messages == ["2 boards are forgotten: hall-1 and lobby"]
    assert [(each.board, each.what) for each in site.events[-2:]] == [("lobby", "forgotten"), ("hall-1", "forgotten")]


@pytest.mark.parametrize("remembers", [True, False])
def test_an_outage_of_the_broker_is_not_one_of_the_boards(remembers: bool, caplog: pytest.LogCaptureFixture) -> None:
    boards = [Board(f"hall-{number}") for number in range(5)]
    site = Site(*boards)
    site.settle()
    caplog.clear()
    site.disconnect()
    for board in boards:
        board.is_on = False
        site.retained[board.name] = WILL  # it saw all connections break
    site.wait(120_000)
    if not remembers:
        site.retained.clear()
    site.connect()
    for board in boards[:4]:  # one after the other, as their tries come
        site.wait(5_000)
        board.is_on = True
        site.says(board)
    site.wait(SETTLE_MS)
    (line,) = caplog.messages
    assert line.startswith("board hall-4 is offline" if remembers else "board hall-4 has been offline for 2 min ")
    assert site.states == {f"hall-{number}": number < 4 for number in range(5)}
    site.wait(TOLD_MS)
    assert site.notice == "board hall-4 is offline"


def test_wills_that_come_live_right_after_a_connection_are_of_the_outage_before() -> None:
    boards = [Board(f"hall-{number}") for number in range(3)]
    site = Site(*boards)
    site.settle()
    site.disconnect()
    site.wait(20_000)
    site.connect()
    for board in boards:
        site.dies(board)  # the broker finds only now that their lines are dead
    site.wait(10_000)
    assert all(site.states.values())
    for board in boards:
        board.is_on = True
    site.wait(60_000)
    assert all(site.states.values()) and not [each for each in site.events if each.what == "offline"]


def test_when_the_bridge_itself_was_held_up_nobody_is_called_silent() -> None:
    site = Site(Board("hall-1"))
    site.settle()
    site.now_ms += 300_000  # the process was stopped, and its first act is a heartbeat
    site.watch.tick(site.now_ms)
    assert site.states == {"hall-1": True}
    site.wait(60_000)
    assert site.states == {"hall-1": True} and [each.what for each in site.events] == ["online"]


def test_five_hundred_boards_behind_one_switch_are_one_line_and_one_notice(caplog: pytest.LogCaptureFixture) -> None:
    boards = [Board(f"board-{number:03}") for number in range(500)]
    site = Site(*boards)
    site.settle()
    caplog.clear()
    for board in boards[:300]:
        site.dies(board)
    began = time.process_time()
    site.wait(2 * TOLD_MS)
    assert time.process_time() - began < 10
    assert len(caplog.messages) == 1
    assert caplog.messages[0].startswith("300 boards are offline: board-000, board-001, ")
    assert caplog.messages[0].endswith("board-018 and 281 others")
    assert site.notice == "boards board-000, board-001, board-002, board-003 and 296 others are offline"
    assert len(site.notice) < 400


def test_a_notice_of_the_longest_names_is_still_short_enough() -> None:
    site = Site(retained={f"{number}{'x' * 63}": WILL for number in range(9)})
    site.settle()
    site.wait(TOLD_MS)
    assert len(site.notice) <= 400


def test_one_that_comes_and_goes_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    board = Board("hall-1")
    site = Site(board)
    site.settle()
    caplog.clear()
    for _ in range(60):
        site.dies(board)
        site.wait(4_000)
        site.returns(board)
        site.wait(11_000)
    assert len(caplog.messages) == 7, caplog.messages
    assert caplog.messages[-1].startswith("board hall-1 comes and goes, 4 times in 10 min: look at its network")
    assert len(site.events) < 12
    site.wait(700_000)
    assert caplog.messages[-1].startswith("board hall-1 is back after ")
    site.dies(board)
    site.wait(2_000)
    assert caplog.messages[-1] == "board hall-1 is offline"


def test_one_that_comes_and_goes_and_stays_away_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    board = Board("hall-1")
    site = Site(board)
    site.settle()
    for _ in range(6):
        site.dies(board)
        site.wait(4_000)
        site.returns(board)
        site.wait(11_000)
    site.dies(board)
    site.wait(2 * TOLD_MS)
    assert site.notice == "board hall-1 is offline"


HOSTILE = [
    b"tea at four",
    b"[]",
    b'{"v":9,"online":true}',
    b'{"v":1}',
    b'{"v":1,"online":"yes"}',
    b'{"v":1,"online":true,"host":"%s"}' % (b"x" * 65),
    b'{"v":1,"online":true,"uptime_ms":-1}',
    b"\xff\xfe",
    b"[" * 100_000,
]


@pytest.mark.parametrize("payload", HOSTILE)
def test_what_cannot_be_read_changes_nothing_and_is_told_once(payload: bytes, caplog: pytest.LogCaptureFixture) -> None:
    site = Site(Board("hall-1"))
    site.settle()
    caplog.clear()
    for number in range(3):
        site.publish("hall-1", payload)
        site.publish(f"new-{number}", payload)
    site.wait(1_000)
    assert site.states == {"hall-1": True}
    (line,) = caplog.messages
    assert line.startswith("board/hall-1/state: ") and line.endswith(" (told once)")


@pytest.mark.parametrize("name", ["", "x" * 65, "a\nb", "\u202ehall", "\x00"])
def test_names_that_no_board_can_have_are_passed_over(name: str, caplog: pytest.LogCaptureFixture) -> None:
    site = Site()
    site.settle()
    site.publish(name, {"v": 1, "online": True})
    site.publish(name, b"")
    assert site.states == {}
    assert len(caplog.messages) == 1 and "\n" not in caplog.messages[0]


def test_a_flood_of_names_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    site = Site()
    site.settle()
    for number in range(MOST + 50):
        site.publish(f"b{number}", WILL)
    assert len(site.watch.boards) == MOST
    assert caplog.messages[-1].startswith(f"more than {MOST} boards have spoken")


def test_alarms_that_nobody_can_read_are_no_reason_to_call_a_board_silent() -> None:
    site = Site()
    site.settle()
    site.publish("hall-1", {"v": 1, "online": True, "alarms": "all", "fault": 7, "page": "x"})
    assert site.states == {"hall-1": True}
