"""From arrays to a list: which listings' sessions are anomalies, with their findings, severity and numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite

import numpy as np

from bvmt.market.anomalies.explanations import Explanations
from bvmt.market.anomalies.findings import Anomaly, Finding, sentence
from bvmt.market.anomalies.history import Flags, Floats
from bvmt.market.anomalies.patterns import PUMP_SESSIONS, Pattern, Scene
from bvmt.market.anomalies.rules import Rules
from bvmt.market.anomalies.severity import (
    UNCONFIRMED,
    core,
    evidence,
    level,
    price_part,
    severity,
    too_few_ticks,
    volume_part,
)

_NOTABLE = 0.25
"""Core from which a session is listed although neither rule nor pattern names it: the level low."""

_CALLED_OFF_BY_NEWS = frozenset({"pump", "dump"})
"""Patterns that are none once company news came out meanwhile; they are told, and do not add to the severity."""


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """Everything seen in the chosen sessions; `under_way` (chosen sessions,) tells which have not ended."""

    scene: Scene
    patterns: Sequence[Pattern]
    under_way: Flags


@dataclass(frozen=True, slots=True, eq=False)
class _Verdicts:
    """The plain rules' answers and the parts of the severity, each (chosen sessions, listings)."""

    volume_rule: Flags
    price_rule: Flags
    unconfirmed: Flags
    parts: dict[str, Floats]

    @property
    def notable(self) -> Flags:
        """Where the core alone is worth a line."""
        return self.parts["core"] >= _NOTABLE


def anomalies(sight: Sight, explanations: Explanations, rules: Rules) -> Iterator[Anomaly]:
    """Yield the anomalies of what was seen, in no order that means anything."""
    verdicts = _judge(sight.scene, rules)
    patterns = [*_rule_patterns(sight.scene, verdicts), *sight.patterns]
    named = np.any([pattern.strength > 0 for pattern in patterns if pattern.kind != "outlier"], axis=0)
    for place, column in np.argwhere(named):
        yield _anomaly(sight, verdicts, patterns, explanations, int(place), int(column))


def _judge(scene: Scene, rules: Rules) -> _Verdicts:
    measures = scene.measures
    unconfirmed = scene.moves.unconfirmed[scene.rows]
    enough = (measures.sessions >= rules.volume_least) & (measures.turnover >= rules.turnover_floor)
    far = (np.abs(measures.move) > rules.price_move + _ROUNDING) & ~too_few_ticks(measures, rules)
    volume, price, proof = volume_part(measures), price_part(measures, scene.limits, rules), evidence(measures)
    whole = core(volume, price, proof)
    return _Verdicts(
        volume_rule=enough & (measures.ratio > rules.volume_factor),
        price_rule=far & ~unconfirmed,
        unconfirmed=unconfirmed,
        parts={"volume_part": volume, "price_part": price, "evidence": proof, "core": whole},
    )


def _rule_patterns(scene: Scene, verdicts: _Verdicts) -> list[Pattern]:
    """The plain rules, blocks and moved references, in the form of patterns that do not count twice in the severity."""
    measures = scene.measures
    prior = scene.moves.prior[scene.rows]
    traded = {"volume": measures.volume, "ratio": measures.ratio, "sessions": measures.sessions}
    priced = {"close": measures.close, "base": measures.base, "move": measures.move}
    both = {"turnover": measures.turnover, "turnover_ratio": measures.turnover / measures.mean_turnover}
    whole = {"volume": measures.volume_with_block, "ratio": measures.volume_with_block / measures.mean_volume}
    stepped = {"base": measures.base, "prior": prior, "step": measures.base / prior - 1}
    alone = verdicts.notable & ~verdicts.volume_rule & ~verdicts.price_rule & ~verdicts.unconfirmed
    return [
        Pattern("corporate_action", np.where(verdicts.unconfirmed, 1.0, 0.0), stepped, counts=False),
        _told(verdicts.volume_rule, "volume_spike", verdicts.parts["volume_part"], traded),
        _told(verdicts.price_rule, "price_move", verdicts.parts["price_part"], priced),
        _told(alone, "volume_and_move", verdicts.parts["core"], {**both, "move": measures.move}),
        _told(measures.block > 0, "block_trade", np.ones_like(measures.block), {**whole, "block": measures.block}),
    ]


