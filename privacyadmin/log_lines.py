"""How log lines look: one JSON object a line, so that nothing a user types can forge a second line."""

import traceback
from collections.abc import Iterator
from typing import Any

import structlog

#: How many places of a traceback a line names: the innermost, where the fault is.
DEEPEST_FRAMES = 12


def _event_words(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Keep the caller's structured `extra` and drop what the formatter does not need."""
    event.pop("_record", None)
    event.pop("_from_structlog", None)
    return event


def _where_it_failed(
    _logger: object, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """An exception as its kinds and the places it passed, without its text: that could hold what somebody
    typed.
    """
    exc_info = event.pop("exc_info", None)
    error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    if isinstance(error, BaseException):
        event["exception"] = [_failure(one) for one in _chain(error)]
    return event


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and what it arose from, the last raised first."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _failure(error: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(error.__traceback__, limit=-DEEPEST_FRAMES)
    return {
        "kind": f"{type(error).__module__}.{type(error).__qualname__}",
        "passed": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }


def logging_config(*, debug: bool) -> dict[str, Any]:
    """The LOGGING setting: everything to standard error as JSON lines; request lines with their paths stay
    out.

    Paths are left out because a callback's path is a secret and a page's query could carry what a person
    typed.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": shared,
                "processors": [
                    _event_words,
                    structlog.processors.format_exc_info if debug else _where_it_failed,
                    structlog.processors.JSONRenderer(),
                ],
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": "DEBUG" if debug else "INFO"},
        "loggers": {
            "django": {"handlers": [], "propagate": True, "level": "INFO"},
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "propagate": True, "level": "WARNING"},
            "rq": {"level": "WARNING"},
            "urllib3": {"level": "WARNING"},
            # They repeat the address of a call, with the request's id in it. Said here as well as where calls
            # are made: configuring a logger puts those below it back.
            "urllib3.connection": {"level": "ERROR"},
            "urllib3.connectionpool": {"level": "ERROR"},
        },
    }
