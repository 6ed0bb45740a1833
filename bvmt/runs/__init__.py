"""The life of a run: what it may become, who may claim it, what it records."""
