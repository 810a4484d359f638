"""`wallboardctl backtest`, as it is called: on a small log, from files to text, JSON, page and suggestions."""

from __future__ import annotations

import dataclasses
import gzip
import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from host_bridge import thresholds
from host_bridge.backtest import backtest
from host_bridge.backtest.suggest_candidates import Candidate
from host_bridge.backtest.summary_words import width
from host_bridge.ctl import program as ctl
from tests.at_a_prompt import at_a_prompt
from tests.backtests import at
from tests.waiting import wait_until

DAYS = 4
THRESHOLDS = """\
timezone: Asia/Jerusalem
hours: {sun-thu: "09:00-17:00"}
defaults:
  service_level: {min_calls: 1}
  rules: {wait: {warn: 30s, critical: 60s}, agents_free: {warn: 0, when: {waiting: 1}}}
queues: {sales: {label: מכירות}}
groups: {both: {label: שירות, queues: [sales, support], rules: {waiting: {warn: 2}, wait: off}}}
"""


def lines(days: int = DAYS) -> Iterator[str]:
    """On each day, each quarter of an hour from 9:05 on, a caller waits so long: 25, 35, 90, 25 s …; sales alone."""
    for day in range(days):
        for place in range(31):
            joined, call = at(day, 9, 5) // 1000 + place * 900, f"d{day}.{place}"
            waited = (25, 35, 90)[place % 3]
            yield f"{joined}|{call}|sales|NONE|ENTERQUEUE|||1"
            yield f"{joined + waited}|{call}|sales|Ann|CONNECT|{waited}|{call}a|1"
            yield f"{joined + waited + 60}|{call}|sales|Ann|COMPLETECALLER|{waited}|60|1"
        noon = at(day, 12, 1) // 1000
        yield f"{noon}|s{day}|support|NONE|ENTERQUEUE|||1"
        yield f"{noon + 20}|s{day}|support|NONE|ABANDON|1|1|20"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "thresholds.yaml").write_text(THRESHOLDS)
    path = tmp_path / "queue_log.gz"
    path.write_bytes(gzip.compress("".join(f"{line}\n" for line in sorted(lines())).encode()))
    return path


def call(capsys: pytest.CaptureFixture[str], log: Path, *more: str | Path) -> tuple[int, str, str]:
    words = ["backtest", "--queue-log", log, "--thresholds", log.parent / "thresholds.yaml", *more]
    try:
        code = ctl.main([str(word) for word in words])
    except SystemExit as ended:  # of argparse
        code = int(str(ended.code))
    out, err = capsys.readouterr()
    return code, out, err


def refused(capsys: pytest.CaptureFixture[str], log: Path, *more: str | Path, code: int = 2) -> str:
    """The one line of an error."""
    found, out, err = call(capsys, log, *more)
    assert (found, out) == (code, "")
    return err.splitlines()[-1].replace(str(log.parent), "HERE")


def test_the_text(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, log)
    assert (code, err) == (0, "")
    assert out.replace(str(log.parent), "HERE").splitlines() == [
        "HERE/thresholds.yaml on 4 days, Mon 16 March to Thu 19 March 2026",
        "HERE/queue_log.gz: 380 lines, 128 calls in 2 queues",
        "note: 2026-03-19: a part of the opening hours is not in the log, and a day of it counts as one",
        "",
        "sales: 124 calls, open 31 h 31 m on 4 days  \u200eמכירות\u200e",
        "                warn  critical  <10 s  an hour   in alarm   share  longest",
        "  wait 30s/1m     40        40      0      2.5      50:00     2 %  1:05 on 16 Mar 09:35",
        "  agents_free: not tested: looks at agents_free, and a queue_log does not tell who is logged in",
        "  → wait would have called 20 times a day: try a higher value",
        "",
        "support: 4 calls, open 31 h 31 m on 4 days",
        "                warn  critical  <10 s  an hour   in alarm   share  longest",
        "  wait 30s/1m      0         0      0        0        0 s     0 %  –",
        "  agents_free: not tested: looks at agents_free, and a queue_log does not tell who is logged in",
        "  → nothing would have fired",
        "  → few calls (1.0 a day): do not read much into these numbers",
        "",
        "@both: 128 calls, open 31 h 31 m on 4 days  \u200eשירות\u200e",
        "                warn  critical  <10 s  an hour   in alarm   share  longest",
        "  waiting 2/–      0         0      0        0        0 s     0 %  –",
        "  agents_free: not tested: looks at agents_free, and a queue_log does not tell who is logged in",
        "  → nothing would have fired",
    ]


