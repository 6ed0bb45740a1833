"""A trained model as bytes: numbers and texts in a NumPy archive. Reading one runs nothing, whoever wrote it."""

from __future__ import annotations

import io
import json
import math
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bvmt.news.blending import COLUMNS, MOST_WEIGHT, Weights
from bvmt.news.classifier import MAX_NGRAMS, NGRAM_CHARACTERS, TrainedModel

FORM = "bvmt-sentiment-model"
VERSION = 1
"""Raised when the meaning of a part changes, the preparation of texts included: older models are then refused."""

MAX_BYTES = 16 * 1024 * 1024
_HEADER_BYTES = 10_000
_COMPRESSIONS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_NGRAM = np.dtype(f"<U{NGRAM_CHARACTERS[1]}")
_REAL = np.dtype("<f8")
_LARGEST = 1e6
_MAGIC = b"\x93NUMPY\x01\x00"
_HEAD = re.compile(
    rb"\{'descr': '([<|](?:f8|u1|U5))', 'fortran_order': False, 'shape': \((\d{1,9},(?: \d{1,9})?)\), \}\s*"
)
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, KeyError, NotImplementedError, RuntimeError),
    *(ValueError, RecursionError),
)


@dataclass(frozen=True, slots=True)
class _Header:
    ngrams: int
    labels: int
    known: tuple[bool, bool, bool]
    weights: Weights


def to_bytes(model: TrainedModel) -> bytes:
    """Return the model as a compressed NumPy archive without objects, with a JSON header of form and sizes."""
    header = {
        "form": FORM,
        "version": VERSION,
        "ngrams": len(model.ngrams),
        "labels": model.labels,
        "known": list(model.known),
        "weights": [model.weights.lexicon, model.weights.classifier],
    }
    written = io.BytesIO()
    np.savez_compressed(
        written,
        allow_pickle=False,
        header=np.frombuffer(json.dumps(header).encode(), dtype=np.uint8),
        ngrams=np.array(model.ngrams, dtype=_NGRAM),
        idf=model.idf.astype(_REAL),
        coefficients=model.coefficients.astype(_REAL),
        intercepts=model.intercepts.astype(_REAL),
        calibration=model.calibration.astype(_REAL),
    )
    return written.getvalue()


def from_bytes(data: bytes) -> TrainedModel:
    """Return the model that `to_bytes` wrote. Raises ValueError for anything else, damaged or made to harm.

    Names, types and shapes of the parts are compared with the header's before a part is read, and never more is read
    than they need; pickled objects are not understood at all.
    """
    if len(data) > MAX_BYTES:
        raise ValueError(f"The model has {len(data):,} bytes; one of ours has {MAX_BYTES:,} at most.")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if any(part.compress_type not in _COMPRESSIONS for part in archive.infolist()):
                raise ValueError("a part is compressed in another way than ours")
            return _model(archive, _header(archive))
    except _DAMAGE as error:
        raise ValueError(f"The stored model cannot be read: {error}") from error


def _header(archive: zipfile.ZipFile) -> _Header:
    with archive.open("header.npy") as part:
        shape, dtype = _described(part)
        if dtype != np.uint8 or len(shape) != 1 or not 0 < shape[0] <= _HEADER_BYTES:
            raise ValueError("its header is none")
        told = json.loads(_content(part, shape[0]))
    if not isinstance(told, dict) or (told.get("form"), told.get("version")) != (FORM, VERSION):
        raise ValueError("it is of another form or version")
    ngrams, labels, known, weights = (told.get(name) for name in ("ngrams", "labels", "known", "weights"))
    if type(ngrams) is not int or not 0 < ngrams <= MAX_NGRAMS or type(labels) is not int or labels <= 0:
        raise ValueError("its sizes cannot be true")
    if not isinstance(known, list) or len(known) != len(COLUMNS) or any(type(each) is not bool for each in known):
        raise ValueError("the labels it knows are not told")
    if sum(known) < 2:
        raise ValueError("it knows fewer than two labels")
    if not isinstance(weights, list) or len(weights) != 2 or not all(_is_weight(each) for each in weights):
        raise ValueError("its weights cannot be true")
    return _Header(ngrams, labels, (known[0], known[1], known[2]), Weights(float(weights[0]), float(weights[1])))


def _is_weight(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MOST_WEIGHT


def _model(archive: zipfile.ZipFile, header: _Header) -> TrainedModel:
    three = len(COLUMNS)
    ngrams = tuple(str(ngram) for ngram in _array(archive, "ngrams", (header.ngrams,), _NGRAM))
    if len(set(ngrams)) != len(ngrams) or not all(len(ngram) >= NGRAM_CHARACTERS[0] for ngram in ngrams):
        raise ValueError("its n-grams are too short or not unlike")
    return TrainedModel(
        ngrams=ngrams,
        idf=_reals(archive, "idf", (header.ngrams,)),
        coefficients=_reals(archive, "coefficients", (header.ngrams, three)),
        intercepts=_reals(archive, "intercepts", (three,)),
        calibration=_reals(archive, "calibration", (three + 1, three)),
        known=header.known,
        weights=header.weights,
        labels=header.labels,
    )


def _reals(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...]) -> NDArray[np.float64]:
    values = _array(archive, name, shape, _REAL)
    if not (np.isfinite(values).all() and (np.abs(values) <= _LARGEST).all()):
        raise ValueError(f"{name} holds numbers that cannot be true")
    return values.astype(np.float64)


def _array(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    with archive.open(f"{name}.npy") as part:
        if _described(part) != (shape, dtype):
            raise ValueError(f"{name} has not the shape or type that the header says")
        return np.frombuffer(_content(part, math.prod(shape) * dtype.itemsize), dtype=dtype).reshape(shape)


def _described(part: Any) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and type that a part claims, in NumPy's format 1.0; its content is not touched.

    https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html. NumPy's own reading of this head evaluates
    it as Python and fails in many ways where it was made to harm.
    """
    start = part.read(len(_MAGIC) + 2)
    if not start.startswith(_MAGIC):
        raise ValueError("a part is not in NumPy's format 1.0")
    head = _HEAD.fullmatch(part.read(int.from_bytes(start[len(_MAGIC) :], "little")))
    if head is None:
        raise ValueError("a part says neither a simple type nor a shape by rows")
    return tuple(int(size) for size in head[2].split(b",") if size), np.dtype(head[1].decode())


def _content(part: Any, size: int) -> bytes:
    content: bytes = part.read(size)
    if len(content) != size or part.read(1):
        raise ValueError("a part is longer or shorter than it says")
    return content
