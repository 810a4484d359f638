"""The journal's facade: what was put comes back, in the PBX's clock; and what makes a journal none of ours."""

from __future__ import annotations

import logging
import sqlite3
import threading
from pathlib import Path
from typing import get_type_hints

import pytest

from host_bridge.journal import Batch, JournalError, Restored, open_journal, read_day, read_days, read_gaps
from host_bridge.journal.schema import VERSION
from host_bridge.truth.live import Live, OpenJourney, OpenStay, PbxCounters
from host_bridge.truth.outcomes import End, Estimate, JourneyEnd, Outcome, Record, Talk
from tests.journals import SHIFT_MS, SITE, a_batch, an_end, live, opened, written
from tests.waiting import wait_until

LOG = logging.getLogger("test.journal")

EVERY_KIND: tuple[Record, ...] = (
    *(End("תמיכה", outcome, 61_234, 61, 100_000, "1.5", "1.4", 38_766) for outcome in Outcome),
    End("q|a", Outcome.REJECTED, 0, 0, 100_000),
    Talk("q", 12, True, 100_000, "1.5", 61),
    Talk("q", 13, False, 100_000),
    JourneyEnd("q", "1.4", 99_000, True, 100_000),
    JourneyEnd("q", "1.4", 99_000, False, 100_000),
    Estimate("q", 3, 4, 100_000),
)


def moved(record: Record, by_ms: int = SHIFT_MS) -> Record:
    """As the journal keeps it; written apart from the journal's own shifting."""
    record = record._replace(at_ms=record.at_ms + by_ms)
    if isinstance(record, End) and record.joined_ms:
        record = record._replace(joined_ms=record.joined_ms + by_ms)
    return record


def test_every_kind_of_record_comes_back_equal_and_of_its_type(tmp_path: Path) -> None:
    rows = tuple(enumerate((*EVERY_KIND, *reversed(EVERY_KIND)), 1))
    written(tmp_path / "j", Batch(200_000, SHIFT_MS, rows, Live(), True))
    journal, restored = opened(tmp_path / "j")
    journal.close()
    assert restored.rows == [(row, moved(record)) for row, record in rows]
    for _, record in restored.rows:
        assert [type(value) for value in record] == list(get_type_hints(type(record)).values())
    assert (restored.seen_pbx_ms, restored.next_row) == (200_000 + SHIFT_MS, len(rows) + 1)


def test_what_is_open_comes_back_in_the_pbxs_clock(tmp_path: Path) -> None:
    open_now = Live(
        (OpenStay("q", "1.1", "1.0", 1_000, True, False, 7), OpenStay("q", "1.2", "1.2", 2_000, False, True, None)),
        (OpenJourney("1.0", "1.1", "q", 500, False, None), OpenJourney("1.3", "1.3", "p", 600, True, 700)),
        (PbxCounters("q", 5, 6, 7),),
    )
    written(tmp_path / "j", a_batch(1), Batch(3_000, 100, (), open_now, True))
    journal, restored = opened(tmp_path / "j")
    journal.close()
    assert restored.live == Live(
        (OpenStay("q", "1.1", "1.0", 1_100, True, False, 7), OpenStay("q", "1.2", "1.2", 2_100, False, True, None)),
        (OpenJourney("1.0", "1.1", "q", 600, False, None), OpenJourney("1.3", "1.3", "p", 700, True, 800)),
        (PbxCounters("q", 5, 6, 7),),
    )


def test_the_same_row_again_is_the_record_revised(tmp_path: Path) -> None:
    revised = an_end(1, outcome=Outcome.ABANDONED)
    written(tmp_path / "j", a_batch(1), Batch(2_000, SHIFT_MS, ((1, revised),), live(1), True))
    assert read_day(tmp_path / "j", 0, 10**9) == [moved(revised)]


def test_what_ended_before_the_kept_span_is_not_loaded_and_its_rows_are_not_given_again(tmp_path: Path) -> None:
    late_row_of_long_ago = (7, an_end(1))
    written(tmp_path / "j", Batch(9_000, SHIFT_MS, ((3, an_end(8)), late_row_of_long_ago), Live(), True))
    journal = open_journal(tmp_path / "j", SITE, LOG)
    restored = journal.load(8_000 + SHIFT_MS)
    journal.close()
    assert restored.rows == [(3, moved(an_end(8)))]
    assert restored.next_row == 8


