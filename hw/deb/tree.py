"""Lay out a package's files in a folder, as dpkg-deb packs them: what is installed where, and DEBIAN/."""

from __future__ import annotations

import gzip
import re
import shutil
import textwrap
from collections.abc import Mapping
from email.utils import formatdate
from pathlib import Path

from config import installed
from hw.deb.licences import copyright_text
from hw.deb.packages import CHECKOUT, HERE, PACKAGES, PYTHONS, Package

MAINTAINER = "The LED wallboard authors <led-wallboard@users.noreply.invalid>"
SCRIPTS = HERE / "maintainer"
SECTION, PRIORITY = "comm", "optional"
_UNFILLED = re.compile(r"@[A-Z]+@")

_NO_LED_LIBRARY = """\
if ! wallboard-rgbmatrix > /dev/null 2>&1; then
    say "the LED library rpi-rgb-led-matrix is not here. It is GPL, and so not in this package; until it is here,"
    say "a board runs with 'driver: image'. How to have it: wallboard-rgbmatrix --help"
fi"""


def lay_out(
    package: Package,
    architecture: str,
    version: str,
    root: Path,
    *,
    requirements: Mapping[str, str],
    wheels: list[Path],
    epoch: int,
) -> None:
    """Make the tree of `package` in the new folder `root`.

    `requirements`: for each Python (`cp313`) what pip is to install there, with hashes. `epoch`: the date of the
    changelog, in seconds since 1970.
    """
    texts = _words(package, version)
    own = root / package.folder.lstrip("/")
    (own / "wheels").mkdir(parents=True)
    for wheel in wheels:
        _copy(wheel, own / "wheels" / wheel.name)
    for tag, wanted in requirements.items():
        _write(own / f"{tag}.txt", wanted)
    _write(own / "common.sh", _filled("common.sh", texts))
    _write(own / "next-steps", _filled(f"next-steps-{package.role}", texts))
    scripts = ["environment", "health", "secrets"] + (["libraries"] if package.role == "board" else [])
    for name in scripts:
        _write(own / name, _filled(f"{name}.sh", texts), 0o755)
    if package.role == "board":
        _write(root / "usr/bin/wallboard-rgbmatrix", _filled("rgbmatrix.sh", texts), 0o755)
    _units(package, texts, root)
    (root / "usr/bin").mkdir(exist_ok=True)
    for program in package.programs:
        (root / "usr/bin" / program).symlink_to(f"/opt/wallboard/{package.role}/bin/{program}")
    for name in package.settings:
        _write(root / f"etc/wallboard/{name}.example.yaml", _example(name, package))
        _copy(CHECKOUT / f"config/{name}.schema.json", root / f"etc/wallboard/{name}.schema.json")
    _documents(package, version, wheels, epoch, root / "usr/share/doc" / package.name)
    _control(package, architecture, version, texts, root)


def _words(package: Package, version: str) -> dict[str, str]:
    """What stands for each @WORD@ of the scripts."""
    (other,) = (each for each in PACKAGES if each is not package)
    board = package.role == "board"
    return {
        "NAME": package.name,
        "ROLE": package.role,
        "UNIT": package.unit,
        "USER": package.unit,
        "OTHER": other.name,
        "OTHERROLE": other.role,
        "VERSION": version,
        "FOLDER": package.folder,
        "PROGRAMS": " ".join(package.programs),
        "PRIORITY": str(package.priority),
        "TITLE": f"LED wallboard ({package.role})",
        "PURGED": "/opt/wallboard/rgbmatrix /opt/wallboard/rgbmatrix.new"
        if board
        else "/etc/wallboard/thresholds.yaml",
        "SOURCE": installed.SOURCE,
        "COMMIT": installed.COMMIT,
        "AFTER": _NO_LED_LIBRARY if board else "",
    }


def _filled(name: str, words: Mapping[str, str]) -> str:
    """A script or unit of maintainer/ with each @WORD@ filled in."""
    text = (SCRIPTS / name).read_text("utf-8")
    for word, meaning in words.items():
        text = text.replace(f"@{word}@", meaning)
    unfilled = _UNFILLED.search(text)
    assert unfilled is None, f"{name}: {unfilled}"
    return text.rstrip("\n") + "\n"


def _example(name: str, package: Package) -> str:
    """An example of config/, with the one file that the service writes where the service may write."""
    text = (CHECKOUT / f"config/{name}.example.yaml").read_text("utf-8")
    return re.sub(r"(?m)^journal: bridge\.journal {,24}", f"journal: /var/lib/{package.unit}/bridge.journal  ", text)


def _units(package: Package, words: Mapping[str, str], root: Path) -> None:
    units = root / "usr/lib/systemd/system"
    _copy(HERE / f"{package.unit}.service", units / f"{package.unit}.service")
    _write(units / f"{package.name}-health.service", _filled("health.service", words))
    # A drop-in, for a file has one owner: both packages bring the bound of the journal that both write to.
    _copy(
        HERE / "journald@wallboard.conf",
        root / "usr/lib/systemd/journald@wallboard.conf.d" / f"{package.name}.conf",
    )


def _documents(package: Package, version: str, wheels: list[Path], epoch: int, folder: Path) -> None:
    _write(folder / "copyright", copyright_text(wheels, package))
    log = (
        f"{package.name} ({version}) unstable; urgency=medium\n\n  * Version {version}. What changed: CHANGELOG.md.\n\n"
        f" -- {MAINTAINER}  {formatdate(epoch)}\n"
    )
    _write_bytes(folder / "changelog.gz", gzip.compress(log.encode(), 9, mtime=0))
    news = (CHECKOUT / "CHANGELOG.md").read_bytes()
    _write_bytes(folder / "CHANGELOG.md.gz", gzip.compress(news, 9, mtime=0))
    _copy(HERE / "SYSTEMD.md", folder / "SYSTEMD.md")
    for example in package.examples:
        _copy(HERE / "examples" / example, folder / "examples" / example)


def _control(package: Package, architecture: str, version: str, words: Mapping[str, str], root: Path) -> None:
    size_kib = sum(
        -(-each.stat().st_size // 1024) for each in root.rglob("*") if each.is_file() and not each.is_symlink()
    )
    pythons = " | ".join(f"python{each}" for each in reversed(PYTHONS))
    fields = {
        "Package": package.name,
        "Version": version,
        "Architecture": architecture,
        "Maintainer": MAINTAINER,
        "Installed-Size": str(size_kib),
        "Depends": f"{pythons}, init-system-helpers (>= 1.52), passwd",
        "Recommends": package.recommends,
        "Suggests": package.suggests,
        "Section": SECTION,
        "Priority": PRIORITY,
        "Description": package.synopsis,
    }
    text = "".join(f"{name}: {value}\n" for name, value in fields.items() if value)
    text += "".join(f" {line}\n" for line in textwrap.wrap(package.description, 76, break_on_hyphens=False))
    control = root / "DEBIAN"
    _write(control / "control", text)
    conffiles = sorted(f"/{each.relative_to(root)}" for each in (root / "etc").rglob("*") if each.is_file())
    _write(control / "conffiles", "".join(f"{each}\n" for each in conffiles))
    _write(control / "triggers", "interest-noawait /usr/bin/python3\n")
    for name in ("postinst", "prerm", "postrm"):
        _write(control / name, _filled(f"{name}.sh", words), 0o755)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o644)


def _write(target: Path, text: str, mode: int = 0o644) -> None:
    _write_bytes(target, text.encode(), mode)


def _write_bytes(target: Path, content: bytes, mode: int = 0o644) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content)
    target.chmod(mode)
