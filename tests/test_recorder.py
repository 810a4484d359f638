"""What boards are told, judged and kept: to the ms of the rule, not of the look; with the clock in the test's hand."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from host_bridge.clock import Clock, Now
from host_bridge.history import Ack, Firing, History, Outage, Run
from host_bridge.memory import recorder as module
from host_bridge.memory.recorder import Recorder

START = 1_763_000_000_000
SHIFT_MS = 7_000  # the wall's clock was corrected since the start


class Kept(History):
    """Entries by their kind, the newest of each key last."""

    def __init__(self) -> None:
        self.entries: list[Any] = []

    def put(self, entry: Any) -> None:
        self.entries.append(entry)

    def renew(self) -> None:
        pass

    def close(self) -> None:
        pass

    @property
    def dropped(self) -> int:
        return 0

    def of(self, kind: type) -> list[Any]:
        return [entry for entry in self.entries if isinstance(entry, kind)]


class Stage(Clock):
    """A recorder and its time."""

    def __init__(self) -> None:
        self.at_ms = START
        self.kept = Kept()
        self.recorder = Recorder(self.kept, started=START, version="1", clock=self, log=logging.getLogger("test"))

    def ms(self) -> int:
        return self.at_ms

    def now(self) -> Now:
        return Now(self.at_ms, self.at_ms + SHIFT_MS)

    def up(self) -> None:
        self.recorder.broker(None)
        self.recorder.pbx("up", "", self.at_ms)

    def rules(self, queue: str, *, warn_ms: int = 30_000) -> None:
        level = {"severity": "warn", "all": [{"metric": "oldest_ms", "op": ">=", "value": warn_ms}]}
        rules = [{"id": "wait", "for_ms": 0, "hold_ms": 0, "levels": [level]}]
        self.recorder.rules(queue, json.dumps({"v": 1, "started": START, "rules": rules}).encode())

    def waits(self, queue: str, oldest_ms: int | None) -> None:
        figures = {"waiting": 1, "oldest_ms": oldest_ms} if oldest_ms is not None else {"waiting": 0}
        self.recorder.snapshot(queue, figures, True, self.at_ms)

    def firings(self) -> list[tuple[str, int, int | None, str]]:
        """(queue, from, until, end), in ms since the start by the bridge's clock."""
        newest: dict[int, Firing] = {each.number: each for each in self.kept.of(Firing)}
        begin = START + SHIFT_MS
        return [
            (each.queue, each.from_ms - begin, each.until_ms and each.until_ms - begin, each.end)
            for each in newest.values()
        ]

    def look(self) -> None:
        self.recorder._do()


def tell(story: Callable[[Stage], Awaitable[None]]) -> None:
    async def run() -> None:
        await story(Stage())

    asyncio.run(run())


def test_an_alarm_rises_at_its_own_ms_whenever_somebody_looks() -> None:
    async def story(it: Stage) -> None:
        it.up()
        it.rules("sales")
        it.waits("sales", 0)
        it.look()
        it.at_ms += 90_000
        it.waits("sales", None)
        it.look()
        assert it.firings() == [("sales", 30_000, 90_000, "cleared")]

    tell(story)


def test_a_timer_looks_when_an_alarm_is_due() -> None:
    async def story(it: Stage) -> None:
        it.up()
        it.rules("sales", warn_ms=30)
        it.waits("sales", 0)
        it.look()
        it.at_ms += 30
        await asyncio.sleep(0.1)
        assert it.firings() == [("sales", 30, None, "")]

    tell(story)


def test_while_boards_hear_nothing_no_alarm_begins_or_ends() -> None:
    async def story(it: Stage) -> None:
        it.up()
        it.rules("sales")
        it.waits("sales", 0)
        it.look()
        it.at_ms += 10_000
        it.recorder.broker("it closed the connection")
        it.look()
        it.at_ms += 60_000
        it.recorder.beat()
        it.look()
        assert it.firings() == []
        it.recorder.broker(None)
        it.waits("sales", 70_000)
        it.look()
        assert it.firings() == [("sales", 70_000, None, "")]
        it.at_ms += 1_000
        it.recorder.pbx("down", "connection refused", it.at_ms)
        it.waits("sales", None)
        it.look()
        assert it.firings()[0][2] is None, "frozen"
        it.at_ms += 60_000
        await it.recorder.close()
        (lost, _), told = [each.what for each in it.kept.of(Outage)][:2], it.kept.of(Outage)
        assert lost == "broker" and told[-1].what == "pbx" and told[-1].until_ms is not None
        assert told[-1].why == "connection refused"

    tell(story)


def test_a_queue_or_a_rule_that_is_no_more_ends_its_alarm() -> None:
    async def story(it: Stage) -> None:
        it.up()
        for queue in ("sales", "support"):
            it.rules(queue)
            it.waits(queue, 40_000)
        it.look()
        it.at_ms += 1_000
        it.recorder.gone("sales", it.at_ms)
        it.recorder.rules("support", json.dumps({"v": 1, "started": START, "rules": []}).encode())
        it.look()
        assert it.firings() == [("sales", 0, 1_000, "gone"), ("support", 0, 1_000, "gone")]

    tell(story)


def test_at_the_end_it_is_kept_what_is_known_and_that_it_is_the_end() -> None:
    async def story(it: Stage) -> None:
        it.recorder.beat()
        it.up()
        it.rules("sales")
        it.waits("sales", 40_000)
        it.recorder.ack("sales", "wait", json.dumps({"v": 1, "at": it.at_ms, "by": "hall-1"}).encode())
        it.at_ms += 5_000
        await it.recorder.close()
        assert it.firings() == [("sales", 0, 5_000, "unknown")]
        assert [each.by for each in it.kept.of(Ack)] == ["hall-1"]
        first, last = it.kept.of(Run)
        assert first.until_ms is None and last.until_ms == START + SHIFT_MS + 5_000

    tell(story)


def test_a_thousand_queues_are_taken_in_pieces_and_rules_that_are_the_same_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story(it: Stage) -> None:
        it.up()
        for number in range(50):
            it.rules(f"queue{number}")
            it.waits(f"queue{number}", 40_000)
        it.look()
        assert len(it.firings()) < 50, "the loop has had a look at other things"
        while it.recorder._todo:
            await asyncio.sleep(0)
        assert len(it.firings()) == 50
        monkeypatch.setattr(module.wire, "read", None)
        it.rules("queue7")
        it.recorder._do(at_all=True)

    monkeypatch.setattr(module, "SLICE_S", 0)
    tell(story)


def test_a_piece_that_fails_is_told_and_leaves_the_rest_to_be_done() -> None:
    async def story(it: Stage) -> None:
        told: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
        it.up()
        it.recorder.rules("broken", b"no rules of ours")
        it.rules("sales")
        it.waits("sales", 40_000)
        while it.recorder._todo:
            await asyncio.sleep(0.01)
        assert len(told) == 1
        assert it.firings() == [("sales", 0, None, "")]

    tell(story)
