"""The scan against the sandbox's planted events: it never sees their list, these tests do."""

from __future__ import annotations

import pytest

from bvmt.market.anomalies import Anomaly, Context, scan
from bvmt.sandbox.events import EventKind, PlantedEvent
from bvmt.sandbox.listings import listings
from bvmt.sandbox.world import CONTROL
from tests.unit.market.anomaly_worlds import finding, planted_scan, planted_world

pytestmark = pytest.mark.parametrize("seed", [2026, 7, 99])


def found(seed: int, event: PlantedEvent) -> Anomaly | None:
    return planted_scan(seed).get((event.isin, event.last))


def alerts(anomaly: Anomaly | None) -> bool:
    """Whether anything of it would reach an operator as an alert."""
    return anomaly is not None and (anomaly.volume_rule or anomaly.price_rule or anomaly.level != "info")


def test_every_planted_volume_spike_breaks_the_volume_rule(seed: int) -> None:
    spikes = planted_world(seed).of(EventKind.VOLUME_SPIKE)
    assert len(spikes) >= 30
    assert [event for event in spikes if not getattr(found(seed, event), "volume_rule", False)] == []


def test_every_planted_price_move_breaks_the_price_rule(seed: int) -> None:
    moves = planted_world(seed).of(EventKind.PRICE_MOVE)
    assert len(moves) >= 30
    assert [event for event in moves if not getattr(found(seed, event), "price_rule", False)] == []


@pytest.mark.parametrize("kind", [EventKind.PUMP, EventKind.CLOSE_MARKING, EventKind.STALE_JUMP])
def test_every_planted_pattern_is_found_as_what_it_is(seed: int, kind: EventKind) -> None:
    events = planted_world(seed).of(kind)
    assert len(events) >= 30
    assert [event for event in events if finding(found(seed, event), kind.value) is None] == []


def test_every_planted_anomaly_has_a_severity_beyond_info(seed: int) -> None:
    events = [event for event in planted_world(seed).events if not event.decoy]
    assert [event for event in events if getattr(found(seed, event), "level", "info") == "info"] == []


def test_the_quiet_share_is_never_listed(seed: int) -> None:
    control = next(listing.isin for listing in listings() if listing.ticker == CONTROL)
    assert [anomaly for (isin, _), anomaly in planted_scan(seed).items() if isin == control] == []


@pytest.mark.parametrize("kind", [EventKind.EX_DIVIDEND, EventKind.SPLIT, EventKind.ONE_TICK, EventKind.BLOCK_TRADE])
def test_every_decoy_stays_quiet(seed: int, kind: EventKind) -> None:
    events = planted_world(seed).of(kind)
    assert len(events) >= 30
    assert [event for event in events if alerts(found(seed, event))] == []


@pytest.mark.parametrize("kind", [EventKind.EX_DIVIDEND, EventKind.SPLIT])
def test_an_action_that_nobody_has_recorded_is_to_be_confirmed_and_alarms_nobody(seed: int, kind: EventKind) -> None:
    events = planted_world(seed).of(kind)
    anomalies = scan(planted_world(seed).history, Context(), sessions=[event.session for event in events])
    by_event = {(each.isin, each.session): each for each in anomalies}
    for event in events:
        anomaly = by_event[event.isin, event.session]
        assert (anomaly.unconfirmed, anomaly.severity, anomaly.level) == (True, 0.0, "info")
        assert not (anomaly.price_rule or anomaly.volume_rule)


def test_alerts_stay_few_enough_to_read(seed: int) -> None:
    levels = [anomaly.level for anomaly in planted_scan(seed).values()]
    days = len(planted_world(seed).sessions)
    assert len([level for level in levels if level != "info"]) / days < 3
    assert len([level for level in levels if level in {"high", "critical"}]) / days < 0.6


def test_scanning_one_session_tells_the_same_as_scanning_them_all(seed: int) -> None:
    world = planted_world(seed)
    for day in world.sessions[::97]:
        alone = scan(world.history, Context(actions=world.actions), sessions=[day])
        assert alone == [each for (_, session), each in planted_scan(seed).items() if session == day]
