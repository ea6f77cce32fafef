"""The classifier lesson: heads, classes, own points and what may be asked."""

import numpy as np
import pytest
import torch
from sklearn.metrics import confusion_matrix

from playground.core.refusal import BadValue
from playground.core.run import Run
from playground.data import points
from playground.lessons.classifier import CLASSIFIER, MOST_CLASSES, ClassifierConfig
from playground.lessons.plane import probabilities
from tests.core.tiny import same, state

HEADS = ("softmax", "sigmoid", "both")
JUNK = [[], {}, "x", 5, True, (0,), (0, 0, 0), (13, 0), (0, -13), ("0", "0"), (True, 0), (None, 0), ([0], 0)]
JUNK += [(float("nan"), 0), (0, float("inf")), (10**30, 0), {"x": 0, "y": 0}]


def learner(device, **values):
    return Run(CLASSIFIER.build, ClassifierConfig(**values), device)


def test_both_heads_start_as_the_same_function(device):
    """All over the plane, and so do their first losses."""
    run = learner(device, head="both", data="spirals", layers=(8, 8), activation="tanh")
    trainer = run._trainer
    grid = 6 * torch.randn(500, 2)
    with torch.no_grad():
        torch.testing.assert_close(probabilities(trainer.softmax(grid)), probabilities(trainer.sigmoid(grid)))
    fields = run.peek().pictures
    assert np.abs(fields["field"].values - fields["field2"].values).max() <= 1
    run.advance(steps=1)
    metrics = run.peek().metrics
    assert metrics["softmax"] == pytest.approx(metrics["sigmoid"], rel=1e-5)


def test_both_heads_see_the_same_batch_and_learn_apart(device):
    run = learner(device, head="both", batch=16)
    seen = {}
    for lane in run._trainer.lanes:
        lane.net.register_forward_hook(
            lambda net, given, out, name=lane.name: seen.setdefault(name, []).append(given[0].clone())
        )
    run.advance(steps=5)
    assert len(seen["softmax"]) == 5
    assert all(torch.equal(a, b) for a, b in zip(seen["softmax"], seen["sigmoid"], strict=True))
    assert not torch.equal(run._trainer.softmax[0].weight, run._trainer.sigmoid[0].weight)
    frame = run.peek()
    assert set(frame.metrics) == {"softmax", "sigmoid", "softmax_accuracy", "sigmoid_accuracy"}
    assert "field2" in frame.pictures


@pytest.mark.parametrize("head", ["sigmoid", "both"])
@pytest.mark.parametrize("values", [{"classes": 3}, {"own": [[0, 0, 2]]}])
def test_one_output_cannot_tell_three_classes_apart(head, values):
    with pytest.raises(BadValue) as refused:
        ClassifierConfig(head=head, **values)
    assert refused.value.key == "two_classes_only"
    assert refused.value.facts == {"classes": 3}


@pytest.mark.parametrize("head", HEADS)
def test_own_points_take_over_and_the_weights_stay(device, head):
    run = learner(device, head=head, steps=0)
    run.advance(steps=10)
    run.peek()
    before = state(run)
    own = [[x, y, int(x * y > 0)] for x in (-2, 2) for y in (-2, 2)]
    config = run.config.changed({"own": own})
    assert run.config.keeps_run(config)
    run.tune(config)
    frame = run.peek()
    assert same(state(run), before)
    assert (frame.step, frame.epoch) == (10, 10)
    np.testing.assert_array_equal(frame.pictures["field"].points.xy, np.array(own, np.float32)[:, :2])
    assert frame.pictures["field"].points.label.tolist() == [1, 0, 0, 1]
    run.advance(steps=5)
    assert not same(state(run), before)


def test_a_new_class_needs_a_new_net(device):
    """Until then the run is kept."""
    config = ClassifierConfig(own=[[0, 0, 0], [1, 1, 1]])
    assert config.keeps_run(config.changed({"own": [[0, 0, 0], [1, 1, 1], [2, 2, 0]]}))
    assert not config.keeps_run(config.changed({"own": [[0, 0, 0], [1, 1, 2]]}))
    assert not ClassifierConfig(classes=5).keeps_run(ClassifierConfig(classes=5, own=()))
    assert Run(CLASSIFIER.build, config.changed({"own": [[0, 0, 4]] * 2}), device)._trainer.net[-1].out_features == 5


@pytest.mark.parametrize("own", [(), ((0, 0, 0),)])
@pytest.mark.parametrize("head", ["softmax", "sigmoid"])
def test_too_few_points_are_lacking_and_the_page_still_draws(device, head, own):
    run = learner(device, head=head, own=own)
    assert run.lacking().key == "need_points"
    assert run.peek().stop is None


