"""X.509, through `cryptography`: the authority, what it signs, and the list of what it has revoked. No file, no clock.

ECDSA on P-256: every TLS of the last ten years speaks it, the small boards' too, and it is quick on all of them. The
form is that of RFC 5280, as OpenSSL wants it with -x509_strict, and Python 3.13 by default.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from host_bridge.pki.names import BROKER, PkiError, Role

ORGANIZATION = "LED wallboard"
# A board that starts without a network believes it is 1970, or the day on which its system was built.
BEGIN = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# "No well-defined expiration" of RFC 5280, 4.1.2.5. A list of the revoked that ends would lock everybody out that day.
NEVER = dt.datetime(9999, 12, 31, 23, 59, 59, tzinfo=dt.UTC)
_HASH = hashes.SHA256()
Key = ec.EllipticCurvePrivateKey
Host = str | ipaddress.IPv4Address | ipaddress.IPv6Address


class Authority(NamedTuple):
    """Who signs."""

    cert: x509.Certificate
    key: Key


def new_key() -> Key:
    """A private key."""
    return ec.generate_private_key(ec.SECP256R1())


def authority(site: str, key: Key, until: dt.datetime) -> Authority:
    """The site's own, signed by itself."""
    name = _name("LED wallboard CA", site)
    usage = _usage(key_cert_sign=True, crl_sign=True)
    made = _builder(name, name, key.public_key(), until)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    made = made.add_extension(usage, critical=True)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return Authority(made.add_extension(identifier, critical=False).sign(key, _HASH), key)


def issue(
    by: Authority, name: str, role: Role, key: Key, until: dt.datetime, *, hosts: Sequence[Host] = ()
) -> x509.Certificate:
    """A certificate. `hosts`: where the broker is, by names and addresses."""
    of_ca = by.cert.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    purpose = ExtendedKeyUsageOID.SERVER_AUTH if role == BROKER else ExtendedKeyUsageOID.CLIENT_AUTH
    made = _builder(_name(name, role), by.cert.subject, key.public_key(), min(until, by.cert.not_valid_after_utc))
    made = made.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    made = made.add_extension(_usage(digital_signature=True), critical=True)
    made = made.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    made = made.add_extension(identifier, critical=False)
    made = made.add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(of_ca), critical=False)
    if hosts:
        names = [x509.DNSName(each) if isinstance(each, str) else x509.IPAddress(each) for each in hosts]
        made = made.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return made.sign(by.key, _HASH)


def revocations(by: Authority, revoked: Iterable[tuple[int, dt.datetime]], number: int) -> bytes:
    """The list of revoked serial numbers as PEM; `number` grows with each list."""
    made = x509.CertificateRevocationListBuilder().issuer_name(by.cert.subject).last_update(BEGIN).next_update(NEVER)
    for serial, at in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(at)
        made = made.add_revoked_certificate(entry.build())
    identifier = by.cert.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    made = made.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
    )
    made = made.add_extension(x509.CRLNumber(number), critical=False)
    return made.sign(by.key, _HASH).public_bytes(serialization.Encoding.PEM)


def revoked_of(pem: bytes, where: str) -> tuple[dict[int, dt.datetime], int]:
    """(serial number → when it was revoked, the list's own number). Raises PkiError."""
    try:
        crl = x509.load_pem_x509_crl(pem)
        number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    except (ValueError, x509.ExtensionNotFound):
        raise PkiError(f"{where} is no list of revoked certificates of ours: put the file back from a copy") from None
    return {each.serial_number: each.revocation_date_utc for each in crl}, number


def is_list_of(pem: bytes, issuer: x509.Certificate) -> bool:
    """It is a list of the revoked, signed by this authority's key."""
    key = issuer.public_key()
    try:
        return isinstance(key, ec.EllipticCurvePublicKey) and x509.load_pem_x509_crl(pem).is_signature_valid(key)
    except ValueError:
        return False


def load_cert(pem: bytes, where: str) -> x509.Certificate:
    """Raises PkiError."""
    try:
        return x509.load_pem_x509_certificate(pem)
    except ValueError:
        raise PkiError(
            f"{where} holds no certificate: put it back from a copy, or delete it, and another can be made"
        ) from None


def load_key(pem: bytes, where: str) -> Key:
    """Raises PkiError."""
    try:
        key = serialization.load_pem_private_key(pem, None)
    except (ValueError, TypeError):
        raise PkiError(f"{where} holds no private key, or one that wants a password") from None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise PkiError(f"{where} holds a key of another kind, expected one that wallboardctl pki has made")
    return key


def key_pem(key: Key) -> bytes:
    """PKCS 8, without a password: boards and brokers start with nobody there to type one."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def cert_pem(cert: x509.Certificate) -> bytes:
    """As PEM."""
    return cert.public_bytes(serialization.Encoding.PEM)


def belongs(cert: x509.Certificate, key: Key) -> bool:
    """The certificate is for this key."""
    return cert.public_key() == key.public_key()


def signed_by(cert: x509.Certificate, issuer: x509.Certificate) -> bool:
    """The certificate was signed by this authority's key."""
    try:
        cert.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def names_of(cert: x509.Certificate) -> tuple[str, str]:
    """(CN, OU): who, and what he is; of an authority, its name and its site."""
    found = [
        cert.subject.get_attributes_for_oid(each) for each in (NameOID.COMMON_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME)
    ]
    name, unit = (str(each[0].value) if each else "" for each in found)
    return name, unit


def hosts_of(cert: x509.Certificate) -> list[Host]:
    """Where the broker is, by its certificate."""
    try:
        names = cert.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    addresses = names.get_values_for_type(x509.IPAddress)
    return [
        *names.get_values_for_type(x509.DNSName),
        *(each for each in addresses if isinstance(each, ipaddress.IPv4Address | ipaddress.IPv6Address)),
    ]


def _name(common: str, unit: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, until: dt.datetime
) -> x509.CertificateBuilder:
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return made.serial_number(x509.random_serial_number()).not_valid_before(BEGIN).not_valid_after(until)


def _usage(*, digital_signature: bool = False, key_cert_sign: bool = False, crl_sign: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=digital_signature,
        key_cert_sign=key_cert_sign,
        crl_sign=crl_sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
