"""The files of a card one by one: whatever a network, a board or a user is called, every reader takes it for that."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from config.yaml_file import parse
from hw.provision import ProvisionError, board_yaml, cloud_init, cmdline, first_run, keyfile, netplan, network
from hw.provision.network import Network
from hw.provision.system import HOSTNAME, System, hostname_of
from hw.provision.yaml_text import quoted

LETTERS = st.characters(exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Cn", "Co"))
SSIDS = st.text(LETTERS, min_size=1, max_size=32).filter(lambda name: len(name.encode()) <= 32)
PASSPHRASES = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=8, max_size=63)
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIgifWEGYTTMerxq4JL2qe5zEClRnebKIYvRgmJ8kAwh me"


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",))))
def test_quoted_text_is_the_same_text_to_every_yaml_reader(text: str) -> None:
    for loader in (yaml.SafeLoader, yaml.CSafeLoader):
        assert yaml.load(f"key: {quoted(text)}\n", loader) == {"key": text}


def test_half_a_character_is_refused() -> None:
    with pytest.raises(ValueError, match="half a character"):
        quoted("\ud800")


@settings(deadline=None)
@given(SSIDS, PASSPHRASES, st.booleans(), st.sampled_from(["auto", "wpa2", "wpa3"]))
def test_any_wifi_stands_in_network_config_as_it_is_called(ssid: str, secret: str, hidden: bool, security: str) -> None:
    wifi = network.wifi(ssid, secret, hidden=hidden, security=security)
    read = yaml.safe_load(netplan.text(Network(wifi, None, "IL")))["network"]["wifis"]["wlan0"]
    (name, point), *more = read["access-points"].items()
    assert (name, more) == (ssid, [])
    assert point.get("password", point.get("auth", {}).get("password")) == secret
    assert point.get("hidden", False) is hidden
    assert read["regulatory-domain"] == "IL"


def _as_glib(value: str) -> str:
    """A value of a key file as GLib unescapes it (g_key_file_parse_value_as_string)."""
    return re.sub(r"\\([sntr\\])", lambda each: {"s": " ", "n": "\n", "t": "\t", "r": "\r", "\\": "\\"}[each[1]], value)


@settings(deadline=None)
@given(SSIDS, PASSPHRASES)
def test_any_wifi_stands_in_a_key_file_as_it_is_called(ssid: str, secret: str) -> None:
    (text,) = keyfile.files(Network(network.wifi(ssid, secret), None, "IL")).values()
    lines = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    name = lines["ssid"]
    as_bytes = bytes(map(int, name.rstrip(";").split(";"))) if re.fullmatch("([0-9]+;)+", name) else name.encode()
    assert as_bytes == ssid.encode()
    assert not lines["psk"].startswith(" ")
    assert _as_glib(lines["psk"]) == secret


def test_a_fixed_address_stands_in_both_forms() -> None:
    fixed = network.address("192.168.1.50/24", "192.168.1.1", ["192.168.1.1", "1.1.1.1"])
    cable = yaml.safe_load(netplan.text(Network(None, fixed)))["network"]["ethernets"]["eth0"]
    assert cable["addresses"] == ["192.168.1.50/24"]
    assert cable["routes"] == [{"to": "default", "via": "192.168.1.1"}]
    assert cable["nameservers"] == {"addresses": ["192.168.1.1", "1.1.1.1"]}
    assert cable["dhcp4"] is False
    (text,) = keyfile.files(Network(None, fixed)).values()
    read = configparser.RawConfigParser()
    read.read_string(text)
    assert dict(read["ipv4"]) == {
        "method": "manual",
        "address1": "192.168.1.50/24",
        "gateway": "192.168.1.1",
        "dns": "192.168.1.1;1.1.1.1;",
    }
    assert read["connection"]["interface-name"] == "eth0"


def test_with_wifi_the_address_is_the_wireless_ones_and_the_cable_has_dhcp() -> None:
    fixed = network.address("fd00::5/64", "fd00::1", [])
    read = yaml.safe_load(netplan.text(Network(network.wifi("lobby", "12345678"), fixed, "IL")))["network"]
    assert read["wifis"]["wlan0"]["addresses"] == ["fd00::5/64"]
    assert read["ethernets"]["eth0"] == {"optional": True, "dhcp4": True}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("", "12345678"), "has 0 bytes of UTF-8, expected 1 to 32"),
        (("ש" * 17, "12345678"), "has 34 bytes of UTF-8, expected 1 to 32"),
        (("מוקד\u200f", "12345678"), r"an invisible character \(U\+200F\): type it anew"),
        (("a\nb", "12345678"), r"an invisible character \(U\+000A\)"),
        (("a", "1234567"), "has 7 characters, expected 8 to 63"),
        (("a", "z" * 64), "has 64 characters, expected 8 to 63"),
        (("a", "סיסמה123"), "not of the English keyboard"),
        (("a", None), "passphrase is missing"),
    ],
)
def test_a_wifi_that_cannot_be_is_refused(arguments: tuple[str, str | None], message: str) -> None:
    with pytest.raises(ProvisionError, match=message):
        network.wifi(*arguments)


def test_no_message_tells_a_passphrase() -> None:
    with pytest.raises(ProvisionError) as refused:
        network.wifi("a", "סיסמהX")
    assert "סיסמהX" not in str(refused.value)
    assert "geheim-123" not in repr(Network(network.wifi("a", "geheim-123"), None, "IL"))


@pytest.mark.parametrize(
    ("own", "gateway", "dns", "message"),
    [
        ("192.168.1.50", None, [], "lacks the length of the network's prefix: 192.168.1.50/24"),
        ("192.168.1.0/24", None, [], "the network itself"),
        ("192.168.1.255/24", None, [], "the network itself, or its broadcast"),
        ("192.168.1.5/24", "192.168.2.1", [], "gateway 192.168.2.1 is not in the network 192.168.1.0/24"),
        ("192.168.1.5/24", "192.168.1.5", [], "is the board's own address"),
        ("192.168.1.5/24", None, ["fd00::1"], "is of IPv6, and the board's address of IPv4"),
        ("192.168.1.5/24", "router", [], "'router' is no address"),
        ("lobby", None, [], "'lobby' is no address with a prefix"),
    ],
)
def test_an_address_that_cannot_be_is_refused(own: str, gateway: str | None, dns: list[str], message: str) -> None:
    with pytest.raises(ProvisionError, match=message):
        network.address(own, gateway, dns)


@settings(deadline=None)
@given(st.text(LETTERS, min_size=1, max_size=64))
def test_every_board_has_a_host_name(board: str) -> None:
    assert HOSTNAME.fullmatch(hostname_of(board))


def test_host_names_tell_the_board() -> None:
    assert hostname_of("lobby") == "wallboard-lobby"
    assert hostname_of("Halle Süd_1") == "wallboard-halle-sud-1"
    assert hostname_of("לובי") != hostname_of("אולם")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"hostname": "a_b"}, "no host name"),
        ({"hostname": "a", "user": "root"}, "cannot be the user's name"),
        ({"hostname": "a", "user": "Me"}, "cannot be the user's name"),
        ({"hostname": "a", "ssh_keys": ("-----BEGIN OPENSSH PRIVATE KEY-----",)}, "no public key of ssh"),
        ({"hostname": "a", "ssh_keys": (KEY + "\nroot",)}, "no public key of ssh"),
        ({"hostname": "a", "timezone": "../etc"}, "no time zone"),
        ({"hostname": "a", "locale": "he"}, "no locale"),
    ],
)
def test_a_system_that_cannot_be_is_refused(values: dict[str, str], message: str) -> None:
    with pytest.raises(ProvisionError, match=message):
        System(**values)  # type: ignore[arg-type]


def test_user_data_says_what_was_asked_for_and_needs_no_network() -> None:
    system = System("wallboard-lobby", "me", (KEY + " מוקד",), "Asia/Jerusalem")
    text = cloud_init.user_data(system)
    assert text.startswith("#cloud-config\n")
    read = yaml.safe_load(text)
    assert (read["hostname"], read["timezone"], read["user"]["name"]) == ("wallboard-lobby", "Asia/Jerusalem", "me")
    assert read["user"]["ssh_authorized_keys"] == [KEY + " מוקד"]
    assert read["user"]["lock_passwd"] is True
    assert read["locale"] is False
    assert yaml.safe_load(cloud_init.user_data(System("a", locale="he_IL.UTF-8")))["locale"] == "he_IL.UTF-8"
    assert read["runcmd"][-1] == ["sh", "/boot/firmware/wallboard/start.sh", "/boot/firmware"]
    assert ["systemctl", "enable", "--now", "ssh"] in read["runcmd"]
    assert not {"packages", "package_update", "ssh_import_id", "apt"} & set(read)


def test_without_a_key_ssh_stays_off_and_vendor_data_starts_the_same() -> None:
    read = yaml.safe_load(cloud_init.user_data(System("a")))
    assert "ssh_authorized_keys" not in read["user"]
    assert yaml.safe_load(cloud_init.vendor_data())["runcmd"] == read["runcmd"]


def test_another_content_is_another_instance_and_the_same_is_the_same() -> None:
    one, two = (yaml.safe_load(cloud_init.meta_data("לובי", content))["instance-id"] for content in (b"a", b"b"))
    assert one != two
    assert one == yaml.safe_load(cloud_init.meta_data("לובי", b"a"))["instance-id"]


STOCK = b"console=serial0,115200 console=tty1 root=PARTUUID=8a438930-02 rootfstype=ext4 rootwait\n"


@pytest.mark.parametrize("first_run", [False, True])
@pytest.mark.parametrize("country", [None, "IL"])
def test_cmdline_has_each_word_once_however_often_it_is_done(first_run: bool, country: str | None) -> None:
    once = cmdline.changed(STOCK, country=country, first_run=first_run, cloud_init=not first_run)
    assert cmdline.changed(once, country=country, first_run=first_run, cloud_init=not first_run) == once
    assert once.count(b"network-config=disabled") == (not first_run)
    assert once.count(b"systemd.run=") == first_run
    assert once.count(b"regdom=IL") == (country is not None)
    assert once.startswith(STOCK.rstrip())
    assert once.count(b"\n") == 1
    assert cmdline.changed(once, country=None) == STOCK


def test_what_imager_and_notepad_left_in_cmdline_does_no_harm() -> None:
    imager = (
        STOCK.rstrip() + b" cfg80211.ieee80211_regdom=GB systemd.run=/boot/firstrun.sh ds=nocloud;i=rpi-imager-1\r\n"
    )
    assert cmdline.changed(b"\xef\xbb\xbf" + imager, country=None) == STOCK


def test_a_board_that_is_done_is_set_up_anew_and_does_not_take_the_whole_card() -> None:
    done = STOCK.rstrip() + b" resize init=/usr/lib/wallboard/wallboard-init cloud-init=disabled isolcpus=3\n"
    again = cmdline.changed(done, country=None)
    assert again == STOCK.rstrip() + b" isolcpus=3\n"
    bookworm = STOCK.rstrip() + b" init=/usr/lib/raspberrypi-sys-mods/firstboot\n"
    assert cmdline.changed(bookworm, country=None) == STOCK


def test_a_cmdline_that_starts_nothing_is_refused() -> None:
    with pytest.raises(ProvisionError, match="names no root="):
        cmdline.changed(b"quiet\n", country=None)


@settings(deadline=None, max_examples=40)  # each starts a shell
@given(st.lists(st.text(st.characters(min_codepoint=32, exclude_categories=("Cs", "Cc")), max_size=20), max_size=2))
def test_firstrun_is_shell_and_holds_its_values(comments: list[str]) -> None:
    keys = tuple(f"{KEY} {comment}" for comment in comments)
    text = first_run.script(System("wallboard-lobby", ssh_keys=keys))
    head = text.split("# From here on")[0]
    command = ["sh", "-c", head + 'printf "%s|%s" "$HOST_NAME" "$SSH_KEYS"']
    said = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    assert said == "wallboard-lobby|" + "\n".join(keys)


def test_the_scripts_are_clean_under_shellcheck(tmp_path: Path) -> None:
    if not shutil.which("shellcheck"):
        pytest.skip("shellcheck is not installed (apt install shellcheck)")
    (tmp_path / "firstrun.sh").write_text(first_run.script(System("a", ssh_keys=(KEY,))))
    start = Path(first_run.__file__).parent / "files/start.sh"
    for path in (start, tmp_path / "firstrun.sh"):
        done = subprocess.run(["shellcheck", "-s", "sh", str(path)], capture_output=True, text=True, check=False)
        assert done.stdout == ""


NAMES = st.text(LETTERS, min_size=1, max_size=64).filter(lambda name: not set(name) & set("/+#% @"))


@settings(deadline=None)
@given(NAMES, NAMES)
def test_any_names_stand_in_board_yaml_as_they_are(site: str, board: str) -> None:
    own = board_yaml.head(site, board, "mqtts://b.example", [board_yaml.CA, board_yaml.SECRET], board)
    file = parse(board_yaml.whole(own, board_yaml.Panel().text()).encode(), "board.yaml")
    assert (file.at("site"), file.at("board"), file.at("mqtt", "username")) == (site, board, board)


def test_a_base_keeps_its_sections_and_loses_those_that_differ() -> None:
    base = "# top\nsite: x\nboard: y\nmqtt:\n  url: mqtt://a\n  # inner\npanel:\n  rows: 64 # mine\nqueues: [a]\n"
    assert board_yaml.kept("\ufeff" + base.replace("\n", "\r\n")) == "panel:\n  rows: 64 # mine\nqueues: [a]\n"
    with pytest.raises(ProvisionError, match="no section at the left edge"):
        board_yaml.kept("{site: x, board: y}\n")


@pytest.mark.parametrize(
    ("size", "module", "mapping", "expected"),
    [
        ("128x64", None, "regular", ((64, 64), 2, 1)),
        ("128x32", None, "regular", ((64, 32), 2, 1)),
        ("128×64", "64x32", "regular", ((64, 32), 2, 2)),
        ("128x64", "128x64", "adafruit-hat", ((128, 64), 1, 1)),
    ],
)
def test_a_panel_is_made_of_modules(
    size: str, module: str | None, mapping: str, expected: tuple[tuple[int, int], int, int]
) -> None:
    assert board_yaml.panel(size, module, mapping) == expected


@pytest.mark.parametrize(
    ("size", "module", "mapping", "message"),
    [
        ("100x64", None, "regular", "cannot be made of modules of 64x64"),
        ("128", None, "regular", "no size in LEDs, expected WIDExHIGH"),
        ("128x64", "64x32", "adafruit-hat", "2 chains one below the other, and the wiring 'adafruit-hat' has 1"),
    ],
)
def test_a_panel_that_cannot_be_is_refused(size: str, module: str | None, mapping: str, message: str) -> None:
    with pytest.raises(ProvisionError, match=message):
        board_yaml.panel(size, module, mapping)
