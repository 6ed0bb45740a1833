"""`GET /metrics`: figures in Prometheus' text format. No label holds a name of a person, an address or a secret."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bvmt import __version__
from bvmt.api.callers import caller
from bvmt.api.problems import problem
from bvmt.api.services import Services
from bvmt.errors import Forbidden, StoreError
from bvmt.runs.status import RunStatus
from bvmt.runs.workers import CAPACITY
from bvmt.store.deliveries import DeliveryState
from bvmt.store.engine import store_errors
from bvmt.store.metrics import DayOfRuns, InstanceFigures, JobFigures, StoreFigures, read_figures

log = logging.getLogger(__name__)


def metrics_route(services: Services) -> Route:
    """The route. It answers 200 while the database is away too, and says so: `bvmt_database_up 0`."""
    registry = CollectorRegistry()
    registry.register(_Figures(services))
    ProcessCollector(registry=registry)

    def metrics(request: Request) -> Response:
        try:
            caller(request)
        except Forbidden as error:
            return problem(403, str(error))
        return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return Route("/metrics", metrics)


class _Figures(Collector):
    def __init__(self, services: Services) -> None:
        self._services = services

    def describe(self) -> Iterable[Metric]:
        """Nothing, so that registering asks for no figures."""
        return []

    def collect(self) -> Iterable[Metric]:
        yield InfoMetricFamily("bvmt", "The product", {"version": __version__})
        state = self._services.scheduler()
        if state is not None:
            yield _gauge("bvmt_scheduler_alive", "Whether this process's scheduler thread lives", state.thread_alive)
            yield _gauge("bvmt_lease_held", "Whether this process holds a valid lease", state.lease_held)
            yield _gauge("bvmt_lease_age_seconds", "Since this process's last heartbeat", state.lease_age_seconds)
        try:
            with store_errors(), self._services.engine().connect() as conn:
                found = read_figures(conn)
        except StoreError as error:
            log.warning("No figures for /metrics: %s", error)
            yield _gauge("bvmt_database_up", "Whether the database answers", False)
            return
        yield _gauge("bvmt_database_up", "Whether the database answers", True)
        yield from _of_store(found)


def _of_store(found: StoreFigures) -> Iterable[Metric]:
    yield from _of_jobs(found.jobs)
    yield from _of_last_day(found.last_day)
    yield from _of_instances(found.instances)
    yield _gauge("bvmt_runs_waiting", "Runs that wait for a place", found.waiting)
    yield _gauge("bvmt_oldest_waiting_seconds", "How long the first of them has waited", found.oldest_waiting_seconds)
    deliveries = GaugeMetricFamily("bvmt_deliveries", "Mails and alerts in the outbox", labels=["state"])
    for state in DeliveryState:
        deliveries.add_metric([state], found.deliveries.get(state, 0))
    yield deliveries
    yield _gauge("bvmt_database_size_bytes", "Size of the database on disk", found.database_bytes)


def _of_jobs(jobs: Iterable[JobFigures]) -> Iterable[Metric]:
    runs = CounterMetricFamily("bvmt_runs", "Runs over all time", labels=["job", "outcome"])
    paused = GaugeMetricFamily("bvmt_job_paused", "Whether a job is paused", labels=["job"])
    next_run = GaugeMetricFamily("bvmt_next_run_timestamp_seconds", "When a job fires next", labels=["job"])
    finished = GaugeMetricFamily("bvmt_last_run_timestamp_seconds", "When its last run ended", labels=["job"])
    good = GaugeMetricFamily("bvmt_last_success_timestamp_seconds", "When it last succeeded", labels=["job"])
    seconds = GaugeMetricFamily("bvmt_last_run_seconds", "How long its last run took", labels=["job"])
    for job in jobs:
        runs.add_metric([job.id, RunStatus.SUCCEEDED], job.successes)
        runs.add_metric([job.id, RunStatus.FAILED], job.failures)
        paused.add_metric([job.id], job.paused)
        for family, at in (
            (next_run, job.next_run_at),
            (finished, job.last_finished_at),
            (good, job.last_succeeded_at),
        ):
            if at is not None:
                family.add_metric([job.id], at.timestamp())
        if job.last_seconds is not None:
            seconds.add_metric([job.id], job.last_seconds)
    return runs, paused, next_run, finished, good, seconds


def _of_last_day(rows: Iterable[DayOfRuns]) -> Iterable[Metric]:
    labels = ["job", "outcome"]
    runs = GaugeMetricFamily("bvmt_runs_last_day", "Runs due in the last 24 hours that are over", labels=labels)
    mean = GaugeMetricFamily("bvmt_run_seconds_mean_last_day", "Mean duration of those that started", labels=labels)
    slowest = GaugeMetricFamily("bvmt_run_seconds_max_last_day", "Longest duration of them", labels=labels)
    for row in rows:
        runs.add_metric([row.job_id, row.status], row.runs)
        if row.started:
            mean.add_metric([row.job_id, row.status], row.seconds / row.started)
            slowest.add_metric([row.job_id, row.status], row.slowest)
    return runs, mean, slowest


def _of_instances(rows: Iterable[InstanceFigures]) -> Iterable[Metric]:
    labels = ["instance", "host"]
    used = GaugeMetricFamily("bvmt_places_in_use", "Runs under way in a process", labels=labels)
    places = GaugeMetricFamily("bvmt_places", "Runs that a process may have under way", labels=labels)
    age = GaugeMetricFamily("bvmt_heartbeat_age_seconds", "Since a process's last heartbeat", labels=labels)
    for row in rows:
        used.add_metric([row.id, row.host], row.running)
        places.add_metric([row.id, row.host], CAPACITY if row.fires else 0)
        age.add_metric([row.id, row.host], row.heartbeat_age)
    return used, places, age


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=float(value))
