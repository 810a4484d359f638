"""The work of `wallboardctl check`: which kind each file is, what is wrong in it, and what is odd once nothing is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from config.mistakes import Mistake, Place
from config.yaml_file import ConfigError, Problem, YamlFile, load
from firmware.core.check import Record, read
from firmware.pi import settings as board_settings
from firmware.pi import settings_schema as board_schema
from host_bridge import settings as bridge_settings
from host_bridge import settings_schema as bridge_schema
from host_bridge import thresholds
from host_bridge.ctl.checks import labels as check_labels
from host_bridge.ctl.checks import site as check_site
from host_bridge.thresholds import schema as thresholds_schema
from host_bridge.thresholds.odd import odd
from hw import pins_clash
from hw.pins import mappings


class _Kind(NamedTuple):
    schema: Record
    build: Callable[[YamlFile, Path, bool], Any]


KINDS = {
    "bridge": _Kind(
        bridge_schema.SCHEMA, lambda file, folder, secrets: bridge_settings.build(file, folder, secrets=secrets)
    ),
    "board": _Kind(
        board_schema.SCHEMA, lambda file, folder, secrets: board_settings.build(file, folder, secrets=secrets)
    ),
    "thresholds": _Kind(thresholds_schema.SCHEMA, lambda file, folder, secrets: thresholds.build(file)),
}


@dataclass
class Checked:
    """One file: what it is (None: nobody can tell), what it comes to (None: it is wrong), and what was found."""

    path: Path
    kind: str | None
    file: YamlFile | None = None
    built: Any = None
    errors: list[Mistake] = field(default_factory=list)
    warnings: list[Mistake] = field(default_factory=list)


def check(
    paths: Sequence[Path], *, kind: str | None = None, secrets: bool = False, bridge: Path | None = None
) -> tuple[list[Checked], list[str]]:
    """Each file, and what could not be looked at, a line each. `bridge`: the bridge.yaml whose PBX has the queues."""
    found = [_checked(path, kind, secrets) for path in paths]
    notes: list[str] = []
    among = next((each for each in found if each.kind == "bridge" and each.built), None)
    named = check_site.Bridge(among.path, among.built) if among else None
    if bridge is not None:
        asked = _checked(bridge, "bridge", False)
        named = check_site.Bridge(bridge, asked.built) if asked.built else None
        if asked.errors:
            found.append(asked)  # who names it wants to hear of it
    told: dict[Path, frozenset[str]] = {}  # bridge.yaml → the PBX's queues: one look at each, whatever it came to

    def queues(of: check_site.Bridge | None) -> frozenset[str]:
        if of is None:
            return frozenset()
        if of.path not in told:
            told[of.path], why = check_site.queues_of(of)
            if why:
                notes.append(f"which queues the PBX has is not known: {of.path.name}: {why}")
        return told[of.path]

    for each in found:
        if each.file is None or each.built is None:
            continue
        own = named
        if each.kind == "bridge":
            own = check_site.Bridge(each.path, each.built)
        elif each.kind == "thresholds" and named is None and bridge is None:
            own = check_site.beside(each.path)
        each.warnings = [*getattr(each.built, "loose", ()), *each.file.warnings(_odd(each, own, queues))]
    _same_site(found)
    return found, notes


def _odd(
    checked: Checked, bridge: check_site.Bridge | None, queues: Callable[[check_site.Bridge | None], frozenset[str]]
) -> list[Problem]:
    file, built = checked.file, checked.built
    assert file is not None
    if checked.kind == "thresholds":
        own = [*odd(file, built), *check_labels.odd_labels(file, built)]
        return [*own, *check_site.odd_in_thresholds(file, built, bridge, queues(bridge))]
    if checked.kind == "bridge":
        listed = queues(bridge) if built.queues else frozenset()
        return list(check_site.odd_in_bridge(file, built, listed))
    found = [*check_site.odd_url(file, built.mqtt.port), *_odd_pins(built)]
    if built.queues:
        found += check_site.odd_board_queues(file, queues(bridge), bridge)
    return found


def _odd_pins(built: board_settings.BoardSettings) -> list[Problem]:
    """What works on its pin, and not as it should."""
    gpios = {"buzzer": built.buzzer_gpio, "button": built.button_gpio}
    given = {who: gpio for who, gpio in gpios.items() if gpio is not None}
    found = pins_clash.odd(mappings()[built.panel.hardware_mapping], built.panel.parallel, given)
    return [((clash.who, "gpio"), clash.message) for clash in found]


def _checked(path: Path, kind: str | None, secrets: bool) -> Checked:
    checked = Checked(path, kind)
    try:
        checked.file = load(path)
        checked.kind = kind or _kind_of(checked.file, path)
        if checked.kind is None:
            raise ConfigError([Mistake(str(path), Place(1, 1), "", _no_kind(checked.file))])
        checked.built = KINDS[checked.kind].build(checked.file, path.parent, secrets)
        if secrets and checked.kind == "bridge" and not checked.built.thresholds.is_file():
            missing = f"{checked.built.thresholds} is not there, expected the supervisors' file"
            checked.file.refuse([(("thresholds",), missing)])
    except ConfigError as error:
        checked.errors = error.mistakes
    return checked


def _no_kind(file: YamlFile) -> str:
    """Why nobody can tell what the file is."""
    if not file.data:
        return "nothing stands in this file"
    if not isinstance(file.data, dict):
        return "this is no settings file: expected lines like  key: value"
    return "which kind of file is this? No key is one of bridge, board or thresholds: use --kind"


def _kind_of(file: YamlFile, path: Path) -> str | None:
    """The kind with most of the file's keys; between equals the file's name decides, then where fewest are wrong."""
    keys = {key.lower() for key in file.data} if isinstance(file.data, dict) else set()
    shared = {name: len(keys & {field.name for field in kind.schema.fields}) for name, kind in KINDS.items()}
    named = [name for name in KINDS if name in path.name.lower()]
    best = max(shared.values())
    likely = [name for name, count in shared.items() if count == best and (best or name in named)]
    if len(likely) > 1 and not set(likely) & set(named):
        likely.sort(key=lambda name: len(read(KINDS[name].schema, file.data)[1]))
    return next((name for name in likely if name in named), likely[0] if likely else None)


def _same_site(found: list[Checked]) -> None:
    """Boards that are for another site than the bridge beside them, and two that bear one name."""
    bridges = {each.built.site: each for each in found if each.kind == "bridge" and each.built}
    boards: dict[tuple[str, str], Path] = {}
    for each in found:
        if each.kind != "board" or each.built is None or each.file is None:
            continue
        odd_here: list[Problem] = []
        if bridges and each.built.site not in bridges:
            site, other = next(iter(bridges.items()))
            named = f"{other.path.name} is of the site {site!r}"
            odd_here.append((("site",), f"{each.built.site!r}, but {named}: the board would hear nothing"))
        first = boards.setdefault((each.built.site, each.built.board), each.path)
        if first != each.path:
            message = f"{each.built.board!r} is the name of the board in {first.name} too: give it another"
            odd_here.append((("board",), message))
        each.warnings += each.file.warnings(odd_here)
