"""Brings messages out of the outbox: groups alerts, claims what is due, hands it over, records what came of it.

The order is what counts. A mail is written first, then claimed in a transaction of its own, and only then a server
is asked to take it. So a process that dies at any moment leaves either a delivery that nobody has begun, or one that
is marked as under way; the latter becomes `unknown`, and is never sent again by itself.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from bvmt.clock import Clock, monotonic
from bvmt.errors import BvmtError, DatabaseAway, SourceError, StoreError
from bvmt.mail.outcome import Outcome, Verdict
from bvmt.mail.ways import MailWay, mail_way, why_held
from bvmt.mail.writing import Writer
from bvmt.settings import Settings
from bvmt.sources.alert_addresses import ALERT_ADDRESSES, AlertAddresses
from bvmt.store import Connection, Engine, dispatching
from bvmt.store.alerts import group_alerts
from bvmt.store.deliveries import Delivery, DeliveryChannel, DeliveryState
from bvmt.store.engine import store_errors, transaction
from bvmt.store.outbox import settle_messages
from bvmt.store.subscribers import cancel_unwanted

log = logging.getLogger(__name__)

BATCH = 20  # deliveries looked at together; each is claimed by itself
NOTE_SECONDS = 30.0  # how often a way that works is noted to work


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds between things.

    `idle`: between two looks. A try that failed is followed by `retry` x 2^(tries-1), at most `longest_retry`; a way
    that takes nothing at all is left alone for `way`, doubled each time up to `longest_way`. `record`: between two
    tries to record what came of a mail while the database is away.
    """

    idle: float = 5.0
    retry: float = 60.0
    longest_retry: float = 3600.0
    way: float = 5.0
    longest_way: float = 300.0
    record: float = 0.5


class _WayState:
    """How one way out is doing, as this process sees it."""

    def __init__(self) -> None:
        self.failures = 0
        self.closed_until = float("-inf")
        self.noted_at = float("-inf")