def test_json_holds_all_that_the_help_promises(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, log, "--json")
    said = json.loads(out)
    assert (code, err) == (0, "")
    assert list(said) == ["log", "days", "notes", "results"]
    assert said["log"] == {
        "files": [str(log)],
        "lines": 380,
        "calls": 128,
        "dropped": 0,
        "until_ms": at(3, 16, 36, 26),
    }
    assert [day["whole"] for day in said["days"]] == [True, True, True, False]
    (result,) = said["results"]
    sales = result["queues"]["sales"]
    wait = sales["rules"]["wait"]
    assert {name: wait[name] for name in wait if name != "firings"} == {
        "levels": "30s/1m",
        "more": "hold 5s",
        "tested": True,
        "reason": None,
        "alarms": 80,
        "warn": 40,
        "critical": 40,
        "alarm_ms": 40 * 10_000 + 40 * 65_000,
        "critical_ms": 40 * 30_000,
        "glances": 0,
        "longest_ms": 65_000,
        "longest_at_ms": at(0, 9, 35, 30),
        "per_day": 20.0,
        "per_hour": 2.538,
        "share_permille": 26,
    }
    first = at(0, 9, 20, 30)
    assert wait["firings"][0] == {
        "from_ms": first,
        "until_ms": first + 10_000,
        "severity": 1,
        "ended": True,
        "steps": [[first, 1]],
    }
    assert sales["rules"]["agents_free"]["tested"] is False
    assert set(sales) == {"label", "calls", "days", "open_ms", "verdict", "tile", "rules"}


