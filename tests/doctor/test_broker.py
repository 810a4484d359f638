"""The checks of the broker, against real mosquittos that are right, wrong, slow, closed and not there."""

from __future__ import annotations

import datetime as dt
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from host_bridge.ctl.health import broker, reach, sites
from host_bridge.ctl.health.certificates import of_files
from host_bridge.ctl.health.machine import Machine
from tests.doctor.certs import Authority
from tests.doctor.machines import machine, told
from tests.doctor.mosquittos import mosquitto, passwords
from tests.site_rig import RULE
from tests.wallboard_process import FakeBridge

Lines = list[tuple[str, str, str]]


def own(folder: Path, url: str, **more: str) -> sites.Own:
    """A board's settings, read as the doctor reads them."""
    path = folder / "board.yaml"
    mqtt = "".join(f", {key}: {value}" for key, value in more.items())
    path.write_text(
        f"site: main\nboard: b1\nmqtt: {{url: '{url}'{mqtt}}}\npanel: {{driver: image, path: x, rows: 64, cols: 64}}\n"
    )
    (found, *_), said = sites.read([path])
    assert found is not None, said
    return found


def look(settings: sites.Own, at: Machine | None = None) -> Lines:
    """(level, area, what) of each."""
    lines: Lines = []
    try:
        for each in broker.broker(at or Machine(), settings):
            lines.append((str(each.level), each.area, each.what))
    except Exception as error:  # NotCheckedError, as its line
        lines.append(("raised", type(error).__name__, str(error)))
    return lines


@contextmanager
def bridge(port: int) -> Iterator[FakeBridge]:
    """A bridge with two queues that beats every 0.2 s."""
    made = FakeBridge(port)
    made.site("support", "sales")
    for queue in ("support", "sales"):
        made.rules(queue, RULE)
        made.queue(queue)
    over = threading.Event()

    def beat() -> None:
        while not over.wait(0.2):
            made.beat()

    heart = threading.Thread(target=beat, daemon=True)
    made.beat()
    heart.start()
    try:
        yield made
    finally:
        over.set()
        heart.join()
        made.close()


def areas(lines: Lines) -> list[str]:
    return [f"{level} {area}" for level, area, _ in lines]


def test_all_is_well(tmp_path: Path) -> None:
    with mosquitto(tmp_path, "allow_anonymous true", "set_tcp_nodelay true") as port, bridge(port):
        lines = look(own(tmp_path, f"mqtt://127.0.0.1:{port}"))
    assert areas(lines) == ["ok broker", "ok broker", "ok bridge", "ok rights", "ok rules", "ok latency"], lines


def test_a_broker_with_nagle_is_found_out(tmp_path: Path) -> None:
    with mosquitto(tmp_path, "allow_anonymous true") as port, bridge(port):
        lines = look(own(tmp_path, f"mqtt://127.0.0.1:{port}"))
    assert areas(lines)[-1] == "warning latency", lines
    assert "Nagle" in lines[-1][2]


def test_a_wrong_password_and_none(tmp_path: Path) -> None:
    users = passwords(tmp_path, board="swordfish")
    (tmp_path / "s").write_text("halibut")
    with mosquitto(tmp_path, "allow_anonymous false", f"password_file {users}") as port:
        wrong = look(own(tmp_path, f"mqtt://127.0.0.1:{port}", username="board", password_file="s"))
        none = look(own(tmp_path, f"mqtt://127.0.0.1:{port}"))
        (tmp_path / "s").write_text("swordfish")
        right = look(own(tmp_path, f"mqtt://127.0.0.1:{port}", username="board", password_file="s"))
    assert areas(wrong) == ["ok broker", "problem broker"]
    assert "refused user 'board'" in wrong[1][2]
    assert "takes no one without a login" in none[1][2]
    assert right[1] == ("ok", "broker", "it takes us as 'board'")
    assert "halibut" not in str(wrong) and "swordfish" not in str(right)


