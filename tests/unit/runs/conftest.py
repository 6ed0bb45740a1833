"""A run without a database: what it records is collected."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from bvmt.runs.context import RunContext
from bvmt.runs.recorder import Recorder
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.runs.stopping import StopSignal
from bvmt.settings import load_settings
from bvmt.sources.addresses import Addresses
from bvmt.store.engine import make_engine
from bvmt.store.run_life import StartedRun
from bvmt.store.run_records import Record

NOW = datetime(2026, 11, 24, 10, 37, tzinfo=UTC)
NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"
RUN = UUID("11111111-1111-4111-8111-111111111111")
ME = UUID("22222222-2222-4222-8222-222222222222")


class CollectingRecorder(Recorder):
    """Keeps every record instead of writing it."""

    def __init__(self, run: StartedRun) -> None:
        super().__init__(make_engine(NOWHERE, application_name="tests"), run, ME)
        self.records: list[Record] = []

    def write(self, record: Record) -> None:
        """Keep it."""
        self.records.append(record)

    @property
    def messages(self) -> list[str]:
        """What the log lines among the records say."""
        return [str(record.parameters["message"]) for record in self.records if "message" in record.parameters]


MakeContext = Callable[..., RunContext]


@pytest.fixture
def make_context() -> Iterator[MakeContext]:
    """Make the context of a run that started as asked, with a recorder that collects."""
    contexts: list[RunContext] = []

    def make(*, attempt: int = 1, origin: RunOrigin = RunOrigin.SCHEDULED) -> RunContext:
        run = StartedRun(RUN, "probe", origin, RunStatus.RUNNING, attempt, NOW, NOW, None)
        contexts.append(
            RunContext(
                run=run,
                instance_id=ME,
                engine=make_engine(NOWHERE, application_name="tests"),
                settings=load_settings(env_file=None),
                addresses=Addresses(exchange="http://127.0.0.1:1"),
                clock=lambda: NOW,
                monotonic=lambda: 0.0,
                signal=StopSignal(),
                recorder=CollectingRecorder(run),
            )
        )
        return contexts[-1]

    yield make
    for context in contexts:
        context.engine.dispose()
