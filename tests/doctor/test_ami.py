"""The checks of the PBX: against the demo's AMI, against scripted words, and its manager.conf to the letter."""

from __future__ import annotations

import socket
import time
from collections import Counter
from pathlib import Path

import pytest

import config
from host_bridge.ctl.health import ami, ami_words, files, manager_conf, pbx, pbx_files, sites
from host_bridge.ctl.health.ami import Heard
from host_bridge.ctl.health.machine import Machine
from tests.ami_peer import SECRET as PEER_SECRET
from tests.ami_peer import AmiPeer
from tests.doctor.machines import levels, machine, told
from tests.doctor.pbxes import SECRET, demo_pbx
from tests.journals import a_batch, written
from tests.other_users import let_in


def own(folder: Path, port: int, secret: str = SECRET, more: str = "") -> sites.Own:
    (folder / "ami.secret").write_text(secret)
    (folder / "ami.secret").chmod(0o600)
    (folder / "thresholds.yaml").write_text("timezone: UTC\n")
    path = folder / "bridge.yaml"
    path.write_text(
        f"site: main\npbx: {{host: 127.0.0.1, port: {port}, username: wallboard, password_file: ami.secret{more}}}\n"
        "mqtt: {url: embedded}\nthresholds: thresholds.yaml\njournal: bridge.journal\n"
    )
    (found, *_), said = sites.read([path])
    assert found.whole is not None, said
    return found


def nowhere(tmp_path: Path) -> Machine:
    """No manager.conf here."""
    return machine(tmp_path / "root", model="")


def test_a_pbx_that_is_right(tmp_path: Path) -> None:
    with demo_pbx() as port:
        found = list(pbx.pbx(nowhere(tmp_path), own(tmp_path, port), 3.0))
    assert {str(each.level) for each in found} == {"ok"}, found
    words = "\n".join(each.what for each in found)
    for part in (
        "Asterisk 22 (AMI 11.0.0) takes the login of 'wallboard'",
        "QueueStatus and QueueSummary are answered",
        "no write permission",
        "system, agent, call, dialplan",
        "all are of use",
        "events carry the PBX's time",
        "there and back (median of 20",
        "agrees with this machine's",
    ):
        assert part in words, part
    assert SECRET not in str(found)


def test_a_clock_that_is_off(tmp_path: Path) -> None:
    with demo_pbx(ahead_ms=90_000) as port:
        found = list(pbx.pbx(nowhere(tmp_path), own(tmp_path, port), 0.0))
    (off,) = [each for each in found if each.area == ami_words.CLOCK]
    assert (off.level, "90.0 s ahead" in off.what, "days begin" in off.what) == ("warning", True, True)


def test_a_wrong_secret_and_a_queue_that_is_not_there(tmp_path: Path) -> None:
    with demo_pbx() as port:
        wrong = list(pbx.pbx(nowhere(tmp_path), own(tmp_path, port, "not it"), 0.0))
        right = list(pbx.pbx(nowhere(tmp_path), own(tmp_path, port, more=", queues: [supprt]"), 0.0))
    assert [str(each.level) for each in wrong] == ["ok", "problem"]
    assert "refuses the login of 'wallboard': Authentication failed" in wrong[1].what
    assert "permit must have 127.0.0.1" in wrong[1].do
    (missing,) = [each for each in right if each.level == "problem"]
    assert missing.what.startswith("the PBX has no queue supprt; it has ")


def test_a_quiet_pbx_proves_nothing(tmp_path: Path) -> None:
    peer = AmiPeer(["support"])
    try:
        found = list(pbx.pbx(nowhere(tmp_path), own(tmp_path, peer.port, PEER_SECRET), 0.2))
    finally:
        peer.close()
    unknown = [each.what for each in found if each.level == "unknown"]
    assert any(each.startswith("what its events would show") for each in unknown), found


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "what answers is no Asterisk manager"),
        (b"", "sends no AMI banner"),
    ],
)
def test_something_else_on_the_port(tmp_path: Path, answer: bytes, words: str) -> None:
    settings = own(tmp_path, 1)
    with socket.create_server(("127.0.0.1", 0)) as server:
        client = socket.create_connection(server.getsockname())
        there, _ = server.accept()
        there.sendall(answer)
        began = time.monotonic()
        with pytest.raises(ami.AmiTalkError, match=words):
            ami.talk(client, settings.whole.ami, 0.0)
        assert time.monotonic() - began < 6
        client.close()
        there.close()


