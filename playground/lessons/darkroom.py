"""Where an autoencoder's pictures are developed: the data when they have come, the cursor, the drawing, the panels."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from playground.core.pictures import Cloud, Images, Mosaic, Passage, Picture, Strips
from playground.core.refusal import BadValue, echo
from playground.core.surgery import is_place
from playground.data.shelf import DIGITS
from playground.lessons.autoencoder_nets import Autoencoder, scaled
from playground.lessons.codes import IN_CLOUD, Codes
from playground.lessons.cursor import DRAWING, Cursor, Place, check_place
from playground.lessons.pad import Pad

SIDE = 28
TILES = 15  # of the decoded plane, along each side
MARGIN = 2  # pixels of each tile that are cut off: MNIST's ink stands in the middle
REACH = 0.02  # this share of the points may lie outside the decoded plane, on each side
BEGIN, WALK_FROM, WALK_TO = 2, 0, 7  # digits: where the cursor stands at first, and the first walk's ends


def pictured(pixels: Tensor) -> Tensor:
    """(n, 784) in 0..1 → (n, 28, 28) in 0..255."""
    return (255 * pixels).round().view(-1, SIDE, SIDE)


class Darkroom:
    """All that is shown of an autoencoder; it never changes the net."""

    def __init__(self, net: Autoencoder, device: torch.device) -> None:
        self._net = net
        self._device = device
        self.pad = Pad()
        self.cursor = Cursor(net.latent)
        self.codes: Codes | None = None
        self.remark = ""
        self._pointed: int | None = None
        self._chosen = torch.empty(0, dtype=torch.long)
        self.train = (
            torch.empty(0, SIDE, SIDE, dtype=torch.uint8, device=device),
            torch.empty(0, dtype=torch.long, device=device),
        )
        self._arrive()

    def _arrive(self) -> bool:
        """Whether the data are here; takes them the first time they are."""
        digits = DIGITS.ask()
        if digits is None:
            return False
        if self.codes is None:
            self.train = digits.train_images.to(self._device), digits.train_labels.to(self._device)
            self.codes = Codes(digits.test_images.to(self._device), digits.test_labels.to(self._device))
            self.remark = "" if digits.source == "mnist" else "small_digits"
            self._chosen = self.codes.one_of_each()
            self.cursor.move(int(self._chosen[BEGIN]))
            self.cursor.ends = int(self._chosen[WALK_FROM]), int(self._chosen[WALK_TO])
        return True

    def lacking(self) -> BadValue | None:
        return None if self._arrive() else BadValue("loading", percent=DIGITS.percent)

    def _points(self) -> int:
        return min(IN_CLOUD, len(self.codes.pictures)) if self.codes else 0

    def probe(self, name: str, value: Any) -> bool:
        """Answers the reader's hand; False for a probe of another name."""
        if name == "draw":
            self.pad.draw(value)
            if self.pad.ink is None:
                self.cursor.forget_drawing()
        elif name == "cursor":
            self.cursor.move(self._check(value))
        elif name == "walk":
            self.cursor.walk(value, self._check)
        elif name == "point" and (value is None or is_place(value, self._points())):
            self._pointed = value
        elif name == "point":
            raise BadValue("bad_probe", value=echo(value))
        else:
            return False
        return True

    def _check(self, value: Any) -> Place:
        return check_place(value, self.cursor.axes, self._points(), self.pad.ink is not None)

    def _source(self, place: Place) -> Tensor | None:
        """The pixels (1, 784) that a place stands for, if it stands for a picture."""
        if place == DRAWING:
            return scaled(self.pad.tensor(self._device))
        if isinstance(place, int) and self.codes:
            return scaled(self.codes.pictures[place : place + 1])
        return None

    def _where(self, place: Place) -> Tensor:
        """The code of a place, (latent,), by the weights of now."""
        source = self._source(place)
        if source is None:
            return torch.tensor(place, dtype=torch.float32, device=self._device)
        return self._net.code(source)[0]

    def look(self, noise: float) -> dict[str, Picture]:
        """All pictures of this moment; `noise` is what the net learns to remove."""
        code = self.cursor.code(self._where).unsqueeze(0)  # (1, latent)
        pictures: dict[str, Picture] = {"passage": self._look_through(code)}
        line = self.cursor.line(self._where)
        if line is not None:
            pictures["walk"] = Strips(pictured(self._net.decoder(line)).unsqueeze(0), ("walk",))
        codes = self.codes
        if codes and codes.cloud is not None:
            drawing = self._where(DRAWING) if self.pad.ink is not None else None
            ends = None if line is None else torch.stack([line[0], line[-1]])
            labels = codes.labels[: len(codes.cloud)]
            spots = self.cursor.spots()
            pictures["latent"] = Cloud(codes.cloud, labels, code[0], ends, drawing, spots)
            pictures["rebuilt"] = self._look_at_ten(codes, noise)
            if self._pointed is not None:
                pictures["pointed"] = self._look_at(codes, self._pointed)
            if self._net.latent == 2:
                pictures["plane"] = self._look_over(codes.cloud, code[0])
        if self.pad.ink is not None:
            pictures |= self._look_at_drawing()
        return pictures

    def _look_through(self, code: Tensor) -> Passage:
        """The way of the cursor's picture through the net; between pictures there is only the way up."""
        source = None if self.cursor.share is not None else self._source(self.cursor.place)
        up = self._net.decoder_layers(code)
        drawn = pictured(up[-1])[0]
        if source is None:
            return Passage(drawn, code[0], tuple(layer[0] for layer in up[:-1]))
        down = self._net.encoder_layers(source)[:-1]
        return Passage(
            drawn, code[0], tuple(layer[0] for layer in up[:-1]), pictured(source)[0], tuple(layer[0] for layer in down)
        )

    def _look_at_ten(self, codes: Codes, noise: float) -> Strips:
        """One picture of each digit over what the net makes of it, and between them what it got to see."""
        labels = codes.labels[self._chosen]
        originals = scaled(codes.pictures[self._chosen])  # (10, 784)
        if not noise:
            return Strips(torch.stack([pictured(originals), pictured(self._net(originals))]), ("in", "out"), labels)
        noisy = codes.corrupted(originals, noise)
        rows = [pictured(originals), pictured(noisy), pictured(self._net(noisy))]
        return Strips(torch.stack(rows), ("in", "noisy", "out"), labels)

    def _look_at(self, codes: Codes, point: int) -> Strips:
        """A point's picture and what the net makes of it."""
        pixels = scaled(codes.pictures[point : point + 1])
        rows = torch.stack([pictured(pixels), pictured(self._net(pixels))])
        return Strips(rows, ("in", "out"), codes.labels[point : point + 1], at=point)

    def _look_over(self, cloud: Tensor, cursor: Tensor) -> Mosaic:
        """The plane of codes as a grid of what the decoder draws there, over nearly all of the cloud."""
        rank = max(1, int(REACH * len(cloud)))
        low = cloud.kthvalue(rank, dim=0).values  # (2,)
        high = cloud.kthvalue(len(cloud) - rank + 1, dim=0).values
        shares = torch.linspace(0, 1, TILES, device=cloud.device)
        x, y = (low[axis] + shares * (high[axis] - low[axis]) for axis in (0, 1))
        places = torch.stack([x.repeat(TILES), y.flip(0).repeat_interleave(TILES)], dim=1)  # (TILES², 2), top row first
        tiles = pictured(self._net.decoder(places)).view(TILES, TILES, SIDE, SIDE)
        inner = slice(MARGIN, SIDE - MARGIN)
        ranges = torch.stack([low, high], dim=1)
        return Mosaic(tiles[:, :, inner, inner], ranges[0], ranges[1], cursor)

    def _look_at_drawing(self) -> dict[str, Picture]:
        """The drawing, what the net makes of it, and the held-out pictures whose codes are nearest."""
        pixels = scaled(self.pad.tensor(self._device))
        code = self._net.code(pixels)
        both = torch.cat([pixels, self._net.decoder(code)])
        pictures: dict[str, Picture] = {"redrawn": Strips(pictured(both).unsqueeze(0), ("both",))}
        codes = self.codes
        if codes and codes.cloud is not None:
            near = codes.nearest(code)
            pictures["neighbours"] = Images(codes.pictures[near], truth=codes.labels[near])
        return pictures
