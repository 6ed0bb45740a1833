"""The Anomaly Scan on the sandbox's history, imported as anybody's files are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

from bvmt.clock import monotonic
from bvmt.runs.context import RunContext
from bvmt.runs.recorder import Recorder
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.runs.stopping import SkipRun, StopSignal
from bvmt.sandbox.calendar import instant_of
from bvmt.sandbox.events import EventKind, PlantedEvent, planted_events
from bvmt.sandbox.listings import listings as sandbox_listings
from bvmt.sandbox.world import CONTROL
from bvmt.settings import load_settings
from bvmt.sources.addresses import Addresses
from bvmt.store import anomalies, calendar, events
from bvmt.store.anomalies import AnomalyRow, Verdict
from bvmt.store.engine import make_engine
from bvmt.store.events import Event
from jobs.anomaly_scan import ANOMALY_SCAN
from tests.conftest import fresh_database
from tests.db.articles import about, new_article, put_article
from tests.db.boards import SFBT
from tests.db.desk import Desk
from tests.db.history_desk import EVENING, SEED, TODAY
from tests.unit.sources.platform_server import BATCH, PlatformServer, as_json

Scan = Callable[..., RunContext]


@pytest.fixture
def history_desk(postgres: sa.Engine, history_template: str) -> Iterator[Desk]:
    """A desk with two years of the sandbox's history."""
    for url in fresh_database(postgres, f"template {history_template}"):
        engine = make_engine(url, application_name="tests")
        desk = Desk(engine)
        desk.job(ANOMALY_SCAN.id)
        yield desk
        engine.dispose()


@pytest.fixture
def run_scan(history_desk: Desk) -> Scan:
    """Run the job as of an instant."""

    def run(at: datetime = EVENING, origin: RunOrigin = RunOrigin.MANUAL) -> RunContext:
        history_desk.request(ANOMALY_SCAN.id) if origin is RunOrigin.MANUAL else history_desk.claim(ANOMALY_SCAN.id)
        started = history_desk.dispatch()
        assert started is not None
        ctx = RunContext(
            run=started,
            instance_id=history_desk.me,
            engine=history_desk.engine,
            settings=load_settings(env_file=None),
            addresses=Addresses(exchange="http://127.0.0.1:1"),
            clock=lambda: at,
            monotonic=monotonic,
            signal=StopSignal(),
            recorder=Recorder(history_desk.engine, started, history_desk.me),
        )
        try:
            ANOMALY_SCAN.work(ctx)
        finally:
            history_desk.finish(started, RunStatus.SUCCEEDED, figures=ctx.figures)
        return ctx

    return run


def latest(kind: EventKind) -> PlantedEvent:
    """The last planted event of a kind whose next session is over, too."""
    return [event for event in planted_events(SEED, TODAY - timedelta(days=7)) if event.kind is kind][-1]


def after(day: date) -> datetime:
    """When the session of `day` is over."""
    return instant_of(day, 15, 0)


def stored(desk: Desk, session: date) -> dict[str, AnomalyRow]:
    """What is stored of a session, by ISIN."""
    with desk.engine.connect() as conn:
        return {row.isin: row for row in anomalies.list_anomalies(conn, since=session, until=session)}


@pytest.mark.parametrize(
    ("kind", "rule"), [(EventKind.VOLUME_SPIKE, "volume_rule"), (EventKind.PRICE_MOVE, "price_rule")]
)
def test_a_planted_event_is_found_by_its_plain_rule(
    history_desk: Desk, run_scan: Scan, kind: EventKind, rule: str
) -> None:
    event = latest(kind)
    run_scan(after(event.session))
    found = stored(history_desk, event.session)[event.isin]
    assert getattr(found, rule)
    assert found.findings[0]["sentence"]


def test_the_quiet_control_share_is_never_there(history_desk: Desk, run_scan: Scan) -> None:
    run_scan()
    control = next(listing.isin for listing in sandbox_listings() if listing.ticker == CONTROL)
    assert history_desk.value("select count(*) from anomalies where isin = :isin", isin=control) == 0


def test_an_ex_date_nobody_entered_is_a_corporate_action_to_confirm(history_desk: Desk, run_scan: Scan) -> None:
    # The yearly files carry no reference: the board's is what shows a lowered one.
    event = latest(EventKind.EX_DIVIDEND)
    history_desk.execute(
        "update quotes q set reference = (select close from quotes p where p.isin = q.isin and p.session < q.session"
        " order by p.session desc limit 1) * 0.95 where isin = :isin and session = :day",
        isin=event.isin,
        day=event.session,
    )
    run_scan(after(event.session))
    found = stored(history_desk, event.session)[event.isin]
    assert (found.unconfirmed, found.severity, found.price_rule) == (True, 0.0, False)


