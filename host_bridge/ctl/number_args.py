"""Options that take a whole number, in bounds."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def whole(what: str, least: int, most: int) -> Callable[[str], int]:
    """The type of an option: a whole number from `least` to `most`; `what` names it, as `seconds` or `a port`."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and least <= int(text) <= most):
            raise argparse.ArgumentTypeError(f"{text!r}: expected {what}, from {least} to {most}")
        return int(text)

    return read
