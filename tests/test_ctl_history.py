"""`wallboardctl history`: what people read of a known history, as JSON, and each way in which there is none."""

from __future__ import annotations

import json
import logging
import time
from pathlib import Path

import pytest

from host_bridge.ctl.program import main
from host_bridge.history import Ack, BoardEvent, Firing, History, Outage, Run, history_file
from host_bridge.history.entries import RulesApplied

DAY_MS = 1_794_607_200_000  # 2026-11-14 00:00 in Jerusalem, a Saturday
HOUR_MS = 3_600_000
STARTED = DAY_MS + 7 * HOUR_MS
BRIDGE = """\
site: main
pbx: {host: pbx, username: u, password_file: none}
mqtt: {url: "mqtt://broker"}
thresholds: thresholds.yaml
journal: bridge.journal
"""


def at(hours: int, minutes: int = 0, seconds: int = 0) -> int:
    return DAY_MS + hours * HOUR_MS + minutes * 60_000 + seconds * 1_000


ENTRIES = (
    Run(STARTED, "0.3", STARTED, at(17), at(17)),
    RulesApplied(at(7, 0, 1), b"x", "the bridge started"),
    Outage(STARTED, 1, "pbx", "connection refused", at(8), at(8, 1, 5)),
    Firing(STARTED, 1, "sales", "waiting", 2, at(9), at(9, 2, 10), "cleared", ((at(9), 1), (at(9, 1), 2))),
    Ack("sales", "waiting", 1, at(9, 0, 12), None, "דנה@pc-7"),
    BoardEvent(at(9, 1), "hall-2", "offline", "pi-b", "10.0.0.9", "", "0.3", ""),
    BoardEvent(at(9, 30), "hall-2", "online", "pi-b", "10.0.0.9", "", "0.3", ""),
    Firing(STARTED, 2, "%40vip", "sla", 1, at(10), at(17), "unknown", ((at(10), 1),)),
    Firing(STARTED, 3, "תמיכה", "wait", 1, at(11), at(11, 0, 9), "gone", ((at(11), 1),)),
)
EXPECTED = """\
history of site main, of 2026-11-14

Saturday 2026-11-14
  07:00:00  bridge                started, version 0.3
  07:00:01  rules                 version 1 in use: the bridge started
  08:00:00  PBX       1 min 05 s  was lost: connection refused
  09:00:00  critical  2 min 10 s  sales: waiting; acknowledged by דנה@pc-7 after 12 s; offline meanwhile: hall-2
  09:01:00  board         29 min  hall-2 (pi-b, 10.0.0.9) was offline, during 1 alarm
  10:00:00  warn             7 h  @vip: sla; then the bridge stopped
  11:00:00  warn             9 s  תמיכה: wait; then its rule or queue was no more
  17:00:00  bridge                stopped

3 alarms, 1 of them critical; 1 acknowledged, after 12 s
1 board offline at some time
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "thresholds.yaml").write_text("timezone: Asia/Jerusalem\n")
    path = tmp_path / "bridge.yaml"
    path.write_text(BRIDGE)
    return path


@pytest.fixture
def kept(config: Path) -> Path:
    history = History.open(history_file(config.parent / "bridge.journal"), "main", logging.getLogger("test.history"))
    for entry in ENTRIES:
        history.put(entry)
    history.close()
    return config


def test_a_day_is_told_in_order_with_what_it_comes_to(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "--config", str(kept), "--day", "2026-11-14"]) == 0
    assert capsys.readouterr().out == EXPECTED


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--alarms"], {"critical", "warn"}),
        (["--boards"], {"board"}),
        (["--rules", "--bridge"], {"rules", "bridge", "PBX"}),
        (["--queue", "sales"], {"critical"}),
        (["--queue", "@vip"], {"warn"}),
        (["--queue", "%40vip"], {"warn"}),
        (["--queue", "sales", "--alarms", "--rules"], {"critical", "rules"}),
    ],
)
def test_what_is_asked_for_alone(
    kept: Path, options: list[str], words: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["history", "--config", str(kept), "--day", "2026-11-14", *options]) == 0
    out = capsys.readouterr().out
    lines = [line.split() for line in out.splitlines() if line.startswith("  ")]
    assert {line[1] for line in lines} == words
    alarms = sum(line[1] in ("critical", "warn") for line in lines)
    assert not alarms or f"\n{alarms} alarm" in out, "what it comes to is of these alone"


def test_a_queue_may_be_named_by_its_label_and_one_that_nobody_knows_is_told(
    kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (kept.parent / "thresholds.yaml").write_text("timezone: Asia/Jerusalem\nqueues: {sales: {label: 'דו\"ח'}}\n")
    outs = []
    for word in ("sales", 'דו"ח', "slaes"):
        assert main(["history", "--config", str(kept), "--day", "2026-11-14", "--queue", word]) == 0
        out, err = capsys.readouterr()
        outs.append(out)
        told = "wallboardctl history: --queue: thresholds.yaml names no queue 'slaes'; did you mean 'sales'?\n"
        assert err == (told if word == "slaes" else "")
    assert outs[0] == outs[1] and "sales: waiting" in outs[0] and "nothing happened" in outs[2]


def test_json_has_the_same_and_more(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "--config", str(kept), "--day", "2026-11-14", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    first = told["alarms"][0]
    assert (first["queue"], first["severity"], first["from_ms"], first["until_ms"]) == (
        "sales",
        "critical",
        at(9),
        at(9, 2, 10),
    )
    assert first["from"] == "2026-11-14T09:00:00+02:00"
    assert first["acks"][0]["by"] == "דנה@pc-7" and first["acks"][0]["after_ms"] == 12_000
    assert first["offline"] == ["hall-2"]
    assert [each["queue"] for each in told["alarms"]] == ["sales", "@vip", "תמיכה"]
    assert told["boards"][0]["board"] == "hall-2" and told["rules"][0]["number"] == 1
    assert told["bridge"][0]["killed"] is False and told["outages"][0]["what"] == "pbx"


def test_a_day_on_which_nothing_happened(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "--config", str(kept), "--day", "2026-11-10"]) == 0
    assert capsys.readouterr().out.endswith("nothing happened, as far as the bridge has seen\n")


def test_what_still_fires_while_the_bridge_runs(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    now_ms = time.time_ns() // 1_000_000
    history = History.open(history_file(config.parent / "bridge.journal"), "main", logging.getLogger("test.history"))
    history.put(Run(1, "0.3", now_ms - HOUR_MS, now_ms, None))
    history.put(Firing(1, 1, "sales", "waiting", 1, now_ms - 60_000, None, "", ()))
    history.put(BoardEvent(now_ms - 30_000, "hall-2", "offline", "", "", "", "", ""))
    path = history_file(config.parent / "bridge.journal")
    deadline = time.monotonic() + 10
    out = ""
    while "offline now" not in out and time.monotonic() < deadline:
        time.sleep(0.05)
        if path.exists() and main(["history", "--config", str(config)]) == 0:
            out = capsys.readouterr().out
    history.close()
    assert "sales: waiting; fires now; offline meanwhile: hall-2" in out
    assert out.endswith("1 board offline at some time; offline now: hall-2\n")


def no_history(config: Path) -> None:
    pass


def no_journal(config: Path) -> None:
    config.write_text(BRIDGE.replace("journal: bridge.journal\n", ""))


def no_config(config: Path) -> None:
    config.unlink()


def something_else(config: Path) -> None:
    history_file(config.parent / "bridge.journal").write_text("tea at four" * 1000)


@pytest.mark.parametrize(
    ("make", "code", "line"),
    [
        (no_history, 1, "no history yet: {folder}/bridge.journal.history is made when the bridge runs with {config}"),
        (no_journal, 2, "{config} names no journal, and the history lies beside it: name a file, journal: FILE"),
        (no_config, 2, "{config}: cannot be read: No such file or directory"),
        (something_else, 1, "history {folder}/bridge.journal.history: no history of a bridge: name the file that"),
    ],
    ids=lambda made: getattr(made, "__name__", ""),
)
def test_where_there_is_none_one_line_says_why(
    make: object, code: int, line: str, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(config)  # type: ignore[operator]
    assert main(["history", "--config", str(config)]) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert line.format(folder=config.parent, config=config) in told.err and told.err.count("\n") == 1


def test_somebody_elses_file_is_one_line_for_whom_the_system_says_no(
    kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Root may read everything, so the system's answer is the test's."""
    monkeypatch.setattr("host_bridge.ctl.history.os.access", lambda path, mode: False)
    assert main(["history", "--config", str(kept)]) == 1
    assert "you may not read it: run this as the bridge's user" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["2y", "0d", "-1d", "x", "99999999d", "1 d d"])
def test_a_length_that_is_none_is_refused(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["history", f"--since={word}"])
    assert ended.value.code == 2
    assert "expected how long ago, as 30m, 12h, 2d or 4w" in capsys.readouterr().err


@pytest.mark.parametrize("day", ["2026-13-01", "tomorrow", "", "9999-12-31"])
def test_a_day_that_is_none_is_refused(kept: Path, day: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", "--config", str(kept), "--day", day]) == 2
    assert "expected YYYY-MM-DD, today or yesterday" in capsys.readouterr().err


def test_without_sound_thresholds_the_machines_own_zone_has_to_do(kept: Path) -> None:
    (kept.parent / "thresholds.yaml").write_text("timezone: nowhere\n")
    assert main(["history", "--config", str(kept), "--since", "4w"]) == 0