def test_a_day_is_from_its_first_ms_up_to_the_first_of_the_next(tmp_path: Path) -> None:
    written(tmp_path / "j", *(a_batch(number) for number in range(1, 6)))
    found = read_day(tmp_path / "j", 2_000 + SHIFT_MS, 4_000 + SHIFT_MS)
    assert found == [moved(an_end(2)), moved(an_end(3))]


def test_a_new_journal_is_empty(tmp_path: Path) -> None:
    journal, restored = opened(tmp_path / "new" / "folder" / "j")
    journal.close()
    assert restored == Restored([], Live(), None, 0, 1)


def test_the_thread_takes_a_batch_over_and_writes_it(tmp_path: Path) -> None:
    journal, _ = opened(tmp_path / "j")
    assert journal.ready()
    journal.put(a_batch(1))
    assert not journal.ready()
    assert journal.saved_ms is None
    journal.start()
    wait_until(lambda: journal.saved_ms == 1_000, otherwise="the batch is not written")
    assert journal.ready()
    assert read_day(tmp_path / "j", 0, 10**9) == [moved(an_end(1))], "readable while the bridge has it open"
    journal.put(a_batch(2))
    journal.close()
    assert len(read_day(tmp_path / "j", 0, 10**9)) == 2, "close() writes what is left"
    assert (journal.problem, journal.dropped) == ("", 0)


def test_a_journal_lost_while_running_asks_for_everything_again(tmp_path: Path) -> None:
    journal, _ = opened(tmp_path / "j")
    journal.put(a_batch(1))
    journal.start()
    wait_until(lambda: journal.saved_ms == 1_000)
    assert not journal.begun_anew()
    for part in ("j", "j-wal", "j-shm"):
        (tmp_path / part).unlink()
    journal.put(a_batch(2))
    wait_until(lambda: journal.saved_ms == 2_000)
    assert journal.begun_anew()
    assert not journal.begun_anew(), "once"
    journal.put(a_batch(3)._replace(rows=tuple((number, an_end(number)) for number in (1, 2, 3))))
    journal.close()
    assert len(read_day(tmp_path / "j", 0, 10**9)) == 3


def test_a_disk_that_does_not_answer_is_told_and_a_stop_is_not_held_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("host_bridge.journal.thread.CLOSE_S", 0.05)
    monkeypatch.setattr("host_bridge.journal.thread.SILENT_MS", 20)
    answers = threading.Event()
    journal, _ = opened(tmp_path / "j")
    monkeypatch.setattr("host_bridge.journal.store.Store.write", lambda store, work: answers.wait(30))
    journal.put(a_batch(1))
    journal.start()
    wait_until(lambda: "the disk does not answer" in journal.problem)
    journal.put(a_batch(2))
    journal.close()
    assert caplog.messages == [f"journal {tmp_path / 'j'}: the disk does not answer; what is not written is lost"]
    answers.set()


