"""The CartPole tab: alive before Play, pushed by hand, played by keyboard, and fair in its physics."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np
import pytest
import torch

from playground.rl.train import load_agent
from playground.rl.worlds import KINDS
from tests.browser.conftest import Visit, Visitor

PHYSICS = "await import(new URL('playground/stage/physics.js', document.baseURI))"
BRAIN = "await import(new URL('playground/stage/brain.js', document.baseURI))"


def visit_pole(visit: Visit, query: str = "", **options: Any) -> Visitor:
    return visit(f"/?tab=dqn{query}", lesson="dqn", **options)


def mode(visitor: Visitor, key: str) -> None:
    visitor.box.locator(f".scene-modes [data-mode={key}]").click()
    visitor.expect(f"stage.view.watched?.mode === '{key}'")


def watched(expression: str) -> str:
    return f"(w => {expression})(stage.view.watched)"


def test_the_trained_agent_balances_before_play_is_pressed(visit: Visit) -> None:
    visitor = visit_pole(visit)
    visitor.expect("stage.view.watched?.mode === 'shipped'")
    counter = "Number(box.querySelector('.scene-counter b').textContent)"
    visitor.expect(f"{counter} > 40")
    assert visitor.state("state.step") == 0
    assert abs(visitor.state("stage.view.watched.state[2]")) < 0.21
    visitor.expect_ink("scene", 5000)
    visitor.expect_ink("qmap", 5000)
    assert visitor.box.locator("[data-score=shipped] dd").inner_text() == "500"
    assert visitor.box.locator("[data-panel=scene] .scene-value.best").count() == 1


@pytest.mark.parametrize("world", KINDS)
def test_the_pages_physics_is_gymnasiums_step_by_step(visit: Visit, world: str) -> None:
    """300 steps from each of 5 states with dice for actions: states, ends and what the net sees."""
    env: Any = gymnasium.make(KINDS[world].name).unwrapped
    dice = np.random.default_rng(4)
    tracks, expected = [], []
    for seed in range(5):
        env.reset(seed=seed)
        start = [float(value) for value in env.state]
        actions = [int(action) for action in dice.integers(KINDS[world].actions, size=300)]
        told = []
        for number, action in enumerate(actions):
            env.steps_beyond_terminated = None
            seen, _, over, _, _ = env.step(action)
            told.append(([float(value) for value in seen], bool(over)))
            if over:
                actions = actions[: number + 1]
                break
        tracks.append({"start": start, "actions": actions})
        expected.append(told)
    script = f"""async ([name, tracks]) => {{
        const world = ({PHYSICS}).WORLDS[name];
        return tracks.map(({{ start, actions }}) => {{
            let state = start;
            return actions.map((action) => {{
                state = world.step(state, action);
                return [[...world.sees(state)], world.isOver(state)];
            }});
        }});
    }}"""
    found = visit_pole(visit).page.evaluate(script, [world, tracks])
    steps = 0
    for track, oracle in zip(found, expected, strict=True):
        for (state, over), (seen, ended) in zip(track, oracle, strict=True):
            steps += 1
            assert np.allclose(state, seen, rtol=1e-5, atol=1e-5)
            assert over == ended
    assert steps > 80


@pytest.mark.parametrize("world", KINDS)
def test_the_shipped_net_says_the_same_in_the_page_as_in_torch(visit: Visit, world: str) -> None:
    scale = np.array(KINDS[world].scale, dtype=np.float32)
    states = np.random.default_rng(1).uniform(-0.2, 0.2, (40, len(scale))).astype(np.float32)
    script = f"""async ([world, states]) => {{
        const think = await ({BRAIN}).shippedBrain(world);
        return states.map((state) => [...think(state)]);
    }}"""
    found = visit_pole(visit).page.evaluate(script, [world, states.tolist()])
    assert np.allclose(found, load_agent(world)(states * scale), rtol=1e-4, atol=1e-4)


def push_by_mouse(visitor: Visitor) -> None:
    """A click to the left of the pole, at half its height."""
    visitor.page.mouse.click(*visitor.at("scene", 0.1, 0.5))


def push_by_drag(visitor: Visitor) -> None:
    x, y = visitor.at("scene", 0.5, 0.4)
    visitor.page.mouse.move(x, y)
    visitor.page.mouse.down()
    visitor.page.mouse.move(x + 90, y, steps=3)
    visitor.page.mouse.up()


def push_by_key(visitor: Visitor) -> None:
    visitor.plot("scene").focus()
    visitor.page.keyboard.press("ArrowRight")


def push_by_button(visitor: Visitor) -> None:
    visitor.box.locator("[data-panel=scene] .scene-push[data-side='1']").click()


@pytest.mark.parametrize("push", [push_by_mouse, push_by_drag, push_by_key, push_by_button])
def test_the_pole_can_be_pushed_while_it_learns(visit: Visit, house: Any, push: Callable[[Visitor], None]) -> None:
    """The push reaches the world that it learns from: to the right, and the step count stays what it was."""
    visitor = visit_pole(visit, "&steps=0")
    visitor.press("step")
    visitor.expect("state.step === 1")
    mode(visitor, "learner")
    visitor.expect("[...state.pictures.scene.moments].length > 0")
    turn = "state.pictures.scene.moments.at(-1)"
    before = visitor.state(turn)
    push(visitor)
    visitor.expect(f"{turn} > {before} + 0.4")
    assert visitor.state("state.step") == 1
    visitor.press("play")
    visitor.expect("state.playing && state.step > 4")
    push(visitor)
    visitor.expect("state.playing && state.step > 8")


def test_the_trained_agent_can_be_pushed_and_recovers(visit: Visit) -> None:
    visitor = visit_pole(visit)
    visitor.expect("stage.view.watched?.mode === 'shipped'")
    push_by_button(visitor)
    visitor.expect(
        "stage.view.watched.trace.some(seen => Math.abs(seen[3]) > 0.4)"
    )  # it holds more than a late frame skips
    visitor.expect("Math.abs(stage.view.watched.state[3]) < 0.2")


def test_the_agent_in_training_is_tested_with_its_own_net(visit: Visit) -> None:
    """The page's Q-values are those of the net in the frame, and training goes on beside the test."""
    visitor = visit_pole(visit, "&steps=0&prefill=50&dueling=1")
    visitor.press("play")
    mode(visitor, "test")
    visitor.expect("state.step > 5 && state.pictures.scene.layers.length === 2")
    visitor.press("pause")
    visitor.expect("!state.playing")
    layers = visitor.state("state.pictures.scene.layers.map(l => l.map(a => [...a]))")
    state = [0.1, -0.2, 0.05, 0.3]
    (w1, b1), (w2, b2) = [[torch.tensor(part) for part in layer] for layer in layers]
    expected = torch.relu(torch.tensor(state) @ w1.view(-1, 4).T + b1) @ w2.view(2, -1).T + b2
    assert np.allclose(visitor.state(watched(f"[...w.think({json.dumps(state)})]")), expected, atol=1e-4)
    mode(visitor, "learner")
    visitor.press("step")
    visitor.expect("state.pictures.scene.layers.length === 0")


