"""First boot's edits of the boot partition and of /etc, in a folder that stands for the root: no root rights needed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from hw import firstboot

STOCK = "console=serial0,115200 console=tty1 root=PARTUUID=1-02 rootfstype=ext4 fsck.repair=yes rootwait resize\n"
ISOLATED = "cgroup_enable=memory isolcpus=domain,managed_irq,3 nohz_full=3 rcu_nocbs=3 irqaffinity=0,1,2"
ROOT = Path(__file__).parent.parent
PROTECTED = "init=/usr/lib/wallboard/wallboard-init cloud-init=disabled"


class Site:
    """A boot partition and a root in a folder, with a dpkg that says that all is installed."""

    def __init__(self, folder: Path) -> None:
        self.boot, self.root = folder / "boot", folder / "root"
        self.given = self.boot / "wallboard"
        self.given.mkdir(parents=True)
        for each in ("run", "opt", "etc"):
            (self.root / each).mkdir(parents=True)
        (self.boot / "cmdline.txt").write_text(STOCK)
        (self.boot / "config.txt").write_text("# stock\ndtparam=audio=on\n\n[cm4]\notg_mode=1\n")
        (self.boot / "user-data").write_text("#cloud-config\npassword: hunter2\n")
        (self.boot / "network-config").write_text("network: {password: wifi-secret}\n")
        (self.given / "board.yaml").write_text("board: lobby\n")
        (self.given / "mqtt.secret").write_text("s3cret\n")
        (self.given / "SECRETS").write_text("wallboard/mqtt.secret\nnetwork-config\n")
        for name, content in firstboot.contents().items():
            (self.given / name).write_bytes(content)
        self.manifest(*firstboot.NAMES)
        self.cpus = folder / "present"
        self.cpus.write_text("0-3\n")
        tools = folder / "bin"
        tools.mkdir()
        (tools / "dpkg").write_text("#!/bin/sh\n[ $1 != --print-architecture ] || echo arm64\n")
        (tools / "dpkg-query").write_text("#!/bin/sh\nprintf 'ii '\n")
        for tool in tools.iterdir():
            tool.chmod(0o755)
        self.path = f"{tools}:{os.environ['PATH']}"

    def manifest(self, *names: str) -> None:
        """What provision writes: the checksum of each file that nobody may edit."""
        sums = (f"{hashlib.sha256((self.given / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
        (self.given / "MANIFEST").write_text("".join(sums))

    def start(self, **more: str) -> subprocess.CompletedProcess[str]:
        """One first boot."""
        environment = {"PATH": self.path, "WALLBOARD_ROOT": str(self.root), "WALLBOARD_CPUS": str(self.cpus), **more}
        shutil.rmtree(self.root / "run/wallboard-provisioning", ignore_errors=True)
        script = str(self.given / "firstboot.sh")
        return subprocess.run(
            ["sh", script, str(self.boot)], env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    def words(self) -> list[str]:
        """The kernel's words."""
        return (self.boot / "cmdline.txt").read_text().split()

    def report(self) -> str:
        """All of it, with plain line ends."""
        return (self.given / "report.txt").read_text("utf-8")

    def verdict(self) -> str:
        """Its last line."""
        return self.report().splitlines()[-1]

    def all(self) -> dict[str, tuple[int, bytes]]:
        """Every file that a first boot may write: its mode and content."""
        found = {}
        for folder in (self.boot, self.root):
            for path in sorted(folder.rglob("*")):
                if path.is_file() and "run/" not in str(path.relative_to(folder)):
                    found[str(path)] = (path.stat().st_mode & 0o777, path.read_bytes())
        return found


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path)


def test_a_first_boot_ends_with_a_report_and_nothing_pending(site: Site) -> None:
    done = site.start()
    assert done.returncode == 0, done.stderr
    assert site.verdict() == "OK"
    assert not (site.given / "MANIFEST").exists()
    report = (site.given / "report.txt").read_bytes()
    assert report.count(b"\n") == report.count(b"\r\n") > 10, "old Notepads show one line otherwise"
    assert (site.root / "mnt/state/wallboard/self-test").read_bytes() == b""
    settings = site.root / "etc/wallboard"
    assert (settings / "board.yaml").read_text() == "board: lobby\n"
    assert (settings / "mqtt.secret").read_text() == "s3cret\n"
    assert (settings / "mqtt.secret").stat().st_mode & 0o777 == 0o600


