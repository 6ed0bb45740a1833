"""Notes on what a pause has skipped, with a way to make up for the last of it."""

from __future__ import annotations

import streamlit as st

from bvmt.access.deeds import Deed
from bvmt.clock import now
from bvmt.store.slots import SkippedByPause
from bvmt.ui import clicks
from bvmt.ui.permissions import allowed
from bvmt.ui.reads import settings, skipped_by_pauses
from bvmt.ui.words import plural, short_instant


def render_skipped_notes() -> None:
    """One note for each job whose pause is over, that missed firings by it and has not run since."""
    for skipped in skipped_by_pauses():
        with st.container(horizontal=True, vertical_alignment="center", key=f"skipped_{skipped.job_id}"):
            st.markdown(f":orange[:material/skip_next:] {_sentence(skipped)}", width="stretch")
            st.button(
                "Run the last one now",
                key=f"run_last_{skipped.job_id}",
                on_click=clicks.run_now,
                args=(skipped.job_id,),
                **allowed(Deed.RUN, help=f"Run {skipped.job_name} now"),
            )


def _sentence(skipped: SkippedByPause) -> str:
    last = short_instant(skipped.last, settings().zone, now=now())
    count = plural(skipped.slots, "firing")
    return f"**{skipped.job_name}** skipped {count} while it was paused, the last one due {last}."
