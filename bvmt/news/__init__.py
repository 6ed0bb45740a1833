"""Pure: what a text about the market is in, whom it is about, and how it sounds."""
