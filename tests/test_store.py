"""The board's state file: what is stored comes back, and nothing that is wrong with the file stops the board."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from firmware.pi.store import Store

STORED = {"site": {"v": 1}, "rules": {"מכירות": [1, 2]}}


def store(file: Path, site: str = "main", board: str = "b1") -> Store:
    return Store(file, site, board, logging.getLogger("t"))


def test_what_is_stored_comes_back(tmp_path: Path) -> None:
    file = tmp_path / "new folder" / "board.json"
    assert store(file).load() is None
    store(file).save(STORED)
    store(file).save({**STORED, "more": 3})
    assert store(file).load() == {**STORED, "more": 3}
    assert [each.name for each in file.parent.iterdir()] == ["board.json"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"stored": 1}', b"\xff\xfe", b"[" * 100_000, b"null"])
def test_a_damaged_file_is_told_and_left_aside(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "board.json"
    file.write_bytes(content)
    assert store(file).load() is None
    assert [record.getMessage() for record in caplog.records] == [f"{file} is damaged; starting without stored rules"]


def test_what_is_no_file_is_not_waited_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    os.mkfifo(tmp_path / "board.json")
    assert store(tmp_path / "board.json").load() is None
    assert store(tmp_path).load() is None
    told = [f"{each} is no file; starting without stored rules" for each in (tmp_path / "board.json", tmp_path)]
    assert [record.getMessage() for record in caplog.records] == told


def test_another_boards_file_is_not_taken(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    file = tmp_path / "board.json"
    store(file).save(STORED)
    assert store(file, board="b2").load() is None
    assert store(file, site="other").load() is None
    assert len(caplog.records) == 2
    assert store(file).load() == STORED


def test_a_power_cut_while_writing_leaves_the_old_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "board.json"
    store(file).save(STORED)

    def cut(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", cut)
    with pytest.raises(KeyboardInterrupt):
        store(file).save({"new": 1})
    assert store(file).load() == STORED


def test_what_is_stored_is_on_the_disk_under_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The content before the name, and the name too: a power cut a second later takes neither back."""
    synced: list[tuple[str, bool]] = []
    file = tmp_path / "board.json"

    def sync(descriptor: int) -> None:
        synced.append((Path(f"/proc/self/fd/{descriptor}").readlink().name, file.exists()))

    monkeypatch.setattr(os, "fsync", sync)
    store(file).save(STORED)
    assert synced == [("board.json.new", False), (tmp_path.name, True)]


def test_a_disk_that_takes_nothing_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("in the way")
    at = store(tmp_path / "file" / "board.json")
    at.save(STORED)
    at.save(STORED)
    assert [record.getMessage() for record in caplog.records] == [
        f"state_file {tmp_path}/file/board.json cannot be written: File exists"
    ]
    (tmp_path / "file").unlink()
    at.save(STORED)
    assert at.load() == STORED
    assert len(caplog.records) == 1