def test_one_plays_by_keyboard_and_the_score_is_kept(visit: Visit) -> None:
    visitor = visit_pole(visit)
    mode(visitor, "you")
    assert "to start" in visitor.box.locator("[data-panel=scene] .scene-banner").inner_text()
    step = visitor.state("state.step")
    visitor.page.keyboard.down("ArrowLeft")
    visitor.expect("Number(box.querySelector('[data-score=best] dd').textContent) > 5")
    visitor.page.keyboard.up("ArrowLeft")
    last = int(visitor.box.locator("[data-score=you] dd").inner_text())
    assert 6 <= last <= 14  # always left: the pole falls after about ten steps, as in Gymnasium
    assert visitor.state("state.step") == step  # the arrow keys are the game's, not the transport's
    mode(visitor, "learner")
    visitor.page.evaluate("document.activeElement.blur()")
    visitor.page.keyboard.press("ArrowRight")
    visitor.expect(f"state.step === {step + 1}")


def test_one_plays_by_touch(visit: Visit) -> None:
    visitor = visit_pole(visit, width=390, height=844, has_touch=True)
    mode(visitor, "you")
    button = visitor.box.locator("[data-panel=scene] .scene-push[data-side='-1']")
    box = button.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 44
    button.dispatch_event("pointerdown", {"pointerId": 1, "pointerType": "touch", "isPrimary": True})
    visitor.expect("Number(box.querySelector('[data-score=you] dd').textContent) > 5")
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_memory_fills_before_the_eyes_and_then_it_learns(visit: Visit) -> None:
    visitor = visit_pole(visit, "&steps=0")
    visitor.press("play")
    visitor.expect("box.querySelector('.scene-filling:not([hidden])')")
    assert "of 2,000" in visitor.box.locator("[data-panel=scene] .scene-filling").inner_text()
    visitor.speed("max")
    visitor.expect("state.metrics.loss > 0 && state.pictures.replay.size === 2000")
    visitor.expect("!box.querySelector('.scene-filling:not([hidden])')")
    visitor.expect("state.pictures.returns.lines.return.shape[1] > 50")
    visitor.expect_ink("returns", 500)
    visitor.expect_ink("replay", 500)


