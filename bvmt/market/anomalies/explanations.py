"""What may explain an anomaly, in sentences, and how much it takes from the severity."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from bvmt.market.adjustments import CorporateAction
from bvmt.market.anomalies.rules import Context
from bvmt.market.anomalies.severity import EXPLAINED, NEWS, SURVEILLANCE

_FIRST_DAYS = 7
"""Calendar days from its first that a listing counts as new: five sessions."""


class Explanations:
    """The context, arranged for look-ups by listing and session."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._actions: dict[str, list[CorporateAction]] = defaultdict(list)
        self._news: dict[str, list[tuple[date, str]]] = defaultdict(list)
        for action in context.actions:
            self._actions[action.isin].append(action)
        for item in context.news:
            self._news[item.isin].append((item.day, item.title))

    def of(self, isin: str, session: date, before: date) -> tuple[float, list[str]]:
        """Return the context factor C in 0..1 and the sentences for a session of a listing; `before` is the one before.

        C is 1 without an explanation, 0.7 with company news since the session before, 0.4 on an ex-date, an index
        review, a day of results or in a listing's first days; 0.1 more, up to 1, under surveillance.
        """
        found = list(self._found(isin, session, before))
        factor = min((factor for factor, _ in found), default=1.0)
        if isin in self._context.surveillance:
            factor = min(factor + SURVEILLANCE, 1.0)
        return factor, [text for _, text in found]

    def has_news(self, isin: str, since: date, until: date) -> bool:
        """Tell whether company news came out from `since` to `until`."""
        return any(since <= day <= until for day, _ in self._news[isin])

    def _found(self, isin: str, session: date, before: date) -> Iterator[tuple[float, str]]:
        yield from ((EXPLAINED, _told(action)) for action in self._actions[isin] if before < action.day <= session)
        if session in self._context.index_reviews:
            yield EXPLAINED, "An index review takes effect on this day."
        if (isin, session) in self._context.results:
            yield EXPLAINED, "The company published its results on this day."
        first = self._context.first_days.get(isin)
        if first is not None and 0 <= (session - first).days < _FIRST_DAYS:
            yield EXPLAINED, f"The share is new: its first day was {first:%d %B %Y}."
        yield from ((NEWS, f"Company news: {title}") for day, title in self._news[isin] if before <= day <= session)


def _told(action: CorporateAction) -> str:
    shares = f"{action.new_shares:g} for {action.old_shares:g}"
    return {
        "dividend": f"Ex-dividend of {action.amount:.3f} TND.",
        "split": f"Split: {shares} shares.",
        "bonus": f"Bonus issue: {shares} shares.",
        "rights": f"Rights issue: {shares} shares at {action.amount:.3f} TND.",
    }[action.kind]
