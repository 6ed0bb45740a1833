"""Anomaly Scan: which listings move or trade atypically, against their own history, hourly during a session."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, timedelta

from bvmt.errors import SourceError
from bvmt.market.anomalies import Anomaly, Context, Finding, History, News, scan
from bvmt.market.anomalies.severity import level
from bvmt.market.board import SUSPENDED_GROUPS
from bvmt.market.calendar import DayKind, day
from bvmt.market.hours import Phase, hours_warning, phase_at
from bvmt.market.listings import Listing
from bvmt.runs.context import RunContext
from bvmt.runs.job import Figure, Job, RetryPolicy
from bvmt.runs.schedules import Schedule, window
from bvmt.runs.stopping import SkipRun
from bvmt.settings import Settings
from bvmt.sources.platform import AnomalyService
from bvmt.sources.platform_anomalies import ANOMALY_SERVICE, PlatformAnomaly
from bvmt.store import anomalies, calendar, events, listings, market, news_reads, outbox, run_peers
from bvmt.store.bars import read_bars
from bvmt.store.events import EventKind
from bvmt.store.outbox import Message

log = logging.getLogger(__name__)

SESSIONS = 600  # sessions of history: the engine's baselines reach 500 back
SESSIONS_WITH_NEWS = 12  # company news is looked for this far before: a rise over ten sessions may rest on it
RECENT = 2  # the session before is looked at again: the one after it confirms a marked close
CATCH_UP = 20  # so many sessions a scan looks at where none was made before, or none for long
UNFINISHED = frozenset({Phase.ORDER_ENTRY, Phase.CONTINUOUS, Phase.CLOSING_CALL, Phase.AT_LAST})


def work(ctx: RunContext) -> None:
    """Read the history, scan what no scan has seen, store what is atypical, leave an alert for what is critical."""
    _require_session(ctx)
    history = _read(ctx)
    sessions = _unseen(ctx, history)
    context, shares = _surroundings(ctx, history, sessions)
    found = _ask_service(ctx, sessions, shares) if ctx.settings.anomaly_service_url else None
    found = found if found is not None else _scan(ctx, history, sessions, context)
    _store(ctx, sessions, found, shares)


def _require_session(ctx: RunContext) -> None:
    today = ctx.clock().astimezone(ctx.settings.zone).date()
    with ctx.engine.connect() as conn:
        known = day(today, calendar.read_own_days(conn, since=today, until=today))
    if ctx.is_scheduled and known.kind is DayKind.CLOSED:
        raise SkipRun(f"exchange closed: {known.name}")


def _read(ctx: RunContext) -> History:
    with ctx.step("Read the history") as step:
        today = ctx.clock().astimezone(ctx.settings.zone).date()
        with ctx.engine.connect() as conn:
            history = read_bars(conn, until=today, sessions=SESSIONS)
        if history is None:
            raise SkipRun("no quotes are stored yet: Market Pulse or a history import comes first")
        step.detail = f"{len(history.sessions)} sessions of {len(history.isins)} listings, up to {history.sessions[-1]}"
        ctx.figure("listings", len(history.isins))
        return history


def _unseen(ctx: RunContext, history: History) -> Sequence[date]:
    """The sessions from the day of the last scan that succeeded, `RECENT` at least and `CATCH_UP` at most."""
    with ctx.engine.connect() as conn:
        past = run_peers.list_past(conn, ctx.run, limit=1)
    recent = history.sessions[-CATCH_UP:]
    if not past:
        return recent
    day_of_last = past[0].due_at.astimezone(ctx.settings.zone).date()
    return max(history.sessions[-RECENT:], [each for each in recent if each >= day_of_last], key=len)


def _surroundings(ctx: RunContext, history: History, sessions: Sequence[date]) -> tuple[Context, dict[str, Listing]]:
    """What may explain a move: corporate actions, news, index reviews, results due, the regime of a listing."""
    with ctx.step("Gather what may explain it") as step, ctx.engine.connect() as conn:
        known = events.list_events(conn, since=history.sessions[0], until=history.sessions[-1])
        shares = {listing.isin: listing for listing in listings.list_listings(conn) if listing.active}
        regimes = calendar.list_regimes(conn)
        recent = history.sessions[-SESSIONS_WITH_NEWS - len(sessions) + 1 :]
        stories = news_reads.list_company_news(conn, since=recent[0], until=recent[-1])
        step.detail = f"{len(known)} events, {len(stories)} stories about listings"
    now = ctx.clock().astimezone(ctx.settings.zone)
    if sentence := hours_warning(now.date(), regimes):
        log.warning(sentence)
    context = Context(
        actions=events.corporate_actions(known),
        news=[News(isin, on, title) for isin, on, title in stories],
        index_reviews=frozenset(event.day for event in known if event.kind is EventKind.INDEX_REVIEW),
        results=frozenset((event.isin, event.day) for event in known if event.kind is EventKind.RESULTS and event.isin),
        first_days={event.isin: event.day for event in known if event.kind is EventKind.IPO and event.isin},
        surveillance=frozenset(isin for isin, listing in shares.items() if listing.group in SUSPENDED_GROUPS),
        partial=history.sessions[-1] == now.date() and phase_at(now, regimes) in UNFINISHED,
    )
    return context, shares


def _ask_service(ctx: RunContext, sessions: Sequence[date], shares: dict[str, Listing]) -> list[Anomaly] | None:
    """What the platform's anomaly service finds. None where it fails: we look ourselves then."""
    with ctx.step("Ask the anomaly service") as step:
        start, end = sessions[0], sessions[-1]
        url = ctx.settings.anomaly_service_url or ""
        service = AnomalyService(url, clock=ctx.clock, zone=ctx.settings.zone, should_stop=ctx.check_stop)
        with service:
            try:
                answer = service.anomalies_batch(list(shares.values()), start=start, end=end)
            except SourceError as error:
                log.warning("%s", error)
                ctx.warn(f"The anomaly service could not be used, so the scan was made here: {error}")
                step.detail = "it failed; scanning here instead"
                return None
        if answer.set_aside:
            ctx.warn(f"{len(answer.set_aside)} anomalies of the service could not be read and were set aside")
            with ctx.transaction() as conn:
                market.store_set_aside(conn, ANOMALY_SERVICE, answer.set_aside, run_id=ctx.run.id)
        step.detail = f"{len(answer.rows)} anomalies, {len(answer.set_aside)} rows set aside"
        return [_of_service(row) for row in answer.rows if row.isin in shares]