def test_speeds_and_live_epsilon(visit: Visit) -> None:
    visitor = visit_pole(visit, "&steps=0&prefill=20&solved=0")
    visitor.press("play")
    for name in ("real", "four", "max", "headless"):
        visitor.speed(name)
        before = visitor.state("state.step")
        visitor.expect(f"state.step > {before}")
    visitor.expect("box.querySelector('.scene-banner').textContent.startsWith('Headless')")
    renewal = visitor.state("state.renewal")
    box = visitor.box.get_by_label("ε: random actions").first
    box.fill("0.6")
    box.press("Enter")
    visitor.expect("state.metrics.epsilon > 0.59 && state.playing")
    assert visitor.state("state.renewal") == renewal


def test_modern_is_solved_and_says_so(visit: Visit) -> None:
    visitor = visit_pole(visit)
    visitor.preset("modern")
    visitor.speed("max")
    visitor.press("play")
    visitor.expect("state.why.reason === 'solved'")
    assert "Solved: " in visitor.box.get_by_role("status").first.inner_text()
    assert visitor.state("state.metrics.test_return") >= 475


def test_a_rival_stands_beside_with_its_reason(visit: Visit) -> None:
    visitor = visit_pole(visit, "&rival=replay&prefill=50&steps=0")
    visitor.press("play")
    visitor.expect("state.metrics.rival >= 0 && state.pictures.returns.lines.rival_return.shape[1] > 3")
    text = visitor.box.locator("[data-panel=rival]").inner_text()
    assert "forgets" in text
    visitor.expect_ink("rival", 3000)


@pytest.mark.parametrize("world", ["acrobot", "mountaincar"])
def test_the_other_worlds_are_drawn_and_can_be_played(visit: Visit, world: str) -> None:
    visitor = visit_pole(visit)
    visitor.preset(world)
    visitor.expect(f"stage.view.watched?.world === '{world}'")
    visitor.expect("box.querySelectorAll('.scene-value').length === 3")
    visitor.expect_ink("scene", 3000)
    mode(visitor, "you")
    visitor.page.keyboard.down("ArrowRight")
    visitor.expect("Number(box.querySelector('.scene-counter b').textContent) > 5")
    visitor.page.keyboard.up("ArrowRight")


def test_chinese_on_a_phone(visit: Visit) -> None:
    visitor = visit("/zh?tab=dqn", lesson="dqn", width=390, height=844)
    visitor.expect("stage.view.watched?.mode === 'shipped'")
    assert visitor.box.locator("[data-mode=you]").inner_text() == "你"
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390
