"""The painter and the critic: playing, turning an idea, asking for a kind of painting, and drawing against D."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.browser.conftest import Visit, Visitor

CURVE = [(0.07, 0.42), (0.3, 0.62), (0.52, 0.7), (0.75, 0.62), (0.97, 0.42)]
CHOSEN = "JSON.stringify([...state.pictures.paintings.chosen])"
PAINTED = "Number(box.querySelector('[data-panel=paintings] canvas').dataset.n)"
MEAN_A = "(dots => dots.filter((_, i) => i % 2 === 0).reduce((sum, a) => sum + a, 0) / (dots.length / 2))"


def visit_gan(visit: Visit, query: str = "", path: str = "/", **options: object) -> Visitor:
    return visit(f"{path}?tab=gan{query}", lesson="gan", **options)


def sketch(visitor: Visitor, curve: Sequence[tuple[float, float]], *, lift: bool = True) -> None:
    """Draw on the critic's sheet with the mouse, in shares of its canvas."""
    visitor.plot("critic").scroll_into_view_if_needed()
    mouse = visitor.page.mouse
    mouse.move(*visitor.at("critic", *curve[0]))
    mouse.down()
    for place in curve[1:]:
        mouse.move(*visitor.at("critic", *place), steps=4)
    if lift:
        mouse.up()


def test_before_play_there_are_scribbles_and_a_band(visit: Visit) -> None:
    visitor = visit_gan(visit)
    visitor.expect(f"{PAINTED} > 0")
    assert visitor.state("state.step") == 0
    assert visitor.state("state.metrics.band_share") < 0.5
    for panel in ("studio", "paintings", "critic", "opinion"):
        visitor.expect(f"Number(box.querySelector('[data-panel={panel}] canvas').dataset.n) > 0")
        visitor.expect_ink(panel, 3000)
    assert visitor.box.locator("[data-panel=touch] canvas.heat").evaluate("c => c.clientHeight") > 100
    assert visitor.box.locator("[data-panel=balance] .chart").count() == 3
    assert visitor.box.locator("[data-panel=quality] .chart").count() == 3


def test_play_brings_the_paintings_into_the_band(visit: Visit) -> None:
    visitor = visit_gan(visit, "&steps=600")
    visitor.press("play")
    visitor.expect("state.step > 100 && state.playing")
    visitor.expect("state.why.reason === 'finished'")
    assert visitor.state("state.metrics.band_share") > 0.8
    assert "NaN" not in visitor.box.inner_text()
    assert visitor.box.locator(".counters [data-metric=metric_band_share] dd").inner_text().endswith("%")
    visitor.press("reset")
    visitor.expect("state.step === 0 && state.metrics.band_share < 0.5")


def test_a_slider_of_the_idea_repaints_at_once(visit: Visit) -> None:
    visitor = visit_gan(visit)
    before, painted = visitor.state(CHOSEN), visitor.state(PAINTED)
    slider = visitor.box.get_by_label("Number 2 of the idea")
    slider.focus()
    for _ in range(6):
        visitor.page.keyboard.press("ArrowRight")
    visitor.expect(f"{CHOSEN} !== '{before}' && {PAINTED} > {painted}")
    value = float(slider.input_value())
    visitor.expect(f"Math.abs(state.pictures.studio.idea[1] - {value}) < 1e-6")
    before = visitor.state(CHOSEN)
    visitor.box.get_by_role("button", name="New idea").click()
    visitor.expect(f"{CHOSEN} !== '{before}'")


def test_an_idea_survives_a_reset_and_acts_while_it_trains(visit: Visit) -> None:
    visitor = visit_gan(visit, "&steps=0")
    visitor.box.get_by_role("button", name="New idea").click()
    idea = "[...state.pictures.studio.idea].map(value => value.toFixed(2)).join()"
    chosen = visitor.state("[...box.querySelectorAll('.gan-slider input')].map(i => Number(i.value).toFixed(2)).join()")
    visitor.expect(f"{idea} === '{chosen}'")
    visitor.press("play")
    visitor.expect("state.step > 20")
    visitor.press("reset")
    visitor.expect(f"state.step === 0 && {idea} === '{chosen}'")
    visitor.press("play")
    visitor.expect("state.step > 10")
    visitor.box.get_by_role("button", name="New idea").click()
    visitor.expect(f"{idea} !== '{chosen}' && state.playing")


