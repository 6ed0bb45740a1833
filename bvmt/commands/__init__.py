"""The subcommands of `python -m bvmt`, one file each. A file has `register(subcommands)`."""
