"""Addresses of ALERT_URLS: chats, pagers and webhooks, through the apprise library."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Mapping

from bvmt.mail.composing import Letter
from bvmt.mail.outcome import Outcome, Verdict
from bvmt.settings import Settings, alert_addresses, shown_alert_address

ALERT_ADDRESSES = "Alert addresses"


class AlertAddresses:
    """The addresses, each under a fingerprint: they are secrets, and are kept nowhere but in the settings."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self._addresses = dict(addresses)

    @classmethod
    def from_settings(cls, settings: Settings) -> AlertAddresses:
        """Those that the settings hold, which may be none."""
        found = alert_addresses(settings.alert_urls or "")
        return cls({fingerprint(address): address for address in found})

    @property
    def shown(self) -> dict[str, str]:
        """By fingerprint, what may be shown of each."""
        return {key: shown_alert_address(address) for key, address in self._addresses.items()}

    def send(self, key: str, letter: Letter) -> Outcome:
        """Tell one address what the letter says, without its footer.

        The library says whether it worked and no more. One that failed is tried again: an address that took it and
        then answered with an error is told twice.
        """
        address = self._addresses.get(key)
        if address is None:
            return Outcome(Verdict.NEVER, "This address is no longer in ALERT_URLS.")
        shown = shown_alert_address(address)
        try:
            told = _notify(address, letter)
        except Exception as error:  # noqa: BLE001  # 130 plugins, each with errors of its own
            return Outcome(Verdict.LATER, f"{shown} failed: {type(error).__name__}")
        return Outcome(Verdict.SENT, "taken") if told else Outcome(Verdict.LATER, f"{shown} did not take it")


def fingerprint(address: str) -> str:
    """What tells an address from others and gives nothing of it away: 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def _notify(address: str, letter: Letter) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # apprise asks for modules that Python lets go of
        from apprise import Apprise, NotifyFormat  # 27 MB, for those who set an address only

        carrier = Apprise()
        carrier.add(address)
        return bool(carrier.notify(title=letter.subject, body=letter.text, body_format=NotifyFormat.TEXT))
