"""The fair lock serves in order; a run's random numbers are its own."""

import threading

import pytest
import torch

from playground.core.randomness import COMPUTE, FairLock, Randomness

PATIENCE = 30  # seconds until a broken lock fails the test instead of hanging it


def queued(lock, count):
    """Wait until so many threads stand in the queue, without a clock deciding the outcome."""
    tick = threading.Event()
    for _ in range(PATIENCE * 1000):
        if len(lock._queue) == count:
            return
        tick.wait(0.001)
    raise AssertionError(f"only {len(lock._queue)} of {count} wait")


def test_the_lock_serves_in_the_order_of_arrival():
    """Also against its holder, who asks again at once and goes to the end of the queue."""
    lock, served, threads = FairLock(), [], []

    def visitor(name):
        with lock:
            served.append(name)

    with lock:
        assert not lock.contended
        for place in range(5):
            threads.append(threading.Thread(target=visitor, args=(place,)))
            threads[-1].start()
            queued(lock, place + 1)
        assert lock.contended
    with lock:
        served.append("holder again")
    for thread in threads:
        thread.join(PATIENCE)
    assert served == [0, 1, 2, 3, 4, "holder again"]
    assert not lock.contended


def test_only_one_is_inside():
    lock, inside, most = FairLock(), [], []

    def visitor():
        for _ in range(200):
            with lock:
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=visitor) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert len(most) == 800
    assert max(most) == 1


def test_an_error_inside_frees_the_lock():
    lock = FairLock()
    with pytest.raises(KeyError), lock:
        raise KeyError
    with lock:
        pass


def test_own_numbers_go_on_where_they_stopped(device):
    torch.manual_seed(1)
    expected = torch.rand(6)
    torch.manual_seed(1)
    randomness = Randomness(device)
    torch.manual_seed(99)
    outside = torch.get_rng_state()
    with randomness.own():
        first = torch.rand(3)
    torch.rand(5)
    with randomness.own():
        second = torch.rand(3)
    assert torch.equal(torch.cat([first, second]), expected)
    torch.set_rng_state(outside)
    with randomness.own():
        torch.rand(3)
    assert torch.equal(torch.get_rng_state(), outside)


def test_forked_numbers_move_nobody(device):
    torch.manual_seed(1)
    randomness = Randomness(device)
    with randomness.forked():
        first = torch.rand(3)
    with randomness.forked():
        again = torch.rand(3)
    with randomness.own():
        third = torch.rand(3)
    assert torch.equal(first, again)
    assert torch.equal(first, third)


def test_the_compute_lock_is_held_inside_and_free_after(device):
    randomness = Randomness(device)
    with randomness.own():
        assert COMPUTE._held
    error = ValueError("x")
    with pytest.raises(ValueError, match="x"), randomness.forked():
        raise error
    assert not COMPUTE._held