def heard(**changes: object) -> Heard:
    """A PBX of which nothing is to be said, but for the changes."""
    right = Heard(
        banner="11.0.0", booted=True, commands={"Ping": ""}, queues=["support"], pings_ms=[1.0] * 20, shift_ms=3,
        events=Counter({"QueueCallerJoin": 2, "Newexten": 2, "Hangup": 1}),
        classes={"system", "agent", "call", "dialplan"}, stamped=True, seconds=3.0,
    )  # fmt: skip
    for key, value in changes.items():
        setattr(right, key, value)
    return right


@pytest.mark.parametrize(
    ("changes", "level", "area", "words"),
    [
        ({"booted": False}, "problem", "AMI", "no FullyBooted"),
        ({"commands": {"Originate": "originate", "Hangup": "system,call", "Ping": ""}}, "warning", "AMI", "2 actions"),
        ({"commands": None}, "unknown", "AMI", "ListCommands"),
        (
            {"refusals": {"QueueStatus": "no such action"}, "queues": None},
            "problem",
            "AMI",
            "does not answer QueueStatus",
        ),
        ({"queues": []}, "warning", "AMI", "has no queue"),
        ({"strays": Counter({"RTCPSent": 3})}, "warning", "event filter", "60 % of all events"),
        ({"stamped": False}, "warning", "AMI", "carry no time"),
        ({"pings_ms": [150.0] * 20}, "warning", "PBX latency", "150"),
        ({"pings_ms": []}, "problem", "PBX latency", "does not answer Ping"),
        ({"shift_ms": None}, "unknown", "PBX clock", "does not tell"),
        ({"shift_ms": -4000}, "warning", "PBX clock", "4.0 s behind"),
        ({"events": Counter({"QueueCallerJoin": 2})}, "problem", "AMI", "without its Newexten"),
        ({"classes": {"system", "agent"}}, "unknown", "AMI", "may read call, dialplan"),
        ({"events": Counter(), "classes": {"system"}, "stamped": None}, "unknown", "AMI", "none came within 3 s"),
    ],
)
def test_each_fault_has_its_line(changes: dict[str, object], level: str, area: str, words: str) -> None:
    assert {str(each.level) for each in ami_words.judge(heard(), None)} == {"ok"}
    found = [each for each in ami_words.judge(heard(**changes), None) if each.level != "ok"]
    assert [(str(each.level), each.area) for each in found] == [(level, area)]
    assert words in found[0].what


SHIPPED = (Path(config.__file__).parent / "manager.wallboard.conf").read_text()
GENERAL = "[general]\nenabled = yes ; or no\ntimestampevents=yes\n#include manager.d/*.conf\n"


def conf_of(tmp_path: Path, user: str = SHIPPED, general: str = GENERAL, version: str = "22.10.1") -> list[str]:
    files = {"/etc/asterisk/manager.conf": general, "/etc/asterisk/manager.d/wallboard.conf": user}
    pi = machine(tmp_path, files, {"asterisk -V": f"Asterisk {version}~dfsg+~cs6\n"})
    conf = manager_conf.load(pi)
    assert conf is not None
    return [
        f"{level} {what}" for level, what in told(manager_conf.judge(conf, "wallboard", manager_conf.version_here(pi)))
    ]


