"""Play, pause, step, reset, speed and the reasons why a run stops."""

from __future__ import annotations

from tests.browser.conftest import Visit

WEIGHTS = "JSON.stringify(state.pictures.network.weights.map(w => [...w]))"


def test_first_visit_plays_one_run_by_itself(visit: Visit) -> None:
    visitor = visit(first=True)
    visitor.expect("state.step === 200 && !state.playing")
    assert visitor.state("state.why.reason") == "finished"
    visitor.page.reload()
    visitor.expect("state.step === 0")
    assert visitor.state("state.playing") is False


def test_play_pause_go_on_and_reset_to_the_same_weights(visit: Visit) -> None:
    visitor = visit("/?steps=0")
    first = visitor.state(WEIGHTS)
    visitor.press("play")
    visitor.expect("state.step > 10")
    visitor.press("pause")
    visitor.expect("!state.playing && state.why.reason === 'paused'")
    paused_at = visitor.state("state.step")
    assert visitor.box.get_by_role("status").inner_text() == "You paused."
    visitor.press("play")
    visitor.expect(f"state.step > {paused_at} + 5")
    assert visitor.state(WEIGHTS) != first
    visitor.press("reset")
    visitor.expect("state.step === 0 && !state.playing")
    assert visitor.state(WEIGHTS) == first


def test_one_step_is_one_step(visit: Visit) -> None:
    visitor = visit()
    for step in (1, 2, 3):
        visitor.press("step")
        visitor.expect(f"state.step === {step}")
    assert len(visitor.state("[...state.pictures.loss.lines.loss]")) == 6


def test_keyboard_plays_steps_and_resets(visit: Visit) -> None:
    visitor = visit("/?steps=0")
    visitor.page.keyboard.press("ArrowRight")
    visitor.expect("state.step === 1")
    visitor.page.keyboard.press("Space")
    visitor.expect("state.playing && state.step > 5")
    visitor.page.keyboard.press("Space")
    visitor.expect("!state.playing")
    visitor.page.keyboard.press("r")
    visitor.expect("state.step === 0")


def test_space_plays_after_a_click_on_reset(visit: Visit) -> None:
    visitor = visit("/?steps=0")
    visitor.press("reset")
    visitor.expect("state.renewal > 1")
    visitor.page.keyboard.press("Space")
    visitor.expect("state.playing && state.step > 5")


def test_typing_does_not_play(visit: Visit) -> None:
    visitor = visit()
    box = visitor.box.get_by_label("Learning rate").first
    box.fill("0.1")
    box.press("Enter")
    visitor.expect("state.config.lr === 0.1")
    box.focus()
    visitor.page.keyboard.type("r ")
    assert visitor.state("[state.step, state.playing]") == [0, False]


def test_slow_motion_names_the_stages_in_turn(visit: Visit) -> None:
    visitor = visit()
    visitor.speed("slow")
    names = []
    for _ in range(5):
        before = visitor.state("state.n")
        visitor.press("step")
        visitor.expect(f"state.n > {before}")
        names.append(visitor.box.locator(".stages [aria-current=step]").inner_text())
    assert names == ["forward", "loss", "backward", "update", "forward"]
    assert "run through the net" in visitor.box.locator(".sentence").inner_text()
    assert visitor.state("state.step") == 1


def test_every_speed_moves(visit: Visit) -> None:
    visitor = visit("/?steps=0")
    visitor.press("play")
    for name in ("one", "real", "max", "slow"):
        visitor.speed(name)
        before = visitor.state("state.n")
        visitor.expect(f"state.n > {before} + 2")
    assert visitor.state("state.playing")


def test_a_live_knob_acts_during_the_run(visit: Visit) -> None:
    visitor = visit("/?steps=0")
    visitor.press("play")
    visitor.expect("state.step > 20")
    renewal = visitor.state("state.renewal")
    box = visitor.box.get_by_label("Learning rate").first
    box.fill("0.01")
    box.press("Enter")
    visitor.expect("state.config.lr === 0.01 && state.playing")
    assert visitor.state("state.renewal") == renewal
    assert visitor.state("state.step") > 20


def test_target_and_plateau_are_named(visit: Visit) -> None:
    visitor = visit("/?goal=0.05&steps=0")
    visitor.speed("max")
    visitor.press("play")
    visitor.expect("state.why.reason === 'goal'")
    assert "Target reached" in visitor.box.get_by_role("status").inner_text()
    visitor = visit("/?layers=&activation=linear&patience=200&steps=0&target=sine")
    visitor.speed("max")
    visitor.press("play")
    visitor.expect("state.why.reason === 'plateau'")
    assert "has not fallen for 200 steps" in visitor.box.get_by_role("status").inner_text()


def test_divergence_is_explained_and_the_offered_rate_works(visit: Visit) -> None:
    for path, lesson in (("/?lr=1e6", "regression"), ("/?tab=classifier&lr=1e6", "classifier")):
        visitor = visit(path, lesson=lesson)
        visitor.press("play")
        visitor.expect("state.why.reason === 'diverged'")
        assert "Diverged at step" in visitor.box.get_by_role("status").inner_text()
        numbers = "Object.values(state.pictures.network.weights).flatMap(w => [...w])"
        assert visitor.state(f"{numbers}.every(Number.isFinite)")
        assert "NaN" not in visitor.box.inner_text()
        visitor.box.locator("[data-card=diverged] .why-fix button").click()
        visitor.expect("state.why.reason === 'finished'")
        assert visitor.state("state.config.lr") <= 1
