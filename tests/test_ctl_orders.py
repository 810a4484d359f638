"""`wallboardctl mute`, `unmute`, `identify` and `test` with real boards: what they did, and who did not."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from host_bridge.ctl import orders, program
from tests.brokers import broker
from tests.live_board import LiveBoard
from tests.site_rig import Call, Site, call, site
from tests.waiting import wait_until

__all__ = ["broker", "call", "site"]


@pytest.fixture
def hall(site: Site) -> Iterator[LiveBoard]:
    """hall-1, which lives; and hall-2, which is offline."""
    site.retain("board/hall-2/state", {"v": 1, "online": False})
    with LiveBoard(site.broker.port, "hall-1") as made:
        wait_until(lambda: [topic for topic, _, _ in site.bridge.heard if "hall-1" in topic])
        yield made


def test_each_order_is_carried_out_and_confirmed(hall: LiveBoard, call: Call) -> None:
    assert call("mute", "hall-1") == (0, "hall-1: muted for 1h\n", "")
    assert call("unmute", "hall-1") == (0, "hall-1: may sound again\n", "")
    assert call("mute", "hall-1", "--for", "90s") == (0, "hall-1: muted for 1m30s\n", "")
    assert call("identify", "hall-1") == (0, "hall-1: shows its name for 30s\n", "")
    assert call("test", "hall-1") == (0, "hall-1: shows the self-test, which takes 27s\n", "")


def test_a_board_that_is_offline_is_named(hall: LiveBoard, call: Call) -> None:
    code, out, err = call("mute", "hall-1", "hall-2")
    assert (code, out) == (1, "hall-1: muted for 1h\n")
    assert err == "wallboardctl mute: offline, and not asked: hall-2\n"
    code, out, err = call("unmute", "--all", "--json")
    assert (code, err) == (0, "")  # all that can be asked
    assert json.loads(out) == {
        "do": "unmute", "for_ms": None, "boards": {"hall-1": "confirmed", "hall-2": "offline"},
    }  # fmt: skip


def test_a_board_that_says_nothing_is_named(site: Site, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "CONFIRM_S", 0.5)
    site.retain("board/deaf/state", {"v": 1, "online": True, "muted": False})
    site.retain("board/new/state", {"v": 2, "online": True})
    code, out, err = call("mute", "--all")
    assert (code, out) == (1, "")
    why = "was sent, and may have been lost; may this user of the broker order boards?"
    assert err == f"wallboardctl mute: not confirmed within 0 s by deaf, new: {why}\n"


def test_what_is_critical_goes_before_a_board_s_name(
    site: Site, hall: LiveBoard, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "CONFIRM_S", 1.0)
    site.live()
    site.bridge.queue("support", waiting=6)
    wait_until(lambda: [state for _, state, _ in site.bridge.heard if state and state.get("alarms")])
    code, out, err = call("identify", "hall-1")
    assert (code, out) == (1, "")
    assert err.startswith("wallboardctl identify: not on hall-1: something critical fires, which nothing hides: ack")
    assert call("mute", "hall-1")[0] == 0


def test_a_board_that_tests_itself_shows_nothing_else(site: Site, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "CONFIRM_S", 0.5)
    site.retain("board/new/state", {"v": 1, "online": True, "muted": False, "doing": "test"})
    what = "not on new: it tests itself, and shows nothing else until that is over: ask again then"
    assert call("identify", "new") == (1, "", f"wallboardctl identify: {what}\n")
    assert call("test", "new")[0] == 0


def test_boards_that_are_not_there(hall: LiveBoard, call: Call) -> None:
    code, out, err = call("identify", "hal-1")
    assert (code, out) == (2, "")
    assert err == "wallboardctl identify: no board is called 'hal-1'; did you mean 'hall-1'? (boards: hall-1, hall-2)\n"
    assert call("test")[::2] == (2, "wallboardctl test: name the boards, or --all of them; boards: hall-1, hall-2\n")
    assert call("test", "--all", "hall-1")[0] == 2


def test_no_board_at_all(site: Site, call: Call) -> None:
    assert call("mute", "--all") == (1, "", "wallboardctl mute: no board has ever reported to this broker\n")
    assert call("mute", "x")[2].endswith("boards: none: no board has ever reported to this broker\n")


@pytest.mark.parametrize(
    ("time", "error"),
    [
        ("10", "'10', expected a duration like 90s, 6m or 1h30m, from 1s to 24h; did you mean '10s'?"),
        ("2d", "'2d', expected a duration like 90s, 6m or 1h30m, from 1s to 24h"),
        ("25h", "'25h', expected a duration like 90s, 6m or 1h30m, from 1s to 24h"),
    ],
)
def test_a_time_that_is_none(time: str, error: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        program.main(["mute", "x", "--for", time])
    assert done.value.code == 2
    assert capsys.readouterr().err == f"wallboardctl mute: --for: {error} (see wallboardctl mute --help)\n"
