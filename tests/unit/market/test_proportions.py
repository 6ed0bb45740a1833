"""Shares of few cases with their interval."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bvmt.market.proportions import proportion


def test_the_interval_is_wilsons() -> None:
    # Newcombe 1998, Statistics in Medicine 17:857, table I, method 3: 81 of 263 and 15 of 148.
    assert (proportion(81, 263).low, proportion(81, 263).high) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert (proportion(15, 148).low, proportion(15, 148).high) == pytest.approx((0.0624, 0.1605), abs=5e-5)


def test_no_hit_leaves_room_above_and_none_below() -> None:
    found = proportion(0, 20)
    assert (found.share, found.low) == (0.0, 0.0)
    assert found.high == pytest.approx(0.1611, abs=5e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_share_lies_in_its_interval(case: tuple[int, int]) -> None:
    found = proportion(*case)
    assert 0 <= found.low <= found.share + 1e-12
    assert found.share - 1e-12 <= found.high <= 1


@pytest.mark.parametrize(("hits", "cases"), [(0, 0), (3, 2), (-1, 2)])
def test_what_is_no_share_is_refused(hits: int, cases: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        proportion(hits, cases)
