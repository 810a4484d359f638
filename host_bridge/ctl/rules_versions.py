"""Which versions of thresholds.yaml were in use, which is in force, and what is in the file now."""

from __future__ import annotations

import codecs
import difflib
import os
import time
from pathlib import Path
from typing import NamedTuple

from host_bridge.history import Applied, applied_rules, history_file, read_rows, rules_text
from host_bridge.history.history import MARK_MS
from host_bridge.history.store import version_of
from host_bridge.journal import JournalError
from host_bridge.reload.rules_file import Save, look
from host_bridge.settings import BridgeSettings

IN_FORCE, WRONG, UNREADABLE, WAITING = "in force", "wrong", "unreadable", "waiting"


class VersionError(Exception):
    """Why there is nothing to show or to go back to, in one line; `code` as the exit code."""

    def __init__(self, line: str, code: int = 1) -> None:
        super().__init__(line)
        self.code = code


class Versions(NamedTuple):
    """`applied`: each time that thresholds were taken into use, the newest last. `disk`: what is in the file now."""

    history: Path
    file: Path
    applied: list[Applied]
    disk: Save
    is_running: bool

    @property
    def in_force(self) -> Applied:
        """The version in force; of a bridge that does not run, the one that was last."""
        return self.applied[-1]

    @property
    def state(self) -> str:
        """Of the file: in force, wrong, unreadable, or waiting to be taken into use."""
        if self.disk.text is None:
            return UNREADABLE
        if version_of(self.disk.text) == self.in_force.version:
            return IN_FORCE
        return WRONG if self.disk.thresholds is None else WAITING

    def number_of(self, text: bytes) -> int | None:
        """The number of a content, None when it was never in use."""
        version = version_of(text)
        return next((each.number for each in self.applied if each.version == version), None)

    def numbered(self, number: int) -> Applied:
        """The version of this number, as it was taken into use last."""
        found = [each for each in self.applied if each.number == number]
        if not found:
            known = sorted({each.number for each in self.applied})
            raise VersionError(f"there is no version {number}, expected one from {known[0]} to {known[-1]}")
        return found[-1]

    def before(self) -> Applied:
        """Where undo goes: with something else in the file to the version in force, which is put back.

        Else to the one that was in force before the present one was, for the first time: so undo after undo goes back
        further, and never to and fro.
        """
        if self.state != IN_FORCE:
            return self.in_force
        first = next(place for place, each in enumerate(self.applied) if each.version == self.in_force.version)
        if first == 0:
            raise VersionError(f"version {self.in_force.number} is the first that was in use: there is none before it")
        return self.applied[first - 1]

    def text(self, applied: Applied) -> bytes:
        """The file as it was, byte for byte."""
        try:
            return rules_text(self.history, applied.version)
        except JournalError as error:
            raise VersionError(str(error)) from None


def read(config: Path, settings: BridgeSettings) -> Versions:
    """All that is known. Raises VersionError."""
    if settings.journal is None:
        raise VersionError(f"{config} names no journal, and the versions lie beside it: name a file, journal: FILE", 2)
    history = history_file(settings.journal)
    try:
        if not history.exists():
            raise VersionError(f"no version yet: {history} is made when the bridge runs with {config}")
        if not os.access(history, os.R_OK):
            raise PermissionError
        applied = applied_rules(history)
        now_ms = time.time_ns() // 1_000_000
        runs = read_rows(history, now_ms - 2 * MARK_MS, now_ms + 1).runs
    except JournalError as error:
        raise VersionError(str(error)) from None
    except PermissionError:
        raise VersionError(
            f"{history}: you may not read it: run this as the bridge's user (sudo -u USER …), or as root"
        ) from None
    if not applied:
        raise VersionError(f"no version yet: the bridge has taken none into use since {history} was begun")
    is_running = any(run.until_ms is None for run in runs)
    return Versions(history, settings.thresholds, applied, look(settings.thresholds), is_running)


def diff(old: bytes, new: bytes, names: tuple[str, str]) -> list[str]:
    """The lines that differ, as `diff -u` prints them. Line ends and a byte-order mark are no difference."""
    return list(difflib.unified_diff(_lines(old), _lines(new), *names, lineterm=""))


def _lines(text: bytes) -> list[str]:
    encoding = "utf-16" if text.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    return text.decode(encoding, "replace").splitlines()
