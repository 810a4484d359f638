"""`wallboardctl provision`: whole cards, and everything that keeps one from being made."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from config.yaml_file import parse
from firmware.pi import settings
from host_bridge.ctl import program
from host_bridge.ctl.card import args, parts
from host_bridge.pki.site import Pki
from hw.provision import writer

STOCK = (
    "console=serial0,115200 console=tty1 root=PARTUUID=8a438930-02 rootfstype=ext4 fsck.repair=yes rootwait resize\n"
)
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIgifWEGYTTMerxq4JL2qe5zEClRnebKIYvRgmJ8kAwh me"
PLACE = ("--site", "main", "--broker", "mqtt://192.0.2.20")
ROOT = Path(__file__).parent.parent
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def boot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The boot partition of a stock card, in a folder that is also the current one, with a package in dist/."""
    monkeypatch.chdir(tmp_path)
    made = tmp_path / "D:\\"
    made.mkdir()
    (made / "cmdline.txt").write_text(STOCK)
    (made / "config.txt").write_text("dtparam=audio=on\n")
    for name in ("user-data", "meta-data", "network-config"):
        (made / name).write_text("# all\n# comments\n")
    (tmp_path / "dist").mkdir()
    (tmp_path / "dist/wallboard-board_1.2.3_arm64.deb").write_bytes(b"!<arch>\nbody")
    return made


