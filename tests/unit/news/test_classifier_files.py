"""A model as bytes: it comes back as it was, and nothing that is not ours is believed or run."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bvmt.news.classifier import MAX_NGRAMS, TrainedModel, train
from bvmt.news.model_files import MAX_BYTES, from_bytes, to_bytes
from tests.unit.news.learners import easy, silent

Parts = dict[str, NDArray[Any]]


@cache
def model() -> TrainedModel:
    texts, labels = easy(60)
    return train(texts, labels, silent(60), seed=7)


@cache
def stored() -> bytes:
    return to_bytes(model())


def parts() -> Parts:
    with np.load(io.BytesIO(stored())) as archive:
        return {name: archive[name] for name in archive.files}


def archived(arrays: Parts) -> bytes:
    written = io.BytesIO()
    np.savez_compressed(written, **arrays)  # type: ignore[arg-type]
    return written.getvalue()


def changed(name: str, change: Callable[[NDArray[Any]], NDArray[Any]]) -> bytes:
    found = parts()
    return archived(found | {name: change(found[name])})


def with_header(**changes: object) -> bytes:
    header = json.loads(parts()["header"].tobytes()) | changes
    return changed("header", lambda _: np.frombuffer(json.dumps(header).encode(), dtype=np.uint8))


def spoiled(value: float) -> Callable[[NDArray[Any]], NDArray[Any]]:
    def spoil(array: NDArray[Any]) -> NDArray[Any]:
        array = array.copy()
        array.flat[0] = value
        return array

    return spoil


def with_part(name: str, content: bytes) -> bytes:
    """Our archive with one part exchanged for raw bytes."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(stored())) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            new.writestr(each, content if each == name else old.read(each))
    return written.getvalue()


def npy(descr: str, shape: str, content: bytes = b"") -> bytes:
    """A part in NumPy's format 1.0 with any type and shape written at its head."""
    head = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head + content


def test_a_model_comes_back_as_it_was() -> None:
    back = from_bytes(stored())
    texts, _ = easy(20, seed=5)
    assert np.array_equal(back.probabilities(texts), model().probabilities(texts))
    assert (back.ngrams, back.known, back.weights, back.labels) == (
        *(model().ngrams, model().known, model().weights, model().labels),
    )


def test_a_model_of_two_labels_comes_back_too() -> None:
    texts, labels = easy(60)
    two = [(text, label) for text, label in zip(texts, labels, strict=True) if label != "neutral"]
    without = train([text for text, _ in two], [label for _, label in two], silent(len(two)), seed=7)
    back = from_bytes(to_bytes(without))
    assert back.known == (True, False, True)
    assert np.array_equal(back.probabilities(texts), without.probabilities(texts))


def test_a_pickle_is_refused_and_not_run(tmp_path: Path) -> None:
    class Harm:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (tmp_path / "harm",)

    written = io.BytesIO()
    np.savez(written, **(parts() | {"idf": np.array([Harm()], dtype=object)}))  # type: ignore[arg-type]
    for harm in (pickle.dumps(Harm()), written.getvalue(), with_part("idf.npy", pickle.dumps(Harm()))):
        with pytest.raises(ValueError, match="cannot be read"):
            from_bytes(harm)
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x03\x04", b"\x93NUMPY\x01\x00"], ids=str)
def test_what_is_no_archive_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        from_bytes(data)


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.999])
def test_a_broken_off_model_is_refused(kept: float) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        from_bytes(stored()[: int(len(stored()) * kept)])


