"""Log lines: one JSON object each, that nothing typed can break, and that repeats nothing personal."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest

from privacyadmin.log_lines import logging_config

FORGERIES = ["a\r\nlevel=critical", "\x1b[31mred", "line\u2028separator", '"},{"event":"forged']


@pytest.fixture
def lines() -> Iterator[Any]:
    """A logger with the program's own formatter, and what it wrote, parsed."""
    config = logging_config(debug=False)
    formatter = config["formatters"]["json"]
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(formatter.pop("()")(**formatter))
    logger = logging.getLogger("tests.log_lines")
    logger.addHandler(handler)
    logger.propagate = False

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in written.getvalue().split("\n") if line]

    yield logger, read
    logger.removeHandler(handler)


@pytest.mark.parametrize("typed", FORGERIES)
def test_it_cannot_be_forged_by_what_somebody_types(lines: Any, typed: str) -> None:
    logger, read = lines
    logger.warning("event", extra={"typed": typed})
    (line,) = read()
    assert line["event"] == "event"
    assert line["typed"] == typed


def test_an_exception_is_told_by_kind_and_place_and_never_by_its_text(lines: Any) -> None:
    logger, read = lines
    try:
        _fails_with_a_name()
    except ValueError:
        logger.exception("failed")
    (line,) = read()
    assert [one["kind"] for one in line["exception"]] == ["builtins.ValueError", "builtins.KeyError"]
    assert "test_log_lines.py" in line["exception"][0]["passed"][-1]
    assert "anna" not in json.dumps(line)


def _fails_with_a_name() -> None:
    try:
        {}["anna.kovacs@example.org"]
    except KeyError as error:
        raise ValueError("about anna.kovacs@example.org") from error
