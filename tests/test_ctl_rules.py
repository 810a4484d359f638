"""`wallboardctl rules`: the versions that were in use, and back to an earlier one, with no bridge about."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from host_bridge.ctl import program as ctl
from host_bridge.ctl import rules_write
from host_bridge.history import History, Run, history_file

T0 = 1_789_000_000_000  # 2026-09-10, 03:26 in Jerusalem
MINUTE_MS = 60_000
ONE = "timezone: Asia/Jerusalem\nqueues: {sales: {label: מכירות}}\n".encode()
TWO = ONE.replace(b"sales:", b"support:")
THREE = b"\xef\xbb\xbf" + ONE.replace(b"\n", b"\r\n") + "# הערה\r\n".encode()
WRONG = ONE.replace(b"label", b"lable")
BRIDGE = """\
site: test
pbx: {host: pbx, username: u, password_file: f}
mqtt: {url: "mqtt://broker"}
thresholds: thresholds.yaml
journal: test.journal
"""


class Site:
    """A folder with bridge.yaml, and a history of what was in use."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str] | None, *applied: bytes) -> None:
        self.file = folder / "thresholds.yaml"
        self.config = folder / "bridge.yaml"
        self.config.write_text(BRIDGE)
        self._capsys = capsys
        history = History.open(history_file(folder / "test.journal"), "test", logging.getLogger("test.rules"))
        history.put(Run(T0, "1", T0, T0, T0 + 90 * MINUTE_MS))
        for count, text in enumerate(applied):
            history.rules_applied(text, T0 + count * MINUTE_MS, f"change {count + 1}")
        history.close()
        self.file.write_bytes(applied[-1])

    def call(self, *options: str) -> tuple[int, str, str]:
        code = ctl.main(["rules", "--config", str(self.config), *options])
        assert self._capsys is not None
        out, err = self._capsys.readouterr()
        return code, out, err

    def json(self, *options: str) -> dict[str, object]:
        code, out, err = self.call("--json", *options)
        assert (code, err) == (0, "")
        found: dict[str, object] = json.loads(out)
        return found


Make = Callable[..., Site]


