"""`wallboard-rgbmatrix build`: which commit of the LED library it takes, and what it says on a read-only board.

git and pip are real. Upstream is a repository in a folder, whose "library" is a module in Python; what else a build
needs (root, a compiler, headers) is only asked for.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pip
import pytest

from config.installed import SOURCE
from hw.deb import tree

PYPROJECT = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
BACKEND = """\
import pathlib, zipfile
def build_wheel(folder, config_settings=None, metadata_directory=None):
    assert not pathlib.Path("optimized-kernel").exists()  # kernels, which nobody wants
    name, info = "rgbmatrix-0.0.1-py3-none-any.whl", "rgbmatrix-0.0.1.dist-info/"
    with zipfile.ZipFile(pathlib.Path(folder) / name, "w") as made:
        made.write("library.py", "rgbmatrix/__init__.py")
        made.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: rgbmatrix\\nVersion: 0.0.1\\n")
        made.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        made.writestr(info + "RECORD", "")
    return name
"""


class Board:
    """A board's /opt/wallboard in a folder, the command, and the repository that it takes for upstream's."""

    def __init__(self, folder: Path) -> None:
        self.opt, self.here, self._upstream = folder / "opt", folder / "here", folder / "upstream"
        self.tools, package, headers = folder / "tools", folder / "package/wheels", folder / "include"
        for each in (self.opt / "board/bin", self.here, self._upstream, self.tools, package, headers):
            each.mkdir(parents=True)
        for header in ("Python.h", "Imaging.h"):
            (headers / header).touch()
        (package / "pip-0-py3-none-any.whl").mkdir()  # a wheel is a zip file, and Python runs what is in either
        (package / "pip-0-py3-none-any.whl/pip").symlink_to(Path(pip.__file__).parent)
        self._stub(self.opt / "board/bin/python", self._python(headers))
        self._stub(self.tools / "id", "echo 0")
        for name in ("cmake", "ninja", "g++"):
            self._stub(self.tools / name, "true")
        self.root("/dev/mmcblk0p2")
        self._git("init", "--quiet", "--initial-branch=master")
        self._git("config", "uploadpack.allowFilter", "true")  # as upstream's host does
        self.first = self.commit("first")
        words = {"FOLDER": str(package.parent), "SOURCE": SOURCE, "COMMIT": self.first}
        text = tree._filled("rgbmatrix.sh", words).replace("/opt/wallboard", str(self.opt))
        self.command = folder / "wallboard-rgbmatrix"
        self._stub(self.command, text.removeprefix("#!/bin/sh\n"))

    def _python(self, headers: Path) -> str:
        """The environment's: it sees the library's folder (as libraries.sh has it), and says where headers are."""
        see = f"import sys; sys.path.append({str(self.opt / 'rgbmatrix')!r})"
        return (
            f"case $* in *get_path*) echo {headers} ;;\n"
            f'*rgbmatrix.__path__*|*"import rgbmatrix"*) exec {sys.executable} -I -c "{see}; $3" ;;\n'
            f'*) exec {sys.executable} "$@" ;; esac'
        )

    @staticmethod
    def _stub(path: Path, text: str) -> None:
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def _git(self, *words: str) -> str:
        who = ("-c", "user.name=upstream", "-c", "user.email=upstream@example.com")
        done = subprocess.run(["git", *who, *words], cwd=self._upstream, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def commit(self, what: str) -> str:
        """Upstream has a new newest commit, whose library says `what`; and a kernel."""
        for name, text in (("pyproject.toml", PYPROJECT), ("backend.py", BACKEND), ("library.py", f"WHAT = {what!r}")):
            (self._upstream / name).write_text(text)
        (self._upstream / "optimized-kernel").mkdir(exist_ok=True)
        (self._upstream / "optimized-kernel/boot.tar.gz").write_text("much")
        self._git("add", ".")
        self._git("commit", "--quiet", "--message", what)
        return self._git("rev-parse", "HEAD")

    def tag(self, name: str) -> None:
        self._git("tag", name)

    def root(self, source: str) -> None:
        """What is mounted as the board's root."""
        self._stub(self.tools / "findmnt", f"[ \"$*\" = '-n -o SOURCE /' ] && echo {source}")

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{self.tools}:{os.environ['PATH']}",
            "HOME": str(self.here),
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.file://{self._upstream}.insteadOf",
            "GIT_CONFIG_VALUE_0": SOURCE,
        }
        run = [str(self.command), *words]
        return subprocess.run(run, cwd=self.here, env=environment, capture_output=True, text=True, check=False)

    def has(self) -> str:
        """What the library that is installed says."""
        return (self.opt / "rgbmatrix/rgbmatrix/__init__.py").read_text()


@pytest.fixture
def board(tmp_path: Path) -> Board:
    return Board(tmp_path)


def test_it_builds_the_commit_that_was_tried_and_not_upstreams_newest(board: Board) -> None:
    board.commit("newest")
    built = board("build")
    assert built.returncode == 0, built.stderr
    assert f"Building commit {board.first} of " in built.stdout and "was tried with another" not in built.stdout
    assert board.has() == "WHAT = 'first'"
    assert (board.here / "rgbmatrix-0.0.1-py3-none-any.whl").exists()  # for the next board
    assert "read-only" not in built.stderr


def test_another_commit_or_tag_can_be_had_and_which_it_was_is_said(board: Board) -> None:
    second = board.commit("second")
    board.tag("v2")
    board.commit("newest")
    for wanted in (second, "v2"):
        built = board("build", wanted)
        assert built.returncode == 0, built.stderr
        assert f"Building commit {second} of " in built.stdout
        assert f"was tried with another, {board.first}." in built.stdout
        assert board.has() == "WHAT = 'second'"


def test_what_upstream_has_not_is_one_line_beside_gits_own(board: Board) -> None:
    for wanted in ("no-such", "0" * 40, board.first[:8]):
        built = board("build", wanted)
        assert built.returncode == 1
        assert f"\nwallboard-rgbmatrix: {wanted} of {SOURCE} cannot be fetched, see above. " in built.stderr
    for words in (("--upload-pack=x",), ("one", "two"), ("",)):
        refused = board("build", *words)
        assert refused.returncode == 1
        assert "build: expected one commit, tag or branch" in refused.stderr.splitlines()[0]


@pytest.mark.parametrize("what", ["build", "FILE.whl"])
def test_on_a_read_only_board_it_says_first_that_all_this_is_gone_after_the_next_start(board: Board, what: str) -> None:
    board.root("wallboard-overlay")
    if what != "build":
        board("build")
        what = "rgbmatrix-0.0.1-py3-none-any.whl"
    told = board(what)
    lines = told.stderr.splitlines()
    assert lines[0].startswith("wallboard-rgbmatrix: this board's system is read-only: what is installed now is")
    assert "gone after its next start" in lines[1] and ("the wheel too" in lines[1]) == (what == "build")
    assert "sudo wallboard-writable --on " in lines[2] and "sudo wallboard-writable --off " in lines[3]
