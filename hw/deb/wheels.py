"""The wheels of a package: those that lock/ pins, fetched once into a cache folder, and the project's own.

A wheel in the cache lies in a folder that is called by its hash, and its hash is what it was fetched for: a second
build needs no network.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from hw.deb.lock import TOOLS, Pin, read_lock

PARTS = ("firmware", "host_bridge", "config", "hw")  # of the checkout, that are in the wheel
FILES = ("pyproject.toml", "README.md", "LICENSE")


class BuildError(RuntimeError):
    """The packages cannot be built here; the message says what is missing and what to do."""


def cache_folder() -> Path:
    """Where fetched wheels are kept: in `$WALLBOARD_CACHE`, else in `~/.cache/led-wallboard`."""
    chosen = os.environ.get("WALLBOARD_CACHE")
    return (Path(chosen).absolute() if chosen else Path.home() / ".cache/led-wallboard") / "wheels"


def sha256_of(path: Path) -> str:
    """A file's hash, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def fetch(pins: Iterable[Pin], options: list[str], tell: Callable[[str], None]) -> list[Path]:
    """The wheels of `pins`, out of the cache, or by pip with `options`. Raises BuildError."""
    pins = list(pins)
    missing = [pin for pin in pins if not _cached(pin).exists()]
    if missing:
        tell(f"fetching {len(missing)} wheels …")
        _download(missing, options)
    return [_cached(pin) for pin in pins]


def _cached(pin: Pin) -> Path:
    return cache_folder() / pin.sha256 / pin.file


def _download(pins: list[Pin], options: list[str]) -> None:
    """By pip, which refuses what has another hash; each is in the cache whole, or not at all."""
    cache_folder().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetching-", dir=cache_folder()) as folder:
        asked = Path(folder, "requirements.txt")
        asked.write_text("".join(f"{pin}\n" for pin in pins), "utf-8")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        command += ["--require-hashes", f"--requirement={asked}", f"--dest={folder}", *options]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
        if told.returncode != 0:
            said = [line for line in told.stderr.splitlines() if line.startswith("ERROR")]
            why = said[0][:300] if said else "pip said nothing"
            raise BuildError(
                f"the pinned wheels cannot be fetched ({why}); the network, or lock/ (python -m hw.deb.lock)?"
            )
        for pin in pins:
            fetched = Path(folder, pin.file)
            if not fetched.exists() or sha256_of(fetched) != pin.sha256:
                raise BuildError(f"pip brought no {pin.file}: python -m hw.deb.lock makes lock/ anew")
            _cached(pin).parent.mkdir(exist_ok=True)
            fetched.replace(_cached(pin))


def own_wheel(source: Path, version: str, folder: Path, tell: Callable[[str], None]) -> Path:
    """Build the wheel of the checkout `source` as `version` into `folder`. Raises BuildError.

    Of a copy, where every file has the same mode: what lies about in the checkout (build/, another umask) is not in it,
    and with $SOURCE_DATE_EPOCH set it is the same to the bit.
    """
    tell(f"building led-wallboard {version} …")
    tool = next(pin for pin in read_lock(TOOLS) if pin.name == "setuptools")
    (setuptools,) = fetch([tool], ["--only-binary=:all:"], tell)
    with tempfile.TemporaryDirectory(prefix="wallboard-wheel-") as room:
        copy, tools = Path(room, "source"), Path(room, "tools")
        _copy(source, copy)
        project = copy / "pyproject.toml"
        project.write_text(
            re.sub(r'(?m)^version = ".*"', f'version = "{version}"', project.read_text("utf-8"), count=1)
        )
        shutil.unpack_archive(setuptools, tools, "zip")
        made = subprocess.run(
            [sys.executable, "-c", f"from setuptools import build_meta; build_meta.build_wheel({str(folder)!r})"],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(tools)},
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            raise BuildError(f"the project's wheel cannot be built: {' | '.join(made.stderr.splitlines()[-3:])}")
    return next(folder.glob("led_wallboard-*.whl"))


def _copy(source: Path, copy: Path) -> None:
    copy.mkdir()
    for part in PARTS:
        shutil.copytree(source / part, copy / part, ignore=shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info"))
    for name in FILES:
        shutil.copy(source / name, copy / name)
    for each in copy.rglob("*"):
        each.chmod(0o755 if each.is_dir() else 0o644)