def _of_service(row: PlatformAnomaly) -> Anomaly:
    kinds = row.types or ("pattern",)
    sentence = f"The anomaly service reports an atypical {' and '.join(kinds)}."
    return Anomaly(
        isin=row.isin,
        session=row.session,
        severity=row.severity,
        level=level(row.severity),
        volume_rule="volume" in row.types,
        price_rule="price" in row.types,
        unconfirmed=False,
        findings=tuple(Finding(kind, row.severity, sentence, {}) for kind in kinds),
        explanations=(),
        numbers={},
        partial=False,
    )


def _scan(ctx: RunContext, history: History, sessions: Sequence[date], context: Context) -> list[Anomaly]:
    with ctx.step("Look for atypical moves") as step:
        ctx.progress(0, len(history.isins), "listings")
        found = scan(history, context, sessions=sessions, forest=True)
        ctx.progress(len(history.isins), len(history.isins), "listings")
        newest = [each for each in found if each.session == history.sessions[-1]]
        step.detail = f"{len(newest)} in the session of {history.sessions[-1]}"
        if len(sessions) > RECENT:
            step.detail += f", {len(found)} in the {len(sessions)} sessions that no scan had seen"
        if context.partial:
            step.detail += ", which is under way: volumes so far against means of full days"
        return found


def _store(ctx: RunContext, sessions: Sequence[date], found: Sequence[Anomaly], shares: dict[str, Listing]) -> None:
    newest = sessions[-1]
    with ctx.step("Store them") as step, ctx.transaction() as conn:
        alerts = 0
        for session in sessions:
            of_session = [each for each in found if each.session == session]
            stored = anomalies.store_anomalies(conn, session, of_session, run_id=ctx.run.id)
            critical = [each for each in of_session if each.isin in set(stored.critical)]
            if session in sessions[-RECENT:]:  # what is older is record, not news
                alerts += sum(outbox.put(conn, _alert(each, shares.get(each.isin))) for each in critical)
            if session == newest:
                step.detail = f"{stored.added} new, {stored.updated} seen before, {stored.withdrawn} no longer there"
    counted = [each for each in found if each.session == newest]
    ctx.figure("anomalies", len(counted))
    ctx.figure("volume_rule", sum(each.volume_rule for each in counted))
    ctx.figure("price_rule", sum(each.price_rule for each in counted))
    ctx.figure("critical", sum(each.level == "critical" for each in counted))
    ctx.figure("unconfirmed", sum(each.unconfirmed for each in counted))
    ctx.figure("alerts", alerts)
    for each in counted:
        if each.unconfirmed:
            log.warning("%s: its reference moved; a corporate action to confirm", _name(each, shares.get(each.isin)))


def _alert(anomaly: Anomaly, listing: Listing | None) -> Message:
    """The message about a critical anomaly. It never accuses anybody."""
    sentences = [finding.sentence for finding in anomaly.findings] + [f"Note: {text}" for text in anomaly.explanations]
    return Message(
        key=f"anomaly {anomaly.isin} {anomaly.session}",
        kind="anomaly",
        subject=f"Atypical move to check: {_name(anomaly, listing)}, {anomaly.session:%d %b %Y}",
        body="\n".join(sentences),
        payload={
            "isin": anomaly.isin,
            "symbol": listing.ticker if listing else anomaly.isin,
            "name": listing.name if listing else anomaly.isin,
            "session": anomaly.session.isoformat(),
            "severity": anomaly.severity,
            "types": sorted({finding.kind for finding in anomaly.findings}),
        },
    )


def _name(anomaly: Anomaly, listing: Listing | None) -> str:
    return f"{listing.name} ({listing.ticker})" if listing else anomaly.isin


def _schedule(settings: Settings) -> Schedule:
    return window(settings.anomaly_check_interval, settings.market_open, settings.market_close)


ANOMALY_SCAN = Job(
    id="anomaly_scan",
    name="Anomaly Scan",
    description="Compares every listing's volume, price and pattern with its own history, and lists what is atypical.",
    schedule=_schedule,
    work=work,
    grace=timedelta(minutes=30),
    time_limit=timedelta(minutes=5),
    retry=RetryPolicy(max_attempts=2, base=timedelta(seconds=30)),
    needs_session=True,
    figures=(
        Figure("listings", "Listings scanned", "listings", learnt=True),
        Figure("anomalies", "Anomalies", "listings"),
        Figure("volume_rule", "Volume above 3 times the mean", "listings"),
        Figure("price_rule", "Move above 5 %", "listings"),
        Figure("critical", "Critical", "listings"),
        Figure("unconfirmed", "Corporate actions to confirm", "listings"),
        Figure("alerts", "Alerts left", "alerts"),
    ),
)
