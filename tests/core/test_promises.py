"""The promises of the core that must never be broken; each sentence of the design is a test here."""

import threading

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from playground.core import run as run_module
from playground.core.batches import Batches
from playground.core.run import Run
from playground.lessons.classifier import CLASSIFIER, ClassifierConfig
from playground.lessons.regression import REGRESSION, RegressionConfig
from tests.core.tiny import ROWS, Tiny, TinyConfig, make, same, state

STEPS = 24


class Syncs(TorchDispatchMode):
    """Counts the reads of a tensor's number by Python: on a GPU each one waits for the device."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, function, types, arguments=(), keywords=None):
        self.count += function is torch.ops.aten._local_scalar_dense.default
        return function(*arguments, **(keywords or {}))


# 1. Looking is free.


@pytest.mark.parametrize("optimizer", ["sgd", "nesterov", "adam"])
def test_looking_at_every_step_changes_no_weight_and_no_running_statistic(device, optimizer):
    """Peeks and probes between all steps leave what is learnt bit-equal, with dropout and batch norm in the net."""
    quiet, watched = make(device, optimizer=optimizer), make(device, optimizer=optimizer)
    start = state(quiet)
    quiet.advance(steps=STEPS)
    for step in range(STEPS):
        watched.probe("point", step % 2)
        watched.peek()
        watched.advance(steps=1)
        watched.peek(closely=True)
    quiet.peek()
    assert same(state(quiet), state(watched))
    assert not same(state(quiet), start)
    assert any("running_mean" in name for name in quiet._trainer.net.state_dict())


def test_the_dropout_of_the_tiny_net_is_at_work(device):
    """Without it the promise above would be cheap: other masks give other weights."""
    with_dropout, without = make(device), make(device, dropout=0.0)
    for run in (with_dropout, without):
        run.advance(steps=3)
    assert not torch.equal(state(with_dropout)[0], state(without)[0])


@pytest.mark.parametrize(
    ("lesson", "config", "focus"),
    [
        (REGRESSION, RegressionConfig(batch=7, steps=0, test=0.2), (1, 3)),
        (CLASSIFIER, ClassifierConfig(batch=7, steps=0, test=0.2), (1, 3)),
        (CLASSIFIER, ClassifierConfig(batch=7, steps=0, head="both"), (1, 3)),
    ],
)
def test_looking_at_a_lesson_is_free_too(device, lesson, config, focus):
    """Also with the neuron in focus and the place pointed at, as the page asks for them."""
    quiet, watched = (Run(lesson.build, config, device) for _ in range(2))
    quiet.advance(steps=STEPS)
    for step in range(STEPS):
        watched.probe("focus", focus if step % 3 else None)
        if lesson is CLASSIFIER:
            watched.probe("point", (step / 10, -1))
        watched.advance(steps=1)
        watched.peek(closely=step % 2 == 0)
    assert same(state(quiet), state(watched))


def test_slow_motion_is_the_same_learning(device):
    """Stage by stage, with a close look after each, equals plain steps."""
    plain, slow = make(device), make(device)
    plain.advance(steps=STEPS)
    for _ in range(STEPS):
        for stage in ("forward", "loss", "backward", "update"):
            assert slow.advance_stage() == stage
            assert slow.peek(closely=True).stage == stage
    assert slow.step == plain.step == STEPS
    assert same(state(plain), state(slow))


def test_a_step_left_half_done_in_slow_motion_is_finished_first(device):
    """Going on at full speed from the middle of a step takes that step to its end and no batch is lost."""
    plain, mixed = make(device), make(device)
    plain.advance(steps=6)
    for _ in range(6):
        mixed.advance_stage()
    mixed.peek(closely=True)
    assert mixed.step == 1
    mixed.advance(steps=5)
    assert mixed.step == plain.step == 6
    assert same(state(plain), state(mixed))


def test_modes_are_restored_after_a_look(device):
    """Eval while looking, training before and after."""
    run = make(device)
    run.peek()
    assert all(module.training for module in run._trainer.net.modules())
    assert torch.is_grad_enabled()


# 2. Private randomness.


def test_runs_in_turn_equal_the_same_runs_alone(device):
    """Two runs with dropout and shuffled batches, interleaved, learn bit for bit what they learn alone."""
    alone = []
    for seed in (1, 2):
        run = make(device, seed=seed)
        run.advance(steps=STEPS)
        alone.append(state(run))
    first, second = make(device, seed=1), make(device, seed=2)
    for _ in range(STEPS // 2):
        first.advance(steps=2)
        second.advance(steps=1)
        torch.rand(3)  # somebody else draws
        second.advance(steps=1)
        first.peek()
    assert same(state(first), alone[0])
    assert same(state(second), alone[1])
    assert not same(alone[0], alone[1])


def test_a_run_leaves_the_global_generator_alone(device):
    """Building, learning, looking, tuning and probing draw nothing from the generator outside."""
    torch.manual_seed(77)
    before = torch.get_rng_state()
    run = make(device)
    run.advance(steps=5)
    run.advance_stage()
    run.peek()
    run.probe("point", 1)
    run.tune(run.config.changed({"lr": 0.01}))
    assert torch.equal(torch.get_rng_state(), before)


def test_a_refused_config_leaves_the_global_generator_alone(device):
    """Also an error inside the run's own randomness gives the generator back."""
    before = torch.get_rng_state()

    def fails(config, device):
        torch.manual_seed(3)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Run(fails, TinyConfig(), device)
    assert torch.equal(torch.get_rng_state(), before)
    make(device).advance(steps=1)  # and the lock is free