def test_points_of_one_class_can_be_learnt_from(device):
    run = learner(device, own=((0, 0, 0), (1, 1, 0)))
    run.advance(steps=10)
    frame = run.peek()
    assert frame.stop is None
    assert frame.metrics["accuracy"] == 1


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("value", JUNK, ids=repr)
def test_a_place_that_is_none_is_refused_and_the_old_one_stays(device, head, value):
    run = learner(device, head=head)
    run.probe("point", [1, 2])
    with pytest.raises(BadValue) as refused:
        run.probe("point", value)
    assert refused.value.key == "bad_probe"
    assert run.peek().pictures["bars"].at == (1.0, 2.0)
    run.probe("point", None)
    assert "bars" not in run.peek().pictures


@pytest.mark.parametrize("value", [[], "x", (9, 0), (0, 2), (1, 10), (1.0, 0), (True, 0), 7, {}], ids=repr)
@pytest.mark.parametrize("head", ["softmax", "both"])
def test_a_focus_on_nothing_is_refused(device, head, value):
    run = learner(device, head=head)
    with pytest.raises(BadValue):
        run.probe("focus", value)
    assert run.peek().pictures["field"].focus is None


@pytest.mark.parametrize(("head", "classes"), [("softmax", 2), ("softmax", 5), ("sigmoid", 2), ("both", 2)])
def test_the_bars_are_the_probabilities_at_the_place(device, head, classes):
    run = learner(device, head=head, classes=classes, features=("xy", "sin_x", "xx"))
    run.advance(steps=5)
    run.probe("point", (1.5, -0.5))
    bars = run.peek().pictures["bars"]
    with torch.no_grad():
        inputs = torch.tensor([[1.5**2, 1.5 * -0.5, np.sin(1.5)]], dtype=torch.float32)
        logits = run._trainer.nets()[0](inputs)
    expected = (
        torch.softmax(logits, 1)[0]
        if logits.shape[1] > 1
        else torch.cat([1 - logits.sigmoid(), logits.sigmoid()], 1)[0]
    )
    np.testing.assert_allclose(bars.values, expected.numpy(), atol=1e-5)
    assert bars.values.sum() == pytest.approx(1)
    assert bars.names == tuple("ABCDE"[:classes])


@pytest.mark.parametrize("test", [0.0, 0.4])
def test_the_confusion_matrix_is_that_of_scikit_learn(device, test):
    """Over the held-out points where there are any."""
    run = learner(device, classes=3, noise=1.0, test=test)
    run.advance(steps=30)
    frame = run.peek()
    shown = frame.pictures["field"].points
    kept = shown.test == (1 if test else 0)
    with torch.no_grad():
        guesses = run._trainer.net(torch.from_numpy(shown.xy[kept])).argmax(1).numpy()
    expected = confusion_matrix(shown.label[kept], guesses, labels=[0, 1, 2])
    assert frame.pictures["confusion"].values.tolist() == expected.tolist()
    name = "test_accuracy" if test else "accuracy"
    assert frame.metrics[name] == pytest.approx(expected.trace() / expected.sum())


def test_test_points_are_not_learnt_from(device):
    run = learner(device, test=0.3, data="moons")
    shown = run.peek().pictures["field"].points
    assert int(shown.test.sum()) == 60
    assert np.array_equal(run._trainer.batches.inputs.numpy(), shown.xy[shown.test == 0])


@pytest.mark.parametrize("config", [ClassifierConfig(), ClassifierConfig(classes=5, noise=1, seed=9)])
def test_there_is_a_thumbnail_for_every_option(config):
    drawn = CLASSIFIER.thumbnails(config)
    assert list(drawn) == list(CLASSIFIER.config.knobs()[CLASSIFIER.gallery].options) == list(points.MAKERS)
    for name, picture in drawn.items():
        assert len(picture.xy) == len(picture.label) == len(picture.test) > 0
        assert picture.label.max() == (config.classes - 1 if name == "blobs" else 1)
        assert not picture.test.any()


def test_uploaded_classes_lie_on_the_plane():
    table = CLASSIFIER.read_table(b"x,y,c\n0,0,a\n10,4,b\n5,2,c\n")
    assert table == ((-5.0, -5.0, 0), (5.0, 5.0, 1), (0.0, 0.0, 2))
    assert ClassifierConfig(own=table).class_count == 3
    rows = b"".join(b"%d,%d,%d\n" % (row, row, row) for row in range(MOST_CLASSES + 1))
    with pytest.raises(BadValue):
        CLASSIFIER.read_table(rows)


def test_weights_set_by_hand_in_a_race_are_those_of_the_net_that_is_drawn(device):
    run = learner(device, head="both")
    run.probe("weight", {"layer": 0, "unit": 0, "source": 0, "value": 3.0})
    assert run.peek().pictures["network"].weights[0][0, 0] == 3
    assert run._trainer.sigmoid[0].weight[0, 0] != 3
