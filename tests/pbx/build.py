"""Install a real Asterisk 22 and a 16.28 into a cache folder, once: `python -m tests.pbx.build`.

Each is a Debian tree made by mmdebstrap, some 350 MB, in `$WALLBOARD_CACHE` or `~/.cache/led-wallboard`. Its name
carries a hash of the recipe below, so that a changed recipe is built anew. A tree is only ever mounted read-only
(tests/pbx/asterisk.py): each run writes to a folder of its own, and so a cached tree stays what mmdebstrap made.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

# Check-Valid-Until is off for mirrors that lag, and for a suite that is no longer cared for.
RECIPE = (
    "mmdebstrap",
    "--variant=minbase",
    '--aptopt=Acquire::Check-Valid-Until "false"',
    "--aptopt=Acquire::Retries 3",
    "--include=asterisk",
)


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


# Its own mounts and processes: whatever ends the build, no mount is left in a half-made tree and nobody writes to it.
ENCLOSED = ("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc")
LONGEST_S = 900
NEEDED = {  # command → Debian package
    "mmdebstrap": "mmdebstrap",
    "unshare": "util-linux",
    "setpriv": "util-linux",
    "mosquitto": "mosquitto",
}


class RigError(RuntimeError):
    """The rig cannot be built or run on this machine; the message says what is missing and what to do."""


def cache_folder() -> Path:
    """Where the installed tree is kept: `$WALLBOARD_CACHE`, else `~/.cache/led-wallboard`."""
    chosen = os.environ.get("WALLBOARD_CACHE")
    return Path(chosen).absolute() if chosen else Path.home() / ".cache" / "led-wallboard"


def recipe(release: Release) -> tuple[str, ...]:
    """The command that makes the tree, but for the folder to make it in."""
    return (*RECIPE, release.suite)


def tree_of(release: Release) -> Tree:
    """Where the installed tree of a release is, there or not; a new recipe is a new folder."""
    made_by = hashlib.sha256(repr(recipe(release)).encode()).hexdigest()[:10]
    return Tree(release, cache_folder() / f"{release.name}-{made_by}")


def check_machine() -> None:
    """Raise RigError naming everything that this machine lacks for the rig."""
    if os.geteuid() != 0:
        raise RigError("a real Asterisk runs in a chroot, and that needs root: run this as root (sudo make test-pbx)")
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    missing = sorted({package for command, package in NEEDED.items() if not shutil.which(command, path=path)})
    if missing:
        raise RigError(
            f"not installed here: {', '.join(missing)}. On Debian and Ubuntu: apt install {' '.join(missing)}"
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


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One build at a time in a cache folder; the lock goes with the process, however that ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(tree: Tree) -> None:
    """Run mmdebstrap beside the tree and rename its result into place: a half-made tree is never taken for one."""
    folder = tree.path.parent
    for left_over in folder.glob("building-*"):
        shutil.rmtree(left_over)
    building = folder / f"building-{tree.path.name}"
    log = folder / "build.log"
    with log.open("wb") as out:
        try:
            made = subprocess.run(
                [*ENCLOSED, *recipe(tree.release), str(building)],
                stdout=out,
                stderr=out,
                timeout=LONGEST_S,
                check=False,
            )
        except subprocess.TimeoutExpired as slow:
            raise RigError(f"mmdebstrap was not done after {LONGEST_S // 60} minutes (what it did: {log})") from slow
    if made.returncode != 0:
        told = [line for line in log.read_text(errors="replace").splitlines() if line.startswith("E:")]
        raise RigError(f"mmdebstrap failed: {told[0] if told else 'no word why'} (all of it: {log})")
    building.rename(tree.path)


def build(release: Release, tell: Callable[[str], None]) -> Tree:
    """The installed tree, made when it is missing (a minute, some 100 MB to download); `tell` gets one line a step.

    Raises RigError when the machine lacks something, when the installation fails or brought another Asterisk.
    """
    check_machine()
    tree = tree_of(release)
    with _alone(tree.path.parent):
        if (tree.path / "usr/sbin/asterisk").exists():
            tell(f"Asterisk is installed in {tree.path}")
        else:
            tell(f"Installing Debian {release.suite} with Asterisk into {tree.path} (about a minute) …")
            _install(tree)
            tell("Installed.")
    version = version_of(tree.path)
    if int(version.split()[1].split(".")[0]) not in release.versions:
        raise RigError(f"{tree.path}: this is {version}, and not the {release.name} it should be: remove the folder")
    tell(f"It is {version}.")
    return tree


def main() -> int:
    """Build all from the command line; 0 when the trees are ready, 1 with one clear line when one is not."""
    try:
        for release in RELEASES:
            build(release, lambda line: print(line, flush=True))
    except RigError as problem:
        print(f"tests/pbx: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("tests/pbx: stopped; the next build starts anew", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