def test_runs_in_two_threads_equal_the_same_runs_alone(device):
    """Threads that advance at the same time do not share random numbers."""
    alone = []
    for seed in (1, 2):
        run = make(device, seed=seed)
        run.advance(steps=STEPS)
        alone.append(state(run))
    before = torch.get_rng_state()
    runs = [make(device, seed=seed) for seed in (1, 2)]
    together = threading.Barrier(2)

    def learn(run):
        together.wait(timeout=30)
        for _ in range(STEPS):
            run.advance(steps=1)
            run.peek()

    threads = [threading.Thread(target=learn, args=(run,)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert same(state(runs[0]), alone[0])
    assert same(state(runs[1]), alone[1])
    assert torch.equal(torch.get_rng_state(), before)


# 3. One sync a frame.


@pytest.mark.parametrize("optimizer", ["sgd", "momentum", "nesterov"])
@pytest.mark.parametrize("values", [{}, {"l1": 0.01, "l2": 0.01}, {"batch": 0}])
def test_no_step_reads_a_number_from_the_device(device, optimizer, values):
    """`step` and `advance` never call item()."""
    run = make(device, optimizer=optimizer, **values)
    with Syncs() as syncs:
        run.advance(steps=STEPS)
    assert syncs.count == 0
    with syncs:
        torch.ones(1).item()
    assert syncs.count == 1  # the counter counts


@pytest.mark.parametrize("optimizer", ["adagrad", "rmsprop", "adam", "adamw"])
def test_other_optimizers_read_only_their_own_step_counter(device, optimizer):
    """torch keeps the step counters on the CPU, so reading one waits for no device: at most one for each parameter."""
    run = make(device, optimizer=optimizer)
    with Syncs() as syncs:
        run.advance(steps=10)
    assert syncs.count <= 10 * len(list(run._trainer.net.parameters()))
    assert all(values["step"].device.type == "cpu" for values in run._trainer.optimizer.state.values())


@pytest.mark.parametrize(
    ("lesson", "config"),
    [(REGRESSION, RegressionConfig(batch=9)), (CLASSIFIER, ClassifierConfig(batch=9, head="both"))],
)
def test_no_step_of_a_lesson_reads_a_number(device, lesson, config):
    run = Run(lesson.build, config, device)
    with Syncs() as syncs:
        run.advance(steps=20)
    assert syncs.count == 0


def test_an_ordinary_peek_reads_the_device_once(device, monkeypatch):
    """All losses, metrics and pictures of a frame come over in one copy."""
    reads = []
    plain = run_module.to_host
    monkeypatch.setattr(run_module, "to_host", lambda tree: reads.append(1) or plain(tree))
    for lesson in (REGRESSION, CLASSIFIER):
        run = Run(lesson.build, lesson.config(test=0.3), device)
        run.advance(steps=10)
        reads.clear()
        with Syncs() as syncs:
            run.peek()
        assert len(reads) == 1
        assert syncs.count == 0


# 4. Device is an argument; no copies per step.


def test_full_batch_training_serves_the_very_same_tensors(device):
    """Nothing is copied when a batch is the whole set."""
    run = make(device, batch=0)
    trainer = run._trainer
    served = []
    plain = trainer.net.forward

    def forward(inputs):
        served.append(inputs)
        return plain(inputs)

    trainer.net.forward = forward
    run.advance(steps=3)
    assert len(served) == 3
    assert all(inputs is trainer.batches.inputs for inputs in served)
    inputs, targets = next(trainer.batches)
    assert inputs is trainer.batches.inputs
    assert targets is trainer.batches.targets


def test_data_and_net_live_on_the_device_of_the_argument():
    """A trainer built for a device has its data, batches and weights there."""
    device = torch.device("meta")
    trainer = Tiny(TinyConfig(), device)
    assert {weight.device.type for weight in trainer.net.parameters()} == {"meta"}
    batches = Batches(torch.empty(ROWS, 2, device=device), torch.empty(ROWS, 1, device=device), 16)
    assert {tensor.device.type for tensor in next(batches)} == {"meta"}
    for build, config in ((REGRESSION.build, RegressionConfig()), (CLASSIFIER.build, ClassifierConfig(batch=8))):
        trainer = build(config, torch.device("cpu"))
        held = [trainer.batches.inputs, trainer.batches.targets, *next(trainer.batches)]
        assert {tensor.device.type for tensor in held} == {"cpu"}
