"""Sentiment over REST: the heatmap, daily scores and trends, articles, and how the sources were read.

Scores (-1 to 1), weights and confidences (0 to 1) are JSON numbers, being floats by nature.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict

from bvmt.api.answers import answers, files
from bvmt.api.answers import sentiment as forms
from bvmt.api.asking import WITHOUT_NUL, AnyDay, Isin, RowId
from bvmt.api.callers import Caller
from bvmt.api.forms import instant
from bvmt.api.services import Services
from bvmt.errors import NotFound
from bvmt.learning import correct_label
from bvmt.news.daily import DailyScore
from bvmt.news.items import NewsKind
from bvmt.news.tone import Label, Language
from bvmt.news.trends import MONTH, WEEK, Heatmap, heatmap, trend
from bvmt.reports.guarding import guarded
from bvmt.store import Connection, listings, news_reads, news_sources, sentiment
from bvmt.store.engine import store_errors
from bvmt.store.news_reads import ArticleFilter

MOST_DAYS = 366
MOST_ARTICLES = 200

Kind = Annotated[NewsKind, Query(description="Journalists or everybody; the two are never averaged together")]
Since = Annotated[AnyDay | None, Query(description="The first day; 30 days up to `until` if left out")]
Until = Annotated[AnyDay | None, Query(description="The last day; the newest with a score if left out")]

SourceId = Annotated[str | None, Query(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$", description="Only of this source")]


class LabelForm(BaseModel):
    """A reader's label of an article; null gives the engine its say again."""

    model_config = ConfigDict(extra="forbid")

    label: Label | None


def sentiment_router(services: Services) -> APIRouter:
    """The routes under /sentiment."""
    router = APIRouter(prefix="/sentiment", tags=["sentiment"])
    _add_scores(router, services)
    _add_articles(router, services)
    _add_sources(router, services)
    return router


def _add_scores(router: APIRouter, services: Services) -> None:
    @router.get("/heatmap", responses=answers(forms.Heatmap))
    def scores_by_day(kind: Kind = NewsKind.NEWS, since: Since = None, until: Until = None) -> JSONResponse:
        """Scores of all listings that were written about, day by day; null where nothing was written."""
        with store_errors(), services.engine().connect() as conn:
            found, names = _heatmap(conn, kind, since, until)
            moods = sentiment.list_daily_of(conn, None, kind, since=found.days[0], until=found.days[-1])
        mood_of = {mood.day: mood for mood in moods}
        body = {
            "kind": kind,
            "days": found.days,
            "market": [_cell(mood_of.get(day)) for day in found.days],
            "listings": [
                {"isin": isin, **names[isin], "scores": [_cell(cell) for cell in row]}
                for isin, row in zip(found.isins, found.rows, strict=True)
            ],
        }
        return _json(body)

    @router.get("/heatmap.csv", response_class=Response, responses=files("text/csv"))
    def scores_by_day_as_csv(kind: Kind = NewsKind.NEWS, since: Since = None, until: Until = None) -> Response:
        """The same as CSV: a row a listing, a column a day, the score or nothing in each."""
        with store_errors(), services.engine().connect() as conn:
            found, names = _heatmap(conn, kind, since, until)
        name = f"sentiment_{kind}_{found.days[0]}_{found.days[-1]}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(_csv(found, names), media_type="text/csv; charset=utf-8", headers=headers)

    @router.get("/daily", responses=answers(forms.Daily))
    def daily(
        isin: Isin = None,
        kind: Kind = NewsKind.NEWS,
        since: Since = None,
        until: Until = None,
    ) -> JSONResponse:
        """The scores of a listing, or the market's mood, by day, with the trends of 7 and 30 days up to the last."""
        with store_errors(), services.engine().connect() as conn:
            first, last = _days(conn, since, until)
            if isin is not None and isin not in _names(conn):
                raise NotFound(f"{isin} is not among the listings.")
            earliest = min(first, last - timedelta(days=2 * MONTH))
            scores = sentiment.list_daily_of(conn, isin, kind, since=earliest, until=last)
        body = {
            "isin": isin,
            "kind": kind,
            "since": first,
            "until": last,
            "scores": [asdict(score) for score in scores if score.day >= first],
            "trends": [asdict(trend(scores, until=last, days=days)) for days in (WEEK, MONTH)],
        }
        return _json(body)


