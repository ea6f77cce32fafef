"""t-SNE comes in the background, and the page can tell that it is on its way."""

from __future__ import annotations

import numpy as np
import torch

from playground.data.digits import small_digits
from playground.lessons.embedding import Embedding


def test_neighbours_stay_together() -> None:
    digits = small_digits()
    pictures, labels = digits.test_images[:200], digits.test_labels[:200]
    embedding = Embedding()
    assert embedding.look() == {}
    embedding.start(pictures.flatten(1).float() / 255, labels)
    assert embedding.worker is not None
    embedding.worker.join()
    assert not embedding.is_busy
    cloud = embedding.look()["tsne"]
    places = torch.from_numpy(np.asarray(cloud.xyz))  # type: ignore[attr-defined]
    nearest = torch.cdist(places, places).fill_diagonal_(9).argmin(dim=1)
    assert (labels[nearest] == labels).float().mean() > 0.85
