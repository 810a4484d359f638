"""Is there a person at a terminal who can be asked?"""

from __future__ import annotations

import sys


def can_ask() -> bool:
    """Whether what is asked on this terminal can be answered there.

    To Windows NUL is a character device like the console, so isatty() is true of both (bugs.python.org, issue 28654),
    and who asks there waits for ever for a key. Only a console has a mode (GetConsoleMode of its API).
    """
    if sys.stdin is None or sys.stdin.closed or not sys.stdin.isatty():  # None: Windows, started without a console
        return False
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415
        import msvcrt  # noqa: PLC0415

        handle = ctypes.c_void_p(msvcrt.get_osfhandle(sys.stdin.fileno()))
        return bool(ctypes.windll.kernel32.GetConsoleMode(handle, ctypes.byref(ctypes.c_uint32())))
    return True
