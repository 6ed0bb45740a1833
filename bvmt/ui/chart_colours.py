"""The theme's colours for charts, which cannot read the theme's names. Pure."""

from __future__ import annotations

_LIGHT = {"green": "#16824A", "red": "#C8322B", "orange": "#C2610C", "blue": "#1F5FBF", "gray": "#66717F"}
_DARK = {"green": "#4CC38A", "red": "#FF7B72", "orange": "#F0A35E", "blue": "#6EA8FE", "gray": "#94A1B2"}


def tone_colour(tone: str, *, dark: bool) -> str:
    """The colour of a badge's tone, as `.streamlit/config.toml` has it."""
    return (_DARK if dark else _LIGHT)[tone]


CSS_TONES = " ".join(f"--{tone}: light-dark({_LIGHT[tone]}, {_DARK[tone]});" for tone in _LIGHT)
"""The same as variables of a stylesheet of ours: `--green`, `--red` and so on."""


def ink(*, dark: bool) -> str:
    """The colour of text."""
    return "#E4E9F0" if dark else "#1B2430"


def paper(*, dark: bool) -> str:
    """The colour of the page."""
    return "#0F141B" if dark else "#FFFFFF"


def hairline(*, dark: bool) -> str:
    """The colour of borders and grids."""
    return "#2B3644" if dark else "#D9DFE7"


def ink_on_strong(*, dark: bool) -> str:
    """The colour of text on the strong end of a scale, which is dark on a light page and bright on a dark one."""
    return "#10161E" if dark else "#FFFFFF"
