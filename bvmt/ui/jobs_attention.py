"""What an operator should attend to, the worst first, each as a sentence with the place to go to. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bvmt.runs.durations import UsualDuration
from bvmt.runs.status import RunStatus
from bvmt.store.day_figures import MissedSlots
from bvmt.store.dispatching import MailWay
from bvmt.store.instances import InstanceRow
from bvmt.store.jobs import JobOverview
from bvmt.store.stuck_mail import StuckMail
from bvmt.ui.job_table.rows import Surroundings, pause_words
from bvmt.ui.system_words import differences
from bvmt.ui.words import cut, plural, short_instant, span, usual_words

LATE_SECONDS = 60.0
"""How long after it was due a firing that has not started, or a run that waits for a place, is late."""

NO_STUCK_MAIL = StuckMail(held=0, overdue=0, since=None)

LONGEST_MESSAGE = 120
"""Characters of an error's first line in a sentence at the most."""

NAMED = 3
"""Names in a sentence at the most; the others are counted."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line: `subject` is what it is about, `words` go on from there. `page` and `query` are where to go."""

    tone: str
    sign: str
    subject: str
    words: str
    page: str
    link: str
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Findings:
    """What the items are made from, beside the jobs themselves."""

    unacknowledged: Mapping[str, int] = field(default_factory=dict)
    missed: Sequence[MissedSlots] = ()
    instances: Sequence[InstanceRow] = ()
    mail: StuckMail = NO_STUCK_MAIL
    ways: Sequence[MailWay] = ()
    failing_sources: Sequence[str] = ()
    usual: Mapping[str, UsualDuration] = field(default_factory=dict)


def attention(jobs: Sequence[JobOverview], around: Surroundings, found: Findings) -> list[Item]:
    """What there is to attend to: failures, what is late or takes long, what was missed, then what is set so."""
    items = [
        *_failed(jobs, around, found),
        *_late(jobs, around),
        *_long(jobs, around, found),
        *_missed(jobs, around, found),
        *_mail(around, found),
        *_differences(found),
        *_sources(found),
        *_paused(jobs, around),
    ]
    return sorted(items, key=lambda item: item.tone != "red")


def calm_words(jobs: Sequence[JobOverview], around: Surroundings) -> str | None:
    """What to say where there is no item: `Nothing needs attention. Market Pulse is next, today 09:15.`

    None where that would be a claim: nothing fires, all is frozen, what is known is old, or there is no job.
    """
    if not around.firing or around.frozen or around.stale or not jobs:
        return None
    awaited = earliest(jobs)
    if awaited is None:
        return "Nothing needs attention. No job has a next firing."
    at, name = awaited
    return f"Nothing needs attention. {name} is next, {short_instant(at, around.zone, now=around.now)}."


def earliest(jobs: Sequence[JobOverview]) -> tuple[datetime, str] | None:
    """When the next job that is not paused fires, and its name; None: none does."""
    return min(
        ((job.next_run_at, job.name) for job in jobs if job.next_run_at is not None and not job.paused), default=None
    )


def _failed(jobs: Sequence[JobOverview], around: Surroundings, found: Findings) -> Iterator[Item]:
    for job in jobs:
        count = found.unacknowledged.get(job.id, 0)
        if not count:
            continue
        last = next((run for run in job.recent if run.status is RunStatus.FAILED), None)
        when = f", the last {short_instant(last.due_at, around.zone, now=around.now)}" if last else ""
        message = f": {_short(last.message)}" if last and last.message else ""
        words = f"{plural(count, 'failure')} nobody has acknowledged{when}{message}"
        yield Item("red", "✕", job.name, words, "pages/failures.py", "What failed", {"job": job.id})


