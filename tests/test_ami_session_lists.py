"""When an AMI session asks for the PBX's lists, and whose answers it takes."""

from __future__ import annotations

import pytest

from host_bridge.pbx.ami_dialogue import State
from host_bridge.pbx.ami_session import AmiSession
from host_bridge.pbx.events import LinkDown, LinkUp, Snapshot
from tests.ami_answers import BANNER, FULLY_BOOTED, actions, frame, joined, list_of, ok, pong, reach, up


def test_a_list_that_is_not_finished_ends_the_connection() -> None:
    session = AmiSession("wallboard", "secret")
    reach(State.SYNCING, session)
    for now_ms in range(0, 9_000, 1000):
        assert session.on_timer(now_ms) == []
        session.receive(pong(now_ms), now_ms)
    session.receive(pong(9_000), 9_999)
    assert session.on_timer(9_999) == []
    why = "the PBX did not finish its QueueStatus list"
    assert session.on_timer(10_000) == [LinkDown(why, 10_000)]
    assert session.wants_close == why


def test_a_list_that_takes_long_is_waited_for() -> None:
    session = AmiSession("wallboard", "secret")
    session.connected(0)
    session.receive(BANNER + ok("challenge-1", Challenge="1") + ok("login-1") + pong(0), 0)
    data = list_of("list-1", {f"queue {number}": [] for number in range(20)})
    step = len(data) // 20 + 1
    types = []
    for second, at in enumerate(range(0, len(data), step), 1):
        assert session.on_timer(second * 1000) == []
        assert (session.next_timer_ms() or 0) > second * 1000
        types += [type(event) for event in session.receive(data[at : at + step], second * 1000)]
    assert types == [Snapshot, LinkUp]


def test_the_list_is_taken_again_every_fifteen_seconds() -> None:
    session = up()
    asked = []
    for now_ms in range(0, 61_000, 500):
        session.on_timer(now_ms)
        for action in actions(session):
            if action["Action"] == "Ping":
                session.receive(pong(now_ms), now_ms)
            else:
                assert action["Action"] == "QueueStatus"
                assert "Queue" not in action
                asked.append(now_ms)
                (snapshot,) = session.receive(list_of(action["ActionID"], {"sales": []}), now_ms)
                assert isinstance(snapshot, Snapshot)
                assert snapshot.whole
    assert asked == [15_000, 30_000, 45_000, 60_000]


@pytest.mark.parametrize("name", ["ש" * 600, "a\0b"])
def test_for_a_queue_whose_name_no_action_can_carry_the_whole_list_is_asked(name: str) -> None:
    session = up()
    session.ask_status(name, 1000)
    (action,) = actions(session)
    assert action["Action"] == "QueueStatus"
    assert "Queue" not in action


def test_one_queue_is_asked_for_and_the_answer_names_only_it() -> None:
    session = up()
    session.ask_status("sales", 1000)
    (action,) = actions(session)
    assert (action["Action"], action["Queue"]) == ("QueueStatus", "sales")
    session.ask_status("support", 1001)
    session.ask_status("support", 1002)
    assert actions(session) == [], "one list at a time"
    (snapshot,) = session.receive(list_of(action["ActionID"], {"sales": [("17.1", 0)]}), 1003)
    assert isinstance(snapshot, Snapshot)
    assert not snapshot.whole
    assert [queue.queue for queue in snapshot.queues] == ["sales"]
    assert actions(session) == [], "and not at once after the last"
    assert session.next_timer_ms() == 1200
    session.on_timer(1200)
    assert [action["Queue"] for action in actions(session)] == ["support"], "once, though asked for twice"


def test_a_whole_list_answers_for_every_queue() -> None:
    session = up()
    session.ask_status("sales", 1000)
    first = actions(session)[0]["ActionID"]
    session.ask_status("support", 1001)
    session.ask_status(None, 1002)
    session.receive(list_of(first, {"sales": []}), 1003)
    session.on_timer(1200)
    (action,) = actions(session)
    assert "Queue" not in action
    session.receive(list_of(action["ActionID"], {"sales": []}), 1300)
    session.on_timer(1900)
    assert actions(session) == []


def test_questions_for_one_queue_do_not_starve_the_whole_list() -> None:
    session = up()
    whole = 0
    for now_ms in range(0, 31_000, 250):
        session.ask_status("sales", now_ms)
        session.on_timer(now_ms)
        for action in actions(session):
            whole += action["Action"] == "QueueStatus" and "Queue" not in action
            data = pong(now_ms) if action["Action"] == "Ping" else list_of(action["ActionID"], {"sales": []})
            session.receive(data, now_ms)
    assert whole == 2


def test_frames_of_an_old_list_are_nobodys() -> None:
    session = up()
    session.ask_status(None, 1000)
    (action,) = actions(session)
    assert session.receive(list_of("list-77", {"ghost": []}), 1001) == []
    (snapshot,) = session.receive(list_of(action["ActionID"], {"sales": []}), 1002)
    assert isinstance(snapshot, Snapshot)
    assert [queue.queue for queue in snapshot.queues] == ["sales"]


def test_a_pbx_without_queues_yet_is_asked_again() -> None:
    session = AmiSession("wallboard", "secret")
    session.connected(0)
    session.receive(BANNER + ok("challenge-1", Challenge="1") + ok("login-1") + pong(0), 0)
    first = actions(session)[-1]
    refusal = frame("Response: Error", ActionID=first["ActionID"], Message="Invalid/unknown command: QueueStatus.")
    assert session.receive(refusal, 10) == []
    assert "app_queue" in session.problem
    assert session.next_timer_ms() == 1010
    session.on_timer(1010)
    (second,) = actions(session)
    assert second["Action"] == "QueueStatus"
    assert [type(event) for event in session.receive(list_of(second["ActionID"], {}), 1020)] == [Snapshot, LinkUp]
    assert session.problem == ""


def test_a_reload_and_a_late_boot_bring_a_new_list() -> None:
    for data in (frame("Event: Reload", Module="app_queue", Status=0), FULLY_BOOTED % 3):
        session = up()
        assert session.receive(data, 500) == []
        assert [action["Action"] for action in actions(session)] == ["QueueStatus"]


def test_every_list_gives_a_caller_the_same_join_time() -> None:
    session = up()
    seen = set()
    for now_ms in (10_000, 10_999, 11_200, 14_500):  # joined in the PBX's second 6
        session.ask_status("sales", now_ms)
        (action,) = actions(session)
        data = list_of(action["ActionID"], {"sales": [("17.1", now_ms // 1000 - 6)]})
        (snapshot,) = session.receive(data, now_ms)
        assert isinstance(snapshot, Snapshot)
        seen.add(snapshot.queues[0].callers[0].joined_ms)
        session.receive(pong(now_ms), now_ms)
    assert seen == {6000}


def test_a_user_who_is_sent_no_queue_events_is_told() -> None:
    session = up()

    def listed(callers: list[tuple[str, int]], now_ms: int) -> str:
        session.ask_status(None, now_ms)
        (action,) = actions(session)
        session.receive(list_of(action["ActionID"], {"sales": callers}), now_ms)
        return session.problem

    assert listed([("17.1", 30)], 10_000) == "", "who came before us was never announced to us"
    assert "read = agent" in listed([("17.1", 40), ("17.2", 5)], 20_000)
    session.receive(joined(21_000), 21_000)
    assert listed([("17.2", 6)], 21_500) == ""
