"""The AMI reader alone against a real Asterisk: users of all rights, a restart, a freeze, a wrong password."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from host_bridge.pbx.events import Completed, Connected, Joined, Left, LinkDown, LinkUp, Restarted, Snapshot
from tests.pbx.asterisk import WALLBOARD, Asterisk
from tests.pbx.calls import Calls
from tests.pbx.witness import Witness
from tests.waiting import wait_until

pytestmark = pytest.mark.asterisk

USERS = """
[plain]
secret = plain
read = agent,call
[deaf]
secret = deaf
read = call
"""


@pytest.fixture
def reader(pbx: Asterisk) -> Iterator[Witness]:
    with Witness(pbx.port, *WALLBOARD) as started:
        wait_until(lambda: started.link.pbx == "up")
        yield started


def test_a_freeze_a_restart_and_a_stop(pbx: Asterisk, reader: Witness) -> None:
    Calls(pbx.control).call("sales")
    wait_until(lambda: reader.count(Joined))
    pbx.freeze()
    frozen = time.monotonic()
    wait_until(lambda: reader.link.pbx != "up")
    assert time.monotonic() - frozen <= 6
    pbx.thaw()
    wait_until(lambda: reader.link.pbx == "up")
    assert reader.count(Restarted) == 0, "it was only away"
    snapshot = next(event for event in reversed(reader.events) if isinstance(event, Snapshot))
    assert {queue.queue: len(queue.callers) for queue in snapshot.queues}["sales"] == 1

    pbx.kill()
    killed = time.monotonic()
    wait_until(lambda: reader.link.pbx != "up")
    assert time.monotonic() - killed <= 1
    pbx.start()
    wait_until(lambda: reader.link.pbx == "up")
    assert reader.count(Restarted) == 1
    assert reader.count(LinkUp) == reader.count(LinkDown) + 1 == 3

    pbx.stop()
    down = reader.events[-1]
    assert isinstance(down, LinkDown)
    assert down.reason == "the PBX is shutting down"
    pbx.start()  # it refused everyone while it went down: that must not have been taken for a wrong password
    wait_until(lambda: reader.link.pbx == "up")
    assert reader.count(Restarted) == 2


def test_an_event_is_stamped_with_the_time_it_happened(pbx: Asterisk, reader: Witness) -> None:
    call = Calls(pbx.control).call("support", ring=1, talk=1)
    wait_until(lambda: reader.count(Completed))
    stamps = {type(event): event.at_ms for event in reader.events if isinstance(event, Joined | Left | Connected)}
    # One machine, so one clock: Asterisk's own stamps of the same events must be ours, to the ms and the ping's error.
    for kind, name in ((Joined, "QueueCallerJoin"), (Left, "QueueCallerLeave"), (Connected, "AgentConnect")):
        said = pbx.control.wait_for(name, Uniqueid=call.uniqueid).frame["Timestamp"]
        assert abs(stamps[kind] - int(float(said) * 1000)) <= 20


def test_users_of_fewer_rights(pbx: Asterisk) -> None:
    (pbx.folder / "etc/manager.d/fewer.conf").write_text(USERS)
    pbx.control.act("Reload", Module="manager")
    calls = Calls(pbx.control)
    with Witness(pbx.port, "plain", "plain") as plain, Witness(pbx.port, "deaf", "deaf") as deaf:
        wait_until(lambda: plain.link.pbx == deaf.link.pbx == "up")  # without FullyBooted, for want of class system
        time.sleep(3)
        calls.call("sales")
        wait_until(lambda: plain.count(Joined))
        plain.look()
        deaf.look()
        assert deaf.count(Joined) == 0
        assert "read = agent" in deaf.link.problem
        assert plain.link.problem == ""


def test_a_wrong_password(pbx: Asterisk, caplog: pytest.LogCaptureFixture) -> None:
    with Witness(pbx.port, WALLBOARD[0], "wrong") as reader:
        wait_until(lambda: reader.link.problem.startswith("the PBX refused the login of user 'wallboard'"))
        time.sleep(3)
        assert reader.link.pbx == "down"
    assert len([record for record in caplog.records if record.name == "pbx"]) == 1
    assert "wrong" not in caplog.text
