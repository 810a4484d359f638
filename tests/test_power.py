"""The power plan against sums done by hand, and against what must hold of any panel."""

from __future__ import annotations

import itertools

import pytest
from PIL import Image

from firmware.core.layout import SIZES
from host_bridge.ctl.power_frames import CALM, duty_of, page_of, pages
from hw.power import Cable, Lead, Modules, bears, mains_w, plan_for
from hw.power_facts import CABLES_MM2, FACTS, FUSES_A, awg_mm2


@pytest.mark.parametrize(
    ("modules", "white", "supplies", "leads"),
    [  # DISPLAY.md: 4 A per 64x32, 8 A per 64x64 at full white; a supply of a quarter more
        (Modules(32, 64), 4, (5,), [(((1, 1),), 4, 5)]),
        (Modules(32, 64, 2), 8, (10,), [(((1, 1), (1, 2)), 8, 10)]),
        (Modules(64, 64), 8, (10,), [(((1, 1),), 8, 10)]),
        (Modules(64, 64, 2), 16, (20,), [(((1, 1),), 8, 10), (((1, 2),), 8, 10)]),
        (Modules(32, 64, 2, 2), 16, (20,), [(((1, 1), (1, 2)), 8, 10), (((2, 1), (2, 2)), 8, 10)]),
        (Modules(64, 64, 4), 32, (40,), [(((1, number),), 8, 10) for number in (1, 2, 3, 4)]),
        (Modules(64, 128), 16, (20,), [(((1, 1),), 8, 10), (((1, 1),), 8, 10)]),  # 16 A, and no plug bears it
        (Modules(32, 64, white_a=2.4), 2.4, (3,), [(((1, 1),), 2.4, 3)]),
        (Modules(64, 64, 4, white_a=20), 80, (60, 60), [(((1, 1 + n // 3),), 20 / 3, 10) for n in range(12)]),
    ],
)  # fmt: skip
def test_supplies_leads_and_fuses(
    modules: Modules,
    white: float,
    supplies: tuple[float, ...],
    leads: list[tuple[tuple[tuple[int, int], ...], float, float]],
) -> None:
    plan = plan_for(modules)
    assert plan.white_a == pytest.approx(white)
    assert plan.supplies == supplies
    assert [(lead.feeds, pytest.approx(lead.amps), lead.fuse) for lead in plan.leads] == leads


def test_a_cable_loses_what_ohm_says() -> None:
    plan = plan_for(Modules(64, 64))  # one lead of 8 A
    assert plan.cable_mm2(1.0) == Cable(2.5, pytest.approx(8 * 0.0225 * 2 * 1.0 / 2.5))  # 0.144 V; 1.5 mm² lose 0.24
    assert plan.cable_awg(1.0) == Cable(12, pytest.approx(8 * 0.0225 * 2 * 1.0 / 3.309, rel=1e-3))
    assert plan.cable_mm2(1.0, drop=0.25) == Cable(1.5, pytest.approx(0.24))
    assert plan.cable_mm2(20) is None
    assert plan.cable_awg(20) is None


def test_a_short_lead_is_still_thick_enough_for_its_fuse() -> None:
    """Of 0.1 m the thinnest loses next to nothing, and would burn before a fuse of 10 A blew."""
    assert plan_for(Modules(64, 64)).cable_mm2(0.1) == Cable(0.75, pytest.approx(8 * 0.0225 * 0.2 / 0.75))
    assert bears(0.5) < 10 <= bears(0.75)


@pytest.mark.parametrize(("awg", "mm2"), [(20, 0.518), (18, 0.823), (16, 1.309), (12, 3.309), (10, 5.261), (6, 13.30)])
def test_wire_gauges(awg: int, mm2: float) -> None:
    assert awg_mm2(awg) == pytest.approx(mm2, rel=1e-3)


@pytest.mark.parametrize("label", [None, 0.5, 2.4, 6.5, 9.9, 17, 40])
@pytest.mark.parametrize("size", SIZES)
def test_what_holds_of_any_panel(size: tuple[int, int], label: float | None) -> None:
    for rows, cols in itertools.product((32, 64), (32, 64, 128)):
        if size[0] % cols or size[1] % rows:
            continue
        modules = Modules(rows, cols, size[0] // cols, size[1] // rows, label)
        plan = plan_for(modules)
        fed = [feed for lead in plan.leads for feed in lead.feeds]
        assert set(fed) == set(itertools.product(range(1, modules.parallel + 1), range(1, modules.chain + 1)))
        assert sum(lead.amps for lead in plan.leads) == pytest.approx(plan.white_a)
        assert sum(plan.supplies) >= 1.25 * plan.white_a - 1e-6
        for lead in plan.leads:
            _sound(lead)
        for length in (0.1, 0.5, 1, 2, 3):
            for cable in (plan.cable_mm2(length), plan.cable_awg(length)):
                assert cable is None or cable.drop <= 0.15 + 1e-6
            thin = plan.cable_mm2(length)
            assert thin is None or bears(thin.size) >= max(lead.fuse for lead in plan.leads)


def _sound(lead: Lead) -> None:
    assert lead.amps <= 8 + 1e-6
    assert lead.fuse in FUSES_A
    assert lead.amps <= 0.8 * lead.fuse + 1e-6


def test_what_a_colour_draws() -> None:
    """CIE 1931: half the lightness is under a fifth of the light."""
    assert duty_of(0) == 0
    assert duty_of(255) == pytest.approx(1)
    assert duty_of(127) == pytest.approx(0.182, abs=0.001)
    assert duty_of(20) == pytest.approx(20 * 100 / 255 / 902.3)


def test_a_page_is_measured_led_by_led() -> None:
    image = Image.new("RGB", (64, 32))
    assert page_of("", image)[1:] == (0, 0)
    image.paste((255, 0, 0), (0, 0, 32, 32))
    assert page_of("", image)[1:] == (0.5, pytest.approx(1 / 6))
    image.paste((255, 255, 255), (0, 0, 64, 32))
    assert page_of("", image)[1:] == (1, pytest.approx(1))


def test_a_darker_board_draws_less_and_lights_as_many_leds() -> None:
    bright, dark = ({page.scene: page for page in pages((128, 64), percent)} for percent in (100, 60))
    assert list(bright) == list(dark)
    assert bright[CALM].lit == dark[CALM].lit
    assert bright[CALM].duty == pytest.approx(dark[CALM].duty / duty_of(153), rel=0.1)


@pytest.mark.parametrize(("brightness", "calm", "busiest"), [(60, 1 / 10, 1 / 6), (100, 1 / 5.9, 4 / 10)])
@pytest.mark.parametrize("size", SIZES)
def test_text_draws_far_less_than_white(size: tuple[int, int], brightness: int, calm: float, busiest: float) -> None:
    """MOUNTING.md and SAFETY.md say so much; where a new page lights more, they are to be thought over."""
    modules = Modules(size[1] if size[1] == 32 else 64, 64, size[0] // 64)
    white = modules.one_white_a * modules.number
    for page in pages(size, brightness):
        drawn = modules.draws(page.duty) / white
        assert drawn <= (calm if page.scene == CALM else busiest), page


def test_black_draws_something_and_white_no_more_than_white() -> None:
    modules = Modules(64, 64, 2)
    assert modules.draws(0) == pytest.approx(0.4)
    assert modules.draws(1) == pytest.approx(16)
    assert Modules(64, 256, white_a=0.5).draws(0) == 0.5  # a label below our estimate of black


def test_the_mains_pay_for_the_supplys_loss() -> None:
    assert mains_w(16, 3) == pytest.approx((16 + 3) * 5 / 0.85)


def test_each_number_has_a_source() -> None:
    assert all(len(fact.source) > 10 and fact.what for fact in FACTS)
    assert list(CABLES_MM2) == sorted(CABLES_MM2)
