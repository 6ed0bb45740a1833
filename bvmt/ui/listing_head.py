"""The head of a listing's page: which listing, its neighbours, its figures."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bvmt.errors import StoreError
from bvmt.market.listings import Listing
from bvmt.ui.escaping import escaped
from bvmt.ui.listing_reads import ListingView, isin_of, listing_view
from bvmt.ui.listing_series import USUAL, Drawn, drawn_bars, returns, year_range
from bvmt.ui.market_board import change_words
from bvmt.ui.market_grid import grid, render_amount, render_level
from bvmt.ui.market_reads import all_listings
from bvmt.ui.market_words import day_words
from bvmt.ui.words import plural

ISIN, TICKER, ANOMALY = "isin", "ticker", "anomaly"
_PICKED, _SHOWN = "listing_picked", "listing_shown"


def asked_isin() -> str:
    """The ISIN that the address names, by itself or by a ticker; empty where it names none."""
    if isin := st.query_params.get(ISIN, "").strip().upper():
        return isin
    ticker = st.query_params.get(TICKER, "").strip()
    return (isin_of(ticker) or ticker) if ticker else ""


def title_of_address() -> str:
    """The title of the page: the listing's name, where it can be read."""
    try:
        isin = asked_isin()
        view = listing_view(isin) if isin else None
    except StoreError:
        view = None
    if view is None:
        return "Listing"
    names = dict.fromkeys([view.listing.ticker, view.listing.name])  # some are called by their ticker
    return " · ".join(escaped(name) for name in names)


def render_ways(current: str | None) -> None:
    """A picker of all listings, and the ways to the ones before and after this one, by name."""
    listed = [each for each in all_listings() if each.active or each.isin == current]
    names = {each.isin: " · ".join(dict.fromkeys([each.ticker, each.name])) for each in listed}
    if st.session_state.get(_SHOWN) != current:
        st.session_state[_SHOWN] = st.session_state[_PICKED] = current
    with st.container(horizontal=True, vertical_alignment="center", key="listing_ways"):
        st.selectbox(
            "Listing",
            list(names),
            format_func=lambda isin: names.get(isin, isin),
            index=None if current is None else 0,
            placeholder="Choose a listing",
            key=_PICKED,
            on_change=_show_picked,
            label_visibility="collapsed",
            width=340,
        )
        at = next((n for n, each in enumerate(listed) if each.isin == current), None)
        if at is not None:
            _link(listed, at - 1, ":material/chevron_left:")
            _link(listed, at + 1, ":material/chevron_right:")


def _link(listed: Sequence[Listing], at: int, icon: str) -> None:
    if 0 <= at < len(listed):
        to = listed[at]
        st.page_link("pages/listing.py", label=to.ticker, icon=icon, help=to.name, query_params={ISIN: to.isin})


def _show_picked() -> None:
    if picked := st.session_state.get(_PICKED):
        st.query_params[ISIN] = picked
        st.query_params.pop(TICKER, None)
        st.query_params.pop(ANOMALY, None)


def render_missing(isin: str) -> None:
    """What to show where the address names no listing that is known."""
    if isin:
        st.warning(f"No listing is known as {escaped(isin[:40])}.", icon=":material/search_off:")
        st.caption("Listings that an operator adds on the Data page are found here at once.")
    else:
        st.info("Choose a listing above, or a row of the Market page's board.", icon=":material/search:")
    with st.container(horizontal=True):
        st.page_link("pages/market.py", label="The board", icon=":material/monitoring:")
        st.page_link("pages/data.py", label="Listings on the Data page", icon=":material/database:", query_params=_DATA)


_DATA = {"part": "Listings"}


def render_figures(view: ListingView) -> None:
    """Who the listing is, its last session against the usual, its range and its returns."""
    listing = view.listing
    with st.container(horizontal=True, vertical_alignment="center", key="listing_facts"):
        st.caption(f"{escaped(listing.sector)} · {listing.isin}", width="content")
        if listing.group:
            st.caption(f"group {escaped(listing.group)}", width="content", help="The exchange's quotation group")
        if not listing.active:
            st.badge("Left the exchange", icon=":material/logout:", color="gray")
    drawn = drawn_bars(view.bars, view.factors, adjusted=True)
    if not drawn:
        return
    bar, before = drawn[-1], drawn[-1 - USUAL : -1]
    cells = grid("listing_figures", least=190)
    _render_last(cells, bar)
    told = f", {bar.trades} trades; below it against the mean of the {plural(len(before), 'session')} before"
    for name, value, usual, unit in (
        ("Volume", bar.volume, [each.volume for each in before], "shares"),
        ("Turnover", bar.turnover, [each.turnover for each in before], "TND"),
    ):
        render_amount(cells, name, value, usual, unit=unit, told=told)
    _render_range(cells, drawn)
    with st.container(border=True, gap="xxsmall"):
        st.caption("Returns with dividends, from adjusted closes")
        found = returns(drawn)
        for place, (name, change) in zip(st.columns(len(found)), found.items(), strict=True):
            place.markdown(f":small[{name}]  \n**{change_words(change)}**")


def _render_last(cells: st.delta_generator.DeltaGenerator, bar: Drawn) -> None:
    render_level(
        cells,
        f"Last, TND · {bar.day:%d %b %Y}",
        "—" if bar.close is None else f"{bar.close:,.2f}",
        bar.change,
        without="" if bar.volume else "not traded",
        told=f"Session of {day_words(bar.day)}; the move against the exchange's reference",
    )


def _render_range(cell: st.delta_generator.DeltaGenerator, drawn: Sequence[Drawn]) -> None:
    span, last = year_range(drawn), drawn[-1].close
    if span is None or last is None:
        cell.metric("52 weeks, TND", "—", border=True, height="stretch")
        return
    room = span.high - span.low
    cell.metric(
        "52 weeks, TND",
        f"{span.low:,.2f} – {span.high:,.2f}",
        f"{(last - span.low) / room:.0%} of the way up" if room else "one price",
        delta_color="off",
        delta_arrow="off",
        border=True,
        height="stretch",
        help=f"Lowest {day_words(span.low_day)}, highest {day_words(span.high_day)}; adjusted prices",
    )
