"""The PBX: name, TCP, TLS, AMI; with its manager.conf beside it where the bridge runs on the PBX itself."""

from __future__ import annotations

from collections.abc import Iterator

from host_bridge.ctl.health import ami_words, certificates, manager_conf, reach
from host_bridge.ctl.health.ami import AmiTalkError, talk
from host_bridge.ctl.health.ami_words import AMI
from host_bridge.ctl.health.broker import LOOPBACK
from host_bridge.ctl.health.finding import Finding, NotCheckedError, ok, problem, unknown, warning
from host_bridge.ctl.health.machine import Machine
from host_bridge.ctl.health.sites import Own

_HERE = "is Asterisk running, and its AMI on: enabled = yes in [general] of manager.conf?"
_THERE = f"{_HERE} There too: bindaddr, which must be an address that the bridge reaches, not 127.0.0.1"


def pbx(machine: Machine, own: Own, listen_s: float) -> Iterator[Finding]:
    """All of it, as far as it goes."""
    bridge = own.bridge
    assert bridge is not None
    plain = bridge.ami
    if plain is None:
        yield ok(AMI, "not used: queue_log alone is read")
        return
    known = False
    if plain.host in LOOPBACK:
        try:
            conf = manager_conf.load(machine)
            if conf is not None:
                yield from manager_conf.judge(conf, plain.username, manager_conf.version_here(machine))
                known = True
        except NotCheckedError as error:
            yield unknown(AMI, error.why, error.do)
    where = f"{plain.host}:{plain.port}"
    try:
        reached = reach.connect(plain.host, plain.port, _HERE if plain.host in LOOPBACK else _THERE)
        with reached.sock as sock:
            if reached.late:
                yield warning(
                    AMI, f"{where}: {reached.late} of its addresses do not answer", "name it by the one that does"
                )
            yield ok(AMI, f"{where} answers ({reached.address}, {reached.connect_ms:.1f} ms)")
            whole = own.whole.ami if own.whole else None
            if whole is None:
                raise NotCheckedError(f"login and permissions at {where}: {own.why}", own.do)
            here = str(sock.getsockname()[0])
            if whole.tls is not None:
                secure = reach.handshake(reached, whole.tls, whole.host)
                der = secure.getpeercert(binary_form=True)
                if der:
                    yield from certificates.validity_of(der, "the PBX's", machine.now_s())
                sock = secure
            heard = talk(sock, whole, listen_s)
    except reach.ReachError as error:
        more = "; or has fail2ban shut this machine out?" if "answer" in error.what else ""
        yield problem(AMI, f"{where}: {error.what}", error.do + more)
        return
    except AmiTalkError as error:
        yield problem(AMI, f"{where}: {error}", error.do)
        return
    yield ami_words.login(heard, whole.username, here)
    if heard.refused is None:
        yield from ami_words.judge(heard, bridge.queues, known=known)
