"""The real mosquitto with the settings and the access list that we make: who comes in, who reads and writes what.

What may be is decided by what arrives: mosquitto answers a publish or a subscription that it drops as any other.
"""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from host_bridge.pki import broker_files
from host_bridge.pki.mosquitto import Listeners
from host_bridge.pki.names import BOARD, BRIDGE, MONITOR, OPERATOR
from host_bridge.pki.site import YEAR, Pki
from tests.secure_site import WITNESS, Client, SecureSite, copy, login, now
from tests.waiting import wait_until

MAIN = "wallboard/main/"
# r: hears it, w: what it writes arrives. A board, a board of another name, the bridge, wallboardctl, who watches.
TABLE = """
                              hall-1  hall-2  bridge  operator  monitor
bridge/state                  r       r       rw      r         r
bridge/boards                 -       -       rw      r         r
site                          r       r       rw      r         r
rules/sales                   r       r       rw      r         r
queue/sales                   r       r       rw      r         r
queue/@all                    r       r       rw      r         r
notice                        r       r       rw      r         r
notice/set                    -       -       r       rw        r
ack/sales/wait                rw      rw      rw      rw        -
ack/@service/sla              rw      rw      rw      rw        -
board/hall-1/state            w       -       r       rw        r
board/hall-1/command          r       -       -       rw        r
board/hall-2/state            -       w       r       rw        r
board/hall-2/command          -       r       -       rw        r
board/hall-1/other            -       -       -       r         r
board/hall-1                  -       -       -       r         r
board/wallboard-bridge/state  -       -       rw      rw        r
board/wallboard-monitor/state -       -       r       rw        -
bridge                        -       -       -       r         r
bridge/state/more             -       -       -       r         r
site/more                     -       -       -       r         r
rules/sales/more              -       -       -       r         r
queue                         -       -       -       r         r
ack/sales                     -       -       -       r         -
whatever                      -       -       -       r         r
/wallboard/other/bridge/state -       -       -       -         -
/wallboard/other/queue/sales  -       -       -       -         -
/wallboard/other/ack/x/y      -       -       -       -         -
/wallboard/other/board/hall-1/state   - -     -       -         -
/wallboard/other/board/hall-1/command - -     -       -         -
/wallboard/main               -       -       -       r         r
/somebody/elses               -       -       -       -         -
"""
ROLES = {
    "hall-1": ("hall-1", BOARD),
    "hall-2": ("hall-2", BOARD),
    "bridge": ("wallboard-bridge", BRIDGE),
    "operator": ("wallboardctl", OPERATOR),
    "monitor": ("wallboard-monitor", MONITOR),
}


def expected(who: str, may: str) -> set[str]:
    """The topics that this column may read, or write."""
    head, *rows = TABLE.strip().splitlines()
    place = head.split().index(who) + 1
    return {topic(row.split()[0]) for row in rows if may in row.split()[place]}


def topic(name: str) -> str:
    return name[1:] if name.startswith("/") else MAIN + name


TOPICS = [topic(row.split()[0]) for row in TABLE.strip().splitlines()[1:]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureSite]:
    made = SecureSite(tmp_path_factory.mktemp("site"), passwords=True).start()
    yield made
    made.stop()


@pytest.fixture
def witness(site: SecureSite) -> Iterator[Client]:
    with site.client(site.files(WITNESS, MONITOR)) as made:
        made.subscribe("#")
        yield made


def marked(by: Client, hears: Client, name: str) -> None:
    """Wait for a message that `hears` surely hears: all that was on the way to it before has arrived then."""
    payload = os.urandom(8).hex().encode()
    by.publish(name, payload)
    wait_until(lambda: hears.heard.get(name) == payload, otherwise=f"no marker at {name}")


def read_by(who: Client, witness: Client) -> set[str]:
    """What a client hears of everything, live and retained, whatever it subscribes to."""
    live, retained = (os.urandom(8).hex().encode() for _ in range(2))
    witness.publish_all(TOPICS, retained, retain=True)
    shared = [f"$share/thief/{each}" for each in ("#", "$SYS/#", "wallboard/#", *TOPICS)]
    who.subscribe("#", "wallboard/#", "+/+/+/+/+", MAIN + "bridge/state", "$SYS/#", "$CONTROL/#", *shared, *TOPICS)
    marked(witness, who, MAIN + "bridge/state")
    first = {each for each, payload in who.heard.items() if payload == retained or each == MAIN + "bridge/state"}
    witness.publish_all(TOPICS, live)
    marked(witness, who, MAIN + "bridge/state")
    second = {each for each, payload in who.heard.items() if payload == live or each == MAIN + "bridge/state"}
    witness.publish_all(TOPICS, b"", retain=True)
    assert first == second == set(who.heard)  # of $SYS nothing
    return first


def written_by(who: Client, witness: Client) -> set[str]:
    """What of everything that a client writes arrives."""
    payload = os.urandom(8).hex().encode()
    who.publish_all(TOPICS, payload, retain=True)
    marked(witness, witness, "test/marker")
    arrived = {each for each, heard in witness.heard.items() if heard == payload}
    witness.publish_all(TOPICS, b"", retain=True)
    return arrived


