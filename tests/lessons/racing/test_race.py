"""Every lane of a race is a plain torch.optim run on the same batches, whatever happens beside it."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from playground.core.lanes import KINDS, lane
from playground.core.refusal import BadValue
from playground.core.run import Run
from playground.lessons.race import RACE
from playground.lessons.racing.config import FAN, RaceConfig
from playground.text import Text
from playground.ui.encode import encode
from playground.ui.seat import Seat
from tests.core.tiny import same, state
from tests.lessons.racing.plain import flat, learn, race, rows

SMALL = RaceConfig(samples=90, hidden=6, steps=60)  # batches of 32, 32 and 26
DEEP = replace(SMALL, depth=2)
SPIRAL = RaceConfig(work="spiral", samples=80, hidden=6, activation="tanh", steps=60, noise=0.1)
PAIR = (lane(0, "sgd", 0.05), lane(3, "adam", 0.02))
WILD = {
    "sgd": {"decay": 0.01},
    "momentum": {"momentum": 0.7},
    "nesterov": {"momentum": 0.8, "decay": 0.001},
    "rmsprop": {"alpha": 0.9},
    "adam": {"beta1": 0.8, "beta2": 0.99},
    "adamw": {"decay": 0.1},
    "adadelta": {"rho": 0.8},
}


def close(one, other, tolerance=2e-5):
    return torch.allclose(one, other, rtol=1e-3, atol=tolerance)


def laps(run, slot):
    picture = run.peek().pictures["laps"]
    return picture.losses[picture.slots.index(slot)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_torch_optim(device, kind):
    """With its default options and with others, in one race; the losses too."""
    base = SMALL if kind != "muon" else DEEP
    specs = [lane(0, kind, KINDS[kind].rate), lane(1, kind, KINDS[kind].rate / 2, **WILD.get(kind, {}))]
    config = replace(base, lanes=(*specs, lane(2, "sgd", 0.1)))
    steps = 12 if kind == "lbfgs" else 40
    run = race(config, device, steps)
    for place, spec in enumerate(specs):
        net, losses = learn(config, spec, steps)
        assert close(rows(run, place)[0], flat(net), 2e-3 if kind in ("lbfgs", "muon") else 2e-5)
        assert np.allclose(laps(run, place), losses, rtol=2e-2 if kind in ("lbfgs", "muon") else 1e-3, atol=1e-6)


@pytest.mark.parametrize(
    "config", [SPIRAL, replace(SPIRAL, batch=0), replace(SMALL, batch=0), replace(SMALL, batch=90)]
)
def test_other_works_and_whole_batches(device, config):
    config = replace(config, lanes=PAIR)
    run = race(config, device, 30)
    for place, spec in enumerate(PAIR):
        net, losses = learn(config, spec, 30)
        assert close(rows(run, place)[0], flat(net))
        assert np.allclose(laps(run, spec.slot), losses, rtol=1e-3)


def test_course_306_is_four_runs_of_torch_optim(device):
    """All of it: 12 epochs, 384 steps."""
    config = RACE.presets["306"].config
    run = race(config, device, 384)
    assert run.peek().epoch == 12
    for place, spec in enumerate(config.lanes):
        net, losses = learn(config, spec, 384)
        assert close(rows(run, place)[0], flat(net), 2e-3)
        assert np.allclose(laps(run, spec.slot), losses, rtol=2e-2, atol=1e-5)


@pytest.mark.parametrize("schedule", ["cosine", "plateau"])
@pytest.mark.parametrize("kind", ["momentum", "adam", "muon"])
def test_schedules_move_the_rate_as_torch_does(device, schedule, kind):
    spec = lane(1, kind, 0.05, schedule)
    config = replace(DEEP, lanes=(spec, lane(0, "sgd", 0.1)))
    run = race(config, device, 60)
    net, losses = learn(config, spec, 60)
    assert np.allclose(laps(run, 1), losses, rtol=5e-2, atol=1e-4)
    picture = run.peek().pictures["laps"]
    assert len(set(picture.rates[0].tolist())) > 1
    assert np.allclose(picture.rates[1], 0.1)
    assert close(rows(run, 0)[0], flat(net), 1e-2)


@pytest.mark.parametrize("kind", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("schedule", ["constant", "plateau"])
def test_each_seed_of_a_fan_is_the_race_of_that_seed_alone(device, kind, schedule):
    config = replace(SMALL, fan=True, lanes=(lane(0, kind, 0.05, schedule), lane(1, "rmsprop", 0.01)), seed=4)
    steps = 5 if kind == "lbfgs" else 25
    fan = race(config, device, steps)
    assert rows(fan).shape[0] == FAN
    for place in (0, 1, FAN - 1):
        alone = race(replace(config, fan=False, seed=4 + place), device, steps)
        assert close(rows(fan)[place], rows(alone)[0], 1e-3 if kind == "lbfgs" else 2e-5)
        assert close(rows(fan, 1)[place], rows(alone, 1)[0])


def test_a_fan_counts_who_wins_and_shows_median_and_band(device):
    run = race(replace(SMALL, fan=True), device, 40)
    pictures = run.peek().pictures
    assert pictures["podium"].wins.sum() == FAN
    assert pictures["podium"].seeds == FAN
    chart = pictures["laps"]
    assert (chart.low <= chart.losses).all()
    assert (chart.losses <= chart.high).all()
    singles = [race(replace(SMALL, seed=1 + place), device, 40) for place in range(FAN)]
    losses = np.stack([laps(single, 0) for single in singles])
    assert np.allclose(chart.losses[0], np.median(losses, axis=0), rtol=1e-3)
    assert np.allclose(chart.low[0], np.quantile(losses, 0.25, axis=0), rtol=1e-3)
    grades = np.stack([single.peek().pictures["podium"].loss for single in singles])
    assert pictures["podium"].wins.tolist() == np.bincount(grades.argmin(axis=1), minlength=4).tolist()


# The promises.


@pytest.mark.parametrize(
    "config", [SMALL, replace(SMALL, fan=True), replace(DEEP, lanes=(*PAIR, lane(5, "muon", 0.01)))]
)
def test_looking_is_free(device, config):
    """Frames, the finder and refused questions between all steps leave the weights bit-equal."""
    quiet, watched = (Run(RACE.build, config, device) for _ in range(2))
    quiet.advance(steps=40)
    for step in range(40):
        watched.advance(steps=1)
        watched.peek(closely=step % 2 == 0)
        if step % 10 == 0:
            watched.probe("finder", 0)
            with pytest.raises(BadValue):
                watched.probe("finder", 6)
    assert same(state(quiet), state(watched))
    assert np.array_equal(laps(quiet, 0), laps(watched, 0))
    assert quiet.peek().metrics["leader"] == watched.peek().metrics["leader"]


def test_the_same_seed_gives_the_same_race_and_slow_motion_too(device):
    one, other = race(SMALL, device, 20), Run(RACE.build, SMALL, device)
    for _ in range(20):
        for stage in ("forward", "loss", "backward", "update"):
            assert other.advance_stage() == stage
    assert same(state(one), state(other))
    assert not same(state(one), state(race(replace(SMALL, seed=2), device, 20)))


def test_all_lanes_start_from_the_same_weights(device):
    run = race(SMALL, device, 0)
    assert all(torch.equal(rows(run, 0), rows(run, place)) for place in range(1, 4))
    assert run.peek().pictures["podium"].wins.sum() == 0  # nobody leads at the start


def test_a_race_draws_nothing_from_the_global_generator(device):
    torch.manual_seed(9)
    before = torch.get_rng_state()
    run = race(SMALL, device, 10)
    run.probe("finder", 0)
    run.tune(replace(SMALL, lanes=PAIR))
    run.peek()
    assert torch.equal(torch.get_rng_state(), before)


# Lanes come, go and change during the race.


def test_a_lane_that_joins_starts_from_the_first_weights_and_disturbs_nobody(device):
    run = race(replace(SMALL, lanes=PAIR), device, 20)
    newcomer = lane(1, "momentum", 0.02, "cosine")
    run.tune(replace(SMALL, lanes=(PAIR[0], newcomer, PAIR[1])))
    assert torch.equal(rows(run, 1), rows(race(SMALL, device, 0)))
    assert run._trainer.lanes[1].born == 20
    run.advance(steps=20)
    for place, spec in ((0, PAIR[0]), (2, PAIR[1])):
        assert close(rows(run, place)[0], flat(learn(replace(SMALL, lanes=PAIR), spec, 40)[0]))
    picture = run.peek().pictures["laps"]
    assert (picture.losses[1][:20] == -1).all()
    assert (picture.losses[1][20:] > 0).all()
    assert picture.rates[1][20] == pytest.approx(0.02)  # its schedule begins when it does


def test_a_lane_that_leaves_disturbs_nobody(device):
    run = race(SMALL, device, 20)
    run.tune(replace(SMALL, lanes=SMALL.lanes[2:]))
    run.advance(steps=20)
    for place, spec in enumerate(SMALL.lanes[2:]):
        assert close(rows(run, place)[0], flat(learn(SMALL, spec, 40)[0]), 1e-3)
    assert run.peek().pictures["laps"].slots == (2, 3)


def test_a_rate_and_options_changed_live_are_those_of_torch_optim(device):
    first = lane(0, "momentum", 0.02)
    config = replace(SMALL, lanes=(first, PAIR[1]))
    run = race(config, device, 20)
    run.tune(replace(config, lanes=(lane(0, "momentum", 0.005, momentum=0.5, decay=0.01), PAIR[1])))
    run.advance(steps=20)

    def change(step, optimizers):
        if step == 20:
            optimizers[0].param_groups[0].update(lr=0.005, momentum=0.5, weight_decay=0.01)

    assert close(rows(run, 0)[0], flat(learn(config, first, 40, change)[0]))


def test_another_kind_in_the_same_slot_is_another_lane(device):
    run = race(replace(SMALL, lanes=PAIR), device, 10)
    run.tune(replace(SMALL, lanes=(lane(0, "adagrad", 0.05), PAIR[1])))
    assert torch.equal(rows(run, 0), rows(race(SMALL, device, 0)))
    assert (laps(run, 0) == -1).all()


# A lane that diverges.

LOST = (lane(0, "sgd", 100.0), lane(3, "adam", 0.02))


@pytest.mark.parametrize("fan", [False, True])
def test_a_lane_that_diverges_is_marked_and_stops_nobody(device, fan):
    config = replace(SMALL, lanes=LOST, fan=fan)
    run = race(config, device, 60)
    frame = run.peek()
    assert frame.stop.reason == "finished"
    podium, chart = frame.pictures["podium"], frame.pictures["laps"]
    assert podium.loss[0] == -1
    assert 0 < podium.died[0] < 30
    assert podium.died[1] == -1
    assert (chart.losses[0][int(chart.died[0]) :] == -1).all()
    assert close(rows(run, 1)[0], flat(learn(config, LOST[1], 60)[0]))
    assert np.isfinite(frame.metrics["leader"])
    encode({}, frame.pictures)


def test_a_diverged_lane_starts_again_when_its_rate_changes(device):
    run = race(replace(SMALL, lanes=LOST), device, 40)
    run.tune(replace(SMALL, lanes=PAIR))
    assert torch.equal(rows(run, 0), rows(race(SMALL, device, 0)))
    run.advance(steps=20)
    podium = run.peek().pictures["podium"]
    assert podium.died[0] == -1
    assert podium.loss[0] > 0


def test_when_all_have_diverged_the_page_says_so_and_goes_on_with_another_rate(device):
    seat = Seat(RACE, Text("en"), device)
    seat.renew(replace(SMALL, steps=0, lanes=(lane(0, "sgd", 100.0), lane(1, "sgd", 90.0))))
    ticket = seat.begin()
    seat.take_turn(ticket, 0.2)
    for _ in range(50):
        seat.take_turn(ticket, 0.2)
    frame = seat.frame()
    assert "Every lane has diverged" in frame
    assert not seat.playing
    assert seat.begin() is None
    seat.run.tune(replace(seat.run.config, lanes=PAIR))
    assert seat.begin() is not None


@pytest.mark.parametrize("work", ["curve", "spiral", "rosenbrock", "beale"])
@pytest.mark.parametrize("rate", [3.0, 100.0])
def test_whatever_explodes_every_frame_is_sound(device, work, rate):
    """All kinds at absurd rates in a deep net, looked at often: only numbers arrive, and no lane stops the run."""
    kinds = [kind for kind in KINDS if kind != "muon" or work in ("curve", "spiral")]
    for some in (kinds[:6], kinds[6:]):
        lanes = tuple(lane(slot, kind, rate) for slot, kind in enumerate(some))
        config = RaceConfig(work=work, lanes=lanes, depth=4, hidden=24, samples=60, batch=20, steps=64)
        run = Run(RACE.build, config, device)
        while run.stop is None:
            run.advance(steps=5)
            frame = run.peek()
            encode({}, frame.pictures)
        assert run.stop.reason == "finished"


# What is shown.


def test_the_trails_lie_on_the_real_loss_surface(device):
    """A place of the slice is a net: its loss there is the loss of a plain net with those weights."""
    run = race(SMALL, device, 60)
    frame = run.peek()
    picture, trails = frame.pictures["landscape"], run._trainer.trails
    plane, work = trails._slice, run._trainer.work
    side = picture.levels.shape[0]
    for row, column in ((0, 0), (3, side - 1), (side // 2, side // 3)):
        x = picture.box[0][0] + (picture.box[0][1] - picture.box[0][0]) * column / (side - 1)
        y = picture.box[1][1] - (picture.box[1][1] - picture.box[1][0]) * row / (side - 1)
        weights = plane.centre + x * plane.axes[0] + y * plane.axes[1]
        net, _ = learn(SMALL, SMALL.lanes[0], 0)
        torch.nn.utils.vector_to_parameters(weights, net.parameters())
        loss = torch.nn.functional.mse_loss(net(work.inputs[0]), work.targets[0])
        low, high = picture.span
        shown = 10 ** (low + (high - low) * picture.levels[row, column] / 255)
        assert shown == pytest.approx(loss.item(), rel=0.03)


def test_the_slice_is_the_principal_plane_of_all_visits(device):
    """NumPy's singular values say how much of the movement any plane can hold at most."""
    run = race(SMALL, device, 60)
    picture, trails = run.peek().pictures["landscape"], run._trainer.trails
    points = torch.cat([torch.stack([row for _, row in visits]) for visits in trails._visits.values()])
    heads = torch.stack([lane.rows[0] for lane in run._trainer.lanes])
    points = torch.cat([points, heads]).numpy().astype(np.float64)
    # each head stands beside the last visit, as in the picture
    values = np.linalg.svd(points - points.mean(axis=0), compute_uv=False) ** 2
    assert float(picture.share) == pytest.approx(values[:2].sum() / values.sum(), rel=1e-3)
    assert torch.allclose(trails._slice.axes @ trails._slice.axes.T, torch.eye(2), atol=1e-4)
    inside = [(track >= picture.box[:, 0]).all() and (track <= picture.box[:, 1]).all() for track in picture.tracks]
    assert all(inside)


