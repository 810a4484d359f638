"""Which thresholds are in force, and what is told of those that are not: saves come from the test's hand."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from config.yaml_file import ConfigError
from host_bridge.clock import Clock, Now
from host_bridge.history import History, history_file
from host_bridge.reload.rule_book import MOST_LINES, RuleBook, begin
from host_bridge.reload.rules_file import RulesFile, Save, judge
from host_bridge.thresholds import Thresholds

RIGHT = b"timezone: Asia/Jerusalem\nqueues: {sales: {}}\n"
OTHER = RIGHT.replace(b"sales", b"support")
WRONG = RIGHT.replace(b"{}", b"{lable: x}")
DAY_MS = 86_400_000


class Hands(Clock):
    """A clock that stands still; 14:32 on the site's wall."""

    def __init__(self) -> None:
        self.utc_ms = 1_789_039_920_000

    def ms(self) -> int:
        return self.utc_ms + 5_000

    def now(self) -> Now:
        return Now(self.ms(), self.utc_ms)


class Book:
    """A book that is fed, and what it took into use."""

    def __init__(self, path: Path) -> None:
        self.taken: list[list[str]] = []
        self.clock = Hands()
        self.book = RuleBook(path, begin(path, None), None, self.clock, logging.getLogger("test.book"))

    def save(self, save: Save) -> None:
        self.book._take(save, self.take)

    def take(self, thresholds: Thresholds) -> None:
        assert self.book.problem == "", "what goes out with it says that all is well"
        self.taken.append(list(thresholds.queues))


@pytest.fixture
def book(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Book:
    caplog.set_level(logging.INFO, "test.book")
    (tmp_path / "thresholds.yaml").write_bytes(RIGHT)
    return Book(tmp_path / "thresholds.yaml")


def test_a_right_save_is_taken_into_use_and_said(book: Book, caplog: pytest.LogCaptureFixture) -> None:
    before = book.book.in_force
    book.clock.utc_ms += 60_000
    book.save(judge(OTHER, "", "thresholds.yaml"))
    assert book.taken == [["support"]]
    assert caplog.messages == ["thresholds.yaml: taken into use: new: support; gone: sales"]
    assert book.book.in_force["version"] != before["version"]
    assert book.book.in_force["since"] == book.clock.ms()


def test_a_wrong_one_changes_nothing_is_told_once_and_so_is_its_end(
    book: Book, caplog: pytest.LogCaptureFixture
) -> None:
    in_force = book.book.in_force
    book.save(judge(WRONG, "", "thresholds.yaml"))
    assert book.taken == []
    assert book.book.in_force == in_force
    problem = "thresholds.yaml is wrong, the rules of 14:32 stay in force: thresholds.yaml:2:18: queues.sales.lable: "
    assert book.book.problem.startswith(problem)
    assert len(caplog.messages) == 2
    book.clock.utc_ms += DAY_MS
    book.save(judge(None, "Permission denied", "thresholds.yaml"))
    day = "2026-09-10 "
    assert book.book.problem == (
        f"thresholds.yaml cannot be read: Permission denied; the rules of {day}14:32 stay in force"
    )
    caplog.clear()
    book.save(judge(RIGHT, "", "thresholds.yaml"))
    assert (book.taken, book.book.problem) == ([], "")
    assert caplog.messages == [f"thresholds.yaml is as it was: the rules of {day}14:32 stay in force"]
    book.save(judge(WRONG, "", "thresholds.yaml"))
    book.save(judge(OTHER, "", "thresholds.yaml"))
    assert (book.taken, book.book.problem) == ([["support"]], "")


def test_a_thousand_mistakes_do_not_fill_the_log(book: Book, caplog: pytest.LogCaptureFixture) -> None:
    book.save(Save(b"x", None, tuple(f"thresholds.yaml:{line}: wrong" for line in range(1_000))))
    assert len(caplog.messages) == MOST_LINES + 2
    assert caplog.messages[-2] == "thresholds.yaml: 950 mistakes more: wallboardctl check tells them all"
    assert book.book.problem.endswith("thresholds.yaml:0: wrong (and 999 more)")


def test_a_disk_that_hangs_is_told_once_and_its_return(
    book: Book, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RulesFile, "hangs", True)
    book.book.beat()
    book.book.beat()
    said = "thresholds.yaml cannot be read: no answer within 10 s; the rules of 14:32 stay in force"
    assert (book.book.problem, caplog.messages) == (said, [said])
    monkeypatch.setattr(RulesFile, "hangs", False)
    book.book.beat()
    assert (book.book.problem, caplog.messages[1:]) == ("", ["thresholds.yaml can be read again"])


@pytest.mark.parametrize("kept", ["none", "no file", "damaged", "wrong too"])
def test_without_a_version_that_is_right_there_is_nothing_to_begin_with(tmp_path: Path, kept: str) -> None:
    path, history = tmp_path / "thresholds.yaml", history_file(tmp_path / "test.journal")
    path.write_bytes(WRONG)
    if kept == "damaged":
        history.write_bytes(b"SQLite format 3\0" + b"\xff" * 8_000)
    elif kept == "wrong too":
        written = History.open(history, "test", logging.getLogger("test.book"))
        written.rules_applied(WRONG, 1, "of an older bridge, which took it for right")
        written.close()
    with pytest.raises(ConfigError) as raised:
        begin(path, None if kept == "none" else history)
    assert raised.value.errors[0].startswith(f"{path}:2:18: queues.sales.lable")


def test_what_changed_while_no_bridge_ran_is_noted(tmp_path: Path) -> None:
    path, history = tmp_path / "thresholds.yaml", history_file(tmp_path / "test.journal")
    written = History.open(history, "test", logging.getLogger("test.book"))
    written.rules_applied(RIGHT, 1_000, "as the bridge started")
    written.close()
    path.write_bytes(OTHER)
    assert begin(path, history).note == "new: support; gone: sales (as the bridge started)"
    path.write_bytes(RIGHT)
    assert begin(path, history).since_utc_ms == 1_000
