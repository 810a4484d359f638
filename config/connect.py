"""What bridge.yaml and board.yaml both say of a connection: the broker's URL, secrets, certificates.

Secrets come from a file or an environment variable, never from YAML: settings files get copied, mailed and committed.
credentials.py opens those files.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from config import json_parts, json_schema
from config.described import Described, Schema, SchemaOf
from config.json_patterns import whole, word
from config.section import Section
from config.yaml_file import Problem
from firmware.core.check import Field, Kind, Problems, Record, Text
from firmware.core.spelling import one_line

MAX_HOST = 255
EMBEDDED = "embedded"

FILE = Text(1000)
SECRETS = ("password_file", "password_env")
CERTIFICATES = ("ca_file", "cert_file", "key_file")
TWO_SECRETS = "both password_file and password_env, expected one of them"
_BOTH = {"cert_file": ["key_file"], "key_file": ["cert_file"]}
NO_TLS = "of use with mqtts:// alone, expected such a URL, or no certificates"


def secret_fields(example: str) -> tuple[Field, ...]:
    """The two ways to name a password; `example` is a file's name."""
    return (
        Described("password_file", FILE, doc="the file whose first line is the password", example=example),
        Described(
            "password_env",
            Text(200),
            doc="or the environment variable that holds the password",
            example="WALLBOARD_PASSWORD",
        ),
    )


OWN_CERTIFICATE = (
    Described(
        "cert_file",
        FILE,
        doc="with mqtts://, the PEM file of our own certificate, if the broker wants one",
        example="client.crt",
    ),
    Described("key_file", FILE, doc="the PEM file of the key of cert_file", example="client.key"),
)
TLS_FIELDS = (
    Described(
        "ca_file",
        FILE,
        doc="with mqtts://, the PEM file of the authority that signed the broker's certificate, if it is your own",
        example="ca.crt",
    ),
    *OWN_CERTIFICATE,
)


class Address(NamedTuple):
    """Where a broker is; host "" stands for the embedded one."""

    host: str
    port: int | None
    tls: bool


class Host(Text):
    """A host's name or address. A name that no resolver could take is refused here, with its place."""

    def __init__(self) -> None:
        super().__init__(MAX_HOST, without="/ ")

    def expected(self) -> str:
        return "the name or address of a host"

    def read(self, value: Any, path: tuple[str | int, ...], problems: Problems) -> str | None:
        host = super().read(value, path, problems)
        if host is None or _is_host(host):
            return host
        self.refuse(value, path, problems)
        return None


def _is_host(name: str) -> bool:
    try:
        name.encode("idna")  # as the socket module does with every name; an empty or long label is an error there
    except UnicodeError:
        return False
    return True


def _address(text: str) -> tuple[Address | None, bool]:
    """(where the broker of a URL is, None when that is no such URL; whether a login stands in it)."""
    try:
        url = urlsplit(text)
        host, port = url.hostname, url.port
    except ValueError:  # a port that is no number, a bracket left open
        return None, False
    if url.username is not None or url.password is not None:
        return None, True
    more = url.path.strip("/") or url.query or url.fragment
    if not (host and _is_host(host) and port != 0 and url.scheme in ("mqtt", "mqtts")) or more:
        return None, False
    tls = url.scheme == "mqtts"
    return Address(host, port or (8883 if tls else 1883), tls), False


