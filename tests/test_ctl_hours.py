"""`wallboardctl hours`: a supervisor sees when it is open, and which days the calendar takes as holidays, by name."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from host_bridge.ctl.program import main

FILE = """\
timezone: Asia/Jerusalem
hours: {sun-thu: "08:00-18:00", fri: "08:00-13:00", holidays: IL, eves: "08:00-12:00", closed: [2027-03-14]}
queues:
  sales: {label: מכירות, hours: {sun-thu: "09:00-24:00", sat: "20:00-02:00"}}
  support: {}
groups: {service: {label: שירות, queues: [support, sales]}}
"""
NOW_MS = 1_795_644_000_000  # Thursday 2026-11-26 00:00 in Jerusalem
HOUR_MS = 3_600_000
THIS_WEEK = """\
  Sun 2026-11-22  08:00-18:00
  Mon 2026-11-23  08:00-18:00
  Tue 2026-11-24  08:00-18:00
  Wed 2026-11-25  08:00-18:00
> Thu 2026-11-26  08:00-18:00
  Fri 2026-11-27  08:00-13:00
  Sat 2026-11-28  closed
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    at(monkeypatch, 12)
    path = tmp_path / "thresholds.yaml"
    path.write_text(FILE, "utf-8")
    return path


def at(monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: (NOW_MS + hours * HOUR_MS) * 1_000_000)


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["hours", *words]) == 0
    return capsys.readouterr().out


def test_now_and_this_week_which_begins_on_sunday(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, str(file))
    assert out.startswith(
        "Asia/Jerusalem, now Thursday 2026-11-26 12:00\n\n"
        "support, @service and all other queues: open now, until 18:00\n" + THIS_WEEK
    )
    assert "\nsales: open now, until Friday 2026-11-27 00:00\n" in out
    assert out.endswith("  Sat 2026-11-28  20:00-02:00 of the next day\n")


def test_holidays_eves_and_dates_of_a_year_by_name(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = told(capsys, str(file), "--year", "2027", "--queue", "support")
    assert "  other days than the week's, 2027-01-01 to 2027-12-31:\n" in out
    assert "  Sun 2027-03-14  closed        closed by its date\n" in out
    lines = {line[2:16]: line[18:] for line in out.splitlines() if line[6:10] == "2027"}
    assert lines["Wed 2027-04-21"].startswith("08:00-12:00   the day before ")
    holiday = lines["Wed 2027-04-21"].removeprefix("08:00-12:00   the day before ")
    assert holiday and lines["Thu 2027-04-22"] == f"closed        {holiday}", "Pesach, in whatever language"
    assert lines["Sat 2027-10-02"].startswith("closed        (as every Sat) "), "Rosh Hashanah"
    assert lines["Sun 2027-10-03"].startswith("closed        ") and "as every" not in lines["Sun 2027-10-03"]
    assert len(lines) == 18, "a date, nine holidays, and eight eves, of which three are short Fridays"


def test_json_has_the_same(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told_ = json.loads(told(capsys, str(file), "--year", "2027", "--json"))
    assert (told_["timezone"], told_["now"]) == ("Asia/Jerusalem", "2026-11-26T12:00:00+02:00")
    ours, sales = told_["hours"]
    assert ours["queues"] == ["support", "@service", "all other queues"] and sales["queues"] == ["sales"]
    assert ours["week"][0] == {"day": "2026-11-22", "spans": [["08:00", "18:00"]]}
    assert sales["week"][6] == {"day": "2026-11-28", "spans": [["20:00", "26:00"]]} and sales["days"] == []
    eve = next(each for each in ours["days"] if each["day"] == "2027-04-21")
    assert (eve["kind"], eve["spans"], eve["usual"]) == ("eve", [["08:00", "12:00"]], [["08:00", "18:00"]])


@pytest.mark.parametrize(
    ("hours", "state"),
    [
        (1, "closed now, until 08:00"),
        (19, "closed now, until Friday 2026-11-27 08:00"),
        (38, "closed now, until Sunday 2026-11-29 08:00"),
    ],
)
def test_when_it_opens_again(
    file: Path, hours: int, state: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at(monkeypatch, hours)
    assert f"support: {state}\n" in told(capsys, str(file), "--queue", "support")


def test_without_hours_it_is_always_open(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("timezone: Asia/Jerusalem\n")
    assert "\nall other queues: always open\n" in told(capsys, str(file))


def test_never_open_is_said(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    days = ", ".join(
        f"2026-{month}-{day:02}" for month, day in [("11", d) for d in range(22, 31)] + [("12", d) for d in range(1, 9)]
    )
    file.write_text(f'timezone: Asia/Jerusalem\nhours: {{sun-sat: "08:00-18:00", closed: [{days}]}}\n')
    assert "closed now, and for the next eight days" in told(capsys, str(file))


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--queue", "suport"), "no queue or @group 'suport' in {file}; did you mean 'support'?"),
        (("--year", "20270"), "--year 20270: expected one from 1900 to 2200"),
    ],
)
def test_what_there_is_not_is_one_line(
    file: Path, words: tuple[str, ...], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["hours", str(file), *words]) == 2
    assert line.format(file=file) in capsys.readouterr().err


def test_a_wrong_file_is_told_as_everywhere(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text("timezone: Asia/Jerusalem\nhours: {sun-thu: 08-18}\n")
    assert main(["hours", str(file)]) == 2
    assert f"{file}:2:" in capsys.readouterr().err
