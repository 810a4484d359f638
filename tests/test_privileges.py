"""Giving up root: another user with its own groups, and no way back."""

from __future__ import annotations

import os
import pwd
from pathlib import Path

import pytest

from firmware.pi.panel import PanelError
from firmware.pi.privileges import give_up, hand_over


def in_a_child(user: str) -> str:
    """What a process says of itself after give_up(user)."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            give_up(user)
            said = f"{os.getresuid()} {os.getresgid()} {0 in os.getgroups()}"
            try:
                os.setuid(0)
                said += " and back"
            except PermissionError:
                pass
        except PanelError as error:
            said = str(error)
        os.write(tell, said.encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(tell)
    with os.fdopen(told) as end:
        return end.read()


def test_root_becomes_the_user_for_good() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root has something to give up")
    entry = pwd.getpwnam("daemon")
    assert in_a_child("daemon") == f"{(entry.pw_uid,) * 3} {(entry.pw_gid,) * 3} False"


def test_a_user_who_is_none_is_one_line() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root looks for the user")
    assert in_a_child("nobody-here") == "panel.user: this machine has no user 'nobody-here'"


def test_who_is_not_root_stays_who_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(os, "setuid", lambda uid: pytest.fail("it became somebody else"))
    give_up("nobody-here")


@pytest.mark.parametrize(
    ("there", "ours", "expected"), [(False, False, True), (True, True, True), (True, False, False)]
)
def test_the_state_folder_of_a_unit_or_a_new_one_is_the_users(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool, ours: bool, expected: bool
) -> None:
    folder = tmp_path / "state"
    if there:
        folder.mkdir()
        (folder / "main-b1.json").touch()
    given: list[Path] = []
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(os, "chown", lambda path, uid, gid, *, follow_symlinks: given.append(path))
    hand_over(folder, "daemon", {"STATE_DIRECTORY": str(folder)} if ours else {})
    assert folder.is_dir()
    assert given == ([folder, *folder.iterdir()] if expected else [])