class BrokerUrl(Kind):
    """`mqtt://host`, `mqtts://host:8883`, or `embedded` where that is allowed → Address."""

    def __init__(self, *, embedded: bool = False) -> None:
        self.embedded = embedded

    def expected(self) -> str:
        return f"mqtt://HOST, mqtts://HOST:PORT{' or embedded' if self.embedded else ''}"

    def read(self, value: Any, path: tuple[str | int, ...], problems: Problems) -> Address | None:
        if value == EMBEDDED and self.embedded:
            return Address("", None, False)
        if isinstance(value, str):
            address, has_login = _address(value)
            if has_login:
                problems.add(path, "a login in the URL, expected mqtt.username and mqtt.password_file instead")
                return None
            if address is not None:
                return address
        self.refuse(value, path, problems, self._hint(value) if isinstance(value, str) else "")
        return None

    def _hint(self, text: str) -> str:
        """What was meant by `broker`, `tcp://broker:1883` or `Embedded`."""
        if self.embedded and text.strip().lower() == EMBEDDED:
            return f"; did you mean '{EMBEDDED}'?"
        if text.strip().lower() == EMBEDDED:
            return ": the bridge's own broker is mqtt://127.0.0.1, for boards on its machine alone"
        secure = text.lower().startswith(("mqtts", "ssl", "tls"))
        meant = f"{'mqtts' if secure else 'mqtt'}://{re.sub('^[A-Za-z]+:/*', '', text.strip()).strip('/')}"
        return f"; did you mean '{one_line(meant, 60)}'?" if _address(meant)[0] else ""

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        scheme, host, port = word("mqtt", any_case=True) + "[Ss]?", r"(?:\[[^\]@]*\]|[^/?#@:\[\]]+)", whole(1, 65535)
        made = json_parts.words(self, f"{scheme}://{host}(?::(?:{port})?)?[/?#]*")
        if self.embedded:
            made["pattern"] += f"|^{EMBEDDED}$"
        return made


class Login(Record):
    """A section of who logs in at the broker, with no word of where that is."""

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        """What login_contradictions() tells, so far as a schema can."""
        secret = {"anyOf": [json_parts.given(name) for name in SECRETS]}
        rules = [
            json_parts.when(json_parts.given(SECRETS[0]), json_parts.without(SECRETS[1:], TWO_SECRETS)),
            json_parts.when(secret, json_parts.given("username")),
        ]
        return json_schema.record(self, schema_of) | {"allOf": rules, "dependencies": _BOTH}


class Mqtt(Record):
    """A section `mqtt`: the broker."""

    def __init__(self, *more: Field, embedded: bool = False) -> None:
        """`more`: keys of this file alone."""
        url = BrokerUrl(embedded=embedded)
        about = "the broker; its port is 1883, or 8883 with mqtts, unless given"
        super().__init__(
            (
                Described("url", url, required=True, doc=about, example="mqtt://192.0.2.20"),
                Described("username", Text(200), doc="the user's name, if the broker wants one", example="wallboard"),
                *secret_fields("mqtt.secret"),
                *TLS_FIELDS,
                *more,
            )
        )

    def json_schema(self, schema_of: SchemaOf) -> Schema:
        """What contradictions() tells, so far as a schema can."""
        elsewhere = {"not": {"const": EMBEDDED}}
        secret = {"anyOf": [json_parts.given(name) for name in SECRETS]}
        tls = {"pattern": "^\\s*" + word("mqtts:", any_case=True)}
        rules = [
            json_parts.when(json_parts.given(SECRETS[0]), json_parts.without(SECRETS[1:], TWO_SECRETS)),
            json_parts.when(json_parts.given("url", elsewhere) | secret, json_parts.given("username")),
            json_parts.when(json_parts.given("url", {"not": tls}), json_parts.without(CERTIFICATES, NO_TLS)),
        ]
        return json_schema.record(self, schema_of) | {"allOf": rules, "dependencies": _BOTH}


def contradictions(mqtt: Section) -> list[Problem]:
    """What each key of a section `mqtt` alone cannot tell; a login of the embedded broker is the bridge's matter."""
    address: Address | None = mqtt["url"]
    return login_contradictions(mqtt, address)


def login_contradictions(login: Section, address: Address | None) -> list[Problem]:
    """The same for who logs in at a broker; `address` None: nobody can tell where it is."""
    found: list[Problem] = []
    if (login["password_file"] or login["password_env"]) and not login.given("username") and address and address.host:
        found.append((login.at("username"), "missing, expected the user that the password belongs to"))
    found.extend((login.at(key), NO_TLS) for key in CERTIFICATES if login[key] and address and not address.tls)
    for one, other in (("cert_file", "key_file"), ("key_file", "cert_file")):
        if login[one] and not login.given(other):
            found.append((login.at(one), f"given without {other}, expected both"))
    return found + two_secrets(login)


def two_secrets(section: Section) -> list[Problem]:
    """A section that names its password twice."""
    if section.given("password_file") and section.given("password_env"):
        return [(section.at("password_env"), TWO_SECRETS)]
    return []
