"""The log for TensorBoard holds the run's own history, read back by TensorBoard's own reader."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from playground.cli import main
from playground.core.keep import read, reopened
from playground.core.run import Run
from playground.figures import paper
from playground.lessons.classifier import CLASSIFIER, ClassifierConfig
from playground.lessons.regression import REGRESSION


@pytest.fixture(autouse=True)
def _coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "DOTS", 30)


def log_of(folder: Path) -> EventAccumulator:
    log = EventAccumulator(str(folder), size_guidance={"scalars": 0, "images": 0, "tensors": 0})
    log.Reload()
    return log


def scalars(log: EventAccumulator, name: str) -> dict[int, float]:
    return {event.step: event.value for event in log.Scalars(name)}


def test_it_holds_every_metric_by_its_step_the_settings_and_the_figures(tmp_path: Path) -> None:
    main(["train", "classifier", "--test", "0.3", "--steps", "60", "--tensorboard", str(tmp_path)])
    log = log_of(tmp_path)
    run = Run(CLASSIFIER.build, ClassifierConfig(test=0.3, steps=60), torch.device("cpu"))
    run.advance()
    run.peek()
    assert set(log.Tags()["scalars"]) == set(run.history.series)
    steps, values = run.history.series["loss"].shown(1000)
    assert scalars(log, "loss") == dict(zip(steps.tolist(), values.tolist(), strict=True))
    assert scalars(log, "test_accuracy")[60] == np.float32(run.history.series["test_accuracy"].newest)
    assert set(log.Tags()["images"]) == {"network", "field", "loss", "confusion"}
    assert log.Images("field")[0].encoded_image_string.startswith(b"\x89PNG")
    texts = {tag: log.Tensors(tag)[0].tensor_proto.string_val[0].decode() for tag in log.Tags()["tensors"]}
    assert "| Test share | **0.3** | 0 |" in texts["settings/text_summary"]
    assert "python -m playground train classifier --steps=60 --test=0.3" in texts["command/text_summary"]


def test_a_kept_run_goes_on_in_its_log(tmp_path: Path) -> None:
    kept, logs = tmp_path / "run.safetensors", tmp_path / "logs"
    main(["train", "regression", "--steps", "20", "--save", str(kept), "--tensorboard", str(logs)])
    more = ["--open", str(kept), "--steps", "50", "--save", str(kept), "--tensorboard", str(logs)]
    main(["train", "regression", *more])
    run = reopened(read(kept.read_bytes()), REGRESSION, torch.device("cpu"))
    steps, values = run.history.series["loss"].shown(1000)
    assert scalars(log_of(logs), "loss") == dict(zip(steps.tolist(), values.tolist(), strict=True))


Capture = pytest.CaptureFixture[str]


def test_the_log_of_another_run_is_not_written_into(tmp_path: Path, capsys: Capture) -> None:
    main(["train", "regression", "--steps", "2", "--tensorboard", str(tmp_path)])
    with pytest.raises(SystemExit):
        main(["train", "regression", "--steps", "2", "--tensorboard", str(tmp_path)])
    assert "already holds the log of another run" in capsys.readouterr().err


def test_without_the_package_a_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    with pytest.raises(SystemExit):
        main(["train", "regression", "--steps", "1000000", "--tensorboard", str(tmp_path / "logs")])
    assert "pip install tensorboard" in capsys.readouterr().err
