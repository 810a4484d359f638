"""Debian trees made by mmdebstrap, each once, in a cache folder: for tests that want a real Asterisk or a real systemd.

A tree lies in `$WALLBOARD_CACHE` or `~/.cache/led-wallboard`. Its name carries a hash of its recipe, so that a changed
recipe is built anew. A tree is only ever read, or mounted under another: it stays what mmdebstrap made.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

# Check-Valid-Until is off for mirrors that lag, and for a suite that is no longer cared for.
MMDEBSTRAP = (
    "mmdebstrap",
    "--variant=minbase",
    '--aptopt=Acquire::Check-Valid-Until "false"',
    "--aptopt=Acquire::Retries 3",
)
# Its own mounts and processes: whatever ends the build, no mount is left in a half-made tree and nobody writes to it.
ENCLOSED = ("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc")
LONGEST_S = 900  # for a tree that takes five minutes or less
NEEDED = {"mmdebstrap": "mmdebstrap", "unshare": "util-linux", "setpriv": "util-linux"}  # command → Debian package


class RigError(RuntimeError):
    """The rig cannot be built or run on this machine; the message says what is missing and what to do."""


def cache_folder() -> Path:
    """Where the trees are kept: `$WALLBOARD_CACHE`, else `~/.cache/led-wallboard`."""
    chosen = os.environ.get("WALLBOARD_CACHE")
    return Path(chosen).absolute() if chosen else Path.home() / ".cache" / "led-wallboard"


def folder_of(name: str, recipe: tuple[str, ...]) -> Path:
    """Where the tree `name` is that the command `recipe` makes, there or not; a new recipe is a new folder."""
    made_by = hashlib.sha256(repr(recipe).encode()).hexdigest()[:10]
    return cache_folder() / f"{name}-{made_by}"


def check_machine(needed: Mapping[str, str], root: str) -> None:
    """Raise RigError naming everything that this machine lacks; `root` says what needs it and how to have it."""
    if os.geteuid() != 0:
        raise RigError(root)
    path = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
    missing = sorted({package for command, package in needed.items() if not shutil.which(command, path=path)})
    if missing:
        raise RigError(
            f"not installed here: {', '.join(missing)}. On Debian and Ubuntu: apt install {' '.join(missing)}"
        )


def install(
    tree: Path, recipe: tuple[str, ...], proof: str, what: str, tell: Callable[[str], None], *, minutes: int = 1
) -> None:
    """Make `tree` unless it is there: so many minutes, some 100 MB to download. `tell` gets one line a step.

    `recipe` is the command that makes it, but for the folder to make it in; `proof` is a file that a whole tree has,
    `what` names it for people. Raises RigError.
    """
    with _alone(tree.parent):
        if (tree / proof).exists():
            tell(f"{what} is installed in {tree}")
        else:
            tell(f"Installing {what} into {tree} (about {minutes} min) …")
            _install(tree, recipe, LONGEST_S * max(1.0, minutes / 5))
            tell("Installed.")


def command(name: str, make: Callable[[Callable[[str], None]], object]) -> int:
    """A command that makes trees: 0 when `make` did, 1 with one clear line, which begins with `name`, when it did not.

    `make` is given what takes one line a step.
    """
    try:
        make(lambda line: print(line, flush=True))
    except RigError as problem:
        print(f"{name}: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{name}: stopped; the next build starts anew", file=sys.stderr)
        return 130
    return 0


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One build at a time in a cache folder; the lock goes with the process, however that ends."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(tree: Path, recipe: tuple[str, ...], longest_s: float) -> None:
    """Run mmdebstrap beside the tree and rename its result into place: a half-made tree is never taken for one."""
    folder = tree.parent
    for left_over in folder.glob("building-*"):
        shutil.rmtree(left_over)
    building = folder / f"building-{tree.name}"
    log = folder / "build.log"
    with log.open("wb") as out:
        try:
            made = subprocess.run(
                [*ENCLOSED, *recipe, str(building)], stdout=out, stderr=out, timeout=longest_s, check=False
            )
        except subprocess.TimeoutExpired as slow:
            raise RigError(f"mmdebstrap was not done after {longest_s / 60:.0f} minutes (what it did: {log})") from slow
    if made.returncode != 0:
        told = [line for line in log.read_text(errors="replace").splitlines() if line.startswith("E:")]
        raise RigError(f"mmdebstrap failed: {told[0] if told else 'no word why'} (all of it: {log})")
    building.rename(tree)
