"""A mail: its parts, its headers, and what hostile names and titles cannot do to it."""

from __future__ import annotations

from email.message import EmailMessage

import pytest

from bvmt.mail.composing import Attachment
from tests.unit.mail.letters import ID, PNG, parcel
from tests.unit.mail.smtp_world import read_mail


def mail(**changes: object) -> EmailMessage:
    """A mail as whoever gets it reads it."""
    return read_mail(parcel(**changes).mail.as_bytes())


def test_text_and_html_stand_beside_each_other_with_charts_inside_and_the_pdf_attached() -> None:
    read = mail()
    assert [part.get_content_type() for part in read.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
    ]
    picture = next(part for part in read.walk() if part.get_content_type() == "image/png")
    assert picture["Content-ID"] == "<index>"
    assert picture.get_content() == PNG
    (file,) = read.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("daily-report-2026-11-20.pdf", b"%PDF-1.7 ...")


def test_accents_and_arabic_arrive_as_they_were_written() -> None:
    read = mail(subject="Rapport été: البنك العربي", text="عربي é\n", name="Héla Trabelsi")
    text = read.get_body(("plain",))
    assert text is not None
    assert read["Subject"] == "Rapport été: البنك العربي"
    assert "عربي é" in text.get_content()
    assert read["To"] == "Héla Trabelsi <amel@example.tn>"


def test_a_mail_is_ascii_in_short_lines_whatever_it_says() -> None:
    content = parcel(text="é" * 5000, html="<p>" + "ع" * 5000).mail.as_bytes()
    assert content.isascii()
    assert max(len(line) for line in content.split(b"\r\n")) <= 998


def test_a_delivery_that_is_sent_again_is_the_same_mail_to_the_reader() -> None:
    assert mail()["Message-ID"] == mail(text="anew")["Message-ID"] == f"<{ID}@desk.example.tn>"


def test_the_footer_with_the_link_stands_in_both_parts() -> None:
    read = mail()
    for kind in ("plain", "html"):
        part = read.get_body((kind,))
        assert part is not None
        assert "subscribed to: Daily Report" in part.get_content()
        assert "https://desk.example.tn/api/mail/unsubscribe/t0ken?kind=daily" in part.get_content()
    html = read.get_body(("html",))
    assert html is not None
    assert html.get_content().rstrip().endswith("</p></body></html>")


def test_mail_programs_can_unsubscribe_with_one_click() -> None:
    read = mail()
    assert read["List-Unsubscribe"] == "<https://desk.example.tn/api/mail/unsubscribe/t0ken?kind=daily>"
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_long_link_stays_a_link() -> None:
    link = f"https://desk.example.tn/api/mail/unsubscribe/{'t' * 300}?kind=daily"
    content = parcel(unsubscribe=link).mail.as_bytes()
    assert f"\r\nList-Unsubscribe: <{link}>\r\n".encode() in content


def test_over_plain_http_there_is_a_link_and_no_one_click() -> None:
    read = mail(unsubscribe="http://desk/api/mail/unsubscribe/t0ken?kind=daily")
    assert read["List-Unsubscribe"] == "<http://desk/api/mail/unsubscribe/t0ken?kind=daily>"
    assert read["List-Unsubscribe-Post"] is None


def test_without_a_public_address_an_answer_unsubscribes() -> None:
    assert mail(unsubscribe=None)["List-Unsubscribe"] == "<mailto:jobs@desk.example.tn?subject=unsubscribe>"


@pytest.mark.parametrize("where", ["subject", "name"])
@pytest.mark.parametrize(
    "evil",
    [
        "Report\r\nBcc: all@example.tn",
        "Report\nBcc: all@example.tn",
        "Report\rBcc: all@example.tn",
        "Report\u2028Bcc: all@example.tn",
        "Report\x0bBcc: all@example.tn",
        "Report\0\r\n\r\nBcc: all@example.tn",
    ],
)
def test_no_title_and_no_name_adds_a_header(where: str, evil: str) -> None:
    read = mail(**{where: evil})
    assert read["Bcc"] is None
    assert "Bcc: all" in str(read["Subject" if where == "subject" else "To"])
    assert len(read.get_all("To", [])) == 1


@pytest.mark.parametrize("address", ["a@b.tn\r\nBcc: c@d.tn", "a@b.tn, c@d.tn", "nobody", "<a@b.tn> x"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError):
        parcel(address=address)


def test_a_file_name_adds_no_header_either() -> None:
    read = mail(attachments=(Attachment('x.pdf"\r\nBcc: a@b.tn', "application/pdf", b"x"),))
    assert read["Bcc"] is None
    assert len(list(read.iter_attachments())) == 1


def test_what_no_mail_can_hold_is_replaced() -> None:
    read = mail(text="a\0b \ud800 c\n", subject="half \ud83d")
    text = read.get_body(("plain",))
    assert text is not None
    assert text.get_content().startswith("a\ufffdb ? c")


def test_a_long_subject_is_cut() -> None:
    assert len(mail(subject="x" * 5000)["Subject"]) == 200