def test_an_ex_date_that_is_known_is_no_anomaly(history_desk: Desk, run_scan: Scan) -> None:
    event = latest(EventKind.EX_DIVIDEND)
    close = history_desk.value(
        "select close from quotes where isin = :isin and session < :day order by session desc limit 1",
        isin=event.isin,
        day=event.session,
    )
    with history_desk.engine.connect() as conn:
        amount = (close * Decimal("0.05")).quantize(Decimal("0.001"))
        dividend = Event(event.session, events.EventKind.DIVIDEND, "Dividend", "test", event.isin, amount)
        events.put_events(conn, [dividend], by="test")
    history_desk.execute(
        "update quotes set reference = :reference where isin = :isin and session = :day",
        reference=close * Decimal("0.95"),
        isin=event.isin,
        day=event.session,
    )
    run_scan(after(event.session))
    found = stored(history_desk, event.session).get(event.isin)
    assert found is None or not (found.price_rule or found.unconfirmed)


def test_the_same_anomaly_seen_again_is_updated_and_not_added(history_desk: Desk, run_scan: Scan) -> None:
    run_scan()
    before = stored(history_desk, TODAY)
    run_scan()
    again = stored(history_desk, TODAY)
    assert before.keys() == again.keys()
    assert all(again[isin].first_seen_at == before[isin].first_seen_at for isin in again)
    assert all(again[isin].last_seen_at > before[isin].last_seen_at for isin in again)


def test_a_verdict_survives_the_next_scan(history_desk: Desk, run_scan: Scan) -> None:
    event = latest(EventKind.VOLUME_SPIKE)
    run_scan(after(event.session))
    with history_desk.engine.connect() as conn:
        assert anomalies.judge(conn, event.isin, event.session, Verdict.EXPLAINED, by="Amel", note="block trade")
    run_scan(after(event.session))
    found = stored(history_desk, event.session)[event.isin]
    assert (found.verdict, found.verdict_by, found.verdict_note) == (Verdict.EXPLAINED, "Amel", "block trade")
    with history_desk.engine.connect() as conn:
        assert anomalies.count_verdicts(conn, since=event.session) == {Verdict.EXPLAINED: 1}


def test_a_verdict_on_nothing_is_refused(history_desk: Desk) -> None:
    with history_desk.engine.connect() as conn:
        assert not anomalies.judge(conn, "TN0001800457", TODAY, Verdict.TRUE, by="Amel")


def test_a_scan_tells_its_figures_and_progress(run_scan: Scan) -> None:
    ctx = run_scan()
    assert ctx.figures["listings"] == 82
    assert {"anomalies", "volume_rule", "price_rule", "critical", "alerts"} <= ctx.figures.keys()


def sessions_stored(desk: Desk) -> list[date]:
    """The sessions of which anomalies are stored, oldest first."""
    return [day for (day,) in desk.rows("select distinct session from anomalies order by session")]


def test_the_first_scan_looks_back_a_month_and_alerts_of_what_is_recent_alone(
    history_desk: Desk, run_scan: Scan
) -> None:
    ctx = run_scan()
    days = sessions_stored(history_desk)
    recent = history_desk.rows("select distinct session from quotes order by session desc limit 2")
    assert days[0] < TODAY - timedelta(days=14)
    assert ctx.figures["alerts"] == history_desk.value("select count(*) from outbox")
    told = history_desk.rows("select distinct cast(payload ->> 'session' as date) from outbox")
    assert set(told) <= set(recent)


def test_the_next_scan_leaves_what_was_scanned_as_it_is(history_desk: Desk, run_scan: Scan) -> None:
    run_scan()
    history_desk.execute("delete from anomalies")
    run_scan()
    assert all(day >= TODAY - timedelta(days=4) for day in sessions_stored(history_desk))


def test_sessions_in_which_no_scan_succeeded_are_made_up_for(history_desk: Desk, run_scan: Scan) -> None:
    run_scan()
    last = instant_of(TODAY - timedelta(days=10), 15, 0)
    history_desk.execute("delete from anomalies")
    history_desk.execute("update runs set due_at = :last", last=last)
    run_scan()
    days = sessions_stored(history_desk)
    assert last.date() <= days[0] < TODAY - timedelta(days=5)


