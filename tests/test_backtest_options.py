"""`wallboardctl backtest`: against another file, suggestions, a page, and what cannot be met."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from host_bridge.backtest.summary_words import width
from host_bridge.ctl import program as ctl
from tests.backtest_site import THRESHOLDS, call, log, refused
from tests.backtests import at

__all__ = ["log"]


def test_against_another_file(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = log.parent / "new.yaml"
    other.write_text(THRESHOLDS.replace("warn: 30s, critical: 60s", "warn: 60s"))
    code, out, err = call(capsys, log, "--against", other)
    assert (code, err) == (0, "")
    rows = [line.split() for line in out.splitlines() if line.startswith("  ")]
    assert [
        "A",
        "wait",
        "30s/1m",
        "40",
        "40",
        "0",
        "2.5",
        "50:00",
        "2",
        "%",
        "1:05",
        "on",
        "16",
        "Mar",
        "09:35",
    ] in rows
    assert [
        "B",
        "wait",
        "1m/–",
        "40",
        "0",
        "0",
        "1.3",
        "23:20",
        "1",
        "%",
        "35",
        "s",
        "on",
        "16",
        "Mar",
        "09:36",
    ] in rows
    assert ["difference", "=", "−40", "=", "−1.3", "−26:40", "−1", "pt"] in rows
    said = json.loads(call(capsys, log, "--against", other, "--json")[1])
    assert [result["thresholds"] for result in said["results"]] == [str(log.parent / "thresholds.yaml"), str(other)]
    other.write_text("timezone: Nowhere\n")
    assert refused(capsys, log, "--against", other).startswith(
        "HERE/new.yaml:1:11: timezone: 'Nowhere' is no time zone"
    )


def test_a_suggestion_keeps_what_it_promises(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The snippet passes `check`; pasted into the file, a back-test gives what was told as the proof."""
    said: dict[str, Any] = json.loads(call(capsys, log, "--suggest", "10", "--json")[1])
    suggested = said["suggest"]["queues"]
    wait = suggested["sales"]["rules"]["wait"]
    assert (wait["warn"], wait["critical"]) == (35_000, None)  # 40 of 90 s; 35 s end as it would fire
    assert suggested["support"]["reason"] == "too few calls: 4 in all, at least 50 are needed"
    tried = {(each["value"], each["hold_ms"]): each["per_day"] for each in wait["tried"]}
    assert (tried[30_000, 5_000], tried[35_000, 5_000], tried[45_000, 5_000]) == (20.0, 10.0, 10.0)
    snippet = log.parent / "snippet.yaml"
    snippet.write_text(said["suggest"]["yaml"])
    assert ctl.main(["check", str(snippet)]) == 0
    capsys.readouterr()
    proof = said["results"][1]["queues"]["sales"]["tile"]
    assert proof["per_day"] == 10.0
    pasted = log.parent / "pasted.yaml"
    pasted.write_text(
        THRESHOLDS.replace("sales: {label: מכירות}", "sales: {label: מכירות, rules: {wait: {warn: 35s}, sla: off}}")
    )
    again = json.loads(call(capsys, log, "--against", pasted, "--json")[1])["results"][1]["queues"]["sales"]["tile"]
    assert again == proof


def test_a_suggestion_as_text(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, log, "--suggest", "10")
    assert (code, err) == (0, "")
    assert "sales: now would blink 20 times a day, critical 10, 2 % of the opening hours" in out
    assert "  → replayed with these: would blink 10 times a day" in out
    assert "    4 days only: what held on them need not hold on others" in out
    assert "  nothing suggested: too few calls: 4 in all, at least 50 are needed" in out
    told, _, snippet = out.partition("\n# Suggested")
    assert "timezone: Asia/Jerusalem\nqueues:\n  sales:\n    rules:\n      wait:" in snippet
    assert max(width(line) for line in told.splitlines()[2:]) <= 100  # below the names of the files


