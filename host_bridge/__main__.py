"""`wallboard-bridge`: see program.py, which is loaded from here."""

from __future__ import annotations

import sys

from config import interrupt


def main() -> int:
    """The exit code."""
    interrupt.quietly()
    if sys.platform == "win32":
        print("wallboard-bridge: it runs on Linux, beside the PBX; from here there is wallboardctl", file=sys.stderr)
        return 2
    from host_bridge import program  # noqa: PLC0415 - it takes a second, in which somebody may press Ctrl-C

    return program.main()


if __name__ == "__main__":
    sys.exit(main())
