"""The command line: `python -m bvmt SUBCOMMAND`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from bvmt.commands import import_history, labels
from bvmt.errors import BvmtError

_COMMANDS = (import_history, labels)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the subcommand that the arguments name, those of the process by default; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bvmt", description="BVMT Jobs on the command line.")
    subcommands = parser.add_subparsers(required=True, metavar="SUBCOMMAND")
    for command in _COMMANDS:
        command.register(subcommands)
    options = parser.parse_args(arguments)
    try:
        status: int = options.run(options)
    except BvmtError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return status


if __name__ == "__main__":
    sys.exit(main())
