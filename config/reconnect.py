"""A connection that failed: what that means in words for people, and how long to wait before the next try."""

from __future__ import annotations

import errno
import random
import socket
import ssl

CONNECT_TIMEOUT_S = 5.0
BACK_OFF_MIN_MS = 500
BACK_OFF_MAX_MS = 15_000

# What an attempt failed of, in a word for programs: see kind().
KINDS = ("name", "refused", "silent", "route", "clock", "certificate", "tls", "other")
_NO_ROUTE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL)
# X509_V_ERR_CERT_NOT_YET_VALID and _HAS_EXPIRED of openssl/x509_vfy.h: as often as not it is our own clock
_DATES = (9, 10)


class BackOff:
    """The waits between tries: double from try to try, with jitter.

    So all boards and bridges of a site do not come back in the same instant after a power cut.
    """

    def __init__(self) -> None:
        self.tries = 0

    def reset(self) -> None:
        """A try went well."""
        self.tries = 0

    def next_ms(self) -> int:
        """How long to wait before the next try."""
        ceiling_ms = min(BACK_OFF_MIN_MS << min(self.tries, 10), BACK_OFF_MAX_MS)
        self.tries += 1
        return max(BACK_OFF_MIN_MS, random.randint(ceiling_ms // 2, ceiling_ms))


# What the other side says of our certificate: alerts of TLS (RFC 8446, 6.2), as OpenSSL calls them.
_ALERTS = {
    "CERTIFICATE_REQUIRED": "it wants a certificate of ours: set cert_file and key_file",
    "CERTIFICATE_REVOKED": "it does not take our certificate: it is revoked",
    "CERTIFICATE_EXPIRED": "it does not take our certificate: it has ended, or a clock is wrong",
    "UNKNOWN_CA": "it does not take our certificate: another authority has signed it",
    "CERTIFICATE_UNKNOWN": "it does not take our certificate",
    "UNSUPPORTED_CERTIFICATE": "it does not take our certificate: it is for another purpose",
    "BAD_CERTIFICATE": "it does not take our certificate",
}


def certificate_refused(error: ssl.SSLError) -> str:
    """What the other side has against our certificate, in words for people; "" when that is not what `error` says."""
    said = str(error.reason or "")
    return next((words for alert, words in _ALERTS.items() if said.endswith(f"ALERT_{alert}")), "")


def reason(error: Exception, nobody_there: str) -> str:
    """What an attempt that ended with `error` means; `nobody_there` is what to look at when it was refused."""
    if isinstance(error, TimeoutError):
        return f"no connection within {CONNECT_TIMEOUT_S:.0f} s"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its TLS certificate was not accepted: {error.verify_message}"
    if isinstance(error, ssl.SSLError) and (said := certificate_refused(error)):
        return said
    if isinstance(error, ssl.SSLError):
        return f"TLS failed ({error.reason}): does this port speak TLS?"
    if isinstance(error, socket.gaierror):
        return "this host name is not known"
    # With several addresses of one name asyncio wraps the errors into one text without an errno.
    if isinstance(error, ConnectionRefusedError) or f"[Errno {errno.ECONNREFUSED}]" in str(error):
        return f"connection refused: {nobody_there}"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def kind(error: Exception) -> str:
    """Of KINDS: what an attempt that ended with `error` failed of."""
    if isinstance(error, TimeoutError):
        return "silent"
    if isinstance(error, ssl.SSLCertVerificationError):
        return "clock" if error.verify_code in _DATES else "certificate"
    if isinstance(error, ssl.SSLError):
        return "tls"
    if isinstance(error, socket.gaierror):
        return "name"
    if isinstance(error, ConnectionRefusedError):
        return "refused"
    return "route" if getattr(error, "errno", None) in _NO_ROUTE else "other"
