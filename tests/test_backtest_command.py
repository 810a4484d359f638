"""`wallboardctl backtest`: what it tells of a log, and of which days and queues."""

from __future__ import annotations

import dataclasses
import json
import time
from pathlib import Path

import pytest

from host_bridge import thresholds
from host_bridge.backtest import backtest
from host_bridge.backtest.suggest_candidates import Candidate
from tests.backtest_site import THRESHOLDS, call, lines, log, refused
from tests.backtests import at

__all__ = ["log"]


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
