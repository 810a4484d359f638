"""The PBX's own manager.conf, where the bridge runs beside it: what the AMI user may do, to the letter.

Asterisk's format: `[user]`, `[user](template)`, `key = value` or `key => value`, `;` begins a comment, and
`#include FILE`, relative to its folder and with wildcards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from host_bridge.ctl.health.ami_words import AMI, CONF, FILTER, NEEDED, RELOAD
from host_bridge.ctl.health.finding import Finding, NotCheckedError, ok, problem, unknown, warning
from host_bridge.ctl.health.machine import AS_ROOT, Machine

FOLDER = "/etc/asterisk"
# From these on eventfilter(…) is understood; before them it is passed over (Asterisk pull request 874).
NEWER_FORM = {18: 26, 20: 11, 21: 6, 22: 1}
MOST_FILES = 50

Pairs = list[tuple[str, str]]


@dataclass
class Conf:
    """Sections in order, each with its pairs. `unread`: files that we may not read."""

    sections: dict[str, Pairs] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    files: int = 0

    def values(self, section: str, key: str) -> list[str]:
        """All values of a key, in order."""
        return [value for name, value in self.sections.get(section, ()) if name.lower() == key]

    def last(self, section: str, key: str) -> str | None:
        """The value that holds."""
        values = self.values(section, key)
        return values[-1] if values else None


def load(machine: Machine) -> Conf | None:
    """The file with all that it includes; None where there is none. Raises NotCheckedError."""
    text = machine.read(f"{FOLDER}/manager.conf")
    if text is None:
        return None
    conf = Conf()
    _take(machine, conf, text, "")
    return conf


def judge(conf: Conf, username: str, version: str) -> Iterator[Finding]:
    """`version`: of Asterisk, as 22.10.1; "" when it is not known."""
    if username not in conf.sections:
        if conf.unread:
            raise NotCheckedError(f"{', '.join(conf.unread)} may not be read", AS_ROOT)
        do = f"write it: wallboardctl ami --help; {RELOAD}"
        yield problem(AMI, f"{FOLDER}/{CONF} has no user [{username}]", do)
        return
    read = _classes(conf, username, "read")
    missing = [] if "all" in read else [each for each in NEEDED if each not in read]
    if missing:
        do = f"read = {','.join(NEEDED)}; {RELOAD}"
        yield problem(AMI, f"{CONF}: [{username}] may not read {', '.join(missing)}", do)
    else:
        yield ok(AMI, f"{CONF}: [{username}] may read all that it needs")
    write = _classes(conf, username, "write")
    if write:
        yield warning(
            AMI, f"{CONF}: [{username}] has write = {','.join(sorted(write))}, and only reads", "leave it empty"
        )
    if (conf.last("general", "timestampevents") or "no").lower() not in ("yes", "true", "on", "1"):
        do = f"timestampevents = yes; {RELOAD}"
        yield warning(AMI, f"{CONF}: [general] has no timestampevents, so waits are as exact as the network", do)
    yield from _filters(conf, username, version)


def _filters(conf: Conf, username: str, version: str) -> Iterator[Finding]:
    pairs = conf.sections[username]
    newer = [name for name, _ in pairs if name.lower().startswith("eventfilter(")]
    older = conf.values(username, "eventfilter")
    knows = understands(version)
    if not newer and not older:
        do = f"take the lines of manager.wallboard.conf; {RELOAD}"
        yield warning(FILTER, f"{CONF}: [{username}] has none: the PBX sends every event, of use or not", do)
    elif newer and knows is False and not older:
        do = f"take the form at the end of manager.wallboard.conf; {RELOAD}"
        yield warning(FILTER, f"Asterisk {version} passes over eventfilter(…), so that none holds", do)
    elif newer and knows is None:
        what = (
            f"{CONF} has the form of Asterisk 18.26, 20.11, 22.1 and newer; which this is, `asterisk -V` does not tell"
        )
        yield unknown(FILTER, what)
    else:
        form = "newer" if newer else "older"
        yield ok(
            FILTER, f"{CONF}: [{username}] has {len(newer) or len(older)}, of the {form} form, which this release knows"
        )


def understands(version: str) -> bool | None:
    """Whether this Asterisk knows eventfilter(…); None when nobody can tell."""
    found = re.match(r"(\d+)\.(\d+)", version)
    if not found:
        return None
    major, minor = int(found[1]), int(found[2])
    return major > max(NEWER_FORM) or minor >= NEWER_FORM.get(major, 1 << 30)


def version_here(machine: Machine) -> str:
    """`22.10.1` of an Asterisk on this machine; "" when there is none."""
    ran = machine.run("asterisk", "-V")
    found = re.search(r"Asterisk (?:certified[/-])?(\d+\.\d+\S*)", ran.out) if ran else None
    return found[1] if found else ""


def _classes(conf: Conf, username: str, key: str) -> set[str]:
    """The classes of the last line `read` or `write`, which is the one that Asterisk goes by."""
    text = conf.last(username, key) or ""
    return {word.strip().lower() for word in text.split(",") if word.strip()}


def _take(machine: Machine, conf: Conf, text: str, section: str) -> str:
    """Take a file's lines into `conf`; an included file goes on in the section it is included in."""
    conf.files += 1
    for raw in text.splitlines():
        line = _without_comment(raw).strip()
        include = re.match(r'#(?:try)?include\s+["<]?([^">]+)[">]?$', line)
        if include:
            name = include[1].strip()
            for path in machine.glob(name if name.startswith("/") else f"{FOLDER}/{name}"):
                section = _include(machine, conf, str(path), section)
        elif head := re.match(r"\[([^\]]*)\](?:\(([^)]*)\))?", line):
            section = head[1]
            pairs = conf.sections.setdefault(section, [])
            for parent in (head[2] or "").split(","):
                pairs.extend(conf.sections.get(parent.strip(), ()))
        elif "=" in line and section:
            key, value = _pair(line)
            conf.sections[section].append((key, value))
    return section


def _include(machine: Machine, conf: Conf, path: str, section: str) -> str:
    if conf.files >= MOST_FILES:
        return section
    try:
        text = machine.read(path)
    except NotCheckedError:
        conf.unread.append(path)
        return section
    return _take(machine, conf, text or "", section)


def _pair(line: str) -> tuple[str, str]:
    """`key = value` or `key => value`; eventfilter(name(A),header(B)) is a key too."""
    key, _, value = line.partition("=")
    return key.strip(), value.removeprefix(">").strip()


def _without_comment(line: str) -> str:
    """`;` begins a comment unless a backslash stands before it."""
    return re.split(r"(?<!\\);", line, maxsplit=1)[0].replace("\\;", ";")
