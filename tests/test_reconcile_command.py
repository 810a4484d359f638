"""`wallboardctl reconcile`, as it is called: what it prints, and its exit codes."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from host_bridge.ctl import program as ctl
from host_bridge.journal import Batch, open_journal
from host_bridge.truth.live import Live
from host_bridge.truth.outcomes import End, Outcome, Record, Talk
from tests.small_log import DAY, NOON, call, log, refused

__all__ = ["log"]


def stay(queue: str, call: str, outcome: Outcome, joined_s: int, hold_s: int) -> End:
    joined_ms = (NOON + joined_s) * 1000 + 250
    return End(queue, outcome, hold_s * 1000, hold_s, joined_ms + hold_s * 1000, call, call, joined_ms)


AS_THE_LOG = (
    stay("support", "c1", Outcome.ANSWERED, 0, 5),
    stay("support", "c2", Outcome.ABANDONED, 9, 12),
    Talk("support", 20, False, (NOON + 25) * 1000 + 100, "c1", 5),
    stay("sales", "c3", Outcome.OVERFLOWED, 30, 9),
)


def journal(folder: Path, records: Sequence[Record], seen: Sequence[int]) -> Path:
    """A bridge's journal with these records; `seen` in s after noon: each is the end of what it saw without a gap."""
    path = folder / "site.journal"
    written = open_journal(path, "site", logging.getLogger("test"))
    nothing = Live((), (), ())
    numbered = tuple(enumerate(records, 1))
    written.start()
    for second in seen:
        at_ms = (NOON + second) * 1000
        written.put(Batch(at_ms, 0, numbered, nothing, True))
        numbered = ()
    written.close()
    return path


def test_the_log_alone_as_json(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, log, "--json")
    said = json.loads(out)
    assert (code, said["day"], list(said["queues"])) == (0, DAY, ["sales", "support"])
    support = said["queues"]["support"]
    assert set(support) == {"queue_log", "bridge", "asterisk", "differences"}
    assert support["bridge"] is None
    assert support["asterisk"] == {"perf": 1000, "perf2": 1000}
    assert support["queue_log"]["sla"] == 500
    assert [(each["figure"], each["perf"], each["by"]) for each in support["differences"] if "perf" in each] == [
        ("sla", 1000, 500)
    ]
    (reason,) = support["differences"][0]["reasons"]
    assert (reason["why"], reason["stays"], reason["explained"]) == ("abandoned_unseen", ["c2"], True)
    assert "queue_log begins at 2026-03-16 12:00:00" in err


