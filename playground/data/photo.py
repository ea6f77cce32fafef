"""A picture file or a photograph becomes the 28×28 picture a net reads, whatever its size, colours and light."""

import math
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from playground.core.refusal import BadValue
from playground.data.ink import BOX, FINE, PEN, SIDE, Picture, centred

Grey = NDArray[np.float32]  # (height, width)

MOST_BYTES = 10_000_000
MOST_PIXELS = 60_000_000
WORK = 256  # pixels of the longer side while the ink is looked for
FAINTEST = 24  # grey levels between ink and ground, below which a picture counts as blank
GRAIN = 1.5  # grey levels; a photograph has more and is smoothed, a clean picture keeps its thin lines
SMALLEST = 100  # pixels, below which there is no light to even out
TURNS = 8  # of the robust fit: the ground is found again without what stood out
ORIENTATION = 0x0112  # EXIF: a telephone stores what its sensor saw and how it was held
UPRIGHT = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_270, 8: Image.Transpose.ROTATE_90}


def open_picture(data: bytes, normalise: bool = True) -> Picture:
    """(28, 28) from the bytes of an image file; raises BadValue for what is none, or too large."""
    if len(data) > MOST_BYTES:
        raise BadValue("bad_picture_size", size=f"{len(data) / 1e6:.1f}", most=f"{MOST_BYTES / 1e6:g}")
    try:
        image = Image.open(BytesIO(data))
        if image.width * image.height > MOST_PIXELS:
            raise BadValue("bad_picture_pixels", pixels=image.width * image.height, most=MOST_PIXELS)
        return from_image(image, normalise)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        if isinstance(error, BadValue):
            raise
        raise BadValue("bad_picture") from error  # Pillow has many ways to say that a file is broken


def from_image(image: Image.Image, normalise: bool = True) -> Picture:
    """(28, 28) from any size and mode, dark ink on light or light on dark; zeros when there is no ink.

    Like MNIST, or, without `normalise`, the whole sheet shrunk.
    """
    grey = _grey(image)
    ink = _ink(grey)
    rows, columns = np.flatnonzero(ink.max(axis=1) > 0.5), np.flatnonzero(ink.max(axis=0) > 0.5)
    if not len(rows):
        return np.zeros((SIDE, SIDE), dtype=np.uint8)
    return _fitted(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]) if normalise else _shrunk(ink)


def _grey(image: Image.Image) -> Grey:
    """Small first, then grey: 20 megapixels would cost a second otherwise."""
    turn = UPRIGHT.get(image.getexif().get(ORIENTATION, 1))
    if image.format == "JPEG":
        image.draft("L", (2 * WORK, 2 * WORK))  # the decoder itself leaves pixels out
    factor = max(image.size) // (2 * WORK)
    if factor > 1 and image.mode in ("L", "LA", "RGB", "RGBA", "CMYK"):  # others average palette numbers or fail
        image = image.reduce((min(factor, image.width), min(factor, image.height)))
    image = _flat(image)
    scale = WORK / max(image.size)
    if scale < 1:
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.BOX)
    return np.asarray(image if turn is None else image.transpose(turn), dtype=np.float32)