def test_the_kernel_keeps_a_core_for_the_panel_and_the_root_is_protected(site: Site) -> None:
    site.start()
    expected = f"console=tty1 root=PARTUUID=1-02 rootfstype=ext4 fsck.repair=yes rootwait {ISOLATED} {PROTECTED}"
    assert site.words() == expected.split()
    assert (site.boot / "cmdline.txt").read_text().count("\n") == 1, "the firmware reads one line"


def test_a_machine_of_one_core_gives_none_away(site: Site) -> None:
    site.cpus.write_text("0\n")
    site.start()
    assert not [word for word in site.words() if word.startswith(("isolcpus", "nohz", "rcu", "irq"))]
    assert "none is kept" in (site.given / "report.txt").read_text()


def test_config_txt_turns_the_sound_off_for_all_and_keeps_what_is_there(site: Site) -> None:
    site.start()
    lines = (site.boot / "config.txt").read_text().splitlines()
    assert "dtparam=audio=on" not in lines
    assert lines[lines.index("[all]") :] == ["[all]", "dtparam=audio=off", "dtparam=watchdog=on", "# wallboard: end"]
    assert lines[: lines.index("[all]")] == [
        "# stock",
        "#dtparam=audio=on",
        "",
        "[cm4]",
        "otg_mode=1",
        "# wallboard: begin",
    ]


def test_no_secret_stays_on_the_boot_partition(site: Site) -> None:
    site.start()
    on_the_card = b"".join(path.read_bytes() for path in site.boot.rglob("*") if path.is_file())
    for secret in (b"hunter2", b"wifi-secret", b"s3cret"):
        assert secret not in on_the_card
    assert (site.boot / "user-data").read_text().startswith("#cloud-config\n")


def test_twice_is_the_same_as_once(site: Site) -> None:
    site.start()
    once = site.all()
    (site.given / "MANIFEST.done").rename(site.given / "MANIFEST")
    assert site.start().returncode == 0
    assert site.all() == once


# The power goes at the nth time that the script begins a step, or is about to put a file in its place.
CUTS = {
    "step": 'step() { NTH=$((${NTH:-0} + 1)); [ $NTH -ne %d ] || kill -9 $$; DOING=$1; note "- $1"; }\n',
    "file": (
        'write_whole() { cat >"$1.new"; echo >>"$HERE/writes"; [ "$(wc -l <"$HERE/writes")" -ne %d ] || kill -9 $$;'
        ' mv -f "$1.new" "$1"; }\n'
    ),
    "line": (
        'write_line() { echo >>"$HERE/lines"; [ "$(wc -l <"$HERE/lines")" -ne %d ] || kill -9 $$;'
        ' printf "%%s\\n" "$2" >"$1"; }\n'
    ),
    "erased": 'erase() { NTH=$((${NTH:-0} + 1)); [ $NTH -ne %d ] || kill -9 $$; rm -f "$1"; }\n',
}


@pytest.mark.parametrize("cut", CUTS)
def test_a_power_cut_anywhere_ends_as_if_there_had_been_none(tmp_path: Path, cut: str) -> None:
    whole = Site(tmp_path / "board")
    whole.start()
    expected = _lasting(whole)
    cuts = 0
    while True:
        shutil.rmtree(tmp_path / "board")
        site = Site(tmp_path / "board")
        protect = site.given / "protect.sh"  # the room that is read last: what it defines is in force
        protect.write_bytes(firstboot.contents()["protect.sh"] + (CUTS[cut] % (cuts + 1)).encode())
        site.manifest(*firstboot.NAMES)
        done = site.start()
        if done.returncode != -9:
            break
        cuts += 1
        protect.write_bytes(firstboot.contents()["protect.sh"])
        if (site.given / "MANIFEST").exists():
            site.manifest(*firstboot.NAMES)
            assert site.start().returncode == 0
        assert _lasting(site) == expected, f"cut {cuts}"
    assert cuts >= {"step": 10, "file": 10, "line": 2, "erased": 4}[cut]


