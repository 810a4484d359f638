"""The steps of `wallboardctl pki`, each with what it says: what was made, where it lies, and what comes next."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from firmware.core.printable import unprintable
from firmware.core.spelling import shown
from host_bridge.pki import broker_files, mosquitto
from host_bridge.pki.folder import Files, Folder, Issued
from host_bridge.pki.mosquitto import Listeners
from host_bridge.pki.names import BOARD, BRIDGE, BROKER, FIXED, MONITOR, OPERATOR, PkiError, WrongNameError
from host_bridge.pki.site import Pki

_RESTART = "then, on the broker's host:  systemctl restart mosquitto"
_TO_BROKER = f"next: wallboardctl pki broker --out /etc/mosquitto; {_RESTART}"


class Done(NamedTuple):
    """What became of a name: `what` for people, `made` whether anything was."""

    name: str
    made: bool
    what: str
    files: Files | None


def run(args: argparse.Namespace) -> int:
    """One step. Raises PkiError."""
    now = dt.datetime.now(dt.UTC)
    steps = {
        "init": _init, "broker": _broker, "board": _board, "client": _client,
        "list": _list, "renew": _renew, "revoke": _revoke,
    }  # fmt: skip
    return steps[args.step](args, now)


def _init(args: argparse.Namespace, now: dt.datetime) -> int:
    pki, made = Pki.create(args.pki, args.site, now)
    until = _day(pki.folder.ca.not_valid_after_utc)
    done = [Done("ca", made, f"the authority of the site {args.site}, until {until}: {args.pki / 'ca.crt'}", None)]
    files, made = pki.broker(args.broker, now)
    hosts = ", ".join(map(str, pki.folder.hosts()))
    done.append(Done(BROKER, made, f"broker, reached as {hosts}: {files.cert}", files))
    for name, role in FIXED.items():
        if role in (BRIDGE, OPERATOR):
            files, made = pki.give(name, role, now)
            done.append(Done(name, made, f"{name} ({role}): {files.cert}", files))
    key = f"{args.pki / 'ca.key'} signs for the whole site: keep a copy of the folder, on no board and on no broker"
    return _tell(args, done, key, _TO_BROKER)


def _broker(args: argparse.Namespace, now: dt.datetime) -> int:
    pki = Pki(Folder(args.pki))
    listeners = Listeners(args.port or mosquitto.TLS_PORT, args.passwords)
    if listeners.tls == listeners.plain:
        raise WrongNameError(f"--passwords {listeners.plain}: that is mqtts's own port, expected another")
    if args.at is not None and (not args.at.startswith("/") or any(map(unprintable, args.at))):
        raise WrongNameError(f"--at {shown(args.at)}: expected a folder from / on, as the broker's host has it")
    written = broker_files.write(pki, args.out, listeners, args.at or mosquitto.FOLDER)
    if args.json:
        print(json.dumps({key: list(map(str, getattr(written, key))) for key in ("changed", "kept")}))
        return 0
    print("\n".join(f"wrote {path}" for path in written.changed) or f"{args.out} is as it should be")
    for path in written.kept:
        print(f"what was there before is {path}")
    own = args.at or mosquitto.FOLDER
    in_place = (args.out / broker_files.OWN_FOLDER).resolve() == Path(own).resolve()
    if written.changed and not (in_place and written.owned):
        print(f"next, on the broker's host: copy both folders of {args.out} into /etc/mosquitto, and as root")
        print(f"  chown -R mosquitto: {own} && chmod 600 {own}/acl {own}/broker.key && systemctl restart mosquitto")
    elif written.changed:
        print("next: systemctl restart mosquitto")
    return 0


def _board(args: argparse.Namespace, now: dt.datetime) -> int:
    pki = Pki(Folder(args.pki))
    return _tell(args, [_given(pki, name, BOARD, now) for name in args.names])


def _client(args: argparse.Namespace, now: dt.datetime) -> int:
    pki = Pki(Folder(args.pki))
    usual = MONITOR if args.read_only else OPERATOR
    done = [_given(pki, name, FIXED.get(name, usual), now) for name in args.names]
    others = any(each.made and each.name not in FIXED for each in done)
    return _tell(args, done, *([f"the access list has to know them; {_TO_BROKER}"] if others else []))


def _list(args: argparse.Namespace, now: dt.datetime) -> int:
    pki = Pki(Folder(args.pki))
    broken: set[str] = set()
    issued = pki.issued(broken)
    for error in sorted(broken):
        print(f"wallboardctl pki list: {error}", file=sys.stderr)
    code = 1 if broken else 0
    if args.json:
        print(json.dumps([_as_json(each, now) for each in issued], ensure_ascii=False, indent=2))
        return code
    until = pki.folder.ca.not_valid_after_utc
    print(f"site {pki.folder.site}: authority until {_day(until)}, {_left(until, now)}")
    width = max((len(each.name) for each in issued), default=0)
    for each in issued:
        if each.revoked is not None:
            state = f"revoked on {_day(each.revoked)}"
        else:
            older = "" if each.files else "; older, and still good: pki revoke --older"
            state = f"until {_day(each.until)}, {_left(each.until, now)}{older}"
        hosts = f"  ({', '.join(map(str, each.hosts))})" if each.hosts else ""
        print(f"  {each.name:{width}}  {each.role:8}  {state}{hosts}")
    return code


def _renew(args: argparse.Namespace, now: dt.datetime) -> int:
    pki = Pki(Folder(args.pki))
    if args.new_key and not args.names:
        raise PkiError("--new-key: name those who are to have another key")
    soon = now + dt.timedelta(days=args.within)
    names = args.names or [each.name for each in pki.issued() if each.files and each.until < soon]
    done = []
    for name in dict.fromkeys(names):
        before = pki.renew(name, now, new_key=args.new_key)
        files = pki.folder.files(name, before.role)
        what = f"{name} ({before.role}), whose last one ends on {_day(before.until)}: {files.cert}"
        done.append(Done(name, True, what, files))
    if not done and not args.json:
        print(f"none ends within {args.within} days")
    elsewhere = any(each.name != BROKER for each in done)
    hints = ["next: put the new file in the place of the old one, on the board or host that uses it"] * elsewhere
    return _tell(args, done, *hints, *([_TO_BROKER] if BROKER in names else []))


def _revoke(args: argparse.Namespace, now: dt.datetime) -> int:
    pki = Pki(Folder(args.pki))
    done = []
    for name in dict.fromkeys(args.names):
        gone = pki.revoke(name, now, older=args.older)
        count = f"{len(gone)} certificate{'s' * (len(gone) != 1)}"
        done.append(Done(name, bool(gone), f"{count} revoked" if gone else "nothing left to revoke", None))
    if args.json:
        return _tell(args, done)
    for each in done:
        print(f"{each.name}: {each.what}")
    # mosquitto 2.0.11 and 2.0.21 read the list at a reload too, but let who is connected stay until they start anew.
    print(f"it holds from when the broker has the new list on: {_TO_BROKER.removeprefix('next: ')}")
    return 0


def _given(pki: Pki, name: str, role: str, now: dt.datetime) -> Done:
    files, made = pki.give(name, role, now)
    return Done(name, made, f"{name} ({role}): {files.cert}", files)


def _tell(args: argparse.Namespace, done: Sequence[Done], *hints: str) -> int:
    if args.json:
        rows = [{"name": each.name, "made": each.made, "files": _paths(each.files)} for each in done]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return 0
    for each in done:
        print(f"{'made' if each.made else 'there already'}: {each.what}")
    for hint in hints if any(each.made for each in done) else ():
        print(hint)
    return 0


def _as_json(each: Issued, now: dt.datetime) -> dict[str, Any]:
    return {
        "name": each.name,
        "role": each.role,
        "until": each.until.isoformat(),
        "days_left": (each.until - now).days,
        "serial": f"{each.serial:x}",
        "revoked": each.revoked.isoformat() if each.revoked else None,
        "hosts": list(map(str, each.hosts)),
        "files": _paths(each.files),
    }


def _paths(files: Files | None) -> dict[str, str] | None:
    return None if files is None else {key: str(path) for key, path in files._asdict().items()}


def _left(until: dt.datetime, now: dt.datetime) -> str:
    days = (until - now).days
    return f"{days} days left" if until > now else f"ended {-days - 1} days ago"


def _day(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%d}"
