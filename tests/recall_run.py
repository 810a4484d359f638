"""Lives of a bridge on a real journal and a real queue_log; the PBX and both clocks are in the test's hand."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from host_bridge.clock import Clock, Now, PbxClock
from host_bridge.journal import open_journal
from host_bridge.memory import keeper, recall
from host_bridge.memory.recall import Recall
from host_bridge.pbx.events import Event, LinkUp
from host_bridge.truth.service_level import ServiceLevel
from host_bridge.truth.truth import Truth
from tests.model_pbx import ModelPbx

LOG = logging.getLogger("test.recall")
PBX_MS = 1_700_000_000_000  # the PBX's clock at 0 of the bridge's
PATIENCE_S = 10.0


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
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
