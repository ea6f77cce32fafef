"""A picture of any kind becomes the same 28×28 digit, and one without a digit becomes nothing."""

import io
import time
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageDraw

from playground.core.refusal import BadValue
from playground.data.ink import like_mnist
from playground.data.photo import from_image, open_picture
from playground.text import Text

TWO = [[[0.3, 0.35], [0.4, 0.2], [0.6, 0.2], [0.68, 0.35], [0.55, 0.55], [0.3, 0.8], [0.7, 0.78]]]
WANTED = like_mnist(TWO, 0.06).astype(float)


def sheet(width: int = 280, height: int = 280, pen: float = 18) -> Image.Image:
    """White ink on black, drawn here and not by the code under test."""
    picture = Image.new("L", (width * 2, height * 2))
    draw = ImageDraw.Draw(picture)
    side = 2 * min(width, height)
    draw.line([(x * side, y * side) for x, y in TWO[0]], fill=255, width=round(2 * pen), joint="curve")
    return picture.resize((width, height), Image.Resampling.BOX)


def alike(picture: np.ndarray, wanted: np.ndarray = WANTED) -> float:
    return float(np.corrcoef(picture.ravel().astype(float), wanted.ravel())[0, 1])


def inverted(image: Image.Image) -> Image.Image:
    return image.point(lambda value: 255 - value)


def transparent(image: Image.Image, ink: int) -> Image.Image:
    return Image.merge("RGBA", [Image.new("L", image.size, ink)] * 3 + [image])


def lit(image: Image.Image, dark_ink: bool) -> Image.Image:
    """A photograph: light from one corner, grain, ink that is not quite black or white."""
    ink = np.asarray(image, float) / 255
    y, x = np.mgrid[0 : 1 : image.height * 1j, 0 : 1 : image.width * 1j]
    ground = 210 - 80 * x - 50 * x * y if dark_ink else 30 + 60 * y
    shown = ground * (1 - ink) + ink * (ground * 0.35 if dark_ink else 220)
    grain = np.random.default_rng(0).normal(0, 6, shown.shape)
    return Image.fromarray((shown + grain).clip(0, 255).astype(np.uint8))


LOOKS = {
    "light on dark": sheet(),
    "dark on light": inverted(sheet()),
    "28×28, as MNIST has it": Image.fromarray(WANTED.astype(np.uint8)),
    "colour": inverted(sheet()).convert("RGB"),
    "palette": inverted(sheet()).convert("P", palette=Image.Palette.ADAPTIVE),
    "bilevel": inverted(sheet()).convert("1", dither=Image.Dither.NONE),
    "CMYK": inverted(sheet()).convert("RGB").convert("CMYK"),
    "16 bit": Image.fromarray(np.asarray(sheet()).astype(np.uint16) * 200),
    "float": Image.fromarray(np.asarray(sheet()).astype(np.float32) / 255),
    "black ink, no paper": transparent(sheet(), 0),
    "white ink, no paper": transparent(sheet(), 255),
    "grey paper": inverted(sheet()).point(lambda value: 120 + value // 4),
    "thin pen": inverted(sheet(pen=5)),
    "thin pen, large sheet": inverted(sheet(1000, 1000, 6)),
    "wide sheet": inverted(sheet(900, 300)),
    "photograph, dark ink": lit(sheet(500, 700, 14), dark_ink=True),
    "photograph, chalk": lit(sheet(500, 700, 14), dark_ink=False),
}


@pytest.mark.parametrize("look", LOOKS)
def test_every_look_of_a_digit_gives_the_same_picture(look: str) -> None:
    found = from_image(LOOKS[look])
    assert found.shape == (28, 28)
    assert found.dtype == np.uint8
    assert alike(found) > 0.9
    assert alike(found, WANTED[:, ::-1]) < 0.7  # the bar above is no bar that anything passes


def test_without_normalising_the_whole_sheet_is_shrunk() -> None:
    """A small digit in the corner of a wide sheet stays small and in its corner."""
    sheet = Image.new("L", (560, 280), 255)
    ImageDraw.Draw(sheet).rectangle((40, 60, 80, 120), fill=0)
    found = from_image(sheet, normalise=False)
    rows, columns = np.nonzero(found > 127)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (10, 12, 2, 3)
    assert np.ptp(np.nonzero(from_image(sheet) > 127)[0]) > 15


def test_a_telephone_held_sideways() -> None:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    inverted(sheet()).transpose(Image.Transpose.ROTATE_90).save(buffer, "JPEG", exif=exif)
    assert alike(from_image(Image.open(buffer))) > 0.9


MODES = [
    "1",
    "L",
    "P",
    "LA",
    "La",
    "PA",
    "RGB",
    "RGBA",
    "RGBa",
    "RGBX",
    "CMYK",
    "YCbCr",
    "LAB",
    "HSV",
    "I",
    "F",
    "I;16",
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [(1, 1), (1, 40), (3, 2), (3000, 1), (28, 28)])
def test_a_blank_picture_has_no_ink(mode: str, size: tuple[int, int]) -> None:
    assert not from_image(Image.new(mode, size)).any()


@pytest.mark.parametrize("level", [0, 7, 128, 255])
def test_paper_alone_is_blank(level: int) -> None:
    grain = np.random.default_rng(0).normal(level, 3, (300, 400)).clip(0, 255).astype(np.uint8)
    assert not from_image(Image.fromarray(grain)).any()
    assert not from_image(Image.new("RGB", (300, 200), (level,) * 3)).any()


def test_twenty_megapixels_are_no_stall() -> None:
    large = inverted(sheet()).convert("RGBA").resize((5000, 4000))
    start = time.perf_counter()
    found = from_image(large)
    assert time.perf_counter() - start < 1.5
    assert found.max() == 255


def bytes_of(image: Image.Image, kind: str = "PNG") -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "bad_picture"),
        (b"not a picture", "bad_picture"),
        (bytes_of(Image.new("L", (300, 300), 255))[:60], "bad_picture"),
        (b"\x00" * 10_000_001, "bad_picture_size"),
        (bytes_of(Image.new("1", (9000, 9000))), "bad_picture_pixels"),
    ],
)
def test_a_file_that_is_no_picture_is_refused_with_a_sentence(data: bytes, key: str) -> None:
    with pytest.raises(BadValue) as caught:
        open_picture(data)
    assert caught.value.key == key
    for language in ("en", "zh"):
        assert "{" not in Text(language).refusal(caught.value)


def test_a_picture_file_is_read() -> None:
    assert open_picture(bytes_of(Image.new("L", (1, 1), 255))).max() == 0
    picture = Image.new("RGB", (200, 300), "white")
    picture.paste("black", (95, 40, 110, 260))
    assert open_picture(bytes_of(picture, "JPEG")).max() > 150
