"""Root is needed to open the panel's pins, and for nothing else: afterwards the board is another user."""

from __future__ import annotations

import grp
import os
import pwd

from firmware.pi.panel import PanelError


def give_up(user: str) -> None:
    """Become `user`, with its own groups, for good; nothing when this process is not root. Raises PanelError."""
    if os.geteuid() != 0:
        return
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        raise PanelError(f"panel.user: this machine has no user {user!r}") from None
    groups = [each.gr_gid for each in grp.getgrall() if user in each.gr_mem]
    os.setgroups([entry.pw_gid, *groups])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
