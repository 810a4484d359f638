"""`wallboardctl reconcile` over fourteen days agrees with a fold of the same file that knows nothing of the project's.

The file is made here, as large as a real one. A real one is looked at as well, when WALLBOARD_REAL_LOG names it.
"""

from __future__ import annotations

import datetime as dt
import gzip
import json
import os
import struct
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from host_bridge.ctl import program as ctl
from tests.reconcile_days import DAYS, fourteen_days

JERUSALEM = ZoneInfo("Asia/Jerusalem")
WITHIN_S, SHORT_S, MIN_CALLS = 20, 5, 10
ENDS = {
    "CONNECT": "answered",
    "ABANDON": "abandoned",
    "EXITWITHTIMEOUT": "overflowed",
    "EXITEMPTY": "overflowed",
    "EXITWITHKEY": "exited",
    "WITHDRAW": "removed",
}
TALKS = ("COMPLETECALLER", "COMPLETEAGENT", "BLINDTRANSFER", "ATTENDEDTRANSFER")

Stay = tuple[str, int]  # outcome, whole seconds of the wait
Talk = tuple[str, int, int]  # event, seconds of the wait, seconds of the talk


class Fold:
    """Ends and talks by day and queue, straight from the lines; the one thing looked up is an answer's wait."""

    def __init__(self, lines: Iterable[str], day_of: Callable[[int], dt.date]) -> None:
        self.stays: dict[tuple[dt.date, str], list[Stay]] = defaultdict(list)
        self.talks: dict[tuple[dt.date, str], list[Talk]] = defaultdict(list)
        self.queues: set[str] = set()
        for line in lines:
            second, _, queue, _, event, *data = line.rstrip("\n").split("|")
            key = day_of(int(second)), queue
            if event == "ENTERQUEUE":
                self.queues.add(queue)
            elif event in ENDS:
                self.stays[key].append((ENDS[event], int(data[0] if event == "CONNECT" else data[-1])))
            elif event in TALKS:
                hold, talk = data[:2] if event.startswith("COMPLETE") else data[-3:-1]
                self.talks[key].append((event, int(hold), int(talk)))

    def figures(self, day: dt.date, queue: str) -> dict[str, int]:
        stays, talks = self.stays[day, queue], self.talks[day, queue]
        holds = {outcome: [hold for end, hold in stays if end == outcome] for outcome in set(ENDS.values())}
        answered, abandoned = holds["answered"], holds["abandoned"]
        short = sum(hold < SHORT_S for hold in abandoned)
        of = len(answered) + len(abandoned) - short
        found = {outcome: len(waits) for outcome, waits in holds.items()}
        found |= {"offered": len(stays), "short_abandoned": short, "unresolved": 0, "sla_of": of, "sla_target": 800}
        found["transferred"] = sum("TRANSFER" in event for event, _, _ in talks)
        if of >= MIN_CALLS:
            found["sla"] = 1000 * sum(hold <= WITHIN_S for hold in answered) // of
        if answered:
            found["avg_wait_ms"] = 1000 * sum(answered) // len(answered)
        if stays:
            found["longest_ms"] = 1000 * max(hold for _, hold in stays)
        if talks:
            found["aht_ms"] = 1000 * sum(talk for _, _, talk in talks) // len(talks)
        return found

    def asterisk(self, day: dt.date, queue: str) -> dict[str, int | None]:
        completed = [hold for _, hold, _ in self.talks[day, queue]]
        given_up = [hold for end, hold in self.stays[day, queue] if end in ("abandoned", "overflowed", "removed")]
        return {"perf": printed(completed), "perf2": printed(completed + given_up)}


def printed(holds: list[int]) -> int | None:
    """The share within the limit in ‰, by the float and the "%.1f" of C."""
    if not holds:
        return None
    share = single(sum(hold <= WITHIN_S for hold in holds) / len(holds))
    return round(float(f"{single(100 * share):.1f}") * 10)


def single(value: float) -> float:
    (rounded,) = struct.unpack("<f", struct.pack("<f", value))
    return float(rounded)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reconcile") / "queue_log.gz"
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in fourteen_days()).encode(), mtime=0))
    return path


Queues = dict[str, dict[str, object]]
Reconcile = Callable[[Path, dt.date, int], Queues]


@pytest.fixture
def reconcile(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Reconcile:
    """The command, for a day that begins at an hour; gives what it says of the queues."""

    def run(path: Path, day: dt.date, hour: int) -> Queues:
        thresholds = tmp_path / "thresholds.yaml"
        thresholds.write_text(f'timezone: Asia/Jerusalem\nday_start: "{hour:02d}:00"\n')
        arguments = ["--queue-log", str(path), "--day", str(day), "--thresholds", str(thresholds), "--json"]
        code = ctl.main(["reconcile", *arguments])
        said = json.loads(capsys.readouterr().out)
        assert code == 0, [each for queue in said["queues"].values() for each in queue["differences"]]
        assert (set(said), said["day"]) == ({"day", "queues"}, str(day))
        queues: Queues = said["queues"]
        return queues

    return run


def folded(path: Path, hour: int) -> Fold:
    """The file by days that begin at an hour of the wall's clock (never one that summer time takes or repeats)."""

    def day_of(second: int) -> dt.date:
        return (dt.datetime.fromtimestamp(second, JERUSALEM).replace(tzinfo=None) - dt.timedelta(hours=hour)).date()

    with gzip.open(path, "rt", encoding="utf-8") as file:
        return Fold(file, day_of)


REAL = [Path(name) for name in [os.environ.get("WALLBOARD_REAL_LOG", "")] if name]
LOOKS = [
    *((path, 0, range(DAYS)) for path in (None, *REAL)),
    (None, 4, range(9, DAYS)),  # with the night that is an hour short
]


@pytest.mark.parametrize(("path", "hour", "days"), LOOKS, ids=str)
def test_every_figure_of_every_queue_and_day_agrees(
    path: Path | None, hour: int, days: range, made: Path, reconcile: Reconcile
) -> None:
    fold = folded(path or made, hour)
    first = min(day for day, _ in fold.stays)
    sums: dict[str, int] = defaultdict(int)
    for day in (first + dt.timedelta(days=each) for each in days):
        said = reconcile(path or made, day, hour)
        assert set(said) == fold.queues
        for queue in fold.queues:
            where = f"{queue} on {day}"
            expected = fold.figures(day, queue)
            assert said[queue]["queue_log"] == expected, where
            assert said[queue]["asterisk"] == fold.asterisk(day, queue), where
            assert said[queue]["bridge"] is None, where
            for figure, value in expected.items():
                sums[figure] += value
    assert sums["offered"] > 1_000 * len(days)  # there was something to compare
    if path is None:
        assert min(sums[outcome] for outcome in {*ENDS.values(), "transferred", "short_abandoned"}) > 50
