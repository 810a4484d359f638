"""What mosquitto needs of a site, written into a folder: its own /etc/mosquitto, or one that travels there.

OUT/conf.d/wallboard.conf     the settings, which Debian's mosquitto.conf includes
OUT/wallboard/                acl, ca.crt, broker.crt, broker.key, crl.pem; passwords where there are users with some
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NamedTuple

from host_bridge.pki import certificates, files, mosquitto
from host_bridge.pki.mosquitto import Listeners
from host_bridge.pki.names import BOARD, BROKER, PkiError
from host_bridge.pki.site import Pki

USER = "mosquitto"  # whom Debian's mosquitto becomes before it opens any of them
CONF_FOLDER, OWN_FOLDER = "conf.d", "wallboard"


class Written(NamedTuple):
    """What was done. `changed`: files that are new or others than before; `kept`: what a changed one was before."""

    changed: list[Path]
    kept: list[Path]
    owned: bool


def write(pki: Pki, out: Path, listeners: Listeners, folder: str = mosquitto.FOLDER) -> Written:
    """Write what is missing or another. `folder`: where the broker will find OUT/wallboard. Raises PkiError."""
    broker = pki.folder.files(BROKER, BROKER)
    if not broker.cert.exists():
        raise PkiError(f"there is no {broker.cert}: make it with  wallboardctl pki init --site … --broker HOST")
    clients = {each.name: each.role for each in pki.issued() if each.files and each.role not in (BROKER, BOARD)}
    own = out / OWN_FOLDER
    _take_over(pki, own / "crl.pem")
    wanted = {
        out / CONF_FOLDER / mosquitto.CONF: (mosquitto.conf(pki.folder.site, listeners, folder).encode(), files.PUBLIC),
        own / mosquitto.ACL: (mosquitto.acl(pki.folder.site, clients).encode(), files.SECRET),
        own / "ca.crt": (files.read(broker.ca), files.PUBLIC),
        own / "crl.pem": (files.read(pki.folder.path / "crl.pem"), files.PUBLIC),
        own / "broker.crt": (files.read(broker.cert), files.PUBLIC),
        own / "broker.key": (files.read(broker.key), files.SECRET),
    }
    passwords = own / mosquitto.PASSWORDS
    if listeners.plain is not None and not passwords.exists():
        wanted[passwords] = b"", files.SECRET
    done = Written([], [], hasattr(os, "geteuid") and os.geteuid() == 0 and _is_user(USER))
    for path, (content, mode) in wanted.items():
        files.make_folder(path.parent, open_to_all=True)
        before = files.read(path) if path.exists() else None
        if before != content:
            if before and path.name in (mosquitto.CONF, mosquitto.ACL):
                kept = path.with_name(path.name + ".old")  # somebody may have written into it by hand
                files.write(kept, before, mode)
                done.kept.append(kept)
            files.write(path, content, mode)
            done.changed.append(path)
        if done.owned and mode == files.SECRET:
            shutil.chown(path, USER, USER)
    return done


def _take_over(pki: Pki, there: Path) -> None:
    """Who was revoked from another copy of the folder stays revoked, and is so in this one too. Raises PkiError."""
    pem = files.read(there) if there.exists() else b""
    if certificates.is_list_of(pem, pki.folder.ca):
        theirs, _ = certificates.revoked_of(pem, str(there))
        more = {serial: at for serial, at in theirs.items() if serial not in pki.folder.revoked}
        if more:
            pki.folder.revoke(more)


def _is_user(name: str) -> bool:
    import pwd  # noqa: PLC0415 - there is none on Windows

    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
