"""A site gets another authority, as config/SECURITY.md has it, and nobody is locked out: on the real mosquitto."""

from __future__ import annotations

from pathlib import Path

from host_bridge.pki.folder import Files
from host_bridge.pki.names import BOARD, BRIDGE
from host_bridge.pki.site import Pki
from tests.secure_site import SecureSite, copy, now
from tests.test_mosquitto import refused


def test_another_authority_one_board_after_the_other(tmp_path: Path) -> None:
    site = SecureSite(tmp_path).start()
    try:
        old = copy(site.files("hall-1"), tmp_path / "hall-1")
        late = copy(site.files("hall-2"), tmp_path / "hall-2")
        thief = copy(site.files("hall-3"), tmp_path / "thief")
        site.pki.revoke("hall-3", now())
        site.write()
        new, _ = Pki.create(tmp_path / "pki-new", "main", now())
        new.broker([], now())
        new.give("wallboard-bridge", BRIDGE, now())

        own = tmp_path / "etc/wallboard"  # the broker takes both, and still shows the old certificate
        for name in ("ca.crt", "crl.pem"):
            both = (own / name).read_text() + (tmp_path / "pki-new" / name).read_text()
            (own / name).write_text(both)
        site.restart()
        both_cas = tmp_path / "both.crt"
        both_cas.write_text((own / "ca.crt").read_text())

        def taken(files: Files, ca: Path) -> bool:
            context = site.context(None)
            context.load_verify_locations(ca)
            context.load_cert_chain(files.cert, files.key)
            made = site.client(None)
            made.client._ssl_context = context
            return not refused(site, made)

        first = new.give("hall-1", BOARD, now())[0]
        assert taken(old, old.ca) and taken(late, late.ca) and not taken(thief, thief.ca)
        assert taken(first, both_cas)

        site.pki, before = new, site.pki  # all boards have theirs: the broker has the new authority alone
        site.write()
        site.restart()
        assert taken(first, both_cas) and taken(new.give("hall-2", BOARD, now())[0], first.ca)
        assert not taken(old, both_cas) and not taken(late, both_cas)
        assert before.folder.site == new.folder.site
    finally:
        site.stop()