def test_a_flipped_bit_never_gives_another_model() -> None:
    texts, _ = easy(5, seed=5)
    expected = model().probabilities(texts)
    for place in range(0, len(stored()), max(len(stored()) // 60, 1)):
        flipped = bytearray(stored())
        flipped[place] ^= 0x10
        try:
            back = from_bytes(bytes(flipped))
        except ValueError:
            continue
        assert np.array_equal(back.probabilities(texts), expected)  # a date of the archive, which says nothing


@pytest.mark.parametrize(
    "changes",
    [
        {"form": "other"},
        {"version": 2},
        {"version": None},
        {"ngrams": 0},
        {"ngrams": -1},
        {"ngrams": 10**12},
        {"ngrams": MAX_NGRAMS + 1},
        {"ngrams": 5},
        {"ngrams": 5.0},
        {"ngrams": True},
        {"labels": 0},
        {"labels": "many"},
        {"known": [True, False, False]},
        {"known": [1, 1, 1]},
        {"known": [True, True]},
        {"known": None},
        {"weights": [1.0]},
        {"weights": [1.0, float("nan")]},
        {"weights": [-1.0, 1.0]},
        {"weights": [1.0, 1e9]},
        {"weights": [True, 1.0]},
        {"weights": ["1", "1"]},
    ],
    ids=str,
)
def test_a_header_that_cannot_be_true_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        from_bytes(with_header(**changes))


@pytest.mark.parametrize("header", [b"[]", b"3", b"{", b"\xff\xfe", b"[" * 9_000], ids=lambda header: str(header[:4]))
def test_a_header_that_is_none_is_refused(header: bytes) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        from_bytes(changed("header", lambda _: np.frombuffer(header, dtype=np.uint8)))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("idf", lambda array: array[:-1]),
        ("idf", lambda array: array.astype("<f4")),
        ("idf", spoiled(float("nan"))),
        ("coefficients", spoiled(float("inf"))),
        ("coefficients", spoiled(1e300)),
        ("coefficients", lambda array: array.T),
        ("coefficients", lambda array: np.asfortranarray(array)),
        ("intercepts", lambda array: array[:2]),
        ("calibration", lambda array: array.ravel()),
        ("ngrams", lambda array: array.astype("<U6")),
        ("ngrams", lambda array: np.array(["ab"] * len(array), dtype="<U5")),
        ("ngrams", lambda array: np.array(["", *array[1:]], dtype="<U5")),
        ("ngrams", lambda array: np.zeros(len(array), "S5")),
    ],
)
def test_a_part_of_another_shape_type_or_content_is_refused(
    name: str, change: Callable[[NDArray[Any]], NDArray[Any]]
) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        from_bytes(changed(name, change))


def test_a_missing_part_is_refused() -> None:
    found = parts()
    del found["calibration"]
    with pytest.raises(ValueError, match="cannot be read"):
        from_bytes(archived(found))


@pytest.mark.parametrize(
    "content",
    [
        npy("'<f8'", "(1000000000000,)"),
        npy("'|O'", "(3,)", pickle.dumps([1, 2, 3])),
        npy("[('a', '<f8')]", "(3,)", bytes(24)),
        npy("'<f8'", "(3,)", bytes(25)),
        npy("'<f8'", "(3,)", bytes(23)),
        npy("'<f8'", "(-3,)", bytes(24)),
        npy("__import__('os')", "(3,)", bytes(24)),
        npy("'<f8'", "(" * 5_000),
        b"\x93NUMPY\x09\x00",
        b"",
    ],
    ids=range(10),
)
def test_a_part_with_a_false_head_is_refused_unread(content: bytes) -> None:
    with pytest.raises(ValueError, match="cannot be read"):
        from_bytes(with_part("intercepts.npy", content))


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, 99])
def test_an_archive_compressed_in_another_way_is_refused(method: int) -> None:
    packed = bytearray(stored())
    place = packed.find(b"PK\x01\x02")  # the directory's entry of the first part
    packed[place + 10 : place + 12] = method.to_bytes(2, "little")
    with pytest.raises(ValueError, match="cannot be read"):
        from_bytes(bytes(packed))


def test_a_bomb_of_zeros_is_refused_unread() -> None:
    bomb = with_part("idf.npy", npy("'<f8'", "(8000000,)", bytes(64_000_000)))
    assert len(bomb) < MAX_BYTES
    with pytest.raises(ValueError, match="idf has not the shape"):
        from_bytes(bomb)


def test_a_model_that_is_too_large_is_refused() -> None:
    with pytest.raises(ValueError, match="16,777,216 at most"):
        from_bytes(bytes(MAX_BYTES + 1))


def test_the_largest_model_fits() -> None:
    draw = np.random.default_rng(1)
    letters = np.array([chr(97 + n) for n in range(26)])
    ngrams = sorted({"".join(row) for row in draw.choice(letters, (MAX_NGRAMS * 2, 5))})[:MAX_NGRAMS]
    largest = TrainedModel(
        tuple(ngrams),
        draw.random(MAX_NGRAMS),
        draw.normal(size=(MAX_NGRAMS, 3)),
        *(model().intercepts, model().calibration, model().known, model().weights, 20_000),
    )
    assert len(from_bytes(to_bytes(largest)).ngrams) == MAX_NGRAMS
