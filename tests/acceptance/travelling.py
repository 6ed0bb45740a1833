"""`python app.py` at another time: `python -m tests.acceptance.travelling MOMENT [MOMENT …]`.

Moments are instants in ISO 8601. The process begins at the first one, and NEXT_MOMENT takes it to the next; its
clock ticks on from there. Only Python's clock travels: the database and waiting threads keep the true time.
"""

from __future__ import annotations

import signal
import sys
from datetime import datetime

import time_machine

NEXT_MOMENT = signal.SIGUSR1


def travelling(*moments: datetime) -> tuple[str, ...]:
    """The way to start the product at the first of these moments; the others are its next ones."""
    return ("-m", "tests.acceptance.travelling", *(moment.isoformat() for moment in moments))


def main(moments: list[datetime]) -> None:
    """Serve as `python app.py` does, travelling."""
    first, *later = moments
    coming = iter(later)
    traveller = time_machine.travel(first, tick=True).start()
    signal.signal(NEXT_MOMENT, lambda number, frame: traveller.move_to(next(coming)))

    import app

    app.main()


if __name__ == "__main__":
    main([datetime.fromisoformat(moment) for moment in sys.argv[1:]])
