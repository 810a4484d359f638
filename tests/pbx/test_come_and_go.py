"""Queues that come and go while the PBX runs, out of a database or by a reload, and an agent who serves several."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pbx import realtime
from tests.pbx.asterisk import WALLBOARD, Asterisk
from tests.pbx.build import Tree
from tests.pbx.calls import Calls
from tests.pbx.witness import Witness
from tests.waiting import wait_until

pytestmark = pytest.mark.asterisk


@pytest.fixture
def pbx(tree: Tree, tmp_path: Path) -> Iterator[Asterisk]:
    folder = tmp_path / "asterisk"
    folder.mkdir()
    asterisk = Asterisk(tree, folder)
    realtime.switch_on(asterisk)
    asterisk.start()
    yield asterisk
    asterisk.stop()


@pytest.fixture
def witness(pbx: Asterisk) -> Iterator[Witness]:
    with Witness(pbx.port, *WALLBOARD) as started:
        wait_until(lambda: started.link.pbx == "up")
        yield started


def known(witness: Witness, queue: str) -> bool:
    return queue in witness.truth.queues


def test_a_realtime_queue_appears_later(pbx: Asterisk, witness: Witness) -> None:
    calls = Calls(pbx.control)
    assert not known(witness, "night")
    realtime.tell(pbx, realtime.NIGHT)
    call = calls.call("night", ring=1, talk=1)
    wait_until(lambda: known(witness, "night"), 2, "its first caller does not make the queue known")
    assert witness.figures("night")["waiting"] == 1
    calls.hear(call, "AgentConnect")
    witness.look()
    wait_until(lambda: witness.figures("night")["answered"] == 1, 2, "the answer is not counted")
    figures = witness.figures("night")
    assert (figures["offered"], figures["agents_in"]) == (1, 1)

    realtime.tell(pbx, realtime.NO_NIGHT)  # Asterisk looks when a call of the queue ends
    calls.settle(call)
    witness.look()
    wait_until(lambda: not known(witness, "night"), 2, "it is kept, though the database has it no more")
    realtime.tell(pbx, realtime.NIGHT)
    calls.settle(calls.call("night", ring=0, talk=0))
    wait_until(lambda: witness.figures("night")["answered"] == 2, 2, "it came back with other counters than it had")


def test_a_queue_comes_and_goes_by_reload(pbx: Asterisk, witness: Witness) -> None:
    calls = Calls(pbx.control)
    others = witness.truth.queues
    realtime.reload_queues(pbx, realtime.POPULAR)
    wait_until(lambda: known(witness, "popular"), 2, "a reload does not make the bridge look")
    first, second = calls.call("popular"), calls.call("popular")
    wait_until(lambda: witness.line("popular") == [first.uniqueid, second.uniqueid], 2, "the line is another")
    for call in (second, first):
        calls.hang_up(call)
        calls.settle(call)

    realtime.reload_queues(pbx, "")
    wait_until(lambda: witness.truth.queues == others, 2, "a queue is left that the PBX does not have")
    realtime.reload_queues(pbx, realtime.POPULAR)
    wait_until(lambda: known(witness, "popular"), 2, "it does not come back")
    figures = witness.figures("popular")
    assert (figures["offered"], figures["abandoned"], figures["waiting"]) == (2, 2, 0)


def test_an_agent_of_two_queues_talks_in_one(pbx: Asterisk, witness: Witness) -> None:
    """Bob is in support and sales: busy in both, and his talk is that of the queue whose caller he answered."""
    calls = Calls(pbx.control)
    calls.pause("103")  # Carol: so Bob alone is left to sales
    call = calls.call("sales", ring=0, talk=2)
    calls.hear(call, "AgentConnect")
    wait_until(lambda: witness.figures("support")["agents_busy"] == 1, 2, "Bob is free in support while he talks")
    wait_until(lambda: witness.figures("sales")["answered"] == 1, 2, "his talk with sales is not counted")
    assert witness.figures("sales")["agents_busy"] == 1
    assert witness.figures("support")["answered"] == 0
    calls.settle(call)
    wait_until(lambda: witness.figures("support")["agents_busy"] == 0, 2, "Bob is not free again")
    assert "aht_ms" in witness.figures("sales")
    assert "aht_ms" not in witness.figures("support")


def test_the_line_stands_as_the_pbx_serves_it(pbx: Asterisk, witness: Witness) -> None:
    """Priority first, then who came first; and who stands where after others have left from the middle."""
    calls = Calls(pbx.control)
    calls.pause("101")
    calls.pause("102", queue="support")
    came = [calls.call("support", name="", QUEUE_PRIO=priority) for priority in (0, 5, 0, 9, 5)]
    served = [came[n].uniqueid for n in (3, 1, 4, 0, 2)]
    wait_until(lambda: witness.line("support") == served, 2, f"not {served}", lambda: str(witness.line("support")))
    entries = [frame for frame in pbx.control.items("QueueStatus", Queue="support") if frame["Event"] == "QueueEntry"]
    assert [frame["Uniqueid"] for frame in sorted(entries, key=lambda frame: int(frame["Position"]))] == served
    for gone in (4, 3):
        calls.hang_up(came[gone])
        calls.settle(came[gone])
    wait_until(lambda: witness.line("support") == [served[n] for n in (1, 3, 4)], 2, "the wrong one left the line")
    witness.look()
    assert witness.line("support") == [served[n] for n in (1, 3, 4)]