@pytest.fixture
def run(boot: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Provisions the board lobby with more options: (exit code, output, errors)."""

    def provision(*more: str) -> tuple[int, str, str]:
        try:
            code = program.main(["provision", "--board", "lobby", "--out", str(boot), *more])
        except SystemExit as end:
            code = int(end.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return provision


@pytest.fixture
def pki(tmp_path: Path, boot: Path) -> Path:
    """A site's authority."""
    Pki.create(tmp_path / "pki", "main", dt.datetime.now(dt.UTC))
    return tmp_path / "pki"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(each.relative_to(folder)): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def board(boot: Path) -> settings.BoardSettings:
    """What the board makes of its card, opening the secrets too."""
    return settings.load(boot / "wallboard/board.yaml")


def test_a_card_with_certificates_and_wifi(boot: Path, run: Run, pki: Path, tmp_path: Path) -> None:
    (tmp_path / "wifi.txt").write_bytes("\ufeffpass \"w\\o'rd1\r\nsecond line\r\n".encode())
    (tmp_path / "me.pub").write_text(KEY + "\n")
    wifi = ("--wifi", "מוקד 5", "--wifi-passphrase-file", "wifi.txt")
    code, out, err = run("--broker", "mqtts://broker.example", "--pki", "pki", *wifi, "--ssh-key", "me.pub")
    assert (code, err) == (0, "")
    found = board(boot)
    assert (found.site, found.board, found.mqtt.host, found.mqtt.port) == ("main", "lobby", "broker.example", 8883)
    assert found.mqtt.tls is not None
    assert found.buzzer_gpio == 19
    assert r"pass \"w\\o'rd1" in (boot / "network-config").read_text()
    assert KEY in (boot / "user-data").read_text()
    assert (boot / "cmdline.txt").read_text() == (
        STOCK.replace(" resize\n", "") + " cfg80211.ieee80211_regdom=IL network-config=disabled\n"
    )
    assert (boot / "wallboard/SECRETS").read_text() == "wallboard/board.key\nnetwork-config\n"
    assert "secrets until the first boot is done: wallboard/board.key, network-config" in out
    assert "lobby has a new certificate" in out
    assert "pass" not in out.replace("passphrase", "")
    numbered = [line for line in out.splitlines() if re.match(r"\d\. ", line)]
    assert [line[:2] for line in numbered] == ["1.", "2.", "3."]
    assert out.splitlines()[-3:] == numbered


def test_manifest_is_what_sha256sum_checks_and_is_written_last(
    boot: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    real = writer._write

    def noted(folder: Path, file: writer.File) -> None:
        assert file.name == "wallboard/MANIFEST" or not (boot / "wallboard/MANIFEST").exists()
        order.append(file.name)
        real(folder, file)

    monkeypatch.setattr(writer, "_write", noted)
    for _ in range(2):
        assert run(*PLACE)[0] == 0
        assert order[-1] == "wallboard/MANIFEST"
    subprocess.run(["sha256sum", "--check", "--strict", "--quiet", "MANIFEST"], cwd=boot / "wallboard", check=True)
    named = {line.split("  ")[1] for line in (boot / "wallboard/MANIFEST").read_text().splitlines()}
    assert {"board.yaml", "start.sh", "firstboot.sh", "wallboard-board_1.2.3_arm64.deb"} <= named


@pytest.mark.parametrize("form", ["cloud-init", "first-run", "both"])
def test_twice_is_as_once(boot: Path, run: Run, pki: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIFI", "12345678")
    options = ("--broker", "mqtts://b", "--pki", "pki", "--wifi", "a", "--wifi-passphrase-env", "WIFI", "--form", form)
    assert run(*options)[0] == 0
    once = contents(boot)
    code, out, _ = run(*options)
    assert code == 0
    assert contents(boot) == once
    assert "lobby has the certificate that it had" in out


def test_another_form_and_another_board_leave_nothing_of_the_one_before(boot: Path, run: Run, pki: Path) -> None:
    assert run("--broker", "mqtts://b", "--pki", "pki", "--form", "both")[0] == 0
    assert (boot / "wallboard/board.key").exists()
    assert b"systemd.run" in (boot / "cmdline.txt").read_bytes()
    assert run(*PLACE, "--form", "cloud-init")[0] == 0
    assert not (boot / "wallboard/board.key").exists()
    assert not (boot / "firstrun.sh").exists()
    assert b"systemd.run" not in (boot / "cmdline.txt").read_bytes()
    assert run(*PLACE, "--form", "first-run")[0] == 0
    assert not (boot / "user-data").exists()
    assert (boot / "firstrun.sh").exists()


def test_a_bookworm_card_is_seen_by_what_it_lacks(boot: Path, run: Run) -> None:
    for name in ("user-data", "meta-data", "network-config"):
        (boot / name).unlink()
    code, out, _ = run(*PLACE)
    assert code == 0
    assert "Raspberry Pi OS Bookworm (firstrun.sh)" in out
    assert 'systemd.run="/bin/sh /boot/firmware/firstrun.sh"' in (boot / "cmdline.txt").read_text()


def test_json_tells_what_was_written(boot: Path, run: Run) -> None:
    code, out, _ = run(*PLACE, "--json")
    told: dict[str, Any] = json.loads(out)
    assert code == 0
    assert (told["board"], told["site"], told["form"], told["wifi"]) == ("lobby", "main", ["cloud-init"], None)
    for each in told["files"]:
        assert (boot / each["path"]).stat().st_size == each["bytes"]
    assert len(told["next"]) == 3


def test_a_base_gives_all_that_the_boards_of_a_site_share(boot: Path, run: Run, tmp_path: Path) -> None:
    example = (ROOT / "config/board.example.yaml").read_bytes().replace(b"\n", b"\r\n")
    (tmp_path / "site.yaml").write_bytes(b"\xef\xbb\xbf" + example)
    (tmp_path / "mqtt.secret").write_text("hidden\n")
    assert run("--board-yaml", "site.yaml")[0] == 0
    found, text = board(boot), (boot / "wallboard/board.yaml").read_text()
    assert (found.board, found.mqtt.host, found.mqtt.username) == ("lobby", "192.0.2.20", "wallboard-board")
    assert found.mqtt.password == "hidden"
    assert "# higher for faster Pis" in text
    assert "wallboard/mqtt.secret" in (boot / "wallboard/SECRETS").read_text()


def test_a_password_is_the_boards_own_login(boot: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MQTT", "hidden")
    assert run(*PLACE, "--password-env", "MQTT")[0] == 0
    assert (board(boot).mqtt.username, board(boot).mqtt.password) == ("lobby", "hidden")


@pytest.mark.parametrize("name", ["board.yaml", "user-data", "network-config", "cmdline.txt"])
def test_a_card_that_notepad_saved_is_still_right(boot: Path, run: Run, name: str) -> None:
    assert run(*PLACE, "--address", "192.0.2.9/24")[0] == 0
    path = boot / ("wallboard/board.yaml" if name == "board.yaml" else name)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert board(boot).board == "lobby"
    if name != "cmdline.txt":
        assert parse(path.read_bytes(), name).data
    assert run(*PLACE, "--address", "192.0.2.9/24")[0] == 0  # and it is known for ours


def wrong(run: Run, *options: str) -> str:
    """What is said, in one line, of options that make no card; nothing is written."""
    code, out, err = run(*options)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    return err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--broker", "mqtt://b"), "which site? --site NAME"),
        (("--site", "main"), "which broker? --broker mqtts://HOST"),
        ((*PLACE, "--pki", "nowhere"), "--pki: there is no nowhere/ca.crt: make it with  wallboardctl pki init"),
        ((*PLACE, "--ca", "none.crt"), "--ca: none.crt cannot be read: No such file"),
        (
            ("--site", "main", "--broker", "tcp://b"),
            "--broker: 'tcp://b', expected mqtt://HOST, mqtts://HOST:PORT; did you mean 'mqtt://b'?",
        ),
        ((*PLACE, "--board", "a/b"), "--board: 'a/b'"),
        ((*PLACE, "--driver", "emulator"), "--driver: invalid choice: 'emulator' (choose from"),
        ((*PLACE, "--out", 'D:" --site main'), "write D:\\ without quotes"),
        ((*PLACE, "--panel", "100x64"), "cannot be made of modules"),
        ((*PLACE, "--buzzer", "18"), "--buzzer: 18 is the panel's output-enable with mapping 'regular'; free pins"),
        ((*PLACE, "--slowdown", "11"), "--slowdown: '11', expected a whole number from 0 to 10"),
        ((*PLACE, "--wifi", "a"), "the passphrase of --wifi: give it with --wifi-passphrase-file"),
        ((*PLACE, "--wifi", "a", "--wifi-passphrase-env", "NOT_SET"), "the environment variable NOT_SET is not set"),
        ((*PLACE, "--wifi-hidden"), "--wifi-hidden belongs to --wifi NAME"),
        ((*PLACE, "--gateway", "192.0.2.1"), "--gateway and --dns belong to --address IP/LEN"),
        ((*PLACE, "--ssh-key", "none.pub"), "--ssh-key: none.pub cannot be read"),
        ((*PLACE, "--deb", "dist"), "--deb: dist cannot be read: Is a directory"),
        ((*PLACE, "--deb", "D:\\/config.txt"), "is not a Debian package"),
        ((*PLACE, "--rgbmatrix", "dist/wallboard-board_1.2.3_arm64.deb"), "is not a wheel of Python"),
        ((*PLACE, "--country", "Israel"), ""),
    ],
)
def test_what_a_person_gets_wrong_is_one_line(
    boot: Path, run: Run, options: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(boot)
    if message:
        assert message in wrong(run, *options)
    else:  # by cable the country plays no part
        assert run(*options)[0] == 0
        return
    assert contents(boot) == before


def test_certificates_of_another_site_are_refused(boot: Path, run: Run, pki: Path) -> None:
    said = wrong(run, "--site", "other", "--broker", "mqtts://b", "--pki", "pki")
    assert "pki is of the site 'main', and this board of 'other'" in said


def test_a_broken_certificate_is_told_before_anything_is_written(boot: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("not a certificate\n")
    assert "--ca: ca.crt holds no usable certificate" in wrong(
        run, "--site", "main", "--broker", "mqtts://b", "--ca", "ca.crt"
    )


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("panel: {driver: emulator, rows: 64, cols: 64}", "panel.driver: emulator is for a PC; without its panel a"),
        (
            "panel: {driver: image, path: frames, rows: 64, cols: 64}",
            "panel.path: a board's service cannot write to frames; write /run/wallboard/frames",
        ),
        (
            "panel: {driver: rgbmatrix, rows: 64, cols: 64}\nstate_file: /run/wallboard/../x",
            "state_file: a board's service cannot write to /run/wallboard/../x; leave it out",
        ),
    ],
)
def test_a_base_from_a_desk_is_refused_where_no_service_could_run_with_it(
    boot: Path, run: Run, tmp_path: Path, line: str, message: str
) -> None:
    (tmp_path / "site.yaml").write_text(f"site: main\nmqtt: {{url: mqtt://b}}\n{line}\n")
    before = contents(boot)
    assert wrong(run, "--board-yaml", "site.yaml").startswith(
        f"wallboardctl provision: --board-yaml: site.yaml: {message}"
    )
    assert contents(boot) == before


def test_a_board_without_its_panel_keeps_its_frames_in_memory(boot: Path, run: Run) -> None:
    assert run(*PLACE, "--driver", "image")[0] == 0
    assert str(board(boot).panel.path) == "/run/wallboard/frames"


@pytest.mark.parametrize(
    ("text", "folder"),
    [("D:", "D:\\"), ("d:bootfs", "d:\\bootfs"), ("D:\\", "D:\\"), ("E:/x", "E:/x"), ("//host/d", "//host/d")],
)
def test_a_drives_letter_is_the_drives_root(text: str, folder: str) -> None:
    assert str(args.place(text, windows=True)) == folder
    assert str(args.place(text, windows=False)) == text


def test_packages_are_looked_for_in_the_checkout_too() -> None:
    assert ROOT / "dist" in parts.folders()


def test_every_mistake_of_a_base_is_told(boot: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(
        "site: main\nmqtt: {url: mqtt://b}\npanel: {driver: rgbmatrix, rows: 7}\nbuzer: 1\n"
    )
    code, _, err = run("--board-yaml", "site.yaml")
    assert code == 2
    assert "site.yaml: panel.rows: " in err
    assert "site.yaml: panel.cols: missing" in err
    assert "site.yaml: buzer: unknown key; did you mean 'buzzer'?" in err


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (shutil.rmtree, "is not there: is the card in the reader"),
        (lambda boot: (shutil.rmtree(boot), boot.touch()), "is no folder: name where the card's boot partition is"),
        (
            lambda boot: (shutil.rmtree(boot), (boot / "boot/firmware").mkdir(parents=True)),
            "has no cmdline.txt and no config.txt, so it is not the boot partition",
        ),
        (lambda boot: (boot / "config.txt").unlink(), "has no config.txt, so it is not the boot partition"),
        (lambda boot: [each.unlink() for each in boot.iterdir()], "is an empty folder, so it is not the boot"),
        (lambda boot: (boot / "cmdline.txt").write_text("quiet\n"), "cmdline.txt names no root="),
    ],
)
def test_what_is_no_card_is_refused(boot: Path, run: Run, make: Callable[[Path], Any], message: str) -> None:
    make(boot)
    assert message in wrong(run, *PLACE)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("user-data", "#cloud-config\nhostname: x\n", "user-data holds settings that we did not make"),
        ("network-config", "network: {version: 2}\n", "network-config holds settings that we did not make"),
        ("custom.toml", "config_version = 1\n", "custom.toml makes settings of its own"),
        ("kernel7.img", "", "this is the 32-bit Raspberry Pi OS"),
        ("cmdline.txt", STOCK.rstrip() + " systemd.run=/boot/x.sh\n", "starts a script of somebody else's"),
    ],
)
def test_what_others_set_up_is_written_over_with_force_alone(
    boot: Path, run: Run, name: str, content: str, message: str
) -> None:
    (boot / name).write_text(content)
    assert message in wrong(run, *PLACE)
    assert run(*PLACE, "--force")[0] == 0
    assert run(*PLACE)[0] == (0 if name not in ("custom.toml", "kernel7.img") else 2)


