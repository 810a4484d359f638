"""Certificates: until when each holds. The broker's is shown by itself, the others stand in files."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from config.regular_file import read_regular
from host_bridge.ctl.health.finding import Finding, NotCheckedError, ok, problem, unknown, warning
from host_bridge.ctl.health.machine import AS_ROOT
from host_bridge.ctl.health.os_state import SOME_YEAR_S

CERTIFICATES = "certificates"
SOON_DAYS = 30
RENEW = "wallboardctl pki renew, where the site's folder pki lies; it tells where the new one goes"
_MOST = 64  # certificates of a file that are looked at
_MOST_BYTES = 1 << 20  # Debian's bundle of all authorities has 220 KB


class Certificate(NamedTuple):
    """`name` is whose it is; from and until are UTC; `names` what hosts it is for."""

    name: str
    issuer: str
    not_before: dt.datetime
    not_after: dt.datetime
    names: tuple[str, ...]


def of_file(path: Path) -> list[Certificate]:
    """All certificates of a PEM file. Raises NotCheckedError."""
    from cryptography import x509  # noqa: PLC0415 - slow to load

    try:
        return [
            of_certificate(each) for each in x509.load_pem_x509_certificates(read_regular(path, _MOST_BYTES))[:_MOST]
        ]
    except PermissionError:
        raise NotCheckedError(f"{path} may not be read", AS_ROOT) from None
    except OSError as error:
        raise NotCheckedError(f"{path}: {error.strerror or error}") from None
    except ValueError:
        raise NotCheckedError(f"{path} holds no certificate that can be read") from None


def of_server(sock: socket.socket, host: str) -> Certificate | None:
    """Whatever certificate a TLS server shows, believed or not; nothing is said to it. None when it shows none."""
    from cryptography import x509  # noqa: PLC0415 - slow to load

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE  # only to look: no login goes over this connection
    try:
        with context.wrap_socket(sock, server_hostname=host) as secure:
            der = secure.getpeercert(binary_form=True)
        return of_certificate(x509.load_der_x509_certificate(der)) if der else None
    except (OSError, ValueError):
        return None


def validity(what: str, certificate: Certificate, now_s: float) -> Iterator[Finding]:
    """Does it hold, and for how long? `what`: whose it is, for people."""
    if now_s < SOME_YEAR_S:
        until = certificate.not_after.date()
        if certificate.not_before.timestamp() <= now_s:
            what = f"{what}: holds until {until}; whether that is past, a clock that is not set cannot tell"
            yield unknown(CERTIFICATES, what)
        else:
            since = certificate.not_before.date()
            do = "make certificates that hold from 1970 on, as wallboardctl pki does, or set the clock"
            yield problem(CERTIFICATES, f"{what}: holds from {since} on, and this clock is not set", do)
        return
    left = int((certificate.not_after.timestamp() - now_s) // 86_400)
    until = certificate.not_after.date()
    if certificate.not_before.timestamp() > now_s:
        since = certificate.not_before.date()
        yield problem(CERTIFICATES, f"{what}: does not hold before {since}", "is this machine's clock right?")
    elif left < 0:
        yield problem(CERTIFICATES, f"{what}: has expired on {until}", RENEW)
    elif left < SOON_DAYS:
        yield warning(CERTIFICATES, f"{what}: expires on {until}, in {left} days", RENEW)
    else:
        yield ok(CERTIFICATES, f"{what}: holds until {until}, {left} days more")


def validity_of(der: bytes, whose: str, now_s: float) -> Iterator[Finding]:
    """The same of a certificate that a server has shown."""
    from cryptography import x509  # noqa: PLC0415 - slow to load

    shown = of_certificate(x509.load_der_x509_certificate(der))
    yield from validity(f"{whose} ({shown.name})", shown, now_s)


def of_files(files: dict[str, Path], now_s: float) -> Iterator[Finding]:
    """`files`: key of the settings → PEM file. Of an authority's bundle the soonest to expire is told."""
    for key, path in files.items():
        try:
            certificates = of_file(path)
        except NotCheckedError as error:
            yield unknown(CERTIFICATES, error.why, error.do)
            continue
        soonest = min(certificates, key=lambda each: each.not_after)
        whose = "the authority's" if key.endswith("ca_file") else "our own"
        yield from validity(f"{whose}, {path.name} ({soonest.name})", soonest, now_s)


def of_certificate(certificate: object) -> Certificate:
    """What we want to know of one of the library's."""
    from cryptography import x509  # noqa: PLC0415
    from cryptography.x509.oid import NameOID  # noqa: PLC0415

    assert isinstance(certificate, x509.Certificate)

    def name(of: x509.Name) -> str:
        common = of.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(common[0].value) if common else of.rfc4514_string()

    try:
        alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = [*alternative.get_values_for_type(x509.DNSName)]
        names += map(str, alternative.get_values_for_type(x509.IPAddress))
    except x509.ExtensionNotFound:
        names = []
    return Certificate(
        name(certificate.subject),
        name(certificate.issuer),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        tuple(names),
    )