def _add_articles(router: APIRouter, services: Services) -> None:
    @router.get("/articles", responses=answers(forms.Articles))
    def articles(
        isin: Isin = None,
        label: Annotated[list[Label] | None, Query(description="Only these labels")] = None,
        language: Annotated[list[Language] | None, Query(description="Only these languages")] = None,
        kind: Annotated[NewsKind | None, Query(description="Only this kind")] = None,
        source: SourceId = None,
        since: Annotated[AnyDay | None, Query(description="The first day")] = None,
        until: Annotated[AnyDay | None, Query(description="The last day")] = None,
        search: Annotated[str, Query(max_length=200, pattern=WITHOUT_NUL, description="All of these words")] = "",
        limit: Annotated[int, Query(ge=1, le=MOST_ARTICLES, description="Articles on a page")] = 50,
        offset: Annotated[int, Query(ge=0, le=1_000_000, description="Articles before the page")] = 0,
    ) -> JSONResponse:
        """Articles, the newest first, each with whom it names, its tone, and the words that decided it."""
        wanted = ArticleFilter(isin, label or (), language or (), kind, source, since, until, search)
        with store_errors(), services.engine().connect() as conn:
            rows = news_reads.list_articles(conn, wanted, limit=limit, offset=offset)
            counts = news_reads.count_articles(conn, wanted)
        return _json({"articles": [asdict(row) for row in rows], "offset": offset, **asdict(counts)})

    @router.get("/articles/{article_id}", responses=answers(forms.ArticleInFull))
    def one(article_id: RowId) -> JSONResponse:
        """An article, with all printings of its story."""
        with store_errors(), services.engine().connect() as conn:
            article = news_reads.find_article(conn, article_id)
            copies = news_reads.list_copies(conn, article_id)
        return _json({**asdict(article), "printings": [asdict(copy) for copy in copies]})

    @router.put("/articles/{article_id}/label", responses=answers(forms.Article))
    def judge(article_id: RowId, form: LabelForm, by: Caller) -> JSONResponse:
        """Let a reader's label stand for an article; the scores of its days change with it."""
        correct_label(services.engine(), by, article_id, form.label)
        with store_errors(), services.engine().connect() as conn:
            return _json(asdict(news_reads.find_article(conn, article_id)))


def _add_sources(router: APIRouter, services: Services) -> None:
    @router.get("/sources", responses=answers(forms.Sources))
    def sources() -> JSONResponse:
        """The sources of news with how each was read last, and how fresh the news are."""
        with store_errors(), services.engine().connect() as conn:
            rows = news_sources.list_sources(conn)
            fresh = sentiment.read_freshness(conn)
        told = [{**asdict(row), **asdict(row.source), "failing": row.failing} for row in rows]
        shown = [_without(row, "source", "etag", "last_modified") for row in told]
        return _json({"sources": shown, "freshness": asdict(fresh)})

    @router.get("/rejects", responses=answers(forms.Rejects))
    def rejects(
        source: SourceId = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> JSONResponse:
        """Items of sources that could not be used, with the reason, the ones seen last first."""
        with store_errors(), services.engine().connect() as conn:
            rows = news_reads.list_rejects(conn, source=source, limit=limit)
        return _json({"rejects": [asdict(row) for row in rows]})


def _heatmap(
    conn: Connection, kind: NewsKind, since: date | None, until: date | None
) -> tuple[Heatmap, dict[str, dict[str, str]]]:
    """The heatmap of the listings written about, by ticker, and their names."""
    first, last = _days(conn, since, until)
    scores = sentiment.list_daily(conn, kind, since=first, until=last)
    names = _names(conn)
    written_about = {score.isin for score in scores if score.isin}
    isins = sorted(written_about, key=lambda isin: names[isin]["ticker"])
    return heatmap(scores, isins=isins, since=first, until=last), names


def _days(conn: Connection, since: date | None, until: date | None) -> tuple[date, date]:
    last = until or sentiment.read_freshness(conn).last_day
    if last is None:
        raise NotFound("No sentiment stored yet.")
    first = since or last - timedelta(days=MONTH - 1)
    if first > last:
        raise HTTPException(422, f"The first day, {first}, lies after the last one, {last}.")
    if (last - first).days >= MOST_DAYS:
        raise HTTPException(422, f"At most {MOST_DAYS} days are told at once.")
    return first, last


def _names(conn: Connection) -> dict[str, dict[str, str]]:
    return {each.isin: {"ticker": each.ticker, "name": each.name} for each in listings.list_listings(conn)}


def _cell(score: DailyScore | None) -> dict[str, Any] | None:
    if score is None:
        return None
    names = ("score", "items", "confidence", "insufficient")
    return {name: getattr(score, name) for name in names}


def _csv(found: Heatmap, names: dict[str, dict[str, str]]) -> str:
    """A row a listing; a score is no formula, even below zero."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["ticker", "isin", *found.days])
    for isin, row in zip(found.isins, found.rows, strict=True):
        writer.writerow([guarded(names[isin]["ticker"]), isin, *_plain_row(row)])
    return text.getvalue()


def _plain_row(row: Sequence[DailyScore | None]) -> list[str]:
    return ["" if cell is None else f"{cell.score:.4f}" for cell in row]


def _without(row: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def _json(body: object) -> JSONResponse:
    return JSONResponse(jsonable_encoder(body, custom_encoder={datetime: instant}))
