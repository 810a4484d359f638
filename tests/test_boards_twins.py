"""Two boards of one name are told apart and named; one that restarts, moves or gets another address is one."""

from __future__ import annotations

import logging

import pytest

from host_bridge.boards.twins import APART_MS, QUIET_MS, Twins, Who
from tests.boards_story import LOG, START, Board, Site

MINUTE_MS = 60_000


@pytest.fixture(autouse=True)
def listen(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, LOG.name)


def fight(site: Site, first: Board, second: Board, rounds: int, every_ms: int = 6_000) -> None:
    """Each that connects cuts the other off, whose will the broker publishes."""
    for number in range(rounds):
        mine, other = (first, second) if number % 2 else (second, first)
        other.is_on = False
        site.publish(other.name, {"v": 1, "online": False})
        site.says(mine)
        mine.is_on = True
        site.wait(every_ms)


PAIRS = {
    "serial": (
        Board("hall-1", "pi", "10.0.0.7", "1000a", START),
        Board("hall-1", "pi", "10.0.0.9", "1000b", START + 2_000),
    ),
    "host": (Board("hall-1", "pi-a", "10.0.0.7", boot_ms=START), Board("hall-1", "pi-b", "10.0.0.9", boot_ms=START)),
    "start alone": (Board("hall-1", boot_ms=START), Board("hall-1", boot_ms=START + 20 * MINUTE_MS)),
}


@pytest.mark.parametrize("kind", PAIRS)
def test_two_of_one_name_are_named_and_over_when_it_is_quiet(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    first, second = (Board(b.name, **b.fields, boot_ms=b.boot_ms or 0) for b in PAIRS[kind])
    site = Site(first)
    site.settle()
    caplog.clear()
    site.boards.append(second)
    fight(site, first, second, 6)
    (line,) = [line for line in caplog.messages if "call themselves" in line]
    if kind == "host":
        assert line == (
            "two boards call themselves 'hall-1': pi-a (10.0.0.7) and pi-b (10.0.0.9): "
            "give one another name in board.yaml"
        )
    elif kind == "start alone":
        assert "one that has run for 1 h" in line and "one that has run for 40 min" in line
    assert site.talk.problem == line or kind == "start alone"
    assert len(site.watch.listing()[0]["twice"]) == 2
    assert len(caplog.messages) <= 3, caplog.messages
    second.is_on = False  # it gets another name
    site.says(first)
    first.is_on = True
    site.wait(QUIET_MS + 10_000)
    assert site.talk.problem == "" and "twice" not in site.watch.listing()[0]
    assert "one board alone calls itself 'hall-1' again" in caplog.messages
    assert site.states == {"hall-1": True}


@pytest.mark.parametrize(("kind", "rounds"), [("serial", 2), ("host", 2), ("start alone", 3)])
def test_how_soon_they_are_told_apart(kind: str, rounds: int) -> None:
    """When the first is heard again; where nothing but the start tells them apart, when the second is too."""
    first, second = (Board(b.name, **b.fields, boot_ms=b.boot_ms or 0) for b in PAIRS[kind])
    site = Site(first)
    site.settle()
    fight(site, first, second, rounds - 1)
    assert site.talk.problem == ""
    fight(site, *((first, second) if rounds % 2 else (second, first)), 1)
    assert site.talk.problem != ""


def test_three_are_counted(caplog: pytest.LogCaptureFixture) -> None:
    boards = [Board("hall-1", f"pi-{letter}", f"10.0.0.{number}") for number, letter in enumerate("abc")]
    site = Site()
    site.settle()
    for _ in range(4):
        for board in boards:
            site.says(board)
            site.wait(3_000)
    assert site.talk.problem.startswith(
        "three boards call themselves 'hall-1': pi-a (10.0.0.0), pi-b (10.0.0.1) and pi"
    )


def test_a_board_that_restarts_again_and_again_is_one() -> None:
    board = Board("hall-1", "pi-a", "10.0.0.7", "1000a")
    site = Site(board)
    site.settle()
    for _ in range(20):
        site.dies(board)
        site.wait(20_000)
        site.returns(board)
        site.wait(20_000)
    assert site.talk.problem == ""


@pytest.mark.parametrize("serial", ["1000a", ""])
def test_a_board_with_another_address_is_one(serial: str) -> None:
    board = Board("hall-1", "pi-a", "10.0.0.7", serial)
    site = Site(board)
    site.settle()
    for number in range(20):
        board.fields["address"] = f"10.0.0.{7 + number % 2}"  # two networks, of which one fails now and then
        site.wait(30_000)
    assert site.talk.problem == ""


def test_a_card_that_is_moved_to_another_pi_and_back_is_one() -> None:
    board = Board("hall-1", "pi", "10.0.0.7", "1000a")
    site = Site(board)
    site.settle()
    for number in range(6):
        site.dies(board)
        site.wait(60_000)
        board.fields["serial"] = "1000b" if number % 2 == 0 else "1000a"
        site.returns(board)
        site.wait(60_000)
    assert site.talk.problem == ""


def test_messages_that_come_late_are_of_one_board() -> None:
    twins = Twins()
    for number in range(200):
        now_ms = START + number * 10_000
        late_ms = 20_000 + number * 400 if number % 50 == 49 else (number % 7) * 1_000
        twins.heard(Who("pi-a", uptime_ms=now_ms - START - late_ms), now_ms)
        twins.tick(now_ms)
        assert twins.found == ()


def test_clocks_that_drift_apart_make_no_second_board() -> None:
    twins = Twins()
    for number in range(20_000):
        now_ms = START + number * 60_000
        twins.heard(Who("pi-a", uptime_ms=int((now_ms - START) * 0.9999)), now_ms)
        twins.tick(now_ms)
        assert twins.found == ()


def test_nothing_known_of_either_tells_nothing() -> None:
    twins = Twins()
    for number in range(100):
        twins.heard(Who(), START + number * 1_000)
    assert twins.found == ()


def test_many_lives_are_not_remembered_for_ever() -> None:
    twins = Twins()
    for number in range(100):
        twins.heard(Who("pi-a", uptime_ms=1_000), START + number * 3 * APART_MS)
    assert len(twins._instances) <= 4
    twins.tick(START + 100 * 3 * APART_MS + 2 * QUIET_MS)
    assert len(twins._instances) == 1
