"""What the jobs and pages of BVMT Jobs are made of. The layout is described in docs/architecture.md."""

__version__ = "0.1.0"
