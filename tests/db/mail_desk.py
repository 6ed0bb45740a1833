"""A desk with subscribers and a mail server, and deliverers to bring messages from one to the other."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bvmt.clock import now
from bvmt.mail.delivery import Deliverer, Pauses
from bvmt.settings import Settings
from bvmt.store import deliveries, dispatching, outbox, subscribers
from bvmt.store.deliveries import Delivery
from bvmt.store.engine import transaction
from bvmt.store.outbox import Message, MessageState
from bvmt.store.subscribers import SubscriberFields
from tests.db.desk import Desk
from tests.unit.mail.smtp_world import MailServerWorld

QUICK = Pauses(idle=0.01, retry=0.0, longest_retry=0.0, way=0.0, longest_way=0.0, record=0.01)
SENDER = "BVMT Jobs <jobs@desk.example.tn>"


class MailDesk(Desk):
    """A desk whose messages go to `world`, once a deliverer's rounds are made."""

    def __init__(self, engine: sa.Engine, world: MailServerWorld) -> None:
        super().__init__(engine)
        self.world = world

    def settings(self, **changes: Any) -> Settings:
        """Those of an installation whose mail server is `world`."""
        ours: dict[str, Any] = {
            "smtp_host": "127.0.0.1",
            "smtp_port": self.world.port,
            "smtp_security": "none",
            "mail_from": SENDER,
            "mail_rate": 6000,
            "alert_group_minutes": 0,
            "public_url": "https://desk.example.tn",
        }
        return Settings(_env_file=None, **(ours | changes))  # type: ignore[call-arg]

    def deliverer(
        self, *, me: UUID | None = None, pauses: Pauses = QUICK, way: Any = None, **settings: Any
    ) -> Deliverer:
        """A deliverer of an instance of its own, or of `me`."""
        instance = me or self.me
        return Deliverer(
            engine=self.engine,
            settings=self.settings(**settings),
            me=lambda: instance,
            clock=now,
            stopping=threading.Event(),
            pauses=pauses,
            way=way,
        )

    def rounds(self, count: int = 1, **how: Any) -> None:
        """Make rounds of one deliverer."""
        made = self.deliverer(**how)
        for _ in range(count):
            made.round()
        made.close()

    def subscribe(self, address: str, name: str = "Amel", **fields: Any) -> UUID:
        """Write a subscriber to alerts down."""
        given = SubscriberFields(name=name, address=address, **({"alerts": True} | fields))
        with transaction(self.engine) as conn:
            return subscribers.add_subscriber(conn, given, by="Amel")

    def subscribe_many(self, count: int) -> list[str]:
        """So many subscribers to alerts, in one statement."""
        self.execute(
            "insert into subscribers (id, name, address, daily, weekly, alerts, language, unsubscribe_token,"
            " created_by, updated_by)"
            " select gen_random_uuid(), 'Reader ' || n, 'reader' || n || '@example.tn', true, true, true, 'en',"
            " repeat('t', 40) || n, 'x', 'x' from generate_series(1, :count) n",
            count=count,
        )
        return [f"reader{n}@example.tn" for n in range(1, count + 1)]

    def alert(self, key: str = "one", **changes: Any) -> None:
        """Leave an alert."""
        payload = {"job": "probe", "name": "Probe", "run": "r", "failures": 1, "since": "2026-11-24T10:00:00Z"}
        message = Message(key, "run_failed", "Probe failed", "disk full", payload | changes)
        with transaction(self.engine) as conn:
            assert outbox.put(conn, message)

    def deliveries(self) -> list[Delivery]:
        """All deliveries, by address."""
        ids = [row[0] for row in self.rows("select id from deliveries order by address")]
        with self.engine.connect() as conn:
            return [found for each in ids if (found := deliveries.find_delivery(conn, each))]

    def delivery(self) -> Delivery:
        """The one delivery."""
        (found,) = self.deliveries()
        return found

    def states(self) -> dict[str, int]:
        """How many deliveries there are in each state."""
        with self.engine.connect() as conn:
            return {str(state): count for state, count in deliveries.count_by_state(conn).items()}

    def message_states(self) -> list[MessageState]:
        """The states of the messages that are no alerts in a group."""
        with self.engine.connect() as conn:
            return [message.state for message in outbox.list_messages(conn)]

    def ways(self) -> dict[str, str | None]:
        """What each way last failed with."""
        with self.engine.connect() as conn:
            return {way.way: way.error for way in dispatching.list_ways(conn)}

    def bury(self, instance: UUID) -> None:
        """Have an instance declared dead, as its lease has run out."""
        self.end_lease(instance)
        self.rescue(self.instance())
