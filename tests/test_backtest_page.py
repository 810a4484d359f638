"""The page of a back-test as people see it: in a real Chromium, from a file, without a network."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from host_bridge.backtest.page import page
from host_bridge.backtest.summary_curve import Curve
from host_bridge.backtest.summary_report import Report
from tests.backtests import alarm, at, queue, report
from tests.browser import Browser
from tests.waiting import wait_until

HOSTILE = "</script><img src=x onerror=\"document.title='taken'\">"
RULES = {
    "wait": {"warn": "30s", "critical": "60s"},
    "waiting": {"warn": "3", "critical": "6"},
    "sla": {"warn": "85%", "critical": "80%"},
    "agents_free": {"warn": "1", "when": {"waiting": "1"}},
}
UNTESTED = {"agents_free": "queue_log does not tell who is logged in"}
ALARMS = (
    alarm("wait", at(0, 10), 90, (30, 90)),
    alarm("waiting", at(1, 11), 300),
    alarm("wait", at(1, 11, 2), 240, (60, 200)),
    alarm("wait", at(1, 14), 8),
    alarm("sla", at(1, 16), 3600, ended=False),
)
# one caller waits from 11:00:00 to 11:05:00 of the second day, a second one from 11:02:00 to 11:05:10
CURVE = Curve(
    [at(1, 11), at(1, 11, 2), at(1, 11, 5), at(1, 11, 5, 10), at(1, 13)],
    [1, 2, 1, 0, 0],
    [at(1, 11), at(1, 11), at(1, 11, 2), -1, -1],
    [-1, -1, 800, 750, 760],
)
ROWS = "[...document.querySelectorAll('#%s tbody tr')].map((row) => [...row.cells].map((cell) => cell.innerText))"
HOVER = """(() => {
  const box = $("chart").getBoundingClientRect(), place = frame.x(data.days[1].from + %d) / frame.width;
  const where = { clientX: box.left + place * box.width, clientY: 500, bubbles: true, pointerType: "mouse" };
  $("chart").dispatchEvent(new PointerEvent("pointermove", where));
})()"""
VISIBLE = "[...document.querySelectorAll('#main, #sorry')].filter((e) => !e.hidden).map((e) => e.id)"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as it:
        yield it


def two_queues(label: str = "מכירות", name: str = "thresholds.yaml") -> Report:
    sales = queue("sales", RULES, ALARMS, label=label, untested=UNTESTED)
    return report(sales, queue("@service", {"wait": {"warn": "5m"}}, [], label="שירות"), name=name)


def show(browser: Browser, folder: Path, reports: Sequence[Report], hash_: str = "", width: int = 1280) -> Path:
    path = folder / "back-test.html"
    path.write_bytes(page(reports, {"sales": CURVE}, {"sales": 800}, "3 days"))
    browser.open("about:blank#" + hash_)  # another address than before, so that it is loaded anew
    browser.open(f"{path.as_uri()}{hash_}", (width, 900))
    wait_until(lambda: browser.value(VISIBLE) == ["main"], otherwise="the page does not come up")
    return path


def text(browser: Browser, name: str) -> str:
    """What is read, without the marks that keep Hebrew in its place."""
    said = browser.value(f"document.getElementById({name!r}).innerText")
    return re.sub("[\u2066-\u2069\u200e\u200f]", "", str(said)).strip()


def test_it_opens_at_the_worst_day_and_tells_it_in_a_sentence(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, [two_queues()])
    assert text(browser, "day-title") == "מכירות, Tuesday 17 March 2026"
    assert text(browser, "story") == (
        "200 calls, 4 alarms; 14 % of the opening hours in alarm (1 h 06 m, critical for 2:20). "
        "The longest: sla for 1 h 00 m from 16:00. One was shorter than a glance (10 s)."
    )
    assert browser.value("location.hash") == "#day=2026-03-17&queue=sales"
    assert browser.value("shownSpan().map((at) => clock(at))") == ["08:50:00", "17:10:00"]  # no empty night


def test_all_days_at_a_glance(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, [two_queues()])
    rows = browser.value(ROWS % "overview")
    assert rows == [["מכירותsales", "1", "4", "0", "1.7"], ["שירות@service", "0", "0", "0", "0.0"]]
    browser.value("document.querySelector('#overview tbody tr').cells[1].querySelector('button').click()")
    assert text(browser, "day-title") == "מכירות, Monday 16 March 2026"
    assert browser.value("document.querySelectorAll('#overview td.chosen').length") == 1


def test_hovering_tells_what_held_at_that_instant(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, [two_queues()])
    for moment, told in (
        ((11, 1, 0), "1 waiting · the longest for 1:00 · service level: too few calls yet · waiting warn"),
        (
            (11, 4, 0),
            "2 waiting · the longest for 4:00 · service level: too few calls yet · waiting warn, wait critical",
        ),
        ((11, 5, 5), "1 waiting · the longest for 3:05 · service level 80 % (target 80 %) · wait critical"),
        ((12, 0, 0), "0 waiting · service level 75 % (target 80 %) · no alarm"),
        ((8, 55, 0), "0 waiting · service level: too few calls yet · closed"),
    ):
        hour, minute, second = moment
        at_s = hour * 3600 + minute * 60 + second
        browser.value(HOVER % at_s)
        assert text(browser, "readout") == f"{hour:02}:{minute:02}:{second:02} · {told}"


def test_the_keyboard_does_all_that_a_mouse_does(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, [two_queues()], "#day=2026-03-17&queue=sales&span=126000-126400")  # 11:00:00 to 11:06:40
    browser.value("$('chart').focus()")

    def press(key: str) -> None:
        event = f"new KeyboardEvent('keydown', {{key: {key!r}, bubbles: true, cancelable: true}})"
        browser.value(f"document.activeElement.dispatchEvent({event})")

    press("Home")
    assert text(browser, "readout").startswith("11:00:00 · 1 waiting")
    press("ArrowRight")
    assert text(browser, "readout").startswith("11:00:02")
    press("+")
    assert browser.value("state.span[1] - state.span[0]") == 200
    press("0")
    assert browser.value("state.span") is None
    press("PageUp")
    assert text(browser, "day-title") == "מכירות, Monday 16 March 2026"
    press("PageUp")  # there is no day before
    assert text(browser, "day-title") == "מכירות, Monday 16 March 2026"


def test_an_alarm_of_the_list_is_shown_close(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, [two_queues()])
    assert text(browser, "list-title") == "4 alarms of the day"
    rows = browser.value(ROWS % "list")
    assert rows == [
        ["11:00:00", "waiting", "warn", "5:00", ""],
        ["11:02:00", "wait", "critical", "4:00", "critical for 2:20"],
        ["14:00:00", "wait", "warn", "8 s", "shorter than a glance"],
        ["16:00:00", "sla", "warn", "1 h 00 m", "still fires at the end"],
    ]
    browser.value("document.querySelectorAll('#list tbody button')[1].click()")
    assert browser.value("state.span.map((at) => clock(at))") == ["10:57:00", "11:11:00"]
    assert text(browser, "readout").startswith("11:02:00 · 2 waiting")
    assert text(browser, "untested") == "Not tested: agents_free (queue_log does not tell who is logged in)."


def test_two_files_stand_one_above_the_other(browser: Browser, tmp_path: Path) -> None:
    calmer = report(queue("sales", RULES, ALARMS[:1], label="מכירות"), name="new.yaml")
    show(browser, tmp_path, [two_queues(), calmer], "#day=2026-03-17&queue=sales")
    cell = "document.querySelector('#overview td.chosen').innerText"
    assert browser.value(cell).split() == ["4", "0"]
    assert browser.value("[...$('files').children].map((each) => each.innerText)") == [
        "A thresholds.yaml",
        "B new.yaml",
    ]
    lanes = "document.querySelectorAll('#chart rect.lane').length"
    assert browser.value(lanes) == 7  # three rules of each, and agents_free is tested in neither; B has it untold
    assert text(browser, "list-title") == "A: 4 alarms, B: 0 alarms of the day"
    browser.value("$('files').children[1].click()")
    assert text(browser, "story") == "200 calls, and no alarm in 8 h 00 m."


def test_a_hostile_name_is_only_text(browser: Browser, tmp_path: Path) -> None:
    rules = {**RULES, "<img src=x>": {"all": {"waiting": "5"}, "severity": "warn"}}
    hostile = queue(HOSTILE, rules, [*ALARMS, alarm("<img src=x>", at(1, 13), 60)], label=HOSTILE)
    path = show(browser, tmp_path, [report(hostile, name=HOSTILE, notes=(HOSTILE,))])
    assert text(browser, "day-title") == f"{HOSTILE}, Tuesday 17 March 2026"
    assert browser.value("document.images.length") == 0
    assert browser.value("document.title") == f"Back-test: {HOSTILE}"
    assert path.read_text("utf-8").count("</script>") == 2  # the figures and the program


def test_the_policy_lets_nothing_in_that_is_not_the_page(browser: Browser, tmp_path: Path) -> None:
    path = show(browser, tmp_path, [two_queues()])
    assert "content=\"default-src 'none'; script-src 'sha256-" in path.read_text("utf-8")
    browser.value("document.body.insertAdjacentHTML('beforeend', '<a id=bad onclick=\"document.title=1\">x</a>')")
    browser.value("document.getElementById('bad').click()")
    assert browser.value("document.title") == "Back-test: thresholds.yaml"
    fetched = "fetch('https://example.com/').then(() => 'got', () => 'refused')"
    assert browser.value(fetched) == "refused"
    assert not re.search(r"""(src|href)=|url\(["']?http""", path.read_text("utf-8"))


@pytest.mark.parametrize("width", [320, 390, 800, 1280, 1920])
def test_it_fits_its_window(browser: Browser, tmp_path: Path, width: int) -> None:
    show(browser, tmp_path, [two_queues()], width=width)
    assert browser.value("document.documentElement.scrollWidth <= innerWidth")
    boxes = browser.value(
        "[...document.querySelectorAll('#chart text')].map((each) => each.getBoundingClientRect())"
        ".filter((box) => box.width && (box.left < 0 || box.right > innerWidth)).length"
    )
    assert boxes == 0


def test_summer_time_and_a_day_that_begins_in_the_evening(browser: Browser, tmp_path: Path) -> None:
    """On 27 March 2026 the clock at the site goes from 02:00 to 03:00."""
    show(browser, tmp_path, [report(queue("sales", RULES, [alarm("wait", at(11, 9, 30), 60)], days=12), days=12)])
    assert text(browser, "day-title") == "sales, Friday 27 March 2026"
    assert text(browser, "list").splitlines()[1].startswith("09:30:00")
    assert browser.value("[clock(data.days[11].from), clock(data.days[11].from + 7200)]") == ["00:00:00", "03:00:00"]


def test_of_many_queues_the_chosen_one_and_the_chart_are_in_sight(browser: Browser, tmp_path: Path) -> None:
    many = [queue(f"q{number}", {"wait": {"warn": "5m"}}, [alarm("wait", at(1, 11), 300)]) for number in range(200)]
    show(browser, tmp_path, [report(*many)], "#day=2026-03-17&queue=q150")
    assert browser.value("document.getElementById('chart').getBoundingClientRect().top") < 900
    inside = """(() => {
      const chosen = document.querySelector("#overview td.chosen").getBoundingClientRect();
      const frame = $("overview").parentElement.getBoundingClientRect();
      return frame.top + 30 < chosen.top && chosen.bottom < frame.bottom;
    })()"""
    assert browser.value(inside)