def test_a_page_is_written_or_nothing(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = log.parent / "out.html"
    code, said, _ = call(capsys, log, "--html", out)
    assert code == 0 and said.splitlines()[-1].endswith("kB; it needs no network, open it in any browser")
    assert out.read_bytes().startswith(b"<!doctype html>")
    before = out.read_bytes()
    assert refused(capsys, log, "--day", "2030-01-01", "--html", out)
    assert out.read_bytes() == before
    assert refused(capsys, log, "--day", "2030-01-01", "--html", log.parent / "other.html")
    assert not (log.parent / "other.html").exists()
    told = refused(capsys, log, "--html", log.parent / "no" / "x.html", code=1)
    assert told == "wallboardctl backtest: HERE/no/x.html: cannot be written: No such file or directory"


def test_queues_that_nobody_called_are_told(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def notes(*more: str | Path) -> list[str]:
        _, out, _ = call(capsys, log, *more)
        return [line for line in out.splitlines() if line.startswith("note: ") and "called" in line]

    file = log.parent / "thresholds.yaml"
    assert notes() == []
    other = log.parent / "other.yaml"
    other.write_text(THRESHOLDS.replace("queues: {sales:", "queues: {sales: {}, suport:"))
    assert notes("--against", other) == ["note: in other.yaml, but nobody called: suport; did you mean 'support'?"]
    file.write_text(THRESHOLDS.replace("queues: {sales:", "queues: {billing:"))
    assert notes() == [
        "note: nobody called a queue that thresholds.yaml names: is the log of another site? In it: sales, support"
    ]


@pytest.mark.parametrize("name", ["thresholds.yaml", "queue_log.gz", "page"])
def test_a_page_takes_the_place_of_no_other_file(log: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    before = {path.name: path.read_bytes() for path in log.parent.iterdir()}
    told = refused(capsys, log, "--html", log.parent / name)
    assert told.startswith("wallboardctl backtest: --html: '")
    assert told.endswith("expected the name of the page to write")
    assert {path.name: path.read_bytes() for path in log.parent.iterdir()} == before


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            ["--day", "2030-01-01"],
            "HERE/queue_log.gz: none of these days is in it: its days are 2026-03-16 to 2026-03-19",
        ),
        (["--day", "2020-01-01"], "HERE/queue_log.gz: none of these days is in it: it begins on 2026-03-16"),
        (["--day", "tomorrow"], "--day: 'tomorrow' is no day, expected one like 2026-09-12, today or yesterday"),
        (["--day", "2026-03-17", "--from", "2026-03-16"], "--day: it is one day alone; leave out --from and --until"),
        (["--from", "2026-03-17", "--until", "2026-03-16"], "--until: 2026-03-16 is before --from 2026-03-17"),
        (["--suggest", "0"], "--suggest: '0', expected how many alarms a day, from 0.1 to 1000"),
        (["--suggest", "nan"], "--suggest: 'nan', expected how many alarms a day, from 0.1 to 1000"),
        (["--suggest", "6", "--against", "x"], "--against: not allowed with argument --suggest"),
    ],
)
def test_a_wish_that_cannot_be_met(log: Path, capsys: pytest.CaptureFixture[str], more: list[str], said: str) -> None:
    assert (
        refused(capsys, log, *more).removesuffix(" (see wallboardctl backtest --help)")
        == f"wallboardctl backtest: {said}"
    )


def test_files_that_cannot_be_used(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = log.parent / "thresholds.yaml"
    no_line = "no line in it is one of queue_log, expected epoch|call|queue|…"
    assert refused(capsys, file) == f"wallboardctl backtest: HERE/thresholds.yaml: {no_line}"
    assert refused(capsys, log.parent / "no").endswith("HERE/no: No such file or directory")
    assert refused(capsys, log, "--queue-log", log).endswith("named twice, its calls would count twice")
    file.write_text('timezone: Asia/Jerusalem\nhours: {sat: "09:00-17:00"}\n')
    assert refused(capsys, log) == (
        "wallboardctl backtest: HERE/thresholds.yaml: no queue is open on 4 days, Mon 16 March to Thu 19 March 2026: "
        "without opening hours no rule can fire; look at hours"
    )
    file.write_text("timezone: Asia/Jerusalem\nqueues: {sales: {rules: {wait: {warn: 1}}}}\n")
    assert refused(capsys, log).startswith("HERE/thresholds.yaml:2:")
    log.write_text(f"{at(0, 10) // 1000}|NONE|NONE|NONE|QUEUESTART|\n")
    file.write_text(THRESHOLDS)
    assert refused(capsys, log).endswith("HERE/queue_log.gz: no call on Mon 16 March 2026: nothing to replay")
