"""Pure: what a report says (content), and its renderings."""
