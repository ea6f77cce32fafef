"""The space of codes: turned, pointed at, walked through, and drawn into, while the net learns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from playground.data.digits import small_digits
from playground.data.shelf import DIGITS
from tests.browser.conftest import Visit, Visitor

SEVEN = [(0.3, 0.2), (0.7, 0.2), (0.55, 0.5), (0.42, 0.85)]
PAINTED = "String(state.pictures.passage?.drawn)"
PIXELS = "c => c.toDataURL()"
# The page's pixel at which the canvas says that its cursor can be grabbed: it is asked at each place of a fine grid.
GRABBABLE = """canvas => {
    const box = canvas.getBoundingClientRect();
    for (let y = 6; y < box.height; y += 6) for (let x = 6; x < box.width; x += 6) {
        const at = [box.left + x, box.top + y];
        canvas.dispatchEvent(new PointerEvent('pointermove', { clientX: at[0], clientY: at[1], pointerType: 'mouse' }));
        if (canvas.classList.contains('grabs')) return at;
    }
    return null;
}"""


@pytest.fixture(autouse=True, scope="module")
def small() -> None:
    """scikit-learn's real digits stand in for MNIST, so that this suite runs on every machine."""
    DIGITS.digits = small_digits()


def open_lesson(visit: Visit, query: str = "", **options: Any) -> Visitor:
    """Without the slow turn, so that the cloud stands still unless a test turns it."""
    options.setdefault("reduced_motion", "reduce")
    visitor = visit(f"/?tab=autoencoder{query}", lesson="autoencoder", **options)
    visitor.expect("state.pictures?.latent && state.pictures.passage.drawn")
    visitor.page.wait_for_function("document.querySelector('.latent .cloud')?.dataset.n > 0")
    return visitor


def cloud(visitor: Visitor) -> Any:
    canvas = visitor.box.locator(".latent .cloud")
    canvas.scroll_into_view_if_needed()
    return canvas


def spot(visitor: Visitor, x: float, y: float) -> tuple[float, float]:
    box = cloud(visitor).bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def repainted(visitor: Visitor, selector: str, action: Any) -> None:
    """Do something and wait until the canvas has been painted again."""
    before = visitor.page.evaluate(f"Number(document.querySelector('{selector}').dataset.n)")
    action()
    visitor.page.wait_for_function(f"document.querySelector('{selector}').dataset.n > {before}")


def draw(visitor: Visitor, places: Sequence[tuple[float, float]]) -> None:
    pad = visitor.box.locator("[data-panel=drop] .pad-canvas")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    mouse = visitor.page.mouse
    steps = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    mouse.move(*steps[0])
    mouse.down()
    for step in steps[1:]:
        mouse.move(*step, steps=3)
    mouse.up()


def test_the_first_frame_shows_a_trained_net(visit: Visit) -> None:
    visitor = open_lesson(visit)
    assert visitor.state("state.preset") == "shipped"
    assert visitor.state("state.step") == 0
    assert visitor.state("state.pictures.latent.xyz.shape") == [297, 3]
    assert visitor.state("state.metrics.knn_accuracy") > 0.5
    assert visitor.state("state.pictures.rebuilt.values.shape") == [2, 10, 28, 28]


def test_the_cloud_is_turned_and_zoomed_by_mouse(visit: Visit) -> None:
    visitor = open_lesson(visit)
    canvas, mouse = cloud(visitor), visitor.page.mouse
    home = visitor.box.get_by_role("button", name="Reset view").first
    first = canvas.evaluate(PIXELS)
    mouse.move(*spot(visitor, 0.1, 0.9))
    mouse.down()
    repainted(visitor, ".latent .cloud", lambda: mouse.move(*spot(visitor, 0.4, 0.8), steps=5))
    mouse.up()
    turned = canvas.evaluate(PIXELS)
    assert turned != first
    repainted(visitor, ".latent .cloud", lambda: mouse.wheel(0, -300))
    assert canvas.evaluate(PIXELS) != turned
    assert home.is_enabled()
    mouse.move(5, 5)
    repainted(visitor, ".latent .cloud", home.click)


def test_the_cloud_turns_by_itself_until_it_is_touched(visit: Visit) -> None:
    visitor = open_lesson(visit, reduced_motion="no-preference")
    visitor.page.mouse.move(5, 5)
    canvas = cloud(visitor)
    first = canvas.evaluate(PIXELS)
    visitor.page.wait_for_function("f => document.querySelector('.latent .cloud').toDataURL() !== f", arg=first)
    canvas.press("ArrowRight")
    home = visitor.box.get_by_role("button", name="Reset view").first
    visitor.page.wait_for_function(
        "!document.querySelector('.latent .cloud-home, [data-panel=latent] .cloud-home').disabled"
    )
    assert home.is_enabled()


