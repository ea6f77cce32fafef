"""The shipped reader's architecture: small enough to answer in a millisecond, wide enough to read a stranger's hand."""

import torch
from torch import Tensor, nn

DIGITS = 10
WIDTHS = (24, 80, 144)


class Reader(nn.Module):
    """Three convolution blocks, then mean and maximum over all places: where a digit stands matters little.

    The maximum keeps a small digit from being averaged away by its empty surroundings. The eleventh output stands for
    "not a digit": scribbles need somewhere to go, or softmax calls them a digit.
    """

    def __init__(self) -> None:
        super().__init__()
        small, middle, large = WIDTHS
        self.blocks = nn.Sequential(
            nn.Conv2d(1, small, 5, padding=2, bias=False),  # (batch, 24, 28, 28)
            nn.MaxPool2d(2),
            nn.BatchNorm2d(small),
            nn.ReLU(),  # after the pool: the same function on a quarter of the values
            nn.Conv2d(small, middle, 3, padding=1, bias=False),  # (batch, 80, 14, 14)
            nn.MaxPool2d(2),
            nn.BatchNorm2d(middle),
            nn.ReLU(),
            nn.Conv2d(middle, large, 3, padding=1, bias=False),  # (batch, 144, 7, 7)
            nn.BatchNorm2d(large),
            nn.ReLU(),
        )
        self.head = nn.Linear(2 * large, DIGITS + 1)

    def forward(self, pictures: Tensor) -> Tensor:
        """(batch, 1, 28, 28) as `normalised` makes them → logits (batch, 11)."""
        seen = self.blocks(pictures)
        logits: Tensor = self.head(torch.cat([seen.mean(dim=(2, 3)), seen.amax(dim=(2, 3))], dim=1))
        return logits


def normalised(images: Tensor) -> Tensor:
    """Pictures (batch, 28, 28) with ink in 0..1 as the net takes them: (batch, 1, 28, 28), channels last."""
    scaled = (images.unsqueeze(1) - 0.1307) / 0.3081  # MNIST's mean and deviation
    return scaled.contiguous(memory_format=torch.channels_last)  # max-pooling is five times faster so


def probabilities(logits: Tensor) -> Tensor:
    """Ten probabilities per row (batch, 10); what "not a digit" holds is spread evenly, so doubt looks like doubt."""
    shares = torch.softmax(logits, dim=1)  # (batch, 11)
    return shares[:, :DIGITS] + shares[:, DIGITS:] / DIGITS
