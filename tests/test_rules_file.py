"""Watching thresholds.yaml: the ways in which editors, people and machines save a file. Time is the test's."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from host_bridge.reload import rules_file
from host_bridge.reload.rules_file import AGAIN_MS, GONE_MS, STILL_MS, RulesFile, Save, Stillness, look

RIGHT = "timezone: Asia/Jerusalem\nqueues: {sales: {label: מכירות}}\n"
OTHER = RIGHT.replace("sales", "support")
WRONG = RIGHT.replace("label", "lable")
STEP_MS = 100


class Watch:
    """A file that is watched, and a clock."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "thresholds.yaml"
        self.path.write_text(RIGHT, "utf-8")
        self.file = RulesFile(self.path, look(self.path))
        self.now_ms = 1_000
        self.wait(5_000)

    def wait(self, ms: int) -> list[Save]:
        """What is handed over while time passes."""
        saves = []
        for _ in range(ms // STEP_MS):
            self.now_ms += STEP_MS
            save = self.file.step(self.now_ms)
            if save is not None:
                saves.append(save)
        return saves


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(tmp_path)


def replaced(path: Path, text: str) -> None:
    """As vim, VS Code and `mv` do it."""
    other = path.with_name(".new~")
    other.write_text(text, "utf-8")
    other.replace(path)


def written(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


@pytest.mark.parametrize("save", [replaced, written])
def test_a_save_is_handed_over_once_it_has_been_still(watch: Watch, save: Callable[[Path, str], None]) -> None:
    save(watch.path, OTHER)
    assert watch.wait(STILL_MS) == [], "it may still be written"
    (found,) = watch.wait(2 * STEP_MS)
    assert found.text == OTHER.encode()
    assert found.thresholds is not None
    assert list(found.thresholds.queues) == ["support"]
    assert watch.wait(10_000) == []


def test_what_has_not_changed_is_not_handed_over(tmp_path: Path) -> None:
    watch = Watch(tmp_path)
    os.utime(watch.path, ns=(1, 1))
    assert watch.wait(5_000) == []
    replaced(watch.path, RIGHT)
    assert watch.wait(5_000) == []


def test_a_file_that_is_written_in_pieces_is_read_when_it_is_complete(watch: Watch) -> None:
    with watch.path.open("w", encoding="utf-8") as stream:
        assert watch.wait(900) == [], "it is empty"
        for start in range(0, len(OTHER), 10):  # whose halves would be right files too
            stream.write(OTHER[start : start + 10])
            stream.flush()
            assert watch.wait(200) == []
    (found,) = watch.wait(1_000)
    assert found.text == OTHER.encode()


def test_a_wrong_save_is_handed_over_with_all_its_mistakes_and_its_end_too(watch: Watch) -> None:
    written(watch.path, WRONG.replace("sales", "sales, x").replace("timezone", "timezon"))
    (found,) = watch.wait(1_000)
    assert found.thresholds is None
    assert len(found.errors) >= 2
    assert all(line.startswith("thresholds.yaml:") for line in found.errors)
    written(watch.path, RIGHT)
    (found,) = watch.wait(1_000)
    assert found.thresholds is not None


def test_a_file_that_is_empty_for_good_is_wrong(watch: Watch) -> None:
    written(watch.path, "")
    assert watch.wait(GONE_MS) == []
    (found,) = watch.wait(300)
    assert (found.text, found.thresholds) == (b"", None)


def test_a_file_that_is_missing_for_a_moment_is_no_news_and_for_good_it_is(watch: Watch) -> None:
    watch.path.unlink()
    assert watch.wait(800) == []
    written(watch.path, OTHER)
    assert [save.text for save in watch.wait(2_000)] == [OTHER.encode()]
    watch.path.unlink()
    (found,) = watch.wait(20_000)
    assert found == Save(None, None, ("thresholds.yaml: cannot be read: No such file or directory",))
    written(watch.path, OTHER)
    assert [save.text for save in watch.wait(2_000)] == [OTHER.encode()], "it is back: somebody must be told"


def test_what_is_no_file_is_told_and_nobody_waits_for_it(watch: Watch) -> None:
    watch.path.unlink()
    watch.path.mkdir()
    assert [save.errors[0] for save in watch.wait(3_000)] == ["thresholds.yaml: cannot be read: Is a directory"]
    watch.path.rmdir()
    os.mkfifo(watch.path)
    (found,) = watch.wait(3_000)
    assert "pipe" in found.errors[0]


def test_a_file_that_cannot_be_read_is_tried_again_and_again(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    real, fails = rules_file.read_regular, [True]

    def read(path: Path, most: int) -> bytes:
        if fails:
            raise PermissionError(13, "Permission denied")
        return real(path, most)

    monkeypatch.setattr(rules_file, "read_regular", read)
    written(watch.path, OTHER)
    assert [save.errors[0] for save in watch.wait(9_000)] == ["thresholds.yaml: cannot be read: Permission denied"]
    fails.clear()  # as a file server does that is there again: no time of the file changes
    assert [save.text for save in watch.wait(AGAIN_MS)] == [OTHER.encode()]


def test_a_symlink_that_points_elsewhere_is_a_save(tmp_path: Path) -> None:
    """As Kubernetes mounts files: thresholds.yaml → ..data/thresholds.yaml, ..data → one folder, then another."""
    for name, text in (("one", RIGHT), ("two", OTHER)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "thresholds.yaml").write_text(text, "utf-8")
    (tmp_path / "..data").symlink_to("one")
    path = tmp_path / "thresholds.yaml"
    path.symlink_to("..data/thresholds.yaml")
    file = RulesFile(path, look(path))
    (tmp_path / "..new").symlink_to("two")
    assert not [save for now_ms in range(0, 2_000, STEP_MS) if (save := file.step(now_ms))]
    (tmp_path / "..new").replace(tmp_path / "..data")
    (found,) = [save for now_ms in range(2_000, 4_000, STEP_MS) if (save := file.step(now_ms))]
    assert found.text == OTHER.encode()


def test_a_save_that_no_time_of_the_file_shows_is_found_by_its_content(watch: Watch) -> None:
    """Times of two seconds: FAT. Here of ever, and a text of the same length in the same file."""
    same_length = RIGHT.replace("sales", "salse")
    written(watch.path, OTHER)
    assert len(watch.wait(1_000)) == 1
    written(watch.path, RIGHT)
    assert len(watch.wait(500)) == 1
    mark = rules_file._mark(watch.path)
    written(watch.path, same_length)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules_file, "_mark", lambda path: mark)
        assert [save.text for save in watch.wait(AGAIN_MS)] == [same_length.encode()]


def test_a_file_that_changes_while_it_is_read_is_read_again(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    real, later = rules_file.read_regular, [OTHER]

    def read(path: Path, most: int) -> bytes:
        text = real(path, most)
        if later:
            written(watch.path, later.pop())
        return text

    monkeypatch.setattr(rules_file, "read_regular", read)
    written(watch.path, WRONG)
    assert [save.text for save in watch.wait(3_000)] == [OTHER.encode()]


def test_a_disk_that_does_not_answer_is_noticed(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answer = threading.Event(), threading.Event()
    real = rules_file._mark

    def mark(path: Path) -> rules_file.Mark:
        asked.set()
        assert answer.wait(20)
        return real(path)

    monkeypatch.setattr(rules_file, "_mark", mark)
    thread = threading.Thread(target=watch.file.step, args=(1_000,))
    thread.start()
    assert asked.wait(20)
    monkeypatch.setattr(rules_file, "_now_ms", lambda: 10_999)
    assert not watch.file.hangs
    monkeypatch.setattr(rules_file, "_now_ms", lambda: 11_000)
    assert watch.file.hangs
    answer.set()
    thread.join()
    assert not watch.file.hangs


def test_the_order_of_looks() -> None:
    it, one, two = Stillness(), rules_file.Mark("", 1, 1, 10, 1, 1), rules_file.Mark("", 1, 2, 10, 1, 1)
    assert [it.is_due(one, at_ms) for at_ms in (0, 100, 200, 299, 300)] == [False, False, False, False, True]
    assert it.is_due(one, 400), "it could not be read whole"
    it.was_read(one, 400, is_read=True)
    assert not it.is_due(one, 500)
    assert it.is_due(one, 400 + AGAIN_MS)
    it.was_read(one, 3_000, is_read=True)
    assert not it.is_due(one, 99_000), "twice is enough"
    assert not it.is_due(two, 99_100)
    assert not it.is_due(one, 99_200), "put back"
    assert not it.is_due(one, 99_300)
