"""From a host's name to an open connection, step by step, so that the report can say which step fails.

Each step has its own deadline. A resolver that is dead keeps its caller for half a minute, so it is asked in a thread.
"""

from __future__ import annotations

import errno
import socket
import ssl
import threading
import time
from typing import NamedTuple

from config.reconnect import certificate_refused
from host_bridge.ctl.health.certificates import RENEW

RESOLVE_S = 3.0
CONNECT_S = 4.0
HANDSHAKE_S = 4.0

_EXPIRED, _NOT_YET, _SELF_SIGNED, _SELF_SIGNED_CHAIN, _NO_ISSUER, _LEAF, _HOST, _ADDRESS = 10, 9, 18, 19, 20, 21, 62, 64
"""OpenSSL's X509_V_ERR_… (x509_vfy.h)."""


_WHICH_PORT = "does this port speak TLS? mqtts:// is mostly 8883, mqtt:// 1883; an AMI with TLS 5039, without 5038"


class ReachError(ConnectionError):
    """Which step failed, in words, and what to do."""

    theirs = False
    """It is the other side's certificate that we did not believe."""

    def __init__(self, what: str, do: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.do = do


class Reached(NamedTuple):
    """An open connection. `addresses`: all that the name has; `late`: how many of them did not answer first."""

    sock: socket.socket
    address: str
    addresses: int
    late: int
    connect_ms: float


Addresses = list[tuple[socket.AddressFamily, tuple[str, int]]]


def resolve(host: str, port: int, timeout_s: float = RESOLVE_S) -> Addresses:
    """The addresses of a name. Raises ReachError."""
    answer: list[Addresses] = []
    wrong: list[OSError] = []

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answer.append([(family, (str(at[0]), int(at[1]))) for family, _, _, _, at in found])
        except OSError as error:
            wrong.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(timeout_s)
    if answer:
        return answer[0]
    dns = "name it by its address, or mend the name server (resolvectl status)"
    if wrong and isinstance(wrong[0], socket.gaierror) and wrong[0].errno == socket.EAI_AGAIN:
        raise ReachError(f"the name server does not answer for {host}", dns)
    if wrong:
        raise ReachError(f"the name {host} is not known", f"is it spelt right? Else {dns}")
    raise ReachError(f"the name server gives no answer for {host} within {timeout_s:.0f} s", dns)


def connect(host: str, port: int, nobody_there: str, timeout_s: float = CONNECT_S) -> Reached:
    """A TCP connection to the first address of a name that answers. `nobody_there`: what to do when it is refused.

    Raises ReachError.
    """
    addresses = resolve(host, port)

    share_s = timeout_s / len(addresses)
    first: ReachError | None = None
    for late, (family, at) in enumerate(addresses):
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.settimeout(share_s)
        began = time.monotonic()
        try:
            sock.connect(at)
        except OSError as error:
            sock.close()
            first = first or _refused(error, "" if at[0] == host else f"{at[0]} ", nobody_there, share_s)
            continue
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Reached(sock, at[0], len(addresses), late, (time.monotonic() - began) * 1000)
    assert first is not None
    raise first


def _refused(error: OSError, address: str, nobody_there: str, timeout_s: float) -> ReachError:
    if isinstance(error, TimeoutError) or error.errno == errno.ETIMEDOUT:
        do = "is the machine on, on this network, and no firewall between (its own too)?"
        return ReachError(f"{address}gives no answer within {timeout_s:.0f} s", do)
    if error.errno == errno.ECONNREFUSED:
        return ReachError(f"{address}refuses: the machine is there, and nothing listens", nobody_there)
    if error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH):
        return ReachError(
            f"{address}cannot be reached: no way leads there", "is the cable in, the Wi-Fi joined, the address right?"
        )
    return ReachError(f"{address}{error.strerror or error}")


def handshake(reached: Reached, context: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    """TLS over the connection. Raises ReachError with the reason of a refusal in words."""
    reached.sock.settimeout(HANDSHAKE_S)
    try:
        secure = context.wrap_socket(reached.sock, server_hostname=host)
    except ssl.SSLCertVerificationError as error:
        refused = _untrusted(error, host)
        refused.theirs = True
        raise refused from None
    except OSError as error:
        raise _no_tls(error) from None
    # With TLS 1.3 a server that does not like our certificate says so only behind the handshake.
    secure.settimeout(0.3)
    try:
        if secure.recv(1) == b"":
            raise ReachError("it hangs up behind the TLS handshake", "does it want a certificate of ours? See its log")
    except TimeoutError:
        pass
    except ssl.SSLError as error:
        raise _no_tls(error) from None
    except OSError as error:
        raise ReachError(f"it ends the connection behind the TLS handshake ({error.strerror or error})") from None
    return secure


def _untrusted(error: ssl.SSLCertVerificationError, host: str) -> ReachError:
    code = error.verify_code
    if code == _EXPIRED:
        return ReachError("its certificate has expired", RENEW)
    if code == _NOT_YET:
        do = "set the clock (timedatectl), or make certificates that hold from 1970 on (wallboardctl pki)"
        return ReachError("by this machine's clock its certificate is not valid yet", do)
    if code in (_HOST, _ADDRESS):
        do = f"name it by a name that the certificate has, or make one for {host} (wallboardctl pki)"
        return ReachError(f"its certificate is for another name than {host}", do)
    if code in (_SELF_SIGNED, _SELF_SIGNED_CHAIN, _NO_ISSUER, _LEAF):
        do = "let ca_file name the ca.crt of the site that made it; after a new CA every board needs the new ca.crt"
        return ReachError("its certificate was signed by an authority that we do not know", do)
    return ReachError(f"its certificate was not accepted: {error.verify_message}")


def _no_tls(error: OSError) -> ReachError:
    reason = (getattr(error, "reason", None) or "").upper()
    if isinstance(error, TimeoutError):
        what = f"it does not answer the TLS handshake within {HANDSHAKE_S:.0f} s"
        return ReachError(what, _WHICH_PORT)
    if "WRONG_VERSION" in reason or "RECORD_LAYER" in reason or "HTTP_REQUEST" in reason:
        return ReachError("it does not speak TLS on this port", "take its port for TLS, or mqtt:// without it")
    if isinstance(error, ssl.SSLError) and (said := certificate_refused(error)):
        return ReachError(
            said, "wallboardctl pki makes one, of the authority that its own settings (mosquitto: cafile) must name"
        )
    if isinstance(error, ssl.SSLEOFError | ConnectionError) or "EOF" in reason:
        return ReachError("it hangs up during the TLS handshake", _WHICH_PORT)
    return ReachError(f"TLS failed: {reason or error.strerror or error}", "see its log")