def test_an_acl_that_keeps_something_from_us(tmp_path: Path) -> None:
    acl = tmp_path / "acl"
    acl.write_text(
        "topic readwrite #\nuser board\ntopic read wallboard/main/bridge/state\ntopic read wallboard/main/queue/#\n"
    )
    users = passwords(tmp_path, board="swordfish")
    (tmp_path / "s").write_text("swordfish")
    lines = ("allow_anonymous true", f"password_file {users}", f"acl_file {acl}", "set_tcp_nodelay true")
    with mosquitto(tmp_path, *lines) as port, bridge(port):
        found = look(own(tmp_path, f"mqtt://127.0.0.1:{port}", username="board", password_file="s"))
    assert "problem rights" in areas(found), found
    assert next(what for _, area, what in found if area == "rights") == (
        "of site 'main' comes no site, no rules, though a bridge is there"
    )
    assert "ok latency" in areas(found)


def test_nothing_of_the_site(tmp_path: Path) -> None:
    with mosquitto(tmp_path, "allow_anonymous true") as port:
        lines = look(own(tmp_path, f"mqtt://127.0.0.1:{port}"))
    assert areas(lines) == ["ok broker", "ok broker", "problem rights", "unknown latency"]


def test_a_bridge_that_is_silent_offline_or_without_its_pbx(tmp_path: Path) -> None:
    with mosquitto(tmp_path, "allow_anonymous true", "set_tcp_nodelay true") as port:
        with bridge(port):
            pass
        silent = look(own(tmp_path, f"mqtt://127.0.0.1:{port}"))
        made = FakeBridge(port)
        made._publish("bridge/state", online=False)
        offline = look(own(tmp_path, f"mqtt://127.0.0.1:{port}"))
        made.close()
    assert "problem bridge" in areas(silent) and "said nothing for 4 s" in str(silent)
    assert "problem bridge" in areas(offline) and "offline" in str(offline)


def tls(folder: Path, authority: Authority, *more: str, **cert: object) -> tuple[str, ...]:
    crt, key = authority.make(folder, "broker", **cert)  # type: ignore[arg-type]
    return ("allow_anonymous true", "set_tcp_nodelay true", f"certfile {crt}", f"keyfile {key}", *more)


def test_tls_that_is_right(tmp_path: Path) -> None:
    ca = Authority(tmp_path, "ca")
    with mosquitto(tmp_path, *tls(tmp_path, ca)) as port:
        lines = look(own(tmp_path, f"mqtts://127.0.0.1:{port}", ca_file="ca.crt"))
    assert areas(lines)[:3] == ["ok broker", "ok broker", "ok certificates"], lines
    assert "TLSv1.3" in lines[1][2]
    assert "799 days more" in lines[2][2] or "800 days more" in lines[2][2]


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"days": -1}, "its certificate has expired"),
        ({"host": "broker.example"}, "its certificate is for another name than 127.0.0.1"),
        ({"since": dt.datetime(2030, 1, 1, tzinfo=dt.UTC), "days": 3000}, "is not valid yet"),
    ],
)
def test_a_certificate_that_is_refused_is_told_why(tmp_path: Path, made: dict[str, object], words: str) -> None:
    ca = Authority(tmp_path, "ca")
    with mosquitto(tmp_path, *tls(tmp_path, ca, **made)) as port:
        lines = look(own(tmp_path, f"mqtts://127.0.0.1:{port}", ca_file="ca.crt"))
    assert words in lines[1][2], lines
    assert f"for {made.get('host', '127.0.0.1')}, signed by ca, from " in lines[1][2] and len(lines) == 2


