"""A challenge is made in the dialog, opened by its link, met, and ticked; what it keeps is not on the page."""

from __future__ import annotations

from urllib.parse import parse_qs, urlparse

from tests.browser.conftest import Visit


def test_make_open_meet(visit: Visit) -> None:
    teacher = visit("/?layers=4&lr=0.5&steps=1000&test=0.3")
    teacher.box.get_by_role("button", name="Share").click()
    dialog = teacher.box.get_by_role("dialog", name="Share")
    dialog.locator(".share-task > summary").click()
    dialog.get_by_label("Target").first.select_option("test_loss")
    dialog.locator(".task-aim input").fill("0.02")
    dialog.locator(".task-bound input").first.fill("8")
    dialog.locator(".task-hide summary").click()
    dialog.get_by_label("Activation").check()
    address = dialog.get_by_label("Address").input_value()
    query = parse_qs(urlparse(address).query)
    assert query["aim"] == ["test_loss.lt.0.02"]
    assert query["most"] == ["neurons.8"]
    assert {"activation", "own", "seed", "target"} <= set(query["hide"][0].split("."))

    pupil = visit("/" + address.split("/", 3)[3])
    banner = pupil.box.locator(".task")
    assert "Challenge: test loss below 0.02 with at most 8 hidden neurons" in banner.inner_text()
    assert pupil.box.locator("[data-knob=activation]").is_hidden()
    assert pupil.box.locator(".gallery").is_hidden()
    assert pupil.box.locator("[data-preset='301']").is_hidden()
    assert pupil.box.locator("[data-knob=lr]").is_visible()
    pupil.speed("max")
    pupil.press("play")
    pupil.expect("state.task.met_at !== null && box.querySelector('.task').dataset.met === 'now'")
    pupil.page.set_viewport_size({"width": 390, "height": 844})
    met = banner.get_by_text("Met at step").bounding_box()
    assert met
    assert met["height"] < 30  # one line
    pupil.page.set_viewport_size({"width": 1440, "height": 1000})
    assert pupil.state("state.metrics.test_loss") < 0.02

    pupil.page.locator("header .language").click()  # the other language and a reload keep it
    pupil.expect("state.task?.sentence.startsWith('挑战')")
    assert "aim=test_loss.lt.0.02" in pupil.page.url
    banner.locator(".task-leave").click()
    pupil.expect("state.task === null")
    assert pupil.box.locator("[data-preset='301']").is_visible()
    assert pupil.box.locator("[data-knob=activation]").is_visible()


def test_too_many_neurons_do_not_count_and_kept_settings_stay(visit: Visit) -> None:
    visitor = visit("/?layers=12&steps=300&aim=loss.lt.0.05&most=neurons.8&hide=own.lr")
    visitor.speed("max")
    visitor.press("play")
    visitor.expect("state.why.reason === 'finished'")
    assert visitor.state("state.task.parts.map(part => part.met)") == [True, False]
    assert visitor.box.locator(".task").get_attribute("data-met") == "no"
    visitor.page.mouse.click(*visitor.at("fit", 0.5, 0.2))
    visitor.box.get_by_role("alert").get_by_text("belongs to the challenge").wait_for()
    assert visitor.state("state.config.own") is None


def test_a_link_can_open_a_run_at_its_step(visit: Visit) -> None:
    weights = "JSON.stringify(state.pictures.network.weights.map(w => [...w]))"
    visitor = visit("/?batch=16")
    for step in (1, 2, 3):
        visitor.press("step")
        visitor.expect(f"state.step === {step}")
    visitor.box.get_by_role("button", name="Share").click()
    dialog = visitor.box.get_by_role("dialog", name="Share")
    dialog.get_by_label("At this step (3)").check()
    address = dialog.get_by_label("Address").input_value()
    other = visit("/" + address.split("/", 3)[3])
    other.expect("state.step === 3")
    assert other.state(weights) == visitor.state(weights)


def test_a_hostile_link_is_refused_in_words(visit: Visit) -> None:
    visitor = visit("/?aim=loss.lt.<img src=x onerror=alert(1)>&hide=lr")
    visitor.box.get_by_role("alert").get_by_text("is not a target").wait_for()
    assert visitor.state("state.task") is None
    assert visitor.box.locator("[data-knob=lr]").is_visible()
