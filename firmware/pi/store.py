"""The board's state file: the last good rules, so that a board that starts without a bridge knows them."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

from config.replace_file import sync_folder

VERSION = 1
MAX_BYTES = 4 << 20


class Store:
    """One JSON file, replaced atomically. It is a cache: what is wrong with it is told in a line and never fatal."""

    def __init__(self, file: Path, site: str, board: str, log: logging.Logger) -> None:
        self._file = file
        self._owner = {"v": VERSION, "site": site, "board": board}
        self._log = log
        self._failed = False

    def load(self) -> dict[str, Any] | None:
        """What this board stored last; None when there is nothing, or nothing of use."""
        try:
            if self._file.exists() and not self._file.is_file():  # a pipe would be waited for
                self._log.warning("%s is no file; starting without stored rules", self._file)
                return None
            with self._file.open("rb") as stream:
                text = stream.read(MAX_BYTES + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            self._log.warning("%s cannot be read: %s; starting without stored rules", self._file, error.strerror)
            return None
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            content = None
        stored = content.get("stored") if isinstance(content, dict) else None
        if not isinstance(stored, dict):
            self._log.warning("%s is damaged; starting without stored rules", self._file)
            return None
        if {key: content.get(key) for key in self._owner} != self._owner:
            self._log.info("%s belongs to another board or version; starting without stored rules", self._file)
            return None
        return stored

    def save(self, stored: dict[str, Any]) -> None:
        """Replace the file's content. A failure is told once, and again after a success."""
        text = json.dumps({**self._owner, "stored": stored}, ensure_ascii=False, separators=(",", ":"))
        following = self._file.with_name(self._file.name + ".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with following.open("w", encoding="utf-8") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())  # a power cut leaves the old content or the new one, never an empty file
            following.replace(self._file)
            sync_folder(self._file.parent)
        except OSError as error:
            if not self._failed:
                self._log.warning("state_file %s cannot be written: %s", self._file, error.strerror)
            self._failed = True
        else:
            self._failed = False
