"""Install a real Asterisk 22 and a 16.28 into a cache folder, once: `python -m tests.pbx.build`.

Each is a Debian tree made by mmdebstrap, some 350 MB, in `$WALLBOARD_CACHE` or `~/.cache/led-wallboard`. Its name
carries a hash of the recipe below, so that a changed recipe is built anew. A tree is only ever mounted read-only
(tests/pbx/asterisk.py): each run writes to a folder of its own, and so a cached tree stays what mmdebstrap made.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

from tests import debian_tree
from tests.debian_tree import MMDEBSTRAP, RigError

RECIPE = (*MMDEBSTRAP, "--include=asterisk")


class Release(NamedTuple):
    """An Asterisk to test against: `suite` is the release of Debian that carries it.

    `versions` are the first numbers of what the suite may bring. `filters` says which of the two forms of
    config/manager.wallboard.conf it reads: `new` since 18.26, 20.11 and 22.1, `old` before.
    """

    name: str
    suite: str
    versions: range
    filters: Literal["new", "old"]


# Bookworm and trixie carry no Asterisk: sid has the newest, bullseye the last of 16.
RELEASES = (
    Release("asterisk22", "sid", range(22, 99), "new"),
    Release("asterisk16", "bullseye", range(16, 17), "old"),
)


class Tree(NamedTuple):
    """An installed Asterisk: its release and the folder that holds it, there or not."""

    release: Release
    path: Path


NEEDED = {**debian_tree.NEEDED, "mosquitto": "mosquitto"}  # command → Debian package


def recipe(release: Release) -> tuple[str, ...]:
    """The command that makes the tree, but for the folder to make it in."""
    return (*RECIPE, release.suite)


def tree_of(release: Release) -> Tree:
    """Where the installed tree of a release is, there or not; a new recipe is a new folder."""
    return Tree(release, debian_tree.folder_of(release.name, recipe(release)))


def check_machine() -> None:
    """Raise RigError naming everything that this machine lacks for the rig."""
    debian_tree.check_machine(
        NEEDED, "a real Asterisk runs in a chroot, and that needs root: run this as root (sudo make test-pbx)"
    )


def version_of(tree: Path) -> str:
    """What the Asterisk in `tree` calls itself, `Asterisk 22.10.1` for one; RigError when it does not start."""
    asked = subprocess.run(
        ["chroot", str(tree), "asterisk", "-V"], capture_output=True, text=True, timeout=30, check=False
    )
    found = re.match(r"Asterisk \d+[.\d]*", asked.stdout)
    if found is None:
        raise RigError(f"{tree}: the Asterisk in it does not start: {(asked.stderr or asked.stdout).strip()}")
    return found.group()


def build(release: Release, tell: Callable[[str], None]) -> Tree:
    """The installed tree, made when it is missing (a minute, some 100 MB to download); `tell` gets one line a step.

    Raises RigError when the machine lacks something, when the installation fails or brought another Asterisk.
    """
    check_machine()
    tree = tree_of(release)
    debian_tree.install(tree.path, recipe(release), "usr/sbin/asterisk", f"Debian {release.suite} with Asterisk", tell)
    version = version_of(tree.path)
    if int(version.split()[1].split(".")[0]) not in release.versions:
        raise RigError(f"{tree.path}: this is {version}, and not the {release.name} it should be: remove the folder")
    tell(f"It is {version}.")
    return tree


def main() -> int:
    """Build all from the command line; 0 when the trees are ready, 1 with one clear line when one is not."""
    return debian_tree.command("tests/pbx", lambda tell: [build(release, tell) for release in RELEASES])


if __name__ == "__main__":
    sys.exit(main())
