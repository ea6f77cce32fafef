"""A visitor goes back through a run, goes on from there otherwise, compares both; and draws 16 seeds."""

from __future__ import annotations

from tests.browser.conftest import Visit, Visitor

FIT = "JSON.stringify([...state.pictures.fit.lines.fit])"
SLIDER = ".timeline input[type=range]"


def played(visit: Visit, address: str = "/?steps=12", **options: object) -> Visitor:
    """One who has seen each of 12 steps."""
    visitor = visit(address, **options)
    visitor.speed("one")
    visitor.press("play")
    visitor.expect("state.step === 12 && !state.playing")
    return visitor


def test_back_to_an_old_picture_and_on_from_there(visit: Visit) -> None:
    visitor = visit("/?steps=12")
    assert visitor.box.locator(SLIDER).is_disabled()
    visitor.speed("one")
    for step in range(1, 4):
        visitor.press("step")
        visitor.expect(f"state.step === {step}")
    old = visitor.state(FIT)
    visitor.press("play")
    visitor.expect("state.step === 12 && !state.playing")
    now = visitor.state(FIT)
    slider = visitor.box.locator(SLIDER)
    place = visitor.state("state.timeline.steps.indexOf(3)")
    slider.fill(str(place))
    visitor.expect("state.step === 3 && state.timeline.past === 3")
    assert visitor.state(FIT) == old != now
    assert slider.get_attribute("aria-valuetext") == "step 3 of 12"
    assert visitor.box.locator(".counters [data-metric=counter_step] dd").inner_text() == "3"
    visitor.box.get_by_role("button", name="Back to now").click()
    visitor.expect("state.timeline.past === null")
    assert visitor.state(FIT) == now
    slider.fill(str(place))
    visitor.expect("state.timeline.past === 3")
    visitor.box.get_by_role("button", name="Go on from here").click()
    visitor.expect("state.step === 12 && !state.playing && state.timeline.fork === 3")
    assert visitor.state(FIT) == now  # the same settings bring the same again
    ghost = visitor.box.locator(".ghosts li")
    assert "same settings" in ghost.inner_text()
    assert "at step 12" in ghost.inner_text()


def test_a_knob_turned_in_the_past_makes_a_branch(visit: Visit) -> None:
    visitor = played(visit)
    visitor.box.locator(SLIDER).fill("4")
    visitor.expect("state.timeline.past === 4")
    rate = visitor.box.locator("[data-knob=lr] input[type=text]")
    rate.fill("0.05")
    rate.press("Enter")
    visitor.expect("state.step === 4 && state.timeline.past === null && state.config.lr === 0.05")
    visitor.expect("state.why.reason === 'branched'")
    assert "Learning rate 0.2" in visitor.box.locator(".ghosts li").inner_text()
    visitor.press("play")
    visitor.expect("state.step === 12 && !state.playing")


def test_a_branch_by_mistake_and_back_again(visit: Visit) -> None:
    """The list leads to the run as it stood, with its timeline, and from there to the branch again."""
    visitor = played(visit)
    now = visitor.state(FIT)
    visitor.box.locator(SLIDER).fill("4")
    visitor.expect("state.timeline.past === 4")
    visitor.press("step")
    visitor.expect("state.timeline.fork === 4 && state.step === 5")
    visitor.box.locator(".ghosts button.ghost").click()
    visitor.expect("state.step === 12 && state.why.reason === 'returned' && state.timeline.fork === 0")
    assert visitor.state(FIT) == now
    assert visitor.state("state.timeline.steps.length") == 13
    assert "at step 5" in visitor.box.locator(".ghosts li").inner_text()
    visitor.box.locator(".ghosts button.ghost").click()
    visitor.expect("state.step === 5 && state.timeline.fork === 4")
    visitor.box.get_by_role("button", name="Forget this run").click()
    visitor.box.locator(".ghosts").wait_for(state="hidden")


def test_the_arrow_keys_in_the_slider_move_only_the_slider(visit: Visit) -> None:
    visitor = played(visit)
    slider = visitor.box.locator(SLIDER)
    slider.focus()
    for _ in range(3):
        slider.press("ArrowLeft")
    visitor.expect("state.timeline.past === 9")
    slider.press("ArrowRight")
    visitor.expect("state.timeline.past === 10 && state.timeline.now === 12")
    slider.press("Escape")
    visitor.expect("state.timeline.past === null && state.step === 12")


def test_a_finger_drags_it_and_the_rail_stays_where_it_is(visit: Visit) -> None:
    visitor = played(visit, width=390, height=844)
    slider = visitor.box.locator(SLIDER)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box
    mouse, y = visitor.page.mouse, box["y"] + box["height"] / 2
    mouse.move(box["x"] + box["width"] - 12, y)
    mouse.down()
    mouse.move(box["x"] + box["width"] / 2, y, steps=6)
    visitor.expect("state.timeline.past !== null && Math.abs(state.timeline.past - 6) <= 1")
    assert slider.bounding_box()["width"] == box["width"]  # type: ignore[index]
    mouse.up()
    visitor.box.get_by_role("button", name="Go on from here").wait_for()
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_lottery_shows_16_seeds_and_opens_one(visit: Visit) -> None:
    visitor = visit("/?lr=0.5&steps=100")
    visitor.box.get_by_role("button", name="16 seeds").click()
    visitor.expect("state.lottery?.fan?.done === 16 && !state.lottery.working")
    visitor.box.get_by_text("3 of 16 seeds end far behind the others").wait_for()
    assert visitor.box.locator(".lottery-seeds [data-behind=true]").all_inner_texts() == ["2", "7", "16"]
    visitor.expect_ink("loss", 3000)
    visitor.box.locator(".lottery-seeds [data-seed='16']").click()
    visitor.expect("state.config.seed === 16 && state.lottery.fan.done === 16")
    visitor.press("play")
    visitor.expect("state.step === 100 && !state.playing")
    ends = "[state.metrics.loss, state.lottery.fan.ends.loss[15]].map(Math.fround)"
    one, other = visitor.state(ends)
    assert one == other
    visitor.box.get_by_role("button", name="Clear the lines of the seeds").click()
    visitor.expect("state.lottery === null")
    assert visitor.box.locator(".lottery").is_hidden()
