"""What a bridge knows of the day at its start: from its journal, from queue_log, from neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from host_bridge.journal import Journal, JournalError
from host_bridge.pbx.events import LinkDown
from tests.model_pbx import ModelPbx
from tests.recall_run import PBX_MS, Run, day, hurry, run

__all__ = ["hurry"]


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