_ROUNDING = 1e-9
"""10.50 against 10.00 is 5 % and not more, whatever binary fractions make of it."""

_FAINTEST = 0.01
"""A rule that is broken has at least this strength, whatever the parts of the severity say."""


def _told(where: Flags, kind: str, strength: Floats, numbers: dict[str, Floats]) -> Pattern:
    return Pattern(kind, np.where(where, np.maximum(strength, _FAINTEST), 0.0), numbers, counts=False)


def _anomaly(
    sight: Sight, verdicts: _Verdicts, patterns: Sequence[Pattern], explanations: Explanations, place: int, column: int
) -> Anomaly:
    history, row = sight.scene.history, int(sight.scene.rows[place])
    isin, day, before = history.isins[column], history.sessions[row], _before(history.sessions, row)
    seen = [pattern for pattern in patterns if pattern.strength[place, column] > 0]
    partial, unconfirmed = bool(sight.under_way[place]), bool(verdicts.unconfirmed[place, column])
    factor, told = explanations.of(isin, day, before)
    news = explanations.has_news(isin, history.sessions[max(row - PUMP_SESSIONS, 0)], day)
    counted = [each for each in seen if each.counts and not (news and each.kind in _CALLED_OFF_BY_NEWS)]
    strongest = round(max((float(each.strength[place, column]) for each in counted), default=0.0), 6)
    context = UNCONFIRMED if unconfirmed else factor
    worth = round(severity(float(verdicts.parts["core"][place, column]), strongest, context), 6)
    return Anomaly(
        isin=isin,
        session=day,
        severity=worth,
        level=level(worth),
        volume_rule=bool(verdicts.volume_rule[place, column]),
        price_rule=bool(verdicts.price_rule[place, column]),
        unconfirmed=unconfirmed,
        findings=tuple(_finding(each, place, column, partial) for each in seen),
        explanations=(*told, *_market(sight.scene, place, column)),
        numbers={**_numbers(sight, verdicts, place, column), "pattern": strongest, "context": context},
        partial=partial,
    )


def _before(sessions: Sequence[date], row: int) -> date:
    return sessions[row - 1] if row else sessions[0] - timedelta(days=7)


def _finding(pattern: Pattern, place: int, column: int, partial: bool) -> Finding:
    numbers = _known(pattern.numbers, place, column)
    text = sentence(pattern.kind, numbers, partial=partial)
    return Finding(pattern.kind, round(float(pattern.strength[place, column]), 4), text, numbers)


def _market(scene: Scene, place: int, column: int) -> list[str]:
    move, own = scene.measures.move[place, column], scene.measures.own_move[place, column]
    if not isfinite(own) or own == move:
        return []
    return [f"Agitated market: of the move of {move * 100:+.1f} % the share's own part is {own * 100:+.1f} %."]


def _numbers(sight: Sight, verdicts: _Verdicts, place: int, column: int) -> dict[str, float]:
    measures = sight.scene.measures
    names = (
        "close",
        "base",
        "move",
        "own_move",
        "volume",
        "mean_volume",
        "ratio",
        "sessions",
        "turnover",
        "mean_turnover",
    )
    arrays = {name: getattr(measures, name) for name in (*names, "trades", "mean_trades", "block")}
    return _known({**arrays, **verdicts.parts}, place, column)


def _known(arrays: Mapping[str, Floats], place: int, column: int) -> dict[str, float]:
    """The finite numbers among `arrays` at one place, to six digits: what JSON can carry."""
    values = {name: float(array[place, column]) for name, array in arrays.items()}
    return {name: float(f"{value:.6g}") for name, value in values.items() if isfinite(value)}
