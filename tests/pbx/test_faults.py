"""Parts that die or freeze in mid-call: the board names the right fault, shows nothing as live, and comes back true."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.pbx.asterisk import WALLBOARD, Asterisk
from tests.pbx.calls import Calls
from tests.pbx.chain import BOARD, Chain
from tests.pbx.conftest import ON_THE_NEWEST
from tests.pbx.frames import BAND, TILES, Frames, count, fault, ink, nothing_live
from tests.pbx.oracle import look
from tests.waiting import wait_until

pytestmark = [pytest.mark.asterisk, ON_THE_NEWEST]

WITHIN_S = 8.0  # a fault must stand on the board so soon
BACK_WITHIN_S = 25.0  # the bridge's back-off to a PBX ends at 15 s
UPPER = TILES[0]  # support


class Scene:
    """A lit board in front of an Asterisk where one caller waits for support and another talks with sales."""

    def __init__(self, pbx: Asterisk, chain: Chain, frames: Frames) -> None:
        self.pbx, self.chain, self.frames = pbx, chain, frames
        self.nobody = ink(frames.now(), count(UPPER))
        calls = Calls(pbx.control)
        calls.call("sales", ring=0)
        calls.call("support")
        wait_until(lambda: self._waiting() == 1, 5, "the caller is not published", chain.logs)
        time.sleep(1.5)
        self.one = ink(frames.now(), count(UPPER))
        assert self.one != self.nobody
        self._marked = 0.0

    def breaks(self, name: str, act: Callable[[], None]) -> float:
        """Break a part; seconds until the panel names a fault, and it is `name`. From then on nothing may look live."""
        start = time.monotonic()
        act()
        wait_until(lambda: fault(self.frames.now()) is not None, WITHIN_S, f"no fault {name}", self.chain.logs)
        first = next(frame for frame in self.frames.seen if frame.at >= start and fault(frame.image) is not None)
        assert fault(first.image) == name
        self._marked = first.at
        assert first.at - start <= WITHIN_S
        return first.at - start

    def board_says(self, name: str) -> None:
        """The board says over MQTT what its panel shows; it cannot when the broker is the one that is gone."""
        topic = f"board/{BOARD}/state"
        wait_until(
            lambda: self.chain.listener.last(topic).get("fault") == name, 2, "board/state differs", self.chain.logs
        )

    def mends(self, waiting: int) -> float:
        """Seconds from now until live figures are back; none before, and the first ones say that `waiting` wait."""
        start = time.monotonic()
        back = lambda: fault(self.frames.now()) is None and self.chain.live()  # noqa: E731
        took = wait_until(back, BACK_WITHIN_S, "it does not come back", self.chain.logs)
        time.sleep(1.0)
        seen = [frame for frame in self.frames.seen if frame.at >= self._marked]
        dark = [frame for frame in seen if fault(frame.image) is not None]
        live = [frame for frame in seen if fault(frame.image) is None]
        assert all(nothing_live(frame.image) for frame in dark)
        assert live[0].at > dark[-1].at, "it came back and broke again"
        assert all(frame.at >= start for frame in live), "live figures in the middle of the outage"
        expected = {0: self.nobody, 1: self.one}[waiting]
        assert all(ink(frame.image, count(UPPER)) == expected for frame in live), "live, but not true"
        assert self._waiting() == waiting == look(self.pbx.control).queues["support"].waiting
        return took

    def figures(self) -> frozenset[tuple[int, int]]:
        """The shape of all that stands below the band."""
        return ink(self.frames.now(), (0, BAND[3], UPPER[2], TILES[1][3]))

    def _waiting(self) -> int | None:
        waiting = self.chain.listener.last("queue/support").get("waiting")
        return None if waiting is None else int(waiting)


@pytest.fixture
def scene(pbx: Asterisk, tmp_path: Path) -> Iterator[Scene]:
    folder = tmp_path / "chain"
    folder.mkdir()
    chain = Chain(folder, pbx.port, WALLBOARD[1])
    try:
        chain.start()
        with Frames(folder / "frames") as frames:
            wait_until(lambda: frames.seen, 2, "the board draws nothing", chain.logs)
            yield Scene(pbx, chain, frames)
        assert "Traceback" not in chain.logs(), chain.logs()
    finally:
        chain.stop()


Measured = Callable[[str], None]


def test_asterisk_killed(scene: Scene, measured: Measured) -> None:
    shown = scene.breaks("PBX", scene.pbx.kill)
    scene.board_says("PBX")
    young = scene.figures()
    time.sleep(17)
    assert scene.figures() != young, "after 15 s dashes stand in the place of old figures"
    scene.pbx.start()
    back = scene.mends(waiting=0)  # a killed PBX has lost its callers
    measured(f"Asterisk killed: PBX after {shown:.2f} s; started again: live after {back:.2f} s")


def test_asterisk_frozen(scene: Scene, measured: Measured) -> None:
    shown = scene.breaks("PBX", scene.pbx.freeze)
    scene.board_says("PBX")
    scene.pbx.thaw()
    back = scene.mends(waiting=1)
    measured(f"Asterisk frozen: PBX after {shown:.2f} s; thawed: live after {back:.2f} s")


def test_bridge_killed(scene: Scene, measured: Measured) -> None:
    shown = scene.breaks("BRIDGE", scene.chain.bridge.kill)
    scene.board_says("BRIDGE")
    time.sleep(2)
    scene.chain.bridge.start()
    back = scene.mends(waiting=1)
    measured(f"bridge killed: BRIDGE after {shown:.2f} s; started again: live after {back:.2f} s")


def test_bridge_frozen(scene: Scene, measured: Measured) -> None:
    shown = scene.breaks("BRIDGE", scene.chain.bridge.freeze)
    scene.board_says("BRIDGE")
    scene.chain.bridge.thaw()
    back = scene.mends(waiting=1)
    measured(f"bridge frozen: BRIDGE after {shown:.2f} s; thawed: live after {back:.2f} s")


def test_broker_killed(scene: Scene, measured: Measured) -> None:
    shown = scene.breaks("LINK", scene.chain.broker.kill)
    time.sleep(2)
    scene.chain.start_broker()
    back = scene.mends(waiting=1)
    measured(f"broker killed: LINK after {shown:.2f} s; started again: live after {back:.2f} s")


def test_broker_frozen(scene: Scene, measured: Measured) -> None:
    shown = scene.breaks("LINK", scene.chain.broker.freeze)
    scene.chain.broker.thaw()
    back = scene.mends(waiting=1)
    measured(f"broker frozen: LINK after {shown:.2f} s; thawed: live after {back:.2f} s")