def test_drawing_moves_the_critic_s_opinion_while_the_pen_is_down(visit: Visit) -> None:
    visitor = visit_gan(visit, "&steps=300")
    visitor.speed("max")
    visitor.press("play")
    visitor.expect("state.why.reason === 'finished'")
    sketch(visitor, CURVE[:3], lift=False)
    visitor.expect("state.pictures.critic.judged")
    first = visitor.state("state.pictures.critic.judged[0]")
    for place in CURVE[3:]:
        visitor.page.mouse.move(*visitor.at("critic", *place), steps=4)
    visitor.expect(f"Math.abs(state.pictures.critic.judged[0] - {first}) > 1e-4")
    assert visitor.state("[...state.pictures.critic.tally]") == [0, 0]
    visitor.page.mouse.up()
    visitor.expect("state.pictures.critic.tally[0] + state.pictures.critic.tally[1] === 1")
    shown = visitor.box.locator("[data-gauge=judged] output").inner_text()
    assert shown == f"{100 * visitor.state('state.pictures.critic.judged[0]'):.1f} %"
    visitor.box.locator("[data-panel=critic]").get_by_role("button", name="Clear").click()
    visitor.expect("!state.pictures.critic.heights")


def test_a_curve_is_judged_anew_as_d_learns(visit: Visit) -> None:
    visitor = visit_gan(visit, "&steps=0")
    sketch(visitor, CURVE)
    visitor.expect("state.pictures.critic.judged")
    before = visitor.state("state.pictures.critic.judged[0]")
    visitor.press("play")
    visitor.expect(f"state.step > 40 && Math.abs(state.pictures.critic.judged[0] - {before}) > 0.01 && state.playing")
    visitor.press("reset")
    visitor.expect("state.step === 0 && state.pictures.critic.heights")


def test_the_sheet_works_by_keyboard(visit: Visit) -> None:
    visitor = visit_gan(visit)
    visitor.plot("critic").focus()
    for key in ("ArrowUp", "ArrowUp", "ArrowRight", "ArrowDown", "Enter"):
        visitor.page.keyboard.press(key)
    visitor.expect("state.pictures.critic.tally[0] + state.pictures.critic.tally[1] === 1")
    assert visitor.state("[...state.pictures.critic.heights].map(h => Number(h.toFixed(2)))")[7:9] == [1.1, 0.95]
    assert visitor.state("state.step") == 0
    visitor.page.keyboard.press("Delete")
    visitor.expect("!state.pictures.critic.heights")


def test_a_real_one_lies_in_the_band(visit: Visit) -> None:
    visitor = visit_gan(visit)
    visitor.box.get_by_role("button", name="A real one").click()
    visitor.expect("state.pictures.critic.heights")
    inside = "[...c.heights].every((h, i) => h >= c.low[i] - 1e-3 && h <= c.high[i] + 1e-3)"
    assert visitor.state(f"(c => {inside})(state.pictures.critic)")


def test_an_upper_and_a_lower_painting_are_asked_for(visit: Visit) -> None:
    visitor = visit_gan(visit)
    ask = visitor.box.locator(".gan-ask")
    assert ask.is_hidden()
    visitor.preset("406c")
    visitor.expect("!box.querySelector('.gan-ask').hidden")
    visitor.speed("max")
    visitor.press("play")
    visitor.expect("state.step > 2500")
    visitor.press("pause")
    visitor.expect("!state.playing")
    upper = visitor.state(f"{MEAN_A}([...state.pictures.opinion.dots])")
    ask.get_by_role("button", name="a lower one").click()
    visitor.expect(f"{MEAN_A}([...state.pictures.opinion.dots]) < {upper} - 0.2")
    visitor.expect("state.pictures.paintings.high[0] < 2.01")
    visitor.press("reset")
    visitor.expect("state.step === 0 && state.pictures.paintings.high[0] < 2.01")


