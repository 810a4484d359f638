"""What the build says when it cannot be done, and that it never takes a half-made tree for one. Needs no Asterisk."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests import debian_tree
from tests.pbx import build

NEWEST = build.RELEASES[0]


@pytest.fixture
def installer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stands in for mmdebstrap: a Python script (empty so far) that is run with the suite and the tree's folder."""
    script = tmp_path / "installer.py"
    script.touch()
    monkeypatch.setenv("WALLBOARD_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(build, "check_machine", lambda: None)
    monkeypatch.setattr(debian_tree, "ENCLOSED", ())
    monkeypatch.setattr(build, "RECIPE", (sys.executable, str(script)))
    return script


def test_it_says_what_is_missing_and_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda command, path: None if command == "mmdebstrap" else "/there")
    with pytest.raises(build.RigError, match=r"not installed here: mmdebstrap\. .*apt install mmdebstrap$"):
        build.check_machine()


def test_without_root_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(build.RigError, match="root"):
        build.check_machine()


def test_another_recipe_is_another_folder(installer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = build.tree_of(NEWEST).path
    monkeypatch.setattr(build, "RECIPE", (*build.RECIPE, "--more"))
    assert build.tree_of(NEWEST).path != before
    assert build.tree_of(NEWEST).path.parent == before.parent == installer.parent / "cache"


def test_each_release_is_a_folder_of_its_own(installer: Path) -> None:
    assert len({build.tree_of(release).path for release in build.RELEASES}) == len(build.RELEASES)


def test_another_asterisk_than_the_release_should_bring_is_refused(
    installer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installer.write_text(
        "import os, sys; os.makedirs(sys.argv[2] + '/usr/sbin'); open(sys.argv[2] + '/usr/sbin/asterisk', 'w')"
    )
    monkeypatch.setattr(build, "version_of", lambda tree: "Asterisk 20.1.0")
    for release in build.RELEASES:
        with pytest.raises(build.RigError, match=f"Asterisk 20.1.0, and not the {release.name}"):
            build.build(release, lambda line: None)


def test_a_failed_installation_is_one_line_and_leaves_no_tree(
    installer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    installer.write_text(
        "import os, sys; os.makedirs(sys.argv[2] + '/usr/sbin'); open(sys.argv[2] + '/usr/sbin/asterisk', 'w')\n"
        "sys.exit('I: downloading\\nE: no such host')"
    )
    assert build.main() == 1
    told = capsys.readouterr()
    assert told.err.startswith("tests/pbx: mmdebstrap failed: E: no such host (all of it: ")
    assert len(told.err.splitlines()) == 1
    assert not build.tree_of(NEWEST).path.exists()


def test_what_is_installed_is_used_again(installer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installer.write_text(
        "import os, sys; os.makedirs(sys.argv[2] + '/usr/sbin'); open(sys.argv[2] + '/usr/sbin/asterisk', 'w')"
    )
    monkeypatch.setattr(build, "version_of", lambda tree: "Asterisk 22.10.1")
    first: list[str] = []
    tree = build.build(NEWEST, first.append).path
    assert (tree / "usr/sbin/asterisk").exists()
    installer.write_text("import sys; sys.exit('E: must not run again')")
    again: list[str] = []
    assert build.build(NEWEST, again.append).path == tree
    assert (first[0][:10], again[0][:10]) == ("Installing", "Debian sid")


def test_an_installation_without_end_is_given_up(installer: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installer.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(debian_tree, "LONGEST_S", 0.2)
    with pytest.raises(build.RigError, match="was not done"):
        build.build(NEWEST, lambda line: None)
    assert not build.tree_of(NEWEST).path.exists()
