"""The AMI user of config/manager.wallboard.conf, filled in; and how it gets into a file that others write in too."""

from __future__ import annotations

import re
from pathlib import Path

import config
from config.regular_file import read_regular
from config.replace_file import replace_file

_MOST_BYTES = 1 << 20
_OLDER = re.compile(r"(?m)^;(?=eventfilter = )")
_NEWER = re.compile(r"(?m)^eventfilter\(.*\n")
_LEADS_IN = re.compile(r"; Only what the bridge looks at .*\n|; Older releases instead:\n")
# The times of events, exact to the ms. (+) goes on with a section that is there, as each manager.conf has it.
_GENERAL = "[general](+)\ntimestampevents = yes\n\n"
_MARK = "; The LED wallboard's bridge, which reads and never writes: `wallboardctl ami` wrote this, and may again.\n"
_END = "; The end of the LED wallboard's.\n"


class AmiUserError(Exception):
    """A file cannot be read or written; one clear line."""


def text(name: str, secret: str, permit: str, *, older: bool) -> str:
    """The lines for manager.conf. `permit`: the one address; `older`: filters as releases before 18.26 read them."""
    shipped = (Path(config.__file__).parent / "manager.wallboard.conf").read_text("utf-8")
    user = shipped[shipped.index("[wallboard]") :].replace("[wallboard]", f"[{name}]", 1)
    for key, value in (("secret", secret), ("permit", f"{permit}/255.255.255.255")):
        line = f"{key} = {value}".replace("\\", r"\\")
        user = re.sub(rf"(?m)^{key} = .*$", line, user)
    user = _LEADS_IN.sub("", user)
    user = _OLDER.sub("", _NEWER.sub("", user)) if older else re.sub(r"(?m)^;eventfilter = .*\n", "", user)
    user = re.sub(r"\n{2,}", "\n", user)
    return f"{_MARK}{_GENERAL}{user.strip()}\n{_END}"


def into(path: Path, name: str, user: str) -> None:
    """Put the user into the file: in the place of what this put there before, else at its end.

    The rest of the file stays to the byte, and so do its owner and mode; a new one has those of manager.conf beside it
    or above. Raises AmiUserError, and leaves the file as it was, where it has a user of that name from somebody else.
    """
    try:
        before = _read(path)
        own = re.compile(re.escape(_MARK) + r".*?" + re.escape(_END), re.DOTALL)
        rest, ours = own.subn("", before)
        if re.search(rf"(?m)^\s*\[{re.escape(name)}\]", rest):
            raise AmiUserError(f"{path} has a user [{name}] already: remove it, or choose another name with --user")
        if ours == 1:
            after = own.sub(lambda _: user, before)
        else:
            after = rest + ("\n" if rest and not rest.endswith("\n") else "") + ("\n" if rest else "") + user
        if after != before:
            _write(path, after)
    except OSError as error:
        hint = "; as root?" if isinstance(error, PermissionError) else ""
        raise AmiUserError(f"{path}: {error.strerror or error}{hint}") from None


def _read(path: Path) -> str:
    if not path.exists():
        return ""
    data = read_regular(path, _MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise AmiUserError(f"{path}: over 1 MiB, which no such file is")
    return data.decode("utf-8", "surrogateescape")


def _write(path: Path, content: str) -> None:
    """Readable for whom manager.conf is; a power cut leaves the PBX its old file or the new one."""
    above = (up / "manager.conf" for up in path.resolve().parents[:2])
    like = next((each for each in above if each.exists()), None)
    data = content.encode("utf-8", "surrogateescape")
    replace_file(path, data, mode=None if like or path.exists() else 0o600, like=like, in_place=True)
