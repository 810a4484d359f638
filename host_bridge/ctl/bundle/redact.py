"""Takes secrets out of a text: by value, those that are known, and by shape, those that nobody knew of.

redactor = Redactor(known(machine, settings, os.environ))
text = redactor.clean(text)          # and redactor.removed counts
redactor.leaks(text)                 # after all: is one of them still there?
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from urllib.parse import quote

from host_bridge.ctl.bundle.secrets import KEY, QUOTED

REMOVED = "[removed]"
NUMBER = "[number]"

_KEY_BLOCK = re.compile(r"-----BEGIN [^-\n]*PRIVATE KEY-----.*?(?:-----END [^-\n]*PRIVATE KEY-----|\Z)", re.DOTALL)
# A password may have a slash or an @ of its own, whatever the rules for addresses say.
_LOGIN = re.compile(r"([a-zA-Z][\w+.-]*://)(?:[^\s/@:\"']*:[^\s\"',}]*|[^\s/@]+)@")
_BEARER = re.compile(r"(?i)\b(authorization\s*[:=]\s*)(?:basic|bearer|digest)\s+\S+")
# `password: x`, `"psk"="x"`, `secret => x`; of password_file and the like the value is a name, and stays.
_VALUE = rf"(?:[&!]\S+[ \t]+)*(?:{QUOTED}|[^\s,;}}\"']+)"
# The same as a line of YAML: all that stands behind it is the value, and so is what is indented more than it, be it a
# secret of many lines. In a list that takes what stands beside it too.
_BLOCK = re.compile(
    rf"""(?im)^(?P<indent>[ \t]*)(?P<name>(?:-[ \t]+)*["']?[\w.-]*{KEY}[\w-]*["']?[ \t]*:)(?=[ \t\r]|$)[^\n]*"""
    r"(?:\n(?:[ \t]*\r?$|(?P=indent)[ \t]+[^\n]*))*"
)
_ASSIGNED = re.compile(rf"(?i)(?<![\w.-])([\w.-]*{KEY}[\w-]*)([\"']?\s*(?:=>|[=:])\s*){_VALUE}")
# `"NAME=a value with blanks"`, as drop-ins of systemd write it.
_QUOTED = re.compile(rf"(?i)([\"'])([\w.-]*{KEY}[\w-]*(?<!_file)(?<!_env)=)(?:(?!\1)[^\n])+\1")
# What follows an option: `--password x` of anybody, `-P x` of mosquitto's tools, `-u name:x` of curl.
_OPTION = re.compile(
    rf"(?i)((?:\bmosquitto_\w+\b[^\n]*?\s-P|\bcurl\b[^\n]*?\s(?:-u|--user)|(?<!\S)--(?:[\w-]*{KEY}[\w-]*|pw)(?<!file)"
    rf"(?<!env))[ \t]+)(?![-\s]|\[removed\]){_VALUE}"
)
# What somebody has noted beside his settings: `# the password is x`.
_PROSE = re.compile(rf"(?i)({KEY}[ \t]+(?:is|was|=|הוא|היא)[ \t]+)(?!\[removed\])\S+")
_NAMES = ("_file", "_env")
_DIGEST = re.compile(r"(?i)\b(key\s*[:=]\s*)[0-9a-f]{32}\b")  # AMI's answer to a challenge
# A caller's number, in a log: seven digits or more, as people write them. Times and versions have other marks between.
_PHONE = re.compile(r"(?<![\w./-])(?!\d{4}-\d\d-\d\d)\+?\d(?:[ -]?\d){6,14}(?![\w:/-]|\.\d)")
# A telephone that is a number, as a channel or an interface: PJSIP/0501234567-0000001f, Local/0501234567@from-queue.
_CHANNEL = re.compile(r"(?i)\b((?:PJSIP|SIP|IAX2|Local|DAHDI|SCCP|Dongle|Motif|Agent)/)\+?\d{7,15}(?!\d)")


class Redactor:
    """`secrets`: values that must not stand anywhere, in the forms that programs write them in."""

    def __init__(self, secrets: Iterable[str]) -> None:
        self.removed = 0
        """How many places were made unreadable."""
        forms = {form for secret in secrets for form in _forms(secret)}
        self._known = _any_of(forms)

    def clean(self, text: str, *, log: bool = False) -> str:
        """The text without them. `log`: also without what may be a caller's number."""
        for pattern, by in (
            (_KEY_BLOCK, REMOVED),
            (_LOGIN, rf"\g<1>{REMOVED}@"),
            (_BEARER, rf"\g<1>{REMOVED}"),
            (_DIGEST, rf"\g<1>{REMOVED}"),
        ):
            text, count = pattern.subn(by, text)
            self.removed += count
        if self._known is not None:  # before a shape takes half of one away
            text, count = self._known.subn(REMOVED, text)
            self.removed += count
        text = _BLOCK.sub(self._block, text)
        text = _ASSIGNED.sub(self._assigned, text)
        numbers = ((_PHONE, NUMBER), (_CHANNEL, rf"\g<1>{NUMBER}"))
        for pattern, by in (
            (_QUOTED, rf"\g<1>\g<2>{REMOVED}\g<1>"),
            (_OPTION, rf"\g<1>{REMOVED}"),
            *(numbers if log else ((_PROSE, rf"\g<1>{REMOVED}"),)),
        ):
            text, count = pattern.subn(by, text)
            self.removed += count
        return text

    def _assigned(self, found: re.Match[str]) -> str:
        if found[1].lower().endswith(_NAMES) or found[0].endswith(REMOVED):
            return found[0]
        self.removed += 1
        return f"{found[1]}{found[2]}{REMOVED}"

    def _block(self, found: re.Match[str]) -> str:
        named = found["name"].rstrip(":").rstrip(" \t\"'").lower().endswith(_NAMES)
        if named or re.fullmatch(rf"[ \t]*(?:{re.escape(REMOVED)})?\s*", found[0][found.end("name") - found.start() :]):
            return found[0]
        self.removed += 1
        blank = found[0][len(found[0].rstrip()) :]  # the lines after it stay where they were
        return f"{found['indent']}{found['name']} {REMOVED}{blank}"

    def leaks(self, text: str) -> bool:
        """Whether a known secret is in it."""
        return self._known is not None and self._known.search(text) is not None


def without_comments(text: str) -> str:
    """A settings file whose comments are empty: they hold whatever people noted, names and numbers too. Lines stay."""
    return "\n".join(map(_without_comment, text.split("\n")))


def _without_comment(line: str) -> str:
    """A # begins one at the start or behind a blank, and not between quotes, which open behind a mark or a blank."""
    quote = ""
    for place, char in enumerate(line):
        before = line[place - 1] if place else " "
        if quote:
            escapes = place - len(line[:place].rstrip("\\")) if quote == '"' else 0
            if char == quote and escapes % 2 == 0:
                quote = ""
        elif char in "\"'" and before in " \t[{,:":
            quote = char
        elif char == "#" and before in " \t":
            return f"{line[:place]}# …"
    return line


def _forms(secret: str) -> set[str]:
    """As it stands, in a URL, in JSON, in base64 and in hexadecimal digits."""
    raw = secret.encode()
    coded = base64.b64encode(raw).decode().rstrip("=")
    escaped = secret.replace("\\", "\\\\").replace('"', '\\"')
    return {secret, quote(secret, safe=""), escaped, coded if len(coded) > 7 else secret, raw.hex()}


def _any_of(forms: Iterable[str]) -> re.Pattern[str] | None:
    """The longest first; a short one only as a word of its own, lest `main` go out of `domain`."""
    parts = []
    for form in sorted(forms, key=len, reverse=True):
        part = re.escape(form)
        parts.append(part if len(form) > 7 else rf"(?<![\w]){part}(?![\w])")
    return re.compile("|".join(parts)) if parts else None
