"""The follower of queue_log: nothing twice and nothing lost, however the file is rotated."""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_bridge.pbx import queue_log_history
from host_bridge.pbx.queue_log_file import MISSING_LOOKS, LogFile
from host_bridge.pbx.queue_log_history import Part
from host_bridge.pbx.queue_log_lines import LINE_BYTES
from tests.growing_log import BEGIN_S, GrowingLog


@pytest.fixture
def log(tmp_path: Path) -> Iterator[GrowingLog]:
    growing = GrowingLog(tmp_path)
    yield growing
    growing.close()


def numbers(file: LogFile) -> list[int]:
    """All that is new."""
    found = []
    while lines := file.read():
        found += [line.at_s - BEGIN_S for line in lines]
    return found


def test_what_is_there_and_what_comes(log: GrowingLog) -> None:
    log.write(3)
    file = LogFile(log.path)
    assert numbers(file) == [0, 1, 2]
    assert numbers(file) == []
    log.write(2)
    assert numbers(file) == [3, 4]


def test_a_line_comes_when_it_is_whole(log: GrowingLog) -> None:
    file = LogFile(log.path)
    log.tear()
    assert numbers(file) == []
    log.write()
    assert numbers(file) == [0]


def test_renamed_while_asterisk_writes_on(log: GrowingLog) -> None:
    file = LogFile(log.path)
    log.write(2)
    assert numbers(file) == [0, 1]
    log.rename()
    log.write(2)
    assert numbers(file) == [2, 3]
    assert file.problem == ""
    log.write()
    log.reopen()
    log.write()
    log.write()
    assert numbers(file) == [4, 5, 6]


def test_several_rotations_between_two_looks(log: GrowingLog) -> None:
    file = LogFile(log.path)
    log.write(2)
    assert numbers(file) == [0, 1]
    for _ in range(4):
        log.write(2)
        log.rename()
        log.reopen()
        log.compress()
    log.write()
    assert numbers(file) == list(range(2, 11))


def rotating_while_opened(log: GrowingLog, times: int) -> type[Part]:
    """A Part that comes late: the folder was listed, and before the live file is opened by its name it is rotated."""

    class Late(Part):
        left = times

        def __init__(self, path: Path) -> None:
            if path == log.path and Late.left:
                Late.left -= 1
                log.rename_upwards()
                log.reopen()
                log.write()
            super().__init__(path)

    return Late


