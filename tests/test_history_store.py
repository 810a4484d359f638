"""The history's file: what goes in comes out, is closed, is forgotten in time, and outlives damage and full disks."""

from __future__ import annotations

import logging
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from host_bridge.history import (
    Ack,
    BoardEvent,
    Firing,
    History,
    Outage,
    Run,
    applied_rules,
    history_file,
    read_rows,
    rules_text,
)
from host_bridge.history import backlog as backlogs
from host_bridge.history.backlog import Backlog
from host_bridge.history.entries import RulesApplied
from host_bridge.journal import JournalError

SITE = "haifa"
LOG = logging.getLogger("test.history")
EVER = 10**15
RUN = Run(1_000, "1.0", 1_000, 2_000, None)
FIRING = Firing(1_000, 1, "sales", "wait", 1, 5_000, None, "", ((5_000, 1),))
BOARD = BoardEvent(6_000, "hall-1", "offline", "pi-a", "10.0.0.7", "10000000abcd", "1.0", "")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return history_file(tmp_path / "bridge.journal")


def opened(path: Path) -> History:
    return History.open(path, SITE, LOG)


def written(path: Path, *entries: object) -> None:
    history = opened(path)
    for entry in entries:
        history.put(entry)  # type: ignore[arg-type]
    history.close()


def until(true: Callable[[], object]) -> None:
    """The writer has a thread of its own."""
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_file_lies_beside_the_journal() -> None:
    assert history_file(Path("/var/lib/wallboard/a.journal")) == Path("/var/lib/wallboard/a.journal.history")


def test_all_that_goes_in_comes_out_in_order_of_time(path: Path) -> None:
    ack = Ack("sales", "wait", 5_100, 5_100, None, "hall-1")
    outage = Outage(1_000, 1, "pbx", "connection refused", 1_500, 1_900)
    later = FIRING._replace(number=2, from_ms=7_000)
    written(path, RUN, later, FIRING, ack, outage, BOARD)
    rows = read_rows(path, 0, EVER)
    assert (rows.runs, rows.outages, rows.acks, rows.boards) == ((RUN,), (outage,), (ack,), (BOARD,))
    assert rows.firings == (FIRING, later)


def test_what_is_open_is_closed_by_the_same_key(path: Path) -> None:
    closed = FIRING._replace(until_ms=9_000, severity=2, end="cleared", steps=((5_000, 1), (6_000, 2), (9_000, 0)))
    written(path, RUN, FIRING)
    written(path, closed)
    assert read_rows(path, 0, EVER).firings == (closed,)


def test_it_is_read_while_a_bridge_writes(path: Path) -> None:
    history = opened(path)
    history.put(RUN)
    until(lambda: path.exists() and not history.problem and _rows(path))
    history.put(FIRING)
    until(lambda: read_rows(path, 0, EVER).firings == (FIRING,))
    history.close()


def _rows(path: Path) -> object:
    try:
        return read_rows(path, 0, EVER).runs
    except JournalError:  # it is being made
        return None


def test_a_span_of_time_has_what_reaches_into_it(path: Path) -> None:
    written(
        path,
        RUN._replace(until_ms=50_000),
        FIRING._replace(until_ms=9_000, end="cleared"),
        FIRING._replace(number=2, from_ms=20_000),
        BOARD,
        BOARD._replace(at_ms=7_000, what="online"),
        BOARD._replace(at_ms=30_000, what="offline"),
    )
    assert [each.number for each in read_rows(path, 9_000, 20_000).firings] == [1]
    assert [each.number for each in read_rows(path, 9_001, 20_001).firings] == [2]
    assert [each.number for each in read_rows(path, 50_001, EVER).firings] == [], "it ended with its run"
    assert [each.what for each in read_rows(path, 10_000, 20_000).boards] == ["online"], "how it was before"
    assert [each.what for each in read_rows(path, 10_000, EVER).boards] == ["online", "offline"]


