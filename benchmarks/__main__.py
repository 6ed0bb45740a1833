"""`python -m benchmarks`: the figures of scheduling that the README quotes.

The others take longer or need more room and are started by name: `benchmarks.stress`, `benchmarks.anomalies`,
`benchmarks.history_import`, `benchmarks.news_engine`, `benchmarks.dashboard_tabs`, `benchmarks.page_times`.
"""

from __future__ import annotations

from benchmarks.runs import main

main()
