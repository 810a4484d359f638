"""What a running bridge misses, and what fails it meanwhile: line, queue_log, journal, disk."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from host_bridge.journal import Journal, backlog, open_journal, read_day
from host_bridge.memory import keeper
from host_bridge.pbx.events import LinkDown, LinkUp
from tests.model_pbx import ModelPbx
from tests.recall_run import LOG, PBX_MS, Run, day, hurry, run

__all__ = ["hurry"]


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