class Deliverer:
    """Brings messages out, round by round; `bvmt.mail.dispatcher` runs it. For one thread only.

    `me` tells the present id of this instance. `stopping`, once set, ends a round after the mail in hand.
    """

    def __init__(
        self,
        *,
        engine: Engine,
        settings: Settings,
        me: Callable[[], UUID],
        clock: Clock,
        stopping: threading.Event | None = None,
        way: MailWay | None = None,
        pauses: Pauses | None = None,
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._me = me
        self._stopping = stopping or threading.Event()
        self._way = way or mail_way(settings, clock)
        self._alerts = AlertAddresses.from_settings(settings)
        self._pauses = pauses or Pauses()
        self._writer = Writer(engine, settings, clock)
        self._states = {DeliveryChannel.MAIL: _WayState(), DeliveryChannel.ALERT: _WayState()}
        self._unanswered: list[tuple[UUID, UUID]] = []  # claims whose answer the database owes us

    def round(self) -> float:
        """Do all that is to be done now. Returns the seconds until the next round is worth while.

        Raises StoreError where the database is away.
        """
        self._tidy()
        done = 0
        while not self._stopping.is_set():
            due = self._due()
            handled = [self._deliver(delivery) for delivery in due if not self._stopping.is_set()]
            done += sum(handled)
            if not any(handled):
                break
        if done:
            self._settle()
        return self._pauses.idle

    def close(self) -> None:
        """Let go of connections."""
        if self._way is not None:
            self._way.close()

    def _tidy(self) -> None:
        """Put deliveries right: what others lost, what is unwanted, what can or cannot go out, alerts to group."""
        with store_errors(), transaction(self._engine) as conn:
            for delivery_id, claim in self._unanswered:
                dispatching.release(conn, delivery_id, claim)
        self._unanswered.clear()
        with store_errors(), transaction(self._engine) as conn:
            if not dispatching.alone(conn):
                return
            if lost := dispatching.mark_lost(conn):
                log.warning("%d deliveries were under way in processes that ended; they may have arrived or not", lost)
            cancel_unwanted(conn)
            group_alerts(
                conn,
                minutes=self._settings.alert_group_minutes,
                addresses=self._alerts.shown,
                language=self._settings.report_language,
            )
            if self._way is None:
                dispatching.hold_mail(conn, why_held(self._settings))
            else:
                dispatching.let_go(conn)
            settle_messages(conn)

    def _settle(self) -> None:
        with store_errors(), self._engine.connect() as conn:
            settle_messages(conn)

    def _due(self) -> Sequence[Delivery]:
        open_ways = [channel for channel, state in self._states.items() if state.closed_until <= monotonic()]
        if self._way is None and DeliveryChannel.MAIL in open_ways:
            open_ways.remove(DeliveryChannel.MAIL)
        with store_errors(), self._engine.connect() as conn:
            if DeliveryChannel.MAIL in open_ways and not dispatching.allowance(conn, rate=self._settings.mail_rate):
                open_ways.remove(DeliveryChannel.MAIL)
            return dispatching.list_due(conn, channels=open_ways, limit=BATCH) if open_ways else []

    def _deliver(self, delivery: Delivery) -> bool:
        """Deliver one. False: nothing came of it, for somebody else has it or its way is closed."""
        state = self._states[delivery.channel]
        if state.closed_until > monotonic():
            return False
        if delivery.channel is DeliveryChannel.ALERT:
            return self._hand_over(delivery, lambda: self._tell(delivery))
        assert self._way is not None
        try:
            parcel = self._writer.parcel(delivery)
        except StoreError:
            raise
        except Exception as error:
            log.exception("Delivery %s cannot be written", delivery.id)
            return self._hand_over(delivery, _unwritable(error))
        way = self._way
        try:
            way.open()
        except SourceError as error:
            self._close_way(delivery.channel, str(error))
            return False
        return self._hand_over(delivery, lambda: way.send(parcel))

    def _tell(self, delivery: Delivery) -> Outcome:
        try:
            letter = self._writer.letter(delivery.message_id, delivery.language)
        except BvmtError as error:
            return Outcome(Verdict.NEVER, str(error))
        return self._alerts.send(delivery.address, letter)

    def _hand_over(self, delivery: Delivery, send: Callable[[], Outcome]) -> bool:
        claim = uuid4()
        self._unanswered.append((delivery.id, claim))
        with store_errors(), self._engine.connect() as conn:
            taken = dispatching.claim(conn, delivery.id, claim=claim, me=self._me(), rate=self._settings.mail_rate)
        self._unanswered.pop()
        if not taken:
            return False
        outcome = send()
        self._note(delivery, outcome)
        self._record(delivery, claim, outcome)
        return outcome.verdict is not Verdict.UNTOUCHED

    def _note(self, delivery: Delivery, outcome: Outcome) -> None:
        """What the outcome says of the way that it took."""
        if outcome.verdict is Verdict.UNTOUCHED:
            self._close_way(delivery.channel, outcome.words)
            return
        if outcome.verdict is not Verdict.SENT:
            log.warning("Delivery %s of message %d: %s, %s", delivery.id, delivery.message_id, *_told(outcome))
            return
        state = self._states[delivery.channel]
        if state.failures or monotonic() - state.noted_at > NOTE_SECONDS:
            state.failures, state.noted_at = 0, monotonic()
            self._write_way(delivery.channel, None)

    def _close_way(self, channel: DeliveryChannel, error: str) -> None:
        state, pauses = self._states[channel], self._pauses
        wait = min(pauses.way * 2.0**state.failures, pauses.longest_way)
        state.failures += 1
        state.closed_until = monotonic() + wait
        log.warning("Nothing goes out for %.0f s: %s", wait, error)
        self._write_way(channel, error)

    def _write_way(self, channel: DeliveryChannel, error: str | None) -> None:
        name = self._way.name if channel is DeliveryChannel.MAIL and self._way is not None else ALERT_ADDRESSES
        try:
            with store_errors(), self._engine.connect() as conn:
                dispatching.note_way(conn, name, error)
        except StoreError as away:
            log.warning("How the %s is doing could not be written down: %s", name, away)

    def _record(self, delivery: Delivery, claim: UUID, outcome: Outcome) -> None:
        """Write down what became of it, as long as that takes: forgotten, it would be unknown for ever."""
        while True:
            try:
                with store_errors(), self._engine.connect() as conn:
                    self._write_outcome(conn, delivery, claim, outcome)
                return
            except DatabaseAway as error:
                log.warning("The end of delivery %s is not recorded yet: %s", delivery.id, error)
                if self._stopping.wait(self._pauses.record):
                    raise

    def _write_outcome(self, conn: Connection, delivery: Delivery, claim: UUID, outcome: Outcome) -> None:
        key = (conn, delivery.id, claim)
        tries = delivery.tries + 1
        match outcome.verdict:
            case Verdict.SENT:
                dispatching.record_sent(*key, outcome.words)
            case Verdict.UNTOUCHED:
                dispatching.release(*key)
            case Verdict.LATER if tries < self._settings.mail_max_tries:
                dispatching.record_later(*key, outcome.words, wait_seconds=self._wait(tries))
            case Verdict.LATER:
                reason = f"Given up after {tries} tries. {outcome.words}"
                dispatching.record_over(*key, outcome.words, state=DeliveryState.DEAD, reason=reason)
            case Verdict.NEVER:
                reason = f"Refused for good: {outcome.words}"
                dispatching.record_over(*key, outcome.words, state=DeliveryState.DEAD, reason=reason)
            case Verdict.UNKNOWN:
                reason = f"It may have arrived or not; send it again if it did not. {outcome.words}"
                dispatching.record_over(*key, outcome.words, state=DeliveryState.UNKNOWN, reason=reason)

    def _wait(self, tries: int) -> float:
        wait = min(self._pauses.retry * 2.0 ** (tries - 1), self._pauses.longest_retry)
        # Jitter keeps the mails of one report from knocking again all at once.
        return wait * (1 + random.random() / 4)


def _unwritable(error: Exception) -> Callable[[], Outcome]:
    permanent = isinstance(error, BvmtError) and error.permanent
    words = str(error) if isinstance(error, BvmtError) else f"It cannot be written: {type(error).__name__}"
    return lambda: Outcome(Verdict.NEVER if permanent else Verdict.LATER, words)


def _told(outcome: Outcome) -> tuple[str, str]:
    return str(outcome.verdict), outcome.words
