"""A site's certificates: what OpenSSL says of them, what lies in the folder, and that each step twice is as good."""

from __future__ import annotations

import datetime as dt
import os
import stat
import subprocess
from pathlib import Path

import pytest

from host_bridge.pki import certificates, files
from host_bridge.pki.folder import Folder
from host_bridge.pki.names import BOARD, BRIDGE, MONITOR, OPERATOR, PkiError, host
from host_bridge.pki.site import Pki, board_files

NOW = dt.datetime(2026, 11, 27, 10, tzinfo=dt.UTC)
LATER = dt.datetime(2036, 11, 1, tzinfo=dt.UTC)


@pytest.fixture
def pki(tmp_path: Path) -> Pki:
    made, _ = Pki.create(tmp_path / "pki", "main", NOW)
    made.broker(["broker.example", "192.0.2.20"], NOW)
    made.give("wallboard-bridge", BRIDGE, NOW)
    made.give("hall-1", BOARD, NOW)
    return made


def openssl(pki: Pki, cert: Path, purpose: str, *more: str) -> str:
    """What `openssl verify` says, as strictly as it can be."""
    folder = pki.folder.path
    command = ["openssl", "verify", "-x509_strict", "-purpose", purpose, "-CAfile", folder / "ca.crt", *more, cert]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip()


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_openssl_takes_each_for_its_purpose_and_for_no_other(pki: Pki) -> None:
    broker, board = (pki.folder.path / name for name in ("broker.crt", "boards/hall-1.crt"))
    assert openssl(pki, broker, "sslserver").endswith(": OK")
    assert openssl(pki, board, "sslclient").endswith(": OK")
    assert "unsuitable certificate purpose" in openssl(pki, broker, "sslclient")
    assert "unsuitable certificate purpose" in openssl(pki, board, "sslserver")
    for name in ("broker.example", "localhost"):
        assert openssl(pki, broker, "sslserver", "-verify_hostname", name).endswith(": OK")
    for address in ("192.0.2.20", "127.0.0.1", "::1"):
        assert openssl(pki, broker, "sslserver", "-verify_ip", address).endswith(": OK")
    assert "hostname mismatch" in openssl(pki, broker, "sslserver", "-verify_hostname", "other.example")


@pytest.mark.parametrize(("year", "valid"), [(1970, True), (2000, True), (2026, True), (2036, True), (2037, False)])
def test_a_clock_that_nobody_has_set_is_no_obstacle(pki: Pki, year: int, valid: bool) -> None:
    at = dt.datetime(year, 1, 1, 0, 0, 1, tzinfo=dt.UTC)
    said = openssl(pki, pki.folder.path / "broker.crt", "sslserver", "-attime", str(int(at.timestamp())))
    assert said.endswith(": OK") if valid else "certificate has expired" in said


def test_what_is_revoked_openssl_refuses_on_any_day(pki: Pki) -> None:
    folder = pki.folder.path
    old = folder / "issued" / f"{pki.folder.cert('hall-1', BOARD).serial_number:040x}.crt"
    crl = ("-crl_check", "-CRLfile", str(folder / "crl.pem"))
    assert openssl(pki, old, "sslclient", *crl).endswith(": OK")
    pki.revoke("hall-1", NOW)
    assert "certificate revoked" in openssl(pki, old, "sslclient", *crl)
    bridge = folder / "clients/wallboard-bridge.crt"
    for year in (1970, 2036):  # the list itself never ends: that day the broker would let nobody in
        at = dt.datetime(year, 1, 2, tzinfo=dt.UTC)
        assert openssl(pki, bridge, "sslclient", *crl, "-attime", str(int(at.timestamp()))).endswith(": OK")


def test_keys_are_their_owners_alone_from_the_first_byte_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    modes: set[int] = set()
    real = os.fdopen

    def seen(handle: int, *arguments: str) -> object:
        modes.add(stat.S_IMODE(os.fstat(handle).st_mode))
        return real(handle, *arguments)

    monkeypatch.setattr(os, "fdopen", seen)
    before = os.umask(0)
    try:
        pki, _ = Pki.create(tmp_path / "pki", "main", NOW)
        pki.give("hall-1", BOARD, NOW)
    finally:
        os.umask(before)
    assert modes == {0o600}
    keys = sorted((tmp_path / "pki").rglob("*.key"))
    assert [path.name for path in keys] == ["hall-1.key", "ca.key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in keys} == {0o600}
    assert stat.S_IMODE((tmp_path / "pki").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "pki/boards/hall-1.crt").stat().st_mode) == 0o644


