"""mosquitto's settings and access list for a site, as text: for mosquitto 2.0, that of Debian 12 and 13.

Boards are told apart by %u, the user's name, in patterns that hold for everybody: a new board needs its certificate (or
password) and nothing on the broker, so that a card can be made far from it. People and the bridge stand by name, for
what they may beyond that; a name is looked up in a table there, not in the certificate.

What is left out, as it can stop a site: memory_limit (tried with small messages: 2.0.11 ends at the limit, and 2.0.21
does not start again with what it has kept); max_connections (a connection counts before anybody has said who he is);
use_username_as_clientid (wallboardctl may be there twice). message_size_limit is what 2.0.21 wants no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from host_bridge.pki.names import BRIDGE, FIXED, MONITOR, OPERATOR, Role

FOLDER = "/etc/mosquitto/wallboard"  # of all but the settings; mosquitto opens them as its own user
CONF, ACL, PASSWORDS = "wallboard.conf", "acl", "passwords"
TLS_PORT, PLAIN_PORT = 8883, 1883
# Bytes of a packet: the longest payload that boards take (firmware.core.payload), and MQTT's longest topic. One that
# claims more ends its connection before any room is made for it.
MOST_PACKET = 262_144 + 65_535 + 16
MOST_QUEUED = 20_000  # for one client; a board that connects is sent all that is retained: three topics a queue

_READ_BY_ALL = ("bridge/state", "site", "rules/+", "queue/+", "notice")
_OWN: dict[Role, tuple[str, ...]] = {
    BRIDGE: (
        "write bridge/state",
        "readwrite bridge/boards",
        "write site",
        "write rules/+",
        "write queue/+",
        "write notice",
        "read notice/set",
        "read board/+/state",
    ),
    # An empty message to a board's state lets everybody forget it: `wallboardctl boards --forget`.
    OPERATOR: ("read #", "write notice/set", "write board/+/command", "write board/+/state"),
    # What is denied goes before all that is allowed, reading too: so a watcher sees acknowledgements in boards' states.
    MONITOR: ("read #", "deny ack/#", "deny board/{name}/#"),
}
_OF_ROLE = {
    BRIDGE: "the bridge: writes the figures, reads what boards and people answer",
    OPERATOR: "wallboardctl: reads all, orders boards, sets notices, forgets boards",
    MONITOR: "somebody who watches: reads all but acknowledgements, writes nothing",
}

_ACL = """\
# Who may read and write what of the LED wallboard, site {site}: mosquitto's access list, {folder}/acl.
# `wallboardctl pki broker` makes it, and anew when somebody but a board is given a certificate.

# Everybody whom the broker lets in, with the name that his certificate's CN or his login gives (%u): what a board does.
# Of the lines without %u mosquitto remarks at its start that they name nobody: that is meant.
{patterns}
{users}"""
_CONF = """\
# mosquitto's settings for the LED wallboard, site {site}: for mosquitto 2.0 and later, as
# /etc/mosquitto/conf.d/wallboard.conf. `wallboardctl pki broker` makes it. Debian's mosquitto.conf, which says where
# the log and what is retained are kept, reads it there. Other clients of this broker are held to the same access list:
# give them lines of their own in it.

allow_anonymous false
acl_file {folder}/{acl}

# Without it a message and its confirmation take 88 ms, with it less than one.
set_tcp_nodelay true

# Nothing that boards take is longer. Whoever claims to send more is cut off before there is memory for it.
max_packet_size {limit}

# For one client: whoever connects is sent all that is retained, three topics a queue and more.
max_queued_messages {queued}

# Acknowledgements and the states of boards are retained: they outlive a restart of the broker, and a power cut but for
# the last minutes.
persistence true
autosave_interval 300
"""
_TLS = """
# Boards, bridge and people with certificates of the site's own authority. A certificate's CN is the user's name.
listener {port}
cafile {folder}/ca.crt
certfile {folder}/broker.crt
keyfile {folder}/broker.key
crlfile {folder}/crl.pem
tls_version tlsv1.2
require_certificate true
use_identity_as_username true
"""
_PLAIN = """
# Users with passwords, unencrypted: for a network that is yours alone. They are the boards, by their ids, and
# {users}. Each in turn, as root:
#   cd {folder} && touch {passwords} && chown mosquitto: {passwords} acl && chmod 600 {passwords} acl
#   mosquitto_passwd {folder}/{passwords} hall-1 && systemctl reload mosquitto
# (mosquitto_passwd 2.0.21 finds fault with the file's owner, but it is mosquitto that has to read it.)
listener {port}
password_file {folder}/{passwords}
"""


class Listeners(NamedTuple):
    """How one may come in: ports, None where not."""

    tls: int | None = TLS_PORT
    plain: int | None = None


def acl(site: str, clients: Mapping[str, Role]) -> str:
    """The access list. `clients`: who has more rights than a board, beyond those of names.FIXED."""
    prefix = f"wallboard/{site}/"
    patterns = [f"pattern read {prefix}{each}" for each in _READ_BY_ALL]
    patterns += [f"pattern readwrite {prefix}ack/+/+"]
    patterns += [f"pattern read {prefix}board/%u/command", f"pattern write {prefix}board/%u/state"]
    users = ""
    for name, role in {**FIXED, **dict(sorted(clients.items()))}.items():
        users += f"\n# {_OF_ROLE[role]}\nuser {name}\n"
        for line in _OWN[role]:
            access, topic = line.format(name=name).split(" ")
            users += f"topic {access} {prefix}{topic}\n"
    return _ACL.format(site=site, folder=FOLDER, patterns="\n".join(patterns), users=users)


def conf(site: str, listeners: Listeners, folder: str = FOLDER) -> str:
    """The settings."""
    made = _CONF.format(site=site, folder=folder, acl=ACL, limit=MOST_PACKET, queued=MOST_QUEUED)
    if listeners.tls is not None:
        made += _TLS.format(folder=folder, port=listeners.tls)
    if listeners.plain is not None:
        users = ", ".join(FIXED)
        made += _PLAIN.format(folder=folder, port=listeners.plain, passwords=PASSWORDS, users=users)
    return made
