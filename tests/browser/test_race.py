"""The optimizer race in the browser: lanes come and go, the start is dropped, the fan opens, the finder finds."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Visit, Visitor

NO_SIDEWAYS = "document.documentElement.scrollWidth <= window.innerWidth"
SHORT = "samples=100&hidden=8&steps=0"


def race(visit: Visit, query: str = "", **options: object) -> Visitor:
    return visit(f"/?tab=race&{query}", lesson="race", **options)


def ranks(visitor: Visitor) -> list[int]:
    """The slots from the first place down, as they stand on the page."""
    rows = visitor.box.locator(".podium li")
    found = rows.evaluate_all("rows => rows.map(row => [+row.style.order, +row.dataset.slot])")
    return [slot for _, slot in sorted(found)]


def test_play_runs_course_306_to_its_end(visit: Visit) -> None:
    visitor = race(visit)
    visitor.expect_ink("fits", 2000)  # worth looking at before Play
    visitor.expect_ink("landscape", 20_000)
    before = visitor.plot("landscape").evaluate("c => c.toDataURL()")
    visitor.speed("max")
    visitor.press("play")
    visitor.expect("state.why.reason === 'finished' && state.step === 384 && state.epoch === 12")
    assert ranks(visitor)[-1] == 0  # plain SGD comes last
    visitor.expect_ink("laps", 3000)
    assert visitor.plot("landscape").evaluate("c => c.toDataURL()") != before
    assert "% of their movement" in visitor.box.locator("[data-panel=landscape]").inner_text()
    visitor.press("reset")
    visitor.expect("state.step === 0 && state.pictures.podium.wins.every(wins => wins === 0)")


def test_an_earlier_race_stays_in_grey(visit: Visit) -> None:
    visitor = race(visit, SHORT)
    for step in (1, 2, 3):
        visitor.press("step")
        visitor.expect(f"state.step === {step}")
    chart = "box.querySelector('[data-panel=laps] canvas').toDataURL()"
    visitor.press("reset")
    visitor.expect("state.step === 0 && state.earlier.length === 1")
    ghost = visitor.box.locator(".ghosts li")
    assert "same settings" in ghost.inner_text()
    plain = visitor.state(chart)
    ghost.locator("button.ghost").hover()
    visitor.expect(f"{chart} !== {plain!r}")  # its lines stand out
    ghost.get_by_role("button", name="Forget this run").click()
    visitor.expect("state.earlier.length === 0")
    visitor.box.locator(".ghosts").wait_for(state="hidden")
    visitor.expect(f"{chart} !== {plain!r}")  # and are gone


def test_a_lane_joins_and_one_leaves_during_the_race(visit: Visit) -> None:
    visitor = race(visit, SHORT)
    visitor.press("play")
    visitor.expect("state.step > 20")
    visitor.box.locator(".lane-add").click()
    visitor.expect("state.config.lanes.length === 5 && state.pictures.laps.slots.length === 5")
    assert visitor.state("state.playing")
    assert visitor.state("state.config.lanes[4].slot") == 4
    visitor.expect("state.pictures.laps.losses.at(-1) > 0")
    assert visitor.state("state.pictures.laps.losses[4 * state.pictures.laps.losses.shape[1]]") == -1
    visitor.box.locator(".lane[data-slot='1'] .lane-drop").click()
    visitor.expect("state.pictures.podium.slots.join() === '0,2,3,4'")
    assert visitor.box.locator(".podium li").count() == 4
    assert visitor.state("state.playing && state.step > 20")
    for slot in (0, 2):
        visitor.box.locator(f".lane[data-slot='{slot}'] .lane-drop").click()
        visitor.expect(f"!state.config.lanes.some(lane => lane.slot === {slot})")
    assert visitor.box.locator(".lane-drop:disabled").count() == 2  # two lanes are the least


def test_a_rate_is_changed_live_and_one_too_high_is_marked(visit: Visit) -> None:
    visitor = race(visit, SHORT)
    visitor.press("play")
    visitor.expect("state.step > 20")
    rate = visitor.box.get_by_label("Learning rate of SGD", exact=True).last
    rate.fill("60")
    rate.press("Enter")
    visitor.expect("state.pictures.podium.died[0] > 0")
    visitor.box.get_by_text("out of the race").wait_for()
    step = visitor.state("state.step")
    visitor.expect(f"state.playing && state.step > {step} + 20")  # the others race on
    rate.fill("much")
    rate.press("Enter")
    visitor.box.get_by_role("alert").get_by_text("A lane's lr: “much” is not allowed").wait_for()
    rate.fill("0.05")
    rate.press("Enter")
    visitor.expect("state.pictures.podium.died[0] === -1 && state.pictures.podium.loss[0] > 0")


def test_options_and_schedules(visit: Visit) -> None:
    visitor = race(visit, SHORT)
    visitor.box.locator(".lane[data-slot='1'] .lane-more").click()
    momentum = visitor.box.get_by_label("Momentum: momentum").last
    assert momentum.input_value() == "0.8"
    momentum.fill("0.5")
    momentum.press("Enter")
    visitor.expect("state.config.lanes[1].options[0].join() === 'momentum,0.5'")
    visitor.box.get_by_label("Schedule of Adam").select_option("cosine")
    visitor.expect("state.config.lanes[3].schedule === 'cosine'")
    kind = visitor.box.locator(".lane[data-slot='0'] .lane-kind")
    kind.select_option("adagrad")
    visitor.expect("state.config.lanes[0].kind === 'adagrad' && state.config.lanes[0].lr === 0.05")
    kind.select_option("muon")
    visitor.box.get_by_role("alert").get_by_text("one hidden layer has none").wait_for()
    visitor.expect("state.config.lanes[0].kind === 'adagrad'")
    assert visitor.box.locator(".lane[data-slot='0'] .lane-kind").input_value() == "adagrad"
    link = visitor.page.url
    other = visit(link[link.index("/?") :], lesson="race")
    other.expect("state.config.lanes[3].schedule === 'cosine' && state.config.lanes[1].options[0][1] === 0.5")


def test_a_click_on_rosenbrock_drops_the_start(visit: Visit) -> None:
    visitor = race(visit)
    visitor.preset("trails")
    first = visitor.state("Array.from(state.pictures.landscape.tracks[3])")
    assert len(first) > 300  # the whole trajectory is there before Play
    visitor.page.mouse.click(*visitor.at("landscape", 0.75, 0.3))
    visitor.expect("state.config.start_x > 0.5 && state.config.start_y > 1")
    second = visitor.state("Array.from(state.pictures.landscape.tracks[3])")
    assert second[:2] != first[:2]
    assert second[0] == pytest.approx(visitor.state("state.config.start_x"), abs=1e-3)
    dropped = visitor.state("state.config.start_x")
    visitor.plot("landscape").press("ArrowLeft")
    visitor.expect(f"state.config.start_x < {dropped}")
    before = visitor.state("state.config.lanes.map(lane => lane.lr)")
    visitor.box.get_by_label("All learning rates").press("ArrowLeft")
    visitor.expect(f"state.config.lanes.every((lane, i) => lane.lr < {before}[i])")
    visitor.box.get_by_label("Momentum", exact=True).press("Home")
    visitor.expect("state.config.lanes[1].options.join() === 'momentum,0'")
    visitor.press("play")
    visitor.expect("state.pictures.landscape.at > 5")
    assert visitor.box.locator("[data-panel=fits]").is_hidden()


def test_the_fan_opens(visit: Visit) -> None:
    visitor = race(visit, "samples=100&hidden=8&steps=60")
    visitor.box.get_by_label("16 seeds at once").check()
    visitor.expect("state.config.fan && state.pictures.podium.seeds === 16")
    visitor.press("play")
    visitor.expect("state.why.reason === 'finished' && state.pictures.laps.low")
    visitor.expect("Array.from(state.pictures.podium.wins).reduce((a, b) => a + b) === 16")
    assert visitor.box.get_by_text("of 16").count() >= 4


def test_the_finder_suggests_a_rate_and_it_can_be_used(visit: Visit) -> None:
    visitor = race(visit, "samples=200")
    assert visitor.box.locator("[data-panel=sweep]").is_hidden()
    visitor.box.get_by_label("Find a learning rate for RMSprop").click()
    visitor.expect("state.pictures.sweep?.slot === 2")
    visitor.expect_ink("sweep", 500)
    assert visitor.state("state.step") == 0
    visitor.box.locator(".sweep-use").click()
    visitor.expect("state.config.lanes[2].lr === Number(Number(state.pictures.sweep.suggestion).toPrecision(2))")
    visitor.box.locator(".sweep-close").click()
    visitor.expect("!state.pictures.sweep")


def test_views_of_the_curves(visit: Visit) -> None:
    """Steps or seconds, linear or logarithmic, smooth or raw: each paints another picture."""
    visitor = race(visit, "steps=64")
    visitor.press("play")
    visitor.expect("state.why.reason === 'finished'")
    seen = set()
    panel = visitor.box.locator("[data-panel=laps]")
    for act in (
        lambda: None,
        lambda: panel.get_by_label("seconds").check(),
        lambda: panel.get_by_label("log").uncheck(),
        lambda: panel.get_by_label("smooth").press("Home"),
    ):
        painted = visitor.plot("laps").evaluate("c => +c.dataset.n")
        act()
        if seen:
            visitor.page.wait_for_function(
                f"+document.querySelector('[data-lesson=race] [data-panel=laps] canvas').dataset.n > {painted}"
            )
        seen.add(visitor.plot("laps").evaluate("c => c.toDataURL()"))
    assert len(seen) == 4


@pytest.mark.parametrize("preset", ["spiral", "digits"])
def test_other_works_show_what_each_lane_has_learnt(visit: Visit, preset: str) -> None:
    visitor = race(visit)
    visitor.preset(preset)
    visitor.expect("state.why.reason !== 'loading'")
    visitor.press("play")
    visitor.expect("state.step > 10 && state.pictures.podium.accuracy.length > 3")
    if preset == "spiral":
        assert visitor.box.locator(".race-tile").count() == 5
        assert "Muon" in visitor.box.locator(".race-tiles").inner_text()
    else:
        assert visitor.box.locator(".race-answers tr").count() == 5
        assert visitor.box.locator(".race-answers td.right, .race-answers td.wrong").count() == 48


@pytest.mark.parametrize("path", ["/?tab=race", "/zh?tab=race"])
@pytest.mark.parametrize("preset", ["306", "spiral", "trails"])
def test_it_fits_on_a_phone(visit: Visit, path: str, preset: str) -> None:
    visitor = visit(path, lesson="race", width=390, height=844, has_touch=True, is_mobile=True)
    if preset != "306":
        visitor.preset(preset)
    visitor.show("training")
    assert visitor.page.evaluate(NO_SIDEWAYS)
    if preset == "trails":
        visitor.page.touchscreen.tap(*visitor.at("landscape", 0.7, 0.4))
        visitor.expect("state.config.start_x > 0.3")


def test_all_controls_have_names(visit: Visit) -> None:
    visitor = race(visit)
    for preset in ("306", "trails"):
        if preset != "306":
            visitor.preset(preset)
        nameless = visitor.page.evaluate(
            """[...document.querySelectorAll('.stage button, .stage input, .stage select, .stage canvas.plot')]
                .filter(e => e.offsetParent && !e.ariaLabel && !e.textContent.trim() && !e.labels?.length)
                .map(e => e.outerHTML)"""
        )
        assert nameless == []


def test_a_hostile_link_is_told_and_harmless(visit: Visit) -> None:
    visitor = race(visit, "lanes=0_sgd_<b>_constant~1_adam_1_constant")
    visitor.box.get_by_role("alert").get_by_text("is not a lane").wait_for()
    assert visitor.state("state.config.lanes.length") == 4
