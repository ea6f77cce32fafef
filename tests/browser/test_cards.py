"""A card comes up at the foot of the window, says why when asked, and its fix makes the run better; × puts it away."""

from __future__ import annotations

from tests.browser.conftest import Visit


def test_dead_relus_are_told_and_the_fix_helps(visit: Visit) -> None:
    visitor = visit("/?lr=0.5&steps=100&seed=2")
    assert visitor.box.locator(".why-cards").is_hidden()
    visitor.speed("max")
    top = "box.querySelector('[data-panel=fit]').getBoundingClientRect().top"
    before = visitor.state(top)
    visitor.press("play")
    visitor.expect("state.cards.length === 1 && state.cards[0].fix && !state.playing")
    card = visitor.box.locator("[data-card=dead_relu]")
    assert "7 of 10 ReLUs are silent" in card.inner_text()
    assert visitor.state(top) == before  # nothing jumps
    loss = visitor.state("state.metrics.loss")
    card.locator(".why-line").click()
    assert "slope 0" in card.inner_text()
    card.locator(".why-fix button").click()
    visitor.expect("state.renewal > 2 && state.step === 100 && !state.playing")
    visitor.expect(f"state.metrics.loss < {loss / 2}")
    visitor.expect("box.querySelector('.why-cards').hidden")


def test_a_card_that_was_put_away_stays_away_for_this_run(visit: Visit) -> None:
    visitor = visit("/zh?layers=&steps=200")
    visitor.speed("max")
    visitor.press("play")
    card = visitor.box.locator("[data-card=linear_model]")
    card.wait_for()
    assert "直线" in card.inner_text()
    card.locator(".why-dismiss").click()
    visitor.expect("box.querySelector('.why-cards').hidden")
    visitor.press("play")
    visitor.expect("state.step === 400 && !state.playing && state.cards.length === 1")
    assert visitor.box.locator(".why-cards").is_hidden()
    visitor.press("reset")
    visitor.expect("state.step === 0")
    visitor.press("play")
    card.wait_for()


def test_on_a_phone_a_card_fits(visit: Visit) -> None:
    visitor = visit("/?lr=1e6", width=390, height=844)
    visitor.press("play")
    visitor.expect("state.why.reason === 'diverged' && state.cards[0]?.fix")
    edges = "box.querySelector('[data-card=diverged]').getBoundingClientRect()"
    visitor.expect(f"(r => r.left >= 0 && r.right <= 390 && r.top >= 0 && r.bottom <= 844)({edges})")  # once it is up
    assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 390


def test_two_sick_nets_are_named_and_their_fix_goes_on_from_where_they_are(visit: Visit) -> None:
    visitor = visit("/?tab=classifier&head=both&lr=1e-5&steps=120", lesson="classifier")
    visitor.speed("max")
    visitor.press("play")
    visitor.expect("state.cards.length === 1 && state.cards[0].fix && !state.playing")
    card = visitor.box.locator("[data-card=slow]")
    assert "softmax · Sigmoid: 120 steps" in card.inner_text()
    card.locator(".why-line").click()
    assert "numbers are those of softmax" in card.inner_text()
    card.locator(".why-fix button").click()
    visitor.expect("state.step === 240 && !state.playing")
    visitor.expect("state.metrics.softmax < 0.2 && state.metrics.sigmoid < 0.2")
    visitor.expect("box.querySelector('.why-cards').hidden")
