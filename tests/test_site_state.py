"""What wallboardctl makes of a site's messages, whatever they are; and how it tells them. Pure."""

from __future__ import annotations

import json
from typing import Any

import pytest

from host_bridge.ctl.site import boards_text, names
from host_bridge.ctl.site.changes import Facts, changes, facts, kept
from host_bridge.ctl.site.state import FRESH_MS, Queue, SiteState

ALARM = {"queue": "support", "rule": "wait", "severity": "warn", "acked": False}


def take(state: SiteState, topic: str, message: Any, *, retained: bool = False, now_ms: int = 0) -> None:
    payload = b"" if message is None else json.dumps({"v": 1, "started": 1, **message}).encode()
    state.take(tuple(topic.split("/")), payload, retained, now_ms)


def board(state: SiteState, name: str = "hall-1", **said: Any) -> None:
    take(state, f"board/{name}/state", {"online": True, **said})


def test_the_bridge_s_clock_is_known_from_what_comes_live_and_for_six_seconds() -> None:
    state = SiteState()
    beat = {"online": True, "pbx": "up", "now": 5_000, "local": 1_000}
    take(state, "bridge/state", beat, retained=True, now_ms=10)
    assert (state.live(10), state.bridge_ms(10), state.local_ms(10)) == (False, None, None)
    take(state, "bridge/state", beat, now_ms=10)
    assert (state.live(110), state.bridge_ms(110), state.local_ms(110)) == (True, 5_100, 1_100)
    assert state.live(10 + FRESH_MS)
    assert (state.live(11 + FRESH_MS), state.bridge_ms(11 + FRESH_MS)) == (False, None)
    take(state, "bridge/state", {"online": False}, now_ms=20)
    assert not state.live(20)


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("bridge/state", b"\xff"),
        ("bridge/state", b'{"v": 9, "online": true}'),
        ("bridge/boards", b'{"v": 1, "boards": 3}'),
        ("bridge/boards", b'{"v": 1, "boards": [3, {"id": 4}, {"id": "x", "online": false, "twice": [1, 2]}]}'),
        ("site", b"[]"),
        ("notice", b'{"v": 1}'),
        ("notice", b'{"v": 1, "started": 1, "text": "x", "said": "many"}'),
        ("ack/a/b", b"{}"),
        ("rules/a", b'{"v": 1, "started": 1, "rules": [{}]}'),
        ("board/x/state", b"nonsense"),
        ("board/x/state", b'{"v": 1, "online": true, "alarms": 7}'),
        ("board/x/command", b'{"v": 1}'),
        ("queue/%FF", b""),
    ],
)
def test_whatever_comes_is_borne_and_told(topic: str, payload: bytes) -> None:
    state = SiteState()
    for retained in (True, False):
        state.take(tuple(topic.split("/")), payload, retained, 0)
    assert boards_text.lines("main", state, 0, long=True)
    assert changes(None, facts(state, 0))
    assert json.dumps([state.bridge, state.boards, state.told, state.notice])


def test_nothing_that_a_board_says_of_itself_reaches_the_terminal_as_it_is() -> None:
    evil = "\x1b[2Jx\u202e\n"
    state = SiteState()
    board(
        state, f"a{evil}", version=evil, host=evil, serial=evil, alarms=[{**ALARM, "rule": evil, "queue": f"q{evil}"}]
    )
    take(state, f"board/b{evil}/state", {"online": True, "alarms": 3})
    take(state, "bridge/state", {"online": True, "pbx": "down", "problem": evil})
    take(
        state, "bridge/boards", {"boards": [{"id": evil, "online": False, "twice": [{"host": evil}, {"serial": evil}]}]}
    )
    told = [line for change in changes(None, facts(state, 0)) for line in change.lines]
    for line in boards_text.lines("main", state, 0, long=True) + told:
        assert not set("\x1b\u202e\n") & set(line), line


def test_what_fires_is_sorted_by_severity() -> None:
    state = SiteState()
    board(state, "a", alarms=[ALARM, {**ALARM, "queue": "sales", "severity": "critical"}])
    board(state, "b", alarms=[ALARM])
    take(state, "board/c/state", {"online": False})
    assert [(key, list(shown)) for key, shown in state.firing().items()] == [
        (("sales", "wait"), ["a"]), (("support", "wait"), ["a", "b"]),
    ]  # fmt: skip


def since(state: SiteState, ago_ms: int) -> str:
    take(state, "bridge/boards", {"boards": [{"id": "x", "online": False, "since": 10**12 - ago_ms}]})
    return boards_text.lines("main", state, 0)[2].partition("offline")[2].strip()


def test_since_when_a_board_is_gone() -> None:
    state = SiteState()
    take(state, "board/x/state", {"online": False})
    assert since(state, 60_000) == ""  # without the bridge's clock nobody knows
    local_ms = (14 * 60 + 32) * 60_000
    take(state, "bridge/state", {"online": True, "pbx": "up", "now": 10**12, "local": local_ms})
    assert since(state, 12_000) == "since 14:31 (12 s)"
    assert since(state, 2 * 3_600_000) == "since 12:32 (2 h)"
    assert since(state, 20 * 3_600_000) == "since 18:32 yesterday (20 h)"
    assert since(state, 50 * 3_600_000) == "for 2 d 2 h"
    assert since(state, -5_000) == ""  # the bridge's clock is another since


