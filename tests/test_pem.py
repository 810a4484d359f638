"""A file that is not what ca_file, cert_file or key_file want: what it is, in one plain line. All made by openssl."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from config.yaml_file import ConfigError
from firmware.pi import settings as board_settings
from host_bridge import settings as bridge_settings

MADE = """
openssl req -x509 -newkey rsa:2048 -nodes -keyout good.key -out good.crt -days 9 -subj /CN=x
openssl req -x509 -newkey rsa:1024 -nodes -keyout weak.key -out weak.crt -days 9 -subj /CN=x
openssl req -new -key good.key -subj /CN=y -out request
openssl x509 -in good.crt -outform der -out binary.crt
openssl pkey -in good.key -outform der -out binary.key
openssl pkcs12 -export -in good.crt -inkey good.key -passout pass: -out bundle.p12
openssl pkey -in good.key -aes256 -passout pass:x -out locked.key
openssl rsa -in good.key -traditional -aes256 -passout pass:x -out locked-old.key
head -c 400 good.crt > cut.crt; head -c 400 good.key > cut.key
printf '\\r\\n' > empty; echo hello > text; iconv -t UTF-16 good.crt > windows.crt
(printf '\\357\\273\\277'; sed 's/$/\\r/' good.crt) > notepad.crt; (echo it is mine; cat good.crt) > told.crt
"""
_BUNDLE = "it is a bundle (PKCS #12, .p12 or .pfx), expected text"
NO_CERTIFICATE = {
    "good.key": "it is a private key, expected the certificate that goes with it",
    "locked-old.key": "it is a private key, expected the certificate that goes with it",
    "request": "it is a request for one, expected the certificate that the authority made of it",
    "binary.crt": "it is in binary form (DER), expected text: openssl x509 -inform der -in binary.crt -out NEW",
    "bundle.p12": f"{_BUNDLE}: openssl pkcs12 -nokeys -in bundle.p12 -out NEW",
    "cut.crt": "what stands in it is cut short or damaged, expected a whole copy",
    "empty": "it is empty, expected a whole copy",
    "text": "expected text with a line BEGIN CERTIFICATE, as in what `wallboardctl pki` makes",
    "windows.crt": "it is UTF-16 text, as an editor of Windows saved it; expected UTF-8",
}
_LOCKED = "it is locked with a passphrase, which nobody types in at a start: openssl pkey -in {} -out NEW"
NO_KEY = {
    "good.crt": "it is a certificate, expected the key that goes with it",
    "locked.key": _LOCKED.format("locked.key"),
    "locked-old.key": _LOCKED.format("locked-old.key"),
    "binary.key": "it is in binary form (DER), expected text: openssl pkey -inform der -in binary.key -out NEW",
    "bundle.p12": f"{_BUNDLE}: openssl pkcs12 -nocerts -in bundle.p12 -out NEW",
    "cut.key": "what stands in it is cut short, damaged or of an unknown kind, expected a whole copy",
    "empty": "it is empty, expected a whole copy",
    "text": "expected text with a line BEGIN PRIVATE KEY, as in what `wallboardctl pki` makes",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("made")
    subprocess.run(["sh", "-euc", MADE], cwd=made, check=True, capture_output=True)
    return made


def mistakes(folder: Path, keys: str) -> list[str]:
    """What is wrong with these keys of the broker's, by board and bridge alike."""
    mqtt = f'mqtt: {{url: "mqtts://b", {keys}}}'
    (folder / "board.yaml").write_text(
        f"site: s\nboard: b\n{mqtt}\npanel: {{driver: image, path: p, rows: 32, cols: 64}}\n"
    )
    (folder / "bridge.yaml").write_text(f"site: s\nthresholds: t\n{mqtt}\npbx: {{type: queue_log, queue_log: q}}\n")
    found = []
    for load in (board_settings.load, bridge_settings.load):
        try:
            load(folder / f"{'board' if load is board_settings.load else 'bridge'}.yaml", "f")
            found.append([])
        except ConfigError as error:
            found.append(error.errors)
    assert found[0] == found[1]
    return found[0]


@pytest.mark.parametrize("name", NO_CERTIFICATE)
def test_what_is_no_certificate(folder: Path, name: str) -> None:
    why = f"{name} holds no usable certificate: {NO_CERTIFICATE[name]}"
    assert mistakes(folder, f"ca_file: {name}") == [f"f:3:35: mqtt.ca_file: {why}"]
    assert mistakes(folder, f"cert_file: {name}, key_file: good.key") == [f"f:3:37: mqtt.cert_file: {why}"]


@pytest.mark.parametrize("name", NO_KEY)
def test_what_is_no_key(folder: Path, name: str) -> None:
    why = f"{name} holds no usable key: {NO_KEY[name]}"
    assert mistakes(folder, f"cert_file: good.crt, key_file: {name}") == [f"f:3:57: mqtt.key_file: {why}"]


def test_what_is_refused_for_another_reason(folder: Path) -> None:
    why = "weak.crt is refused by this machine's OpenSSL (ee key too small): expected a stronger one"
    assert mistakes(folder, "cert_file: weak.crt, key_file: weak.key") == [f"f:3:37: mqtt.cert_file: {why}"]


@pytest.mark.parametrize("name", ["good.crt", "notepad.crt", "told.crt"])
def test_what_is_one_all_the_same(folder: Path, name: str) -> None:
    assert mistakes(folder, f"ca_file: {name}, cert_file: {name}, key_file: good.key") == []
