"""What the scheduler can run: one file a job, and the catalogue that lists them."""

from jobs.catalogue import JOBS

__all__ = ["JOBS"]
