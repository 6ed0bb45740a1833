"""Judging the tone of texts: by the lexicons, and by the model in use where there is one."""

from __future__ import annotations

from collections.abc import Sequence

from bvmt.learning import ModelInUse, model_in_use
from bvmt.news.edition import edition
from bvmt.news.sentiment import Scorer
from bvmt.news.tone import Sentiment
from bvmt.runs.context import RunContext
from bvmt.store import Connection
from bvmt.store.news import digest

_BATCH = 500


class Judge:
    """Scores texts. `name` tells scores by other lexicons or models apart, `words` says by what they are scored."""

    def __init__(self, model: ModelInUse | None) -> None:
        self._scorer = Scorer()
        self._model = model
        self.name = digest(edition(), model.name if model else "")
        self.words = "the lexicons and the classifier" if model else "the lexicons"

    @classmethod
    def of(cls, conn: Connection) -> Judge:
        """A judge with the lexicons and the model in use."""
        return cls(model_in_use(conn))

    def score(self, ctx: RunContext, texts: Sequence[str]) -> list[Sentiment]:
        """Return how each text sounds, showing progress."""
        found: list[Sentiment] = []
        for start in range(0, len(texts), _BATCH):
            ctx.progress(start, len(texts), "texts")
            some = texts[start : start + _BATCH]
            by_words = [self._scorer.score(text) for text in some]
            found += self._model.blend(some, by_words) if self._model else by_words
        return found