def test_each_step_twice_is_as_good_as_once(pki: Pki) -> None:
    folder = pki.folder.path
    before = everything(folder)
    again, made = Pki.create(folder, "main", LATER)
    assert not made
    assert not again.broker(["192.0.2.20", "broker.example"], LATER)[1]
    assert not again.give("hall-1", BOARD, LATER)[1]
    assert board_files(folder, "hall-1", LATER) == again.folder.files("hall-1", BOARD)
    assert everything(folder) == before


def test_a_board_without_a_certificate_gets_one_and_its_files_are_told(pki: Pki) -> None:
    ca, cert, key = board_files(pki.folder.path, "hall-2", NOW)
    assert openssl(pki, cert, "sslclient").endswith(": OK")
    assert certificates.belongs(
        certificates.load_cert(cert.read_bytes(), ""), certificates.load_key(key.read_bytes(), "")
    )
    assert ca == pki.folder.path / "ca.crt"


def test_a_broker_that_moves_keeps_its_key(pki: Pki) -> None:
    key = (pki.folder.path / "broker.key").read_bytes()
    _, made = pki.broker(["198.51.100.7"], NOW)
    assert made
    assert (pki.folder.path / "broker.key").read_bytes() == key
    assert openssl(pki, pki.folder.path / "broker.crt", "sslserver", "-verify_ip", "198.51.100.7").endswith(": OK")


def test_renewed_with_the_same_key_or_with_another_and_the_one_before_is_revoked_with_it(pki: Pki) -> None:
    where = pki.folder.files("hall-1", BOARD)
    key = where.key.read_bytes()
    pki.renew("hall-1", LATER)
    assert where.key.read_bytes() == key
    assert pki.folder.cert("hall-1", BOARD).not_valid_after_utc > dt.datetime(2046, 1, 1, tzinfo=dt.UTC)
    pki.renew("hall-1", LATER, new_key=True)
    assert where.key.read_bytes() != key
    pki.give("hall-1", BOARD, LATER)  # key and certificate fit

    assert len(pki.revoke("hall-1", LATER, older=True)) == 2
    assert pki.folder.cert("hall-1", BOARD) is not None
    pki.renew("hall-1", LATER)
    assert len(pki.revoke("hall-1", LATER)) == 2  # the thief may have the card of last year
    assert all(each.revoked for each in pki.issued() if each.name == "hall-1")
    assert not where.key.exists()
    assert pki.revoke("hall-1", LATER) == []
    assert pki.give("hall-1", BOARD, LATER)[1]  # for the board that takes its place


@pytest.mark.parametrize(
    ("name", "role", "error"),
    [
        ("wallboard-bridge", BOARD, "is not free: it is the bridge 'wallboard-bridge'"),
        ("bridge-2", BRIDGE, "the bridge of a site is called 'wallboard-bridge'"),
        ("WallboardCtl", BOARD, "is not free: it is the operator's;"),
        ("wallboardctl", MONITOR, "is not free: it is the operator's;"),
        ("hall-1", OPERATOR, "is not free: it is the board 'hall-1'"),
        ("HALL-1", BOARD, "is not free: it is the board 'hall-1'"),
        ("broker", BOARD, "is not free: it is the broker 'broker'"),
        ("a/b", BOARD, "board 'a/b': '/' may not stand in a name"),
        ("+", BOARD, "'+' may not stand in a name"),
        ("..\\ca", MONITOR, "may not stand in a name"),
        ("%u", BOARD, "'%' may not stand in a name"),
        ("", BOARD, "0 characters, expected 1 to 64"),
        ("x" * 65, BOARD, "65 characters, expected 1 to 64"),
        ("..", BOARD, "Windows could have no file of that name"),
        ("Con", BOARD, "Windows could have no file of that name"),
        ("a\nb", OPERATOR, "may not stand in a name"),
    ],
)
def test_names_that_would_be_another_users_or_no_file(pki: Pki, name: str, role: str, error: str) -> None:
    before = everything(pki.folder.path)
    with pytest.raises(PkiError, match=r"^[^\n]*$") as wrong:
        pki.give(name, role, NOW)
    assert error in str(wrong.value)
    assert everything(pki.folder.path) == before


