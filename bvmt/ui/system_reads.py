"""What the System page reads beyond what all pages do, cached for a moment and shared by all open tabs."""

from __future__ import annotations

import streamlit as st

from bvmt.clock import now
from bvmt.process import current_process
from bvmt.sources.checks import NEWS, Service, services_of
from bvmt.store import dispatching, news_sources, service_health, table_sizes
from bvmt.store.engine import store_errors
from bvmt.store.service_health import Evidence
from bvmt.store.table_sizes import Cleanup, TableSize
from bvmt.ui.reads import engine, settings
from bvmt.ui.service_words import Health, asked_in, of_mail, of_news


def services() -> list[Service]:
    """The services that this process uses."""
    with store_errors(), engine().connect() as conn:
        news = {row.source.name: row.source.url for row in news_sources.list_active_sources(conn)}
    return list(services_of(settings(), current_process().addresses, news=news, clock=now))


@st.cache_data(ttl=5, max_entries=2, show_spinner=False)
def service_healths() -> list[Health]:
    """What is known of each service. None of them is asked for it."""
    known = services()
    asked = {service.name: asked_in(service.name, settings()) for service in known}
    with store_errors(), engine().connect() as conn:
        evidence = service_health.read_evidence(conn, {asking for asking in asked.values() if asking is not None})
        ways = dispatching.list_ways(conn)
        rows = news_sources.list_active_sources(conn)
    found = []
    for service in known:
        asking = asked[service.name]
        of_runs = evidence.get(asking, Evidence()) if asking is not None else of_mail(service.name, ways)
        of_it = of_news(rows, of_runs.seconds) if service.name == NEWS else of_runs
        found.append(Health(service.name, service.address, of_it))
    return found


@st.cache_data(ttl=60, max_entries=2, show_spinner=False)
def largest_tables() -> list[TableSize]:
    """The largest tables."""
    with store_errors(), engine().connect() as conn:
        return table_sizes.list_table_sizes(conn)


@st.cache_data(ttl=60, max_entries=2, show_spinner=False)
def cleanups() -> list[Cleanup]:
    """The Database Cleanups of the last nights, the newest first."""
    with store_errors(), engine().connect() as conn:
        return table_sizes.list_cleanups(conn)
