"""The broker: name, TCP, TLS, login, rights, what it keeps, and how fast it is. Nothing is published.

Whether we may write cannot be tried without writing; a bridge that is heard has shown it for itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from config.broker_client import BrokerLogin
from host_bridge.ctl.health import certificates, reach
from host_bridge.ctl.health.finding import Finding, NotCheckedError, ok, problem, warning
from host_bridge.ctl.health.listening import judge, listen
from host_bridge.ctl.health.machine import Machine
from host_bridge.ctl.health.sites import Own
from host_bridge.ctl.site.args import Place
from host_bridge.ctl.site.link import LinkError

BROKER = "broker"
LOOPBACK = ("127.0.0.1", "::1", "localhost")
_HERE = "does the broker run (systemctl status mosquitto), and on this port?"
_NOBODY = "does the broker run there (systemctl status mosquitto), and listen for other machines, not localhost alone?"
_OWN = "it is the bridge's own broker: does the bridge run?"


def broker(machine: Machine, own: Own) -> Iterator[Finding]:
    """All of it, as far as it goes: what rests on a step that failed is not tried."""
    address: BrokerLogin = own.built.mqtt
    where = f"{address.host}:{address.port}"
    embedded = own.bridge is not None and own.bridge.embedded_port is not None
    try:
        nobody = _OWN if embedded else _HERE if address.host in LOOPBACK else _NOBODY
        reached = reach.connect(address.host, address.port, nobody)
    except reach.ReachError as error:
        yield problem(BROKER, f"{where}: {error.what}", error.do)
        return
    with reached.sock:
        yield from _reached(where, reached)
        login = own.login
        if login is None:
            raise NotCheckedError(f"login, rights and latency at {where}: {own.why}", own.do)
        if login.tls is not None:
            try:
                yield from _tls(machine, reached, login)
            except reach.ReachError as error:
                yield problem(BROKER, f"{where}: {error.what}{_shown(login) if error.theirs else ''}", error.do)
                return
    try:
        heard = listen(Place(own.built.site, replace(login, client_id=""), own.path), own.kind)
    except LinkError as error:
        yield problem(BROKER, str(error).removeprefix("broker "), _login_advice(own, str(error)))
        return
    yield ok(BROKER, f"it takes us as {login.username!r}" if login.username else "it takes everybody, without a login")
    if not login.username and not _has_certificate(own) and address.host not in LOOPBACK:
        do = "give each board and the bridge a user of its own: wallboardctl pki writes such a configuration"
        yield warning(BROKER, "anybody on this network may write to the boards", do)
    yield from judge(heard, own)


def _reached(where: str, reached: reach.Reached) -> Iterator[Finding]:
    if reached.late:
        silent = f"the first {reached.late} of its {reached.addresses} addresses do not answer"
        what = f"{where}: {silent}, {reached.address} does"
        yield warning(BROKER, what, "each start takes seconds longer: name it by the address that answers")
    else:
        yield ok(BROKER, f"{where} answers ({reached.address}, {reached.connect_ms:.1f} ms)")


def _tls(machine: Machine, reached: reach.Reached, login: BrokerLogin) -> Iterator[Finding]:
    """Raises ReachError."""
    assert login.tls is not None
    secure = reach.handshake(reached, login.tls, login.host)
    with secure:
        yield ok(BROKER, f"TLS: {secure.version()}, its certificate is good for {login.host}")
        der = secure.getpeercert(binary_form=True)
    if der:
        yield from certificates.validity_of(der, "the broker's", machine.now_s())


def _shown(login: BrokerLogin) -> str:
    """What the certificate that was refused says of itself; "" when it cannot be had again."""
    try:
        reached = reach.connect(login.host, login.port, _NOBODY)
    except reach.ReachError:
        return ""
    with reached.sock:
        shown = certificates.of_server(reached.sock, login.host)
    if shown is None:
        return ""
    names = ", ".join(shown.names[:5]) or "no host"
    since, until = shown.not_before.date(), shown.not_after.date()
    return f" ({shown.name}: for {names}, signed by {shown.issuer}, from {since} until {until})"


def _login_advice(own: Own, text: str) -> str:
    if "refused user" in text or "without a login" in text:
        return f"give {own.path} and the broker's own list the same user and password (mosquitto_passwd)"
    if "does not let us read" in text:
        return "the broker's ACL: wallboardctl pki writes one that fits"
    if "closed the connection" in text:
        return "does this port want TLS (mqtts://)? The broker's own log says why"
    return ""


def _has_certificate(own: Own) -> bool:
    return bool(own.files("mqtt", ("cert_file",)))