def _late(jobs: Sequence[JobOverview], around: Surroundings) -> Iterator[Item]:
    for job in jobs:
        run = job.active
        if run is not None and run.status is RunStatus.QUEUED and run.retry_at is None:
            waited = (around.now - run.due_at).total_seconds()
            if waited > LATE_SECONDS:
                words = f"has waited {_rough(waited)} for a free place"
                yield Item("orange", "!", job.name, words, "pages/run.py", "Open the run", {"id": str(run.id)})
        elif run is None and not job.paused and not around.frozen and job.next_run_at is not None:
            late = (around.now - job.next_run_at).total_seconds()
            if late > LATE_SECONDS:
                due = short_instant(job.next_run_at, around.zone, now=around.now)
                words = f"was due {due} and has not started, {_rough(late)} late"
                yield Item("red", "!", job.name, words, "pages/job.py", "Open the job", {"id": job.id})


def _long(jobs: Sequence[JobOverview], around: Surroundings, found: Findings) -> Iterator[Item]:
    for job in jobs:
        run, usual = job.active, found.usual.get(job.id)
        if run is None or usual is None or run.started_at is None or run.status is not RunStatus.RUNNING:
            continue
        taken = (around.now - run.started_at).total_seconds()
        if usual.is_far_beyond(taken):
            words = f"has run for {_rough(taken)}, {usual_words(usual.low, usual.high)}"
            yield Item("orange", "▲", job.name, words, "pages/run.py", "Open the run", {"id": str(run.id)})


def _missed(jobs: Sequence[JobOverview], around: Surroundings, found: Findings) -> Iterator[Item]:
    names = {job.id: job.name for job in jobs}
    for missed in found.missed:
        last = short_instant(missed.last, around.zone, now=around.now)
        words = f"missed {plural(missed.slots, 'firing')} in the last 24 hours, the last one due {last}"
        name = names.get(missed.job_id, missed.job_id)
        yield Item("orange", "◇", name, words, "pages/job.py", "Why", {"id": missed.job_id})


def _mail(around: Surroundings, found: Findings) -> Iterator[Item]:
    for way in found.ways:
        if way.failing_since is not None:
            since = short_instant(way.failing_since, around.zone, now=around.now)
            why = f": {_short(way.error)}" if way.error else ""
            yield Item(
                "orange", "!", "Mail", f"the {way.way} fails since {since}{why}", "pages/mail.py", "To the outbox"
            )
    if found.mail.overdue and found.mail.since is not None:
        since = short_instant(found.mail.since, around.zone, now=around.now)
        words = f"{plural(found.mail.overdue, 'delivery', 'deliveries')} should have gone out since {since}"
        yield Item("orange", "!", "Mail", words, "pages/mail.py", "To the outbox")
    if found.mail.held:
        words = f"{plural(found.mail.held, 'delivery waits', 'deliveries wait')} for a way to send mail"
        yield Item("orange", "‖", "Mail", words, "pages/mail.py", "Set it up")


def _differences(found: Findings) -> Iterator[Item]:
    for difference in differences(found.instances):
        yield Item("orange", "≠", "Living instances", f"differ in {difference}", "pages/system.py", "Instances")


def _sources(found: Findings) -> Iterator[Item]:
    if names := found.failing_sources:
        words = f"could not be read at the last try: {_named(names)}"
        subject = plural(len(names), "news source")
        yield Item("orange", "!", subject, words, "pages/data.py", "News sources")


def _paused(jobs: Sequence[JobOverview], around: Surroundings) -> Iterator[Item]:
    for job in jobs:
        if job.paused:
            words = f"is paused {pause_words(job, around)}".strip()
            yield Item("orange", "‖", job.name, words, "pages/job.py", "Open the job", {"id": job.id})


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:NAMED])
    return f"{shown} and {len(names) - NAMED} more" if len(names) > NAMED else shown


def _short(message: str | None) -> str:
    return cut((message or "").strip().split("\n")[0], LONGEST_MESSAGE)


def _rough(seconds: float) -> str:
    """Whole minutes from two minutes on: seconds would flicker."""
    return span(seconds // 60 * 60 if seconds >= 120 else seconds)