def test_a_board_that_the_bridge_alone_knows_of_is_listed_until_it_is_forgotten() -> None:
    state = SiteState()
    take(
        state, "bridge/boards", {"boards": [{"id": "x", "online": False, "host": "pi-9"}, {"id": "y", "online": True}]}
    )
    assert list(state.every()) == ["x"]
    assert "pi-9" in boards_text.lines("main", state, 0, long=True)[2]
    take(state, "board/x/state", None)
    assert state.every() == {}


def told(before: Facts | None, state: SiteState) -> list[str]:
    return [line for change in changes(before, facts(state, 0)) for line in change.lines]


def test_the_changes_of_a_board_one_by_one() -> None:
    state = SiteState()
    board(state, version="1", host="pi-1", uptime_ms=5_000)
    assert told(None, state) == ["no bridge has ever reported to this broker", "hall-1: online, version 1"]
    same = {"version": "1", "host": "pi-1"}
    for said, lines in (
        ({"uptime_ms": 6_000, "frames": 9, "temp": 50, "page": 2}, []),
        ({"uptime_ms": 7_000, "fault": "PBX"}, ["hall-1: NO PBX"]),
        ({"uptime_ms": 8_000}, ["hall-1: PBX is back"]),
        ({"uptime_ms": 9_000, "muted": True, "doing": "test"}, ["hall-1: muted", "hall-1: tests itself"]),
        ({"uptime_ms": 9_500}, ["hall-1: no longer muted", "hall-1: shows the queues again"]),
        ({"uptime_ms": 9_600, "alarms": [ALARM]}, ["hall-1: support: wait warn"]),
        ({"uptime_ms": 9_700, "alarms": [{**ALARM, "acked": True}]}, ["hall-1: support: wait warn (acknowledged)"]),
        ({"uptime_ms": 9_800}, ["hall-1: support: wait is over"]),
        ({"uptime_ms": 100}, ["hall-1: has started anew"]),
        ({"uptime_ms": 90, "host": "pi-2"}, ["hall-1: is pi-2 now, it was pi-1"]),
        ({"uptime_ms": 100, "host": "pi-2", "version": "2"}, ["hall-1: version 2"]),
    ):
        before = facts(state, 0)
        board(state, **{**same, **said})
        assert told(before, state) == lines
    before = facts(state, 0)
    take(state, "board/hall-1/state", {"online": False})
    assert told(before, state) == ["hall-1: offline"]


def test_a_broker_that_has_started_anew_has_not_lost_what_it_does_not_know_yet() -> None:
    old, new = SiteState(), SiteState()
    take(old, "bridge/state", {"online": True, "pbx": "up", "now": 5})
    for name in ("a", "b", "c"):
        board(old, name)
    before = facts(old, 0)
    board(new, "a")
    take(new, "board/c/state", None)
    young = kept(before, facts(new, 0))
    assert [change.lines for change in changes(before, young)] == [["c: is forgotten"]]
    assert [change.lines for change in changes(young, facts(new, 0))] == [
        ["no bridge has ever reported to this broker"], ["b: has not come back with the broker"],
    ]  # fmt: skip


QUEUES = [
    Queue("support", "support", "תמיכה"),
    Queue("600", "600", "Sales"),
    Queue("%40all", "@all", "odd"),
    Queue("@all", "@all", "All"),
    Queue("a", "a", "sales  team"),
    Queue("b", "b", "Sales Team"),
]


@pytest.mark.parametrize(
    ("word", "found"),
    [("support", "support"), ("תמיכה", "support"), ("sales", "600"), ("SUPPORT", "support"), ("%40all", "%40all"),
     ("all", "@all"), ("b", "b")],
)  # fmt: skip
def test_a_queue_by_its_name_or_its_label(word: str, found: str) -> None:
    assert names.queue(word, QUEUES).id == found


@pytest.mark.parametrize(
    ("word", "error"),
    [
        ("sales team", "'sales team' is the label of a, b: say which, by this name"),
        ("suport", "no queue is called 'suport'; did you mean 'support'? (queues: support (תמיכה), 600 (Sales), "),
        ("\x1b[2J", "no queue is called '?[2J'; queues: "),
    ],
)
def test_a_queue_that_is_not_there(word: str, error: str) -> None:
    with pytest.raises(names.NoSuchNameError) as wrong:
        names.queue(word, QUEUES)
    assert str(wrong.value).startswith(error)


def test_a_long_list_is_cut() -> None:
    assert names.listed(str(number) for number in range(25)).endswith(", 19 and 5 more")
    with pytest.raises(names.NoSuchNameError, match="queues: none so far: has the bridge been running"):
        names.queue("x", [])
