"""How the marks of a text add up: pairs of movement and noun, negation, intensifiers, contrast, questions."""

from __future__ import annotations

from dataclasses import dataclass, field

from bvmt.news.meanings import Meaning

_AFTER, _BEFORE, _SAME_NOUN = 5, 6, 6
_INTENSIFIER_REACH = 3
_NEGATION_GAP = 4
_AND = frozenset({"et", "w", "wel", "and"})
_QUIET_DIRECTION = 0.25
_PAIRED = 0.5
_NEGATED_GOOD, _NEGATED_BAD = -0.9, -0.6
_PERCENT = 0.35
_AFTER_CONTRAST, _BEFORE_CONTRAST, _CONCEDED = 1.3, 0.4, 0.25
_QUESTION = 0.3


@dataclass(slots=True)
class Mark:
    """A word or phrase of a text that does something: the tokens from `place` to before `after`.

    `value` is None until it is known to carry a sound of its own. `notes` say what turned it.
    """

    place: int
    after: int
    meaning: Meaning
    clause: int
    sentence: int
    closes: bool = False
    negated: bool = False
    value: float | None = None
    notes: list[str] = field(default_factory=list)
    spent: bool = False


@dataclass(slots=True)
class Weighed:
    """What the marks of a text come to: the sum, the sum of the amounts, and what was left of it for calm's sake."""

    total: float
    amount: float
    calm: float


def percent_meaning(sign: int) -> Meaning:
    """Return what a signed percentage (`+2,5 %`) stands for."""
    return Meaning(weight=_PERCENT * sign)


def weigh(marks: list[Mark], words: list[str], questions: set[int]) -> Weighed:
    """Give each mark its value and add them up.

    `words` are all tokens of the text, for the notes; `questions` the sentences that end with a question mark.
    """
    _pair(marks, words)
    for n, mark in enumerate(marks):
        if mark.value is None and not mark.spent and not _is_second_half(mark, marks[:n]):
            mark.value = _own_value(mark.meaning)
    _intensify(marks, words)
    for mark in marks:
        if mark.negated:
            _turn(mark, words[mark.place])
    _negate(marks, words)
    _contrast(marks, words)
    calm: dict[int, float] = {}
    for mark in marks:
        if mark.meaning.calm is not None:
            calm[mark.sentence] = min(calm.get(mark.sentence, 1.0), mark.meaning.calm)
    total = amount = 0.0
    for mark in marks:
        if mark.value:
            if mark.sentence in questions:
                mark.value *= _QUESTION
                mark.notes.append("in a question")
            mark.value *= calm.get(mark.sentence, 1.0)
            total += mark.value
            amount += abs(mark.value)
    return Weighed(total, amount, min(calm.values(), default=1.0) * (_QUESTION if questions else 1.0))


def _own_value(meaning: Meaning) -> float | None:
    if meaning.weight is not None:
        return meaning.weight or None
    if meaning.direction is not None and abs(meaning.direction) > _QUIET_DIRECTION:
        return meaning.direction
    return None


def _pair(marks: list[Mark], words: list[str]) -> None:
    """Let each movement act on the noun nearest to it: a rise of profits is good, one of debts is bad.

    The noun stands in the same clause, up to 5 words behind the movement or 6 before it, with no other movement in
    between. A movement that follows another without a noun of its own speaks of the same: "debts fall to a low".
    """
    said_of: tuple[Mark, float] | None = None
    for n, move in enumerate(marks):
        if move.meaning.direction is None or _is_second_half(move, marks[:n]):
            continue
        best: tuple[int, Mark] | None = None
        for step, reach in ((1, _AFTER), (-1, _BEFORE)):
            at = n + step
            while 0 <= at < len(marks):
                other = marks[at]
                distance = other.place - move.after if step > 0 else move.place - other.after
                if distance > reach or _parts(other, move, words):
                    break
                if other.meaning.noun is not None and not other.spent:
                    if best is None or distance + (step < 0) < best[0]:
                        best = (distance, other)
                    break
                at += step
        if best is not None:
            noun = best[1]
            noun.spent, noun.value = True, None
            said_of = (move, noun.meaning.noun or 0.0)
            move.notes.append(f"of {words[noun.place]}")
        elif said_of and (said_of[0].clause != move.clause or move.place - said_of[0].after > _SAME_NOUN):
            said_of = None
        if said_of:
            said_of = (move, said_of[1])
            direction = move.meaning.direction
            move.value = max(abs(direction), _PAIRED) * (1 if direction > 0 else -1) * said_of[1]