@pytest.mark.parametrize("who", ROLES)
def test_each_reads_and_writes_what_it_has_to_and_nothing_else(site: SecureSite, witness: Client, who: str) -> None:
    with site.client(site.files(*ROLES[who])) as client:
        assert read_by(client, witness) == expected(who, "r")
        assert written_by(client, witness) == expected(who, "w")


@pytest.mark.parametrize("who", ["bridge", "operator", "monitor"])
def test_by_a_password_too(site: SecureSite, witness: Client, who: str) -> None:
    with login(Client(site, None), ROLES[who][0]) as client:
        assert read_by(client, witness) == expected(who, "r")
        assert written_by(client, witness) == expected(who, "w")


def test_a_board_by_a_password(site: SecureSite, witness: Client) -> None:
    with login(Client(site, None), "hall-9") as client:
        reads, writes = expected("hall-1", "r"), expected("hall-1", "w")
        assert read_by(client, witness) == {each for each in reads if "hall-1" not in each}
        assert written_by(client, witness) == {each for each in writes if "hall-1" not in each}
        client.publish(MAIN + "board/hall-9/state", b"it is me")
        marked(witness, witness, "test/marker")
        assert witness.heard[MAIN + "board/hall-9/state"] == b"it is me"


def test_another_operator_is_known_once_the_access_list_is_made_anew(tmp_path: Path) -> None:
    site = SecureSite(tmp_path)
    alice = site.files("alice", OPERATOR)
    site.write()
    site.start()
    try:
        with site.client(site.files(WITNESS, MONITOR)) as witness, site.client(alice) as client:
            witness.subscribe("#")
            assert read_by(client, witness) == expected("operator", "r")
            own = {MAIN + "board/alice/state"}
            assert written_by(client, witness) | own == expected("operator", "w") | own
    finally:
        site.stop()


def refused(site: SecureSite, client: Client) -> bool:
    """The broker does not take the client, or nothing that it says arrives."""
    taken = client.connect()
    client.close()
    return not taken


def test_nobody_comes_in_without_a_certificate_of_this_site(site: SecureSite, tmp_path: Path) -> None:
    other, _ = Pki.create(tmp_path / "other", "main", now())
    stranger = other.give("hall-1", BOARD, now())[0]
    ended = site.pki.give("hall-old", BOARD, now() - 11 * YEAR)[0]
    assert refused(site, site.client(None))
    assert refused(site, site.client(stranger))
    assert refused(site, site.client(ended))
    assert refused(site, site.client(site.pki.folder.files("broker", "broker")))
    assert not refused(site, site.client(site.files("hall-1")))


def test_nobody_comes_in_anonymously_or_with_a_wrong_password(site: SecureSite) -> None:
    assert refused(site, Client(site, None))
    assert refused(site, login(Client(site, None), "nobody"))
    wrong = Client(site, None)
    wrong.client.username_pw_set("hall-9", "o")
    assert refused(site, wrong)
    alone = Client(site, None)
    alone.client.username_pw_set("wallboardctl")
    assert refused(site, alone)
    assert not refused(site, login(Client(site, None), "hall-9"))


def test_a_board_that_calls_itself_wallboardctl_is_a_board(site: SecureSite, witness: Client) -> None:
    """The name in the certificate holds, whatever login is sent with it."""
    client = site.client(site.files("hall-1"))
    client.client.username_pw_set("wallboardctl", "o")
    with client:
        client.publish(MAIN + "notice/set", b"from hall-1")
        client.publish(MAIN + "board/hall-2/state", b"from hall-1")
        client.publish(MAIN + "board/hall-1/state", b"from hall-1")
        marked(witness, witness, "test/marker")
    said = {each for each, payload in witness.heard.items() if payload == b"from hall-1"}
    assert said == {MAIN + "board/hall-1/state"}


def test_a_last_will_is_held_to_the_same_list(site: SecureSite, witness: Client) -> None:
    for number, name in enumerate((MAIN + "bridge/state", MAIN + "board/hall-1/state")):
        client = site.client(site.files("hall-1"), f"dying-{number}")
        client.client.will_set(name, b"a will", 1)
        assert client.connect()
        client.client.loop_stop()
        sock = client.client.socket()
        assert sock is not None
        sock.shutdown(socket.SHUT_RDWR)
        wait_until(lambda number=number: f"Client dying-{number} closed" in site.log(), otherwise="the client lives")
    marked(witness, witness, "test/marker")
    assert [each for each, payload in witness.heard.items() if payload == b"a will"] == [MAIN + "board/hall-1/state"]


