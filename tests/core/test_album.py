"""An album stays bounded, covers the whole run evenly, and costs no more than its share of the time."""

from dataclasses import dataclass
from itertools import pairwise

import pytest

from playground.core import album as album_module
from playground.core.album import MOST_CHECKPOINTS, MOST_MOMENTS, Album, Thinned
from playground.core.run import Run
from playground.lessons.regression import REGRESSION, RegressionConfig
from tests.core.tiny import make, same, state


@dataclass(frozen=True)
class Thing:
    step: int
    size: int = 1


def filled(steps, most=20, most_bytes=10**9, size=1):
    thinned = Thinned(most, most_bytes)
    for step in steps:
        thinned.add(Thing(step, size))
        assert len(thinned.items) <= most
        assert thinned.bytes == sum(item.size for item in thinned.items) <= most_bytes
    return thinned


@pytest.mark.parametrize("count", [5, 20, 21, 300, 5000])
def test_what_is_left_covers_the_run_evenly(count):
    """No gap is more than about twice another, and the first and the newest are there."""
    kept = [item.step for item in filled(range(count)).items]
    assert kept == sorted(kept)
    assert (kept[0], kept[-1]) == (0, count - 1)
    assert len(kept) == min(count, 20)
    gaps = [after - before for before, after in pairwise(kept)]
    assert max(gaps) <= 3 * max(1, count / 20)


def test_a_slow_start_does_not_crowd_out_a_fast_run():
    """First single steps, then hundreds a frame."""
    kept = [item.step for item in filled([*range(50), *range(50, 50_000, 400)]).items]
    assert sum(step < 50 for step in kept) <= 3
    assert max(after - before for before, after in pairwise(kept)) < 10_000


def test_the_bytes_are_bounded_too():
    assert len(filled(range(100), most=1000, most_bytes=50, size=7).items) == 7
    lone = Thinned(10, 50)
    lone.add(Thing(0, 51))
    assert lone.items == []


def test_one_of_the_same_step_is_replaced():
    thinned = filled([0, 1, 2])
    thinned.add(Thing(2, 9))
    assert [item.size for item in thinned.items] == [1, 1, 9]
    assert thinned.bytes == 11


@pytest.mark.parametrize(("step", "found"), [(0, None), (3, 3), (4, 3), (6, 6), (99, 9)])
def test_the_last_one_that_is_not_later(step, found):
    item = filled([3, 6, 9]).at(step)
    assert (item.step if item else None) == found


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def keep(album, run, *, whole=True):
    return album.keep(run, run.peek(), b"{}", whole=whole)


def test_checkpoints_are_bounded_and_moments_too(device):
    """Also when time costs nothing."""
    run, album = make(device), Album(Clock())
    for _ in range(2 * MOST_MOMENTS):
        run.advance(steps=1)
        keep(album, run)
    assert len(album.moments.items) == MOST_MOMENTS
    assert len(album.checkpoints.items) == MOST_CHECKPOINTS


def test_checkpoints_take_no_more_than_their_share(device, monkeypatch):
    """Each costs 20 ms here, and a frame comes every 50 ms: about one in forty may have one."""
    clock = Clock()
    run, album = make(device), Album(clock)

    class Slow(album_module.Parts):
        @classmethod
        def of(cls, state):
            clock.now += 0.02
            return album_module.Parts({}, {})

    taken = []
    plain_of = Slow.of
    monkeypatch.setattr(Slow, "of", lambda state: taken.append(1) or plain_of(state))
    monkeypatch.setattr(album_module, "Parts", Slow)
    monkeypatch.setattr(album_module.Checkpoint, "size", 1)
    frames = 2000
    for _ in range(frames):
        clock.now += 0.05
        run.advance(steps=1)
        keep(album, run)
    spent = 0.02 * len(taken)
    assert 0.5 * album_module.SHARE < spent / clock.now < 1.2 * album_module.SHARE


def test_no_checkpoint_where_the_lesson_keeps_none(device):
    run, album = make(device), Album()
    moment = keep(album, run, whole=False)
    assert album.moments.items == [moment]
    assert album.before(moment, run) is None


def test_a_half_done_step_and_a_diverged_run_stay_out(device):
    run, album = make(device), Album()
    run.advance_stage()
    keep(album, run)
    assert album.moments.items == []
    diverged = Run(REGRESSION.build, RegressionConfig(lr=1e7, steps=0), device)
    diverged.advance(steps=50)
    keep(album, diverged)
    assert diverged.stop.reason == "diverged"
    assert album.moments.items == []


def test_keeping_changes_nothing_that_is_learnt(device):
    """With dropout, batch norm and shuffled batches; a checkpoint at every step."""
    plain, kept, album = make(device), make(device), Album(Clock())
    for _ in range(30):
        for run in (plain, kept):
            run.advance(steps=1)
        plain.peek()
        keep(album, kept)
    assert len(album.checkpoints.items) == 30
    assert same(state(plain), state(kept))
    for name, series in plain.history.series.items():
        assert series.shown(99)[1].tolist() == kept.history.series[name].shown(99)[1].tolist()


def test_a_checkpoint_right_after_a_look_looks_no_second_time(device, monkeypatch):
    """Lessons count looks for their exams."""
    run, album = make(device), Album(Clock())
    run.advance(steps=3)
    frame = run.peek()
    looks = []
    plain = run._trainer.look
    monkeypatch.setattr(run._trainer, "look", lambda **how: looks.append(1) or plain(**how))
    album.keep(run, frame, b"{}", whole=True)
    assert len(album.checkpoints.items) == 1
    assert looks == []
    run.advance(steps=1)
    run.state()
    assert looks == [1]  # but what was learnt since the last look is not lost
