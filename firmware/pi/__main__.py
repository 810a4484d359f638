"""`wallboard`: see program.py, which is loaded from here."""

from __future__ import annotations

import sys

from config import interrupt
from config.mistakes import ConfigError


def main() -> int:
    """The exit code."""
    interrupt.quietly()
    if sys.platform == "win32":
        print("wallboard: a board runs on Linux; from here its card is made: wallboardctl provision", file=sys.stderr)
        return 2
    try:
        from firmware.pi import program  # noqa: PLC0415 - it takes a second, in which somebody may press Ctrl-C

        return program.main()
    except ConfigError as error:  # of a file of the program's own, hw/pins.yaml, read while modules are imported
        print(*error.errors, sep="\n", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