def test_a_name_in_hebrew(pki: Pki) -> None:
    where = pki.give("אולם-1", BOARD, NOW)[0]
    assert openssl(pki, where.cert, "sslclient").endswith(": OK")


@pytest.mark.parametrize("text", ["", "mqtts://broker", "broker:8883", "a b", "300.1.1.1", "x" * 64, "-a.example"])
def test_hosts_that_are_none(text: str) -> None:
    with pytest.raises(PkiError, match="expected a host's name or address"):
        host(text)


def test_what_is_wrong_in_the_folder_is_told_in_one_line(pki: Pki, tmp_path: Path) -> None:
    folder = pki.folder.path

    def told(name: str = "hall-1", now: dt.datetime = NOW) -> str:
        with pytest.raises(PkiError) as wrong:
            board_files(folder, name, now)
        assert "\n" not in str(wrong.value)
        return str(wrong.value)

    assert "has ended on 2036-11-26" in told(now=dt.datetime(2037, 1, 1, tzinfo=dt.UTC))
    (folder / "boards/hall-1.key").unlink()
    assert "hall-1.key is missing: put it back from a copy, or make a new one with" in told()
    Pki(Folder(folder)).renew("hall-1", NOW, new_key=True)
    (folder / "boards/hall-1.key").write_bytes(certificates.key_pem(certificates.new_key()))
    assert "hall-1.key is not the key of hall-1.crt" in told()
    (folder / "boards/hall-1.crt").write_bytes((folder / "broker.crt").read_bytes())
    assert "hall-1.crt is that of the broker 'broker'" in told()
    (folder / "boards/hall-1.crt").write_text("x")
    assert "hall-1.crt holds no certificate" in told()
    key = (folder / "ca.key").read_bytes()
    (folder / "boards/hall-1.crt").unlink()
    (folder / "ca.key").unlink()
    assert "there is no " in told() and "only where the authority's key lies" in told()
    (folder / "ca.key").write_bytes(certificates.key_pem(certificates.new_key()))
    assert "is not the key of ca.crt beside it" in told()
    (folder / "ca.key").write_bytes(key)
    (folder / "crl.pem").write_text("")
    assert "is no list of revoked certificates" in told()
    with pytest.raises(PkiError, match="is the authority of the site 'main', not of 'other'"):
        Pki.create(folder, "other", NOW)
    with pytest.raises(PkiError, match=r"there is no .*ca.crt: make it with  wallboardctl pki init"):
        board_files(tmp_path / "nowhere", "hall-1")


def test_an_interrupted_run_is_gone_on_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever file is the last that could be written."""
    real = files.write
    for most in range(9):
        folder = tmp_path / str(most)
        left = [most]

        def write(path: Path, content: bytes, mode: int, left: list[int] = left) -> None:
            if not left[0]:
                raise PkiError("the disk is full")
            left[0] -= 1
            real(path, content, mode)

        def everything_once(folder: Path = folder) -> None:
            made, _ = Pki.create(folder, "main", NOW)
            made.broker(["b"], NOW)
            made.give("hall-1", BOARD, NOW)

        monkeypatch.setattr(files, "write", write)
        with pytest.raises(PkiError, match="full"):
            everything_once()
        keys = {path: path.read_bytes() for path in folder.rglob("*.key")}
        monkeypatch.setattr(files, "write", real)
        everything_once()
        assert {path: path.read_bytes() for path in keys} == keys
        pki = Pki(Folder(folder))
        assert openssl(pki, folder / "boards/hall-1.crt", "sslclient").endswith(": OK")
        assert openssl(pki, folder / "broker.crt", "sslserver").endswith(": OK")