def test_a_new_critical_anomaly_leaves_one_alert(history_desk: Desk, run_scan: Scan) -> None:
    event = latest(EventKind.VOLUME_SPIKE)
    # Thirty times the volume and the price at its limit, on a liquid day: nothing ordinary looks like that.
    history_desk.execute(
        "update quotes set volume = volume * 30, turnover = turnover * 30 + 500000, trades = trades * 20 + 50,"
        " reference = close / 1.059, low = close / 1.059, open = close / 1.05, high = close"
        " where isin = :isin and session = :day",
        isin=event.isin,
        day=event.session,
    )
    history_desk.execute(
        "update quotes q set close = (select reference from quotes n where n.isin = q.isin and n.session = :day)"
        " where isin = :isin and session = (select max(session) from quotes where isin = :isin and session < :day)",
        isin=event.isin,
        day=event.session,
    )
    run_scan(after(event.session))
    run_scan(after(event.session))
    assert stored(history_desk, event.session)[event.isin].level == "critical"
    alerts = history_desk.rows("select kind, subject, state from outbox")
    assert len(alerts) == 1
    kind, subject, state = alerts[0]
    assert (kind, state) == ("anomaly", "waiting")
    assert subject.startswith("Atypical move to check: ")


def test_during_a_session_the_volume_so_far_is_said_to_be_partial(history_desk: Desk, run_scan: Scan) -> None:
    event = latest(EventKind.VOLUME_SPIKE)
    run_scan(instant_of(event.session, 11, 0))
    found = stored(history_desk, event.session)[event.isin]
    assert found.partial
    assert "so far" in found.findings[0]["sentence"]


def test_what_a_session_under_way_no_longer_shows_is_withdrawn(history_desk: Desk, run_scan: Scan) -> None:
    event = latest(EventKind.VOLUME_SPIKE)
    run_scan(instant_of(event.session, 11, 0))
    history_desk.execute(
        "update quotes set volume = 1, turnover = 10, trades = 1 where isin = :isin and session = :day",
        isin=event.isin,
        day=event.session,
    )
    run_scan(instant_of(event.session, 12, 0))
    assert event.isin not in stored(history_desk, event.session)


def test_on_a_day_that_an_operator_closed_the_scheduled_scan_is_skipped(history_desk: Desk, run_scan: Scan) -> None:
    with history_desk.engine.connect() as conn:
        calendar.put_own_day(conn, TODAY, open=False, name="Storm", by="Amel")
    with pytest.raises(SkipRun, match=r"^exchange closed: Storm$"):
        run_scan(origin=RunOrigin.SCHEDULED)


def test_without_any_quote_the_scan_is_skipped(engine: sa.Engine) -> None:
    desk = Desk(engine)
    desk.job(ANOMALY_SCAN.id)
    desk.request(ANOMALY_SCAN.id)
    started = desk.dispatch()
    assert started is not None
    ctx = RunContext(
        run=started,
        instance_id=desk.me,
        engine=engine,
        settings=load_settings(env_file=None),
        addresses=Addresses(exchange="http://127.0.0.1:1"),
        clock=lambda: EVENING,
        monotonic=monotonic,
        signal=StopSignal(),
        recorder=Recorder(engine, started, desk.me),
    )
    with pytest.raises(SkipRun, match=r"^no quotes are stored yet"):
        ANOMALY_SCAN.work(ctx)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[PlatformServer]:
    """The platform's anomaly service, in use."""
    server = PlatformServer()
    monkeypatch.setenv("ANOMALY_SERVICE_URL", server.url)
    yield server
    server.close()


def test_with_an_anomaly_service_its_answer_is_stored(
    history_desk: Desk, run_scan: Scan, service: PlatformServer
) -> None:
    row = {"code": SFBT, "date": TODAY.isoformat(), "types": ["volume", "price"], "severity": 0.8, "details": {}}
    service.answer(BATCH, as_json({"anomalies": [row]}))
    run_scan()
    found = stored(history_desk, TODAY)
    assert list(found) == [SFBT]
    assert (found[SFBT].level, found[SFBT].volume_rule, found[SFBT].price_rule) == ("critical", True, True)
    assert found[SFBT].findings[0]["sentence"] == "The anomaly service reports an atypical volume and price."


def test_where_the_anomaly_service_fails_the_scan_is_made_here_with_a_warning(
    history_desk: Desk, run_scan: Scan, service: PlatformServer
) -> None:
    service.answer(BATCH, as_json({"detail": "not here"}, status=404))
    ctx = run_scan()
    assert stored(history_desk, TODAY)
    assert "The anomaly service could not be used" in ctx.warnings[0]
    assert "404" in ctx.warnings[0]


def test_company_news_of_the_session_is_told_as_an_explanation_and_lowers_the_severity(
    history_desk: Desk, run_scan: Scan
) -> None:
    event = latest(EventKind.PRICE_MOVE)
    run_scan(at=after(event.session))
    alone = stored(history_desk, event.session)[event.isin]
    morning = instant_of(event.session, 8, 0)
    put_article(
        history_desk.engine,
        new_article("Un contrat important est signé", published_at=morning, mentions=about(event.isin)),
    )
    run_scan(at=after(event.session))
    explained = stored(history_desk, event.session)[event.isin]
    assert "Company news: Un contrat important est signé" in explained.explanations
    assert explained.severity < alone.severity