def test_rules_are_kept_once_by_content_and_numbered(path: Path) -> None:
    history = opened(path)
    for at_ms, text in enumerate((b"a", b"a", b"b", b"a", b"b", b"c")):
        history.rules_applied(text, at_ms, f"note {at_ms}")
    history.close()
    found = applied_rules(path)
    assert [(each.number, each.at_utc_ms, each.note) for each in found] == [
        (1, 0, "note 0"),
        (2, 2, "note 2"),
        (1, 3, "note 3"),
        (2, 4, "note 4"),
        (3, 5, "note 5"),
    ]
    assert [rules_text(path, each.version) for each in found] == [b"a", b"b", b"a", b"b", b"c"]
    with pytest.raises(JournalError, match="there is no version nonsense"):
        rules_text(path, "nonsense")


def test_the_rules_in_force_at_the_end_are_known_at_the_next_start(path: Path) -> None:
    for at_ms in (1, 2):
        written(path, RulesApplied(at_ms, b"same", "the bridge started"))
    assert [each.at_utc_ms for each in applied_rules(path)] == [1]


def test_two_hundred_versions_of_the_rules_are_kept_and_no_number_comes_twice(path: Path) -> None:
    texts = [b"%d" % number for number in range(230)]
    written(path, *[RulesApplied(at_ms, text, "") for at_ms, text in enumerate(texts)])
    history = opened(path)
    history.prune(EVER)
    history.put(RulesApplied(500, texts[40], "an old one again"))
    history.put(RulesApplied(501, texts[0], "one that was forgotten"))
    history.close()
    found = applied_rules(path)
    assert len({each.version for each in found}) == 200
    assert [each.number for each in found[-2:]] == [41, 231]
    assert rules_text(path, found[-1].version) == b"0"


def test_what_was_over_is_forgotten_in_time(path: Path) -> None:
    closed = FIRING._replace(until_ms=9_000, end="cleared")
    written(path, RUN._replace(until_ms=60_000), closed, FIRING._replace(number=2, until_ms=50_000), BOARD)
    history = opened(path)
    history.prune(10_000)
    until(lambda: len(read_rows(path, 0, EVER).firings) == 1)
    history.close()
    rows = read_rows(path, 0, EVER)
    assert ([each.number for each in rows.firings], len(rows.runs), rows.boards) == ([2], 1, ())


def test_beyond_the_limit_the_oldest_are_given_up_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlogs, "MOST", 3)
    pending = Backlog()
    for number in range(5):
        pending.put(FIRING._replace(number=number))
        pending.put(FIRING._replace(number=number, severity=2))
    assert pending.dropped == 2
    work = pending.take()
    assert work is not None
    assert [(each.number, each.severity) for each in work.entries.values() if isinstance(each, Firing)] == [
        (2, 2),
        (3, 2),
        (4, 2),
    ]
    pending.put(FIRING._replace(number=4, severity=0))
    pending.give_back(work)
    again = pending.take()
    assert again is not None and [each.severity for each in again.entries.values() if isinstance(each, Firing)] == [
        2,
        2,
        0,
    ], "what was put meanwhile is newer"


def test_what_sqlite_cannot_take_keeps_nothing_else_out(path: Path) -> None:
    history = opened(path)
    history.put(FIRING._replace(queue="half \ud83d"))
    history.put(FIRING._replace(number=2, severity=2**70))
    history.put(FIRING._replace(number=3))
    history.close()
    assert history.dropped == 2
    assert [each.number for each in read_rows(path, 0, EVER).firings] == [3]