def test_a_stolen_board_is_locked_out_and_the_one_in_its_place_is_not(tmp_path: Path) -> None:
    site = SecureSite(tmp_path).start()
    try:
        stolen = copy(site.files("hall-1"), tmp_path / "stolen")
        renewed = site.pki.renew("hall-1", now())
        assert renewed.files
        newer = copy(site.files("hall-1"), tmp_path / "newer")
        with site.client(stolen) as thief:
            site.pki.revoke("hall-1", now())
            site.write()
            site.restart()
            wait_until(lambda: thief.ended, otherwise="who is revoked stays")
        assert refused(site, site.client(stolen))
        assert refused(site, site.client(newer))
        assert not refused(site, site.client(site.files("hall-1")))
        assert not refused(site, site.client(site.files("wallboardctl", OPERATOR)))
    finally:
        site.stop()


@pytest.mark.parametrize("at", [1, 946_684_800])  # 1970, 2000
def test_a_client_whose_clock_nobody_has_set_takes_the_broker(site: SecureSite, at: int) -> None:
    files = site.files("hall-1")
    command = ["openssl", "s_client", "-connect", f"{site.host}:{site.port}", "-verify_return_error", "-x509_strict"]
    command += ["-CAfile", files.ca, "-cert", files.cert, "-key", files.key, "-attime", str(at)]
    command += ["-verify_ip", site.host]
    done = subprocess.run(command, input=b"", capture_output=True, check=False, timeout=20)
    assert b"Verify return code: 0 (ok)" in done.stdout, done


def test_a_reload_takes_a_renewed_certificate_and_the_list_of_the_revoked(tmp_path: Path) -> None:
    """For whoever comes anew; who is connected stays, and a thief too: only a restart cuts him off."""
    site = SecureSite(tmp_path).start()
    try:
        thief = copy(site.files("hall-3"), tmp_path / "stolen")
        with site.client(site.files("hall-1")) as board, site.client(thief) as stays:
            site.pki.renew("broker", now())
            site.pki.revoke("hall-3", now())
            for _ in range(3):
                site.write()
                reloaded = site.log().count("Reloading config")
                site.signal(signal.SIGHUP)
                wait_until(lambda reloaded=reloaded: site.log().count("Reloading config") > reloaded)
                board.subscribe("x")  # it has gone on from there
            assert served(site) == site.pki.folder.cert("broker", "broker").serial_number
            assert not refused(site, site.client(site.files("hall-2")))
            assert refused(site, site.client(thief))
            assert not board.ended and not stays.ended
    finally:
        site.stop()


def served(site: SecureSite) -> int:
    """The serial number of the certificate that the broker shows."""
    context = site.context(site.files("hall-1"))
    with (
        socket.create_connection((site.host, site.port)) as raw,
        context.wrap_socket(raw, server_hostname=site.host) as it,
    ):
        return int(it.getpeercert()["serialNumber"], 16)


def test_what_is_retained_outlives_a_restart(tmp_path: Path) -> None:
    site = SecureSite(tmp_path).start()
    try:
        with site.client(site.files("hall-1")) as board:
            board.publish(MAIN + "ack/sales/wait", b"acked", retain=True)
        site.restart()
        with site.client(site.files("wallboardctl", OPERATOR)) as operator:
            operator.subscribe(MAIN + "ack/#")
            wait_until(lambda: operator.heard.get(MAIN + "ack/sales/wait") == b"acked")
    finally:
        site.stop()


def test_files_are_mosquittos_alone_and_it_has_nothing_to_complain_of(site: SecureSite) -> None:
    own = site.folder / "etc/wallboard"
    modes = {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in own.iterdir()}
    assert {name for name, mode in modes.items() if mode == "0o600"} == {"acl", "broker.key", "passwords"}
    complaints = [line for line in site.log().splitlines() if "Warning" in line or "Error:" in line]
    assert all("does not contain '%c' or '%u'" in line for line in complaints), complaints
    said = (site.folder / "mosquitto.stderr").read_text().splitlines()  # of settings that it would rather not have
    expected_lines = ("Loading config file", "should not be run as root")
    assert all(any(each in line for each in expected_lines) for line in said), said


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_what_root_writes_belongs_to_mosquitto(tmp_path: Path) -> None:
    """It becomes that user before it opens them."""
    pki, _ = Pki.create(tmp_path / "pki", "main", now())
    pki.broker([], now())
    broker_files.write(pki, tmp_path / "etc", Listeners(8883, 1883))
    owners = {path.name: path.owner() for path in (tmp_path / "etc/wallboard").iterdir()}
    assert {name for name, owner in owners.items() if owner == "mosquitto"} == {"acl", "broker.key", "passwords"}


def test_many_queues_at_once(site: SecureSite, witness: Client) -> None:
    """A board that connects is sent all that is retained, with none dropped: three topics a queue."""
    many = [f"{MAIN}queue/{number}" for number in range(1_200)]
    witness.publish_all(many, b"figures", retain=True)
    with site.client(site.files("hall-1")) as board:
        board.subscribe(MAIN + "queue/+")
        wait_until(lambda: len(board.heard) >= len(many), 60, details=lambda: str(len(board.heard)))
    witness.publish_all(many, b"", retain=True)
