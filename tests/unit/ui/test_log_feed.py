from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bvmt.store.history import LogLine
from bvmt.store.run_logs import LogFilter
from bvmt.ui.log_viewer.component import line_row
from bvmt.ui.log_viewer.feed import MOST, WINDOW, Batch, Feed, next_batch
from bvmt.ui.run_log import count_words, log_filter, log_text

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)


def line(number: int, message: str = "said", level: str = "info") -> LogLine:
    return LogLine(number, 1, NOON, level, "jobs.probe", message)


class Log:
    """A log that grows, read as the database is, and sent to one browser."""

    def __init__(self, lines: int) -> None:
        self.lines = [line(number) for number in range(1, lines + 1)]
        self.feed = Feed()

    def batch(self) -> Batch:
        return next_batch(
            self.feed,
            lambda limit: self.lines[-limit:],
            lambda after, limit: [found for found in self.lines if found.id > after][:limit],
        )


def ids(batch: Batch) -> list[int]:
    return [found.id for found in batch.lines]


def test_the_first_batch_is_the_end_of_the_log_and_tells_that_there_is_more_before_it() -> None:
    batch = Log(WINDOW + 7).batch()
    assert (batch.start, batch.older) == (True, True)
    assert ids(batch) == list(range(8, WINDOW + 8))


def test_a_log_that_fits_has_nothing_older() -> None:
    assert not Log(WINDOW).batch().older


def test_later_batches_hold_only_what_is_new_and_name_the_line_that_they_follow() -> None:
    log = Log(3)
    first = log.batch()
    log.lines += [line(4), line(5)]
    second, third = log.batch(), log.batch()
    assert (ids(second), second.after, second.start) == ([4, 5], 3, False)
    assert (ids(third), third.after) == ([], 5)
    assert first.generation == second.generation == third.generation


def test_no_line_is_left_out_when_many_come_at_once() -> None:
    log = Log(0)
    log.batch()
    log.lines += [line(number) for number in range(1, 2 * WINDOW + 1)]
    assert ids(log.batch()) + ids(log.batch()) == list(range(1, 2 * WINDOW + 1))


def test_a_step_back_sends_everything_again_with_more_before_it() -> None:
    log = Log(3 * WINDOW)
    first = log.batch()
    log.feed.reach_back()
    second = log.batch()
    assert ids(second) == list(range(WINDOW + 1, 3 * WINDOW + 1))
    assert second.start
    assert second.generation > first.generation


def test_a_browser_that_lost_lines_is_sent_everything_again() -> None:
    log = Log(4)
    log.batch()
    log.feed.start_over()
    assert ids(log.batch()) == [1, 2, 3, 4]


def test_stepping_back_ends_at_the_most_that_is_shown() -> None:
    log = Log(MOST + WINDOW)
    for _ in range(MOST // WINDOW + 2):
        log.feed.reach_back()
    batch = log.batch()
    assert (len(batch.lines), batch.older) == (MOST, False)


def test_a_row_is_text_with_its_time_in_the_zone_of_the_desk_and_a_sign_for_its_level() -> None:
    row = line_row(line(7, "<b>bad</b>", "error"), ZoneInfo("Africa/Tunis"))
    assert (row["id"], row["time"], row["sign"], row["message"]) == (7, "12:00:00", "✕", "<b>bad</b>")
    assert row["title"] == "Tue 24 Nov 2026, 12:00:00 (Africa/Tunis) · jobs.probe"


def test_error_means_critical_lines_too_and_unknown_words_in_an_address_mean_nothing() -> None:
    assert log_filter(["Error", "<script>"], "  feed ") == LogFilter(("error", "critical"), "feed")


def test_no_level_and_no_words_are_every_line() -> None:
    assert log_filter([], None) == LogFilter()


def test_what_is_to_be_seen_of_a_log_is_told() -> None:
    assert count_words(0, 0, 0, filtered=False) == ""
    assert count_words(1, 1, 1, filtered=False) == "1 line"
    assert count_words(500, 1234, 1234, filtered=False) == "The last 500 of 1,234 lines"
    assert count_words(3, 3, 1234, filtered=True) == "3 of 3 lines that match, of 1,234 in all"


def test_a_downloaded_log_has_an_instant_a_level_and_a_logger_on_each_line() -> None:
    assert log_text([line(1, "one"), line(2, "two", "warning")]) == (
        "2026-11-24T11:00:00.000000Z attempt=1 INFO     jobs.probe: one\n"
        "2026-11-24T11:00:00.000000Z attempt=1 WARNING  jobs.probe: two\n"
    )