def test_a_damaged_file_is_set_aside_and_told(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.write_bytes(b"no database, not even by its first bytes" * 100)
    written(path, RUN)
    assert read_rows(path, 0, EVER).runs == (RUN,)
    assert len(list(path.parent.glob("*.history.damaged-*Z"))) == 1
    assert (
        f"history {path}: damaged (file is not a database): set aside as bridge.journal.history.damaged-" in caplog.text
    )


def test_a_file_removed_under_the_bridge_is_begun_anew_with_what_still_holds(path: Path) -> None:
    history = opened(path)
    ended = FIRING._replace(number=2, until_ms=6_000, end="cleared")
    for entry in (RUN, FIRING, FIRING._replace(number=2), ended, RulesApplied(1, b"rules", "started")):
        history.put(entry)
    until(lambda: _rows(path) and len(read_rows(path, 0, EVER).firings) == 2)
    for part in ("", "-wal", "-shm"):
        path.with_name(path.name + part).unlink(missing_ok=True)
    history.put(BOARD)
    until(lambda: _rows(path) is not None and read_rows(path, 0, EVER).boards)
    history.renew()
    history.close()
    rows = read_rows(path, 0, EVER)
    assert (rows.runs, rows.firings, len(rows.applied)) == ((RUN,), (FIRING,), 1)


def test_a_second_bridge_is_refused_and_goes_on_without(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    first, second = opened(path), opened(path)
    second.put(RUN)
    second.prune(5)
    second.renew()
    second.close()
    assert f"history {path}: another bridge writes it (process {os.getpid()})" in second.problem
    assert len(caplog.messages) == 1
    first.put(RUN._replace(version="first"))
    first.close()
    assert [each.version for each in read_rows(path, 0, EVER).runs] == ["first"]


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    history = opened(tmp_path / "file" / "j.history")
    history.put(RUN)
    history.close()
    assert "its folder cannot be written" in history.problem
    assert len(caplog.messages) == 1
    assert caplog.messages[0].endswith("; until then no history is kept")


def test_a_history_of_another_site_or_a_journal_is_not_touched(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    written(path, RUN)
    other = History.open(path, "tel-aviv", LOG)
    other.put(RUN._replace(version="other"))
    until(lambda: other.problem)
    assert f"history {path}: of site 'haifa', and bridge.yaml says 'tel-aviv'" in other.problem
    other.close()
    assert [each.version for each in read_rows(path, 0, EVER).runs] == ["1.0"]


def test_a_full_disk_is_told_once_and_nothing_is_lost_meanwhile(
    path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("host_bridge.journal.writer.RETRY_MS", 1)
    monkeypatch.setattr("host_bridge.journal.writer.LONGEST_RETRY_MS", 1)
    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    is_full = True

    def fail(*_: object) -> None:
        if is_full:
            raise full

    monkeypatch.setattr("host_bridge.history.history.Store.is_in_place", lambda store: fail() is None)
    history = opened(path)
    history.put(RUN)
    until(lambda: history.problem == "" and path.exists())
    history.put(FIRING)
    until(lambda: history.problem == f"history {path}: the disk is full: free some space there")
    time.sleep(0.6)  # it tries again
    is_full = False
    until(lambda: history.problem == "")
    history.close()
    assert read_rows(path, 0, EVER).firings == (FIRING,)
    assert [line for line in caplog.messages if "disk is full" in line] == [
        f"history {path}: the disk is full: free some space there; the bridge goes on counting, and tries again"
    ]


@pytest.mark.parametrize(
    ("content", "line"),
    [(None, "there is no such file"), (b"", "it is empty"), (b"x" * 5_000, "no history of a bridge: name the file")],
)
def test_what_cannot_be_read_is_one_clear_line(path: Path, content: bytes | None, line: str) -> None:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(JournalError, match=f"^history {path}: {line}"):
        read_rows(path, 0, EVER)


KILLED = """
import logging, os, sys, time
from pathlib import Path
from host_bridge.history import History, Firing, Run
history = History.open(Path(sys.argv[1]), "haifa", logging.getLogger())
number = 0
while True:
    number += 1
    history.put(Run(1, "1", 0, number, None))
    history.put(Firing(1, number, "sales", "wait", 1, number, number, "cleared", ((number, 1), (number, 0))))
    if number % 50 == 0:
        os.write(1, b".")
        time.sleep(0.005)
"""


@pytest.mark.parametrize("kills", range(4))
def test_killed_at_any_instant_it_is_whole_and_goes_on(path: Path, kills: int) -> None:
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    until(path.exists)
    for _ in range(30 + 37 * kills):
        process.stdout.read(1)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    written(path, FIRING._replace(started=2))
    rows = read_rows(path, 0, EVER)
    numbers = [each.number for each in rows.firings if each.started == 1]
    if numbers:  # each transaction is whole: the mark and the firing of the same instant
        assert numbers == list(range(1, rows.runs[0].seen_ms + 1))
    assert [each.number for each in rows.firings if each.started == 2] == [1]
