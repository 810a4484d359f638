"""What somebody tries who means harm: with a stolen board's key, with a password, with a laptop and no key at all.

The real mosquitto with the settings and the access list that we make. What may be read and written at all is in
test_mosquitto.py.
"""

from __future__ import annotations

import os
import socket
import ssl
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from paho.mqtt import client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from config.credentials import own_client_id
from config.section import Section
from firmware.core.payload import MAX_BYTES
from host_bridge.pki import certificates
from host_bridge.pki.certificates import Authority
from host_bridge.pki.folder import Files
from host_bridge.pki.mosquitto import MOST_PACKET
from host_bridge.pki.names import BOARD, BRIDGE, OPERATOR
from host_bridge.pki.site import YEAR
from tests.secure_site import Client, SecureSite, copy, login, now
from tests.test_mosquitto import MAIN, expected, marked, read_by, refused, site, witness, written_by
from tests.waiting import wait_until

__all__ = ["site", "witness"]
OWN_STATE = MAIN + "board/hall-1/state"


@pytest.mark.parametrize("protocol", [mqtt.MQTTv31, mqtt.MQTTv5])
def test_no_version_of_mqtt_gives_a_board_more(site: SecureSite, witness: Client, protocol: int) -> None:
    with site.client(site.files("hall-1"), "thief", protocol) as thief:
        assert read_by(thief, witness) == expected("hall-1", "r")
        assert written_by(thief, witness) == expected("hall-1", "w")


@pytest.mark.parametrize("protocol", [mqtt.MQTTv31, mqtt.MQTTv5])
def test_nor_does_a_last_will(site: SecureSite, witness: Client, protocol: int) -> None:
    for topic in (MAIN + "bridge/state", MAIN + "board/hall-2/state", "$SYS/broker/uptime", OWN_STATE):
        witness.heard.clear()
        thief = site.client(site.files("hall-1"), f"dying-{os.urandom(4).hex()}", protocol)
        thief.client.will_set(topic, b"a will", 1, True)
        assert thief.connect()
        thief.client.loop_stop()
        sock = thief.client.socket()
        assert sock is not None
        sock.shutdown(socket.SHUT_RDWR)
        wait_until(lambda who=thief.client: f"Client {who._client_id.decode()} closed" in site.log())
        marked(witness, witness, "test/marker")
        willed = [each for each, payload in witness.heard.items() if payload == b"a will"]
        assert willed == ([OWN_STATE] if topic == OWN_STATE else [])
    witness.publish(OWN_STATE, b"", retain=True)


def test_a_name_for_a_forbidden_topic_is_no_way_around(site: SecureSite, witness: Client) -> None:
    """A topic alias of MQTT 5, given with a message that is refused."""
    with site.client(site.files("hall-1"), "alias", mqtt.MQTTv5) as thief:
        alias = Properties(PacketTypes.PUBLISH)
        alias.TopicAlias = 1
        for topic in (OWN_STATE, MAIN + "bridge/state"):
            thief.client.publish(topic, b"by its name", 1, properties=alias).wait_for_publish(10)
            thief.client._send_publish(77, b"", b"by its alias", 1, properties=alias)
            marked(thief, witness, MAIN + "ack/sales/wait")
    heard = {topic for topic, payload in witness.heard.items() if payload.startswith(b"by ")}
    assert heard == {OWN_STATE}


def raw(site: SecureSite, name: str = "hall-9", password: str = "h") -> socket.socket:
    """A login by hand: MQTT 3.1.1, over the listener without TLS."""
    fields = b"".join(len(each).to_bytes(2, "big") + each for each in (b"raw", name.encode(), password.encode()))
    assert site.plain_port
    made = socket.create_connection((site.host, site.plain_port), timeout=10)
    made.sendall(bytes((0x10, 10 + len(fields))) + b"\0\4MQTT\4\xc2\0\0" + fields)
    assert made.recv(4) == b"\x20\2\0\0"
    return made


def test_a_packet_that_claims_to_be_huge_ends_its_connection_before_there_is_room_for_it(site: SecureSite) -> None:
    before = site.memory()
    for _ in range(4):
        with raw(site) as thief:
            try:
                thief.sendall(b"\x30\xff\xff\xff\x7f")  # 256 MiB will follow
                thief.sendall(b"\0\1x" + bytes(1_000_000))
                assert thief.recv(1) == b""
            except ConnectionError:
                pass
    assert site.memory() - before < 32 << 20


def test_the_longest_message_of_the_bridge_passes_and_a_longer_one_of_a_board_does_not(
    site: SecureSite, witness: Client
) -> None:
    with site.client(site.files("wallboard-bridge", BRIDGE)) as bridge:
        bridge.publish(MAIN + "site", bytes(MAX_BYTES))
        wait_until(lambda: len(witness.heard.get(MAIN + "site", b"")) == MAX_BYTES)
    with site.client(site.files("hall-1")) as thief:
        thief.client.publish(OWN_STATE, bytes(MOST_PACKET), 1)
        wait_until(lambda: thief.ended, otherwise="it is not cut off")
    assert len(witness.heard.get(OWN_STATE, b"")) < MOST_PACKET


