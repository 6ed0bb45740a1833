"""A report's words and figures in one language: message catalogues, numbers, dates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from gettext import c2py
from pathlib import Path
from string import Formatter
from typing import Literal, assert_never
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po

from bvmt.errors import BvmtError
from bvmt.reports.content import Day, Message, Missing, Moment, Number, Phrase, Value, Words
from bvmt.reports.figures import figure
from bvmt.reports.foreign_words import clean, web_address

LanguageCode = Literal["en", "fr"]
LANGUAGES: tuple[LanguageCode, ...] = ("en", "fr")

CATALOGUES = Path(__file__).parent / "catalogues"

# English as Europe writes it: the day before the month, the clock up to 24.
_LOCALES: dict[LanguageCode, str] = {"en": "en_GB", "fr": "fr"}
_MOMENTS: dict[LanguageCode, str] = {"en": "d MMM y, HH:mm", "fr": "d MMM y, HH:mm"}


class UnknownMessage(BvmtError):
    """A catalogue lacks a message, or a message lacks the value for one of its places."""

    permanent = True


@dataclass(frozen=True)
class Span:
    """A piece of a line: text that is written as it stands, and the address behind it, if it is a link.

    `foreign` tells words of others from ours: they may run from right to left and stand apart from what surrounds them.
    """

    text: str
    url: str | None = None
    foreign: bool = False


@dataclass(frozen=True)
class Catalogue:
    """The messages of a language: by key the forms, one or one a plural, and which form a count takes."""

    messages: dict[str, tuple[str, ...]]
    plural: Callable[[int], int]


@cache
def catalogue(code: LanguageCode) -> Catalogue:
    """Read all files of a language. Raises UnknownMessage where two files hold the same key."""
    messages: dict[str, tuple[str, ...]] = {}
    rule = "n != 1"
    for path in sorted((CATALOGUES / code).glob("*.po")):
        with path.open("rb") as file:
            book = read_po(file, locale=_LOCALES[code], abort_invalid=True)
        rule = book.plural_expr
        for entry in book:
            if not entry.id:
                continue
            key = entry.id[0] if isinstance(entry.id, (tuple, list)) else entry.id
            if key in messages:
                raise UnknownMessage(f"{path.name} ({code}) holds the message {key!r}, as another catalogue does.")
            forms = entry.string if isinstance(entry.string, (tuple, list)) else (entry.string,)
            if all(forms):
                messages[key] = tuple(str(form) for form in forms)
    return Catalogue(messages, c2py(rule))


@dataclass(frozen=True)
class Language:
    """One language and the time zone of a report. Its texts are plain: who renders them escapes them."""

    code: LanguageCode
    zone: str = "Africa/Tunis"

    def text(self, message: Message) -> str:
        """Return the message with its places filled. Raises UnknownMessage, which names the key."""
        return self.show(message)

    def word(self, key: str) -> str:
        """Return the message of a key that has no places."""
        return self.show(Message(key=key))

    def show(self, value: Value, *, brief: bool = False) -> str:
        """Return a value as text. `brief` leaves out the currency where a table's note or an axis names it."""
        return "".join(span.text for span in self.spans(value, brief=brief))

    def sentences(self, messages: tuple[Message, ...]) -> str:
        """Return messages one after the other as one paragraph."""
        return " ".join(self.text(message) for message in messages)

    def spans(self, value: Value, *, brief: bool = False) -> tuple[Span, ...]:
        """Return a value as pieces of text, those of others set apart and with their links."""
        match value:
            case Number():
                return (Span(figure(value.value, value.form, self.code, self._unit, brief=brief)),)
            case Day():
                return (Span(format_date(value.value, "medium", locale=self.locale)),)
            case Moment():
                there = value.value.astimezone(ZoneInfo(self.zone))
                return (Span(format_datetime(there, _MOMENTS[self.code], locale=self.locale)),)
            case Words():
                return (Span(clean(value.value), web_address(value.url), foreign=True),)
            case Missing():
                return tuple(self._filled(value.why, value.values))
            case Message():
                return tuple(self._filled(value.key, value.values))
            case Phrase():
                return tuple(self._joined(value, brief))
            case _:
                assert_never(value)

    def has(self, key: str) -> bool:
        """Whether the catalogues hold the key."""
        return key in catalogue(self.code).messages

    @property
    def locale(self) -> Locale:
        """Babel's locale of the language, for dates."""
        return _locale(self.code)

    def _unit(self, key: str) -> str:
        return self._form(key, {})

    def _joined(self, phrase: Phrase, brief: bool) -> Iterator[Span]:
        for number, part in enumerate(phrase.parts):
            if number:
                yield Span(phrase.joint)
            yield from self.spans(part, brief=brief)

    def _filled(self, key: str, values: dict[str, Value]) -> Iterator[Span]:
        for literal, place, _, _ in _pieces(self._form(key, values)):
            if literal:
                yield Span(literal)
            if place is None:
                continue
            if place not in values:
                raise UnknownMessage(f"The message {key!r} ({self.code}) has a place {{{place}}} and no value for it.")
            yield from self.spans(values[place])

    def _form(self, key: str, values: dict[str, Value]) -> str:
        forms = catalogue(self.code).messages.get(key)
        if forms is None:
            raise UnknownMessage(f"The {self.code} catalogues lack the message {key!r}.")
        if len(forms) == 1:
            return forms[0]
        count = values.get("n")
        if not isinstance(count, Number):
            raise UnknownMessage(f"The message {key!r} ({self.code}) has plural forms and no number n to choose by.")
        return forms[catalogue(self.code).plural(abs(int(count.value)))]


@cache
def _locale(code: LanguageCode) -> Locale:
    return Locale.parse(_LOCALES[code])


@cache
def _pieces(form: str) -> tuple[tuple[str, str | None, str | None, str | None], ...]:
    return tuple(Formatter().parse(form))
