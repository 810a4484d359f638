"""Warnings of `wallboardctl check`: what is legal but odd is told with its place, and nothing that is fine is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import config
from config.mistakes import WARNING
from host_bridge.ctl import program as ctl
from host_bridge.ctl.checks.files import Checked, check

ZONE = "timezone: Asia/Jerusalem\n"
HOURS = 'hours: {sun-thu: "08:00-18:00"}\n'
EXAMPLES = sorted(Path(config.__file__).parent.glob("*.example.yaml"))


def checked(folder: Path, text: str, kind: str = "thresholds") -> Checked:
    path = folder / f"{kind}.yaml"
    path.write_text(text, "utf-8")
    ((found,), _) = check([path], kind=kind)
    assert not found.errors, found.errors
    return found


def warnings(folder: Path, text: str, zone: str = ZONE) -> list[str]:
    """The warnings of a thresholds file, without its name; the first line of `text` is the file's second."""
    found = checked(folder, zone + text)
    assert all(each.severity == WARNING for each in found.warnings)
    return [str(each).removeprefix(f"{found.path}:") for each in found.warnings]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "defaults: {rules: {abandoned: off}}\n",
            "2:31: warning: defaults.rules.abandoned: does nothing: without a rule of this name nothing is on",
        ),
        (
            "queues: {a: {rules: {sla: off}}}\n",
            "2:27: warning: queues.a.rules.sla: does nothing: the defaults have no such rule to switch off",
        ),
        (
            "defaults: {rules: {x: {all: {abandoned: 100%, avg_wait: 30s}, severity: warn}}}\n",
            "2:20: warning: defaults.rules.x: never fires: once all hang up",
        ),
        (
            "defaults: {rules: {abandoned: {critical: 100%, when: {avg_wait: 30s}}}}\n",
            "2:20: warning: defaults.rules.abandoned: never fires: once all hang up",
        ),
        (
            "defaults: {rules: {wait: {critical: 60s}, long: {all: {wait: 60s, waiting: 2}, severity: warn}}}\n",
            "2:43: warning: defaults.rules.long: never seen: whenever it fires, wait is critical already",
        ),
        (
            "defaults: {rules: {sla: {critical: 8%}}}\ngroups: {all: {rules: {x: {all: {sla: 7%}, severity: warn}}}}\n",
            "3:24: warning: groups.all.rules.x: never seen: whenever it fires, sla is critical already",
        ),
        (
            "defaults: {rules: {agents_free: {warn: 1, when: {agents_free: 3}}}}\n",
            "2:63: warning: defaults.rules.agents_free.when.agents_free: does nothing: the rule looks at agents_free",
        ),
        (
            "defaults: {rules: {sla: {warn: 95%, critical: 85%}}}\n",
            "2:47: warning: defaults.rules.sla.critical: critical below 85%, although the target is 80%: red while",
        ),
        (
            "defaults: {rules: {sla: {critical: 80%}}}\nqueues: {a: {service_level: {target: 72.5%}}}\n",
            "3:38: warning: queues.a.service_level.target: critical below 80%, although the target is 72.5%",
        ),
        (
            'defaults: {rules: {wait: {warn: 30s, for: 31m}}}\nhours: {sun: "08:00-08:30"}\n',
            "2:43: warning: defaults.rules.wait.for: for is longer than the 30m that it is ever open at a time",
        ),
        (
            'defaults: {rules: {wait: {warn: 30s, for: 31m}}}\nqueues: {a: {hours: {sun: "08:00-08:30"}}}\n',
            "3:14: warning: queues.a.hours: wait: for is longer than the 30m that it is ever open at a time",
        ),
        (
            "defaults: {service_level: {short_abandon: 20s}}\n",
            "2:43: warning: defaults.service_level.short_abandon: nobody who hangs up within the 20s of answer_within",
        ),
        (
            "queues: {a: {service_level: {answer_within: 5s}}}\n",
            "2:45: warning: queues.a.service_level.answer_within: nobody who hangs up within the 5s of answer_within",
        ),
        (
            "defaults: {service_level: {window: 1m, min_calls: 61}}\n",
            "2:51: warning: defaults.service_level.min_calls: 61 calls in 60s are more than one a second",
        ),
        ("buzzer: {longest: 60s}\n", "2:19: warning: buzzer.longest: each alarm may sound for 60s and begins again"),
        ("buzzer: {repeat: 5s}\n", "2:18: warning: buzzer.repeat: each alarm may sound for 5s and begins again every"),
        (
            "buzzer: {warn: short, critical: none}\n",
            "2:33: warning: buzzer.critical: silent, while a mere warning sounds",
        ),
        ("blink: {warn: 1hz}\n", "2:15: warning: blink.warn: a warning blinks as fast as a critical alarm (1hz, 1hz)"),
        ("blink: {critical: 0.4 Hz}\n", "2:19: warning: blink.critical: a warning blinks faster than a critical alarm"),
        (
            'quiet: {every: ["00:00-12:00, 11:00-20:00", "20:00-24:00"]}\n',
            "2:16: warning: quiet.every: covers the whole day, so no buzzer ever sounds",
        ),
        (
            'hours: {sun-thu: "08:00-13:00, 12:00-18:00"}\n',
            "2:18: warning: hours.sun-thu: two spans of '08:00-13:00, 12:00-18:00' overlap",
        ),
        (f'{HOURS}day_start: "12:00"\n', "3:12: warning: day_start: '12:00' is inside the hours: the day's figures"),
        (
            "queues: {a: {label: x}, b: {label: x}}\n",
            "2:36: warning: queues.b.label: 'x' is the name of queues.a too: on a board nobody tells the two apart",
        ),
        (
            "queues: {a: {}}\ngroups: {g: {label: a, queues: [a]}}\n",
            "3:21: warning: groups.g.label: 'a' is the name of ",
        ),
        (
            "queues: {support: {}}\ngroups: {g: {queues: [suport]}}\n",
            "3:23: warning: groups.g.queues[0]: 'suport' is not under queues, but 'support' is: is it meant?",
        ),
        (
            "queues: {support: {}}\ngroups: {g: {queues: [suppotr]}}\n",
            "3:23: warning: groups.g.queues[0]: 'suppotr' is not under queues, but 'support' is: is it meant?",
        ),
        (
            "queues: {a: {label: 客服}}\n",
            "2:21: warning: queues.a.label: the board's fonts have no '客', '服': it shows",
        ),
        (
            "queues: {a: {label: International Customer Care and Complaints Centre North}}\n",
            "2:21: warning: queues.a.label: no panel is wide enough for this: the widest shows 'International Customer",
        ),
    ],
)
def test_what_is_odd_has_its_place(tmp_path: Path, text: str, line: str) -> None:
    (told,) = warnings(tmp_path, text)
    assert told.startswith(line)