@pytest.fixture
def make(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Make:
    return lambda *applied: Site(tmp_path, capsys, *applied)


def test_somebody_elses_history_is_one_line_for_whom_the_system_says_no(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may read everything, so the system's answer is the test's."""
    monkeypatch.setattr("host_bridge.ctl.rules_versions.os.access", lambda path, mode: False)
    code, out, err = make(ONE).call()
    assert (code, out) == (1, "")
    assert err.endswith("you may not read it: run this as the bridge's user (sudo -u USER …), or as root\n")
    assert err.count("\n") == 1


def test_the_list_tells_what_changed_when_and_which_is_in_force(make: Make) -> None:
    site = make(ONE, TWO, ONE, THREE)
    code, out, _ = site.call()
    assert code == 0
    assert out.splitlines() == [
        "  1  2026-09-10 03:26  change 1",
        "  2  2026-09-10 03:27  change 2",
        "  1  2026-09-10 03:28  change 3",
        "> 3  2026-09-10 03:29  change 4",
        "",
        "no bridge runs; version 3 was in force, and thresholds.yaml is just so",
    ]


@pytest.mark.parametrize(
    ("text", "words", "state"),
    [
        (WRONG, "; thresholds.yaml is wrong: thresholds.yaml:2:", "wrong"),
        (ONE, "; thresholds.yaml is right and not in use yet: the bridge takes it when it starts", "waiting"),
        (None, "; thresholds.yaml: cannot be read: No such file or directory", "unreadable"),
    ],
)
def test_the_list_tells_what_is_in_the_file(make: Make, text: bytes | None, words: str, state: str) -> None:
    site = make(ONE, TWO)
    if text is None:
        site.file.unlink()
    else:
        site.file.write_bytes(text)
    code, out, _ = site.call()
    assert code == 0
    assert words in out
    found = site.json()
    assert (found["state"], found["in_force"], found["running"]) == (state, 2, False)
    assert found["version_of_file"] == (1 if text == ONE else None)


def test_undo_goes_back_further_each_time_and_to_goes_anywhere(make: Make) -> None:
    site = make(ONE, TWO, THREE)
    code, out, _ = site.call("--undo")
    assert code == 0
    assert site.file.read_bytes() == TWO
    assert out.splitlines() == [
        f"{site.file} is again version 2 of 2026-09-10 03:27",
        "no bridge runs with this bridge.yaml: it takes it when it starts",
    ]
    again = make(ONE, TWO, THREE, TWO)  # as the bridge then has it
    assert again.call("--undo")[0] == 0
    assert again.file.read_bytes() == ONE
    first = make(ONE, TWO, THREE, TWO, ONE)
    code, _, err = first.call("--undo")
    assert code == 1
    assert "version 1 is the first that was in use" in err
    assert first.call("--to", "3")[0] == 0
    assert first.file.read_bytes() == THREE, "byte for byte: its mark, its line ends, its Hebrew"
    code, _, err = first.call("--to", "9")
    assert (code, err) == (1, "wallboardctl rules: there is no version 9, expected one from 1 to 3\n")


def test_with_a_wrong_file_undo_puts_back_what_is_in_force_and_loses_nothing(make: Make) -> None:
    site = make(ONE, TWO)
    for count, name in enumerate(("thresholds.yaml.before-undo", "thresholds.yaml.before-undo-2")):
        site.file.write_bytes(WRONG + b"#" * count)
        code, out, _ = site.call("--undo")
        assert code == 0
        assert site.file.read_bytes() == TWO
        assert site.file.with_name(name).read_bytes() == WRONG + b"#" * count
        assert f"what was in thresholds.yaml and never in use is kept as {site.file.with_name(name)}" in out
    site.file.write_bytes(WRONG)
    assert site.call("--undo")[0] == 0
    assert len(list(site.file.parent.glob("*before-undo*"))) == 2, "it is kept once"
    site.file.write_bytes(ONE)
    assert site.call("--undo")[0] == 0
    assert len(list(site.file.parent.glob("*before-undo*"))) == 2, "version 1 is no new text"
    site.file.unlink()
    assert site.call("--undo")[0] == 0
    assert site.file.read_bytes() == TWO


def test_a_text_that_is_too_large_to_be_thresholds_is_kept_whole(make: Make) -> None:
    site = make(ONE)
    site.file.write_bytes(b"x" * 3_000_000)
    assert site.call("--undo")[0] == 0
    assert site.file.with_name("thresholds.yaml.before-undo").stat().st_size == 3_000_000


def test_a_version_that_is_not_right_by_todays_check_is_refused(make: Make) -> None:
    site = make(WRONG, TWO)
    code, _, err = site.call("--undo")
    assert code == 1
    assert err.startswith(
        "wallboardctl rules: version 1 is not right by today's check, nothing was changed: version 1:2:"
    )
    assert site.file.read_bytes() == TWO


def test_the_file_keeps_its_mode_and_a_symlink_stays_one(make: Make, tmp_path: Path) -> None:
    site = make(ONE, TWO)
    (tmp_path / "etc").mkdir()
    real = tmp_path / "etc" / "of-the-site.yaml"
    site.file.rename(real)
    real.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(real, 1234, 5678)
    site.file.symlink_to("etc/of-the-site.yaml")
    os.utime(real, (1, 1))
    assert site.call("--undo")[0] == 0
    assert site.file.is_symlink()
    assert real.read_bytes() == ONE
    found = real.stat()
    assert found.st_mode & 0o777 == 0o640
    assert found.st_mtime > 1_000, "it was changed now"
    if os.geteuid() == 0:
        assert (found.st_uid, found.st_gid) == (1234, 5678)
    assert [each.name for each in (tmp_path / "etc").iterdir()] == ["of-the-site.yaml"]


def test_a_file_that_cannot_be_replaced_is_written_in_place(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """As one that is mounted by itself into a container."""

    def busy(self: Path, target: Path) -> None:
        raise OSError(16, "Device or resource busy")

    site = make(ONE, TWO + b"# longer\n")
    inode = site.file.stat().st_ino
    monkeypatch.setattr(rules_write.Path, "replace", busy)
    assert site.call("--undo")[0] == 0
    assert (site.file.read_bytes(), site.file.stat().st_ino) == (ONE, inode)
    assert not list(site.file.parent.glob(".wallboard-*"))


def test_what_changed_between_two_versions(make: Make) -> None:
    site = make(ONE, TWO, THREE)
    code, out, _ = site.call("--diff", "1", "2")
    assert code == 0
    assert out.splitlines() == [
        "--- version 1, 2026-09-10 03:26",
        "+++ version 2, 2026-09-10 03:27",
        "@@ -1,2 +1,2 @@",
        " timezone: Asia/Jerusalem",
        "-queues: {sales: {label: מכירות}}",
        "+queues: {support: {label: מכירות}}",
    ]
    assert "+# הערה" in site.call("--diff", "1")[1].splitlines(), "line ends are no difference"
    assert "-queues: {support: {label: מכירות}}" in site.call("--diff")[1], "the last change"
    assert site.call("--diff", "2", "2")[1].endswith(": no difference\n")
    site.file.write_bytes(WRONG)
    assert "+++ thresholds.yaml as it is now" in site.call("--diff")[1]
    assert site.call("--diff", "1", "2", "3")[0] == 2
    assert site.json("--diff", "1", "2")["from"] == "version 1, 2026-09-10 03:26"


def test_a_version_is_shown_byte_for_byte(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    site = Site(tmp_path, None, ONE, THREE)
    assert ctl.main(["rules", "--config", str(site.config), "--show", "2"]) == 0
    assert capfdbinary.readouterr().out == THREE


def test_without_versions_it_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "bridge.yaml"
    for text, code, words in (
        (BRIDGE, 1, "no version yet: "),
        (BRIDGE.replace("journal: test.journal\n", ""), 2, "names no journal, and the versions lie beside it"),
        (BRIDGE.replace("site", "sight"), 2, "unknown key"),
    ):
        config.write_text(text)
        assert ctl.main(["rules", "--config", str(config)]) == code
        assert words in capsys.readouterr().err
