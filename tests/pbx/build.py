"""Install a real Asterisk 22 into a cache folder, once: `python -m tests.pbx.build`.

A Debian sid tree made by mmdebstrap, some 350 MB, in `$WALLBOARD_CACHE` or `~/.cache/led-wallboard`. Its name carries a
hash of the recipe below, so that a changed recipe is built anew. The tree is only ever mounted read-only
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

# Debian's stable releases carry no Asterisk since bookworm; sid has 22. Check-Valid-Until is off for mirrors that lag.
RECIPE = (
    "mmdebstrap",
    "--variant=minbase",
    '--aptopt=Acquire::Check-Valid-Until "false"',
    "--aptopt=Acquire::Retries 3",
    "--include=asterisk",
    "sid",
)
# Its own mounts and processes: whatever ends the build, no mount is left in a half-made tree and nobody writes to it.
ENCLOSED = ("unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc")
LONGEST_S = 900
OLDEST = 22  # the event filters of the read-only AMI user need 22.1
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


def tree_path() -> Path:
    """The folder of the installed tree, there or not; a new recipe is a new folder."""
    return cache_folder() / f"asterisk22-{hashlib.sha256(repr(RECIPE).encode()).hexdigest()[:10]}"


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


def _install(tree: Path) -> None:
    """Run mmdebstrap beside `tree` and rename its result into place: a half-made tree is never taken for one."""
    for left_over in tree.parent.glob("building-*"):
        shutil.rmtree(left_over)
    building = tree.parent / f"building-{tree.name}"
    log = tree.parent / "build.log"
    with log.open("wb") as out:
        try:
            made = subprocess.run(
                [*ENCLOSED, *RECIPE, str(building)], stdout=out, stderr=out, timeout=LONGEST_S, check=False
            )
        except subprocess.TimeoutExpired as slow:
            raise RigError(f"mmdebstrap was not done after {LONGEST_S // 60} minutes (what it did: {log})") from slow
    if made.returncode != 0:
        told = [line for line in log.read_text(errors="replace").splitlines() if line.startswith("E:")]
        raise RigError(f"mmdebstrap failed: {told[0] if told else 'no word why'} (all of it: {log})")
    building.rename(tree)


def build(tell: Callable[[str], None]) -> Path:
    """The installed tree, made when it is missing (a minute, some 100 MB to download); `tell` gets one line a step.

    Raises RigError when the machine lacks something, when the installation fails or the Asterisk in it is too old.
    """
    check_machine()
    tree = tree_path()
    with _alone(tree.parent):
        if (tree / "usr/sbin/asterisk").exists():
            tell(f"Asterisk is installed in {tree}")
        else:
            tell(f"Installing Debian sid with Asterisk into {tree} (about a minute) …")
            _install(tree)
            tell("Installed.")
    version = version_of(tree)
    if int(version.split()[1].split(".")[0]) < OLDEST:
        raise RigError(f"{tree}: this is {version}, and the tests need {OLDEST} or newer: remove the folder")
    tell(f"It is {version}.")
    return tree


def main() -> int:
    """Build from the command line; 0 when the tree is ready, 1 with one clear line when it is not."""
    try:
        build(lambda line: print(line, flush=True))
    except RigError as problem:
        print(f"tests/pbx: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("tests/pbx: stopped; the next build starts anew", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
