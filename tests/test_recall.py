"""What survives the bridge: a real journal and a real queue_log; the PBX and both clocks are in the test's hand."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from host_bridge.clock import Clock, Now, PbxClock
from host_bridge.journal import Journal, JournalError, backlog, open_journal, read_day
from host_bridge.memory import keeper, recall
from host_bridge.memory.recall import Recall
from host_bridge.pbx.events import Event, LinkDown, LinkUp
from host_bridge.truth.service_level import ServiceLevel
from host_bridge.truth.truth import Truth
from tests.model_pbx import ModelPbx

LOG = logging.getLogger("test.recall")
PBX_MS = 1_700_000_000_000  # the PBX's clock at 0 of the bridge's
PATIENCE_S = 10.0


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    for module, name in ((recall, "SEAM_S"), (recall, "FOLLOW_S"), (keeper, "BATCH_S")):
        monkeypatch.setattr(module, name, 0.005)
    caplog.set_level(logging.INFO)


class Run(Clock):
    """One life of a bridge, from its start to its end, on the journal and the log of `folder`."""

    def __init__(
        self, folder: Path, pbx: ModelPbx, *, journal: bool = True, log: bool = True, wall_off_ms: int = 0
    ) -> None:
        """`wall_off_ms`: how far this machine's wall clock is off; the PBX tells its own when the line is up."""
        self.pbx = pbx
        self.wall_off_ms = wall_off_ms
        self.is_silent = False
        self.heard_ms = 0
        self.told_ms: int | None = None  # by the PBX: its clock minus the bridge's
        self.folder = folder
        self.journal = open_journal(folder / "journal", "test", LOG) if journal else None
        self.recall = Recall(
            self.journal,
            folder / "queue_log" if log else None,
            is_source=False,
            clock=self,
            pbx_clock=PbxClock(self, lambda: self.told_ms),
            heard=self.heard,
            changed=lambda: None,
            log=LOG,
        )
        self.truth = Truth(lambda queue: ServiceLevel(min_calls=1), sink=self.recall.keeper)
        self.recall.attach(self.truth)
        self.truth.roll(0, pbx.now_ms)
        self.recall.start(PBX_MS)
        self.task = asyncio.create_task(self.recall.run())

    def ms(self) -> int:
        return self.pbx.now_ms

    def heard(self) -> int:
        if not self.is_silent:
            self.heard_ms = self.pbx.now_ms
        return self.heard_ms

    def now(self) -> Now:
        return Now(self.pbx.now_ms, self.pbx.now_ms + PBX_MS + self.wall_off_ms)

    def hear(self, *events: Event) -> None:
        if self.told_ms is None:
            self.told_ms = PBX_MS
        for event in events or self.pbx.take():
            if self.recall.keeper.is_asleep:
                self.recall.keeper.wake(self.pbx.now_ms)
            self.truth.apply(event, self.pbx.now_ms)
            self.recall.on_event(event, self.pbx.now_ms)
        self.write_log()

    def write_log(self) -> None:
        with (self.folder / "queue_log").open("a", encoding="utf-8") as log:
            log.writelines(f"{line}\n" for line in self.pbx.queue_log)
        self.pbx.queue_log.clear()

    def link_up(self) -> None:
        self.pbx.take()  # what happened before was not heard
        self.write_log()
        self.hear(self.pbx.snapshot(), LinkUp(self.pbx.now_ms))

    async def come_up(self) -> None:
        """The PBX is heard, and the gap before is filled."""
        self.link_up()
        await self.until(lambda: not self.recall.pending)

    async def until(self, true: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                await asyncio.sleep(0.002)

    async def saved(self) -> None:
        """All that is known by now is on the disk."""
        journal = self.journal
        assert journal is not None
        await self.until(lambda: journal.saved_ms == self.pbx.now_ms)

    async def end(self, *, killed: bool = False) -> None:
        """`killed`: what is not on the disk yet is lost."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
        if killed and self.journal is not None:
            self.journal.close()
        else:
            await self.recall.keeper.close()

    def figure(self, name: str) -> int | None:
        return self.truth.figures("sales", self.pbx.now_ms).get(name)


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(story)


def day(pbx: ModelPbx, number: int) -> None:
    """Three callers, each with another end."""
    for step, end in enumerate((pbx.answered, pbx.hangs_up, pbx.times_out)):
        call = f"{1_700_001_000 + number}.{step}"
        pbx.join("sales", call)
        pbx.wait(7_000)
        end("sales", call)
        pbx.wait(1_000)


def test_a_bridge_counts_on_where_it_ended(tmp_path: Path) -> None:
    async def story() -> None:
        pbx = ModelPbx("sales", epoch_ms=PBX_MS)
        first = Run(tmp_path, pbx, log=False)
        first.link_up()
        day(pbx, 1)
        first.hear()
        pbx.join("sales", "1700000990.7")
        pbx.wait(500)
        first.hear()
        await first.end()
        pbx.wait(30_000)
        second = Run(tmp_path, pbx, log=False)
        assert second.recall.pending, "a gap is not filled before the PBX is heard"
        second.link_up()
        assert not second.recall.pending
        names = ("answered", "abandoned", "overflowed", "waiting", "oldest_ms", "sla_of", "approx")
        assert [second.figure(name) for name in names] == [1, 1, 1, 1, 30_500, 2, 1]
        await second.end()

    run(story())


def test_what_ended_meanwhile_comes_from_queue_log_and_is_no_estimate(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        pbx = ModelPbx("sales", epoch_ms=PBX_MS)
        first = Run(tmp_path, pbx)
        await first.come_up()
        day(pbx, 1)
        first.hear()
        await first.saved()
        await first.end(killed=True)
        day(pbx, 2)
        second = Run(tmp_path, pbx)
        second.link_up()
        assert second.recall.pending
        assert second.figure("answered") == 1
        await second.until(lambda: not second.recall.pending)
        assert [second.figure(name) for name in ("answered", "abandoned", "overflowed", "approx")] == [2, 2, 2, None]
        assert second.figure("aht_ms") == 60_000
        await second.saved()
        await second.end()
        third = Run(tmp_path, pbx)
        await third.come_up()
        assert [third.figure(name) for name in ("answered", "abandoned", "overflowed", "approx")] == [2, 2, 2, None]
        await third.end()

    run(story())
    assert [line for line in caplog.messages if "gap" in line] == [
        "gap of 24s filled from queue_log: 4 stays and conversations that were not heard"
    ]


@pytest.mark.parametrize("off_ms", [-600_000, 3_600_000])
def test_a_machine_that_starts_with_a_wrong_clock_counts_nothing_twice(tmp_path: Path, off_ms: int) -> None:
    async def story() -> None:
        pbx = ModelPbx("sales", epoch_ms=PBX_MS)
        first = Run(tmp_path, pbx)
        await first.come_up()
        day(pbx, 1)
        pbx.wait(300)  # a list tells whole seconds
        pbx.join("sales", "1700000990.7")
        first.hear()
        await first.saved()
        await first.end(killed=True)
        pbx.wait(10_500)
        deaf = Run(tmp_path, pbx, wall_off_ms=off_ms)
        await deaf.end()  # it never heard the PBX, and leaves the journal as it was
        second = Run(tmp_path, pbx, wall_off_ms=off_ms)
        await second.come_up()
        names = ("answered", "abandoned", "overflowed", "aht_ms", "waiting", "oldest_ms", "unresolved")
        assert [second.figure(name) for name in names] == [1, 1, 1, 60_000, 1, 10_500, 0]
        await second.end()

    run(story())


def test_a_pbx_whose_clock_was_set_while_it_was_away_is_not_laid_beside_its_old_lines(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        pbx = ModelPbx("sales", epoch_ms=PBX_MS)
        it = Run(tmp_path, pbx, journal=False)
        await it.come_up()
        day(pbx, 1)
        it.hear()
        pbx.wait(1_000)
        it.hear(LinkDown("cut", pbx.now_ms))
        it.told_ms = PBX_MS - 20_000
        await it.come_up()
        assert [it.figure(name) for name in ("answered", "abandoned", "overflowed", "approx")] == [1, 1, 1, 1]
        await it.end()

    run(story())
    assert "the PBX's clock was set by -20.0 s: its queue_log is of two clocks" in caplog.messages


def test_without_a_journal_queue_log_tells_the_whole_day(tmp_path: Path) -> None:
    async def story() -> None:
        pbx = ModelPbx("sales", epoch_ms=PBX_MS)
        day(pbx, 1)
        it = Run(tmp_path, pbx, journal=False)
        await it.come_up()
        assert [it.figure(name) for name in ("answered", "abandoned", "overflowed", "approx")] == [1, 1, 1, None]
        await it.end()

    run(story())


def test_a_journal_that_cannot_be_read_leaves_queue_log_to_tell(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        pbx = ModelPbx("sales", epoch_ms=PBX_MS)
        day(pbx, 1)
        it = Run(tmp_path, pbx)
        await it.come_up()
        assert [it.figure(name) for name in ("answered", "abandoned", "overflowed", "approx")] == [1, 1, 1, None]
        assert it.recall.problem == "journal: no"
        await it.end()

    def fails(self: Journal, since_ms: int) -> None:
        raise JournalError("journal: no")

    monkeypatch.setattr(Journal, "load", fails)
    run(story())


def test_without_both_counting_only_begins_and_nothing_is_estimated(tmp_path: Path) -> None:
    async def story() -> None:
        pbx = ModelPbx("sales", epoch_ms=PBX_MS)
        day(pbx, 1)
        it = Run(tmp_path, pbx, journal=False, log=False)
        it.link_up()
        assert [it.figure(name) for name in ("answered", "approx")] == [0, None]
        await it.end()

    run(story())


def test_an_outage_of_the_line_is_filled_too(tmp_path: Path) -> None:
    async def story() -> None:
        pbx = ModelPbx("sales", epoch_ms=PBX_MS)
        it = Run(tmp_path, pbx, journal=False)
        await it.come_up()
        it.hear(LinkDown("cut", pbx.now_ms))
        assert it.recall.pending
        day(pbx, 1)
        await it.come_up()
        assert [it.figure(name) for name in ("answered", "abandoned", "overflowed")] == [1, 1, 1]
        await it.end()

    run(story())


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (lambda path: path.unlink(missing_ok=True), "cannot be read: No such file"),
        (lambda path: path.write_text("1|NONE|NONE|NONE|QUEUESTART|\n"), "is not being written: calls ended since"),
    ],
)
def test_a_queue_log_that_tells_nothing_is_told_and_the_gap_estimated(
    tmp_path: Path, spoil: Callable[[Path], Any], line: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        pbx = ModelPbx("sales", epoch_ms=PBX_MS)
        it = Run(tmp_path, pbx, journal=False)
        await it.come_up()
        it.hear(LinkDown("cut", pbx.now_ms))
        day(pbx, 1)
        pbx.take()
        pbx.queue_log.clear()
        spoil(tmp_path / "queue_log")
        it.truth.apply(pbx.snapshot(), pbx.now_ms)
        it.recall.on_event(LinkUp(pbx.now_ms), pbx.now_ms)
        await it.until(lambda: not it.recall.pending)
        assert [it.figure(name) for name in ("answered", "abandoned", "approx")] == [1, 2, 1]
        await it.end()

    run(story())
    assert sum(line in told for told in caplog.messages) == 1, caplog.messages


def test_a_ghost_is_settled_when_queue_log_tells(tmp_path: Path) -> None:
    async def story() -> None:
        pbx = ModelPbx("sales", epoch_ms=PBX_MS)
        it = Run(tmp_path, pbx, journal=False)
        await it.come_up()
        pbx.join("sales", "1700001000.1")
        it.hear()
        pbx.wait(5_000)
        pbx.masquerades("sales", "1700001000.1")
        told, pbx.queue_log = pbx.queue_log, []
        for _ in range(2):
            pbx.wait(15_000)
            it.hear(pbx.snapshot())
        assert [it.figure(name) for name in ("unresolved", "abandoned")] == [1, 0]
        pbx.queue_log = told
        it.write_log()
        await it.until(lambda: it.figure("abandoned"))
        assert it.figure("unresolved") == 0
        await it.end()

    run(story())


@pytest.mark.parametrize("at_once", [keeper.MOST_ROWS, 2])
def test_a_journal_that_is_lost_while_the_bridge_runs_begins_anew_with_all_that_is_known(
    tmp_path: Path, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "MOST_ROWS", at_once)
    monkeypatch.setattr(backlog, "MAX_ROWS", at_once)

    async def story() -> None:
        pbx = ModelPbx("sales", epoch_ms=PBX_MS)
        first = Run(tmp_path, pbx, log=False)
        first.link_up()
        day(pbx, 1)
        first.hear()
        await first.saved()
        for path in tmp_path.glob("journal*"):
            path.unlink()
        pbx.wait(1_000)
        first.hear(pbx.snapshot())
        await first.saved()
        known = sorted(record.at_ms + PBX_MS for _, record in first.truth.rows())
        await first.until(lambda: [record.at_ms for record in read_day(tmp_path / "journal", 0, 2 * PBX_MS)] == known)
        await first.end()
        second = Run(tmp_path, pbx, log=False)
        second.link_up()
        assert [second.figure(name) for name in ("answered", "abandoned", "overflowed")] == [1, 1, 1]
        await second.end()

    run(story())


def test_a_disk_that_hangs_holds_up_only_so_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeper, "MOST_ROWS", 2)
    monkeypatch.setattr(Journal, "ready", lambda self: False)
    monkeypatch.setattr(backlog, "MAX_ROWS", 3)
    monkeypatch.setattr(Journal, "problem", "the disk does not answer")

    async def story() -> None:
        pbx = ModelPbx("sales", epoch_ms=PBX_MS)
        it = Run(tmp_path, pbx, log=False)
        it.link_up()
        for number in range(5):
            day(pbx, number)
        it.hear()
        journal = it.journal
        assert journal is not None
        await it.until(lambda: journal.dropped)
        await it.end()

    run(story())


def test_a_queue_log_that_is_away_is_one_line_and_one_when_it_is_back(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def story() -> None:
        pbx = ModelPbx("sales", epoch_ms=PBX_MS)
        day(pbx, 1)
        it = Run(tmp_path, pbx, journal=False)
        await it.come_up()
        log, away = tmp_path / "queue_log", tmp_path / "away"
        log.rename(away)
        await it.until(lambda: bool(it.recall.problem))
        away.rename(log)
        await it.until(lambda: any("again" in told for told in caplog.messages))
        await it.end()

    caplog.set_level(logging.INFO)
    run(story())
    log = tmp_path / "queue_log"
    assert [told for told in caplog.messages if str(log) in told] == [
        f"{log} cannot be read: No such file or directory: gaps are estimated until it can; "
        "see pbx.queue_log of bridge.yaml",
        f"{log} can be read again",
    ]
    assert any(told.startswith("what ended before the start filled from") for told in caplog.messages)


def test_what_a_silent_pbx_holds_back_is_not_noted_as_seen(tmp_path: Path) -> None:
    async def story() -> None:
        pbx = ModelPbx("sales", epoch_ms=PBX_MS)
        it = Run(tmp_path, pbx, log=False)
        it.link_up()
        day(pbx, 1)
        it.hear()
        await it.saved()
        seen_ms = pbx.now_ms
        it.is_silent = True
        for _ in range(5):
            pbx.wait(1_000)
            await asyncio.sleep(0.02)
        await it.end()
        again = open_journal(tmp_path / "journal", "test", LOG)
        noted_ms = again.load(0).seen_pbx_ms
        assert noted_ms is not None and noted_ms - PBX_MS <= seen_ms + 2_000 < pbx.now_ms, "one batch more, at most two"
        again.close()

    run(story())


def test_who_waits_in_a_queue_that_a_reload_removes_is_settled_by_queue_log(tmp_path: Path) -> None:
    async def story() -> None:
        pbx = ModelPbx("sales", "other", epoch_ms=PBX_MS)
        it = Run(tmp_path, pbx, journal=False)
        await it.come_up()
        pbx.join("sales", "1700001000.1")
        it.hear()
        pbx.wait(5_000)
        it.hear(pbx.snapshot("other")._replace(whole=True))  # the PBX lists it no more; he still waits in it
        pbx.wait(5_000)
        pbx.hangs_up("sales", "1700001000.1")
        it.hear()
        pbx.wait(1_000)
        it.hear(pbx.snapshot())  # it is back, and with it its counters
        await it.until(lambda: it.figure("abandoned"))
        assert [it.figure(name) for name in ("offered", "unresolved", "waiting")] == [1, 0, 0]
        await it.end()

    run(story())
