"""What a technician does with the certificates of a site: begin, give, renew, revoke. Each twice is as good as once.

    pki, made = Pki.create(Path("pki"), "main", now)
    pki.broker(["broker.example", "192.0.2.20"], now)
    files, made = pki.give("hall-1", BOARD, now)

A key is never replaced without being told to. Times are UTC and come in as arguments; everything raises PkiError.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509

from firmware.core.spelling import did_you_mean, shown
from host_bridge.pki import certificates, files
from host_bridge.pki.folder import BOARDS, CLIENTS, ISSUED, Files, Folder, Issued, key_at
from host_bridge.pki.names import (
    BOARD,
    BRIDGE,
    BRIDGE_NAME,
    BROKER,
    FIXED,
    LOCAL,
    PkiError,
    Role,
    WrongNameError,
    check,
    host,
)

YEARS, CA_YEARS = 10, 30
YEAR = dt.timedelta(days=365.25)


def board_files(folder: Path, board: str, now: dt.datetime | None = None) -> Files:
    """The certificate of a board, made when it has none; the same one again for the card that replaces another."""
    with files.alone(folder):
        return Pki(Folder(folder)).give(board, BOARD, now or dt.datetime.now(dt.UTC))[0]


class Pki:
    """A site's certificates."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder

    @classmethod
    def create(cls, path: Path, site: str, now: dt.datetime) -> tuple[Pki, bool]:
        """(the folder with an authority for this site, whether it was made)."""
        check(site, "site")
        if (path / "ca.crt").exists():
            there = Folder(path)
            if there.site != site:
                other = f"{path / 'ca.crt'} is the authority of the site {there.site!r}"
                raise PkiError(f"{other}, not of {site!r}: name another folder with --pki DIR")
            return cls(there), False
        for each in (path, path / BOARDS, path / CLIENTS, path / ISSUED):
            files.make_folder(each)
        made = certificates.authority(site, key_at(path / "ca.key"), now + CA_YEARS * YEAR)
        files.write(path / "crl.pem", certificates.revocations(made, (), 1), files.PUBLIC)
        files.write(path / "ca.crt", certificates.cert_pem(made.cert), files.PUBLIC)  # last: with it, all is there
        return cls(Folder(path)), True

    def broker(self, hosts: Sequence[str], now: dt.datetime) -> tuple[Files, bool]:
        """(the broker's certificate for these names and addresses, whether it was made, or made anew for others)."""
        wanted = list(dict.fromkeys(host(each) for each in (*hosts, *LOCAL)))
        there = self.folder.cert(BROKER, BROKER)
        if there is not None and set(certificates.hosts_of(there)) == set(wanted):
            return self._good(there, BROKER, BROKER, now), False
        return self.folder.issue(BROKER, BROKER, now + YEARS * YEAR, wanted), True

    def give(self, name: str, role: Role, now: dt.datetime) -> tuple[Files, bool]:
        """(the certificate of a board or client, whether it was made)."""
        self._may_be_called(name, role, now)
        there = self.folder.cert(name, role)
        if there is not None:
            return self._good(there, name, role, now), False
        return self.folder.issue(name, role, now + YEARS * YEAR), True

    def renew(self, name: str, now: dt.datetime, *, new_key: bool = False) -> Issued:
        """A new certificate for the same key, or for a new one; the one before stays good until it ends, or is revoked.

        The one that was in use.
        """
        used = [each for each in self.issued() if each.name == name and each.files is not None]
        if not used:
            raise self._unknown(name)
        key = certificates.new_key() if new_key else None
        self.folder.issue(name, used[0].role, now + YEARS * YEAR, used[0].hosts, key)
        return used[0]

    def revoke(self, name: str, now: dt.datetime, *, older: bool = False) -> list[Issued]:
        """Let the broker take no certificate of this name any more, or with `older` none but the one in use.

        Those that were revoked now; none when all of them were before.
        """
        if name == BROKER:
            why = "boards ask nobody whether the broker's certificate is revoked"
            raise PkiError(f"{why}: if its key was stolen, make a new folder with `pki init`, and all cards anew")
        of_name = [each for each in self.issued() if each.name == name]
        if not of_name:
            raise self._unknown(name)
        gone = [each for each in of_name if each.revoked is None and not (older and each.files)]
        if gone:
            self.folder.revoke({each.serial: now for each in gone})
        for each in of_name:
            if each.files and not older:  # a key that opens nothing is of no use to anybody
                files.delete(each.files.cert)
                files.delete(each.files.key)
        return gone

    def issued(self, broken: set[str] | None = None) -> list[Issued]:
        """All certificates: the broker's, clients', boards', by name, the newest last; see Folder.issued()."""
        order = {BROKER: 0, BOARD: 2}
        return sorted(self.folder.issued(broken), key=lambda each: (order.get(each.role, 1), each.name, each.until))

    def _good(self, cert: x509.Certificate, name: str, role: Role, now: dt.datetime) -> Files:
        """The files of a certificate that is there, if they can be used."""
        where = self.folder.files(name, role)
        anew = f"wallboardctl pki renew {name}"
        if not where.key.exists():
            raise PkiError(f"{where.key} is missing: put it back from a copy, or make a new one with  {anew} --new-key")
        if not certificates.belongs(cert, certificates.load_key(files.read(where.key), str(where.key))):
            raise PkiError(f"{where.key} is not the key of {where.cert.name}: make a new certificate with  {anew}")
        if cert.not_valid_after_utc <= now:
            raise PkiError(f"{where.cert} has ended on {cert.not_valid_after_utc:%Y-%m-%d}: {anew}")
        return where

    def _may_be_called(self, name: str, role: Role, now: dt.datetime) -> None:
        """One name, one owner: the broker tells users apart by nothing else."""
        check(name, "board" if role == BOARD else "client")
        own = FIXED.get(name.casefold())
        taken = "broker itself" if name == BROKER else f"{own}'s" if own else ""
        for each in self.folder.issued():  # by small letters: for the file systems that tell no case apart
            is_other = each.name.casefold() == name.casefold() and (each.name, each.role) != (name, role)
            if is_other and each.revoked is None and each.until > now:
                taken = f"{each.role} {each.name!r}"
        if taken and FIXED.get(name) != role:
            raise WrongNameError(f"{name!r} is not free: it is the {taken}; give it another name")
        if role == BRIDGE and name != BRIDGE_NAME:
            raise WrongNameError(f"client {name!r}: the bridge of a site is called {BRIDGE_NAME!r}")

    def _unknown(self, name: str) -> WrongNameError:
        known = sorted({each.name for each in self.issued()})
        hint = did_you_mean(name, known) or f"; there are {', '.join(known) or 'none'}"
        return WrongNameError(f"nobody is called {shown(name)}{hint}")
