"""Days that the demo's centre has behind it: a queue_log that reads like a real one."""

from __future__ import annotations

import datetime as dt
import gzip
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from host_bridge.demo import past
from host_bridge.demo.manners import MANNERS
from host_bridge.pbx.queue_log_lines import LogLine, parse_line
from host_bridge.truth.log_fold import LogFold
from host_bridge.truth.outcomes import Outcome

ISRAEL = ZoneInfo("Asia/Jerusalem")
SUNDAY = dt.date(2026, 11, 22)


def read(lines: list[str]) -> list[LogLine]:
    parsed = [parse_line(line.encode()) for line in lines]
    return [line for line in parsed if line is not None]


@pytest.fixture(scope="module")
def week() -> list[LogLine]:
    """From Thursday the 19th to Monday the 23rd."""
    lines = list(past.days(SUNDAY + dt.timedelta(days=2), 5, ISRAEL, 1))
    parsed = read(lines)
    assert len(parsed) == len(lines)
    return parsed


def test_each_day_has_the_hours_and_the_calls_of_its_weekday(week: list[LogLine]) -> None:
    calls: Counter[str] = Counter()
    hours: dict[str, set[int]] = {}
    for line in week:
        at = dt.datetime.fromtimestamp(line.at_s, ISRAEL)
        if line.event == "ENTERQUEUE":
            calls[f"{at:%a}"] += 1
            hours.setdefault(f"{at:%a}", set()).add(at.hour)
    assert set(calls) == {"Thu", "Fri", "Sun", "Mon"}
    assert all(1_000 < calls[day] < 2_000 for day in ("Thu", "Sun", "Mon")), calls
    assert 400 < calls["Fri"] < calls["Thu"]
    assert hours["Fri"] == set(range(7, 14))
    assert hours["Sun"] == set(range(7, 24))
    assert {line.queue for line in week if line.event == "ENTERQUEUE"} == set(MANNERS)


def test_every_call_that_entered_has_an_end(week: list[LogLine]) -> None:
    assert [line.at_s for line in week] == sorted(line.at_s for line in week)
    fold = LogFold()
    fold.apply(week)
    entered = sum(line.event == "ENTERQUEUE" for line in week)
    ends = Counter(end.outcome for end in fold.ends())
    assert sum(ends.values()) == entered
    assert Outcome.UNRESOLVED not in ends
    assert fold.waiting(0) == []
    assert ends[Outcome.ANSWERED] > 0.7 * entered


def test_the_same_seed_gives_the_same_days_and_another_others() -> None:
    assert list(past.days(SUNDAY, 1, ISRAEL, 1)) == []  # the day before is Saturday
    monday = SUNDAY + dt.timedelta(days=1)
    first, again, other = (list(past.days(monday, 1, ISRAEL, seed)) for seed in (1, 1, 2))
    assert first == again != other


def test_the_command_writes_plain_and_packed_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain, packed = tmp_path / "a.log", tmp_path / "a.log.gz"
    for path in (plain, packed):
        assert past.main([str(path), "--days", "1", "--until", "2026-11-23"]) == 0
    assert gzip.decompress(packed.read_bytes()) == plain.read_bytes()
    count = len(plain.read_text("utf-8").splitlines())
    assert capsys.readouterr().out == f"{plain}: {count} lines of 1 days\n{packed}: {count} lines of 1 days\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--days", "0"], "'0', expected a number of days from 1 to 366"),
        (["--zone", "Asia/Jeruzalem"], "did you mean 'Asia/Jerusalem'?"),
        (["--until", "yesterday"], "'yesterday', expected a date like 2026-11-22"),
    ],
)
def test_wrong_usage_is_told(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        past.main([str(tmp_path / "x"), *arguments])
    assert stop.value.code == 2
    assert said in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "none" / "x"
    assert past.main([str(path), "--days", "1"]) == 1
    assert capsys.readouterr().err == f"demo: {path} cannot be written: No such file or directory\n"
