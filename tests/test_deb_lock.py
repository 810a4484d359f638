"""The pinned wheels of the packages fit what pyproject.toml asks for: who adds a library renews the lock."""

from __future__ import annotations

from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from hw.deb.build import debian_version
from hw.deb.lock import TOOLS, LockError, lock_file, read_lock, tag
from hw.deb.packages import ARCHITECTURES, BOARD, BRIDGE, PACKAGES, PYTHONS, Package, requirements

EVERY = [
    pytest.param(package, architecture, python, id=f"{package.role}-{architecture}-{python}")
    for package in PACKAGES
    for architecture in ARCHITECTURES
    for python in PYTHONS
]


@pytest.mark.parametrize(("package", "architecture", "python"), EVERY)
def test_each_library_is_pinned_as_pyproject_wants_it(package: Package, architecture: str, python: str) -> None:
    pins = {canonicalize_name(pin.name): pin for pin in read_lock(lock_file(package, architecture, python))}
    for wanted in map(Requirement, requirements(package, architecture)):
        pin = pins.get(canonicalize_name(wanted.name))
        assert pin is not None, f"{wanted.name} is not pinned: make deb-lock"
        assert wanted.specifier.contains(pin.version), f"{pin.name} {pin.version} is not {wanted}: make deb-lock"


@pytest.mark.parametrize(("package", "architecture", "python"), EVERY)
def test_each_wheel_is_for_that_machine_and_python(package: Package, architecture: str, python: str) -> None:
    for pin in read_lock(lock_file(package, architecture, python)):
        name, version, _, tags = parse_wheel_filename(pin.file)
        assert name == canonicalize_name(pin.name) and str(version) == pin.version
        platforms = {each.platform for each in tags}
        assert platforms == {"any"} or platforms & set(ARCHITECTURES[architecture]), pin.file
        if platforms != {"any"}:
            kinds = {(each.interpreter, each.abi) for each in tags}
            assert {(tag(python), tag(python))} == kinds or {abi for _, abi in kinds} == {"abi3"}, pin.file


def test_what_must_not_be_in_a_package_is_pinned_nowhere() -> None:
    for package in PACKAGES:
        for architecture in ARCHITECTURES:
            for python in PYTHONS:
                names = {pin.name.lower() for pin in read_lock(lock_file(package, architecture, python))}
                assert not names & {"lgpio", "rgbmatrix", "amqtt", "pip", "setuptools"}
                # numpy and what it is for, where there are no LEDs to show
                assert ("numpy" in names) == (package is BOARD and architecture == "amd64")
                assert ("gpiozero" in names) == (package is BOARD)
    assert {pin.name for pin in read_lock(TOOLS)} == {"pip", "setuptools"}
    assert BRIDGE.programs == ("wallboard-bridge",)


def test_a_lock_file_that_is_no_lock_says_where(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_text("# fine\n\npaho-mqtt>=2\n")
    with pytest.raises(LockError, match=r"a\.txt:3: not a pinned wheel: paho-mqtt>=2; python -m hw.deb.lock"):
        read_lock(file)
    with pytest.raises(LockError, match=r"b\.txt: No such file"):
        read_lock(tmp_path / "b.txt")


def test_debian_orders_versions_as_python_does() -> None:
    assert debian_version("1.2.3") == "1.2.3"
    assert debian_version("1.2rc1") == "1.2~rc1"
    assert debian_version("1.2.dev4+g1a") == "1.2~dev4+g1a"