def test_the_rules_of_each_queue_hold(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sales = json.loads(call(capsys, log, "--json")[1])["queues"]["sales"]
    assert sales["asterisk"] == {"perf": None, "perf2": 0}
    assert (sales["queue_log"]["sla"], sales["queue_log"]["sla_of"]) == (0, 1)  # nobody waited 5 s or less


def test_a_day_may_begin_in_the_evening(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (log.parent / "thresholds.yaml").write_text('timezone: Asia/Jerusalem\nday_start: "18:00"\n')
    _, out, _ = call(capsys, log, day="2026-03-15")
    assert out.startswith("day 2026-03-15, 2026-03-15 18:00:00 to 2026-03-16 18:00:00\n")


def test_a_table_for_people(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capsys, log)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == f"day {DAY}, 2026-03-16 00:00:00 to 2026-03-17 00:00:00"
    about = "support: service level is answered_of_offered within 20 s, target 80.0 %; short abandons are below 5 s"
    assert lines[lines.index(about) + 1 : -2] == [
        "                     queue_log  Asterisk  differs by",
        "  offered                    2",
        "  answered                   1",
        "  abandoned                  1",
        "  service level         50.0 %",
        "  of calls                   2",
        "  average wait         5.000 s",
        "  longest wait        12.000 s",
        "  average talk        20.000 s",
        "  ServicelevelPerf               100.0 %  +50.0 points",
        "  ServicelevelPerf2              100.0 %  +50.0 points",
        "  ServicelevelPerf: abandoned, which Asterisk's Perf does not see at all: 1 stay: c2",
        "  ServicelevelPerf2: abandoned within the limit, which Asterisk's Perf2 takes for a success: 1 stay: c2",
    ]
    assert lines[-2:] == ["", "3 stays in 2 queues: 3 of Asterisk's figures differ, explained to the last call"]


def test_a_cause_is_told_once_however_many_figures_it_changes(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answered = AS_THE_LOG[0]
    assert isinstance(answered, End)
    nearly = answered._replace(wait_ms=5_400)
    records = (nearly, AS_THE_LOG[2], stay("support", "c9", Outcome.ABANDONED, 9, 12), AS_THE_LOG[3])
    code, out, _ = call(capsys, log, "--journal", journal(log.parent, records, [-60, 60]))
    assert code == 1
    lines = out.splitlines()
    assert "  average wait         5.000 s   5.400 s            +0.400 s" in lines
    assert "  offered                    2         2            NOT EXPLAINED" in lines
    told = [line for line in lines if line.startswith("  ") and ": " in line and "Perf" not in line]
    assert told == [  # what is wrong comes first, what is harmless last
        "  offered, abandoned: NOT EXPLAINED: in queue_log, not in the bridge's journal, and the bridge was there: "
        "1 stay: c2",
        "  offered, abandoned: NOT EXPLAINED: in the bridge's journal, not in queue_log: 1 stay: c9",
        "  average wait: queue_log has whole seconds, the bridge milliseconds: 1 stay: c1",
    ]
    assert lines[-1] == "NOT EXPLAINED, of 3 stays in 2 queues: support: offered, abandoned"


def test_queues_without_a_call_are_one_line(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with log.open("a") as file:
        file.write(
            f"{NOON + 3 * 86_400}|x1|night|NONE|ENTERQUEUE||1|1\n{NOON + 3 * 86_400}|NONE|NONE|NONE|QUEUESTART|\n"
        )
    lines = call(capsys, log)[1].splitlines()
    assert "no call on this day: night" in lines
    assert lines[-1].startswith("3 stays in 2 queues: ")


def test_the_bridge_beside_it(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = journal(log.parent, AS_THE_LOG, [-60, 60])
    code, out, _ = call(capsys, log, "--journal", path, "--json")
    queues = json.loads(out)["queues"]
    assert code == 0
    assert queues["support"]["bridge"]["answered"] == 1
    assert not [each for queue in queues.values() for each in queue["differences"] if "bridge" in each]


def test_a_redirected_caller_and_a_rejected_one_are_named_and_fine(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    moved = AS_THE_LOG[1]
    assert isinstance(moved, End)
    records = [*AS_THE_LOG, End("sales", Outcome.REJECTED, 0, 0, NOON * 1000, "c7")]
    records[1] = moved._replace(outcome=Outcome.REMOVED)
    code, out, _ = call(capsys, log, "--journal", journal(log.parent, records, [-60, 60]))
    assert code == 0
    assert "  abandoned                  1         0            \N{MINUS SIGN}1\n" in out
    assert "queue_log says ABANDON for that too, the bridge saw the move: 1 stay: c2" in out
    assert ["rejected", "–", "1"] in [line.split() for line in out.splitlines()]
    assert "\n  rejected: turned away at the door" in out


def test_a_queue_that_only_the_bridge_has(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    turned_away = End("vip", Outcome.REJECTED, 0, 0, NOON * 1000, "c7")
    path = journal(log.parent, (*AS_THE_LOG, turned_away), [-60, 60])
    code, out, _ = call(capsys, log, "--journal", path, "--json")
    vip = json.loads(out)["queues"]["vip"]
    assert (code, vip["queue_log"]["offered"], vip["bridge"]["rejected"]) == (0, 0, 1)


@pytest.mark.parametrize(("day", "calls"), [("today", 1), ("yesterday", 2)])
def test_today_and_yesterday_are_the_sites(day: str, calls: int, log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (log.parent / "thresholds.yaml").write_text("timezone: UTC\n")
    now = int(time.time())
    seconds = [now - 86_400, now - 86_400, now]
    log.write_text("".join(f"{at}|n{n}|support|NONE|ABANDON|1|1|0\n" for n, at in enumerate(seconds)))
    assert json.loads(call(capsys, log, "--json", day=day)[1])["queues"]["support"]["queue_log"]["abandoned"] == calls


def test_a_stay_that_the_bridge_missed_is_exit_code_1(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = journal(log.parent, AS_THE_LOG[1:], [-60, 60])
    code, out, _ = call(capsys, log, "--journal", path, "--json")
    assert code == 1
    wrong = [each for each in json.loads(out)["queues"]["support"]["differences"] if not each["explained"]]
    assert {each["figure"] for each in wrong} >= {"offered", "answered", "sla_of"}
    assert all(each["reasons"][0]["stays"] == ["c1"] for each in wrong)
    code, out, _ = call(capsys, log, "--journal", path)
    assert code == 1
    assert "  answered                   1         0            \N{MINUS SIGN}1  NOT EXPLAINED\n" in out
    told = "NOT EXPLAINED, of 3 stays in 2 queues: support: offered, answered, service level, of calls, average wait"
    assert out.splitlines()[-1] == told


def test_what_ended_while_no_bridge_ran_is_explained_by_when_that_was(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = journal(log.parent, (AS_THE_LOG[3],), [27, 60])
    code, out, _ = call(capsys, log, "--journal", path)
    assert code == 0
    assert (
        "the bridge did not see the PBX, or could not keep what it saw, until 2026-03-16 12:00:27: 2 stays: c1, c2"
        in out
    )
    early = journal(log.parent / "early", AS_THE_LOG[:3], [-60, 26])
    code, out, _ = call(capsys, log, "--journal", early)
    assert code == 0
    assert "or could not keep what it saw, from 2026-03-16 12:00:26: 1 stay: c3" in out


def test_a_log_that_ends_before_the_journal_does(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    later = stay("support", "c8", Outcome.ANSWERED, 300, 5)
    code, out, _ = call(capsys, log, "--journal", journal(log.parent, (*AS_THE_LOG, later), [-60, 400]))
    assert code == 0
    note = "note: queue_log ends at 2026-03-16 12:00:39, and the bridge's journal goes on: name the file after it too"
    assert note in out.splitlines()
    same = journal(log.parent / "same", AS_THE_LOG, [-60, 400])
    assert "queue_log ends" not in call(capsys, log, "--journal", same)[1]


def test_a_full_disk_under_the_output_is_one_line(log: Path) -> None:
    arguments = [sys.executable, "-m", "host_bridge.ctl", "reconcile", "--queue-log", log, "--day", DAY]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(arguments, check=False, stdout=full, stderr=subprocess.PIPE, text=True, timeout=30)
    assert (done.returncode, done.stderr) == (1, "wallboardctl: the output cannot be written: the disk is full\n")


def test_a_day_without_calls_inside_the_log(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with log.open("a") as file:
        file.write(f"{NOON + 3 * 86_400}|NONE|NONE|NONE|QUEUESTART|\n")
    code, out, err = call(capsys, log, "--json", day="2026-03-17")
    queues = json.loads(out)["queues"]
    assert (code, queues["support"]["queue_log"]["offered"]) == (0, 0)
    assert queues["support"]["asterisk"] == {"perf": None, "perf2": None}
    assert err == "wallboardctl reconcile: queue_log has no call on this day\n"


@pytest.fixture
def in_kiritimati(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This machine is where the log's noon is midnight."""
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("in_kiritimati")
def test_without_thresholds_the_day_is_this_machines(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = ctl.main(["reconcile", "--queue-log", str(log), "--day", "2026-03-17"])
    first, note, *rest = capsys.readouterr().out.splitlines()
    assert (code, first) == (0, "day 2026-03-17, 2026-03-17 00:00:00 to 2026-03-18 00:00:00")
    assert note.startswith("note: without --thresholds the day is this machine's (+14, from 00:00)")
    assert "answered_of_offered within 20 s" in note
    assert ["answered", "1"] in [line.split() for line in rest]


def test_only_the_queues_that_the_bridge_reads(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = journal(log.parent, AS_THE_LOG[:3], [-60, 60])
    assert call(capsys, log, "--journal", path)[0] == 1
    code, out, _ = call(capsys, log, "--journal", path, "--queues", "support", "--json")
    assert (code, list(json.loads(out)["queues"])) == (0, ["support"])
    assert "--queues: no call is of 'sale'; did you mean 'sales'" in refused(capsys, log, "--queues", "sale")