def test_a_zone_that_is_not_what_it_seems(tmp_path: Path) -> None:
    (told,) = warnings(tmp_path, "", "timezone: Etc/GMT-2\n")
    assert told.startswith("1:11: warning: timezone: 'Etc/GMT-2' has no summer time, and its sign is the other way")


@pytest.mark.parametrize(
    "text",
    [
        "queues: {601: {}, 602: {}}\ngroups: {g: {queues: [603, 610, 6010]}}\n",
        "queues: {sales_a: {}, support1: {}, care: {}}\ngroups: {g: {queues: [sales_b, support2, support, car]}}\n",
        "queues: {sale: {}, sales: {}}\ngroups: {g: {queues: [sale, sales]}}\n",
        "defaults: {rules: {wait: {critical: 60s}, pressed: {all: {wait: 3m, waiting: 5}, severity: critical}}}\n",
        "defaults: {rules: {wait: {critical: 60s, for: 9s}, long: {all: {wait: 90s}, severity: warn}}}\n",
        "defaults: {rules: {sla: {critical: 80%}, low: {all: {sla: 85%}, severity: warn}}}\n",
        "defaults: {rules: {sla: {critical: 95%, when: {waiting: 3}}}}\n",
        "defaults: {rules: {abandoned: {critical: 100%}}}\n",
        'defaults: {rules: {wait: {warn: 30s, for: 1h}}}\nhours: {sun: "22:00-24:00", mon: "00:00-02:00"}\n',
        'hours: {sun-sat: "22:00-06:00"}\n',
        'hours: {sun-sat: "00:00-24:00"}\nday_start: "03:00"\n',
        f'{HOURS}day_start: "03:00"\n',
        'quiet: {every: ["22:00-06:00"]}\n',
        "buzzer: {warn: none, critical: none}\n",
        "buzzer: {critical: none, longest: 60s}\n",
        "queues: {a: {label: צה״ל}, b: {label: 'צה\"ל 2'}, c: {label: Café (VIP)}}\n",
    ],
)
def test_what_is_fine_is_not_warned_of(tmp_path: Path, text: str) -> None:
    assert warnings(tmp_path, text) == []


def test_the_examples_give_no_warning() -> None:
    found, _ = check(EXAMPLES)
    assert len(found) == 3
    assert [str(each) for one in found for each in (*one.errors, *one.warnings)] == []


def test_strict_makes_mistakes_of_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "thresholds.yaml"
    path.write_text(f"{ZONE}queues: {{a: {{rules: {{sla: off}}}}}}\n")
    assert ctl.main(["check", str(path)]) == 0
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{path}:2:27: warning: queues.a.rules.sla: does nothing")
    assert last == f"{path}: OK (thresholds, 1 warning)"
    assert ctl.main(["check", "--strict", str(path)]) == 2
    capsys.readouterr()
    assert ctl.main(["check", "--json", str(path)]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["errors"]) == (True, [])
    (warning,) = told["warnings"]
    assert (warning["line"], warning["column"], warning["severity"]) == (2, 27, "warning")


BOARD = """\
site: main
board: hall-1
mqtt: {url: "mqtt://192.0.2.20"}
panel: {driver: rgbmatrix, rows: 64, cols: 64, chain: 2}
buzzer: {gpio: PIN}
button: {gpio: 6}
"""


def test_a_buzzer_that_would_sound_while_the_pi_starts(tmp_path: Path) -> None:
    odd = checked(tmp_path, BOARD.replace("PIN", "5"), "board")
    assert [str(each).removeprefix(f"{odd.path}:") for each in odd.warnings] == [
        "5:16: warning: buzzer.gpio: 5 is pulled up while the Pi starts, and the buzzer may sound so long; "
        "19 (place 35 of the header) is not"
    ]
    assert not checked(tmp_path, BOARD.replace("PIN", "19"), "board").warnings, "the button may be pulled up"
