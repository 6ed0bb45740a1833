"""A run's log in the page: `feed` decides which lines the browser still lacks, a small component draws them."""

from bvmt.ui.log_viewer.component import render_log_viewer
from bvmt.ui.log_viewer.feed import Batch, Feed, next_batch

__all__ = ["Batch", "Feed", "next_batch", "render_log_viewer"]