def _lasting(site: Site) -> dict[str, tuple[int, bytes]]:
    """All files but those that a cut leaves half written, which nobody reads, and the manifest of the test's script."""
    return {name: each for name, each in site.all().items() if not name.endswith((".new", "MANIFEST.done"))}


def test_what_notepad_does_to_every_file_does_no_harm(site: Site) -> None:
    for path in [*site.given.iterdir(), site.boot / "cmdline.txt", site.boot / "config.txt"]:
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    done = site.start()
    assert (done.returncode, site.verdict()) == (0, "OK"), done.stderr
    assert site.words()[0] == "console=tty1"
    for name in ("board.yaml", "mqtt.secret"):
        assert not set(b"\r\xef") & set((site.root / "etc/wallboard" / name).read_bytes()), name
    for path in [*(site.root / "usr/lib/wallboard").iterdir(), *(site.root / "etc/systemd/system").iterdir()]:
        assert not path.is_file() or b"\r" not in path.read_bytes(), path


def test_a_damaged_file_stops_it_before_anything_is_changed(site: Site) -> None:
    (site.given / "system.sh").write_text("# half a fil")
    assert site.start().returncode == 1
    assert site.verdict().startswith("FAILED: system.sh is damaged on the card: provision the card again")
    assert (site.boot / "cmdline.txt").read_text() == STOCK
    assert (site.given / "MANIFEST").exists(), "a later start tries again"
    (site.given / "system.sh").write_bytes(firstboot.contents()["system.sh"])
    assert site.start().returncode == 0
    assert site.verdict() == "OK"


def test_a_file_that_is_missing_is_named(site: Site) -> None:
    site.manifest(*firstboot.NAMES, "board.yaml")
    (site.given / "board.yaml").unlink()
    site.start()
    assert (
        site.verdict()
        == "FAILED: board.yaml is missing on the card: provision the card again (wallboardctl provision)."
    )


def test_a_setting_edited_by_hand_is_taken_as_it_is(site: Site) -> None:
    site.manifest(*firstboot.NAMES, "board.yaml")
    (site.given / "board.yaml").write_text("board: hall\n")
    site.start()
    assert site.verdict() == "OK"
    assert (site.root / "etc/wallboard/board.yaml").read_text() == "board: hall\n"
    assert "board.yaml was edited by hand" in (site.given / "report.txt").read_text()


def installed(site: Site, script: str) -> None:
    """A wallboardctl that does this, as if the package had brought it."""
    program = site.root / "usr/bin/wallboardctl"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


TAB = "board.yaml:2:1: a tab: indent with spaces"


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_board_yaml_that_no_board_takes_is_told_while_the_card_is_at_hand(site: Site, ends: str) -> None:
    installed(site, f'PYTHONPATH={ROOT} exec {sys.executable} -m host_bridge.ctl "$@"')
    (site.given / "board.yaml").write_text(f"site: מוקד{ends}\tboard: lobby{ends}", "utf-8", newline="")
    assert site.start().returncode == 1
    assert TAB in site.report()
    assert site.verdict().startswith("FAILED: board.yaml is wrong, as is said above: correct it on the card, in any ed")
    assert (site.given / "MANIFEST").exists() and (site.given / "mqtt.secret").exists(), "the next start tries again"
    right = "site: מוקד\nboard: lobby\nmqtt: {url: mqtt://b}\npanel: {driver: rgbmatrix, rows: 64, cols: 64}\n"
    (site.given / "board.yaml").write_text(right, "utf-8")
    assert (site.start().returncode, site.verdict()) == (0, "OK")


@pytest.mark.parametrize("ends", ["exit 1", "kill -9 $$"])
def test_a_check_that_cannot_be_had_keeps_no_board_from_its_wall(site: Site, ends: str) -> None:
    installed(site, ends)
    assert (site.start().returncode, site.verdict()) == (0, "OK")


