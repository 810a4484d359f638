"""The AMI reader alone against a real Asterisk: users of all rights, a restart, a freeze, a wrong password."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Iterator

import pytest

from host_bridge.pbx.ami_link import AmiLink, AmiSettings
from host_bridge.pbx.events import Completed, Connected, Event, Joined, Left, LinkDown, LinkUp, Restarted, Snapshot
from tests.pbx.asterisk import WALLBOARD, Asterisk
from tests.pbx.calls import Calls
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


def clock() -> int:
    return time.time_ns() // 1_000_000


class Reader:
    """An AmiLink in a loop and a thread of its own."""

    def __init__(self, port: int, username: str, secret: str) -> None:
        self.events: list[Event] = []
        settings = AmiSettings("127.0.0.1", port, username, secret)
        self.link = AmiLink(settings, lambda event, now_ms: self.events.append(event), clock, logging.getLogger("pbx"))
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(self.link.run())
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._task)
        self._loop.close()

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(10)

    def ask_status(self) -> None:
        self._loop.call_soon_threadsafe(self.link.ask_status, None)

    def count(self, kind: type[Event]) -> int:
        return sum(isinstance(event, kind) for event in self.events)


@pytest.fixture
def reader(pbx: Asterisk) -> Iterator[Reader]:
    with Reader(pbx.port, *WALLBOARD) as started:
        wait_until(lambda: started.link.pbx == "up")
        yield started


def test_a_freeze_a_restart_and_a_stop(pbx: Asterisk, reader: Reader) -> None:
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


def test_an_event_is_stamped_with_the_time_it_happened(pbx: Asterisk, reader: Reader) -> None:
    call = Calls(pbx.control).call("support", ring=1, talk=1)
    wait_until(lambda: reader.count(Completed))
    stamps = {type(event): event[-1] for event in reader.events if isinstance(event, Joined | Left | Connected)}
    # One machine, so one clock: Asterisk's own stamps of the same events must be ours, to the ms and the ping's error.
    for kind, name in ((Joined, "QueueCallerJoin"), (Left, "QueueCallerLeave"), (Connected, "AgentConnect")):
        said = pbx.control.wait_for(name, Uniqueid=call.uniqueid).frame["Timestamp"]
        assert abs(stamps[kind] - int(float(said) * 1000)) <= 20


def test_users_of_fewer_rights(pbx: Asterisk) -> None:
    (pbx.folder / "etc/manager.d/fewer.conf").write_text(USERS)
    pbx.control.act("Reload", Module="manager")
    calls = Calls(pbx.control)
    with Reader(pbx.port, "plain", "plain") as plain, Reader(pbx.port, "deaf", "deaf") as deaf:
        wait_until(lambda: plain.link.pbx == deaf.link.pbx == "up")  # without FullyBooted, for want of class system
        time.sleep(3)
        calls.call("sales")
        wait_until(lambda: plain.count(Joined))
        plain.ask_status()
        deaf.ask_status()
        wait_until(lambda: deaf.count(Snapshot) >= 2 and plain.count(Snapshot) >= 2)
        assert deaf.count(Joined) == 0
        assert "read = agent" in deaf.link.problem
        assert plain.link.problem == ""


def test_a_wrong_password(pbx: Asterisk, caplog: pytest.LogCaptureFixture) -> None:
    with Reader(pbx.port, WALLBOARD[0], "wrong") as reader:
        wait_until(lambda: reader.link.problem.startswith("the PBX refused the login of user 'wallboard'"))
        time.sleep(3)
        assert reader.link.pbx == "down"
    assert len([record for record in caplog.records if record.name == "pbx"]) == 1
    assert "wrong" not in caplog.text
