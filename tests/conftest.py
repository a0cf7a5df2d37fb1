"""What all tests share; each fixture lives in a module that says what it is for."""

from tests.append_only_flush import _triggers_lifted_around_flush
from tests.cast import (
    auditor,
    officer,
    operator,
    other_officer,
    other_reviewer,
    reviewer,
    signed_in,
    stranger,
    superuser,
)
from tests.cxone_sandbox import sandbox

__all__ = [
    "_triggers_lifted_around_flush",
    "auditor",
    "officer",
    "operator",
    "other_officer",
    "other_reviewer",
    "reviewer",
    "sandbox",
    "signed_in",
    "stranger",
    "superuser",
]
