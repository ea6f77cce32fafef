"""The nets that read digits: the course's CNN and LSTM, and their simpler relatives."""

from __future__ import annotations

import torch
from torch import Tensor, nn

SIDE = 28
CLASSES = 10
RECURRENT = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}


class Scaled(nn.Module):
    """uint8 pictures (batch, 28, 28) → 0..1, (batch, 1, 28, 28): a batch at a time, never the whole set."""

    def forward(self, pictures: Tensor) -> Tensor:
        scaled = pictures.float().div(255).unsqueeze(1)
        return scaled.contiguous(memory_format=torch.channels_last)  # max-pooling is five times faster so


class Cnn(nn.Module):
    """Course 401: two convolutions 5×5 with ReLU and 2×2 pooling, then a linear layer.

    ReLU after the pooling is the same function on a quarter of the values.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.scaled = Scaled()
        self.conv1 = nn.Conv2d(1, channels, 5, padding=2)
        self.conv2 = nn.Conv2d(channels, 2 * channels, 5, padding=2)
        self.pool = nn.MaxPool2d(2)
        self.out = nn.Linear(2 * channels * 7 * 7, CLASSES)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def maps(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Both layers' feature maps before pooling: (batch, c, 28, 28) and (batch, 2c, 14, 14)."""
        first = torch.relu(self.conv1(self.scaled(pictures)))
        return first, torch.relu(self.conv2(self.pool(first)))

    def features(self, pictures: Tensor) -> Tensor:
        """What the last layer reads: (batch, 2c · 49)."""
        first = torch.relu(self.pool(self.conv1(self.scaled(pictures))))
        return torch.relu(self.pool(self.conv2(first))).flatten(1)

    def forward(self, pictures: Tensor) -> Tensor:
        logits: Tensor = self.out(self.features(pictures))
        return logits


class Recurrent(nn.Module):
    """Course 402: the 28 rows are 28 time steps; the last hidden state is read out."""

    def __init__(self, kind: str, hidden: int) -> None:
        super().__init__()
        self.scaled = Scaled()
        self.rnn = RECURRENT[kind](SIDE, hidden, batch_first=True)
        self.out = nn.Linear(hidden, CLASSES)

    def states(self, pictures: Tensor) -> Tensor:
        """The hidden state after each row: (batch, 28, hidden)."""
        states: Tensor = self.rnn(self.scaled(pictures).squeeze(1))[0]
        return states

    def features(self, pictures: Tensor) -> Tensor:
        """What the last layer reads: (batch, hidden)."""
        return self.states(pictures)[:, -1]

    def forward(self, pictures: Tensor) -> Tensor:
        logits: Tensor = self.out(self.features(pictures))
        return logits


class Mlp(nn.Module):
    """One hidden layer over all pixels."""

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.scaled = Scaled()
        self.hidden = nn.Linear(SIDE * SIDE, hidden)
        self.out = nn.Linear(hidden, CLASSES)

    def features(self, pictures: Tensor) -> Tensor:
        """What the last layer reads: (batch, hidden)."""
        return torch.relu(self.hidden(self.scaled(pictures).flatten(1)))

    def forward(self, pictures: Tensor) -> Tensor:
        logits: Tensor = self.out(self.features(pictures))
        return logits


DigitNet = Cnn | Recurrent | Mlp
KINDS = ("cnn", "lstm", "gru", "rnn", "mlp")


def make_net(kind: str, channels: int, hidden: int) -> DigitNet:
    """The net of a kind: `channels` counts for the CNN, `hidden` for the others."""
    if kind == "cnn":
        return Cnn(channels)
    return Mlp(hidden) if kind == "mlp" else Recurrent(kind, hidden)
