"""Build the Debian packages: `python -m hw.deb.build`, or `make deb`. It needs dpkg-deb, and no root.

The first build fetches the wheels that lock/ pins; a second one needs no network. The same sources give the same bytes:
times are $SOURCE_DATE_EPOCH, which is the last commit's unless it is set.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from hw.deb.lock import TOOLS, LockError, lock_file, platform_options, read_lock, tag
from hw.deb.packages import ARCHITECTURES, CHECKOUT, PACKAGES, PYTHONS, Package, project_version
from hw.deb.tree import lay_out
from hw.deb.wheels import BuildError, fetch, own_wheel, sha256_of

_VERSION = re.compile(r"\d+(\.\d+)*(rc\d+|\.dev\d+)?(\+[a-z0-9.]+)?")


def debian_version(version: str) -> str:
    """A Python version as Debian orders it: 1.0rc1 comes before 1.0, and so is 1.0~rc1."""
    return re.sub(r"\.?(rc|dev)(\d+)", r"~\1\2", version)


def build(
    package: Package,
    architecture: str,
    wheel: Path,
    version: str,
    *,
    out: Path,
    compression: str,
    tell: Callable[[str], None],
) -> Path:
    """The .deb of one package for one machine, in the folder `out`; `wheel` is the project's own. Raises BuildError."""
    debian = debian_version(version)
    own = f"led-wallboard=={version} --hash=sha256:{sha256_of(wheel)}  # {wheel.name}\n"
    pip = [pin for pin in read_lock(TOOLS) if pin.name == "pip"]
    wheels = {wheel.name: wheel} | {each.name: each for each in fetch(pip, ["--only-binary=:all:"], tell)}
    requirements = {}
    for python in PYTHONS:
        lock = lock_file(package, architecture, python)
        pins = read_lock(lock)
        for each in fetch(pins, platform_options(architecture, python), tell):
            wheels[each.name] = each
        requirements[tag(python)] = lock.read_text("utf-8") + own
    target = out / f"{package.name}_{debian}_{architecture}.deb"
    with tempfile.TemporaryDirectory(prefix="wallboard-deb-") as folder:
        root = Path(folder, "root")
        root.mkdir(mode=0o755)
        lay_out(
            package,
            architecture,
            debian,
            root,
            requirements=requirements,
            wheels=[wheels[name] for name in sorted(wheels)],
            epoch=int(os.environ["SOURCE_DATE_EPOCH"]),
        )
        half = out / f".{target.name}"
        command = ["dpkg-deb", "--root-owner-group", *compression.split(), "--build", str(root), str(half)]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise BuildError(f"dpkg-deb: {made.stderr.strip()}")
        half.replace(target)
    tell(f"{target}: {target.stat().st_size / 1e6:.1f} MB")
    return target


def source_date() -> int:
    """When the sources last changed, in seconds since 1970: what the last commit says, where this is a checkout."""
    told = subprocess.run(
        ["git", "-C", str(CHECKOUT), "log", "-1", "--format=%ct"], capture_output=True, text=True, check=False
    )
    return int(told.stdout) if told.returncode == 0 else 315532800  # 1980, the oldest that a zip file can hold


def main(argv: list[str] | None = None) -> int:
    """0, or 1 with one line, or 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python -m hw.deb.build", description=(__doc__ or "").split("\n\n")[0])
    names = [each.name for each in PACKAGES]
    parser.add_argument("--package", choices=names, action="append", help="which; both when not given")
    parser.add_argument("--arch", choices=list(ARCHITECTURES), action="append", help="which; all when not given")
    parser.add_argument("--version", metavar="VERSION", help="instead of pyproject.toml's")
    parser.add_argument("--out", metavar="DIR", type=Path, default=Path("dist"), help="default: dist")
    parser.add_argument("--source", metavar="DIR", type=Path, default=CHECKOUT, help="the checkout of the program")
    parser.add_argument("--fast", action="store_true", help="a third larger, and made in no time: for tests")
    args = parser.parse_args(argv)
    version = project_version() if args.version is None else args.version
    if _VERSION.fullmatch(version) is None:
        parser.error(f"--version: {version!r} is not like 1.2.3, 1.2.3rc1, 1.2.3.dev4 or 1.2.3+local")
    try:
        _check_machine()
        os.umask(0o022)
        os.environ.setdefault("SOURCE_DATE_EPOCH", str(source_date()))
        args.out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="wallboard-own-") as folder:
            wheel = own_wheel(args.source.resolve(), version, Path(folder), _tell)
            for package in PACKAGES:
                for architecture in args.arch or ARCHITECTURES:
                    if package.name in (args.package or names):
                        build(
                            package,
                            architecture,
                            wheel,
                            version,
                            out=args.out,
                            compression="-Znone" if args.fast else "-Zxz",
                            tell=_tell,
                        )
    except (BuildError, LockError, OSError) as problem:
        print(f"hw.deb.build: {problem}", file=sys.stderr)
        return 1
    return 0


def _check_machine() -> None:
    """Raises BuildError naming what is missing."""
    if shutil.which("dpkg-deb") is None:
        raise BuildError("dpkg-deb is not here: packages are built on Debian, Ubuntu or Raspberry Pi OS (package dpkg)")
    told = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False)
    if told.returncode != 0:
        raise BuildError(f"{sys.executable} has no pip: run `make deb`, which makes an environment that has")


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())