def test_the_shipped_manager_conf_is_right(tmp_path: Path) -> None:
    assert conf_of(tmp_path) == [
        "ok manager.conf: [wallboard] may read all that it needs",
        "ok manager.conf: [wallboard] has 9, of the newer form, which this release knows",
    ]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("read = system,agent,call,dialplan", "read = agent", "problem manager.conf: [wallboard] may not read system"),
        ("write =\n", "write = call,originate\n", "warning manager.conf: [wallboard] has write = call,originate"),
        ("[wallboard]", "[wallbord]", "problem /etc/asterisk/manager.conf has no user [wallboard]"),
        ("eventfilter(", ";eventfilter(", "warning manager.conf: [wallboard] has none"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_manager_conf(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert old in SHIPPED
    assert any(line.startswith(words) for line in conf_of(tmp_path, SHIPPED.replace(old, new)))


def test_the_filters_form_must_be_that_of_the_release(tmp_path: Path) -> None:
    assert "passes over eventfilter(…)" in "".join(conf_of(tmp_path, version="16.28.0"))
    older = SHIPPED.replace("eventfilter(", ";eventfilter(").replace(";eventfilter =", "eventfilter =")
    assert "3, of the older form" in "".join(conf_of(tmp_path, older, version="16.28.0"))
    assert "no timestampevents" in "".join(conf_of(tmp_path, general=GENERAL.replace("=yes", "=no")))


@pytest.mark.parametrize(
    ("version", "knows"),
    [
        ("18.25.0", False), ("18.26.0", True), ("20.10.1", False), ("20.11.0", True), ("21.6.0", True),
        ("22.0.0", False), ("22.1.0", True), ("23.0.0", True), ("16.28.0", False), ("19.8.1", False), ("", None),
    ],
)  # fmt: skip
def test_which_releases_know_the_newer_form(version: str, knows: bool | None) -> None:
    assert manager_conf.understands(version) is knows


def test_a_file_that_may_not_be_read_may_have_the_user(tmp_path: Path) -> None:
    (tmp_path / "etc/asterisk/manager.d/site.conf").mkdir(parents=True)  # root too cannot read a folder as a file
    assert conf_of(tmp_path, user="[other]\n") == ["unknown /etc/asterisk/manager.d/site.conf may not be read"]


def test_templates_and_what_stands_behind_a_backslash(tmp_path: Path) -> None:
    user = "[reader](!)\nread => all\n[wallboard](reader)\nsecret = a\\;b ; why\n"
    assert "may read all" in conf_of(tmp_path, user)[0]
    files = {"/etc/asterisk/manager.conf": GENERAL + "[wallboard](reader)\nsecret = a\\;b ; why\n"}
    conf = manager_conf.load(machine(tmp_path / "x", files))
    assert conf is not None and conf.last("wallboard", "secret") == "a;b"


def test_queue_log(tmp_path: Path) -> None:
    log = tmp_path / "queue_log"
    bridge = own(tmp_path, 1, more=", queue_log: queue_log").bridge
    assert bridge is not None
    now_s = time.time()
    assert levels(pbx_files.queue_log(bridge, None, now_s)) == ["problem"]
    log.write_text("1|NONE|NONE|NONE|QUEUESTART|\n")
    assert levels(pbx_files.queue_log(bridge, None, now_s)) == ["ok"]
    assert levels(pbx_files.queue_log(bridge, None, now_s + 10 * 86_400)) == ["warning"]
    with log.open("ab") as stream:
        stream.truncate(pbx_files.LARGE + 1)
    assert levels(pbx_files.queue_log(bridge, None, now_s)) == ["ok", "warning"]
    (tmp_path / "queue_log.1").touch()
    assert levels(pbx_files.queue_log(bridge, None, now_s)) == ["ok"]


def test_files_that_the_services_user_may_not_have(tmp_path: Path) -> None:
    """A user who is nobody's friend stands in for the service's: whoever runs this test owns the files."""
    log = tmp_path / "queue_log"
    log.write_text("x")
    stranger = files.User("stranger", 987_654, frozenset({987_654}))
    bridge = own(tmp_path, 1, more=", queue_log: queue_log").bridge
    assert bridge is not None
    let_in(tmp_path)
    log.chmod(0o644)
    assert levels(pbx_files.queue_log(bridge, stranger, time.time())) == ["ok"]
    log.chmod(0o640)
    (finding,) = pbx_files.queue_log(bridge, stranger, time.time())
    assert (finding.level, "stranger may not read it" in finding.what) == ("problem", True)
    assert "usermod -aG" in finding.do
    tmp_path.chmod(0o700)
    ((_, what),) = told(pbx_files.queue_log(bridge, stranger, time.time()))
    assert f"stranger may not enter {tmp_path}" in what


def test_the_journal_is_looked_through(tmp_path: Path) -> None:
    bridge = own(tmp_path, 1).bridge
    assert bridge is not None
    path = bridge.journal
    assert path is not None
    assert levels(pbx_files.journal(bridge, None)) == ["unknown"]
    written(path, *map(a_batch, range(1, 400)))
    before = path.read_bytes()
    assert levels(pbx_files.journal(bridge, None)) == ["ok"]
    assert path.read_bytes() == before
    size = len(before)
    with path.open("r+b") as stream:
        stream.seek(size // 2)
        stream.write(b"\xff" * 4096)
    ((level, what),) = told(pbx_files.journal(bridge, None))
    assert (level, "damaged" in what or "malformed" in what) == ("problem", True), what
    path.write_text("this is no database at all, and long enough to be looked at" * 50)
    assert levels(pbx_files.journal(bridge, None)) == ["problem"]


def test_secrets_are_for_their_owner_alone(tmp_path: Path) -> None:
    settings = own(tmp_path, 1)
    assert levels(files.secrets(settings.secret_files(), None)) == ["ok"]
    (tmp_path / "ami.secret").chmod(0o644)
    (finding,) = files.secrets(settings.secret_files(), None)
    assert (finding.level, "everybody" in finding.what) == ("warning", True)
    (tmp_path / "ami.secret").chmod(0o600)
    tmp_path.chmod(0o755)
    ((level, what),) = told(files.secrets(settings.secret_files(), files.User("stranger", 987_654, frozenset())))
    assert (level, "stranger may not" in what) == ("problem", True)
