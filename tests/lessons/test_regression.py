"""The regression lesson: what it shows, what it may be asked, and the reader's own points."""

import numpy as np
import pytest
import torch

from playground.core.refusal import BadValue
from playground.core.run import Run
from playground.data.curves import TARGETS
from playground.lessons.regression import REGRESSION, RegressionConfig
from tests.core.tiny import same, state

JUNK = [[], {}, "x", 5, True, (0,), (0, 0, 0), (9, 0), (-1, 0), (0, -1), (1, 10), (1.0, 0), (True, 0), ("0", "0")]
JUNK += [([], []), (None, None), {"layer": 0, "unit": 0}, (10**30, 0), (float("nan"), 0)]


def learner(device, **values):
    return Run(REGRESSION.build, RegressionConfig(**values), device)


def test_the_fit_is_the_net_over_the_grid(device):
    run = learner(device)
    run.advance(steps=20)
    fit = run.peek().pictures["fit"]
    x, y = fit.lines["fit"]
    with torch.no_grad():
        expected = run._trainer.net(torch.from_numpy(x.copy()).unsqueeze(1)).flatten().numpy()
    np.testing.assert_allclose(y, expected, atol=1e-6)
    assert x[0] == pytest.approx(fit.x_range[0])
    assert x[-1] == pytest.approx(fit.x_range[1])
    np.testing.assert_allclose(fit.lines["truth"][1], x**2, atol=1e-6)


def test_the_thin_lines_add_up_to_the_fit(device):
    """Each hidden unit's part; what is missing is the last bias."""
    run = learner(device, layers=(7, 5))
    run.advance(steps=20)
    fit = run.peek().pictures["fit"]
    assert fit.parts.shape == (5, 201)
    bias = run._trainer.net[-1].bias.item()
    np.testing.assert_allclose(fit.parts.sum(axis=0) + bias, fit.lines["fit"][1], atol=1e-5)


def test_a_linear_model_has_no_parts(device):
    run = learner(device, layers=())
    run.advance(steps=5)
    assert run.peek().pictures["fit"].parts is None


@pytest.mark.parametrize("target", TARGETS)
def test_the_window_shows_all_points_of_every_target(device, target):
    run = learner(device, target=target, noise=1.0, noise_kind="normal", outliers=True)
    fit = run.peek().pictures["fit"]
    xy = fit.points.xy
    assert (fit.x_range[0] < xy[:, 0]).all()
    assert (xy[:, 0] < fit.x_range[1]).all()
    assert (fit.y_range[0] < xy[:, 1]).all()
    assert (xy[:, 1] < fit.y_range[1]).all()


def test_the_view_outside_reaches_beyond_and_touches_no_weight(device):
    run, plain = learner(device, steps=0), learner(device, steps=0)
    for each in (run, plain):
        each.advance(steps=10)
    inside = run.peek().pictures["fit"].x_range
    run.tune(run.config.changed({"outside": True}))
    outside = run.peek().pictures["fit"].x_range
    assert outside[0] == pytest.approx(inside[0] - 0.5)
    assert outside[1] == pytest.approx(inside[1] + 0.5)
    for each in (run, plain):
        each.advance(steps=10)
    assert same(state(run), state(plain))


def test_the_window_stands_still_while_it_learns(device):
    run = learner(device, steps=0)
    ranges = set()
    for _ in range(5):
        run.advance(steps=20)
        fit = run.peek().pictures["fit"]
        ranges.add((fit.x_range, fit.y_range))
    assert len(ranges) == 1


@pytest.mark.parametrize("value", JUNK, ids=repr)
def test_a_focus_on_nothing_is_refused_and_the_old_one_stays(device, value):
    run = learner(device)
    run.probe("focus", (1, 2))
    before = run.peek().pictures["fit"].focus
    with pytest.raises(BadValue) as refused:
        run.probe("focus", value)
    assert refused.value.key == "bad_probe"
    assert np.array_equal(run.peek().pictures["fit"].focus, before)


