"""The platform's anomaly service: what is asked, and the shapes in which it may answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bvmt.errors import SourceFormatError, SourceRefused
from bvmt.market.listings import Listing
from bvmt.sources.http import HttpLimits
from bvmt.sources.platform import AnomalyService
from bvmt.sources.platform_anomalies import PlatformAnomaly
from bvmt.sources.platform_fields import Readable
from tests.unit.sources.feed_server import Answer, as_json, page, whole
from tests.unit.sources.platform_server import BATCH, PlatformServer

BIAT, SFBT = "TN0001800457", "TN0001100254"
LISTINGS = [Listing(BIAT, "BIAT", "BIAT", "Banques"), Listing(SFBT, "SFBT", "SFBT", "Agroalimentaire et boissons")]
NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)
START, END = date(2026, 11, 23), date(2026, 11, 24)

ROW = {"code": BIAT, "date": "2026-11-24", "types": ["volume", "price"], "severity": 0.75, "details": {"ratio": 3.5}}
ANOMALY = PlatformAnomaly(BIAT, END, ("volume", "price"), 0.75, {"ratio": 3.5})


@pytest.fixture
def server() -> Iterator[PlatformServer]:
    made = PlatformServer()
    yield made
    made.close()


@pytest.fixture
def service(server: PlatformServer) -> Iterator[AnomalyService]:
    with AnomalyService(server.url, clock=lambda: NOW, limits=HttpLimits(read_timeout=0.2, attempts=2)) as made:
        yield made


def ask(server: PlatformServer, service: AnomalyService, answer: object) -> Readable[PlatformAnomaly]:
    server.answer(BATCH, as_json(answer))
    return service.anomalies_batch(LISTINGS, start=START, end=END)


def test_all_shares_and_the_sessions_are_named_in_one_request(server: PlatformServer, service: AnomalyService) -> None:
    ask(server, service, [])
    (call,) = server.calls
    assert (call.method, call.path) == ("POST", BATCH)
    assert call.body == {"codes": [BIAT, SFBT], "start": "2026-11-23", "end": "2026-11-24"}


@pytest.mark.parametrize(
    "answer",
    [
        {"anomalies": [ROW]},
        [ROW],
        [{"code": BIAT, "total_days": 2, "anomalies": [{key: ROW[key] for key in ROW if key != "code"}]}],
        {"anomalies": [{**ROW, "code": None, "symbol": "biat"}]},
    ],
    ids=["an object", "a bare list", "one answer a share", "by symbol"],
)
def test_the_shapes_of_an_answer_give_the_same_anomalies(
    server: PlatformServer, service: AnomalyService, answer: object
) -> None:
    assert ask(server, service, answer) == Readable((ANOMALY,), ())


@pytest.mark.parametrize("answer", [[], {"anomalies": []}, [{"code": BIAT, "anomalies": []}]])
def test_no_anomaly_is_an_answer_too(server: PlatformServer, service: AnomalyService, answer: object) -> None:
    assert ask(server, service, answer) == Readable((), ())


def test_types_and_details_may_be_missing(server: PlatformServer, service: AnomalyService) -> None:
    found = ask(server, service, [{"isin": BIAT, "date": "2026-11-24", "severity": 1}])
    assert found.rows == (PlatformAnomaly(BIAT, END, (), 1.0, {}),)


def test_one_type_may_stand_alone(server: PlatformServer, service: AnomalyService) -> None:
    row = {**ROW, "types": None, "type": "pattern"}
    assert ask(server, service, [row]).rows[0].types == ("pattern",)


def test_details_can_be_written_as_json_whatever_they_hold(server: PlatformServer, service: AnomalyService) -> None:
    deep: Any = 1
    for _ in range(50):
        deep = [deep]
    details = {"text": "a\0b", "list": [1.5, None, True], "deep": deep}
    (row,) = ask(server, service, [{**ROW, "details": details}]).rows
    assert json.dumps(row.details, allow_nan=False)
    assert (row.details["text"], row.details["list"]) == ("ab", [1.5, None, True])


def test_anomalies_of_other_sessions_are_left_out(server: PlatformServer, service: AnomalyService) -> None:
    assert ask(server, service, [ROW, {**ROW, "date": "2026-11-20"}]).rows == (ANOMALY,)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("BIAT", "the row is no object"),
        ({**ROW, "code": "NONE"}, "no Tunisian ISIN, and no listing is called NONE"),
        ({**ROW, "date": None}, f"the anomaly of {BIAT} has no date"),
        ({**ROW, "date": "2026-13-01"}, 'date is no date and time: "2026-13-01"'),
        ({**ROW, "severity": None}, "severity is missing"),
        ({**ROW, "severity": 75}, "severity is not from 0 to 1: 75"),
        ({**ROW, "severity": "high"}, 'severity is not a number: "high"'),
    ],
)
def test_a_row_that_makes_no_sense_is_set_aside_and_the_others_are_kept(
    server: PlatformServer, service: AnomalyService, row: object, reason: str
) -> None:
    found = ask(server, service, [row, ROW])
    assert found.rows == (ANOMALY,)
    assert [aside.reason for aside in found.set_aside] == [reason]


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (page(), SourceFormatError, "not JSON but an HTML page from {url}"),
        (as_json({"result": 1}), SourceFormatError, "the answer has no list `anomalies` from {url}"),
        (as_json([{}]), SourceFormatError, "none of 1 rows can be read; the first: no Tunisian ISIN"),
        (whole(b"", status=404), SourceRefused, "{url} answered 404 Not Found (1 attempt"),
        (whole(b"", status=500), SourceRefused, "{url} answered 500 Internal Server Error (1 attempt"),
    ],
)
def test_an_answer_without_anomalies_to_read_is_an_error_that_names_the_service(
    server: PlatformServer, service: AnomalyService, answer: Answer, error: type[Exception], words: str
) -> None:
    server.answer(BATCH, answer)
    with pytest.raises(error) as caught:
        service.anomalies_batch(LISTINGS, start=START, end=END)
    assert str(caught.value).startswith("Anomaly service: " + words.format(url=server.url + BATCH))
