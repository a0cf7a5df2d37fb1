"""How log lines look: one JSON object a line, so that nothing a user types can forge a second line."""

from typing import Any

import structlog


def _event_words(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Keep the caller's structured `extra` and drop what the formatter does not need."""
    event.pop("_record", None)
    event.pop("_from_structlog", None)
    return event


def logging_config(*, debug: bool) -> dict[str, Any]:
    """The LOGGING setting: everything to standard error as JSON lines; request lines with their paths stay out.

    Paths are left out because a callback's path is a secret and a page's query could carry what a person typed.
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
                    structlog.processors.format_exc_info,
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
        },
    }


