"""Writing a version back over thresholds.yaml: at once, with the file's own rights, and nothing of it is lost."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from config.replace_file import replace_file

ASIDE = ".before-undo"
MOST_ASIDE = 1_000


def keep_aside(path: Path) -> Path:
    """Keep what is in the file beside it, byte for byte; gives where. Raises OSError."""
    text = path.read_bytes()
    for number in range(1, MOST_ASIDE):
        aside = path.with_name(path.name + ASIDE + (f"-{number}" if number > 1 else ""))
        try:
            with aside.open("xb") as stream:
                stream.write(text)
                stream.flush()
                os.fsync(stream.fileno())
        except FileExistsError:
            with suppress(OSError):
                if aside.read_bytes() == text:
                    return aside
        else:
            return aside
    raise FileExistsError(17, f"{MOST_ASIDE} texts are kept aside already, delete some", str(path))


def write(path: Path, text: bytes) -> None:
    """Let the file hold this text, with the rights that it has. Raises OSError.

    Supervisors share it, and it may be mounted by itself into a container: what cannot be replaced is written over.
    """
    replace_file(path, text, in_place=True)
