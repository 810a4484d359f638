"""Who may read a file: the service, whose user is not the one who asks; and nobody else, where it is a secret."""

from __future__ import annotations

import grp
import pwd
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from host_bridge.ctl.health.finding import Finding, NotCheckedError, ok, problem, warning
from host_bridge.ctl.health.machine import AS_ROOT

SECRETS = "file rights"
READ, WRITE, ENTER = 4, 2, 1


class User(NamedTuple):
    """A user with all its groups."""

    name: str
    uid: int
    gids: frozenset[int]


def user(name: str, more: Iterable[str] = ()) -> User | None:
    """The user of that name, in these groups too; None when this machine has none."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    groups = (each.gr_gid for each in grp.getgrall() if name in each.gr_mem or each.gr_name in more)
    return User(name, entry.pw_uid, frozenset((entry.pw_gid, *groups)))


def obstacle(path: Path, who: User, need: int) -> str:
    """Why `who` may not have a file so, by owner, group and mode; "" when it may. Raises OSError.

    Access lists and what a unit's sandbox takes away are not looked at.
    """
    if who.uid == 0:
        return ""
    path = path.resolve()
    for folder in reversed(path.parents):
        if not _may(folder, who, ENTER):
            return f"{who.name} may not enter {folder}"
    if not _may(path, who, need):
        status = path.stat()
        words = {READ: "read", WRITE: "write"}
        return f"{who.name} may not {words[need]} it ({owner(status)}, mode {stat.S_IMODE(status.st_mode):04o})"
    return ""


def secrets(paths: dict[str, Path], who: User | None) -> Iterator[Finding]:
    """Files with secrets, by the key that names them: readable by the service's user and by nobody else."""
    unread = []
    for key, path in paths.items():
        try:
            status = path.stat()
            why = obstacle(path, who, READ) if who else ""
        except FileNotFoundError:
            continue  # the settings file is told so already
        except PermissionError:
            unread.append(path)
            continue
        mode = stat.S_IMODE(status.st_mode)
        if mode & 0o077:
            open_to = "everybody on this machine" if mode & 0o007 else f"group {_group(status.st_gid)}"
            yield warning(SECRETS, f"{path} ({key}) is open to {open_to} (mode {mode:04o})", f"sudo chmod 600 {path}")
        if why:
            do = (
                f"sudo chown {who.name}: {path}"
                if who and "enter" not in why
                else "let it in, or put the file elsewhere"
            )
            yield problem(SECRETS, f"{path} ({key}): {why}", do)
        elif not mode & 0o077:
            yield ok(SECRETS, f"{path} ({key}) is open to {owner(status)} alone")
    if unread:
        raise NotCheckedError(f"{', '.join(map(str, unread))} may not be looked at", AS_ROOT)


def owner(status: Any) -> str:
    """Whose a file is, as user:group."""
    try:
        name = pwd.getpwuid(status.st_uid).pw_name
    except KeyError:
        name = str(status.st_uid)
    return f"{name}:{_group(status.st_gid)}"


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)


def _may(path: Path, who: User, need: int) -> bool:
    status = path.stat()
    shift = 6 if status.st_uid == who.uid else 3 if status.st_gid in who.gids else 0
    return bool(status.st_mode >> shift & need)