@pytest.mark.parametrize("game", ["nonsaturating", "lsgan", "wgan"])
def test_every_loss_can_be_chosen_and_plays(visit: Visit, game: str) -> None:
    visitor = visit_gan(visit)
    visitor.box.locator("[data-knob=game] select").select_option(game)
    visitor.expect(f"state.config.game === '{game}' && state.step === 0")
    visitor.press("play")
    visitor.expect("state.step > 30 && Number.isFinite(state.metrics.d_loss) && Number.isFinite(state.metrics.score)")
    score = "state.pictures.balance.charts.find(chart => chart.plot.name === 'score').plot.aim"
    expected = {"nonsaturating": -1.386, "lsgan": -0.25, "wgan": 0.0}[game]
    assert visitor.state(score) == pytest.approx(expected, abs=1e-3)


def test_who_learns_is_switched_during_the_run(visit: Visit) -> None:
    visitor = visit_gan(visit, "&steps=0")
    visitor.press("play")
    visitor.expect("state.step > 20")
    renewal = visitor.state("state.renewal")
    visitor.box.locator("[data-knob=train] select").select_option("only_d")
    visitor.expect("state.config.train === 'only_d'")
    painted, step = visitor.state(CHOSEN), visitor.state("state.step")
    visitor.expect(f"state.step > {step} + 20 && {CHOSEN} === '{painted}'")
    visitor.box.locator("[data-knob=train] select").select_option("both")
    visitor.expect(f"{CHOSEN} !== '{painted}' && state.playing")
    assert visitor.state("state.renewal") == renewal


def test_slow_motion_names_five_stages_and_dims_the_rest(visit: Visit) -> None:
    visitor = visit_gan(visit)
    visitor.speed("slow")
    names = []
    for _ in range(5):
        before = visitor.state("state.n")
        visitor.press("step")
        visitor.expect(f"state.n > {before}")
        names.append(visitor.box.locator(".stages [aria-current=step]").inner_text())
    assert names == ["artist paints", "G paints", "D judges", "D learns", "G learns"]
    assert visitor.state("state.step") == 1
    opacity = "getComputedStyle(box.querySelector('[data-panel={}]')).opacity"
    visitor.expect(f"{opacity.format('touch')} < 0.5 && {opacity.format('paintings')} === '1'")
    visitor.speed("real")
    visitor.expect(f"{opacity.format('touch')} === '1'")


def test_a_place_of_the_map_shows_its_curve(visit: Visit) -> None:
    visitor = visit_gan(visit)
    painted = visitor.state(PAINTED)
    visitor.page.mouse.move(*visitor.at("opinion", 0.7, 0.4))
    visitor.expect(f"stage.view.parabola && {PAINTED} > {painted}")
    visitor.page.mouse.move(5, 5)
    visitor.expect("!stage.view.parabola")


def test_it_fits_a_phone_and_drawing_does_not_scroll_it(visit: Visit) -> None:
    visitor = visit_gan(visit, path="/zh", width=390, height=844, has_touch=True, is_mobile=True)
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    visitor.plot("critic").scroll_into_view_if_needed()
    before = visitor.page.evaluate("window.scrollY")
    touch = visitor.page.context.new_cdp_session(visitor.page)
    for i in range(13):
        x, y = visitor.at("critic", 0.1 + 0.07 * i, 0.4 + 0.02 * i)
        kind = "touchMove" if i else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    visitor.expect("state.pictures.critic.tally[0] + state.pictures.critic.tally[1] === 1")
    assert visitor.page.evaluate("window.scrollY") == before
