"""Lays the test pictures out by t-SNE, which takes seconds: in the background, on request."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from playground.core.pictures import Cloud, Picture

PERPLEXITY = 30
SEED = 0


class Embedding:
    """What t-SNE made of the last layer's input, once it has been asked for."""

    def __init__(self) -> None:
        self.worker: threading.Thread | None = None
        self._cloud: Cloud | None = None

    @property
    def is_busy(self) -> bool:
        return self.worker is not None and self.worker.is_alive()

    def start(self, features: Tensor, labels: Tensor) -> None:
        """features (n, width), labels (n,); a request while one is under way is passed over."""
        if not self.is_busy:
            copies = features.cpu().numpy().copy(), labels.cpu().numpy().astype(np.uint8)
            self.worker = threading.Thread(target=self._lay_out, args=copies, daemon=True, name="t-SNE")
            self.worker.start()

    def _lay_out(self, features: NDArray[np.float32], labels: NDArray[np.uint8]) -> None:
        from sklearn.manifold import TSNE

        places = TSNE(2, perplexity=PERPLEXITY, init="pca", random_state=SEED).fit_transform(features)
        self._cloud = Cloud((places / np.abs(places).max()).astype(np.float32), labels)

    def look(self) -> dict[str, Picture]:
        return {"tsne": self._cloud} if self._cloud else {}
