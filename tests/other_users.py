"""Folders of tests that users other than the one who runs them may enter."""

from __future__ import annotations

import tempfile
from pathlib import Path


def let_in(folder: Path) -> None:
    """Let everybody enter `folder`: itself, and those above it that pytest made in the temporary folder."""
    top = Path(tempfile.gettempdir())
    folder.chmod(0o755)
    for above in folder.parents:
        if top in above.parents:
            above.chmod(0o755)
