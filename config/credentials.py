"""The files that a section of settings names for a login: password, certificate and key, read and looked after.

File names are relative to the folder of the settings file. What is found wrong is added to `problems` with the path of
the setting, so that it is told with its place beside all other mistakes.

A secret that others may read is no mistake that keeps a wall dark: it is a warning (`loose`), for the log and for
`wallboardctl check --secrets`.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import ssl
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from config.pem import MOST_BYTES, no_certificate, no_key
from config.regular_file import must_be_regular, read_regular
from config.section import Section
from config.yaml_file import Problem

MAX_SECRET_BYTES = 4096
MAX_KEY_BYTES = 65_536
SECRET_FILES = ("password_file", "key_file")
PASSWORD_ROUNDS = 50_000  # some 25 ms on a PC, once
FIRST_PERSON = 1000  # user ids below it are services', on Debian and most others


def read_secret(section: Section, folder: Path, problems: list[Problem]) -> str | None:
    """The password that a section names, or None."""
    name, variable = section["password_file"], section["password_env"]
    if name is not None and variable is not None:
        return None  # two_secrets() tells it
    if variable is not None:
        secret = os.environ.get(variable)
        if not secret:
            problems.append((section.at("password_env"), f"environment variable {variable} is not set or empty"))
        elif not _is_text(secret):
            problems.append((section.at("password_env"), f"environment variable {variable} is not UTF-8 text"))
            return None
        return secret or None
    if name is None:
        return None
    path = folder / name
    try:
        first = read_regular(path, MAX_SECRET_BYTES).split(b"\n", 1)[0]
        secret = first.decode("utf-8-sig").strip("\r")
    except OSError as error:
        problems.append((section.at("password_file"), f"{path} cannot be read: {_why(error, path)}"))
        return None
    except UnicodeDecodeError:
        problems.append((section.at("password_file"), f"{path} is not UTF-8 text"))
        return None
    if not secret:
        problems.append((section.at("password_file"), f"{path}: its first line is empty, expected the password"))
    return secret or None


def tls_context(
    section: Section, folder: Path, problems: list[Problem], own: Section | None = None
) -> ssl.SSLContext | None:
    """A client's TLS: certificate and host name are checked, by the system's authorities unless ca_file is set.

    `own`: the section that names our certificate and key, where it is another.
    """
    own = section if own is None else own
    ca, cert, key = section["ca_file"], own["cert_file"], own["key_file"]
    at, file = section.at("ca_file"), ca
    try:
        if ca:
            must_be_regular(folder / ca)
        context = ssl.create_default_context(cafile=folder / ca if ca else None)
        if cert or key:
            if not (cert and key):
                return None  # contradictions() tells it
            for at, file in ((own.at("cert_file"), cert), (own.at("key_file"), key)):  # noqa: B007 - which is told
                read_regular(folder / file, 1)
            at, file = own.at("cert_file"), cert
            context.load_cert_chain(folder / cert, folder / key, "")  # without the "" OpenSSL asks for it and waits
    except ssl.SSLError as error:  # an OSError too, so it comes first
        if at == own.at("cert_file") and _holds_certificate(folder / cert):
            problems.append(_pair_problem(own, folder, error))
        else:
            problems.append((at, f"{file} holds no usable certificate: {no_certificate(_start(folder / file), file)}"))
        return None
    except OSError as error:
        problems.append((at, f"{file} cannot be read: {_why(error, folder / file)}"))
        return None
    return context


def _pair_problem(own: Section, folder: Path, error: ssl.SSLError) -> Problem:
    """What OpenSSL has against a certificate and a key, of which the certificate can be read."""
    cert, key = own["cert_file"], own["key_file"]
    if error.reason == "KEY_VALUES_MISMATCH":
        what = f"{cert} is not the certificate of the key in {key}: expected two that belong together"
        return own.at("cert_file"), what
    if error.reason:  # EE_KEY_TOO_SMALL, CA_MD_TOO_WEAK
        said = str(error.reason).lower().replace("_", " ")
        return own.at("cert_file"), f"{cert} is refused by this machine's OpenSSL ({said}): expected a stronger one"
    return own.at("key_file"), f"{key} holds no usable key: {no_key(_start(folder / key), key)}"


def _holds_certificate(path: Path) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except ssl.SSLError:
        return False
    return True


def _start(path: Path) -> bytes:
    return read_regular(path, MOST_BYTES)


def own_client_id(name: str, section: Section, folder: Path, password: str | None) -> str:
    """The id by which the broker knows our connection: `name`, and what only the owner of its key or password can tell.

    A broker cuts off whoever has an id when another comes with it, whoever that may be; so with an id that can be
    guessed every board, or a thief of one, could keep the bridge off. It tells nothing of the key; a weak password is
    made slow to be guessed from it (PASSWORD_ROUNDS), for a broker writes ids into its log.
    """
    try:
        key = read_regular(folder / section["key_file"], MAX_KEY_BYTES) if section["key_file"] else b""
    except OSError:  # tls_context() tells it
        key = b""
    if key:
        return f"{name}-{hmac.digest(key, name.encode(), hashlib.sha256).hex()[:16]}"
    if password:
        return f"{name}-{hashlib.pbkdf2_hmac('sha256', password.encode(), name.encode(), PASSWORD_ROUNDS).hex()[:16]}"
    return name


def loose(sections: Iterable[Section], folder: Path) -> Iterator[Problem]:
    """Secrets in files that others than their owner may read, or whose owner is a person and not the service."""
    if not hasattr(os, "geteuid"):  # Windows has other means, and is no place for a service of ours
        return
    for section in sections:
        for key in SECRET_FILES:
            if section[key] and (why := _loose(folder / section[key])):
                yield section.at(key), why


def _loose(path: Path) -> str:
    try:
        status = path.stat()
    except OSError:  # who reads it tells that
        return ""
    for bit, who in ((stat.S_IROTH, "everybody on this machine"), (stat.S_IRGRP, "the group of its file")):
        if status.st_mode & bit:
            return f"{path} may be read by {who}, expected its owner alone: chmod 600"
    if os.geteuid() == 0 and status.st_uid >= FIRST_PERSON:
        return f"{path} belongs to {_user(status.st_uid)}, expected root or the service's own user: chown it"
    return ""


def _is_text(value: str) -> bool:
    """No bytes in it that are no UTF-8, which Python hands on as lone surrogates."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _why(error: OSError, path: Path) -> str:
    """What the system says; of a file that is somebody else's, whose."""
    said = error.strerror or str(error)
    if isinstance(error, PermissionError) and hasattr(os, "geteuid"):
        try:
            owner = path.stat().st_uid
        except OSError:
            return said
        if owner != os.geteuid():
            return f"{said}: it belongs to {_user(owner)}, and this is {_user(os.geteuid())}"
    return said


def _user(uid: int) -> str:
    import pwd  # noqa: PLC0415 - there is none on Windows

    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