def test_a_click_on_a_point_makes_the_decoder_paint_it(visit: Visit) -> None:
    visitor = open_lesson(visit)
    before = visitor.state(PAINTED)
    page = visitor.page
    for x in (0.5, 0.45, 0.55, 0.4, 0.6):  # the first place that lies over another point than the cursor's
        page.mouse.click(*spot(visitor, x, 0.42))
        page.mouse.move(*spot(visitor, x, 0.42))
        if cloud(visitor).evaluate("c => c.style.cursor") == "pointer":
            break
    visitor.expect(f"{PAINTED} !== {before!r}")
    assert visitor.state("state.pictures.latent.spots[0]") >= 0
    index, source = visitor.state("[state.pictures.latent.spots[0], [...state.pictures.passage.source]]")
    assert source == small_digits().test_images[index].flatten().tolist()


def test_hovering_a_point_asks_for_its_picture(visit: Visit) -> None:
    visitor = open_lesson(visit)
    visitor.page.mouse.move(*spot(visitor, 0.5, 0.45), steps=8)
    visitor.page.mouse.move(*spot(visitor, 0.45, 0.4), steps=12)
    visitor.expect("state.pictures.pointed")
    pointed = "state.pictures.pointed"  # both at once: the next answer may be on its way
    index, shown = visitor.state(f"[{pointed}.at, [...{pointed}.values].slice(0, 784)]")
    assert shown == small_digits().test_images[index].flatten().tolist()


def test_the_cursor_is_dragged_and_the_camera_stays(visit: Visit) -> None:
    visitor = open_lesson(visit)
    before = visitor.state("[...state.pictures.passage.code]")
    mouse = visitor.page.mouse
    found = cloud(visitor).evaluate(GRABBABLE)
    assert found
    mouse.move(*found)
    mouse.down()
    mouse.move(found[0] + 40, found[1] - 30, steps=5)
    mouse.up()
    visitor.expect(f"state.pictures.passage.code[0] !== {before[0]} && !state.pictures.passage.source")
    assert visitor.state("state.pictures.latent.spots[0]") == -1
    assert visitor.box.get_by_role("button", name="Reset view").first.is_disabled()
    after = visitor.state("[...state.pictures.passage.code]")
    assert sum(abs(a - b) for a, b in zip(after, before, strict=True)) > 0.05


def test_three_sliders_move_the_cursor(visit: Visit) -> None:
    visitor = open_lesson(visit)
    sliders = visitor.box.locator(".latent-sliders input")
    assert sliders.count() == 3
    for axis in range(3):
        before = visitor.state(PAINTED)
        value = visitor.state(f"state.pictures.passage.code[{axis}]")
        sliders.nth(axis).focus()
        for _ in range(40):
            visitor.page.keyboard.press("ArrowLeft")
        visitor.expect(f"{PAINTED} !== {before!r} && state.pictures.passage.code[{axis}] < {value}")


def test_a_walk_from_one_point_to_another(visit: Visit) -> None:
    visitor = open_lesson(visit)
    box, page = visitor.box, visitor.page
    ends = visitor.state("[...state.pictures.latent.ends]")
    box.get_by_role("button", name="Set B").click()
    for x in (0.5, 0.45, 0.55, 0.4, 0.6):
        page.mouse.click(*spot(visitor, x, 0.42))
        if box.get_by_role("button", name="Set B").get_attribute("aria-pressed") == "false":
            break
    visitor.expect(f"state.pictures.latent.ends[3] !== {ends[3]}")
    visitor.expect("state.pictures.latent.spots[0] === -1 && !state.pictures.passage.source")  # it walks
    box.get_by_role("button", name="Stop").click()
    slider = box.get_by_label("How far from A to B")
    slider.fill("1")
    same = "[0, 1, 2].every(i => Math.abs(state.pictures.passage.code[i] - state.pictures.latent.ends[3 + i]) < 1e-4)"
    visitor.expect(same)
    last = visitor.state("String(state.pictures.walk.values.slice(-784))")
    assert visitor.state(PAINTED) == last
    slider.fill("0")
    visitor.expect(same.replace("3 + i", "i"))