def test_a_long_race_is_remembered_in_bounded_memory(device):
    """Bins hold means: a race of more steps than bins keeps the mean loss of all steps."""
    config = replace(SMALL, steps=0, hidden=2, lanes=PAIR)
    run = race(config, device, 1000)
    picture = run.peek().pictures["laps"]
    assert picture.stride == 4
    assert picture.losses.shape == (2, 250)
    losses = learn(config, PAIR[0], 1000)[1]
    assert np.allclose(picture.losses[0], np.reshape(losses, (250, 4)).mean(axis=1), rtol=1e-2)


def test_the_finder_watches_a_copy(device):
    run = Run(RACE.build, RaceConfig(), device)
    for slot, (low, high) in {0: (0.01, 2), 3: (0.003, 0.3)}.items():
        run.probe("finder", slot)
        picture = run.peek().pictures["sweep"]
        assert picture.slot == slot
        assert low <= float(picture.suggestion) <= high
        assert len(picture.rates) == len(picture.losses)
        assert (np.diff(picture.rates) > 0).all()
    run.probe("finder", None)
    assert "sweep" not in run.peek().pictures


@pytest.mark.parametrize("value", ["0", 0.0, True, -1, 8, [], {}, "x" * 99, 10**30])
def test_a_finder_for_nobody_is_refused(device, value):
    run = Run(RACE.build, SMALL, device)
    with pytest.raises(BadValue):
        run.probe("finder", value)
    with pytest.raises(BadValue):
        run.probe("nonsense", value)


@pytest.mark.parametrize("name", RACE.presets)
def test_every_preset_runs_and_shows_only_pictures_that_have_a_panel(device, name, data, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_DATA", str(data))
    run = Run(RACE.build, RACE.presets[name].config, device)
    if name == "digits":
        from playground.data.shelf import DIGITS

        DIGITS.wait()
    assert run.lacking() is None
    frame = run.peek()
    run.advance(steps=3)
    frame = run.peek()
    assert frame.step == 3
    assert set(frame.pictures) <= {*RACE.panels, "loss"}
    assert all(np.isfinite(value) for value in frame.metrics.values())
    assert len(encode({}, frame.pictures)) < 150_000
