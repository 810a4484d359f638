"""Parts of the contract that this version does not carry out."""

from __future__ import annotations

from typing import Any

from config.yaml_file import NOT_CARRIED_OUT
from firmware.core.check import Kind, Problems


class NotCarriedOut(Kind):
    """A key that is refused, never accepted and ignored: a setting that does nothing is worse than none."""

    def expected(self) -> str:
        return "nothing: this version does not carry it out"

    def read(self, value: Any, path: tuple[str | int, ...], problems: Problems) -> None:
        problems.add(path, NOT_CARRIED_OUT)
