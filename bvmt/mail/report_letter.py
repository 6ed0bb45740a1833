"""What the mail of a report says, in one language: the report as HTML and text, its charts inline, its PDF attached.

Pure, and slow where the PDF must be drawn in another language than that of the stored one: 0.3 s.
"""

from __future__ import annotations

from babel.dates import format_date

from bvmt.mail.composing import Attachment, Letter, Picture
from bvmt.mail.words import LOCALES, words
from bvmt.reports.content import Report, ReportKind
from bvmt.reports.language import LanguageCode

LANGUAGE_CODES: dict[str, LanguageCode] = {"en": "en", "fr": "fr"}


def report_letter(report: Report, language: str, *, pdf: bytes, pdf_language: str) -> Letter:
    """The letter about `report`. `pdf` is the stored one, which is attached where its language is asked for."""
    # Charts and fonts are imported where a report is mailed, and not with every start.
    from bvmt.reports.html import email_html, plain_text

    code = LANGUAGE_CODES[language]
    html, pictures = email_html(report, code)
    if pdf_language != language:
        from bvmt.reports.pdf import pdf as draw

        pdf = draw(report, code)
    return Letter(
        subject=_subject(report, language),
        text=plain_text(report, code),
        html=html,
        pictures=[Picture(cid, png) for cid, png in pictures],
        attachments=[Attachment(_file_name(report), "application/pdf", pdf)],
    )


def _subject(report: Report, language: str) -> str:
    title = words(language, f"report.{report.kind}")
    first, last = (format_date(day, "medium", locale=LOCALES[language]) for day in (report.first_day, report.last_day))
    subject = words(language, f"report.subject.{report.kind}", title=title, day=last, first=first, last=last)
    return words(language, "report.simulated", subject=subject) if report.simulated else subject


def _file_name(report: Report) -> str:
    simulated = "-simulated" if report.simulated else ""
    if report.kind is ReportKind.DAILY:
        return f"daily-report-{report.last_day}{simulated}.pdf"
    return f"weekly-report-{report.first_day}{simulated}.pdf"
