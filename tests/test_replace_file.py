"""A file that is replaced: the old content or the new one, whatever happens, and with the rights that it had."""

from __future__ import annotations

import os
import resource
import signal
import stat
from contextlib import suppress
from pathlib import Path

import pytest

from config import replace_file as room
from config.replace_file import replace_file
from tests.forked import in_a_process
from tests.other_users import let_in

OLD, NEW = b"old\n" * 300, b"new and longer\n" * 400
NOBODY = 65534


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "kept.yaml"
    path.write_bytes(OLD)
    path.chmod(0o640)
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def left(file: Path) -> list[str]:
    return sorted(each.name for each in file.parent.iterdir() if each != file)


def test_a_new_file_has_the_mode_that_is_asked_for_and_rights_like_another(tmp_path: Path, file: Path) -> None:
    for name, options, wanted in (
        ("plain", {}, 0o644),
        ("secret", {"mode": 0o600}, 0o600),
        ("like", {"like": file}, 0o640),
        ("both", {"like": file, "mode": 0o600}, 0o600),
    ):
        before = os.umask(0o077)
        try:
            replace_file(tmp_path / name, NEW, **options)  # type: ignore[arg-type]
        finally:
            os.umask(before)
        assert ((tmp_path / name).read_bytes(), mode(tmp_path / name)) == (NEW, wanted)


def test_a_file_keeps_mode_owner_and_access_list_and_a_symlink_stays_one(tmp_path: Path, file: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(file.name)
    with suppress(OSError):  # older kernels have none on a tmpfs
        os.setxattr(file, "user.of", b"the site")
    beside = os.listxattr(file)
    if os.geteuid() == 0:
        os.chown(file, 1234, 5678)
    os.utime(file, (1, 1))
    replace_file(link, NEW)
    found = file.stat()
    assert (file.read_bytes(), mode(file), link.is_symlink()) == (NEW, 0o640, True)
    assert os.listxattr(file) == beside
    assert found.st_mtime > 1_000, "it was changed now"
    if os.geteuid() == 0:
        assert (found.st_uid, found.st_gid) == (1234, 5678)
    replace_file(file, OLD, mode=0o600)
    assert mode(file) == 0o600
    assert left(file) == ["link"]


@pytest.mark.parametrize("step", ["_begin", "fdopen", "fsync", "copystat", "chown", "replace", "sync_folder"])
def test_killed_at_any_step_it_leaves_the_one_content_or_the_other(
    file: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    if step == "chown":
        if os.geteuid() == 0:
            os.chown(file, 1234, 5678)
        else:
            step = "copystat"
    places = {"_begin": room, "copystat": room.shutil, "replace": Path, "sync_folder": room}

    def killed(*_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(places.get(step, os), step, killed)
    assert in_a_process(lambda: replace_file(file, NEW, in_place=True)) == -signal.SIGKILL
    monkeypatch.undo()
    assert file.read_bytes() == (NEW if step == "sync_folder" else OLD)
    assert all(name.startswith(room.PREFIX) and name.endswith(room.SUFFIX) for name in left(file))
    assert all(mode(file.parent / name) in (0o600, 0o640) for name in left(file)), "no more than the file itself"
    replace_file(file, NEW)
    assert file.read_bytes() == NEW


def test_an_interrupt_leaves_nothing_behind(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        replace_file(file, NEW, in_place=True)
    assert (file.read_bytes(), left(file)) == (OLD, [])


def test_its_content_is_on_the_disk_before_its_name_is(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[tuple[str, bytes]] = []

    def sync(descriptor: int) -> None:
        synced.append((Path(f"/proc/self/fd/{descriptor}").readlink().suffix, file.read_bytes()))

    monkeypatch.setattr(os, "fsync", sync)
    replace_file(file, NEW)
    assert synced == [(room.SUFFIX, OLD), (".yaml", NEW), ("", NEW)], "its name, size and place last, and on FAT too"


@pytest.mark.parametrize("in_place", [False, True])
def test_a_full_disk_leaves_it_as_it_was(file: Path, in_place: bool) -> None:
    """Full, for a process, is where its limit is: as real an error as that of the disk, and nobody else's."""

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
        replace_file(file, NEW, in_place=in_place)

    os.utime(file, (1, 1))
    assert in_a_process(full) == 27  # EFBIG
    assert (file.read_bytes(), left(file), file.stat().st_mtime) == (OLD, [], 1)


def test_a_full_disk_in_the_midst_of_writing_over_has_the_old_content_back(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "replace", busy)

    def full() -> None:
        real = os.write

        def write(descriptor: int, data: memoryview) -> int:
            resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))  # once the file beside it is written
            return real(descriptor, data)

        monkeypatch.setattr(os, "write", write)
        replace_file(file, NEW, in_place=True)

    assert in_a_process(full) == 27
    assert (file.read_bytes(), left(file)) == (OLD, [])


def busy(self: Path, target: Path) -> None:
    raise OSError(16, "Device or resource busy", str(self), None, str(target))


def test_a_file_that_is_mounted_by_itself_is_written_over_where_that_is_allowed(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inode = file.stat().st_ino
    monkeypatch.setattr(Path, "replace", busy)
    with pytest.raises(OSError, match=f"Device or resource busy: '{file}'$"):
        replace_file(file, NEW)
    assert (file.read_bytes(), left(file)) == (OLD, [])
    for content in (NEW, b"", OLD):
        replace_file(file, content, in_place=True)
        assert (file.read_bytes(), file.stat().st_ino, mode(file), left(file)) == (content, inode, 0o640, [])


@pytest.mark.parametrize("in_place", [False, True])
def test_in_a_folder_that_may_not_be_written(tmp_path: Path, file: Path, in_place: bool) -> None:
    let_in(tmp_path)
    file.chmod(0o666)
    tmp_path.chmod(0o555)

    def as_nobody() -> None:
        if os.geteuid() == 0:
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        replace_file(file, NEW, in_place=in_place)

    try:
        assert in_a_process(as_nobody) == (0 if in_place else 13)  # EACCES
        assert file.read_bytes() == (NEW if in_place else OLD)
    finally:
        tmp_path.chmod(0o755)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has two users at hand")
def test_whoever_cannot_keep_the_owner_does_not_take_the_file_over(tmp_path: Path, file: Path) -> None:
    let_in(tmp_path)
    tmp_path.chmod(0o777)
    file.chmod(0o666)

    def as_nobody(in_place: bool) -> None:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        replace_file(file, NEW, in_place=in_place)

    assert in_a_process(lambda: as_nobody(False)) == 1  # EPERM
    assert (file.read_bytes(), left(file)) == (OLD, [])
    assert in_a_process(lambda: as_nobody(True)) == 0
    assert (file.read_bytes(), file.stat().st_uid, left(file)) == (NEW, 0, [])


def test_what_is_no_file_is_neither_replaced_nor_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, why in (
        (tmp_path / "pipe", "it is a pipe or a device, expected a file"),
        (tmp_path, "Is a directory"),
        (tmp_path / "none" / "file", "No such file or directory"),
        (tmp_path / "pipe" / "file", "Not a directory"),
    ):
        with pytest.raises(OSError, match=why) as caught:
            replace_file(path, NEW, in_place=True)
        assert caught.value.filename == str(path)
    assert left(tmp_path / "pipe") == []