def test_days_are_chosen(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def days(*more: str) -> list[str]:
        return [day["date"] for day in json.loads(call(capsys, log, "--json", *more)[1])["days"]]

    assert days("--day", "2026-03-17") == ["2026-03-17"]
    assert days("--from", "2026-03-18") == ["2026-03-18", "2026-03-19"]
    assert days("--until", "2026-03-17") == ["2026-03-16", "2026-03-17"]
    one = call(capsys, log, "--day", "2026-03-17")[1]
    assert "on Tue 17 March 2026\n" in one and "open 8 h 00 m on 1 day" in one and "note:" not in one


def test_days_by_name_are_those_of_the_site(
    log: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "time", lambda: at(2, 0, 30) / 1000)  # in UTC it is the day before
    for word, date in (("yesterday", "2026-03-17"), ("today", "2026-03-18")):
        days = json.loads(call(capsys, log, "--day", word, "--json")[1])["days"]
        assert [day["date"] for day in days] == [date]
    told = refused(capsys, log, "--from", "today", "--until", "yesterday")
    assert told == "wallboardctl backtest: --until: 2026-03-17 is before --from 2026-03-18"


@pytest.mark.parametrize(("until", "told"), [("00:00:04", []), ("02:00:00", [(7_200_000, 2)])])
def test_an_alarm_of_the_day_before_counts_for_the_rest_of_it_alone(
    log: Path, capsys: pytest.CaptureFixture[str], until: str, told: list[tuple[int, int]]
) -> None:
    (log.parent / "thresholds.yaml").write_text(
        "timezone: Asia/Jerusalem\nqueues: {sales: {rules: {wait: {warn: 1h, critical: 2h, hold: 0s}}}}\n"
    )
    hours, minutes, seconds = map(int, until.split(":"))
    joined, left = at(0, 19) // 1000, at(1, hours, minutes, seconds) // 1000
    rows = [
        f"{joined}|a|sales|NONE|ENTERQUEUE|||1",
        f"{left}|a|sales|NONE|ABANDON|1|1|{left - joined}",
        f"{at(1, 12) // 1000}|b|sales|NONE|ENTERQUEUE|||1",
        f"{at(1, 12) // 1000}|b|sales|NONE|ABANDON|1|1|0",
        f"{at(2, 9) // 1000}|c|sales|NONE|ENTERQUEUE|||1",
    ]
    log.write_text("".join(f"{row}\n" for row in rows))
    rule = json.loads(call(capsys, log, "--day", "2026-03-17", "--json")[1])["results"][0]["queues"]["sales"]
    wait = rule["rules"]["wait"]
    assert [(each["until_ms"] - each["from_ms"], each["severity"]) for each in wait["firings"]] == told
    assert all(each["from_ms"] == at(1, 0) and each["steps"] == [[at(1, 0), 2]] for each in wait["firings"])
    assert (wait["alarm_ms"], wait["glances"]) == (sum(length for length, _ in told), 0)


def test_a_day_goes_on_after_its_last_line(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Who calls at 16:58 and waits until midnight is in alarm until it closes, and nobody calls on the next day."""
    joined = at(1, 16, 58) // 1000
    late = [f"{joined}|x|sales|NONE|ENTERQUEUE|||1", f"{at(1, 23, 59) // 1000}|x|sales|NONE|ABANDON|1|1|25260"]
    plain = log.parent / "queue_log"
    plain.write_text("".join(f"{line}\n" for line in sorted([*lines(2), *late])))
    told = json.loads(call(capsys, plain, "--day", "2026-03-17", "--json")[1])
    last = told["results"][0]["queues"]["sales"]["rules"]["wait"]["firings"][-1]
    assert (last["from_ms"], last["until_ms"]) == (at(1, 16, 58, 30), at(1, 17))
    assert [day["date"] for day in told["days"]] == ["2026-03-17"]
    assert refused(capsys, plain, "--day", "2026-03-18").endswith("its days are 2026-03-16 to 2026-03-17")
    started, reloaded = (f"{at_ms // 1000}|NONE|NONE|NONE|CONFIGRELOAD|\n" for at_ms in (at(-1, 22), at(2, 0, 1)))
    plain.write_text(started + plain.read_text() + reloaded)
    with_rest = json.loads(call(capsys, plain, "--json")[1])
    assert [(day["date"], day["whole"]) for day in with_rest["days"]] == [("2026-03-16", True), ("2026-03-17", True)]
    plain.write_text("".join(f"{line}\n" for line in [*sorted([*lines(2), late[0]]), reloaded.strip()]))
    alone = json.loads(call(capsys, plain, "--day", "2026-03-17", "--json")[1])  # no line between 16:58 and midnight
    assert alone["results"][0]["queues"]["sales"]["rules"]["wait"]["firings"][-1] == last


def test_a_day_within_the_log_on_which_nobody_called_is_told_as_that(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = log.rename(log.with_name("queue_log"))
    log.write_text(
        "".join(f"{line}\n" for line in [*sorted(lines(1)), f"{at(6, 9) // 1000}|x|sales|NONE|ENTERQUEUE|||1"])
    )
    told = refused(capsys, log, "--day", "2026-03-18")
    assert told == (
        "wallboardctl backtest: HERE/queue_log: no call on Wed 18 March 2026, which is within the log: "
        "nothing to replay"
    )
    told = refused(capsys, log, "--day", "2026-03-21")
    assert told == (
        "wallboardctl backtest: HERE/queue_log: no call on Sat 21 March 2026, which is within the log, and by the "
        "hours of thresholds.yaml all is closed then: nothing to replay"
    )
    assert refused(capsys, log, "--day", "2026-03-23").endswith("its days are 2026-03-16 to 2026-03-22")
    assert refused(capsys, log, "--day", "2026-03-15").endswith("none of these days is in it: it begins on 2026-03-16")


def test_the_queues_that_are_asked_for_alone(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def queues(*more: str) -> list[list[str]]:
        return [list(each["queues"]) for each in json.loads(call(capsys, log, "--json", *more)[1])["results"]]

    assert queues("--queue", "מכירות") == [["sales"]]
    assert queues("--queue", "@both", "--queue", "sales", "--queue", "sales") == [["sales", "@both"]]
    other = log.parent / "new.yaml"
    other.write_text(THRESHOLDS.replace("both:", "new:"))
    assert queues("--queue", "@new", "--against", str(other)) == [[], ["@new"]]
    assert queues("--queue", "sales", "--suggest", "10") == [["sales"], ["sales"]]
    out = log.parent / "out.html"
    _, said, _ = call(capsys, log, "--queue", "support", "--html", out)
    assert "380 lines, 128 calls in 2 queues, 1 of them left out\n" in said
    assert [line.split(":")[0] for line in said.splitlines() if " calls, open " in line] == ["support"]
    told = refused(capsys, log, "--queue", "slaes", "--html", out)
    assert told == (
        "wallboardctl backtest: --queue: in the log of these days no queue is called 'slaes'; did you mean 'sales'? "
        "(queues: sales (מכירות), support, @both (שירות))"
    )


def test_more_rules_than_a_message_holds_can_be_tried_at_once(log: Path) -> None:
    rules = tuple(Candidate("wait", 1000 * second, 5_000).rule() for second in range(1, 100))
    current = thresholds.load(log.parent / "thresholds.yaml")
    many = dataclasses.replace(current, queues={"sales": dataclasses.replace(current.queue("sales"), rules=rules)})
    result = backtest([log], many)
    fired = [sum(firing.rule == rule["id"] for firing in result.firings) for rule in rules]
    assert fired == [124] * 24 + [80] * 10 + [40] * 55 + [0] * 10  # who is answered in a second is so at its begin


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


class Terminal:
    """The command on a terminal of its own: its stderr is one, its stdout a pipe."""

    def __init__(self, *words: str | Path) -> None:
        self.master, slave = pty.openpty()
        command = [sys.executable, "-m", "host_bridge.ctl", "backtest", *map(str, words)]
        with at_a_prompt():
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=slave, stdin=slave)
        os.close(slave)
        os.set_blocking(self.master, False)
        self.shown = b""

    def read(self) -> bytes:
        try:
            self.shown += os.read(self.master, 65_536)
        except (BlockingIOError, OSError):
            pass
        return self.shown

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)


def long_log(log: Path, days: int = 120) -> Path:
    """So many days that a replay takes a second or two; with 600 days, several."""
    path = log.parent / "long_log"
    path.write_text("".join(f"{line}\n" for line in sorted(lines(days))))
    return path


def test_a_bar_on_a_terminal_and_ctrl_c_ends_it_quietly(log: Path) -> None:
    page = log.parent / "out.html"
    words = ("--queue-log", long_log(log, 600), "--thresholds", log.parent / "thresholds.yaml", "--html", page)
    terminal = Terminal(*words)
    try:
        wait_until(lambda: b" %" in terminal.read(), otherwise="no bar")
        terminal.process.send_signal(signal.SIGINT)
        assert terminal.process.wait(10) == -signal.SIGINT
        wait_until(lambda: terminal.read().endswith(b"\r\x1b[K"), otherwise="half a bar stays")
        assert b"Traceback" not in terminal.shown
        assert not page.exists()
    finally:
        terminal.end()


def test_no_bar_in_a_pipe_and_none_beside_json(log: Path) -> None:
    words = ("--queue-log", long_log(log), "--thresholds", log.parent / "thresholds.yaml")
    command = [sys.executable, "-m", "host_bridge.ctl", "backtest", *map(str, words)]
    assert subprocess.run(command, capture_output=True, check=True).stderr == b""
    terminal = Terminal(*words, "--json")
    try:
        assert json.loads(terminal.process.communicate()[0])["log"]["lines"] > 10_000
        assert terminal.read() == b""
    finally:
        terminal.end()
