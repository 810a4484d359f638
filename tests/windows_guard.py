"""Runs `wallboardctl ARGUMENTS` as far as it can be had here as on Windows: without what only POSIX has.

    python -m tests.windows_guard provision --board lobby --out D:\\ …

Modules that Windows lacks cannot be imported, and what `os`, `signal` and `socket` lack there is gone, before any of
ours loads. A file of ours that is opened as text without saying in which encoding is an error: there it would be that
of the country, and not UTF-8.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import os
import signal
import socket
import sys
import warnings
from collections.abc import Sequence
from types import ModuleType

# Those of the standard library that its documentation gives as "Availability: Unix"; shutil.disk_usage needs statvfs.
MISSING = ("fcntl", "grp", "pwd", "pty", "readline", "resource", "spwd", "syslog", "termios", "tty", "curses")
OS = (
    "O_NONBLOCK",
    "O_CLOEXEC",
    "O_NOCTTY",
    "O_DIRECTORY",
    "O_NOFOLLOW",
    "chown",
    "fchown",
    "fork",
    "geteuid",
    "getuid",
)
OS += ("getgid", "getegid", "initgroups", "mkfifo", "pread", "pwrite", "setuid", "sync", "uname", "killpg")
OS += ("fchmod", "getgroups", "getloadavg", "lchown", "nice", "pipe2", "setgid", "setsid", "ST_RDONLY")
OS += ("sysconf", "ttyname", "WNOHANG", "waitid")
SOCKET = ("AF_UNIX", "SOCK_CLOEXEC", "SOCK_NONBLOCK")
OURS = "(config|firmware|host_bridge|hw)[.]"
SIGNALS = ("SIGHUP", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGCHLD", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGSTOP", "SIGTSTP")


class _NotOnWindows(importlib.abc.MetaPathFinder):
    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name in MISSING:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


def leave_posix() -> None:
    """Take away what Windows has not. The standard library keeps what it needs itself: here it is POSIX's."""
    import shutil  # noqa: F401, PLC0415 - it looks for these as it is loaded, and would be another one on Windows
    import subprocess  # noqa: F401, PLC0415
    import tempfile  # noqa: F401, PLC0415

    for name in MISSING:
        sys.modules.pop(name, None)
    sys.meta_path.insert(0, _NotOnWindows())
    for module, names in ((os, OS), (signal, SIGNALS), (socket, SOCKET)):
        for name in names:
            if hasattr(module, name):
                delattr(module, name)


def name_encodings() -> None:
    """A text file of ours that is opened in no named encoding is an error, given PYTHONWARNDEFAULTENCODING=1."""
    warnings.filterwarnings("error", category=EncodingWarning, module=OURS)


if __name__ == "__main__":
    leave_posix()
    name_encodings()
    sys.argv[0] = "wallboardctl"
    from host_bridge.ctl.__main__ import main

    sys.exit(main())
