"""Root is needed to open the panel's pins, and for nothing else: afterwards the board is another user."""

from __future__ import annotations

import grp
import os
import pwd
from collections.abc import Mapping
from pathlib import Path

from firmware.pi.panel import PanelError

_OF_THE_UNIT = ("STATE_DIRECTORY", "RUNTIME_DIRECTORY")


def hand_over(state: Path, user: str, environment: Mapping[str, str] | None = None) -> None:
    """Let `user` write what the board keeps in the folder `state`, before give_up(). Raises PanelError.

    Systemd makes a unit's StateDirectory and RuntimeDirectory for root if the unit starts as root. A `state` that is
    not there is made; any other folder is somebody's, and stays as it is.
    """
    if os.geteuid() != 0:
        return
    entry = _entry(user)
    environment = os.environ if environment is None else environment
    folders = [Path(environment[name].split(":")[0]) for name in _OF_THE_UNIT if environment.get(name)]
    try:
        if not state.exists():
            state.mkdir(parents=True)
            folders.append(state)
        for folder in folders:
            for each in (folder, *folder.iterdir()):
                os.chown(each, entry.pw_uid, entry.pw_gid, follow_symlinks=False)
    except OSError:
        pass  # the store says so when it cannot write


def give_up(user: str) -> None:
    """Become `user`, with its own groups, for good; nothing when this process is not root. Raises PanelError."""
    if os.geteuid() != 0:
        return
    entry = _entry(user)
    groups = [each.gr_gid for each in grp.getgrall() if user in each.gr_mem]
    os.setgroups([entry.pw_gid, *groups])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def _entry(user: str) -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(user)
    except KeyError:
        raise PanelError(f"panel.user: this machine has no user {user!r}") from None