def test_a_bug_in_the_thread_is_a_problem_and_not_silence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("threading.excepthook", lambda told: None)
    journal, _ = opened(tmp_path / "j")
    monkeypatch.setattr("host_bridge.journal.store.Store.write", lambda store, work: 1 // 0)
    journal.put(a_batch(1))
    journal.start()
    wait_until(lambda: "its writer ended by an error of its own" in journal.problem)
    monkeypatch.undo()
    journal.close()


def test_days_are_kept_and_the_last_figures_of_a_day_count(tmp_path: Path) -> None:
    journal, _ = opened(tmp_path / "j")
    journal.put_day("2026-03-27", "support", {"offered": 7}, 10)
    journal.put_day("2026-03-27", "sales", {"offered": 1, "sla": 800}, 10)
    journal.put_day("2026-03-27", "support", {"offered": 8}, 20)
    journal.close()
    assert read_days(tmp_path / "j") == [
        ("2026-03-27", "sales", {"offered": 1, "sla": 800}, 10),
        ("2026-03-27", "support", {"offered": 8}, 20),
    ]
    assert len(read_days(tmp_path / "j", "2026-03-27")) == 2
    assert read_days(tmp_path / "j", "2026-03-28") == []


def test_the_time_of_no_bridge_is_a_gap(tmp_path: Path) -> None:
    path = tmp_path / "j"
    written(path, a_batch(10), a_batch(20))
    written(path, a_batch(50, seen=False), a_batch(60), a_batch(70))
    written(path, a_batch(80))
    from_ms, until_ms = 1_000, 90_000 + SHIFT_MS
    gaps = [(from_ms, 15_000), (25_000, 65_000), (75_000, 85_000), (85_000, until_ms)]
    merged = [*gaps[:2], (75_000, until_ms)]  # the last two touch: nobody looks since second 80
    assert read_gaps(path, from_ms, until_ms) == merged
    assert read_gaps(path, 30_000, 40_000) == [(30_000, 40_000)]
    assert read_gaps(path, 15_000, 25_000) == []


def test_a_line_that_was_down_is_a_gap(tmp_path: Path) -> None:
    path = tmp_path / "j"
    written(path, a_batch(10), a_batch(20), a_batch(30, seen=False), a_batch(35, seen=False), a_batch(40), a_batch(50))
    assert read_gaps(path, 15_000, 55_000) == [(25_000, 45_000)]


def test_the_clocks_difference_is_that_of_the_newest_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("host_bridge.journal.journal.time.time_ns", lambda: 9_000 * 1_000_000)
    written(tmp_path / "j", a_batch(10))
    journal, restored = opened(tmp_path / "j")
    journal.close()
    assert restored.clock_pbx_minus_wall_ms == 10_000 + SHIFT_MS - 9_000


def test_pruning_forgets_what_ended_before(tmp_path: Path) -> None:
    written(tmp_path / "j", *(a_batch(number) for number in range(1, 31)))
    journal, _ = opened(tmp_path / "j")
    journal.put_day("2026-03-26", "support", {"offered": 7}, 10)
    journal.put_day("2026-03-27", "support", {"offered": 8}, 99_000)
    journal.start()
    journal.prune(21_000 + SHIFT_MS)
    wait_until(lambda: len(read_day(tmp_path / "j", 0, 10**9)) == 10, otherwise="nothing is pruned")
    wait_until(lambda: len(read_days(tmp_path / "j")) == 1, otherwise="the old day stays")
    journal.close()
    journal, restored = opened(tmp_path / "j")
    journal.close()
    assert [row for row, _ in restored.rows] == list(range(21, 31))


def test_a_second_bridge_is_told_and_the_first_is_not_disturbed(tmp_path: Path) -> None:
    first, _ = opened(tmp_path / "j")
    with pytest.raises(JournalError, match=r"another bridge writes it \(process \d+\)"):
        open_journal(tmp_path / "j", SITE, LOG)
    first.put(a_batch(1))
    first.close()
    second, restored = opened(tmp_path / "j")
    second.close()
    assert len(restored.rows) == 1


def test_a_newer_journal_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "j"
    written(path, a_batch(1))
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {VERSION + 1}")
    connection.close()
    content = path.read_bytes()
    with pytest.raises(JournalError, match=f"journal version {VERSION + 1}, this one reads {VERSION}"):
        open_journal(path, SITE, LOG)
    assert path.read_bytes() == content


def test_the_journal_of_another_site_is_refused(tmp_path: Path) -> None:
    written(tmp_path / "j", a_batch(1))
    with pytest.raises(JournalError, match=r"of site 'haifa', and bridge\.yaml says 'eilat'"):
        open_journal(tmp_path / "j", "eilat", LOG)


def test_a_database_of_something_else_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "cdr.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE cdr (src)")
    connection.close()
    content = path.read_bytes()
    with pytest.raises(JournalError, match="a database of something else"):
        open_journal(path, SITE, LOG)
    assert path.read_bytes() == content
    with pytest.raises(JournalError, match="a database of something else"):
        read_day(path, 0, 1)


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(JournalError, match="its folder cannot be written") as told:
        open_journal(tmp_path / "file" / "j", SITE, LOG)
    assert "\n" not in str(told.value)
    with pytest.raises(JournalError, match="a folder: name a file"):
        open_journal(tmp_path, SITE, LOG)


def test_reading_a_journal_that_is_not_there_makes_none(tmp_path: Path) -> None:
    for read in (lambda: read_day(tmp_path / "j", 0, 1), lambda: read_days(tmp_path / "j")):
        with pytest.raises(JournalError, match="there is no such file"):
            read()
    assert not list(tmp_path.iterdir())
