"""One attempt of a run, from the job's first step to the record of how it ended."""

from __future__ import annotations

import logging
import random
import traceback
from pathlib import Path

from bvmt.errors import HttpExchange, LostRun, SourceError
from bvmt.runs.context import RunContext
from bvmt.runs.job import Job, RetryPolicy
from bvmt.runs.run_log import run_log
from bvmt.runs.status import RunStatus
from bvmt.runs.stopping import SkipRun, StopRun, TimeLimitReached
from bvmt.store.run_life import Failure

log = logging.getLogger(__name__)

PROJECT = Path(__file__).resolve().parents[2]

# Where whatever goes wrong outside or in the database comes through: as a place it would make one kind of them all.
_THOROUGHFARES = frozenset({"bvmt/sources/http.py", "bvmt/sources/http_failures.py", "bvmt/store/engine.py"})


class Outcome:
    """How an attempt ended. `retry_in_seconds` is set where another attempt follows."""

    def __init__(
        self,
        status: RunStatus,
        reason: str | None = None,
        failure: Failure | None = None,
        retry_in_seconds: float | None = None,
    ) -> None:
        self.status = status
        self.reason = reason
        self.failure = failure
        self.retry_in_seconds = retry_in_seconds


def attempt(job: Job, ctx: RunContext) -> Outcome | None:
    """Do the job's work once, with everything it logs kept. None: the run was lost on the way."""
    with run_log(ctx.recorder):
        try:
            job.work(ctx)
            log.info("%s succeeded", job.name)
            return Outcome(RunStatus.SUCCEEDED)
        except SkipRun as skip:
            log.info("%s skipped: %s", job.name, skip)
            return Outcome(RunStatus.SKIPPED, reason=str(skip))
        except StopRun as stop:
            log.warning("%s stopped: %s", job.name, stop.reason)
            return stopped(stop)
        except LostRun as lost:
            log.warning("%s: %s", job.name, lost)
            return None
        except BaseException as error:  # noqa: BLE001 - the one place where a job's errors end
            return _failed(job, ctx, error)


def stopped(stop: StopRun) -> Outcome:
    """How a run ends that was told to stop: one over its time limit has failed, with an error of its own."""
    failure = describe(TimeLimitReached(stop.reason)) if stop.outcome is RunStatus.FAILED else None
    return Outcome(stop.outcome, reason=stop.reason, failure=failure)


def _failed(job: Job, ctx: RunContext, error: BaseException) -> Outcome:
    failure = describe(error)
    retry_in = retry_wait(job.retry, ctx.run.attempt, error)
    if retry_in is None:
        log.exception("%s failed", job.name)
    else:
        log.warning("%s failed, next attempt in %.0f s: %s", job.name, retry_in, error)
    return Outcome(RunStatus.FAILED, failure=failure, retry_in_seconds=retry_in)


def retry_wait(policy: RetryPolicy, attempt: int, error: BaseException) -> float | None:
    """Seconds until the next attempt, or None where there is none: no attempt left, or a permanent error."""
    if attempt >= policy.max_attempts or getattr(error, "permanent", False):
        return None
    if not isinstance(error, Exception):
        return None
    wait = min(policy.base.total_seconds() * 2.0 ** (attempt - 1), policy.longest.total_seconds())
    # Jitter keeps many instances from knocking at a source at the same moment; no secret depends on it.
    return wait * (1 + random.random() / 4)


def describe(error: BaseException) -> Failure:
    """What is recorded of an error. Its fingerprint is its class and the innermost place in our own code.

    The HTTP exchange is the error's own or that of an error behind it.
    """
    error_class = type(error).__name__
    return Failure(
        error_class=error_class,
        message=str(error) or error_class,
        traceback="".join(traceback.format_exception(error)),
        fingerprint=f"{error_class} at {_place(error)}",
        exchange=_exchange(error),
    )


def _exchange(error: BaseException) -> HttpExchange | None:
    seen: set[int] = set()
    behind: BaseException | None = error
    while behind is not None and id(behind) not in seen:
        if isinstance(behind, SourceError) and behind.exchange is not None:
            return behind.exchange
        seen.add(id(behind))
        behind = behind.__cause__ or (None if behind.__suppress_context__ else behind.__context__)
    return None


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "unknown"
    ours = [(name, frame.name) for frame in frames if (name := _own_file(frame.filename)) is not None]
    telling = [(name, function) for name, function in ours if name not in _THOROUGHFARES]
    name, function = (telling or ours or [(Path(frames[-1].filename).name, frames[-1].name)])[-1]
    return f"{name}:{function}"


def _own_file(filename: str) -> str | None:
    """The file relative to the project; None for one of a library, which may lie in a folder of the project."""
    path = Path(filename)
    if PROJECT not in path.parents or "site-packages" in filename:
        return None
    return path.relative_to(PROJECT).as_posix()
