"""A simulated exchange that speaks the real one's protocols over HTTP, from a seed and the clock."""