def _intensify(marks: list[Mark], words: list[str]) -> None:
    for n, mark in enumerate(marks):
        factor = mark.meaning.factor
        if factor is None:
            continue
        nearest: tuple[float, Mark] | None = None
        for at in (n + 1, n - 1, n + 2, n - 2):
            if 0 <= at < len(marks) and marks[at].value and marks[at].clause == mark.clause:
                other = marks[at]
                distance = other.place - mark.after if at > n else mark.place - other.after + 0.5
                if distance <= _INTENSIFIER_REACH and (nearest is None or distance < nearest[0]):
                    nearest = (distance, other)
        if nearest is not None and nearest[1].value and nearest[1] is not mark:
            nearest[1].value *= factor
            nearest[1].notes.append(f"{'stronger' if factor > 1 else 'weaker'} by {words[mark.place]}")


def _negate(marks: list[Mark], words: list[str]) -> None:
    for n, mark in enumerate(marks):
        reach = mark.meaning.negation
        if reach is None or mark.value:
            continue
        if reach == 0:
            _close_tunisian(mark, marks[n + 1 :], words)
            continue
        first_half = next((each for each in reversed(marks[:n]) if _opens(each, mark)), None)
        if reach < 0 and first_half is None:
            continue
        start = first_half.place if first_half is not None else mark.place
        for other in marks:
            if other.value and other.clause == mark.clause and start < other.place < mark.after + abs(reach):
                _turn(other, words[mark.place])


def _parts(other: Mark, move: Mark, words: list[str]) -> bool:
    """Whether a mark stands between a movement and what it may speak of: clause end, contrast, movement, an `and`."""
    meaning = other.meaning
    another = meaning.contrast is not None or (meaning.direction is not None and meaning.noun is None)
    between = words[min(move.after, other.after) : max(move.place, other.place)]
    joined = (other.place > move.place and words[other.place].startswith("و")) or not _AND.isdisjoint(between)
    return other.clause != move.clause or another or joined


def _is_second_half(mark: Mark, before: list[Mark]) -> bool:
    """Whether a word that may be a movement (`plus de`) ends a negation here (`n'a plus de`)."""
    return (mark.meaning.negation or 0.0) < 0 and any(_opens(each, mark) for each in before)


def _opens(first: Mark, second: Mark) -> bool:
    near = 0 <= second.place - first.after <= _NEGATION_GAP
    return first.meaning.negation == 0 and first.clause == second.clause and near


def _close_tunisian(first: Mark, later: list[Mark], words: list[str]) -> None:
    """`ma … ch`: the word that ends in -ch within three words is turned round, and so is what it speaks of."""
    for other in later:
        if other.clause != first.clause or other.place - first.after > 2:
            return
        if other.closes and other.value:
            _turn(other, words[first.place])
            return


def _turn(mark: Mark, by: str) -> None:
    note = f"negated by {by}"
    if mark.value and note not in mark.notes:
        mark.value *= _NEGATED_GOOD if mark.value > 0 else _NEGATED_BAD
        mark.notes.append(note)


def _contrast(marks: list[Mark], words: list[str]) -> None:
    for mark in marks:
        contrast = mark.meaning.contrast
        if contrast is None:
            continue
        behind = [other for other in marks if other.value and other.place > mark.place]
        if contrast < 0:
            _concede(mark, [other for other in behind if other.clause == mark.clause], marks, words)
            continue
        for other in marks:
            if other.value and other.place > mark.place:
                other.value *= _AFTER_CONTRAST
            elif other.value:
                other.value *= _BEFORE_CONTRAST
                other.notes.append(f"outweighed after {words[mark.place]}")


def _concede(mark: Mark, conceded: list[Mark], marks: list[Mark], words: list[str]) -> None:
    """`malgré la baisse des revenus` hardly counts where the rest says otherwise; where it agrees it does."""
    said = sum(each.value or 0.0 for each in conceded)
    rest = sum(each.value or 0.0 for each in marks) - said
    if said * rest < 0:
        for each in conceded:
            each.value = (each.value or 0.0) * _CONCEDED
            each.notes.append(f"conceded by {words[mark.place]}")