def test_another_authority_no_tls_and_a_client_certificate(tmp_path: Path) -> None:
    ca, other = Authority(tmp_path, "ca"), Authority(tmp_path, "other")
    with mosquitto(tmp_path, *tls(tmp_path, other)) as port:
        strange = look(own(tmp_path, f"mqtts://127.0.0.1:{port}", ca_file="ca.crt"))
    with mosquitto(tmp_path, "allow_anonymous true") as port:
        plain = look(own(tmp_path, f"mqtts://127.0.0.1:{port}", ca_file="ca.crt"))
    needs = (f"cafile {ca.file}", "require_certificate true", "use_identity_as_username true")
    crt, key = ca.make(tmp_path, "b1")
    wrong_crt, wrong_key = other.make(tmp_path, "b2")
    with mosquitto(tmp_path, *tls(tmp_path, ca, *needs)) as port:
        url = f"mqtts://127.0.0.1:{port}"
        none = look(own(tmp_path, url, ca_file="ca.crt"))
        right = look(own(tmp_path, url, ca_file="ca.crt", cert_file=crt.name, key_file=key.name))
        wrong = look(own(tmp_path, url, ca_file="ca.crt", cert_file=wrong_crt.name, key_file=wrong_key.name))
    assert "an authority that we do not know" in strange[1][2]
    assert plain[1][:2] == ("problem", "broker")
    assert "TLS" in plain[1][2], plain
    with mosquitto(tmp_path, *tls(tmp_path, ca)) as port:
        bare = own(tmp_path, f"mqtt://127.0.0.1:{port}")
        (_, closed) = broker.broker(Machine(), bare)
    assert (closed.what, "mqtts://" in closed.do) == (f"127.0.0.1:{port}: it closed the connection", True)
    assert "wants a certificate of ours" in none[1][2], none
    assert areas(right)[:4] == ["ok broker", "ok broker", "ok certificates", "ok broker"], right
    assert "does not take our certificate: another authority" in wrong[1][2], wrong


def test_nobody_listens_and_no_such_name(tmp_path: Path) -> None:
    lines = look(own(tmp_path, "mqtt://127.0.0.1:1"))
    assert lines == [("problem", "broker", "127.0.0.1:1: refuses: the machine is there, and nothing listens")]
    lines = look(own(tmp_path, "mqtt://no-such-host.invalid"))
    assert lines[0][:2] == ("problem", "broker")


def test_a_name_server_that_hangs_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(reach, "RESOLVE_S", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: release.wait(30) and [])
    began = time.monotonic()
    with pytest.raises(reach.ReachError, match="the name server gives no answer for broker within"):
        reach.resolve("broker", 1883, 0.2)
    release.set()
    assert time.monotonic() - began < 5


def test_a_host_that_takes_the_connection_and_says_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        began = time.monotonic()
        lines = look(own(tmp_path, f"mqtt://127.0.0.1:{mute.getsockname()[1]}"))
        secure = look(own(tmp_path, f"mqtts://127.0.0.1:{mute.getsockname()[1]}"))
    assert areas(lines) == ["ok broker", "problem broker"]
    assert "answers nothing" in lines[1][2]
    assert "does not answer the TLS handshake within 4 s" in secure[1][2]
    assert time.monotonic() - began < 20


def test_an_unset_clock_and_certificates(tmp_path: Path) -> None:
    ca = Authority(tmp_path, "ca")
    crt, _ = ca.make(tmp_path, "b1", days=20)
    late, _ = ca.make(tmp_path, "b2", since=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    gone, _ = ca.make(tmp_path, "b3", days=-3)
    files = {"mqtt.cert_file": crt}
    assert told(of_files(files, time.time()))[0][0] == "warning"
    assert told(of_files({"mqtt.cert_file": gone}, time.time()))[0][0] == "problem"
    assert told(of_files({"mqtt.ca_file": ca.file}, time.time()))[0][0] == "ok"
    assert told(of_files(files, 100.0)) == [("unknown", told(of_files(files, 100.0))[0][1])]
    assert told(of_files({"mqtt.cert_file": late}, 100.0))[0][0] == "problem"
    assert told(of_files({"mqtt.cert_file": tmp_path / "none"}, 100.0))[0][0] == "unknown"


def test_a_clock_of_1970_does_not_keep_the_broker_from_being_looked_at(tmp_path: Path) -> None:
    ca = Authority(tmp_path, "ca")
    with mosquitto(tmp_path, *tls(tmp_path, ca)) as port:
        lines = look(own(tmp_path, f"mqtts://127.0.0.1:{port}", ca_file="ca.crt"), machine(tmp_path, now_s=100.0))
    assert ("unknown certificates") in areas(lines)