def test_a_drawing_is_dropped_into_the_cloud(visit: Visit) -> None:
    visitor = open_lesson(visit)
    box = visitor.box
    assert box.get_by_role("button", name="Cursor here").is_disabled()
    draw(visitor, SEVEN)
    visitor.expect("state.pictures.latent.drawing && state.pictures.redrawn && state.pictures.neighbours")
    assert visitor.state("state.pictures.neighbours.labels.length") == 5
    box.get_by_role("button", name="Cursor here").click()
    visitor.expect("String(state.pictures.latent.cursor) === String(state.pictures.latent.drawing)")
    visitor.expect("String(state.pictures.passage.source) === String(state.pictures.redrawn.values.slice(0, 784))")
    box.get_by_role("button", name="Walk from here").click()
    visitor.expect("String(state.pictures.latent.ends.slice(0, 3)) === String(state.pictures.latent.drawing)")
    box.locator("[data-panel=drop]").get_by_role("button", name="Clear").click()
    visitor.expect("!state.pictures.latent.drawing && !state.pictures.redrawn")


def test_the_cloud_moves_while_it_learns_and_can_be_used(visit: Visit) -> None:
    visitor = open_lesson(visit)
    visitor.preset("404")
    before = visitor.state("[...state.pictures.latent.xyz.slice(0, 3)]")
    visitor.speed("max")
    visitor.press("play")
    visitor.expect(f"state.playing && state.pictures.latent.xyz[0] !== {before[0]}")
    visitor.box.locator(".latent-sliders input").first.focus()
    visitor.page.keyboard.press("ArrowRight")
    visitor.expect("state.pictures.latent.spots[0] === -1 && state.playing")
    visitor.expect("state.metrics.test_loss < 0.07")
    visitor.press("pause")
    visitor.expect("!state.playing")


def test_the_plane_is_a_map_to_drag_over(visit: Visit) -> None:
    visitor = open_lesson(visit)
    visitor.preset("plane")
    visitor.expect("state.pictures.plane")
    assert visitor.box.locator(".latent-sliders input").count() == 2
    before = visitor.state("[...state.pictures.passage.code]")
    mouse = visitor.page.mouse
    mouse.move(*visitor.at("plane", 0.2, 0.2))
    mouse.down()
    mouse.move(*visitor.at("plane", 0.8, 0.7), steps=5)
    mouse.up()
    visitor.expect(f"state.pictures.passage.code[0] !== {before[0]}")
    share = "(p => (p.cursor[0] - p.x_range[0]) / (p.x_range[1] - p.x_range[0]))(state.pictures.plane)"
    visitor.expect(f"Math.abs({share} - (0.8 * 15 - 0.5) / 14) < 0.02")


def test_weights_that_do_not_fit_are_told(visit: Visit) -> None:
    visitor = open_lesson(visit, "&wide=100")
    visitor.box.get_by_role("alert").get_by_text("784-128-64-12-3").wait_for()
    visitor = open_lesson(visit, "&cursor=x&start=nonsense&kl=-1")
    assert visitor.state("state.config.start") == "shipped"


def test_the_legend_filters_and_the_page_fits_a_phone(visit: Visit) -> None:
    visitor = open_lesson(visit, width=390, height=844, has_touch=True, is_mobile=True)
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    canvas = cloud(visitor)
    first = canvas.evaluate(PIXELS)
    repainted(visitor, ".latent .cloud", visitor.box.locator(".latent .cloud-legend button").nth(3).tap)
    assert canvas.evaluate(PIXELS) != first
    before = visitor.state(PAINTED)
    for x in (0.5, 0.45, 0.55, 0.4, 0.6, 0.35, 0.65):
        visitor.page.touchscreen.tap(*spot(visitor, x, 0.5))
    visitor.expect(f"{PAINTED} !== {before!r}")


def test_two_fingers_zoom_the_cloud(visit: Visit) -> None:
    visitor = open_lesson(visit, width=390, height=844, has_touch=True, is_mobile=True)
    canvas = cloud(visitor)
    first = canvas.evaluate(PIXELS)
    touch = visitor.page.context.new_cdp_session(visitor.page)
    x, y = spot(visitor, 0.5, 0.5)

    def fingers(gap: float) -> list[dict[str, float]]:
        return [{"x": x - gap, "y": y, "id": 0}, {"x": x + gap, "y": y, "id": 1}]

    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": fingers(30)})

    def spread() -> None:
        for gap in range(35, 100, 8):
            touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": fingers(gap)})

    repainted(visitor, ".latent .cloud", spread)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    assert canvas.evaluate(PIXELS) != first
    assert visitor.page.evaluate("window.visualViewport.scale") == 1
