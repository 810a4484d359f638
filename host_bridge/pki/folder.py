"""The folder `pki` as it lies on the disk: the authority, who has which certificate, what is revoked.

    ca.crt  ca.key        the authority: its key signs for the whole site and belongs on no board and no broker
    broker.crt  .key      the broker's
    boards/ID.crt  .key   one a board; clients/NAME.crt .key: the bridge's and people's
    issued/SERIAL.crt     everything ever signed, so that all that somebody had can be revoked, renewed ones too
    crl.pem               what is revoked

It is its own record: there is no index beside it that could be lost.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from cryptography import x509

from host_bridge.pki import certificates, files
from host_bridge.pki.certificates import Authority, Host, Key
from host_bridge.pki.names import BOARD, BROKER, PkiError, Role

BOARDS, CLIENTS, ISSUED = "boards", "clients", "issued"


class Files(NamedTuple):
    """What a program needs for mqtts: ca_file, cert_file and key_file of its settings."""

    ca: Path
    cert: Path
    key: Path


class Issued(NamedTuple):
    """A certificate. `files` None: another has taken its place. `revoked`: since when, None when it is good."""

    name: str
    role: Role
    until: dt.datetime
    serial: int
    revoked: dt.datetime | None
    files: Files | None
    hosts: tuple[Host, ...]


class Folder:
    """A folder that holds an authority. Everything raises PkiError."""

    def __init__(self, path: Path) -> None:
        self.path = path
        ca = path / "ca.crt"
        if not ca.exists():
            raise PkiError(f"there is no {ca}: make it with  wallboardctl pki init --site NAME --broker HOST")
        self.ca = _cert(ca)
        self.site = certificates.names_of(self.ca)[1]

    def files(self, name: str, role: Role) -> Files:
        """Where the certificate and the key of that name lie, or would."""
        below = {BROKER: self.path, BOARD: self.path / BOARDS}.get(role, self.path / CLIENTS)
        return Files(self.path / "ca.crt", below / f"{name}.crt", below / f"{name}.key")

    def cert(self, name: str, role: Role) -> x509.Certificate | None:
        """The certificate that is in use; None when there is none, or what lies there is revoked."""
        path = self.files(name, role).cert
        if not path.exists():
            return None
        found = _cert(path)
        called, is_a = certificates.names_of(found)
        if (called, is_a) != (name, role):
            raise PkiError(f"{path} is that of the {is_a} {called!r}: expected another name")
        if not certificates.signed_by(found, self.ca):
            raise PkiError(f"{path} was signed by another authority than ca.crt: put the folder back from one copy")
        return None if found.serial_number in self.revoked else found

    def hosts(self) -> list[Host]:
        """Where the broker is, by its certificate."""
        there = self.cert(BROKER, BROKER)
        return [] if there is None else certificates.hosts_of(there)

    def issue(
        self, name: str, role: Role, until: dt.datetime, hosts: Sequence[Host] = (), key: Key | None = None
    ) -> Files:
        """Sign for `key`, or for the one that lies there, or for a new one, and put it in use."""
        authority, where = self.authority, self.files(name, role)
        for below in (where.cert.parent, self.path / ISSUED):
            files.make_folder(below)
        key = keep(key, where.key) if key is not None else key_at(where.key)
        cert = certificates.issue(authority, name, role, key, until, hosts=hosts)
        pem = certificates.cert_pem(cert)
        files.write(self.path / ISSUED / f"{cert.serial_number:040x}.crt", pem, files.PUBLIC)
        files.write(where.cert, pem, files.PUBLIC)
        return where

    def issued(self, broken: set[str] | None = None) -> Iterator[Issued]:
        """Everything ever signed. With `broken`: what is wrong with a file goes there, and the rest is given."""
        for path in sorted((self.path / ISSUED).glob("*.crt")):
            try:
                cert = _cert(path)
            except PkiError as error:
                if broken is None:
                    raise
                broken.add(str(error))
                continue
            name, role = certificates.names_of(cert)
            yield Issued(
                name,
                role,
                cert.not_valid_after_utc,
                cert.serial_number,
                self.revoked.get(cert.serial_number),
                self._in_use(cert, self.files(name, role), broken),
                tuple(certificates.hosts_of(cert)),
            )

    def _in_use(self, cert: x509.Certificate, where: Files, broken: set[str] | None) -> Files | None:
        """Its files; None when another has taken its place. It passes for the one that cannot be read, see issued()."""
        try:
            return where if where.cert.exists() and _cert(where.cert).serial_number == cert.serial_number else None
        except PkiError as error:
            if broken is None:
                raise
            broken.add(str(error))
            return where

    def revoke(self, more: Mapping[int, dt.datetime]) -> None:
        """Add to the list of the revoked: serial numbers, and since when."""
        revoked, number = self._list
        entries = {**revoked, **more}
        made = certificates.revocations(self.authority, entries.items(), number + 1)
        files.write(self.path / "crl.pem", made, files.PUBLIC)
        del self._list

    @property
    def revoked(self) -> dict[int, dt.datetime]:
        """Serial number → since when."""
        return self._list[0]

    @cached_property
    def authority(self) -> Authority:
        """Who signs."""
        path = self.path / "ca.key"
        if not path.exists():
            raise PkiError(f"there is no {path}: only where the authority's key lies can anything be signed")
        key = certificates.load_key(files.read(path), str(path))
        if not certificates.belongs(self.ca, key):
            raise PkiError(f"{path} is not the key of ca.crt beside it: put both files back from one copy")
        return Authority(self.ca, key)

    @cached_property
    def _list(self) -> tuple[dict[int, dt.datetime], int]:
        path = self.path / "crl.pem"
        return certificates.revoked_of(files.read(path), str(path))


def key_at(path: Path) -> Key:
    """The key that lies there, or a new one. One that an interrupted run has left is as good as any."""
    if path.exists():
        return certificates.load_key(files.read(path), str(path))
    return keep(certificates.new_key(), path)


def keep(key: Key, path: Path) -> Key:
    """Write a key in place of what lies there."""
    files.write(path, certificates.key_pem(key), files.SECRET)
    return key


def _cert(path: Path) -> x509.Certificate:
    return certificates.load_cert(files.read(path), str(path))