@pytest.mark.parametrize("times", [1, 2, 7])
def test_a_rotation_while_the_files_are_opened(log: GrowingLog, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """A whole file was lost so: when the folder was listed it had another name."""
    file = LogFile(log.path)
    log.write(2)
    assert numbers(file) == [0, 1]
    log.rename_upwards()
    log.reopen()
    log.write(2)
    monkeypatch.setattr(queue_log_history, "Part", rotating_while_opened(log, times))
    assert numbers(file) == list(range(2, 4 + times))


def test_files_that_are_renamed_all_the_time_are_told_and_nothing_is_lost(
    log: GrowingLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = LogFile(log.path)
    log.write(2)
    assert numbers(file) == [0, 1]
    log.rename_upwards()
    log.reopen()
    log.write()
    monkeypatch.setattr(queue_log_history, "Part", rotating_while_opened(log, 25))
    assert numbers(file) == []
    assert file.problem == f"{log.path} cannot be read: its files are renamed all the time"
    assert numbers(file) == list(range(2, 28))
    assert file.problem == ""


def test_copied_and_truncated(log: GrowingLog) -> None:
    file = LogFile(log.path)
    log.write(2)
    assert numbers(file) == [0, 1]
    log.write(2)
    log.copy_and_truncate()
    assert numbers(file) == [2, 3]
    log.write(9)  # longer than it was before
    assert numbers(file) == list(range(4, 13))
    log.write()
    log.copy_and_truncate()
    log.write(20)
    assert numbers(file) == list(range(13, 34))
    assert file.hole == ""


def test_truncated_without_a_copy_is_told(log: GrowingLog) -> None:
    file = LogFile(log.path)
    log.write(2)
    numbers(file)
    os.truncate(log.path, 0)
    log.write(1)
    assert numbers(file) == [2]
    assert file.hole == f"{log.path} was truncated before all of it was read, and there is no copy"


def test_truncated_without_a_copy_nothing_older_comes_again(log: GrowingLog) -> None:
    log.write(2)
    log.rename()
    log.reopen()
    log.write(2)
    file = LogFile(log.path)
    assert numbers(file) == [0, 1, 2, 3]
    os.truncate(log.path, 0)
    assert numbers(file) == []  # neither the file's lines, as there is none, nor those of the file before it
    log.write()
    assert numbers(file) == [4]
    assert file.problem == ""


@pytest.mark.parametrize("name", ["queue_log.0", "queue_log.7", "queue_log-20261122", "queue_log-20261122-1795374063"])
def test_names_of_rotated_files(log: GrowingLog, name: str) -> None:
    log.write(2)
    log.path.rename(log.path.with_name(name))
    log.reopen()
    log.write(1)
    assert numbers(LogFile(log.path)) == [0, 1, 2]


def test_asterisks_own_rotation_counts_upwards(log: GrowingLog) -> None:
    """rotatestrategy = sequential: the highest number is the youngest."""
    for _ in range(3):
        log.write(2)
        log.rename_upwards()
        log.reopen()
    log.write()
    assert numbers(LogFile(log.path)) == list(range(7))


def test_other_files_of_the_folder_are_left_alone(log: GrowingLog) -> None:
    log.write(2)
    for name in ("queue_log.bak", "queue_log_old", "queue_log.1.swp", "full", "queue_log.txt"):
        log.path.with_name(name).write_text(f"{BEGIN_S - 9}|c|other|NONE|ENTERQUEUE|||1\n")
    assert numbers(LogFile(log.path)) == [0, 1]


def test_a_copy_beside_the_file_counts_once(log: GrowingLog) -> None:
    """Between logrotate's copy and its truncate, and while gzip has not yet removed what it packed."""
    log.write(3)
    shutil.copy(log.path, f"{log.path}.1")
    log.write(1)
    with gzip.open(f"{log.path}.1.gz", "wb") as packed:
        packed.write(log.path.read_bytes()[:100])
    assert numbers(LogFile(log.path)) == [0, 1, 2, 3]


def test_only_what_is_wanted_is_read(log: GrowingLog) -> None:
    for _ in range(3):
        log.write(3)
        log.rename()
        log.reopen()
    log.write()
    (log.path.parent / "queue_log.3").write_bytes(log.path.with_name("queue_log.3").read_bytes() + b"nonsense\n")
    file = LogFile(log.path, since_s=BEGIN_S + 4)
    assert numbers(file) == [4, 5, 6, 7, 8, 9]
    assert file.dropped == 0  # the oldest was not even read


def test_a_missing_file_is_told_and_taken_up_when_it_comes(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "queue_log")
    assert numbers(file) == []
    assert file.problem == f"{tmp_path}/queue_log cannot be read: No such file or directory"
    log = GrowingLog(tmp_path)
    log.write(2)
    assert numbers(file) == [0, 1]
    assert file.problem == ""
    log.close()


def test_a_file_missing_for_long_is_told_though_it_is_still_read(log: GrowingLog) -> None:
    file = LogFile(log.path)
    log.write()
    numbers(file)
    log.rename()
    for _ in range(MISSING_LOOKS):
        numbers(file)
    assert file.problem.endswith("No such file or directory")
    log.write()
    assert numbers(file) == [1]
    log.reopen()
    numbers(file)
    assert file.problem == ""


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    file = LogFile(tmp_path / "no" / "queue_log")
    assert numbers(file) == []
    assert file.problem.endswith("No such file or directory")


def test_a_name_that_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "queue_log").mkdir()
    file = LogFile(tmp_path / "queue_log")
    assert numbers(file) == []
    assert file.problem == f"{tmp_path}/queue_log cannot be read: Is a directory"


def test_damaged_history_is_read_as_far_as_it_goes(log: GrowingLog) -> None:
    log.write(5000)
    log.rename()
    log.reopen()
    log.compress()
    packed = Path(f"{log.path}.1.gz")
    packed.write_bytes(packed.read_bytes()[:-2000])
    log.write()
    file = LogFile(log.path)
    found = numbers(file)
    assert found[0] == 0
    assert found[-1] == 5000
    assert found == sorted(set(found))
    assert file.hole.startswith(f"{packed} is damaged after ")


def test_lines_that_are_none_are_counted(log: GrowingLog) -> None:
    log.write()
    with log.path.open("ab") as other:
        other.write(b"nonsense\n\n" + b"x" * 5 * LINE_BYTES + b"\n" + b"\0" * 2 * LINE_BYTES)
    log.write()
    file = LogFile(log.path, step_bytes=10_000)
    assert numbers(file) == [0, 1]
    assert file.dropped == 2


def test_a_power_cut_in_the_middle_of_a_line(log: GrowingLog) -> None:
    log.write()
    with log.path.open("ab") as other:
        other.write(b"1795000009|1.2|support|NONE|ABAND1795000010|NONE|NONE|NONE|QUEUESTART|\n")
    file = LogFile(log.path)
    assert [line.event for line in file.read()] == ["ENTERQUEUE", "ABAND", "QUEUESTART"]


def test_a_reader_that_is_far_behind_reads_a_step_at_a_time(log: GrowingLog) -> None:
    log.write(1000)
    file = LogFile(log.path, step_bytes=1000)
    assert 0 < len(file.read()) < 20
    assert numbers(file)[-1] == 999


ACTS = ("write", "tear", "read", "rename", "reopen", "copy_and_truncate", "compress")


@given(st.lists(st.sampled_from(ACTS), max_size=30), st.integers(40, 500))
def test_any_order_of_writing_reading_and_rotating(acts: list[str], step_bytes: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        log = GrowingLog(Path(folder))
        file = LogFile(log.path, step_bytes=step_bytes)
        found: list[int] = []
        is_renamed = False
        for act in acts:
            if act == "read":
                found += numbers(file)
            elif act in ("rename", "copy_and_truncate"):
                if is_renamed:  # Asterisk has not reopened yet: there is no live file
                    continue
                if act == "copy_and_truncate":
                    log.write()  # a torn line's two halves would be in two files
                    found += numbers(file) if log.count % 2 else []
                getattr(log, act)()
                is_renamed = act == "rename"
            elif act == "compress" and is_renamed:  # nobody compresses a file that is written to
                continue
            else:
                getattr(log, act)()
                is_renamed = is_renamed and act != "reopen"
        log.write()
        found += numbers(file)
        assert found == list(range(log.count))
        assert (file.dropped, file.hole) == (0, "")
        assert numbers(LogFile(log.path)) == list(range(log.count))
        log.close()
        file.close()
