"""The pad, the net that learns while one draws, and a look inside."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from gradio_client import Client, handle_file
from PIL import Image, ImageDraw

from playground.data.digits import small_digits
from playground.data.shelf import DIGITS
from tests.browser.conftest import House, Visit, Visitor

Stroke = Sequence[Sequence[float]]
SEVEN: list[Stroke] = [[[0.3, 0.2], [0.5, 0.2], [0.7, 0.2], [0.55, 0.5], [0.42, 0.85]]]
WINNER = "(bars => bars.indexOf(Math.max(...bars)))([...(state.pictures.bars_{}?.values ?? [])])"


@pytest.fixture(autouse=True, scope="module")
def small() -> None:
    """scikit-learn's real digits stand in for MNIST, so that this suite runs on every machine."""
    DIGITS.digits = small_digits()


def visit_digits(visit: Visit, query: str = "", **options: object) -> Visitor:
    return visit(f"/?tab=digits{query}", lesson="digits", **options)


def draw(visitor: Visitor, strokes: Sequence[Stroke]) -> None:
    """Draw with the mouse; strokes in shares of the pad."""
    pad = visitor.plot("pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    mouse = visitor.page.mouse
    for stroke in strokes:
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
        mouse.move(*places[0])
        mouse.down()
        for place in places[1:]:
            mouse.move(*place, steps=2)
        mouse.up()


def winner(name: str) -> str:
    return WINNER.format(name)


def test_a_drawing_is_read_at_once(visit: Visit) -> None:
    visitor = visit_digits(visit)
    draw(visitor, SEVEN)
    visitor.expect(f"{winner('shipped')} === 7")
    assert visitor.state("state.pictures.seen.values.length") == 784
    visitor.box.get_by_role("button", name="Clear").first.click()
    visitor.expect("!state.pictures.seen")


def test_all_ten_digits_are_read_from_real_strokes(visit: Visit, data: Path) -> None:
    """One drawing of each digit from the third that the reader never learned from."""
    lines = [json.loads(line) for line in (data / "pen_strokes.jsonl").read_text().splitlines()]
    kept = lines[2::3]
    visitor = visit_digits(visit)
    for digit in range(10):
        strokes = next(line["strokes"] for line in kept if line["label"] == digit)
        strokes = [[*stroke[::3], stroke[-1]] for stroke in strokes]  # a third of the pen's points, a third of the time
        points = [point for stroke in strokes for point in stroke]
        left, top = (min(point[i] for point in points) for i in (0, 1))
        span = max(max(point[i] for point in points) - low for i, low in ((0, left), (1, top)))
        draw(visitor, [[[0.2 + 0.6 * (x - left) / span, 0.2 + 0.6 * (y - top) / span] for x, y in s] for s in strokes])
        visitor.expect(f"{winner('shipped')} === {digit}")
        visitor.box.get_by_role("button", name="Clear").first.click()
        visitor.expect("!state.pictures.seen")


def test_one_can_draw_while_it_trains(visit: Visit) -> None:
    visitor = visit_digits(visit, "&net=mlp&steps=0")
    visitor.press("play")
    visitor.expect("state.step > 20")
    draw(visitor, SEVEN)
    visitor.expect("state.pictures.bars_live && state.playing")
    before = visitor.state("[...state.pictures.bars_live.values]")
    visitor.expect(f"state.pictures.bars_live.values[7] !== {before[7]}")
    visitor.expect("state.metrics.test_accuracy > 0.8")


def test_undo_and_the_switch_of_normalisation(visit: Visit) -> None:
    visitor = visit_digits(visit)
    small = [[[0.05 + 0.2 * x, 0.05 + 0.2 * y] for x, y in stroke] for stroke in SEVEN]
    draw(visitor, small)
    visitor.expect("state.pictures.seen")
    columns = "(v => Math.max(...[...v].map((p, i) => p ? i % 28 : 0)))(state.pictures.seen.values)"
    visitor.expect(f"{columns} > 16")
    visitor.box.get_by_label("normalise like MNIST").click()
    visitor.expect(f"{columns} < 10")
    visitor.box.get_by_role("button", name="Undo").click()
    visitor.expect("!state.pictures.seen")


def test_inside_the_cnn(visit: Visit) -> None:
    visitor = visit_digits(visit)
    draw(visitor, SEVEN)
    visitor.expect("state.pictures.maps1 && state.pictures.maps2 && state.pictures.saliency")
    visitor.page.mouse.move(*visitor.at("maps1", 0.3, 0.3))
    visitor.expect("state.pictures.patch")
    product = (
        "(p => [...p.patch].reduce((sum, value, i) => sum + value * p.kernel[i], 0) - p.sum)(state.pictures.patch)"
    )
    assert visitor.state(product) == pytest.approx(0, abs=1e-4)


def test_the_lstm_reads_row_by_row(visit: Visit) -> None:
    visitor = visit_digits(visit)
    visitor.preset("402")
    draw(visitor, SEVEN)
    visitor.expect("state.pictures.rows && state.pictures.memory")
    assert visitor.state("[state.pictures.rows.values.shape, state.pictures.memory.values.shape]") == [
        [28, 10],
        [28, 64],
    ]
    for panel in ("rows", "memory"):
        strip = visitor.box.locator(f"[data-panel={panel}] canvas.heat")
        strip.scroll_into_view_if_needed()
        corner = "c => c.getContext('2d').getImageData(c.width / 2, c.height / 2, 1, 1).data[3]"
        assert strip.evaluate("c => c.clientHeight") > 100
        assert strip.evaluate(corner) == 255


def test_three_nets_answer_side_by_side(visit: Visit) -> None:
    visitor = visit_digits(visit)
    visitor.preset("all")
    draw(visitor, SEVEN)
    visitor.expect("['cnn', 'lstm', 'mlp'].every(name => state.pictures['bars_' + name])")


def test_a_cell_of_the_confusion_matrix_opens_its_pictures(visit: Visit) -> None:
    visitor = visit_digits(visit, "&net=mlp")
    visitor.box.locator("[data-panel=confusion] td[role=button]").first.click()
    visitor.expect("stage.view.cell && stage.view.cell[0] === 0")
    row = visitor.state("[...state.pictures.confusion.values].slice(0, 10)")
    guess = row.index(max(row))
    visitor.box.locator("[data-panel=confusion] tr").nth(1).locator("td").nth(guess).click()
    visitor.expect("state.pictures.wrong && state.pictures.wrong.values.length > 0")


def test_teaching_it_one_s_hand(visit: Visit) -> None:
    visitor = visit_digits(visit, "&net=mlp&steps=40")
    visitor.speed("max")
    visitor.press("play")
    visitor.expect("state.why.reason === 'finished'")
    draw(visitor, SEVEN)
    visitor.expect("state.pictures.bars_live")
    visitor.box.get_by_role("button", name="It was a 3").click()
    visitor.expect("state.pictures.hand")
    visitor.box.get_by_role("button", name="Teach it my hand").click()
    visitor.expect("state.pictures.taught")
    visitor.expect(f"{winner('live')} === 3")


def test_drawing_by_keyboard(visit: Visit) -> None:
    """Enter puts the pen down in the middle; a column of arrow keys is a one. Space still plays."""
    visitor = visit_digits(visit)
    pad = visitor.plot("pad")
    pad.focus()
    for key in [*["ArrowUp"] * 7, "Enter", *["ArrowDown"] * 14]:
        pad.press(key)
    visitor.expect(f"{winner('shipped')} === 1")
    pad.press("Enter")
    pad.press("ArrowLeft")
    visitor.expect(f"{winner('shipped')} === 1")
    pad.press("z")
    visitor.expect("!state.pictures.bars_shipped")


def test_the_calculator_knows_pooling(visit: Visit) -> None:
    visitor = visit_digits(visit)
    panel = visitor.box.locator("[data-panel=convolution]")
    panel.scroll_into_view_if_needed()
    panel.get_by_role("combobox").select_option("max")
    panel.get_by_text("MaxPool2d").wait_for()
    assert "(16, 7, 7) → (16, 3, 3)" in panel.locator("dl").inner_text()
    panel.get_by_role("slider", name="padding").fill("2")
    panel.get_by_text("at most half its size").wait_for()
    panel.get_by_role("combobox").select_option("avg")
    panel.get_by_text("AvgPool2d").wait_for()
    assert not panel.get_by_role("slider", name="dilation").is_visible()


def test_a_photo_is_read_and_junk_is_refused(visit: Visit, tmp_path: Path) -> None:
    picture = Image.new("RGB", (400, 300), "white")
    ImageDraw.Draw(picture).line([(150, 60), (250, 60), (190, 240)], fill="black", width=18, joint="curve")
    picture.save(tmp_path / "seven.png")
    visitor = visit_digits(visit)
    visitor.box.locator("[data-panel=pad] input[type=file]").set_input_files(tmp_path / "seven.png")
    visitor.expect(f"{winner('shipped')} === 7")
    (tmp_path / "text.png").write_text("not a picture")
    visitor.box.locator("[data-panel=pad] input[type=file]").set_input_files(tmp_path / "text.png")
    visitor.box.get_by_role("alert").get_by_text("cannot be read as a picture").wait_for()


def test_drawing_on_a_phone_does_not_scroll_the_page(visit: Visit) -> None:
    visitor = visit_digits(visit, width=390, height=844, has_touch=True, is_mobile=True)
    pad = visitor.plot("pad")
    pad.scroll_into_view_if_needed()
    assert pad.evaluate("c => getComputedStyle(c).touchAction") == "none"
    assert visitor.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    box = pad.bounding_box()
    assert box
    before = visitor.page.evaluate("window.scrollY")
    touch = visitor.page.context.new_cdp_session(visitor.page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] * 0.2
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for i in range(1, 9):
        point = {"x": x, "y": y + i * box["height"] * 0.07}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    visitor.expect(f"{winner('shipped')} === 1")
    assert visitor.page.evaluate("window.scrollY") == before


def test_the_endpoint_reads_image_files(house: House, tmp_path: Path) -> None:
    client = Client(house.address, verbose=False)
    for ground, ink in (("white", "black"), ("black", "white")):
        picture = Image.new("L", (513, 700), ground)
        ImageDraw.Draw(picture).line([(150, 160), (350, 160), (230, 540)], fill=ink, width=30, joint="curve")
        picture.save(tmp_path / "seven.png")
        answer = client.predict(handle_file(tmp_path / "seven.png"), api_name="/predict_digit")
        assert answer["label"] == "7"
        assert sum(item["confidence"] for item in answer["confidences"]) == pytest.approx(1, abs=1e-4)
    (tmp_path / "broken.png").write_bytes(b"no picture at all")
    with pytest.raises(Exception, match="cannot be read as a picture"):
        client.predict(handle_file(tmp_path / "broken.png"), api_name="/predict_digit")
