"""The demo's PBX on the wire: the bridge's own reader understands it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from host_bridge.demo.ami_talk import BANNER, AmiTalk
from host_bridge.demo.centre import Centre
from host_bridge.demo.frames import frames
from host_bridge.pbx.ami_session import AmiSession
from host_bridge.truth.service_level import ServiceLevel
from host_bridge.truth.truth import Truth
from tests.demo_client import CHALLENGE, SECRET, START_MS, USER


class Reader:
    """The bridge's session and truth, fed with the bytes of a talk in pieces of `size`."""

    def __init__(self, centre: Centre, size: int) -> None:
        self.centre = centre
        self.talk = AmiTalk(centre, USER, SECRET, CHALLENGE)
        self.session = AmiSession(USER, SECRET)
        self.truth = Truth(lambda _queue: ServiceLevel(min_calls=1), None)
        self.now_ms = START_MS
        self.asked: set[str] = set()
        self._size = size
        self.session.connected(self.now_ms)
        self.take(BANNER)
        self.converse()

    def take(self, data: bytes) -> None:
        for start in range(0, len(data), self._size):
            for event in self.session.receive(data[start : start + self._size], self.now_ms):
                self.truth.apply(event, self.now_ms)

    def converse(self) -> None:
        """Answer what the session asks; as at the server, everything that happened before is told by then."""
        for queue in self.truth.take_asks():
            self.asked.add(queue)
            self.session.ask_status(queue, self.now_ms)
        while request := self.session.outgoing():
            self.take(b"".join(answer.data for answer in self.talk.receive(request, self.now_ms)))

    def live(self, until_ms: int, step_ms: int = 250) -> Iterator[None]:
        while self.now_ms < until_ms:
            self.now_ms += step_ms
            for happening in self.centre.advance(self.now_ms):
                for kind, data in frames(happening):
                    if self.talk.wants(kind):
                        self.take(data)
            for event in self.session.on_timer(self.now_ms):
                self.truth.apply(event, self.now_ms)
            self.converse()
            yield


@pytest.mark.parametrize(
    ("size", "speed", "minutes"), [(1, 60.0, 1), (7, 6.0, 10), (1_000_000, 60.0, 20)], ids=["bytes", "pieces", "a day"]
)
def test_the_bridge_reads_what_the_centre_knows(size: int, speed: float, minutes: int) -> None:
    centre = Centre(2, START_MS - 100_000, speed=speed, hour=10.0, load=2.0)
    centre.advance(START_MS)
    before = {name: line.outcomes.copy() for name, line in centre.lines.items()}
    assert any(line.callers for line in centre.lines.values())
    reader = Reader(centre, size)
    assert reader.session.state == "up"
    for _ in reader.live(START_MS + minutes * 60_000):
        for name, line in centre.lines.items():
            figures = reader.truth.figures(name, reader.now_ms)
            assert figures["waiting"] == len(line.callers)
            here = [seat for seat in centre.seats if seat.logged_in and name in seat.skills]
            assert figures["agents_in"] == len(here)
            assert figures["agents_paused"] == sum(seat.reason is not None for seat in here)
    assert reader.session.state == "up"
    assert reader.session.problem == ""
    assert reader.session.dropped == 0
    assert reader.asked == set()  # no Count was ever wrong
    for name, line in centre.lines.items():
        figures = reader.truth.figures(name, reader.now_ms)
        counted = line.outcomes - before[name]
        for outcome in ("answered", "abandoned", "overflowed", "exited", "rejected"):
            assert figures.get(outcome, 0) == counted[outcome], (name, outcome)
        assert figures.get("removed", 0) == figures.get("unresolved", 0) == 0
        assert figures.get("transferred", 0) == counted["transferred"]


def test_the_longest_wait_of_those_already_in_line_is_known_from_the_first_list() -> None:
    centre = Centre(2, START_MS - 100_000, speed=6.0, load=3.0)
    centre.advance(START_MS)
    reader = Reader(centre, 1_000_000)
    lines = [line for line in centre.lines.values() if line.callers]
    assert lines
    for line in lines:
        age_ms = START_MS - min(caller.joined_ms for caller in line.callers)
        oldest_ms = reader.truth.figures(line.name, START_MS)["oldest_ms"]
        assert abs(oldest_ms - age_ms) <= 1_000
