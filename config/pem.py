"""What a file is in which OpenSSL found no certificate or no key, in words for people, and what to do about it.

OpenSSL says `NO_CERTIFICATE_OR_CRL_FOUND` of a key, of a binary file and of an empty one alike, and of most others
nothing but `PEM lib`.
"""

from __future__ import annotations

import re

MOST_BYTES = 1 << 20  # Debian's bundle of all authorities has 220 KB
_LABEL = re.compile(rb"^(?:\xef\xbb\xbf)?-----BEGIN ([A-Z0-9 ]+)-----", re.MULTILINE)
_LOCKED = (b"ENCRYPTED PRIVATE KEY", b"Proc-Type: 4,ENCRYPTED")  # RFC 7468 §11; RFC 1421 §4.6.1.1
_SEQUENCE = 0x30  # how DER begins, of whatever it is
_PKCS12 = b"\x02\x01\x03"  # what follows the sequence's length: version 3 (RFC 7292 §4)


def no_certificate(content: bytes, name: str) -> str:
    """Why there is none to use in the file `name`, and what to do; the end of `… holds no usable certificate: `."""
    labels = _labels(content)
    if any(label.endswith("CERTIFICATE") for label in labels):
        return "what stands in it is cut short or damaged, expected a whole copy"
    if any(label.endswith("CERTIFICATE REQUEST") for label in labels):
        return "it is a request for one, expected the certificate that the authority made of it"
    if any(label.endswith("PRIVATE KEY") for label in labels):
        return "it is a private key, expected the certificate that goes with it"
    return _neither(content) or (
        _binary(content, f"openssl x509 -inform der -in {name} -out NEW", f"openssl pkcs12 -nokeys -in {name} -out NEW")
        or "expected text with a line BEGIN CERTIFICATE, as in what `wallboardctl pki` makes"
    )


def no_key(content: bytes, name: str) -> str:
    """The same, for the end of `… holds no usable key: `."""
    labels = _labels(content)
    if any(mark in content for mark in _LOCKED):
        return f"it is locked with a passphrase, which nobody types in at a start: openssl pkey -in {name} -out NEW"
    if any(label.endswith("PRIVATE KEY") for label in labels):
        return "what stands in it is cut short, damaged or of an unknown kind, expected a whole copy"
    if any(label.endswith("CERTIFICATE") for label in labels):
        return "it is a certificate, expected the key that goes with it"
    return _neither(content) or (
        _binary(
            content, f"openssl pkey -inform der -in {name} -out NEW", f"openssl pkcs12 -nocerts -in {name} -out NEW"
        )
        or "expected text with a line BEGIN PRIVATE KEY, as in what `wallboardctl pki` makes"
    )


def _labels(content: bytes) -> list[str]:
    return [label.decode("ascii") for label in _LABEL.findall(content)]


def _neither(content: bytes) -> str:
    if not content.strip():
        return "it is empty, expected a whole copy"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "it is UTF-16 text, as an editor of Windows saved it; expected UTF-8"
    return ""


def _binary(content: bytes, of_der: str, of_pkcs12: str) -> str:
    """With the command that makes text of it; "" of anything else."""
    if content[0] != _SEQUENCE or content.isascii():
        return ""
    if _PKCS12 in content[2:8]:
        return f"it is a bundle (PKCS #12, .p12 or .pfx), expected text: {of_pkcs12}"
    return f"it is in binary form (DER), expected text: {of_der}"