def test_a_file_that_notepad_gave_another_name_is_told_of(site: Site) -> None:
    (site.given / "board.yaml.txt").write_text("board: hall\n")
    assert site.start().returncode == 0
    assert "board.yaml.txt is not read. Were these the settings? It has to be called board.yaml\n" in site.report()


def test_a_report_that_cannot_be_written_keeps_no_board_from_its_wall(site: Site) -> None:
    (site.given / "report.txt.new").mkdir()
    done = site.start()
    assert (done.returncode, "report.txt cannot be written" in done.stderr) == (0, True)
    assert site.words()[-2:] == PROTECTED.split()


def start_sh(site: Site) -> int:
    """What runs first on a board: it hands over to firstboot.sh. The exit code."""
    script = Path(firstboot.__file__).parents[1] / "provision/files/start.sh"
    shutil.copy(script, site.given / "start.sh")
    environment = {"PATH": site.path, "WALLBOARD_ROOT": str(site.root), "WALLBOARD_CPUS": str(site.cpus)}
    command = ["sh", str(site.given / "start.sh"), str(site.boot)]
    return subprocess.run(command, env=environment, capture_output=True, timeout=60, check=False).returncode


@pytest.mark.parametrize("name", ["firstboot.sh", "words.sh"])
@pytest.mark.parametrize("content", [None, b"", b"note() {", b"\0" * 512])
def test_what_could_not_even_tell_that_it_is_damaged_is_told_of(site: Site, name: str, content: bytes | None) -> None:
    (site.given / name).unlink()
    if content is not None:
        (site.given / name).write_bytes(content)
    assert start_sh(site) == 1
    assert site.verdict() == f"FAILED: {name} is damaged or missing on the card: provision it again."
    assert (site.given / "MANIFEST").exists()
    whole = firstboot.contents()[name]
    (site.given / name).write_bytes(b"\xef\xbb\xbf" + whole.replace(b"\n", b"\r\n"))  # saved by Notepad: no damage
    assert (start_sh(site), site.verdict()) == (0, "OK")


def test_a_card_that_was_pulled_out_is_told_of(site: Site) -> None:
    (site.given / "MANIFEST").unlink()
    assert start_sh(site) == 1
    assert "MANIFEST is missing or empty: provision the card again" in site.verdict()


def test_a_cmdline_that_could_not_start_the_board_is_left_alone(site: Site) -> None:
    (site.boot / "cmdline.txt").write_text("console=tty1\n")
    site.start()
    assert "it names no root=" in site.verdict()
    assert (site.boot / "cmdline.txt").read_text() == "console=tty1\n"


def test_a_new_card_for_a_protected_board_first_makes_it_writable(site: Site) -> None:
    site.start()
    site.manifest(*firstboot.NAMES)
    (site.given / "mqtt.secret").write_text("new\n")
    assert site.start(WALLBOARD_PROTECTED="yes").returncode == 0
    assert not set(PROTECTED.split()) & set(site.words()), "the next start is writable, and cloud-init looks again"
    assert (site.given / "MANIFEST").exists()
    assert site.start().returncode == 0
    assert site.words()[-2:] == PROTECTED.split()
    assert (site.root / "etc/wallboard/mqtt.secret").read_text() == "new\n"


def test_a_protected_board_that_does_not_start_with_this_card_does_not_restart_for_ever(site: Site) -> None:
    assert site.start(WALLBOARD_PROTECTED="yes").returncode == 1
    assert "is there a second card" in site.verdict()


def test_no_script_of_the_folder_is_left_off_the_card() -> None:
    there = {each.name for each in Path(firstboot.__file__).parent.iterdir() if each.is_file()}
    assert {name for name in there if not name.endswith((".py", ".md"))} == set(firstboot.NAMES)


def test_the_scripts_are_clean_under_shellcheck() -> None:
    if not shutil.which("shellcheck"):
        pytest.skip("shellcheck is not installed (apt install shellcheck)")
    folder = Path(firstboot.__file__).parent
    scripts = ["firstboot.sh", *(name for name in firstboot.NAMES if name.startswith("wallboard-") and "." not in name)]
    done = subprocess.run(
        ["shellcheck", "-x", "-s", "sh", *scripts], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
