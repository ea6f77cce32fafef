"""What is drawn, and what the reader does to it: points, weights, layers, files."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import Visit, Visitor

OWN = "(state.config.own ?? []).length"


def test_click_adds_drag_moves_right_click_erases(visit: Visit) -> None:
    visitor = visit()
    mouse = visitor.page.mouse
    place = visitor.at("fit", 0.55, 0.2)
    mouse.click(*place)
    visitor.expect(f"{OWN} === 101")
    added = visitor.state("state.config.own[100]")
    assert -0.2 < added[0] < 0.5
    assert added[1] > 0.5
    mouse.move(*place)
    mouse.down()
    mouse.move(place[0] - 60, place[1] + 40, steps=4)
    mouse.up()
    visitor.expect(f"{OWN} === 101 && state.config.own[100][0] < {added[0]} && state.config.own[100][1] < {added[1]}")
    mouse.click(place[0] - 60, place[1] + 40, button="right")
    visitor.expect(f"{OWN} === 100")


def test_a_point_added_during_a_run_does_not_stop_it(visit: Visit) -> None:
    visitor = visit("/?steps=0")
    visitor.press("play")
    visitor.expect("state.step > 20")
    visitor.page.mouse.click(*visitor.at("fit", 0.5, 0.15))
    visitor.expect(f"{OWN} === 101 && state.playing")
    step = visitor.state("state.step")
    visitor.expect(f"state.step > {step} + 20")


def test_painting_a_class_of_ones_own(visit: Visit) -> None:
    visitor = visit("/?tab=classifier", lesson="classifier")
    visitor.box.get_by_role("button", name="Clear all").click()
    visitor.expect(f"state.config.own && {OWN} === 0")
    for brush, (x, y) in enumerate([(0.3, 0.3), (0.7, 0.3), (0.5, 0.7)]):
        visitor.box.get_by_role("button", name=f"class {'ABC'[brush]}").click()
        start = visitor.at("field", x, y)
        visitor.page.mouse.move(*start)
        visitor.page.mouse.down()
        visitor.page.mouse.move(start[0] + 70, start[1], steps=10)
        visitor.page.mouse.up()
    visitor.expect("new Set((state.config.own ?? []).map(p => p[2])).size === 3")
    visitor.expect("state.pictures.network.widths.at(-1) === 3")
    box = visitor.box.get_by_label("Learning rate").first
    box.fill("0.1")
    box.press("Enter")
    visitor.speed("max")
    visitor.press("play")
    visitor.expect("state.metrics.accuracy === 1")


def test_playing_without_points_says_what_is_missing(visit: Visit) -> None:
    visitor = visit()
    visitor.box.get_by_role("button", name="Clear all").click()
    visitor.expect(f"state.config.own && {OWN} === 0")
    visitor.press("play")
    visitor.box.get_by_role("alert").get_by_text("add at least 2 points").wait_for()
    assert visitor.state("state.playing") is False


def _edge(visitor: Visitor) -> tuple[float, float]:
    """A place on the only edge of a net without hidden layers."""
    return visitor.at("network", 0.5, 0.5 + 13 / visitor.plot("network").bounding_box()["height"])  # type: ignore[index]


def test_an_edge_is_read_and_set_by_hand(visit: Visit) -> None:
    visitor = visit("/?layers=&steps=0")
    visitor.page.mouse.move(*_edge(visitor))
    visitor.box.locator(".tip").get_by_text("weight").wait_for()
    visitor.page.mouse.click(*_edge(visitor))
    number = visitor.box.get_by_role("dialog").get_by_role("spinbutton")
    number.fill("2.5")
    visitor.expect("state.pictures.network.weights[0][0] === 2.5")
    slope = "(l => (l[l.length - 1] - l[l.length / 2]) / (l[l.length / 2 - 1] - l[0]))(state.pictures.fit.lines.fit)"
    assert visitor.state(slope) == pytest.approx(2.5, abs=1e-3)
    number.press("Escape")
    assert visitor.box.get_by_role("dialog").count() == 0


def test_a_bias_is_set_by_keyboard(visit: Visit) -> None:
    visitor = visit("/?layers=3")
    visitor.plot("network").focus()
    for key in ("ArrowRight", "ArrowDown", "Enter"):
        visitor.page.keyboard.press(key)
    visitor.box.get_by_role("dialog").get_by_role("spinbutton").fill("-1.25")
    visitor.expect("state.pictures.network.biases[0][1] === -1.25")


def test_pointing_at_a_neuron_shows_what_it_computes(visit: Visit) -> None:
    for path, lesson, panel in (
        ("/?layers=1", "regression", "fit"),
        ("/?tab=classifier&layers=1", "classifier", "field"),
    ):
        visitor = visit(path, lesson=lesson)
        height = visitor.plot("network").bounding_box()["height"]  # type: ignore[index]
        x = 52 + (visitor.plot("network").bounding_box()["width"] - 96) / 2  # type: ignore[index]
        share = x / visitor.plot("network").bounding_box()["width"]  # type: ignore[index]
        visitor.page.mouse.move(*visitor.at("network", share, 0.5 + 13 / height))
        visitor.expect(f"state.pictures.{panel}.focus")
        visitor.page.mouse.move(*visitor.at("network", 0.02, 0.98))
        visitor.expect(f"!state.pictures.{panel}.focus")


def test_layers_and_neurons_grow_and_shrink_on_the_drawing(visit: Visit) -> None:
    visitor = visit("/?tab=classifier&layers=2", lesson="classifier")
    net = visitor.box.locator("[data-panel=network]")
    for layers in range(2, 9):
        net.get_by_role("button", name="Add a layer").click()
        visitor.expect(f"state.config.layers.length === {layers}")
    assert net.get_by_role("button", name="Add a layer").is_disabled()
    for width in range(3, 17):
        net.get_by_role("button", name="Add a neuron to layer 1", exact=True).click()
        visitor.expect(f"state.config.layers[0] === {width}")
    assert net.get_by_role("button", name="Add a neuron to layer 1", exact=True).is_disabled()
    net.get_by_role("button", name="Remove a neuron from layer 1").click()
    visitor.expect("state.config.layers[0] === 15")
    net.get_by_role("button", name="Remove a layer").click()
    visitor.expect("state.config.layers.length === 7")


def _upload(visitor: Visitor, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    visitor.show("data")
    visitor.box.locator(".settings input[type=file]").set_input_files(path)


def test_csv_upload_and_its_refusals(visit: Visit, tmp_path: Path) -> None:
    visitor = visit()
    _upload(visitor, tmp_path / "a.csv", b"x,y\n1,10\n2,20\n3,40\n")
    visitor.expect(f"{OWN} === 3")
    assert visitor.state("state.config.own") == [[-1, -1, 0], [0, -0.3333, 0], [1, 1, 0]]
    step = visitor.state("state.renewal")
    for content, sentence in (
        (b"1,2,3\n4,5,6\n", "3 columns; 2 are needed"),
        (b"1,2\n3,<img src=x onerror=alert(1)>\n", "“<img src=x onerror=alert(1)>” is not a number"),
        (b"1,2\n3,nan\n", "“nan” is not a number"),
        (b"", "This file is empty"),
        (b"1,2\n", "at least 2 are needed"),
        (b"1,2\n" * 2_500_000, "10.0 MB; at most 1 MB"),
        ("1,2\n3,四\n".encode("utf-16"), "“四” is not a number"),
        (b"\x00\x01\x02PK", "This is not a text file"),
    ):
        _upload(visitor, tmp_path / "b.csv", content)
        visitor.box.get_by_role("alert").get_by_text(sentence).wait_for()
        visitor.box.get_by_role("alert").get_by_role("button").click()
    assert visitor.state(OWN) == 3
    assert visitor.state("state.renewal") == step
    assert visitor.page.locator(".stage img").count() == 0


def test_every_preset_plays_to_its_end(visit: Visit) -> None:
    for path, lesson in (("/", "regression"), ("/?tab=classifier", "classifier")):
        visitor = visit(path, lesson=lesson)
        for key in visitor.state("stage.spec.presets.map(p => p.key)"):
            visitor.preset(key)
            assert visitor.box.locator(".note").inner_text()
            visitor.speed("max")
            visitor.press("play")
            visitor.expect("state.why.reason === 'finished'")


def test_mini_batches_stand_as_cards(visit: Visit) -> None:
    visitor = visit()
    visitor.preset("305b")
    visitor.speed("one")
    visitor.press("step")
    visitor.expect("state.step === 1")
    cards = visitor.box.locator(".card")
    assert cards.count() == 2
    assert [cards.nth(i).locator("tr").first.locator("td").count() for i in (0, 1)] == [8, 2]


def test_the_same_net_is_printed_in_two_ways(visit: Visit) -> None:
    visitor = visit()
    prints = visitor.box.locator("[data-panel=prints] .printed").all_inner_texts()
    assert [text.split("(")[0] for text in prints] == ["Net", "Sequential"]


def test_pointing_at_the_plane_reads_probabilities(visit: Visit) -> None:
    visitor = visit("/?tab=classifier", lesson="classifier")
    visitor.page.mouse.move(*visitor.at("field", 0.8, 0.2))
    visitor.expect("state.pictures.bars")
    assert visitor.state("[...state.pictures.bars.values].reduce((a, b) => a + b)") == pytest.approx(1, abs=1e-4)
    assert visitor.box.locator(".bar").count() == 2


def test_both_heads_stand_side_by_side(visit: Visit) -> None:
    visitor = visit("/?tab=classifier", lesson="classifier")
    visitor.preset("heads")
    assert visitor.box.locator("[data-panel=field2]").is_visible()
    visitor.expect_ink("field2", 10_000)


def test_switches_change_the_picture(visit: Visit) -> None:
    visitor = visit("/?tab=classifier&test=0.5", lesson="classifier")
    picture = lambda: visitor.plot("field").evaluate("c => c.toDataURL()")  # noqa: E731
    for label in ("Test points", "Discretise", "Course colours"):
        before = picture()
        painted = int(visitor.plot("field").evaluate("c => c.dataset.n"))
        visitor.box.get_by_label(label).click()
        visitor.page.wait_for_function(
            "n => document.querySelector('[data-panel=field] canvas').dataset.n > n", arg=painted
        )
        assert picture() != before
