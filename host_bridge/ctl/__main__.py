"""`wallboardctl`: see program.py, which is loaded from here."""

from __future__ import annotations

import sys

from config import interrupt


def main() -> int:
    """The exit code."""
    interrupt.quietly()
    from host_bridge.ctl import program  # noqa: PLC0415 - it takes a second, in which somebody may press Ctrl-C

    return program.main()


if __name__ == "__main__":
    sys.exit(main())
