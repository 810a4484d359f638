"""bridge.yaml: the example, what it comes to, and every mistake with its line and column."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

import config
from config.yaml_file import ConfigError, parse
from host_bridge.settings import BridgeSettings, build, load
from tests.examples import in_use

EXAMPLE = Path(config.__file__).parent / "bridge.example.yaml"
GOOD = """\
site: main
pbx: {host: pbx.example, username: wallboard, password_file: ami.secret}
mqtt: {url: "mqtt://broker.example"}
thresholds: t.yaml
"""


def read(text: str, folder: Path = Path(), *, secrets: bool = False) -> BridgeSettings:
    return build(parse(text.encode(), "b.yaml"), folder, secrets=secrets)


def mistakes(text: str, folder: Path = Path(), *, secrets: bool = False) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(text, folder, secrets=secrets)
    return caught.value.errors


def test_the_example_is_right() -> None:
    settings = load(EXAMPLE, secrets=False)
    assert (settings.site, settings.ami.host, settings.ami.port, settings.ami.queues) == (
        "main",
        "192.0.2.10",
        5038,
        None,
    )
    assert (settings.mqtt.host, settings.mqtt.port, settings.embedded_port) == ("192.0.2.20", 1883, None)
    assert settings.thresholds == EXAMPLE.parent / "thresholds.yaml"


def test_the_commented_lines_of_the_example_are_right_too() -> None:
    text = in_use("bridge", "pbx.tls", "pbx.queues", "mqtt.ca_file", "mqtt.cert_file", "mqtt.key_file")
    text = text.replace("mqtt://192.0.2.20 ", "mqtts://192.0.2.20")
    settings = read(text)
    assert (settings.mqtt.port, settings.ami.queues) == (8883, frozenset({"support", "sales"}))


def test_the_journal_and_queue_log_are_beside_the_file(tmp_path: Path) -> None:
    settings = read(GOOD.replace("ami.secret", "ami.secret, queue_log: q/log") + "journal: j.db\n", tmp_path)
    assert (settings.queue_log, settings.journal) == (tmp_path / "q/log", tmp_path / "j.db")
    assert (settings.keep_days, settings.silent_after_ms) == (35, None)
    assert read(GOOD).journal is None


def test_queue_log_alone() -> None:
    text = "site: main\npbx: {type: queue_log, queue_log: /log, queues: [a], silent_after: 30m}\n"
    settings = read(text + 'mqtt: {url: "mqtt://b"}\nthresholds: t.yaml\n')
    assert (settings.ami, settings.queue_log, settings.queues) == (None, Path("/log"), frozenset({"a"}))
    assert settings.silent_after_ms == 1_800_000


def test_embedded_broker() -> None:
    settings = read(GOOD.replace('"mqtt://broker.example"', "embedded, port: 2883"))
    assert (settings.mqtt.host, settings.mqtt.port, settings.embedded_port) == ("127.0.0.1", 2883, 2883)


def test_ports_follow_tls() -> None:
    assert read(GOOD.replace("ami.secret", "ami.secret, tls: yes")).ami.port == 5039
    assert read(GOOD.replace("ami.secret", "ami.secret, tls: yes, port: 5061")).ami.port == 5061
    assert read(GOOD.replace("mqtt://", "mqtts://")).mqtt.port == 8883
    assert read(GOOD.replace("broker.example", "[::1]:1884")).mqtt.port == 1884


def test_secrets_come_from_files_and_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ami.secret").write_bytes(b"\xef\xbb\xbfsesame open\r\nsecond line\n")
    monkeypatch.setenv("BROKER_WORD", "tap")
    text = GOOD.replace('broker.example"', 'broker.example", username: u, password_env: BROKER_WORD')
    settings = read(text, tmp_path, secrets=True)
    assert (settings.ami.secret, settings.mqtt.username, settings.mqtt.password) == ("sesame open", "u", "tap")
    assert "sesame" not in repr(settings)
    assert "tap" not in repr(settings)


def test_secrets_that_are_missing_are_told_with_their_place_and_all_at_once(tmp_path: Path) -> None:
    text = GOOD.replace('broker.example"', 'broker.example", username: u, password_env: NO_SUCH_WORD')
    assert mistakes(text, tmp_path, secrets=True) == [
        f"b.yaml:2:62: pbx.password_file: {tmp_path}/ami.secret cannot be read: No such file or directory",
        "b.yaml:3:65: mqtt.password_env: environment variable NO_SUCH_WORD is not set or empty",
    ]
    (tmp_path / "ami.secret").write_bytes(b"\n")
    assert mistakes(GOOD, tmp_path, secrets=True) == [
        f"b.yaml:2:62: pbx.password_file: {tmp_path}/ami.secret: its first line is empty, expected the password"
    ]


def test_certificates(tmp_path: Path) -> None:
    (tmp_path / "ami.secret").write_text("x")
    text = GOOD.replace("mqtt://", "mqtts://")
    context = read(text, tmp_path, secrets=True).mqtt.tls
    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    bad = text.replace('broker.example"', 'broker.example", ca_file: ca.pem')
    assert mistakes(bad, tmp_path, secrets=True) == [
        "b.yaml:3:48: mqtt.ca_file: ca.pem cannot be read: No such file or directory"
    ]
    (tmp_path / "ca.pem").write_text("no certificate")
    (line,) = mistakes(bad, tmp_path, secrets=True)
    assert line == (
        "b.yaml:3:48: mqtt.ca_file: ca.pem holds no usable certificate: expected text with a line BEGIN "
        "CERTIFICATE, as in what `wallboardctl pki` makes"
    )
    assert mistakes(text.replace('broker.example"', 'broker.example", key_file: k'), tmp_path, secrets=True) == [
        "b.yaml:3:49: mqtt.key_file: given without cert_file, expected both"
    ]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("site: main", "", "b.yaml:1:1: site: missing, expected text of 1 to 64 characters without / + # %"),
        ("site: main", "site: a/b", "b.yaml:1:7: site: 'a/b', expected text of 1 to 64 characters"),
        ("thresholds:", "treshold:", "b.yaml:4:1: treshold: unknown key; did you mean 'thresholds'?"),
        ("host: pbx.example, ", "", "b.yaml:2:6: pbx.host: missing, expected the name or address of a host"),
        ("host:", "hosst:", "b.yaml:2:7: pbx.hosst: unknown key; did you mean 'host'? Others here: type, "),
        (
            "ami.secret}",
            "ami.secret, port: 99999}",
            "b.yaml:2:80: pbx.port: '99999', expected a whole number from 1 to",
        ),
        (", password_file: ami.secret", "", "b.yaml:2:6: pbx.password_file: missing, expected the name of a file"),
        (
            "password_file: ami.secret",
            "password: x",
            "b.yaml:2:47: pbx.password: unknown key: a password never stands here",
        ),
        ("ami.secret}", "ami.secret, password_env: X}", "b.yaml:2:88: pbx.password_env: both password_file and"),
        (
            'broker.example"',
            'broker.example", username: u, password_file: x, password_env: X',
            "b.yaml:3:83: mqtt.password_env: both password_file and password_env, expected one of them",
        ),
        ("ami.secret}", "ami.secret, type: avaya}", "b.yaml:2:80: pbx.type: 'avaya', expected one of: asterisk,"),
        ("ami.secret}", "ami.secret, silent_after: 5m}", "b.yaml:2:88: pbx.silent_after: belongs to type queue_log"),
        ("ami.secret}", "ami.secret, type: queue_log}", "b.yaml:2:6: pbx.queue_log: missing, expected the file's name"),
        (
            "ami.secret}",
            "ami.secret, type: queue_log, queue_log: q}",
            "b.yaml:2:13: pbx.host: belongs to type asterisk",
        ),
        ("ami.secret}", "ami.secret, tls: maybe}", "b.yaml:2:79: pbx.tls: 'maybe', expected yes or no"),
        ("ami.secret}", "ami.secret, queues: []}", "b.yaml:2:82: pbx.queues: 0 items, expected 1 to 5000"),
        (
            "mqtt://",
            "http://",
            "b.yaml:3:13: mqtt.url: 'http://broker.example', expected mqtt://HOST, mqtts://HOST:PORT or",
        ),
        ("mqtt://broker", "mqtt://a..b", "b.yaml:3:13: mqtt.url: 'mqtt://a..b.example', expected mqtt://HOST, "),
        ("host: pbx", "host: a..b", "b.yaml:2:13: pbx.host: 'a..b.example', expected the name or address of a host"),
        ("host: pbx", f"host: {'x' * 64}", f"b.yaml:2:13: pbx.host: '{'x' * 64}"[:60]),
        (
            "mqtt://",
            "mqtt://u:p@",
            "b.yaml:3:13: mqtt.url: a login in the URL, expected mqtt.username and mqtt.password_",
        ),
        (
            "broker.example",
            "broker.example:x",
            "b.yaml:3:13: mqtt.url: 'mqtt://broker.example:x', expected mqtt://HOST",
        ),
        ('example"}', 'example", port: 1}', "b.yaml:3:44: mqtt.port: belongs to the embedded broker"),
        ('example"}', 'example", ca_file: x}', "b.yaml:3:47: mqtt.ca_file: of use with mqtts:// alone"),
        ('example"}', 'example", password_file: x}', "b.yaml:3:7: mqtt.username: missing, expected the user that"),
        ('"mqtt://broker.example"', "embedded, username: x", "b.yaml:3:33: mqtt.username: the embedded broker listens"),
        (
            "thresholds: t.yaml",
            "thresholds: t.yaml\njournal: off",
            "b.yaml:5:10: journal: 'off', expected a file's name",
        ),
        (
            "ami.secret}",
            "ami.secret, queue_log: no}",
            "b.yaml:2:85: pbx.queue_log: 'no', expected a file's name; leave",
        ),
        ("thresholds: t.yaml", "thresholds: t.yaml\nkeep_days: 9", "b.yaml:5:12: keep_days: belongs to journal, "),
        (
            "thresholds: t.yaml",
            "thresholds: t.yaml\njournal: ./t.yaml",
            "b.yaml:5:10: journal: 't.yaml' is thresholds too",
        ),
        (
            "ami.secret}\n",
            "ami.secret, queue_log: /q}\njournal: /./q\n",
            "b.yaml:3:10: journal: '/q' is pbx.queue_log too",
        ),
        ("thresholds: t.yaml", "thresholds: t.yaml\nkeep_days: 0", "b.yaml:5:12: keep_days: '0', expected a whole"),
    ],
)
def test_every_mistake_has_its_place(old: str, new: str, line: str) -> None:
    assert old in GOOD
    assert any(told.startswith(line) for told in mistakes(GOOD.replace(old, new)))
