"""The balls on a surface roll as plain torch.optim says, and the surfaces are what textbooks say."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from playground.core.lanes import lane
from playground.core.run import Run
from playground.lessons.race import RACE
from playground.lessons.racing.config import RaceConfig
from playground.lessons.racing.surfaces import SURFACES
from playground.text import Text
from playground.ui.seat import Seat

PAIR = (lane(0, "momentum", 0.001), lane(2, "adam", 0.05))
HILL = RaceConfig(work="rosenbrock", lanes=PAIR, steps=80)


@pytest.mark.parametrize("name", SURFACES)
def test_the_lowest_places_are_minima(name):
    """Height 0 there, no slope, and higher all around; the start is neither."""
    surface = SURFACES[name]
    for place in surface.lowest:
        point = torch.tensor(place, dtype=torch.float64, requires_grad=True)
        height = surface.height(point[0], point[1])
        (slope,) = torch.autograd.grad(height, point)
        assert height.item() == pytest.approx(0, abs=1e-6)
        assert slope.abs().max() < 1e-3
        around = point.detach() + 0.01 * torch.randn(50, 2, dtype=torch.float64, generator=torch.manual_seed(0))
        assert (surface.height(around[:, 0], around[:, 1]) > height.detach() - 1e-9).all()
        for value, (low, high) in zip(place, (surface.x_range, surface.y_range), strict=True):
            assert low < value < high
    start = torch.tensor(surface.start)
    assert surface.height(start[0], start[1]) > 0.5


def rolled(spec, start, steps):
    """The textbook loop on Rosenbrock's valley."""
    point = torch.tensor(start, requires_grad=True)
    if spec.kind == "momentum":
        optimizer = torch.optim.SGD([point], lr=spec.lr, momentum=dict(spec.options).get("momentum", 0.9))
    else:
        optimizer = torch.optim.Adam([point], lr=spec.lr)
    places = [point.detach().clone()]
    for _ in range(steps):
        optimizer.zero_grad()
        ((1 - point[0]) ** 2 + 100 * (point[1] - point[0] ** 2) ** 2).backward()
        optimizer.step()
        places.append(point.detach().clone())
    return torch.stack(places).numpy()


def tracks(run):
    return run.peek().pictures["landscape"].tracks


def test_the_trajectories_are_torch_optims_from_the_first_frame_on(device):
    """Whole, before a step is taken; playing walks along them."""
    run = Run(RACE.build, HILL, device)
    for track, spec in zip(tracks(run), PAIR, strict=True):
        assert np.allclose(track, rolled(spec, (-0.2, 2.4), 80), atol=1e-3)
    assert run.peek().pictures["landscape"].at == 0
    run.advance(steps=30)
    assert run.peek().pictures["landscape"].at == 30
    assert run.peek().pictures["podium"].loss[0] == pytest.approx(
        float(SURFACES["rosenbrock"].height(*torch.tensor(rolled(PAIR[0], (-0.2, 2.4), 30)[-1]))), rel=1e-2
    )


def test_a_new_start_and_new_rates_move_whole_trajectories_at_once(device):
    run = Run(RACE.build, HILL, device)
    run.advance(steps=10)
    run.tune(replace(HILL, start_x=0.6, start_y=-0.4))
    assert np.allclose(tracks(run)[0], rolled(PAIR[0], (0.6, -0.4), 80), atol=1e-3)
    slower = (lane(0, "momentum", 0.0003, momentum=0.5), PAIR[1])
    run.tune(replace(run.config, lanes=slower))
    assert np.allclose(tracks(run)[0], rolled(slower[0], (0.6, -0.4), 80), atol=1e-3)
    assert run.step == 10  # and the race goes on from where it was
    assert run.peek().pictures["landscape"].start == ((0.6, -0.4),)


def test_lanes_come_and_go(device):
    run = Run(RACE.build, HILL, device)
    run.advance(steps=5)
    run.tune(replace(HILL, lanes=(*PAIR, lane(7, "lbfgs", 0.1))))
    assert len(tracks(run)) == 3
    run.tune(replace(HILL, lanes=PAIR))
    assert len(tracks(run)) == 2


def test_a_ball_that_flies_off_is_marked_and_stops_nobody(device):
    config = replace(HILL, lanes=(lane(0, "sgd", 1.0), PAIR[1]))
    run = Run(RACE.build, config, device)
    run.advance(steps=80)
    frame = run.peek()
    assert frame.stop.reason == "finished"
    assert frame.pictures["podium"].died[0] > 0
    assert frame.pictures["podium"].died[1] == -1
    assert np.allclose(frame.pictures["landscape"].tracks[1], rolled(PAIR[1], (-0.2, 2.4), 80), atol=1e-3)


def test_a_race_past_the_planned_end_and_past_the_longest_trajectory(device):
    run = Run(RACE.build, HILL, device)
    run.advance(steps=80)
    run.peek()
    run.resume()
    run.advance(steps=50)
    assert np.allclose(tracks(run)[0][-1], rolled(PAIR[0], (-0.2, 2.4), 130)[-1], atol=2e-3)
    endless = Run(RACE.build, replace(HILL, steps=0), device)
    endless.advance(steps=5000)
    frame = endless.peek()
    assert frame.step == 5000
    assert np.isfinite(frame.metrics["leader"])


def test_a_change_late_in_a_race_of_many_passes_costs_a_moment_and_the_balls_catch_up(device):
    """Eight times L-BFGS: the whole trajectory would take minutes while the machine waits."""
    lanes = tuple(lane(slot, "lbfgs", 0.1 + slot / 100, iterations=10) for slot in range(8))
    run = Run(RACE.build, replace(HILL, lanes=lanes, steps=60), device)
    assert len(tracks(run)[0]) < 60
    run.advance(steps=55)
    before = tracks(run)
    run.tune(replace(run.config, lanes=lanes[:-1]))
    run.advance(steps=5)
    again = Run(RACE.build, replace(HILL, lanes=lanes[:-1], steps=60), device)
    again.advance(steps=60)
    assert run.peek().pictures["landscape"].at == again.peek().pictures["landscape"].at
    assert np.array_equal(tracks(run)[0], tracks(again)[0])
    assert len(before) == 8


def test_when_all_balls_are_lost_the_page_says_so(device):
    """On Beale's surface the heights out there are beyond any bound of a run."""
    seat = Seat(RACE, Text("en"), device)
    seat.renew(replace(HILL, work="beale", lanes=(lane(0, "sgd", 50.0), lane(1, "sgd", 80.0))))
    ticket = seat.begin()
    for _ in range(30):
        seat.take_turn(ticket, 0.01)
        frame = seat.frame()
    assert "Every lane has diverged" in frame
    assert not seat.playing
    assert seat.run.stop is None