def test_whoever_takes_the_guessable_name_of_another_does_not_cut_him_off(site: SecureSite, tmp_path: Path) -> None:
    """By a password too: two boards, each with its own."""
    section = Section({}, {"key_file": None})
    name = "wallboard-bridge-main"
    real = Client(site, None, own_client_id(name, section, tmp_path, "b"))
    with login(real, "wallboard-bridge"):
        for guess in (name, own_client_id(name, section, tmp_path, "h")):
            with login(Client(site, None, guess), "hall-9"):
                assert not real.ended
        with login(Client(site, None, own_client_id(name, section, tmp_path, "b")), "wallboard-bridge"):
            wait_until(lambda: real.ended, otherwise="one that is half open would stay")  # as it should be


def test_what_is_signed_by_the_key_of_a_board_is_worth_nothing(site: SecureSite, tmp_path: Path) -> None:
    board = site.files("hall-1")
    authority = Authority(
        certificates.load_cert(board.cert.read_bytes(), ""), certificates.load_key(board.key.read_bytes(), "")
    )
    forged = forge(authority, "wallboardctl", OPERATOR, tmp_path, board)
    assert refused(site, site.client(forged))
    forged.cert.write_bytes(forged.cert.read_bytes() + board.cert.read_bytes())  # the whole chain
    assert refused(site, site.client(forged))


def test_nor_is_a_certificate_without_its_key(site: SecureSite, tmp_path: Path) -> None:
    """A laptop with ca.crt and everybody's certificates: they are no secret."""
    bridge = site.files("wallboard-bridge", BRIDGE)
    key = tmp_path / "own.key"
    key.write_bytes(certificates.key_pem(certificates.new_key()))
    with pytest.raises(ssl.SSLError, match="key values mismatch"):
        site.context(bridge._replace(key=key))
    itself = Authority(certificates.load_cert(bridge.ca.read_bytes(), ""), certificates.new_key())
    assert refused(site, site.client(forge(itself, "wallboard-bridge", BRIDGE, tmp_path, bridge)))


def forge(by: Authority, name: str, role: str, folder: Path, like: Files) -> Files:
    """A certificate with a new key, signed by whomever."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = Files(like.ca, folder / "forged.crt", folder / "forged.key")
    made.cert.write_bytes(certificates.cert_pem(certificates.issue(by, name, role, key, now() + YEAR)))
    made.key.write_bytes(certificates.key_pem(key))
    return made


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_old_tls_is_refused(site: SecureSite) -> None:
    context = site.context(site.files("hall-1"))
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection((site.host, site.port), timeout=10) as to,
        pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"),  # and not for another reason
    ):
        context.wrap_socket(to, server_hostname=site.host)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_session_from_before_does_not_help_who_is_revoked(tmp_path: Path, version: ssl.TLSVersion) -> None:
    """One that is resumed shows no certificate anew."""
    site = SecureSite(tmp_path).start()
    try:
        context = site.context(copy(site.files("hall-1"), tmp_path / "stolen"))
        context.minimum_version = context.maximum_version = version
        session = shaken(site, context, None)
        assert session is not None
        site.pki.revoke("hall-1", now())
        site.write()
        site.restart()
        with pytest.raises((ssl.SSLError, ConnectionError)):
            shaken(site, context, session)
    finally:
        site.stop()


def shaken(site: SecureSite, context: ssl.SSLContext, session: ssl.SSLSession | None) -> ssl.SSLSession | None:
    """Log in. The session, by which a later connection may be resumed."""
    with (
        socket.create_connection((site.host, site.port), timeout=10) as to,
        context.wrap_socket(to, server_hostname=site.host, session=session) as it,
    ):
        it.sendall(b"\x10\x12\0\4MQTT\4\2\0\0\0\6resume")
        assert it.recv(4) == b"\x20\2\0\0" or it.recv(1)
        return it.session


def test_somebody_with_nothing_may_keep_others_out_for_no_longer_than_he_pays_for_it(site: SecureSite) -> None:
    """Connections that say nothing: who is there is served on, and others come in as long as there is room."""
    with site.client(site.files("hall-1")) as board, site.client(site.files("wallboard-bridge", BRIDGE)) as bridge:
        board.subscribe(MAIN + "queue/+")
        held = [socket.create_connection((site.host, site.port)) for _ in range(300)]
        try:
            bridge.publish(MAIN + "queue/sales", b"on it goes")
            wait_until(lambda: board.heard.get(MAIN + "queue/sales") == b"on it goes")
            began = time.monotonic()
            assert not refused(site, site.client(site.files("hall-2", BOARD)))
            assert time.monotonic() - began < 5
        finally:
            for each in held:
                each.close()
