"""Turns pictures into the compact form that the stage draws from: little JSON, numbers as base64."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict, fields
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import orjson

from playground.core.paintings import Opinions, Studio
from playground.core.pictures import (
    Cloud,
    Field,
    Images,
    Mosaic,
    Network,
    Passage,
    Patch,
    Picture,
    Pictures,
    Plot,
    Points,
    Prints,
    QMap,
    Remembered,
    Strips,
)
from playground.core.trackside import Answers, Landscape, Tiles

Packed = dict[str, Any]
_STATIC: WeakKeyDictionary[Picture, orjson.Fragment] = WeakKeyDictionary()  # pictures that stay the same for a run


def _floats(array: Any) -> Packed:
    return {"f": b64encode(np.ascontiguousarray(array, dtype="<f4").tobytes()).decode(), "n": array.shape}


def _bytes(array: Any) -> Packed:
    return {"u": b64encode(np.ascontiguousarray(array, dtype=np.uint8).tobytes()).decode(), "n": array.shape}


def _signed(array: Any) -> Packed:
    """Values in -1..1 as bytes around 128."""
    return _bytes(np.rint(127 * array + 128))


def _packed(value: Any) -> Any:
    match value:
        case Points() | Prints():
            if value not in _STATIC:
                _STATIC[value] = orjson.Fragment(orjson.dumps(pack(value)))
            return _STATIC[value]
        case Picture():
            return pack(value)
        case Plot():
            return asdict(value)
        case np.ndarray():
            return _bytes(value) if value.dtype == np.uint8 else _floats(value)
        case dict():
            return {name: _packed(part) for name, part in value.items()}
        case tuple() | list():
            return [_packed(part) for part in value]
        case _:
            return value


def pack(picture: Picture) -> Packed:
    """One picture as JSON-ready data; `kind` names its class in lower case."""
    packed: Packed = {"kind": type(picture).__name__.lower()}
    for item in fields(picture):  # type: ignore[arg-type]
        value = getattr(picture, item.name)
        if value is not None:
            packed[item.name] = _packed(value)
    if isinstance(picture, Field):
        packed |= {"values": _bytes(picture.values)}
        packed |= {"focus": _bytes(picture.focus)} if picture.focus is not None else {}
    if isinstance(picture, Opinions):
        packed["values"] = _bytes(picture.values)
    if isinstance(picture, Studio):
        packed |= {name: [_signed(part) for part in getattr(picture, name)] for name in ("painter", "critic")}
    if isinstance(picture, Network):
        packed["glimpses"] = [_signed(glimpse) for glimpse in picture.glimpses]
    if isinstance(picture, Images):
        packed = {"kind": "images", "values": _bytes(picture.values), "signed": picture.signed} | _captions(picture)
    if isinstance(picture, Cloud):
        packed["label"] = _bytes(picture.label)
    if isinstance(picture, (Strips, Mosaic)):
        packed["values"] = _bytes(picture.values)
    if isinstance(picture, Passage):
        packed |= {name: _bytes(value) for name in ("source", "drawn") if (value := getattr(picture, name)) is not None}
        packed |= {name: [_signed(layer) for layer in getattr(picture, name)] for name in ("down", "up")}
    if isinstance(picture, Tiles):
        packed["values"] = _bytes(picture.values)
    if isinstance(picture, Landscape):
        packed["levels"] = _bytes(picture.levels)
    if isinstance(picture, Answers):
        packed |= {name: _bytes(getattr(picture, name)) for name in ("images", "truth", "guess")}
    if isinstance(picture, QMap):
        packed |= {"best": _bytes(picture.best), "edge": _signed(picture.edge)}
    if isinstance(picture, Remembered):
        packed |= {"places": _bytes(picture.places), "colours": _signed(picture.colours)}
    if isinstance(picture, Patch):
        packed |= {"sum": float(picture.sum), "bias": float(picture.bias)}
    return packed


def _captions(images: Images) -> Packed:
    """labels, and marks: 1 right, 2 wrong, 0 neither."""
    shown = images.truth if images.guess is None else images.guess
    if shown is None:
        return {}
    marks = [0] * len(shown)
    if images.truth is not None and images.guess is not None:
        marks = [1 if truth == guess else 2 for truth, guess in zip(images.truth, images.guess, strict=True)]
    return {"labels": [str(int(value)) for value in shown], "marks": marks}


def encode_pictures(pictures: Pictures) -> bytes:
    """The pictures of one moment as JSON, so that they can be kept and sent again."""
    packed = {name: _packed(picture) for name, picture in pictures.items()}
    return orjson.dumps(packed, option=orjson.OPT_SERIALIZE_NUMPY)


def join(state: dict[str, Any], pictures: bytes) -> str:
    """One frame of pictures that are encoded already."""
    shown = {**state, "pictures": orjson.Fragment(pictures)}
    text = orjson.dumps(shown, option=orjson.OPT_SERIALIZE_NUMPY).decode()
    return text.replace("<", "\\u003c")  # no text of a visitor may ever look like markup on its way


def encode(state: dict[str, Any], pictures: Pictures) -> str:
    """One frame as the one string that the stage gets."""
    return join(state, encode_pictures(pictures))
