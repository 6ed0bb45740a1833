"""A small table whose first column links to other pages of the dashboard, without loading the page anew."""

from bvmt.ui.link_table.component import Cell, Column, render_link_table

__all__ = ["Cell", "Column", "render_link_table"]
