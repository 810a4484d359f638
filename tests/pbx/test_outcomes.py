"""Every row of the table of outcomes on every Asterisk: what it says, what it logs, and what is counted."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.pbx.ami import Ami, AmiError, Frame
from tests.pbx.asterisk import WALLBOARD, Asterisk
from tests.pbx.build import Tree
from tests.pbx.oracle import stays
from tests.pbx.outcomes import ROWS, play, settings
from tests.pbx.witness import Witness

pytestmark = pytest.mark.asterisk

ENDS = ("answered", "abandoned", "overflowed", "exited", "removed", "unresolved")
# queue_log says ABANDON of these too: it cannot tell a redirect, and names a masqueraded caller by another id
KNOWN_BETTER = {"is_redirected": "removed", "is_redirected_back": "removed", "is_masqueraded": "unresolved"}
SAID = {
    "QueueCallerJoin": "Join",
    "QueueCallerAbandon": "Abandon",
    "QueueCallerLeave": "Leave",
    "AgentCalled": "Called",
    "AgentConnect": "Connect",
    "AgentRingNoAnswer": "RingNoAnswer",
    "AgentDump": "Dump",
    "HangupRequest": "HangupRequest",
    "Hangup": "Hangup",
}


class Played(NamedTuple):
    """All rows, played at once: what the bridge's own user was sent, queue_log, and the figures that came of it."""

    frames: list[Frame]
    log: list[list[str]]
    figures: dict[str, dict[str, int]]
    pbx: Asterisk
    failed: dict[str, AmiError]


@pytest.fixture(scope="module")
def played(tree: Tree, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    pbx = Asterisk(tree, tmp_path_factory.mktemp("asterisk"), settings())
    pbx.start()
    try:
        with Witness(pbx.port, *WALLBOARD) as witness:
            bridge = Ami(pbx.port, *WALLBOARD)
            witness.look()
            failed = play(pbx)
            witness.look()
            time.sleep(1.1)  # a ghost is one who is missing from two lists so far apart
            witness.look()
            figures = {queue: witness.figures(queue) for queue in ROWS}
        lines = pbx.queue_log.read_text(errors="replace").splitlines()
        yield Played([e.frame for e in bridge.events], [line.split("|") for line in lines], figures, pbx, failed)
    finally:
        pbx.stop()


@pytest.fixture(params=ROWS)
def queue(request: pytest.FixtureRequest, played: Played) -> str:
    row: str = request.param
    if row in played.failed:
        raise played.failed[row]
    return row


def test_what_asterisk_says(played: Played, queue: str) -> None:
    """The order of events that the bridge's rules rest on."""
    entered = [frame for frame in played.frames if frame["Event"] == "Newexten"]  # Queue() alone passes the filter
    callers = {frame["Uniqueid"] for frame in entered if frame["AppData"].split(",")[0] == queue}
    said = []
    for frame in played.frames:
        if frame.get("Uniqueid") in callers:
            word = frame["Value"] if frame["Event"] == "VarSet" else SAID.get(frame["Event"])
            said += [word] if word else []
    assert " ".join(said) == ROWS[queue].ami


def test_what_it_logs(played: Played, queue: str) -> None:
    assert " ".join(line[4] for line in played.log if line[2] == queue) == ROWS[queue].log


def test_what_is_counted(played: Played, queue: str) -> None:
    counts = ROWS[queue].counts
    figures = played.figures[queue]
    expected = dict.fromkeys((*ENDS, "rejected", "transferred"), 0) | counts
    assert {name: figures[name] for name in expected} == expected
    assert figures["offered"] == sum(counts.get(end, 0) for end in ENDS)
    assert figures["waiting"] == 0


def test_it_agrees_with_queue_log(played: Played, queue: str) -> None:
    figures = played.figures[queue]
    folded = stays(played.pbx.queue_log, queue)
    logged = Counter(stay.outcome for stay in folded)
    if queue in KNOWN_BETTER:
        logged.subtract(["abandoned"])
        logged.update([KNOWN_BETTER[queue]])
    assert {end: figures[end] for end in ENDS} == {end: logged[end] for end in ENDS}

    # The bridge measures in ms, queue_log in whole clock seconds: a wait or a talk differs by less than 1 s, and what
    # two dozen scenes at once add to it.
    waits = [stay.wait_s for stay in folded if stay.outcome == "answered"]
    if waits:
        assert abs(figures["avg_wait_ms"] - 1000 * sum(waits) / len(waits)) < 1500
        talks = [stay.talk_s for stay in folded if stay.talk_s is not None]
        assert abs(figures["aht_ms"] - 1000 * sum(talks) / len(talks)) < 1500
    if folded:
        assert abs(figures["longest_ms"] - 1000 * max(stay.wait_s for stay in folded)) < 1500
