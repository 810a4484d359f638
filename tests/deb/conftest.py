"""A clean Debian for these tests, booted with the real systemd; see rig.py for its use."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.deb import prepared, sites, trees
from tests.deb.debs import HANGING, Debs
from tests.deb.rig import Machine
from tests.debian_tree import RigError

Layer = Callable[[str, prepared.Preparation], Path]


@pytest.fixture(scope="session")
def tree_of() -> Callable[[str], Path]:
    """The tree of a release, made when it is missing; skips, with the reason, where the machine cannot run one."""
    try:
        trees.check_machine()
    except RigError as problem:
        pytest.skip(str(problem))
    return lambda suite: trees.tree(suite, lambda line: None)


@pytest.fixture
def new_machine(tree_of: Callable[[str], Path], tmp_path: Path) -> Iterator[Callable[[str], Machine]]:
    """Makes a machine of a release that is not booted yet; each is shut down and removed after the test."""
    made: list[Machine] = []

    def make(suite: str = "trixie") -> Machine:
        made.append(Machine(tree_of(suite), tmp_path / f"machine-{len(made)}"))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def machine(new_machine: Callable[[str], Machine]) -> Machine:
    """A booted Debian 13, which Raspberry Pi OS is made of today."""
    made = new_machine("trixie")
    made.start()
    return made


@pytest.fixture(params=trees.SUITES)
def any_machine(request: pytest.FixtureRequest, new_machine: Callable[[str], Machine]) -> Machine:
    """A booted machine of each release in turn."""
    made = new_machine(request.param)
    made.start()
    return made


@pytest.fixture(scope="session")
def debs(tmp_path_factory: pytest.TempPathFactory) -> Debs:
    """The packages, each built when a test first asks for it."""
    return Debs(tmp_path_factory.mktemp("debs"))


@pytest.fixture(scope="session")
def layer_of(tree_of: Callable[[str], Path], debs: Debs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Layer]:
    """What a preparation has written to a release."""
    made: dict[tuple[str, prepared.Preparation], Path] = {}

    def layer(suite: str, what: prepared.Preparation) -> Path:
        if (suite, what) not in made:
            made[suite, what] = prepared.prepare(tree_of(suite), debs, tmp_path_factory.mktemp(suite), what)
        return made[suite, what]

    yield layer
    for each in made.values():
        shutil.rmtree(each.parent)


@pytest.fixture(scope="session")
def hanging(
    tree_of: Callable[[str], Path], layer_of: Layer, debs: Debs, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Machine, float]]:
    """A board on a new version that hangs, cut off in its trial and switched on again; and when (s since 1970).

    It takes its real minute while other tests run; test_odd_lives.py sees how it ended.
    """
    suite = trees.SUITES[0]
    machine = Machine(tree_of(suite), tmp_path_factory.mktemp("hanging") / "machine", layer_of(suite, prepared.both))
    try:
        machine.start()
        sites.set_up_board(machine)
        machine.sh("systemctl enable --now wallboard")
        sites.install(machine, debs, HANGING, "wallboard-board", patient=True)
        machine.wait_until(lambda: "now I hang" in machine.log("wallboard"), "the new version is tried", 20)
        machine.kill()
        since_s = time.time()
        machine.start(settled=False)
        assert sites.in_use(machine, "board") == f"{HANGING}/board"
        yield machine, since_s
    finally:
        machine.close()


@pytest.fixture
def installed(
    request: pytest.FixtureRequest, tree_of: Callable[[str], Path], layer_of: Layer, tmp_path: Path
) -> Iterator[Machine]:
    """A booted machine with both programs, configured and not started; trixie, or what `request.param` says."""
    yield from _booted(request, tree_of, layer_of, tmp_path, prepared.both)


@pytest.fixture
def bridge_host(
    request: pytest.FixtureRequest, tree_of: Callable[[str], Path], layer_of: Layer, tmp_path: Path
) -> Iterator[Machine]:
    """A booted machine with a bridge at work on a queue_log; trixie, or what `request.param` says."""
    yield from _booted(request, tree_of, layer_of, tmp_path, prepared.bridge)


def _booted(
    request: pytest.FixtureRequest,
    tree_of: Callable[[str], Path],
    layer_of: Layer,
    folder: Path,
    what: prepared.Preparation,
) -> Iterator[Machine]:
    suite = getattr(request, "param", trees.SUITES[0])
    machine = Machine(tree_of(suite), folder / "machine", layer_of(suite, what))
    machine.start()
    yield machine
    machine.close()
