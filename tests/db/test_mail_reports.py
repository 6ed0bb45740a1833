"""A stored report as it reaches its subscribers."""

from __future__ import annotations

from email.message import EmailMessage
from uuid import uuid4

import pytest

from bvmt.clock import now
from bvmt.mail.writing import eml
from bvmt.reports.content import Report
from bvmt.reports.pdf import pdf
from bvmt.store import reports
from bvmt.store.deliveries import put_report
from bvmt.store.engine import transaction
from tests.db.mail_desk import MailDesk
from tests.unit.mail.smtp_world import read_mail
from tests.unit.reports.sample_reports import movers_table, report, section

DAILY, WEEKLY = report(), report("weekly")


def shelve(desk: MailDesk, report: Report) -> bytes:
    """Store a report in English and leave it to the mail, as its job does. Returns the PDF."""
    drawn = pdf(report, "en")
    made = uuid4()
    with transaction(desk.engine) as conn:
        reports.add_report(
            conn, report, drawn, id=made, period=(report.first_day, report.last_day), language="en", run_id=None,
            asked_by=None,
        )  # fmt: skip
        put_report(conn, made, report.kind)
    return drawn


def body(mail: EmailMessage, kind: str) -> str:
    """One of the two bodies of a mail."""
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def attached(mail: EmailMessage) -> EmailMessage:
    """The one file of a mail."""
    (file,) = mail.iter_attachments()
    assert isinstance(file, EmailMessage)
    return file


def test_a_daily_report_arrives_as_html_and_text_with_charts_inside_and_the_stored_pdf(mail_desk: MailDesk) -> None:
    mail_desk.subscribe("amel@example.tn", daily=True)
    drawn = shelve(mail_desk, DAILY)
    mail_desk.rounds()
    ((_, mail),) = mail_desk.world.handler.taken
    html = body(mail, "html")
    pictures = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert pictures
    for picture in pictures:
        assert f"cid:{picture['Content-ID'].strip('<>')}" in html
        assert picture.get_content().startswith(b"\x89PNG")
    assert html.count("cid:") == len(pictures)
    assert attached(mail).get_content() == drawn
    assert attached(mail).get_filename() == f"daily-report-{DAILY.last_day}-simulated.pdf"
    assert "Unsubscribe: https://desk.example.tn/api/mail/unsubscribe/" in body(mail, "plain")
    assert "kind=daily" in mail["List-Unsubscribe"]
    assert mail_desk.delivery().subject == "Daily Report, 24 Nov 2026"


def test_each_gets_the_report_in_his_own_language_with_its_pdf(mail_desk: MailDesk) -> None:
    mail_desk.subscribe("amel@example.tn", daily=True, language="fr")
    drawn = shelve(mail_desk, DAILY)
    mail_desk.rounds()
    ((_, mail),) = mail_desk.world.handler.taken
    assert mail["Subject"].startswith("Rapport quotidien, ")
    assert mail["Subject"].endswith(" (données simulées)")
    assert '<html lang="fr">' in body(mail, "html")
    content = attached(mail).get_content()
    assert content.startswith(b"%PDF")
    assert content == pdf(DAILY, "fr") != drawn


def test_hostile_words_in_a_report_add_no_header_no_markup_and_no_file(mail_desk: MailDesk) -> None:
    mail_desk.subscribe("amel@example.tn", weekly=True)
    names = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "Bank\r\nBcc: all@example.tn")
    shelve(mail_desk, report("weekly", sections=(section("hostile", names[0], movers_table("rows", 9, names)),)))
    mail_desk.rounds()
    ((_, mail),) = mail_desk.world.handler.taken
    html = body(mail, "html")
    assert mail["Bcc"] is None
    assert "<script" not in html.lower()
    assert "<img src=x" not in html
    assert "&lt;script&gt;" in html
    assert attached(mail).get_content_type() == "application/pdf"


def test_a_weekly_report_goes_to_its_own_subscribers(mail_desk: MailDesk) -> None:
    mail_desk.subscribe("daily@example.tn", daily=True)
    mail_desk.subscribe("weekly@example.tn", weekly=True, alerts=False)
    shelve(mail_desk, WEEKLY)
    mail_desk.rounds()
    ((address, mail),) = mail_desk.world.handler.taken
    assert address == "weekly@example.tn"
    assert mail["Subject"].startswith("Weekly Report, ")


@pytest.mark.parametrize("kind", ["html", "plain"])
def test_the_file_of_a_report_mail_says_the_same(mail_desk: MailDesk, kind: str) -> None:
    mail_desk.subscribe("amel@example.tn", daily=True)
    shelve(mail_desk, DAILY)
    mail_desk.rounds()
    ((_, mail),) = mail_desk.world.handler.taken
    content = eml(mail_desk.engine, mail_desk.settings(), now, mail_desk.delivery().id)
    assert body(read_mail(content), kind) == body(mail, kind)
