"""The packages as files: the same bytes from the same sources, nothing in them that must not be."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from hw.deb import build
from hw.deb.packages import ARCHITECTURES, CHECKOUT, PACKAGES
from hw.deb.wheels import FILES, PARTS
from tests.deb.debs import Debs

pytestmark = pytest.mark.debian
SCRIPTS = CHECKOUT / "hw/deb/maintainer"
LONG_AGO = "1600000000"  # s since 1970: before any clock here, for dpkg-deb puts back times that are later alone


@pytest.fixture(scope="module")
def every(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each package's files for each machine, unpacked with DEBIAN/, by `name_arch`."""
    out = tmp_path_factory.mktemp("every")
    assert build.main(["--fast", f"--out={out}", "--version=9.8.7rc1"]) == 0
    trees = {}
    for deb in out.glob("*.deb"):
        name, version, architecture = deb.stem.split("_")
        assert version == "9.8.7~rc1"
        trees[f"{name}_{architecture}"] = out / deb.stem
        subprocess.run(["dpkg-deb", "--raw-extract", str(deb), str(out / deb.stem)], check=True)
    assert set(trees) == {f"{package.name}_{architecture}" for package in PACKAGES for architecture in ARCHITECTURES}
    return trees


def test_the_same_sources_give_the_same_bytes_whoever_builds_them(tmp_path: Path) -> None:
    """Elsewhere, with another umask, time zone and language, and with leftovers in the folder.

    Of one copy of the checkout, committed or not: who works in it while this runs changes neither.
    """
    one, other = tmp_path / "one", tmp_path / "other"
    for name in PARTS:
        shutil.copytree(CHECKOUT / name, one / name)
    for name in (*FILES, "CHANGELOG.md"):
        shutil.copy(CHECKOUT / name, one / name)
    shutil.copytree(one, other, ignore=shutil.ignore_patterns("__pycache__"))
    for each in other.rglob("*"):
        each.chmod(0o700 if each.is_dir() else 0o600)
    (other / "build/lib/host_bridge").mkdir(parents=True)
    (other / "build/lib/host_bridge/left_over.py").write_text("old = True\n")
    made = []
    for folder, umask, more in (
        (one, "022", {}),
        (other, "077", {"TZ": "Asia/Jerusalem", "LC_ALL": "C", "PYTHONHASHSEED": "7"}),
    ):
        command = (
            f"umask {umask}; exec {sys.executable} -m hw.deb.build --package wallboard-bridge --arch arm64 --out out"
        )
        environment = {**os.environ, "PYTHONPATH": str(folder), "SOURCE_DATE_EPOCH": LONG_AGO, **more}
        subprocess.run(["sh", "-c", command], cwd=folder, env=environment, check=True, timeout=300)
        made += (folder / "out").iterdir()
    assert made[0].name == made[1].name
    assert made[0].read_bytes() == made[1].read_bytes()


def test_what_is_in_a_package(every: dict[str, Path]) -> None:
    for name, tree in every.items():
        package, architecture = name.split("_")
        control = (tree / "DEBIAN/control").read_text()
        assert f"Package: {package}\n" in control and f"Architecture: {architecture}\n" in control
        assert "Depends: python3.13 | python3.11, " in control
        assert not (tree / "opt").exists(), "what postinst makes is not dpkg's"
        settings = {str(each.relative_to(tree)) for each in (tree / "etc").rglob("*") if each.is_file()}
        assert settings == {line[1:] for line in (tree / "DEBIAN/conffiles").read_text().splitlines()}
        copyright_text = (tree / f"usr/share/doc/{package}/copyright").read_text()
        for wheel in (tree / f"usr/lib/{package}/wheels").iterdir():
            assert f"Files: usr/lib/{package}/wheels/{wheel.name}\n" in copyright_text
        assert "not stated" not in copyright_text
        assert " copies or substantial portions of the Software.\n .\n THE SOFTWARE IS PROVIDED" in copyright_text
        assert "GPL" not in copyright_text.replace("LGPL", ""), "what is GPL is in no package of ours"


def test_the_two_packages_share_no_file(every: dict[str, Path]) -> None:
    for architecture in ARCHITECTURES:
        bridge, board = (
            {each.relative_to(tree) for each in tree.rglob("*") if not each.is_dir() and "DEBIAN" not in each.parts}
            for tree in (every[f"{package.name}_{architecture}"] for package in PACKAGES)
        )
        assert bridge and board and not bridge & board


def test_every_library_for_the_pi_loads_where_pages_are_16_kib(every: dict[str, Path], tmp_path: Path) -> None:
    """A Pi 5's kernel has pages of 16 KiB: a library whose parts are aligned to 4 KiB does not load there."""
    seen = 0
    for tree in (every["wallboard-bridge_arm64"], every["wallboard-board_arm64"]):
        for wheel in tree.glob("usr/lib/*/wheels/*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                for name in archive.namelist():
                    if name.endswith(".so") or ".so." in name:
                        seen += 1
                        assert min(alignments(archive.read(name))) >= 16384, f"{wheel.name}: {name}"
    assert seen > 20


def alignments(elf: bytes) -> list[int]:
    """Of an ELF file's loaded parts, in bytes (elf(5): Elf64_Ehdr, Elf64_Phdr)."""
    assert elf[:6] == b"\x7fELF\x02\x01"  # 64 bits, little-endian
    (offset,) = struct.unpack_from("<Q", elf, 32)
    size, count = struct.unpack_from("<HH", elf, 54)
    headers = [struct.unpack_from("<IIQQQQQQ", elf, offset + number * size) for number in range(count)]
    return [header[7] for header in headers if header[0] == 1]


def test_the_scripts_are_clean_under_shellcheck_and_every_word_is_filled_in(every: dict[str, Path]) -> None:
    assert shutil.which("shellcheck"), "apt install shellcheck"
    scripts = sorted(str(each) for each in SCRIPTS.glob("*.sh"))
    command = ["shellcheck", "--external-sources", f"--source-path={SCRIPTS}", *scripts]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout
    for tree in every.values():
        for each in (*(tree / "DEBIAN").iterdir(), *(tree / "usr").rglob("*")):
            if each.is_file() and not each.is_symlink() and each.suffix not in {".whl", ".gz"}:
                text = each.read_text("utf-8")
                assert "@NAME@" not in text and "@ROLE@" not in text and "@FOLDER@" not in text, each
                if text.startswith("#!/bin/sh"):
                    subprocess.run(["dash", "-n", str(each)], check=True)


@pytest.mark.parametrize("version", ["1.0-1", "v1", "1.0 ", "1:2", "../1", ""])
def test_a_version_that_debian_or_python_would_not_take_is_refused(
    version: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        build.main(["--version", version])
    assert stopped.value.code == 2 and "is not like 1.2.3" in capsys.readouterr().err


def test_without_dpkg_deb_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert build.main([]) == 1
    assert capsys.readouterr().err.startswith("hw.deb.build: dpkg-deb is not here")


def test_debs_are_for_this_machine(debs: Debs) -> None:
    assert debs("wallboard-bridge").name == f"wallboard-bridge_0.1.0_{debs.machine}.deb"