def test_without_a_package_nothing_is_written(boot: Path, run: Run, tmp_path: Path) -> None:
    before = contents(boot)
    shutil.rmtree(tmp_path / "dist")
    if not list((ROOT / "dist").glob("wallboard-board_*_arm64.deb")):  # a developer may have made one
        assert "make it with `make deb`, or name it with --deb FILE" in wrong(run, *PLACE)
        assert contents(boot) == before


def test_a_card_without_room_is_left_as_it_was(boot: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(boot)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: shutil._ntuple_diskusage(10, 10, 0))  # type: ignore[attr-defined]
    code, _, err = run(*PLACE)
    assert (code, "has too little room: 5 MiB more are needed on it" in err) == (1, True)
    assert contents(boot) == before


def test_a_card_that_is_pulled_out_has_no_manifest(boot: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(*PLACE)[0] == 0
    real = writer._write

    def pulled(folder: Path, file: writer.File) -> None:
        if file.name == "user-data":
            raise OSError(5, "Input/output error", str(folder / file.name))
        real(folder, file)

    monkeypatch.setattr(writer, "_write", pulled)
    code, _, err = run(*PLACE)
    assert code == 1
    assert err.endswith("user-data: Input/output error: the card is not complete, provision it again\n")
    assert not (boot / "wallboard/MANIFEST").exists()


def guarded(folder: Path, *words: str, encoding: str = "utf-8") -> subprocess.CompletedProcess[str]:
    """The command without what only POSIX has, its output in an encoding of Windows."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": encoding, "WIFI": "12345678"}
    command = [sys.executable, "-m", "tests.windows_guard", *words]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding=encoding, check=False)


@pytest.mark.parametrize("encoding", ["cp1255", "cp437", "utf-8"])
def test_it_runs_without_what_only_posix_has(boot: Path, pki: Path, encoding: str) -> None:
    wifi = ("--wifi", "מוקד", "--wifi-passphrase-env", "WIFI")
    options = ("--board", "לובי", "--out", "D:\\", "--broker", "mqtts://b", "--pki", "pki", *wifi)
    done = guarded(boot.parent, "provision", *options, encoding=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert board(boot).board == "לובי"
    assert "hostname: " in (boot / "user-data").read_text()
    assert not any(b"\r" in each for name, each in contents(boot).items() if not name.endswith(".deb"))


def test_a_time_zone_that_there_is_not_is_told(run: Run) -> None:
    assert "--timezone: 'Asia/Jeruslem' is no time zone, expected a name like Asia/Jerusalem; did you mean" in wrong(
        run, *PLACE, "--timezone", "Asia/Jeruslem"
    )


def test_the_guard_guards() -> None:
    script = "from tests import windows_guard; windows_guard.leave_posix(); import fcntl"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "No module named 'fcntl'" in done.stderr


def test_nothing_is_written_as_text_whose_line_ends_windows_would_change() -> None:
    folders = ("hw/provision", "host_bridge/ctl/card")
    rooms = [ROOT / "host_bridge/ctl/provision.py", *(each for name in folders for each in (ROOT / name).glob("*.py"))]
    assert len(rooms) > 20
    for path in rooms:
        source = path.read_text("utf-8")
        assert not re.search(r"""write_text\(|read_text\(|(?<!packed\.)open\((?!"[rw]b")""", source), path.name


def test_a_board_yaml_that_was_edited_on_the_card_is_kept_and_told_of(run: Run, boot: Path) -> None:
    own = boot / "wallboard/board.yaml"
    assert run(*PLACE)[0] == 0
    own.write_bytes(b"\xef\xbb\xbf" + own.read_bytes().replace(b"\n", b"\r\n"))  # opened and saved in Notepad
    (boot / "wallboard/MANIFEST").rename(boot / "wallboard/MANIFEST.done")  # as first boot leaves it
    assert "edited" not in run(*PLACE)[1]
    edited = own.read_text("utf-8").replace("chain: 2", "led_rgb_sequence: RBG\n  chain: 2")
    own.write_text(edited, "utf-8")
    kept = boot / "wallboard/board.yaml.before"
    assert f"edited by hand: that is board.yaml.before now; to go by it, --board-yaml {kept}\n" in run(*PLACE)[1]
    assert kept.read_text("utf-8") == edited
    assert "RBG" not in own.read_text("utf-8")
    assert "edited" not in run("--board-yaml", str(kept))[1]
    assert "led_rgb_sequence: RBG" in own.read_text("utf-8")
