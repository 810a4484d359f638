"""The rig by itself: calls end as meant, Asterisk's own words are read right, and nothing is left behind."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.pbx.ami import Ami, AmiError
from tests.pbx.asterisk import CONTROL, WALLBOARD, Asterisk
from tests.pbx.calls import Call, Calls
from tests.pbx.oracle import look, stays
from tests.waiting import wait_until

pytestmark = pytest.mark.asterisk


def _answered(pbx: Asterisk, call: Call) -> None:
    pbx.control.wait_for("AgentConnect", Uniqueid=call.uniqueid)


def test_calls_end_as_they_were_meant_to(pbx: Asterisk) -> None:
    calls = Calls(pbx.control)
    agent_ends = calls.call("support", ring=1, talk=1)
    calls.settle(agent_ends)
    caller_ends = calls.call("support", ring=0)
    _answered(pbx, caller_ends)
    calls.hang_up(caller_ends)
    calls.settle(caller_ends)
    gives_up = calls.call("support")
    calls.hang_up(gives_up)
    calls.settle(gives_up)
    calls.settle(calls.call("support", patience=1))
    presses = calls.call("support")
    pbx.control.wait_for("AgentCalled", Uniqueid=presses.uniqueid)
    calls.press(presses, "5")
    calls.settle(presses)
    calls.pause("101")
    calls.pause("102", queue="support")
    withdrawn = calls.call("support")
    calls.withdraw(withdrawn)
    calls.settle(withdrawn)
    moved = calls.call("sales", ring=0)
    _answered(pbx, moved)
    calls.blind_transfer(moved)
    calls.hang_up(moved)
    calls.settle(moved)

    for event in ("COMPLETEAGENT", "COMPLETECALLER", "BLINDTRANSFER"):  # Asterisk writes its log in a thread of its own
        wait_until(lambda event=event: f"|{event}|" in pbx.queue_log.read_text(), 5, f"no {event} in queue_log")
    outcomes = [stay.outcome for stay in stays(pbx.queue_log, "support")]
    assert outcomes == ["answered", "answered", "abandoned", "overflowed", "exited", "removed"]
    assert [stay.outcome for stay in stays(pbx.queue_log, "sales")] == ["answered"]
    assert all(stay.talk_s is not None for stay in stays(pbx.queue_log, "support") if stay.outcome == "answered")


def test_refused_callers_never_have_a_stay(pbx: Asterisk) -> None:
    calls = Calls(pbx.control)
    first, refused = calls.call("full"), calls.call("full")
    told = pbx.control.wait_for("VarSet", Uniqueid=refused.uniqueid, Variable="QUEUESTATUS")
    assert told.frame["Value"] == "FULL"
    calls.hang_up(first)
    empty = calls.call("joinempty")
    told = pbx.control.wait_for("VarSet", Uniqueid=empty.uniqueid, Variable="QUEUESTATUS")
    assert told.frame["Value"] == "JOINEMPTY"
    calls.settle(empty)
    wait_until(lambda: stays(pbx.queue_log, "full") != [], 5, "nothing in queue_log")
    assert [stay.outcome for stay in stays(pbx.queue_log, "full")] == ["abandoned"]
    assert stays(pbx.queue_log, "joinempty") == []


def test_the_oracle_sees_who_waits_and_who_is_paused(pbx: Asterisk) -> None:
    calls = Calls(pbx.control)
    assert look(pbx.control).queues["support"].waiting == 0
    calls.pause("102")
    waits = [calls.call("support"), calls.call("support")]
    seen = look(pbx.control).queues
    assert (seen["support"].waiting, seen["support"].paused) == (2, 1)
    assert (seen["sales"].waiting, seen["sales"].longest_wait_s, seen["sales"].paused) == (0, None, 1)
    time.sleep(1.1)
    assert look(pbx.control).queues["support"].longest_wait_s in (1, 2)
    calls.hang_up(waits[0])
    calls.settle(waits[0])
    assert look(pbx.control).queues["support"].waiting == 1


def test_the_bridges_own_user_reads_queues_and_can_do_nothing(pbx: Asterisk) -> None:
    bridge = Ami(pbx.port, *WALLBOARD)
    calls = Calls(pbx.control)
    call = calls.call("support", ring=0, talk=1)
    calls.settle(call)
    # In which order the two come is chance, and where the caller's channel was gone first AgentComplete names no call.
    bridge.wait_for("Hangup", Uniqueid=call.uniqueid)
    bridge.wait_for_any(
        lambda frame: frame["Event"] == "AgentComplete" and frame.get("Uniqueid", call.uniqueid) == call.uniqueid,
        10.0, 0, "AgentComplete",
    )  # fmt: skip
    heard = {event.frame["Event"] for event in bridge.events}
    assert {"FullyBooted", "QueueCallerJoin", "AgentConnect", "Hangup", "Newexten"} <= heard
    assert all(e.frame["Application"] == "Queue" for e in bridge.events if e.frame["Event"] == "Newexten")
    assert not heard & {"Newchannel", "BridgeEnter", "DialBegin", "Newstate"}
    with pytest.raises(AmiError, match="Permission denied"):
        bridge.act("Hangup", Channel=call.channel)


def test_two_run_side_by_side_and_a_killed_one_leaves_no_mount(pbx: Asterisk, tmp_path: Path) -> None:
    folder = tmp_path / "second"
    folder.mkdir()
    second = Asterisk(pbx.tree, folder)
    second.start()
    Calls(pbx.control).call("support")
    assert look(pbx.control).queues["support"].waiting == 1
    assert look(second.control).queues["support"].waiting == 0
    second.kill()
    assert str(pbx.tree.path) not in Path("/proc/self/mounts").read_text()
    second.start()  # over what the killed one left lying about
    assert look(second.control).queues["support"].waiting == 0
    second.stop()


def test_a_wrong_secret_is_refused(pbx: Asterisk) -> None:
    with pytest.raises(AmiError, match="Authentication failed"):
        Ami(pbx.port, CONTROL[0], "not the secret")
