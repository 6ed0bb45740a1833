"""Python's own tracebacks, taken apart."""

from __future__ import annotations

import json
import traceback

from bvmt.ui.failure_traceback import Frame, take_apart

HERE = "tests/unit/ui/test_failure_traceback.py"

PRINTED = """Traceback (most recent call last):
  File "/srv/desk/bvmt/runs/execution.py", line 44, in attempt
    job.work(ctx)
    ~~~~~~~~^^^^^
  File "/srv/desk/.venv/lib/python3.11/site-packages/jobs/queue.py", line 12, in pop
    return self.items.pop()
  File "/usr/lib/python3.11/json/decoder.py", line 355, in raw_decode
    raise JSONDecodeError("Expecting value", s, err.value) from None
json.decoder.JSONDecodeError: Expecting value: line 1
and a second line of the message
"""


def printed(error: BaseException) -> str:
    """The error as Python prints it."""
    return "".join(traceback.format_exception(error))


def test_frames_of_the_project_are_told_from_those_of_libraries_wherever_it_is_installed() -> None:
    (raised,) = take_apart(PRINTED)
    assert raised.frames == [
        Frame("bvmt/runs/execution.py", 44, "attempt", "job.work(ctx)", own=True),
        Frame("jobs/queue.py", 12, "pop", "return self.items.pop()", own=False),
        Frame(
            "json/decoder.py",
            355,
            "raw_decode",
            'raise JSONDecodeError("Expecting value", s, err.value) from None',
            own=False,
        ),
    ]
    assert raised.error == "json.decoder.JSONDecodeError: Expecting value: line 1\nand a second line of the message"


def test_a_real_traceback_is_taken_apart() -> None:
    try:
        json.loads("{")
    except ValueError as error:
        (raised,) = take_apart(printed(error))
    assert (raised.frames[0].place, raised.frames[0].function, raised.frames[0].own) == (
        HERE,
        "test_a_real_traceback_is_taken_apart",
        True,
    )
    assert raised.frames[0].code == 'json.loads("{")'
    assert {frame.own for frame in raised.frames[1:]} == {False}


def test_a_chain_is_told_in_the_order_of_python_with_how_one_led_to_the_next() -> None:
    try:
        try:
            try:
                json.loads("{")
            except ValueError as broken:
                raise KeyError("board") from broken
        except KeyError:
            raise OSError("disk full")  # noqa: B904 - the chain without a cause
    except OSError as error:
        chain = take_apart(printed(error))
    assert [raised.error.partition(":")[0] for raised in chain] == [
        "json.decoder.JSONDecodeError",
        "KeyError",
        "OSError",
    ]
    assert [raised.led_to_next for raised in chain] == ["caused", "was being handled when there came", ""]


def test_a_text_that_is_no_traceback_is_left_whole() -> None:
    for text in ("", "Traceback: OSError: disk full", "something\nelse"):
        assert take_apart(text) == []


def test_a_group_of_exceptions_is_left_whole() -> None:
    try:
        raise ExceptionGroup("two", [ValueError("a"), KeyError("b")])
    except ExceptionGroup as error:
        assert take_apart(printed(error)) == []


def test_a_source_line_that_cannot_be_read_leaves_the_frame_without_code() -> None:
    text = 'Traceback (most recent call last):\n  File "/gone/jobs/x.py", line 1, in work\nOSError: disk full\n'
    (raised,) = take_apart(text)
    assert raised.frames == [Frame("jobs/x.py", 1, "work", "", own=True)]