def test_the_neuron_in_focus_is_drawn_until_it_is_let_go(device):
    run = learner(device)
    run.probe("focus", [0, 0])
    fit = run.peek().pictures["fit"]
    np.testing.assert_allclose(fit.focus, fit.lines["fit"][0])
    run.probe("focus", (1, 4))
    x = torch.from_numpy(fit.lines["fit"][0].copy()).unsqueeze(1)
    with torch.no_grad():
        expected = torch.relu(run._trainer.net[0](x))[:, 4].numpy()
    np.testing.assert_allclose(run.peek().pictures["fit"].focus, expected, atol=1e-6)
    run.probe("focus", None)
    assert run.peek().pictures["fit"].focus is None


def test_own_points_take_over_in_the_middle_of_a_run(device):
    """The weights stay, the epochs go on, the truth is gone; and the net now learns the reader's points."""
    run = learner(device, steps=0)
    run.advance(steps=10)
    run.peek()
    before = state(run)
    own = tuple((x / 5, 1 - abs(x) / 5, 0) for x in range(-5, 6))
    config = run.config.changed({"own": own})
    assert run.config.keeps_run(config)
    run.tune(config)
    frame = run.peek()
    assert same(state(run), before)
    assert (frame.step, frame.epoch) == (10, 10)
    assert "truth" not in frame.pictures["fit"].lines
    np.testing.assert_allclose(frame.pictures["fit"].points.xy, np.array(own)[:, :2], atol=1e-6)
    run.advance(steps=2000)
    assert run.peek().metrics["loss"] < 0.005
    assert run.peek().epoch == 2010


@pytest.mark.parametrize(("own", "lacks"), [((), True), (((0, 0, 0),), True), (((0, 0, 0), (1, 1, 0)), False)])
def test_two_points_are_the_least_to_learn_from(device, own, lacks):
    """With fewer the page still draws."""
    run = learner(device, own=own)
    assert (run.lacking() is not None) == lacks
    frame = run.peek()
    assert frame.stop is None
    assert len(frame.pictures["fit"].points.xy) == len(own)
    if lacks:
        assert run.lacking().key == "need_points"


def test_held_out_points_are_not_learnt_from(device):
    run = learner(device, test=0.3)
    points = run.peek().pictures["fit"].points
    assert int(points.test.sum()) == 30
    learnt = run._trainer.batches.inputs.flatten().numpy()
    assert np.array_equal(learnt, points.xy[points.test == 0, 0])
    assert not set(learnt.tolist()) & set(points.xy[points.test == 1, 0].tolist())


def test_small_data_sets_show_their_batches_as_cards(device):
    """305b: batches of 8 of 10 points leave a last one of 2."""
    run = Run(REGRESSION.build, REGRESSION.presets["305b"].config, device)
    run.advance(steps=2)
    cards = run.peek().pictures["cards"]
    assert [len(x) for x, _ in cards.batches] == [8, 2]
    assert cards.current == 2
    large = learner(device, batch=10)
    large.advance(steps=1)
    assert "cards" not in large.peek().pictures


def test_there_is_a_thumbnail_for_every_option():
    """Of the gallery knob, on the data that the target gives."""
    drawn = REGRESSION.thumbnails(RegressionConfig(noise=0))
    assert list(drawn) == list(REGRESSION.config.knobs()[REGRESSION.gallery].options)
    for name, points in drawn.items():
        x = torch.from_numpy(points.xy[:, 0].copy())
        np.testing.assert_allclose(TARGETS[name].function(x).numpy(), points.xy[:, 1], atol=1e-6)
        assert len(points.xy) == len(points.label) == len(points.test)


def test_the_first_weights_depend_on_the_seed_alone(device):
    """Not on how many random numbers the data took: more points start from the same net."""
    few, many = learner(device, samples=10), learner(device, samples=200, outliers=True)
    assert same(state(few), state(many))
    assert not same(state(few), state(learner(device, seed=2)))
