"""What clicks on the Sentiment page and on the sources of news do. Each writes to PostgreSQL in the visitor's name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TypeVar

from bvmt.access.actor import Actor
from bvmt.access.deeds import Deed, require
from bvmt.access.performing import Performance, performing
from bvmt.errors import ActionRefused
from bvmt.learning import Outcome, correct_label, retrain_for
from bvmt.news.companies import Alias
from bvmt.news.items import NewsSource
from bvmt.news.label_files import LabelFile, LabelFileRefused, read_label_file
from bvmt.news.language import detect_language
from bvmt.news.tone import Label
from bvmt.newsroom.trial import Trial, try_source
from bvmt.process import current_process
from bvmt.store import Engine, company_aliases, labels, news_sources
from bvmt.store.labels import GivenLabel, LabelOrigin, StoredLabels
from bvmt.ui.background import BackgroundWork
from bvmt.ui.feedback import act
from bvmt.ui.reads import engine, settings
from bvmt.ui.sentiment_reads import forget_news
from bvmt.ui.visitor import visitor

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ImportedLabels:
    """What a labelled file held, and what became of it."""

    name: str
    file: LabelFile
    stored: StoredLabels


def label(article_id: int, given: Label | None) -> None:
    """Let the visitor's label stand for an article, or take it back with None."""
    done = f"Labelled {given}; the next training learns from it" if given else "Label taken back"
    act(lambda: correct_label(engine(), visitor(), article_id, given), done)
    forget_news()


def begin_training() -> BackgroundWork[Outcome]:
    """Retrain the classifier in a thread of its own, over the jobs' connections. Raises Forbidden."""
    by = visitor()
    require(by, Deed.RETRAIN)
    whole = current_process().database.engine
    return _begin("training", lambda: retrain_for(whole, by))


def begin_label_import(name: str, data: bytes) -> BackgroundWork[ImportedLabels]:
    """Store a file of labelled texts in a thread of its own. Raises Forbidden."""
    by = visitor()
    require(by, Deed.IMPORT)
    whole = current_process().database.engine
    return _begin("import of labels", lambda: import_labels(whole, by, name, data))


def begin_trial(source: NewsSource) -> BackgroundWork[Trial]:
    """Read a source in a thread of its own, storing nothing. Raises Forbidden."""
    require(visitor(), Deed.CHANGE_NEWS_SOURCES)
    spare = settings().data_world != "sandbox"
    return _begin("test reading", lambda: try_source(source, spare_host=spare))


def import_labels(engine: Engine, by: Actor, name: str, data: bytes) -> ImportedLabels:
    """Store the labels of a file, all of them or none. Raises ActionRefused, Forbidden and StoreError."""
    try:
        file = read_label_file(data)
    except LabelFileRefused as refusal:
        raise ActionRefused(f"{name}: {refusal}") from refusal
    given = [GivenLabel(row.text, row.label, detect_language(row.text)) for row in file.rows]
    with performing(engine, by, Deed.IMPORT, "sentiment labels") as deed:
        stored = labels.put_labels(deed.conn, given, by=by.name, origin=LabelOrigin.IMPORT)
        deed.after = {"file": name, **asdict(stored), "set_aside": len(file.set_aside)}
    return ImportedLabels(name, file, stored)


def save_source(source: NewsSource) -> bool:
    """Add a source of news, or change it. Returns whether it was done."""

    def write(deed: Performance, by: str) -> None:
        before = news_sources.put_source(deed.conn, source, by=by)
        deed.before = asdict(before) if before else None
        deed.after = asdict(source)

    return _write(f"news source {source.id}", write, f"{source.name.strip()} saved; the next scan reads it so")


def remove_source(source_id: str, name: str) -> bool:
    """Take a source of news away; its articles stay. Returns whether it was done."""

    def write(deed: Performance, by: str) -> None:
        deed.before = asdict(news_sources.find_source(deed.conn, source_id))
        news_sources.remove_source(deed.conn, source_id, by=by)
        deed.after = {"removed": True}

    return _write(f"news source {source_id}", write, f"{name} is read no longer")


def save_alias(alias: Alias) -> bool:
    """Add a name of a listing, or change it. Returns whether it was done."""

    def write(deed: Performance, by: str) -> None:
        company_aliases.put_alias(deed.conn, alias, by=by)
        deed.after = asdict(alias)

    return _write(f"alias of {alias.ticker}", write, "Name saved; the next scan reads the last month anew with it")


def remove_alias(alias_id: int, alias: Alias) -> bool:
    """Look for a name no longer. Returns whether it was done."""

    def write(deed: Performance, by: str) -> None:
        deed.before = asdict(alias)
        company_aliases.remove_alias(deed.conn, alias_id, by=by)
        deed.after = {"removed": True}

    return _write(f"alias of {alias.ticker}", write, "Name removed; the next scan reads the last month anew")


def _begin(name: str, work: Callable[[], T]) -> BackgroundWork[T]:
    thread = BackgroundWork(name, work)
    thread.start()
    return thread


def _write(subject: str, write: Callable[[Performance, str], None], done: str) -> bool:
    written: list[bool] = []

    def carry_out() -> None:
        by = visitor()
        with performing(engine(), by, Deed.CHANGE_NEWS_SOURCES, subject) as performance:
            write(performance, by.name)
        written.append(True)

    act(carry_out, done)
    forget_news()
    return bool(written)