def _flat(image: Image.Image) -> Image.Image:
    """Grey, 0..255. Where it is transparent the ground is black under light ink and white under dark ink."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        values = np.nan_to_num(np.asarray(image, dtype=np.float64), posinf=0, neginf=0)
        spread = max(float(np.ptp(values)), 1e-9)
        return Image.fromarray(((values - values.min()) * (255 / spread)).astype(np.uint8))
    if image.mode == "LAB":
        return image.getchannel(0)
    if image.mode in ("La", "RGBa"):
        image = image.convert(image.mode.upper())
    if image.has_transparency_data:
        both = np.asarray(image.convert("RGBA").convert("LA"), dtype=np.float32)
        grey, cover = both[..., 0], both[..., 1] / 255
        ground = 0.0 if (grey * cover).sum() > 127.5 * cover.sum() else 255.0
        return Image.fromarray((grey * cover + ground * (1 - cover)).astype(np.uint8))
    return image.convert("L")


def _ink(grey: Grey) -> Grey:
    """0..1: how surely each pixel is ink, after an uneven ground (a shadow, a lamp) has been taken away."""
    rest = grey - _ground(grey)
    dark, light = -rest.clip(max=0), rest.clip(min=0)
    ink = dark if np.square(dark).sum() >= np.square(light).sum() else light
    if float(np.median(np.abs(rest))) > GRAIN and min(ink.shape) >= 3 * SIDE:
        ink = np.asarray(Image.fromarray(ink.astype(np.uint8)).filter(ImageFilter.MedianFilter(3)), dtype=np.float32)
    cut = _otsu(ink)
    above = ink[ink > cut]
    full = float(np.median(above)) if len(above) else 0.0
    if full < FAINTEST:
        return np.zeros_like(ink)
    return np.asarray(((ink - cut / 2) / (0.8 * full - cut / 2)).clip(0, 1), dtype=np.float32)


def _ground(grey: Grey) -> Grey:
    """A quadratic surface through what is not ink; the start is the middle grey of the picture's edge."""
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    ground = np.full_like(grey, np.median(edge))
    if grey.size < SMALLEST:
        return ground
    terms = _terms(*grey.shape)
    some = np.s_[:: max(1, grey.shape[0] // 64), :: max(1, grey.shape[1] // 64)]  # six numbers need no 65,000 pixels
    seen, points, fit = grey[some].ravel(), terms[some].reshape(-1, 6), ground[some].ravel()
    band = max(40.0, float(np.ptp(grey)) / 3)
    for _ in range(TURNS):
        near = np.abs(seen - fit) <= band
        if near.sum() < len(seen) / 4:
            break
        weights = np.linalg.lstsq(points[near], seen[near], rcond=None)[0]
        fit, ground = points @ weights, terms @ weights
        band = max(12.0, band * 0.8)
    return ground


def _terms(height: int, width: int) -> NDArray[np.float32]:
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).astype(np.float32)  # (height, width, 6)


def _otsu(values: Grey) -> float:
    """The cut that parts the values into two groups as far from each other as can be (Otsu 1979)."""
    counts = np.histogram(values, bins=256, range=(0, 256))[0].astype(np.float64)
    below = np.cumsum(counts)
    sums = np.cumsum(counts * np.arange(256))
    above = below[-1] - below
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(np.nan_to_num(apart).argmax()) + 1


def _shrunk(ink: Grey) -> Picture:
    """The sheet in the middle of a square, averaged down."""
    side = max(ink.shape)
    top, left = (side - ink.shape[0]) // 2, (side - ink.shape[1]) // 2
    square = np.zeros((side, side), dtype=np.uint8)
    square[top : top + ink.shape[0], left : left + ink.shape[1]] = ink * 255
    return np.asarray(Image.fromarray(square).resize((SIDE, SIDE), Image.Resampling.BOX))


def _fitted(ink: Grey) -> Picture:
    """Cropped ink into 20×20, thin lines as bold as MNIST's pen, centred by mass."""
    box = BOX * FINE
    thick = max(1.0, _width(ink))
    scale = box / max(ink.shape)
    grow = max(0, math.floor(PEN * FINE - thick * scale))  # a thin pen on a large sheet would shrink to a grey breath
    scale = (box - grow) / max(ink.shape)
    size = (max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale)))
    sharp = Image.fromarray((ink * 255).astype(np.uint8)).resize(size, Image.Resampling.BILINEAR)
    field = np.zeros((2 * SIDE * FINE, 2 * SIDE * FINE), dtype=np.uint8)
    top, left = (len(field) - size[1]) // 2, (len(field) - size[0]) // 2
    field[top : top + size[1], left : left + size[0]] = np.asarray(sharp)
    picture = Image.fromarray(field)
    for _ in range(grow // 2):
        picture = picture.filter(ImageFilter.MaxFilter(3))
    return centred(np.asarray(picture, dtype=np.float32))


def _width(ink: Grey) -> float:
    """Mean width of the lines in pixels: twice their area over the length of their outline."""
    full = np.pad(ink > 0.5, 1)
    outline = int((full[1:] != full[:-1]).sum() + (full[:, 1:] != full[:, :-1]).sum())
    return 2 * int(full.sum()) / max(1, outline) * (4 / math.pi)  # a slanted outline is counted 4/π too long
