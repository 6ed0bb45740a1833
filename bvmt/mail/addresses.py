"""Names and addresses of people, as operators enter them. Pure."""

from __future__ import annotations

from email.utils import parseaddr

from email_validator import EmailNotValidError, validate_email

from bvmt.errors import ActionRefused

NAME_CHARACTERS = 100


def checked_address(written: str) -> str:
    """The address without blanks around it, its domain in ASCII.

    Raises ActionRefused for what is none, and for one that plain SMTP cannot carry: not ASCII before the @.
    """
    try:
        found = validate_email(written.strip(), allow_smtputf8=False, check_deliverability=False)
    except EmailNotValidError as error:
        raise ActionRefused(f"{written.strip()!r} is no e-mail address: {error}") from error
    return found.ascii_email or found.normalized


def checked_name(written: str) -> str:
    """The name without blanks around it.

    Raises ActionRefused for an empty one, one above 100 characters and one with line breaks or control characters,
    which could add headers of their own to a mail.
    """
    name = written.strip()
    if not name or len(name) > NAME_CHARACTERS:
        raise ActionRefused(f"A name has 1 to {NAME_CHARACTERS} characters.")
    if not name.isprintable():
        raise ActionRefused("A name holds no line breaks or control characters.")
    return name


def parted_sender(mail_from: str) -> tuple[str, str]:
    """Name and address in MAIL_FROM, which the settings have checked. The name may be empty."""
    return parseaddr(mail_from)


def masked(address: str) -> str:
    """An address for people who need not know it: `a…@example.tn`."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}…@{domain}"
